"""People of zones put where they are likely to live: in buildings, on residential land, by a raster.

Each zone keeps its total in every group to the thousandth of a person, whatever is found in it. Where a zone
with people holds no building (no weight), its residential land takes them, then the whole zone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import shapely

from gis_service.analysis.buildings import Buildings
from gis_service.analysis.demand import (
    ALL,
    Demand,
    groups_in_thousandths,
    refuse_missing,
    rows_with_people,
)
from gis_service.analysis.lattice import LATTICE, Lattice, places_in, points_in_boxes
from gis_service.analysis.sharing import spread_among, spread_evenly, whole_weights
from gis_service.analysis.zones import Zones, sorted_zones, zone_of
from gis_service.types import Bools, Floats, Geometries, Int64s

_AREA = 2
_AT_ONCE = 50_000
"""Parts of cells that are polygons in memory together."""


@dataclass(frozen=True)
class PeopleOfZones:
    """People who are known by zone only, in the order of the codes of the zones.

    Parameters
    ----------
    zones
        Polygons in a projected CRS in metres.
    row
        ``(n,)`` row of the input of each zone.
    people
        Whole thousandths of a person, ``(n,)`` per group.
    """

    zones: Zones
    row: Int64s
    people: Mapping[str, Int64s]


@dataclass(frozen=True)
class Ground:
    """Where people of a zone live that holds no weight.

    Parameters
    ----------
    residential
        Polygons of residential land in the CRS of the zones; None when it is not known.
    barriers
        Where nobody lives (water), same CRS.
    lattice
        Where people are put whose home is not known.
    """

    residential: Geometries | None = None
    barriers: Geometries | None = None
    lattice: Lattice = LATTICE


@dataclass(frozen=True)
class Pieces:
    """The parts of the cells of a raster inside zones; there are millions, drawn some at a time.

    Parameters
    ----------
    zone
        ``(m,)`` zone of each part.
    weight
        ``(m,)`` value of the cell times the share of it inside the zone.
    area
        Gives the polygons of some parts, by their rows, in the CRS of the zones; an empty one for a part
        without an area.
    """

    zone: Int64s
    weight: Floats
    area: Callable[[Int64s], Geometries]

    def boxes(self) -> Floats:
        """Give the box of each part, ``(m, 4)``, nan for one without an area."""
        box = np.empty((len(self.zone), 4))
        for first in range(0, len(box), _AT_ONCE):
            areas = self.area(np.arange(first, min(first + _AT_ONCE, len(box))))
            solid = (shapely.area(areas) > 0)[:, None]
            box[first : first + _AT_ONCE] = np.where(solid, shapely.bounds(areas), np.nan)
        return box


@dataclass(frozen=True)
class FallBack:
    """Zones whose people could not be put where they were wanted.

    Parameters
    ----------
    to
        Where they were put instead: on residential land, or all over the zone.
    zones
        Codes, in their order.
    people
        Thousandths of a person, all together.
    """

    to: Literal["land_use", "area"]
    zones: tuple[str, ...]
    people: int


@dataclass(frozen=True)
class Spread:
    """People at places, and where that was not possible as wanted."""

    demand: Demand
    fall_backs: tuple[FallBack, ...]


def people_of_zones(
    polygons: Geometries, people: Mapping[str, Floats], codes: Sequence[object]
) -> PeopleOfZones:
    """Bring people of zones to the order of their codes.

    Parameters
    ----------
    polygons
        ``(n,)`` valid polygons or multipolygons in a projected CRS in metres.
    people
        Persons per group, ``(n,)`` each; must hold ``all``.
    codes
        ``n`` codes, each once.

    Raises
    ------
    RefusedInput
        ``people_invalid``, ``demand_place_missing``, ``zone_code_missing`` or ``zone_code_repeated``.
    WrongUse
        When the group ``all`` is missing.
    """
    groups = groups_in_thousandths(people)
    shapes = np.asarray(polygons, dtype=object)
    kept = rows_with_people(groups)
    refuse_missing(kept[shapely.is_missing(shapes[kept]) | shapely.is_empty(shapes[kept])])
    zones = sorted_zones(codes, [""] * len(codes), shapes)
    row_of = {str(code).strip(): row for row, code in enumerate(codes)}
    row = np.array([row_of[code] for code in zones.ids], dtype=np.int64)
    return PeopleOfZones(zones, row, {name: values[row] for name, values in groups.items()})


def demand_in_buildings(known: PeopleOfZones, buildings: Buildings, ground: Ground | None = None) -> Spread:
    """Put the people of zones into their buildings.

    Parameters
    ----------
    known
        As `people_of_zones` gives them.
    buildings
        In the CRS of the zones. A building belongs to the zone that holds its place; on a shared border and
        in an overlap to the one with the lower code, so that it is filled once.
    ground
        Where the people of zones without any building to live in are put.

    Returns
    -------
    Spread
        Buildings with people in them, by zone, x and y; ``source`` is the row of the zone in the input. Every
        zone keeps its total exactly in every group.

    Notes
    -----
    The share of building b is ``a_b s_b d_b / sum(a s d)`` of its zone: footprint area, storeys, density of
    the class; whole thousandths by largest remainder, ties to the western, then the southern building.

    References
    ----------
    Wright, J. K. (1936), A method of mapping densities of population, doi:10.2307/209467. Eicher, C. L. and
    Brewer, C. A. (2001), Dasymetric mapping and areal interpolation, doi:10.1559/152304001782173727. Totals
    are kept as Tobler, W. R. (1979) asks, doi:10.1080/01621459.1979.10481647.
    """
    usable = np.flatnonzero((buildings.weight > 0) & np.isfinite(buildings.xy).all(axis=1))
    xy, weight = buildings.xy[usable], buildings.weight[usable]
    zone = zone_of(xy, known.zones).astype(np.int64)
    inside = np.flatnonzero(zone >= 0)
    order = inside[np.lexsort((weight[inside], xy[inside, 1], xy[inside, 0], zone[inside]))]
    xy, weight, zone = xy[order], weight[order], zone[order]
    held, fall_backs, areas = _fall_back(known, zone, ground or Ground())
    shares = {name: spread_among(np.where(held, n, 0), zone, weight) for name, n in known.people.items()}
    return _together(known, (xy, zone, shares, None), areas, fall_backs)


def demand_by_raster(
    known: PeopleOfZones,
    pieces: Pieces,
    ground: Ground | None = None,
) -> Spread:
    """Put the people of zones onto the cells of a raster of weights.

    Parameters
    ----------
    known
        As `people_of_zones` gives them.
    pieces
        The parts of cells inside a zone.
    ground
        Where the people of zones without weight are put, and the lattice for people of large cells.

    Returns
    -------
    Spread
        As `demand_in_buildings`; people of a large cell stand on its lattice points.

    Raises
    ------
    RefusedInput
        ``places_too_many``, ``weights_invalid``.

    References
    ----------
    Tobler, W. R. (1979), doi:10.1080/01621459.1979.10481647; weights by raster: Mennis, J. (2003),
    doi:10.1111/0033-0124.10042.
    """
    ground = ground or Ground()
    box = pieces.boxes()
    rows = np.flatnonzero(np.isfinite(box[:, 0]))
    zone = pieces.zone[rows]
    whole = whole_weights(pieces.weight[rows], zone, len(known.zones))
    order = np.lexsort((box[rows, 1], box[rows, 0], zone))
    order = order[whole[order] > 0]
    rows, zone, whole = rows[order], zone[order], whole[order]
    held, fall_backs, areas = _fall_back(known, zone, ground)
    of_piece = {name: spread_among(np.where(held, n, 0), zone, whole) for name, n in known.people.items()}
    some = rows_with_people(of_piece)
    ground.lattice.require_few(points_in_boxes(box[rows[some]], ground.lattice))
    xy, piece, used = _places(pieces, rows[some], ground)
    counts = np.bincount(piece, minlength=len(some))
    shares = {name: spread_evenly(n[some], counts) for name, n in of_piece.items()}
    step_m = ground.lattice.step_m if used else None
    return _together(known, (xy, zone[some][piece], shares, step_m), areas, fall_backs)


def _places(pieces: Pieces, rows: Int64s, ground: Ground) -> tuple[Floats, Int64s, bool]:
    """Give the places of some parts of cells, as `places_in`; the owner counts among these."""
    parts = []
    for first in range(0, max(1, len(rows)), _AT_ONCE):
        areas = pieces.area(rows[first : first + _AT_ONCE])
        xy, owner, used = places_in(areas, ground.barriers, ground.lattice)
        parts.append((xy, owner + first, used))
    xy, owner = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    return xy, owner, any(part[2] for part in parts)


_Placed: TypeAlias = tuple[Floats, Int64s, Mapping[str, Int64s], float | None]
"""Places, the zone of each, people per group, and the step of the lattice when it was used."""


def _fall_back(
    known: PeopleOfZones, zone: Int64s, ground: Ground
) -> tuple[Bools, tuple[FallBack, ...], list[_Placed]]:
    """Tell which zones hold a weight, and put the people of the others on the ground."""
    held = np.zeros(len(known.zones), dtype=np.bool_)
    held[zone] = True
    bare = np.setdiff1d(rows_with_people(known.people), np.flatnonzero(held))
    shapes, on_land = _land(known.zones.polygons[bare], ground.residential)
    told: list[FallBack] = []
    placed: list[_Placed] = []
    ways: tuple[tuple[Literal["land_use", "area"], Bools], ...] = (("land_use", on_land), ("area", ~on_land))
    for to, chosen in ways:
        rows = bare[chosen]
        if not rows.size:
            continue
        codes = tuple(known.zones.ids[row] for row in rows.tolist())
        told.append(FallBack(to, codes, int(known.people[ALL][rows].sum())))
        xy, owner, used = places_in(shapes[chosen], ground.barriers, ground.lattice)
        counts = np.bincount(owner, minlength=len(rows))
        shares = {name: spread_evenly(values[rows], counts) for name, values in known.people.items()}
        placed.append((xy, rows[owner], shares, ground.lattice.step_m if used else None))
    return held, tuple(told), placed


def _land(zones: Geometries, residential: Geometries | None) -> tuple[Geometries, Bools]:
    """Give the residential land of each zone, and which zones have any; the others stay as they are.

    It is one shape, so that land that is drawn twice counts once.
    """
    result, has_land = zones.copy(), np.zeros(len(zones), dtype=np.bool_)
    if residential is None or not len(residential) or not len(zones):
        return result, has_land
    zone, patch = shapely.STRtree(residential).query(zones, predicate="intersects")
    common = shapely.intersection(zones[zone], residential[patch])
    parts, pair = shapely.get_parts(common, return_index=True)
    areal = shapely.get_dimensions(parts) == _AREA
    parts, owner = parts[areal], zone[pair[areal]]
    for row in np.unique(owner).tolist():
        result[row], has_land[row] = shapely.union_all(parts[owner == row]), True
    return result, has_land


def _together(
    known: PeopleOfZones, main: _Placed, others: Sequence[_Placed], fall_backs: tuple[FallBack, ...]
) -> Spread:
    """Put all places into one demand, by zone, x and y; places that got nobody are left out."""
    placed = [main, *others]
    xy, zone = np.concatenate([one[0] for one in placed]), np.concatenate([one[1] for one in placed])
    people = {name: np.concatenate([one[2][name] for one in placed]) for name in known.people}
    order = np.lexsort((xy[:, 1], xy[:, 0], zone))
    kept = order[np.isin(order, rows_with_people(people))]
    step_m = next((one[3] for one in placed if one[3] is not None), None)
    groups = {name: values[kept] for name, values in people.items()}
    return Spread(Demand(xy[kept], groups, known.row[zone[kept]].astype(np.int32), step_m), fall_backs)
