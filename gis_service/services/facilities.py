"""Facilities as a study counts them: where each is entered, its site, and its one unit."""

from collections.abc import Sequence

import numpy as np
import shapely

from gis_service.analysis.entrances import entrances
from gis_service.analysis.zones import NO_UNIT, Zones, zone_by_code, zone_of
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.coverage_inputs import Facilities
from gis_service.services.coverage_parameters import ON_ROADS
from gis_service.types import Bools, Floats, Geometries, Int32s, Int64s, Text

LINEAR, AREAL = 1, 2
"""Dimensions of a line and of an area."""


def facilities_from(
    places: Geometries,
    sites: Sequence[object],
    names: Sequence[str],
    walkable: Geometries,
    zones: Zones,
    codes: Sequence[object] | None = None,
) -> Facilities:
    """Turn the geometries of facilities into the rows of a study, those of the first facility first.

    Parameters
    ----------
    places
        ``(n,)`` points or areas in a projected CRS in metres, none missing.
    sites
        ``n`` sites; equal ones are one site, None is a site of its own.
    names
        ``n`` names.
    walkable
        ``(m,)`` lines that areas are entered from (`Roads.walkable`), same CRS; without any, areas have no
        row.
    zones
        Units, same CRS.
    codes
        ``n`` codes of units, where the input has such a column.
    """
    unit = units_of(places, zones, codes)
    xy, owner = entered_at(places, walkable)
    return Facilities(
        xy=xy, site=site_numbers(sites)[owner], unit=unit[owner], owner=owner, names=tuple(names)
    )


def facilities_as_shapes(
    places: Geometries,
    sites: Sequence[object],
    names: Sequence[str],
    zones: Zones,
    codes: Sequence[object] | None = None,
) -> Facilities:
    """Turn facilities into rows that are near wherever they are nearest, one for each: no road is asked.

    Parameters
    ----------
    places
        ``(n,)`` points, lines or areas in a projected CRS in metres, none missing.
    sites, names, zones, codes
        As of `facilities_from`.
    """
    if np.all(shapely.get_dimensions(places) <= 0):
        return facilities_from(places, sites, names, np.empty(0, dtype=object), zones, codes)
    return Facilities(
        xy=shapely.get_coordinates(shapely.point_on_surface(places)),
        site=site_numbers(sites),
        unit=units_of(places, zones, codes),
        names=tuple(names),
        shapes=places,
    )


def require_kind(places: Geometries, measure: str) -> None:
    """Refuse facilities of a kind that a measure cannot be taken of.

    Raises
    ------
    RefusedInput
        ``study_refused`` for lines in a measure along roads, and in ``inside_area`` for points and lines
        alone; without any facility nobody is reached.
    """
    dimensions = shapely.get_dimensions(places)
    if measure in ON_ROADS and np.any(dimensions == LINEAR):
        expected = Text(
            "within_line, straight_radius (đối tượng dạng đường)", "within_line, straight_radius (lines)"
        )
    elif measure == "inside_area" and len(dimensions) and not np.any(dimensions == AREAL):
        expected = Text(
            "within_line, straight_radius (lớp không có vùng)", "within_line, straight_radius (no areas)"
        )
    else:
        return
    raise RefusedInput(ErrorCode.STUDY_REFUSED, name="measure", value=measure, expected=expected)


def entered_at(places: Geometries, walkable: Geometries) -> tuple[Floats, Int64s]:
    """Give the places where facilities are entered, and the facility of each: a point is its own entrance."""
    is_area = are_areas(places)
    points, owner = shapely.get_coordinates(places[~is_area], return_index=True)
    ways_in, area = entrances(places[is_area], walkable)
    owner = np.concatenate([np.flatnonzero(~is_area)[owner], np.flatnonzero(is_area)[area]])
    order = np.argsort(owner, kind="stable")
    xy: Floats = np.concatenate([points, ways_in])[order]
    return xy, owner[order].astype(np.int64)


def are_areas(places: Geometries) -> Bools:
    """Tell which facilities are areas."""
    return np.asarray(shapely.get_dimensions(places) == AREAL, dtype=np.bool_)


def site_numbers(sites: Sequence[object]) -> Int32s:
    """Give each facility the number of its site, in the order in which they come; None is a site alone."""
    number: dict[object, int] = {}
    keys = [("row", row) if site is None else ("site", str(site)) for row, site in enumerate(sites)]
    return np.array([number.setdefault(key, len(number)) for key in keys], dtype=np.int32)


def units_of(places: Geometries, zones: Zones, codes: Sequence[object] | None = None) -> Int32s:
    """Give each facility one unit, however many entrances it has: that of its code, else of its inner point.

    Parameters
    ----------
    places
        ``(n,)`` points or areas in the CRS of the zones.
    zones
        Units; those known by points only hold nothing.
    codes
        ``n`` codes, None where there is none.

    Returns
    -------
    Int32s
        ``(n,)`` index of the unit, negative without one.
    """
    unit = np.full(len(places), NO_UNIT, dtype=np.int32) if codes is None else zone_by_code(codes, zones)
    if zones.have_areas and len(places):
        held = zone_of(shapely.get_coordinates(shapely.point_on_surface(places)), zones)
        unit = np.where(unit < 0, held, unit)
    return unit
