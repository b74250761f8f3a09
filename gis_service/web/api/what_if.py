"""What if: the difference that edits make, answered at once and not stored."""

from flask import Blueprint, Response

from gis_service.services import what_if as service
from gis_service.services.documents import canonical_json
from gis_service.services.what_if_request import WhatIfRequest
from gis_service.web import current, live
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import json_response
from gis_service.web.schemas.common import JSON
from gis_service.web.schemas.what_if import LiveDifference

blueprint = Blueprint("what_if", __name__, url_prefix="/api/what-if")


@blueprint.before_request
def _count() -> None:
    live.count()


@blueprint.post("")
@operation("Coverage", Permission.READ, {200: {JSON: LiveDifference}}, body=WhatIfRequest)
def what_if(body: WhatIfRequest) -> Response:
    """Tell who gains and who loses when facilities open, move or close, or roads close; nothing is stored."""
    catalogue, prepared = current.catalogue(), current.context().prepared
    question = service.ask(current.connection(), catalogue, body, current.caller(), prepared)
    found = service.answer(question, catalogue, prepared)
    return json_response(canonical_json(found).decode())
