"""The quality of a layer of roads as a network, computed at once for whoever may read the layer."""

import hashlib

from flask import Blueprint, Response, request

from gis_service.services.documents import canonical_json
from gis_service.services.quality_live import ask_quality, quality_of
from gis_service.web import current, live
from gis_service.web.api.collections import collection_of
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import json_response, link, page, wants_page
from gis_service.web.schemas.common import HTML, JSON
from gis_service.web.schemas.quality import NetworkQuality, QualityQuery

blueprint = Blueprint("quality", __name__, url_prefix="/api/collections")

_NOT_MODIFIED = 304


@blueprint.get("/<collection_id>/quality")
@operation(
    "Collections", Permission.READ_LAYER, {200: {JSON: NetworkQuality, HTML: None}}, query=QualityQuery
)
def quality(collection_id: str, query: QualityQuery) -> Response:
    """Report on a layer of roads: islands, ends that just miss a road, what is drawn twice, one-way traps."""
    live.count()
    layer = collection_of(collection_id).definition.id
    connection, catalogue = current.connection(), current.catalogue()
    personal = current.sees_personal()
    question = ask_quality(connection, catalogue, layer, query.mode, current.caller(), personal=personal)
    html = wants_page(query.f)
    told = (question.mark, request.full_path, current.base_url(), html)
    etag = hashlib.sha256(repr(told).encode()).hexdigest()
    if request.if_none_match.contains(etag):
        response = Response(status=_NOT_MODIFIED)
    else:
        path = f"/collections/{layer}"
        links = [link(f"{path}/quality?mode={query.mode}", "self"), link(path, "collection")]
        found = quality_of(question, current.context().prepared)
        document = found | {"links": [one.model_dump(mode="json", exclude_none=True) for one in links]}
        response = page(document, layer) if html else json_response(canonical_json(document).decode())
    response.set_etag(etag)
    return response
