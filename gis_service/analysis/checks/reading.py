"""Reads the WKB of strangers: arcs, rings that lack their end, and what is no geometry at all."""

import numpy as np
import shapely

from gis_service.analysis.checks.curves import is_curved, linear
from gis_service.analysis.checks.findings import Repair
from gis_service.analysis.checks.prepared import Prepared, Rule, kinds_of
from gis_service.errors import ErrorCode
from gis_service.messages.catalogue import notices
from gis_service.types import Bools, Geometries
from gis_service.wkb import Nesting, is_flat, nesting_of


def read(wkb: Geometries, rule: Rule) -> tuple[Prepared, Bools]:
    """Read the geometries of one batch.

    Parameters
    ----------
    wkb
        (n,) bytes, none where there is no geometry.
    rule
        Of it the repairs: arcs made lines, rings closed, rows without a geometry left out.

    Returns
    -------
    tuple[Prepared, Bools]
        What was read; (n,) the rows that are left out because they have no geometry.
    """
    there = np.array([value is not None for value in wkb], dtype=bool)
    # Neither GEOS nor what reads arcs here ever sees what is nested without end, or lies about its parts.
    wkb = np.array([value if _is_sound(value) else None for value in wkb], dtype=object)
    sound = np.array([value is not None for value in wkb], dtype=bool)
    given = _from_wkb(wkb)
    result = Prepared(given, given.copy())
    unread = sound & ~result.present
    if unread.any():
        _read_curves(result, wkb, unread, rule)
        _close_rings(result, wkb, sound & ~result.present, rule)
    faulty = {int(row) for entry in result.found for row in entry.rows}
    unreadable = there & ~result.present
    unreadable[list(faulty)] = False
    result.drop(ErrorCode.GEOMETRY_UNREADABLE, unreadable, lambda _: "WKB")
    # Unreadable rows are told already; the rows that follow have no geometry, or one without a point.
    missing = ~there | np.asarray(shapely.is_empty(result.geometries))
    if Repair.EMPTY in rule.repairs:
        result.told["repaired_empty"] = int(missing.sum())
        result.geometries[missing] = None
        return result, missing
    words = notices()["geometry_null"], notices()["geometry_empty"]
    result.drop(ErrorCode.GEOMETRY_MISSING, missing, lambda row: words[int(there[row])])
    return result, np.zeros(len(wkb), dtype=bool)


def _is_sound(wkb: bytes | None) -> bool:
    return wkb is not None and (is_flat(wkb) or nesting_of(wkb) is Nesting.SOUND)


def _read_curves(result: Prepared, wkb: Geometries, unread: Bools, rule: Rule) -> None:
    """Read what has arcs, which GEOS does not take from here."""
    curved = np.array([bad and is_curved(wkb[row]) for row, bad in enumerate(unread)], dtype=bool)
    for row in np.flatnonzero(curved):
        straight = linear(wkb[row])
        result.geometries[row] = None if straight is None else shapely.from_wkb(straight, on_invalid="fix")
    curved &= result.present
    result.raw[curved] = result.geometries[curved]
    if Repair.LINEAR in rule.repairs:
        result.told["repaired_linear"] = int(curved.sum())
    else:
        result.drop(ErrorCode.GEOMETRY_CURVED, curved, lambda row: str(kinds_of(result.raw[[row]])[0]))


def _close_rings(result: Prepared, wkb: Geometries, unread: Bools, rule: Rule) -> None:
    """Read what only lacks the end of a ring; a GEOS that takes no other fault tells no place for it."""
    unread = unread & ~np.isin(np.arange(len(wkb)), [row for entry in result.found for row in entry.rows])
    closed = np.full(len(wkb), None, dtype=object)
    closed[unread] = [_one_from_wkb(value, on_invalid="fix") for value in wkb[unread]]
    open_rings = ~np.asarray(shapely.is_missing(closed))
    result.raw[open_rings] = closed[open_rings]
    if Repair.GEOMETRY in rule.repairs:
        result.geometries[open_rings] = closed[open_rings]
        result.told["geometries_repaired"] += int(open_rings.sum())
    else:
        result.drop(ErrorCode.GEOMETRY_INVALID, open_rings, lambda _: notices()["geometry_ring_not_closed"])


def _from_wkb(wkb: Geometries) -> Geometries:
    """Read WKB; none for what is no geometry or has curves."""
    try:
        # A coordinate that is no number is found and told by its feature afterwards.
        with np.errstate(invalid="ignore"):
            return np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)
    except NotImplementedError:
        # One curve ends the reading of the whole array; each alone tells which it is.
        return np.array([_one_from_wkb(value) for value in wkb], dtype=object)


def _one_from_wkb(wkb: bytes | None, on_invalid: str = "ignore") -> shapely.Geometry | None:
    try:
        with np.errstate(invalid="ignore"):
            return shapely.from_wkb(wkb, on_invalid=on_invalid)  # type: ignore[call-overload,no-any-return,unused-ignore]
    except (NotImplementedError, shapely.errors.GEOSException):
        return None
