"""People of the demo city at their homes: real totals per commune, everything else assumed."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from gis_service.analysis.demo_city.ages import GROUPS, deal_groups, unit_groups
from gis_service.analysis.demo_city.features import Features, generator, points_of
from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.roads import CityRoads
from gis_service.analysis.demo_city.roadside import Frontage, Roadside, roadside, thinned
from gis_service.analysis.demo_city.villages import Villages
from gis_service.analysis.sharing import spread
from gis_service.types import Floats, Geometries, Int64s

PEOPLE_PER_HOME = 17.0
"""Persons that one point stands for in the mean: a handful of neighbouring houses."""
HOMES_APART_M = 8.0
_HOMES = Frontage("homes", step_m=22.0, setback_m=(3.0, 12.0), second_row=0.25)
_UNEVEN = 0.45
"""How much homes differ in people (logarithm)."""


@dataclass(frozen=True, slots=True)
class Residents:
    """People at homes, in the order of units.

    Parameters
    ----------
    xy
        ``(n, 2)`` metres.
    unit, village
        ``(n,)`` rows of ``land.units`` and of the villages.
    people
        ``(n,)`` persons, at least one.
    groups
        ``(n, 7)`` persons of each group of ``ages.GROUPS``; rows add up to ``people``.
    """

    xy: Floats
    unit: Int64s
    village: Int64s
    people: Int64s
    groups: Int64s

    def __len__(self) -> int:
        """Give the number of homes."""
        return len(self.xy)


def make_residents(
    land: Land, villages: Villages, roads: CityRoads, kept_free: Geometries | None = None
) -> Residents:
    """Settle the people of every village along its lanes.

    Parameters
    ----------
    land, villages, roads
        The city, in one metric CRS.
    kept_free
        Areas that nobody lives in, such as parks.

    Returns
    -------
    Residents
        Inside their villages, off water, at least 8 m apart. The people of a unit add up to those of the
        census, and each of its groups to its own total (`ages.unit_groups`), both exactly.
    """
    homes = _homes(roadside(land, villages, roads, _HOMES), kept_free)
    draws = generator("homes chosen")
    order = np.lexsort([draws.random(len(homes)), homes.village])
    homes = homes.take(order)
    first = np.searchsorted(homes.village, np.arange(len(villages.people) + 1))
    wanted = np.ceil(villages.people / PEOPLE_PER_HOME).astype(np.int64)
    counts = np.minimum(wanted, np.diff(first))
    rows = np.concatenate([np.arange(at, at + n) for at, n in zip(first[:-1], counts, strict=True)])
    xy, village = homes.xy[rows], homes.village[rows]
    bare = np.flatnonzero((counts == 0) & (villages.people > 0))  # without a lane: everybody at one place
    xy = np.concatenate([xy, shapely.get_coordinates(shapely.point_on_surface(villages.shape[bare]))])
    village = np.concatenate([village, bare])
    order = np.lexsort([village, villages.unit[village]])
    xy, village = xy[order], village[order]
    unit = villages.unit[village].astype(np.int64)
    people = _shared(villages.people, village)
    groups = deal_groups(people, unit, unit_groups(land.units))
    return Residents(xy, unit, village, people, groups)


def _homes(places: Roadside, kept_free: Geometries | None) -> Roadside:
    """Thin the places out, those beside the road going last."""
    priority = places.setback_m + generator("homes thinned").uniform(0, 12, len(places))
    places = places.take(thinned(places.xy, HOMES_APART_M, priority))
    if kept_free is None or not len(kept_free):
        return places
    free = np.ones(len(places), dtype=np.bool_)
    tree = shapely.STRtree(np.asarray(shapely.points(places.xy), dtype=object))
    free[tree.query(kept_free, predicate="intersects")[1]] = False
    return places.take(free)


def _shared(people: Int64s, village: Int64s) -> Int64s:
    """Share the people of each village out to its homes, at least one to each."""
    size = np.exp(generator("home sizes").normal(0, _UNEVEN, len(village)))
    shared = np.ones(len(village), dtype=np.int64)
    order = np.argsort(village, kind="stable")
    first = np.searchsorted(village[order], np.arange(len(people) + 1))
    for at, (start, end) in enumerate(pairwise(first)):
        rows = order[start:end]
        if rows.size:
            shared[rows] += spread(int(people[at]) - rows.size, np.round(size[rows] * 1000).astype(np.int64))
    return shared


def resident_features(residents: Residents, land: Land) -> Features:
    """Give the residents as rows of their layer."""
    units = [land.units[row] for row in residents.unit.tolist()]
    first = np.searchsorted(residents.unit, residents.unit)
    number = np.arange(len(residents)) - first + 1
    codes = [f"r{unit.code}_{at:04d}" for unit, at in zip(units, number.tolist(), strict=True)]
    columns: dict[str, Iterable[object]] = {"code": codes, "people": residents.people.astype(float)}
    columns |= {group: residents.groups[:, at].astype(float) for at, group in enumerate(GROUPS)}
    columns |= {"commune_2024": [unit.code for unit in units], "commune": [unit.successor for unit in units]}
    return Features(points_of(residents.xy), {name: list(values) for name, values in columns.items()})
