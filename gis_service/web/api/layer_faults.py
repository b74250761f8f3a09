"""What is wrong in a layer as it is, found by the checks of a file; for whoever may read its items."""

import hashlib

from flask import Blueprint, Response, request

from gis_service.analysis.checks.findings import LISTED, SHOWN
from gis_service.services.layer_quality import quality_now
from gis_service.web import current, live
from gis_service.web.api.collections import collection_of
from gis_service.web.auth import Permission
from gis_service.web.faults_table import table_answer
from gis_service.web.layer_fault_words import faults_of
from gis_service.web.operation import operation
from gis_service.web.present import json_response, link, wants_page
from gis_service.web.schemas.common import CSV, HTML, JSON
from gis_service.web.schemas.layer_faults import LayerFaults, LayerFaultsQuery

blueprint = Blueprint("layer_faults", __name__, url_prefix="/api/collections")

_NOT_MODIFIED, _SEE_OTHER = 304, 303


@blueprint.get("/<collection_id>/faults")
@operation(
    "Collections",
    Permission.READ_LAYER,
    {200: {JSON: LayerFaults, CSV: None, HTML: None}, _SEE_OTHER: {}},
    query=LayerFaultsQuery,
)
def faults(collection_id: str, query: LayerFaultsQuery) -> Response:
    """Check the rows that a layer holds now, as a file with them would be checked."""
    live.count()
    collection = collection_of(collection_id)
    if wants_page(query.f):
        return Response(status=_SEE_OTHER, headers={"Location": f"/layers/{collection_id}/quality"})
    language = current.language()
    wants_table = query.f == "csv" or (query.f is None and request.accept_mimetypes.best == CSV)
    kind = (language, wants_table, current.base_url())
    told = (collection.definition, collection.version, query.gap_m, *kind)
    etag = hashlib.sha256(repr(told).encode()).hexdigest()
    if request.if_none_match.contains(etag):
        response = Response(status=_NOT_MODIFIED)
    else:
        response = _found(collection_id, query.gap_m, wants_table=wants_table)
    response.set_etag(etag)
    return response


def _found(collection_id: str, gap_m: float, *, wants_table: bool) -> Response:
    definition = collection_of(collection_id).definition
    connection, catalogue, prepared = current.connection(), current.catalogue(), current.context().prepared
    found = quality_now(connection, catalogue, definition, prepared, gap_m=gap_m)
    items = faults_of(found.findings, current.language(), LISTED if wants_table else SHOWN)
    if wants_table:
        return table_answer(items, "id", f"{collection_id}_faults.csv", current.language())
    path = f"/collections/{collection_id}"
    links = [
        link(f"{path}/faults", "self"),
        link(path, "collection"),
        link(f"{path}/faults?f=csv", "alternate", CSV),
    ]
    document = LayerFaults(
        layer=definition.id, version=found.version, features=found.features, items=items, links=links
    )
    return json_response(document.model_dump_json(exclude_none=True))
