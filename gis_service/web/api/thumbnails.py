"""Small pictures of layers."""

from flask import Blueprint, Response, request

from gis_service.services import thumbnails as service
from gis_service.web import current
from gis_service.web.api.collections import collection_of
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.schemas.common import PNG

blueprint = Blueprint("thumbnails", __name__, url_prefix="/api/collections/<collection_id>/thumbnail")
"""Apart from the description of layers: where homes lie is personal detail, seen from afar too."""


@blueprint.get("")
@operation("Collections", Permission.READ_LAYER, {200: {PNG: None}})
def thumbnail(collection_id: str) -> Response:
    """Draw a layer as a small picture, 320 by 200 pixels, as it is now."""
    collection = collection_of(collection_id)
    picture = service.thumbnail(current.context(), current.connection(), collection)
    response = Response(picture.png, content_type=PNG)
    response.set_etag(picture.tag)
    response.make_conditional(request)
    return response
