"""What a filter may ask of a collection."""

import json

from flask import Blueprint, Response

from gis_service.services.queryables import queryables
from gis_service.web import current
from gis_service.web.api.collections import collection_of
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import FormatQuery, json_response, page, url, wants_page
from gis_service.web.schemas.common import HTML, JSON_SCHEMA
from gis_service.web.schemas.queryables import Queryables

blueprint = Blueprint("queryables", __name__, url_prefix="/api/collections/<collection_id>/queryables")


@blueprint.get("")
@operation(
    "Collections", Permission.READ_LAYER, {200: {JSON_SCHEMA: Queryables, HTML: None}}, query=FormatQuery
)
def fields(collection_id: str, query: FormatQuery) -> Response:
    """Name the fields that `filter` may ask for, as a JSON Schema."""
    definition = collection_of(collection_id).definition
    told = queryables(definition, current.language())
    document = {"$id": url(f"/collections/{definition.id}/queryables"), **told}
    if wants_page(query.f):
        return page(document, str(told["title"]))
    return json_response(json.dumps(document, ensure_ascii=False), JSON_SCHEMA)
