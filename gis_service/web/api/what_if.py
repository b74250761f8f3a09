"""What if: the difference that edits make, answered at once and not stored."""

from flask import Blueprint, Response

from gis_service.services import what_if as service
from gis_service.services.documents import canonical_json
from gis_service.services.scenario_inputs import resolved
from gis_service.services.study_shapes import read_request
from gis_service.services.what_if_request import WhatIfRequest
from gis_service.web import current, live
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import json_response
from gis_service.web.schemas.common import JSON
from gis_service.web.schemas.what_if import LiveDifference, WhatIfBody

blueprint = Blueprint("what_if", __name__, url_prefix="/api/what-if")


@blueprint.before_request
def _count() -> None:
    live.count()


@blueprint.post("")
@operation("Coverage", Permission.READ, {200: {JSON: LiveDifference}}, body=WhatIfBody)
def what_if(body: WhatIfBody) -> Response:
    """Tell who gains and who loses when facilities or roads open, close or change; nothing is stored."""
    catalogue, prepared = current.catalogue(), current.context().prepared
    connection, caller = current.connection(), current.caller()
    asked: WhatIfRequest = body
    if body.scenario is not None:
        found = resolved(connection, catalogue, body.model_dump(mode="json", exclude_unset=True), caller)
        asked = body if found is None else read_request(WhatIfRequest, found.edited)
    question = service.ask(connection, catalogue, asked, caller, prepared)
    return json_response(canonical_json(service.answer(question, catalogue, prepared)).decode())
