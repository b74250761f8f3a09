"""Pictures under the map: of other tile servers, fetched by the service, and the city's own."""

from typing import cast

from flask import Blueprint, Response, current_app, request

from gis_service.services.imagery import Imagery
from gis_service.services.own_imagery import own_backgrounds
from gis_service.services.tile_grid import MATRIX_SET, require_matrix_set
from gis_service.web import current, live
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import FormatQuery, itself, show, url
from gis_service.web.schemas.common import HTML, JPEG, JSON, PNG, WEBP
from gis_service.web.schemas.imagery import Background, Backgrounds

blueprint = Blueprint("imagery", __name__, url_prefix="/api/imagery")

_IMAGERY = "imagery"
_FETCHED = "imagery_allowance"
_EMPTY = 204
_BROWSERS_S = 24 * 3600


def imagery() -> Imagery:
    """Give the backgrounds of this process."""
    known = current_app.extensions
    if _IMAGERY not in known:
        known.setdefault(_IMAGERY, Imagery(current.context().settings))
    return cast("Imagery", known[_IMAGERY])


@blueprint.get("")
@operation("Imagery", Permission.READ, {200: {JSON: Backgrounds, HTML: None}}, query=FormatQuery)
def backgrounds(query: FormatQuery) -> Response:
    """List the backgrounds of the map: those that the operator has named, then the city's own photographs."""
    language, city = current.language(), current.context().definitions.city
    items = [
        Background(
            id=one.id,
            title=one.title.vi if language == "vi" else one.title.en,
            attribution=one.credit,
            licence=None,
            tiles=[url(f"/imagery/{one.id}/tiles/{MATRIX_SET}") + "/{z}/{y}/{x}"],
            minzoom=one.minzoom,
            maxzoom=one.maxzoom,
            bounds=city.bbox,
        )
        for one in imagery().sources.values()
    ]
    items += [
        Background(
            id=f"layer:{one.definition.id}",
            title=one.definition.title.in_language(language),
            attribution=one.definition.source.in_language(language),
            licence=one.definition.licence,
            tiles=[url(f"/collections/{one.definition.id}/map/tiles/{MATRIX_SET}") + "/{z}/{y}/{x}"],
            minzoom=one.minzoom,
            maxzoom=one.maxzoom,
            bounds=one.bbox,
        )
        for one in own_backgrounds(current.connection(), current.rights())
    ]
    document = Backgrounds(items=items, links=itself("/imagery"))
    return show(document, query.f, {"vi": "Ảnh nền", "en": "Backgrounds"}[language])


@blueprint.get("/<imagery_id>/tiles/<tile_matrix_set_id>/<int:tile_matrix>/<int:tile_row>/<int:tile_col>")
@operation("Imagery", Permission.READ, {200: {PNG: None, JPEG: None, WEBP: None}, 204: {}})
def tile(
    imagery_id: str, tile_matrix_set_id: str, tile_matrix: int, tile_row: int, tile_col: int
) -> Response:
    """Give one picture of a background; 204 outside the city, and where the other server has nothing."""
    require_matrix_set(tile_matrix_set_id)
    # As the files define the city: no connection to the database is held while another server answers.
    city = current.context().definitions.city.bbox
    found = imagery().tile(imagery_id, (tile_matrix, tile_col, tile_row), city, _count)
    if not found.content:
        response = Response(status=_EMPTY)
        del response.headers["Content-Type"]
        return response
    response = Response(found.content, content_type=found.media)
    response.set_etag(found.etag)
    response.headers["Cache-Control"] = f"public, max-age={_BROWSERS_S}"
    response.make_conditional(request)
    return response


def _count() -> None:
    live.count(_FETCHED, live.TILES_PER_QUESTION)
