"""Brings geometries as files hold them to what a layer stores, and finds what cannot be stored.

Everything works on whole arrays; a fault is a row number with a few words, so that all of them can be told at
once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyproj
import shapely

from gis_service.crs import STORAGE, STORAGE_SRID, transform
from gis_service.errors import ErrorCode
from gis_service.types import BBox, Bools, Geometries, Int64s

SHOWN = 100
"""Faults of one kind that are told one by one; the rest is counted."""
MARGIN_DEGREES = 0.2
"""How far beyond the city's box a feature may lie: twice the 10 km border of METHODS whose roads count."""

_MULTI = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}
_MAKERS: dict[str, Callable[..., Any]] = {
    "MultiPoint": shapely.multipoints,
    "MultiLineString": shapely.multilinestrings,
    "MultiPolygon": shapely.multipolygons,
}
_POLYGONAL = ("Polygon", "MultiPolygon")


@dataclass(frozen=True, slots=True)
class Found:
    """Rows with the same kind of fault.

    Parameters
    ----------
    code
        Kind of fault.
    rows
        (n,) row numbers from 0.
    words
        What is wrong in each of the first :data:`SHOWN` rows: the bad value, the reason, the place.
    """

    code: ErrorCode
    rows: Int64s
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a layer accepts.

    Parameters
    ----------
    kind
        ``Point`` … ``MultiPolygon``, or ``Geometry`` for any.
    crs
        System of the coordinates; x is the easting or longitude.
    box
        West, south, east, north of the city in degrees.
    repair
        Repair invalid geometries instead of refusing them.
    """

    kind: str
    crs: pyproj.CRS
    box: BBox
    repair: bool = False


@dataclass
class Prepared:
    """Geometries ready to be stored, and what was found on the way.

    Parameters
    ----------
    geometries
        (n,) in longitude and latitude, plane, of the layer's type; rows with faults hold anything.
    found
        Faults.
    flattened, single_parts, repaired
        Rows whose heights were dropped, whose only part was taken, that were repaired.
    """

    geometries: Geometries
    found: list[Found] = field(default_factory=list)
    flattened: int = 0
    single_parts: int = 0
    repaired: int = 0

    def drop(self, code: ErrorCode, bad: Bools, words: Callable[[int], str]) -> None:
        """Note the rows at fault and leave them out of every further check."""
        rows = np.flatnonzero(bad)
        if rows.size:
            self.found.append(Found(code, rows, tuple(words(int(row)) for row in rows[:SHOWN])))
            self.geometries[rows] = None

    @property
    def present(self) -> Bools:
        """(n,) rows without a fault so far."""
        return ~np.asarray(shapely.is_missing(self.geometries))


def prepare(wkb: Geometries, rule: Rule) -> Prepared:
    """Read, check, transform and fit the geometries of one batch.

    Parameters
    ----------
    wkb
        (n,) bytes, none where there is no geometry.
    rule
        What the layer accepts. Transformed by PROJ's best operation, heights and measures dropped, single
        geometries made multi (and multi ones with one part single) where the layer's type asks for it.
    """
    result = _read(wkb)
    finite = _finite(result.geometries)
    result.drop(ErrorCode.GEOMETRY_NOT_FINITE, result.present & ~finite, lambda _: "NaN / inf")
    raised = result.present & np.asarray(shapely.has_z(result.geometries) | shapely.has_m(result.geometries))
    result.flattened = int(raised.sum())
    if result.flattened:
        result.geometries = np.asarray(shapely.force_2d(result.geometries), dtype=object)
    _fit(result, rule.kind)
    _place(result, rule)
    _validate(result, rule)
    return result


def to_ewkb(geometries: Geometries) -> Geometries:
    """Write geometries in longitude and latitude as PostGIS takes them: (n,) bytes with the storage SRID."""
    marked = shapely.set_srid(geometries, STORAGE_SRID)
    return np.asarray(shapely.to_wkb(marked, include_srid=True), dtype=object)


def _read(wkb: Geometries) -> Prepared:
    there = np.array([value is not None for value in wkb], dtype=bool)
    result = Prepared(_from_wkb(wkb))
    result.drop(ErrorCode.GEOMETRY_UNREADABLE, there & ~result.present, lambda _: "WKB")
    # Unreadable rows are told already; the rows that follow have no geometry, or one without a point.
    missing = ~there | np.asarray(shapely.is_empty(result.geometries))
    empty = ["null", "empty"]
    result.drop(ErrorCode.GEOMETRY_MISSING, missing, lambda row: empty[int(there[row])])
    return result


def _from_wkb(wkb: Geometries) -> Geometries:
    """Read WKB; none for what is no geometry or has curves."""
    try:
        return np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)
    except NotImplementedError:
        # One curve ends the reading of the whole array; each alone tells which it is.
        return np.array([_one_from_wkb(value) for value in wkb], dtype=object)


def _one_from_wkb(wkb: bytes | None) -> shapely.Geometry | None:
    try:
        return shapely.from_wkb(wkb, on_invalid="ignore")
    except NotImplementedError:
        return None


def _finite(geometries: Geometries) -> Bools:
    """(n,) whether all plane coordinates are finite; true where there are none."""
    coordinates, rows = shapely.get_coordinates(geometries, return_index=True)
    finite = np.ones(len(geometries), dtype=bool)
    finite[rows[~np.isfinite(coordinates).all(axis=1)]] = False
    return finite


def _kinds(geometries: Geometries) -> Geometries:
    """(n,) names of the types, empty where there is no geometry."""
    singles = ["Point", "LineString", "LinearRing", "Polygon"]
    names = np.array([*singles, *_MULTI, "GeometryCollection", ""], dtype=object)
    return np.asarray(names[np.asarray(shapely.get_type_id(geometries))], dtype=object)


def _fit(result: Prepared, kind: str) -> None:
    """Bring every geometry to the layer's type where that changes nothing but the wrapping."""
    if kind == "Geometry":
        return
    kinds = _kinds(result.geometries)
    single = kinds == _MULTI.get(kind)
    if single.any():
        result.geometries[single] = _MAKERS[kind](result.geometries[single][:, None])
    multi = next((name for name, part in _MULTI.items() if part == kind), None)
    alone = (kinds == multi) & (shapely.get_num_geometries(result.geometries) == 1)
    result.single_parts = int(alone.sum())
    result.geometries[alone] = shapely.get_geometry(result.geometries[alone], 0)
    wrong = result.present & (kinds != kind) & ~single & ~alone
    result.drop(ErrorCode.GEOMETRY_TYPE_WRONG, wrong, lambda row: str(kinds[row]))


def _place(result: Prepared, rule: Rule) -> None:
    """Transform, and find what lies outside the city or would lie inside it with its axes exchanged."""
    given = result.geometries
    same = rule.crs.equals(STORAGE, ignore_axis_order=True)
    result.geometries = given.copy() if same else transform(given, rule.crs, STORAGE)
    outside = result.present & ~_within(result.geometries, rule.box)
    if not outside.any():
        return
    turned = given.copy()
    turned[outside] = shapely.transform(given[outside], lambda xy: xy[:, ::-1])
    moved = turned if same else transform(turned, rule.crs, STORAGE)
    swapped = outside & _within(moved, rule.box)
    first = dict(zip(np.flatnonzero(outside).tolist(), _corners(given[outside]), strict=True))
    result.drop(ErrorCode.AXES_SWAPPED, swapped, lambda row: first[row])
    result.drop(ErrorCode.OUTSIDE_CITY, outside & ~swapped, lambda row: first[row])


def _corners(geometries: Geometries) -> list[str]:
    """Say where geometries lie, by the lower left corner of their boxes."""
    bounds = shapely.bounds(geometries)
    return [f"x {x:.10g}, y {y:.10g}" for x, y in bounds[:, :2]]


def _within(geometries: Geometries, box: BBox) -> Bools:
    """(n,) whether geometries meet the city's box and its margin; false for what PROJ could not place."""
    west, south, east, north = shapely.bounds(geometries).T
    with np.errstate(invalid="ignore"):
        meets = (
            (west <= box[2] + MARGIN_DEGREES)
            & (east >= box[0] - MARGIN_DEGREES)
            & (south <= box[3] + MARGIN_DEGREES)
            & (north >= box[1] - MARGIN_DEGREES)
        )
    return np.asarray(meets & _finite(geometries), dtype=bool)


def _validate(result: Prepared, rule: Rule) -> None:
    """Refuse or repair what is not valid by the rules of OGC simple features."""
    invalid = result.present & ~np.asarray(shapely.is_valid(result.geometries))
    if not invalid.any():
        return
    if rule.repair:
        _repair(result, invalid, rule.kind)
        return
    reasons = shapely.is_valid_reason(result.geometries)
    result.drop(ErrorCode.GEOMETRY_INVALID, invalid, lambda row: str(reasons[row]))


def _repair(result: Prepared, invalid: Bools, kind: str) -> None:
    """Make geometries valid, keeping their dimension; what vanishes by that is a fault."""
    kinds = _kinds(result.geometries)
    repaired = shapely.make_valid(result.geometries[invalid], method="structure", keep_collapsed=False)
    result.geometries[invalid] = repaired
    gone = invalid & np.asarray(shapely.is_empty(result.geometries))
    result.repaired = int((invalid & ~gone).sum())
    polygonal = invalid & ~gone & np.isin(kinds, _POLYGONAL)
    if kind != "Geometry":
        single = polygonal & (_kinds(result.geometries) == _MULTI.get(kind))
        if single.any():
            result.geometries[single] = _MAKERS[kind](result.geometries[single][:, None])
        parted = invalid & ~gone & (_kinds(result.geometries) != kind)
        result.drop(ErrorCode.GEOMETRY_TYPE_WRONG, parted, lambda row: f"{kinds[row]} ⟶ make_valid")
    result.drop(ErrorCode.GEOMETRY_INVALID, gone, lambda _: "make_valid ⟶ empty")
