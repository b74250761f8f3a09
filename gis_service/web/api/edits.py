"""Edits of the items of a collection: create, replace, update, delete, each with the state that was seen."""

import json

from flask import Blueprint, Response, request

from gis_service.errors import ErrorCode, WrongUse
from gis_service.services import edits as service
from gis_service.services import features
from gis_service.services.audit import note_version
from gis_service.services.edits import Edit, Op
from gis_service.services.rights import require_editing_now
from gis_service.services.transactions import writing
from gis_service.web import current
from gis_service.web.api.collections import collection_of
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import json_response, link, url
from gis_service.web.schemas.common import GEOJSON
from gis_service.web.schemas.edits import EditQuery, FeatureBody, FeaturePatch
from gis_service.web.schemas.features import Item
from gis_service.web.schemas.versions import VERSION_HEADER

blueprint = Blueprint("edits", __name__, url_prefix="/api/collections/<collection_id>/items")


@blueprint.post("")
@operation("Items", Permission.EDIT_LAYER, {201: {GEOJSON: Item}}, query=EditQuery, body=FeatureBody)
def create(collection_id: str, query: EditQuery, body: FeatureBody) -> Response:
    """Create a feature; its address and its ETag come back with it."""
    edit = Edit(Op.CREATE, geometry=body.geometry, moves=True, properties=body.properties)
    return _apply(collection_id, edit, query, 201)


@blueprint.put("/<item_id>")
@operation("Items", Permission.EDIT_LAYER, {200: {GEOJSON: Item}}, query=EditQuery, body=FeatureBody)
def replace(collection_id: str, item_id: str, query: EditQuery, body: FeatureBody) -> Response:
    """Replace a feature: whatever the body does not name becomes empty. `If-Match` is required."""
    edit = Edit(
        Op.REPLACE,
        features.fid_of(collection_id, item_id),
        _expected(item_id),
        body.geometry,
        moves=True,
        properties=body.properties,
    )
    return _apply(collection_id, edit, query)


@blueprint.patch("/<item_id>")
@operation("Items", Permission.EDIT_LAYER, {200: {GEOJSON: Item}}, query=EditQuery, body=FeaturePatch)
def update(collection_id: str, item_id: str, query: EditQuery, body: FeaturePatch) -> Response:
    """Change what the body names of a feature, and leave the rest. `If-Match` is required."""
    edit = Edit(
        Op.UPDATE,
        features.fid_of(collection_id, item_id),
        _expected(item_id),
        body.geometry,
        moves="geometry" in body.model_fields_set,
        properties=body.properties,
    )
    return _apply(collection_id, edit, query)


@blueprint.delete("/<item_id>")
@operation("Items", Permission.EDIT_LAYER, {204: {}}, query=EditQuery)
def delete(collection_id: str, item_id: str, query: EditQuery) -> Response:
    """Delete a feature; its past stays. `If-Match` is required."""
    edit = Edit(Op.DELETE, features.fid_of(collection_id, item_id), _expected(item_id))
    return _apply(collection_id, edit, query, 204)


def _expected(item: str) -> frozenset[str] | None:
    """Tell which states of the feature the editor may have seen.

    Raises
    ------
    WrongUse
        ``precondition_missing``.
    """
    if "If-Match" not in request.headers:
        raise WrongUse(ErrorCode.PRECONDITION_MISSING, item=item)
    return service.ANY_STATE if request.if_match.star_tag else frozenset(request.if_match.as_set())


def _apply(collection_id: str, edit: Edit, query: EditQuery, status: int = 200) -> Response:
    definition = collection_of(collection_id).definition
    context, caller = current.context(), current.caller()
    current.release()
    with writing(context) as connection:
        done = service.apply(
            connection,
            context.catalogue,
            collection_id,
            [edit],
            author=caller.name,
            message=query.message,
            base=query.base,
            wait_s=service.ANSWER_WAIT_S,
        )
        # The layer is held by now: a right that was taken back while this waited is gone.
        require_editing_now(connection, context.catalogue, caller, collection_id)
        note_version(connection, caller, collection_id, done.version)
        (fid,) = done.fids
        # Read where it was written: the reading transaction of this request may be older.
        feature = "" if status == 204 else features.one(connection, definition, str(fid))  # noqa: PLR2004 no content
        tag = service.tag_of(connection, definition, fid)
    path = f"/collections/{collection_id}/items/{fid}"
    if not feature:
        response = Response(status=status)
    else:
        links = [link(path, "self", GEOJSON), link(f"/collections/{collection_id}", "collection")]
        listed = json.dumps([entry.model_dump(exclude_none=True) for entry in links])
        body = f'{feature[:-1]}, "version": {done.version}, "links": {listed}}}'
        response = json_response(body, GEOJSON, status)
        response.set_etag(tag or "")
    if status == 201:  # noqa: PLR2004 created
        response.headers["Location"] = url(path)
    response.headers[VERSION_HEADER] = str(done.version)
    return response
