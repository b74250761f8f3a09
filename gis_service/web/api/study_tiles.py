"""Results of kept studies as vector tiles, and the documents that say where they lie."""

from flask import Blueprint, Response, request

from gis_service.services import studies
from gis_service.services import study_tiles as service
from gis_service.services import tile_grid as grid
from gis_service.services.accounts import ANONYMOUS
from gis_service.services.coverage_document import Document
from gis_service.services.result_sheets import Sheet
from gis_service.services.study_rights import require_document, shown_layers
from gis_service.services.study_tiles import TITLES, StudyTiles
from gis_service.services.tile_flights import asked_by
from gis_service.web import current, live
from gis_service.web.api.tiles import limits_of, plain_template, tile_response
from gis_service.web.asker import asker_of
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import FormatQuery, itself, link, show, url
from gis_service.web.schemas.common import HTML, JSON, MVT, Link
from gis_service.web.schemas.study_tiles import Legend, StudyTileJson, StudyTileQuery, WiderCells
from gis_service.web.schemas.tiles import (
    SCHEME_REL,
    Tileset,
    TilesetEntry,
    TilesetLayer,
    TilesetQuery,
    Tilesets,
    VectorLayer,
)

blueprint = Blueprint("study_tiles", __name__, url_prefix="/api/studies/<study_id>/tiles")

_FOREVER = "max-age=31536000, immutable"
_TYPES = {"float8": "Number", "boolean": "Boolean", "text": "String"}


def _document(study_id: str) -> Document:
    document = studies.get(current.connection(), study_id).document
    require_document(current.connection(), current.rights(), document)
    return document


def _asked(study_id: str, kind: str, matrix_set: str) -> StudyTiles:
    """Give the tiles as the caller may see them; what tells people is noted."""
    grid.require_matrix_set(matrix_set)
    document = _document(study_id)
    # Roads and surfaces tell nobody's home: nothing is noted of who looks at them.
    personal = kind in service.OF_PEOPLE and current.sees_personal()
    return service.tiles_of(current.connection(), current.catalogue(), document, kind, personal=personal)


def _sheet(tiles: StudyTiles) -> Sheet:
    context = current.context()
    if not service.is_at_hand(tiles, context.prepared):
        live.count()
    return service.sheet_of(current.connection(), context, tiles)


def _path(study_id: str, kind: str) -> str:
    return f"/studies/{study_id}/tiles/{kind}/{grid.MATRIX_SET}"


def _template(study_id: str, kind: str) -> str:
    return url(_path(study_id, kind)) + "/{tileMatrix}/{tileRow}/{tileCol}"


def _links(study_id: str, kind: str) -> list[Link]:
    path = _path(study_id, kind)
    return [
        link(path, "self"),
        Link(href=f"{url(path)}?f=tilejson", rel="describedby", type=JSON, title="TileJSON"),
        link(f"/tileMatrixSets/{grid.MATRIX_SET}", SCHEME_REL),
        Link(href=_template(study_id, kind), rel="item", type=MVT, templated=True),
    ]


@blueprint.get("")
@operation("Studies", Permission.READ, {200: {JSON: Tilesets, HTML: None}}, query=FormatQuery)
def tilesets(study_id: str, query: FormatQuery) -> Response:
    """List the results of a kept study that there are as tiles."""
    kinds = service.kinds_of(_document(study_id))
    language = current.language()
    entries = [
        TilesetEntry(title=TITLES[kind].in_language(language), links=_links(study_id, kind)) for kind in kinds
    ]
    document = Tilesets(tilesets=entries, links=itself(f"/studies/{study_id}/tiles"))
    return show(document, query.f, study_id)


@blueprint.get("/<kind>/<tile_matrix_set_id>")
@operation(
    "Studies", Permission.READ, {200: {JSON: (Tileset, StudyTileJson), HTML: None}}, query=TilesetQuery
)
def tileset(study_id: str, kind: str, tile_matrix_set_id: str, query: TilesetQuery) -> Response:
    """Describe one kind of results as OGC does or, with f=tilejson, as TileJSON with its legend."""
    tiles = _asked(study_id, kind, tile_matrix_set_id)
    sheet, title = _sheet(tiles), TITLES[tiles.kind].in_language(current.language())
    if query.f == "tilejson":
        return show(_tilejson(tiles, sheet, title), "json", study_id)
    layer = TilesetLayer(id=tiles.kind, title=title, geometryDimension=1 if sheet.size_m is None else 2)
    document = Tileset(
        title=title,
        links=_links(study_id, kind),
        tileMatrixSetLimits=limits_of(sheet.bbox, *service.zooms_of(tiles.kind, sheet))
        if sheet.bbox
        else None,
        layers=[layer],
    )
    return show(document, query.f, title)


def _tilejson(tiles: StudyTiles, sheet: Sheet, title: str) -> StudyTileJson:
    catalogue, language = current.catalogue(), current.language()
    study_id, kind = str(tiles.document["id"]), tiles.kind
    layers = [layer for layer, _ in shown_layers(current.connection(), catalogue, tiles.document)]
    sources = [catalogue.layers[one].source.in_language(language) for one in layers]
    least, most = sheet.ends or (None, None)
    minzoom, maxzoom = service.zooms_of(kind, sheet)
    return StudyTileJson(
        name=title,
        attribution="; ".join(dict.fromkeys(sources)),
        tiles=[f"{plain_template(_template(study_id, kind))}?mark={tiles.mark}"],
        vector_layers=[
            VectorLayer(
                id=kind,
                description=title,
                fields={
                    name: _TYPES[type_] for size in sheet.sizes for name, (type_, _) in size.columns.items()
                },
            )
        ],
        minzoom=minzoom,
        maxzoom=maxzoom,
        bounds=sheet.bbox,
        study=study_id,
        mark=tiles.mark,
        generated_data=sheet.is_generated,
        legend=Legend.model_validate(
            {"field": sheet.field, "unit": sheet.unit, "least": least, "most": most}
        ),
        cell_m=sheet.size_m,
        wider=_wider(sheet),
    )


def _wider(sheet: Sheet) -> list[WiderCells]:
    """Tell which cells are wider, and up to which zoom."""
    found, last = [], sheet.first_zoom - 1
    for size in sheet.sizes:
        # Those that are no help to any zoom are passed over, as `Sheet.at` does.
        if size is not sheet and size.size_m is not None and size.first_zoom <= last:
            least, most = size.ends or (None, None)
            ends = {"least": least, "most": most}
            found.append(WiderCells.model_validate({"cell_m": size.size_m, "maxzoom": last, **ends}))
            last = size.first_zoom - 1
    return found


@blueprint.get("/<kind>/<tile_matrix_set_id>/<int:tile_matrix>/<int:tile_row>/<int:tile_col>")
@operation("Studies", Permission.READ, {200: {MVT: None}, 204: {}}, query=StudyTileQuery)
def tile(
    study_id: str,
    kind: str,
    tile_matrix_set_id: str,
    tile_matrix: int,
    tile_row: int,
    tile_col: int,
    query: StudyTileQuery,
) -> Response:
    """Give one tile of the results of a kept study; 204 when nothing lies in it."""
    tiles, zxy = _asked(study_id, kind, tile_matrix_set_id), (tile_matrix, tile_col, tile_row)
    service.require_mark(tiles, query.mark)
    service.require_zoom(tiles.kind, zxy)
    sheet = _sheet(tiles)
    service.require_zoom(tiles.kind, zxy, sheet)
    # The tile is asked for by a connection of its own; nobody waits for one while holding another.
    current.release()
    with asked_by(asker_of(request.environ)):
        found = service.tile(current.context(), tiles, sheet, zxy)
    response = tile_response(found)
    if query.mark is not None:
        shared = "public" if current.caller() is ANONYMOUS else "private"
        response.headers["Cache-Control"] = f"{shared}, {_FOREVER}"
    return response
