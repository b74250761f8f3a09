"""People of zones put into buildings, onto land or by a raster: the same for files and for layers."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyproj
import shapely

from gis_service.analysis.buildings import Buildings
from gis_service.analysis.dasymetric import (
    Ground,
    PeopleOfZones,
    Pieces,
    Spread,
    demand_by_raster,
    demand_in_buildings,
)
from gis_service.analysis.demand import ALL, cell_corners
from gis_service.analysis.zonal import Outlines, Window, cell_shares, outlines, windows, zonal_sums
from gis_service.crs import transform, transform_xy
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.rasters import OpenRaster, RasterSource, open_raster, written_as
from gis_service.services.coverage_inputs import Notice
from gis_service.types import THOUSANDTHS, Floats, Geometries, Int64s

_SHOWN = 5
_CLASSES_SHOWN = 10
_WHOLE = 1 - 1e-9
_FALL_BACKS = {
    "land_use": ("đất ở của vùng", "the residential land of the zone"),
    "area": ("toàn vùng", "the whole zone"),
}


def into_buildings(
    known: PeopleOfZones, buildings: Buildings, ground: Ground, notices: list[Notice]
) -> Spread:
    """Put the people of zones into buildings, and tell how; arguments as of `demand_in_buildings`."""
    spread = demand_in_buildings(known, buildings, ground)
    bare = {code for one in spread.fall_backs for code in one.zones}
    filled = _zones_with_people(known) - len(bare)
    used = len(spread.demand.xy) - _places_of(known, spread, bare)
    notices.append(Notice("people_in_buildings", {"zones": filled, "buildings": used}))
    if buildings.unknown:
        shown = [f"{name} ({count})" for name, count in buildings.unknown.items()]
        params = {"buildings": sum(buildings.unknown.values()), "classes": _few(shown, _CLASSES_SHOWN)}
        notices.append(Notice("building_class_unknown", params))
    _note_fall_backs(spread, notices)
    return spread


def by_raster(
    known: PeopleOfZones,
    source: RasterSource,
    area: tuple[Geometries, pyproj.CRS],
    ground: Ground,
    notices: list[Notice],
) -> Spread:
    """Spread the people of zones by a raster of weights, read window by window, and tell how.

    Parameters
    ----------
    known
        People of zones, in the system of ``area``.
    source
        The raster.
    area
        The study area, and the system of all geometry.
    ground, notices
        As of `demand_by_raster`; what must be said is added.

    Raises
    ------
    NotFound, RefusedInput
        As `open_raster`; ``raster_nodata`` for negative weights, ``raster_cells_too_many``,
        ``places_too_many``.
    """
    shapes, crs = area
    with open_raster(source.path, source.nodata, source.name) as raster:
        polygons = transform(known.zones.polygons, crs, raster.crs)
        found = outlines(polygons, raster.affine, raster.shape)
        parts = list(_all_pieces(raster, found, source))
        zone, cells, share, weight = (np.concatenate(columns) for columns in zip(*parts, _EMPTY, strict=True))
        total = _inside(
            raster, transform(np.array([shapely.union_all(shapes)], dtype=object), crs, raster.crs)
        )
        affine, own = raster.affine, raster.crs

    def drawn_of(rows: Int64s) -> Geometries:
        drawn = np.asarray(
            shapely.polygons(transform_xy(cell_corners(affine, cells[rows]), own, crs)), object
        )
        cut = np.flatnonzero(share[rows] < _WHOLE)
        drawn[cut] = shapely.intersection(drawn[cut], known.zones.polygons[zone[rows[cut]]])
        return drawn

    spread = demand_by_raster(known, Pieces(zone, weight, drawn_of), ground)
    counted = int(spread.demand.people[ALL].sum())
    params = {
        "zones": _zones_with_people(known),
        "raster": round(total, 3),
        "counted": counted / THOUSANDTHS,
    }
    notices.append(Notice("people_by_weights", params))
    _note_fall_backs(spread, notices)
    return spread


_Piece = tuple[Int64s, Int64s, Floats, Floats]
_EMPTY: _Piece = (
    np.empty(0, np.int64), np.empty((0, 2), np.int64), np.empty(0), np.empty(0),
)  # fmt: skip


def _all_pieces(raster: OpenRaster, found: Outlines, source: RasterSource) -> Iterator[_Piece]:
    """Give the parts of cells that have a weight, window by window, as far as they are not too many."""
    cells = 0
    for window in windows(found):
        pieces = _pieces(raster, found, window)
        cells += len(pieces[0])
        source.require_few(cells)
        yield pieces


def _pieces(raster: OpenRaster, found: Outlines, window: Window) -> _Piece:
    """Give zone, row and column, share and weight of the parts of cells that have a weight."""
    values = _read(raster, window)
    inside = cell_shares(found, window)
    value = values[inside.row - window.top, inside.column - window.left]
    some = value > 0
    cells = np.column_stack([inside.row[some], inside.column[some]])
    return inside.polygon[some], cells, inside.share[some], value[some] * inside.share[some]


def _inside(raster: OpenRaster, area: Geometries) -> float:
    """Sum the raster over the study area, with exact shares of its cells."""
    found = outlines(area, raster.affine, raster.shape)
    sums = zonal_sums(found, ((window, _read(raster, window)) for window in windows(found)))
    return float(sums.total[0])


def _read(raster: OpenRaster, window: Window) -> Floats:
    values = raster.read(window.top, window.left, window.rows, window.columns)
    below = values[values < 0]
    if below.size:
        raise RefusedInput(
            ErrorCode.RASTER_NODATA,
            path=raster.path,
            count=int(below.size),
            cells=int(values.size),
            value=written_as(raster, float(below.min())),
            nodata=raster.nodata,
        )
    return values


def _note_fall_backs(spread: Spread, notices: list[Notice]) -> None:
    for one in spread.fall_backs:
        vietnamese, english = _FALL_BACKS[one.to]
        params = {
            "to": one.to,
            "to_vi": vietnamese,
            "to_en": english,
            "zones": len(one.zones),
            "people": one.people / THOUSANDTHS,
            "names": _few(one.zones, _SHOWN),
        }
        notices.append(Notice("demand_fallback", params))


def _few(names: Sequence[str], most: int) -> str:
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")


def _zones_with_people(known: PeopleOfZones) -> int:
    return int(np.any(np.stack(list(known.people.values())) > 0, axis=0).sum())


def _places_of(known: PeopleOfZones, spread: Spread, codes: set[str]) -> int:
    rows = [row for row, code in zip(known.row.tolist(), known.zones.ids, strict=True) if code in codes]
    return int(np.isin(spread.demand.source, rows).sum())
