"""Layers that users make: create, describe, drop."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.user_layer import body_of
from gis_service.errors import ErrorCode, WrongUse
from gis_service.services import user_layers as service
from gis_service.services.transactions import writing
from gis_service.services.user_layers import Change
from gis_service.web import current
from gis_service.web.api.collections import collection_document, collection_of
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import json_response, url
from gis_service.web.schemas.common import JSON
from gis_service.web.schemas.features import Collection
from gis_service.web.schemas.user_layers import DescribeQuery, LayerBody, LayerPatch

blueprint = Blueprint("user_layers", __name__, url_prefix="/api/collections")
"""Apart from the reading of layers, because making them is not for everybody."""


@blueprint.post("")
@operation("Collections", Permission.MAKE_LAYERS, {HTTPStatus.CREATED: {JSON: Collection}}, body=LayerBody)
def create(body: LayerBody) -> Response:
    """Make a layer: a definition as the files have it, answered with the empty collection."""
    context, caller = current.context(), current.caller()
    current.release()
    with writing(context) as connection:
        made, _ = service.create(connection, context.catalogue, body_of(body.root), caller=caller)
    response = _told(made, HTTPStatus.CREATED)
    response.headers["Location"] = url(f"/collections/{made.id}")
    return response


@blueprint.put("/<collection_id>")
@operation(
    "Collections",
    Permission.EDIT_LAYER,
    {HTTPStatus.OK: {JSON: Collection}},
    query=DescribeQuery,
    body=LayerBody,
)
def replace(collection_id: str, query: DescribeQuery, body: LayerBody) -> Response:
    """Replace the definition of a layer that a user has made. `If-Match` is required."""
    return _describe(collection_id, lambda _: body_of(body.root), query)


@blueprint.patch("/<collection_id>")
@operation(
    "Collections",
    Permission.EDIT_LAYER,
    {HTTPStatus.OK: {JSON: Collection}},
    query=DescribeQuery,
    body=LayerPatch,
)
def update(collection_id: str, query: DescribeQuery, body: LayerPatch) -> Response:
    """Change what the body names of a layer's definition, if a user has made it. `If-Match` is required."""
    return _describe(collection_id, lambda before: body_of(merged(before, body.root)), query)


@blueprint.delete("/<collection_id>")
@operation("Collections", Permission.EDIT_LAYER, {HTTPStatus.NO_CONTENT: {}})
def drop(collection_id: str) -> Response:
    """Drop a layer that a user has made; its versions stay in the history. `If-Match` is required."""
    expected = _expected(collection_id)
    context, caller = current.context(), current.caller()
    with writing(context) as connection:
        service.drop(connection, context.catalogue, collection_id, expected=expected, caller=caller)
    return Response(status=HTTPStatus.NO_CONTENT)


def merged(before: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Apply a JSON merge patch (RFC 7396).

    Examples
    --------
    >>> merged({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": None}, "d": [4]})
    {'a': {'c': 2}, 'd': [4]}
    """
    result = dict(before)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            inner = result.get(name)
            result[name] = merged(inner if isinstance(inner, dict) else {}, value)
        else:
            result[name] = value
    return result


def _describe(collection_id: str, change: Change, query: DescribeQuery) -> Response:
    expected = _expected(collection_id)
    context, caller = current.context(), current.caller()
    with writing(context) as connection:
        described = service.describe(
            connection,
            context.catalogue,
            collection_id,
            change,
            expected=expected,
            caller=caller,
            agreed=query.confirm_personal,
        )
    return _told(described, HTTPStatus.OK)


def _expected(collection_id: str) -> frozenset[str] | None:
    """Tell which states of the definition the caller may have seen.

    Raises
    ------
    WrongUse
        ``precondition_missing``.
    """
    collection_of(collection_id)
    # What has looked at the table would be waited for by whoever changes it.
    current.release()
    if "If-Match" not in request.headers:
        raise WrongUse(ErrorCode.PRECONDITION_MISSING, item=collection_id)
    return service.ANY_STATE if request.if_match.star_tag else frozenset(request.if_match.as_set())


def _told(definition: LayerDefinition, status: HTTPStatus) -> Response:
    current.release()
    document = collection_document(collection_of(definition.id))
    response = json_response(document.model_dump_json(exclude_none=True), status=status)
    response.set_etag(service.tag_of(definition))
    return response
