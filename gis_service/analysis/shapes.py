"""Brings geometries as files hold them to what a layer stores, and finds what cannot be stored.

Everything works on whole arrays; a fault is a row number with a few words and a place, so that all of them
can be told at once. What is repaired was chosen; the wrapping alone (a polygon as a multi-polygon of one) is
fitted unasked.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from gis_service.analysis.checks import validity
from gis_service.analysis.checks.findings import LISTED, Found, Repair
from gis_service.analysis.checks.prepared import MULTI, Prepared, Rule, finite, kinds_of
from gis_service.analysis.checks.reading import read
from gis_service.crs import STORAGE, transform
from gis_service.errors import ErrorCode
from gis_service.messages.catalogue import notices
from gis_service.types import BBox, Bools, Floats, Geometries, Text

__all__ = ["Found", "Prepared", "Rule", "place_all", "prepare", "to_wkb", "wrapped"]

MARGIN_DEGREES = 0.2
"""How far beyond the city's box a feature may lie: twice the 10 km border of METHODS whose roads count."""
MOST_VERTICES = 1_000_000
"""Vertices of one feature beyond which drawing it is slow."""

_MAKERS: dict[str, Callable[..., Any]] = {
    "MultiPoint": shapely.multipoints,
    "MultiLineString": shapely.multilinestrings,
    "MultiPolygon": shapely.multipolygons,
}


def prepare(wkb: Geometries, rule: Rule) -> Prepared:
    """Read, check, transform, repair and fit the geometries of one batch.

    Parameters
    ----------
    wkb
        (n,) bytes, none where there is no geometry.
    rule
        What the layer accepts. Transformed by PROJ's best operation, heights and measures dropped, single
        geometries made multi (and multi ones with one part single) where the layer's type asks for it.
    """
    result, out = read(wkb, rule)
    endless = result.present & ~finite(result.geometries)
    result.drop(ErrorCode.COORDINATE_NOT_FINITE, endless, lambda _: "NaN / inf")
    raised = result.present & np.asarray(shapely.has_z(result.geometries) | shapely.has_m(result.geometries))
    if raised.any():
        result.told["third_dimension_dropped"] = int(raised.sum())
        result.geometries = np.asarray(shapely.force_2d(result.geometries), dtype=object)
    _note_large(result)
    out |= _fit(result, rule)
    out |= _place(result, rule)
    _validate(result, rule)
    _divide(result, rule, ~out)
    result.found = [_located(entry, result.raw, rule) for entry in result.found]
    return result


def to_wkb(geometries: Geometries) -> pa.LargeBinaryArray:
    """Write plane geometries in longitude and latitude as PostGIS takes them.

    Parameters
    ----------
    geometries
        (n,) geometries; none stays none.

    Returns
    -------
    pyarrow.LargeBinaryArray
        (n,) WKB, little end first, without the storage SRID: a column of geometries gives it its own.
    """
    return pa.array(shapely.to_wkb(geometries, output_dimension=2, byte_order=1), pa.large_binary())


def place_all(geometries: Geometries, rule: Rule) -> Geometries:
    """Bring geometries of the file to longitude and latitude, for a map; none where that cannot be."""
    if rule.crs is None:
        return np.full(len(geometries), None, dtype=object)
    # A copy: what needs no transformation comes back as it is.
    moved = transform(geometries, rule.crs, STORAGE).copy()
    moved[~finite(moved)] = None
    return moved


def _note_large(result: Prepared) -> None:
    """Warn of features with very many vertices; they stay."""
    vertices = np.asarray(shapely.get_num_coordinates(result.geometries))
    rows = np.flatnonzero(vertices > MOST_VERTICES)
    if rows.size:
        words = tuple(f"{vertices[row]}" for row in rows[:LISTED])
        result.found.append(Found(ErrorCode.GEOMETRY_LARGE, rows, words))


def _fit(result: Prepared, rule: Rule) -> Bools:
    """Bring every geometry to the layer's type where that changes nothing but the wrapping.

    Returns
    -------
    Bools
        (n,) rows that are left out because they are of another type, when that was chosen.
    """
    kind, none = rule.kind, np.zeros(len(result.geometries), dtype=bool)
    if kind == "Geometry":
        return none
    kinds = kinds_of(result.geometries)
    single = kinds == MULTI.get(kind)
    result.geometries = wrapped(result.geometries, kind)
    multi = next((name for name, part in MULTI.items() if part == kind), None)
    alone = (kinds == multi) & (shapely.get_num_geometries(result.geometries) == 1)
    result.told["single_parts_taken"] += int(alone.sum())
    result.geometries[alone] = shapely.get_geometry(result.geometries[alone], 0)
    wrong: Bools = np.asarray(result.present & (kinds != kind) & ~single & ~alone, dtype=bool)
    if Repair.PARTS in rule.repairs:
        _gather(result, kinds, kind, wrong)
        wrong &= ~_divisible(result.geometries, kind)
    if not wrong.any():
        return none
    if Repair.KINDS in rule.repairs:
        result.leave_out("repaired_kinds", wrong)
        return wrong
    several = wrong & (_divisible(result.geometries, kind) | (kinds == "GeometryCollection"))
    wrong &= ~several
    result.drop(ErrorCode.GEOMETRY_TYPE_WRONG, several, lambda row: str(kinds[row]), remedy=_parts_left(rule))
    result.drop(ErrorCode.GEOMETRY_TYPE_WRONG, wrong, lambda row: str(kinds[row]))
    return none


def _parts_left(rule: Rule) -> Repair | None:
    """Offer to divide what has parts, unless that was chosen and did not help."""
    return None if Repair.PARTS in rule.repairs else Repair.PARTS


def wrapped(geometries: Geometries, kind: str) -> Geometries:
    """Wrap single geometries as the layer's type has them; others are left as they are.

    Parameters
    ----------
    geometries
        (n,) geometries.
    kind
        ``Point`` … ``MultiPolygon``, or ``Geometry`` for any.
    """
    single = kinds_of(geometries) == MULTI.get(kind, "-")
    result = geometries.copy()
    if single.any():
        result[single] = _MAKERS[kind](geometries[single][:, None])
    return result


def _gather(result: Prepared, kinds: Geometries, kind: str, wrong: Bools) -> None:
    """Make collections whose members are all of one kind a multi-geometry of that kind."""
    for row in np.flatnonzero(wrong & (kinds == "GeometryCollection")):
        parts = shapely.get_parts(shapely.get_parts(result.geometries[row]))
        single = MULTI.get(kind, kind)
        if len(parts) and (kinds_of(parts) == single).all():
            multi = next(name for name, part in MULTI.items() if part == single)
            result.geometries[row] = _MAKERS[multi](parts)
            wrong[row] = multi != kind
            result.told["repaired_parts"] += int(multi == kind)


def _divisible(geometries: Geometries, kind: str) -> Bools:
    """(n,) whether a geometry has several parts, all of the single kind that the layer takes."""
    return np.asarray([MULTI.get(str(name)) == kind for name in kinds_of(geometries)], dtype=bool)


def _divide(result: Prepared, rule: Rule, kept: Bools) -> None:
    """Leave rows out, and make each part a geometry of its own, where that was chosen."""
    rows = np.flatnonzero(kept)
    result.geometries, result.rows = result.geometries[rows], rows
    if Repair.PARTS not in rule.repairs:
        return
    several = _divisible(result.geometries, rule.kind)
    if several.any():
        result.told["repaired_parts"] += int(several.sum())
        counts = np.where(several, shapely.get_num_geometries(result.geometries), 1)
        whole = np.repeat(result.geometries, counts)
        at = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        parted = np.repeat(several, counts)
        whole[parted] = shapely.get_geometry(whole[parted], at[parted])
        result.geometries, result.rows = whole, np.repeat(rows, counts)


def _place(result: Prepared, rule: Rule) -> Bools:
    """Transform, and find what lies outside the city or would lie inside it with its axes exchanged.

    Returns
    -------
    Bools
        (n,) rows that are left out because they lie outside, when that was chosen.
    """
    none = np.zeros(len(result.geometries), dtype=bool)
    if rule.crs is None:
        return none
    given = result.geometries
    same = rule.crs.equals(STORAGE, ignore_axis_order=True)
    result.geometries = given.copy() if same else transform(given, rule.crs, STORAGE)
    outside = result.present & ~_within(result.geometries, rule.box)
    if not outside.any():
        return none
    turned = given.copy()
    turned[outside] = shapely.transform(given[outside], lambda xy: xy[:, ::-1])
    moved = turned if same else transform(turned, rule.crs, STORAGE)
    swapped = outside & _within(moved, rule.box)
    outside &= ~swapped
    first = dict(
        zip(np.flatnonzero(outside | swapped).tolist(), _corners(given[outside | swapped]), strict=True)
    )
    if Repair.AXES in rule.repairs:
        result.geometries[swapped] = moved[swapped]
        result.told["repaired_axes"] = int(swapped.sum())
    else:
        # The way to look for them is where they would lie, not at a latitude of 106 degrees.
        places = _centres(moved[np.flatnonzero(swapped)[:LISTED]])
        result.drop(ErrorCode.AXES_SWAPPED, swapped, lambda row: first[row], places)
    if Repair.OUTSIDE in rule.repairs:
        result.told["repaired_outside"] = int(outside.sum())
        result.geometries[outside] = None
        return outside
    result.drop(ErrorCode.OUTSIDE_CITY, outside, lambda row: first[row])
    return none


def _corners(geometries: Geometries) -> list[str]:
    """Say where geometries lie, by the lower left corner of their boxes."""
    bounds = shapely.bounds(geometries)
    return [f"x {x:.10g}, y {y:.10g}" for x, y in bounds[:, :2]]


def _centres(geometries: Geometries) -> Floats:
    """(n, 2) middles of boxes, NaN where there is none."""
    west, south, east, north = shapely.bounds(geometries).T
    return np.column_stack([(west + east) / 2, (south + north) / 2])


def _located(entry: Found, raw: Geometries, rule: Rule) -> Found:
    """Give the places of rows that a check has not told itself."""
    if entry.places is not None:
        return entry
    return replace(entry, places=_centres(place_all(raw[entry.rows[:LISTED]], rule)))


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
    return np.asarray(meets & finite(geometries), dtype=bool)


def _validate(result: Prepared, rule: Rule) -> None:
    """Refuse or repair what is not valid by the rules of OGC simple features."""
    invalid = result.present & ~np.asarray(shapely.is_valid(result.geometries))
    if not invalid.any():
        return
    if Repair.GEOMETRY in rule.repairs:
        _repair(result, invalid, rule)
        return
    rows = np.flatnonzero(invalid)
    reasons = dict(zip(rows.tolist(), shapely.is_valid_reason(result.geometries[rows]), strict=True))
    places = validity.places_of(np.array([reasons[row] for row in rows[:LISTED].tolist()], dtype=object))
    told = places if rule.crs is not None else np.full_like(places, np.nan)
    result.drop(ErrorCode.GEOMETRY_INVALID, invalid, lambda row: validity.words_of(reasons[row]), told)


def _turned(kind: str) -> Text:
    """Say that a geometry of this type is one of another type after its repair."""
    words = notices()["geometry_turned"]
    return Text(words.vi.format(kind=kind), words.en.format(kind=kind))


def _repair(result: Prepared, invalid: Bools, rule: Rule) -> None:
    """Make geometries valid, keeping their dimension; what vanishes by that is a fault."""
    kind, kinds = rule.kind, kinds_of(result.geometries)
    tangled = np.zeros(len(invalid), dtype=bool)
    tangled[invalid] = [validity.tangled(result.geometries[[row]]) for row in np.flatnonzero(invalid)]
    result.drop(ErrorCode.GEOMETRY_INVALID, tangled, lambda _: notices()["geometry_tangled"])
    invalid = invalid & ~tangled
    rows = np.flatnonzero(invalid)
    mended = validity.mend(result.geometries[rows], rule.metric if rule.crs is not None else None)
    result.geometries[rows] = mended.geometries
    gone = np.zeros(len(invalid), dtype=bool)
    gone[rows] = np.asarray(shapely.is_empty(mended.geometries))
    result.told["geometries_repaired"] += int((invalid & ~gone).sum())
    result.area_changed_m2 += float(np.abs(mended.after - mended.before)[~gone[rows]].sum())
    if kind != "Geometry":
        single = invalid & ~gone & (kinds_of(result.geometries) == MULTI.get(kind))
        if single.any():
            result.geometries[single] = _MAKERS[kind](result.geometries[single][:, None])
        parted = invalid & ~gone & (kinds_of(result.geometries) != kind)
        if Repair.PARTS in rule.repairs:
            parted &= ~_divisible(result.geometries, kind)
        result.drop(
            ErrorCode.GEOMETRY_TYPE_WRONG,
            parted,
            lambda row: _turned(str(kinds[row])),
            remedy=_parts_left(rule),
        )
    result.drop(ErrorCode.GEOMETRY_INVALID, gone, lambda _: notices()["geometry_gone"])
    if Repair.AREA not in rule.repairs:
        changed = np.zeros(len(invalid), dtype=bool)
        changed[rows] = mended.changed
        areas = dict(zip(rows.tolist(), zip(mended.before, mended.after, strict=True), strict=True))
        told = "{:.6g} ⟶ {:.6g} m²"
        bad = changed & result.present
        result.drop(ErrorCode.AREA_CHANGED, bad, lambda row: told.format(*areas[row]))
