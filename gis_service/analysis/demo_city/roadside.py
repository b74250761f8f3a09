"""Places beside the roads of the demo city, where homes and services may stand."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gis_service.analysis.demo_city.features import generator
from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.roads import CityRoads
from gis_service.analysis.demo_city.villages import Villages
from gis_service.analysis.network import ROAD_CLASSES
from gis_service.types import Bools, Floats, Geometries, Int8s, Int64s

NO_VILLAGE = -1
OFF_ROAD_M = 2.5
"""Nothing stands nearer to the centre line of any road."""


@dataclass(frozen=True, slots=True)
class Roadside:
    """Places beside roads, inside villages and off water.

    Parameters
    ----------
    xy
        ``(n, 2)`` metres of the metric CRS.
    village
        ``(n,)`` row of the village that holds the place.
    rank
        ``(n,)`` class of its road, index into ``ROAD_CLASSES``: a lower one is a greater road.
    heading
        ``(n,)`` direction of the road in radians, from east, anticlockwise; the place lies on its left.
    setback_m
        ``(n,)`` distance from the centre line.
    """

    xy: Floats
    village: Int64s
    rank: Int8s
    heading: Floats
    setback_m: Floats

    def __len__(self) -> int:
        """Give the number of places."""
        return len(self.xy)

    def take(self, rows: Bools | Int64s) -> "Roadside":
        """Give some of the places."""
        return Roadside(
            self.xy[rows], self.village[rows], self.rank[rows], self.heading[rows], self.setback_m[rows]
        )


@dataclass(frozen=True, slots=True)
class Frontage:
    """How places are strewn along roads.

    Parameters
    ----------
    name
        Names the random numbers.
    step_m
        Distance along the road between two places on one side.
    setback_m
        Least and greatest distance from the edge of the road.
    second_row
        Share of places that stand a row behind.
    smallest
        The least of the road classes that are built along.
    """

    name: str
    step_m: float
    setback_m: tuple[float, float]
    second_row: float = 0.0
    smallest: str = "alley"


SECOND_ROW_M = 17.0
"""How much farther back the second row stands."""


def roadside(land: Land, villages: Villages, roads: CityRoads, frontage: Frontage) -> Roadside:
    """Strew places along the roads of all villages.

    Parameters
    ----------
    land, villages, roads
        The city, in one metric CRS.
    frontage
        How close together, how far from the road, along which roads.

    Returns
    -------
    Roadside
        In the order of villages; none on water, none on a road, none outside its village.
    """
    rank = np.array([ROAD_CLASSES.index(name) for name in roads.road_class], dtype=np.int8)
    built = (rank <= ROAD_CLASSES.index(frontage.smallest)) & roads.on_foot & ~roads.is_bridge
    touching = np.unique(shapely.STRtree(roads.lines).query(villages.shape, predicate="intersects")[1])
    lines = touching[built[touching]]
    return _where_allowed(_strewn(roads, rank, lines, frontage), land, villages, roads.lines[touching])


def _strewn(roads: CityRoads, rank: Int8s, lines: Int64s, frontage: Frontage) -> Roadside:
    """Place one row on both sides of each line, jittered along it and away from it."""
    draws = generator(frontage.name)
    length = shapely.length(roads.lines[lines])
    counts = np.maximum(np.round(length / frontage.step_m), length > frontage.step_m / 2).astype(np.int64)
    line = np.repeat(np.arange(len(lines)), counts)
    place = np.arange(len(line)) - np.repeat(np.cumsum(counts) - counts, counts)
    line, place = np.tile(line, 2), np.tile(place, 2)
    side = np.repeat([-1.0, 1.0], len(line) // 2)
    along = (place + draws.uniform(0.2, 0.8, len(line))) / counts[line] * length[line]
    on_road = shapely.get_coordinates(shapely.line_interpolate_point(roads.lines[lines[line]], along))
    ahead = np.minimum(along + 1.0, length[line])
    behind = np.maximum(ahead - 2.0, 0.0)
    there, here = (
        shapely.get_coordinates(shapely.line_interpolate_point(roads.lines[lines[line]], at))
        for at in (ahead, behind)
    )
    heading = np.arctan2(*(there - here).T[::-1])
    width = np.nan_to_num(roads.width_m[lines[line]], nan=3.0)
    setback = width / 2 + draws.uniform(*frontage.setback_m, len(line))
    setback += SECOND_ROW_M * (draws.random(len(line)) < frontage.second_row)
    heading += np.where(side < 0, np.pi, 0.0)  # so that every place lies on the left
    left = np.column_stack([-np.sin(heading), np.cos(heading)])
    xy = np.round(on_road + left * setback[:, None], 2)
    nowhere = np.full(len(line), NO_VILLAGE, dtype=np.int64)
    return Roadside(xy, nowhere, rank[lines[line]], heading, setback)


def _where_allowed(found: Roadside, land: Land, villages: Villages, lines: Geometries) -> Roadside:
    tree = shapely.STRtree(np.asarray(shapely.points(found.xy), dtype=object))
    village, place = tree.query(villages.shape, predicate="contains_properly")
    inside = found.village.copy()
    inside[place] = village
    barred = np.zeros(len(found), dtype=np.bool_)
    waters = np.array([water.shape for water in land.waters], dtype=object)
    barred[tree.query(waters, predicate="intersects")[1]] = True
    barred[tree.query(lines, predicate="dwithin", distance=OFF_ROAD_M)[1]] = True
    rows = np.flatnonzero((inside != NO_VILLAGE) & ~barred)
    rows = rows[np.argsort(inside[rows], kind="stable")]
    kept = Roadside(found.xy, inside, found.rank, found.heading, found.setback_m)
    return kept.take(rows)


def thinned(xy: Floats, distance_m: float, priority: Floats) -> Bools:
    """Tell which places stay so that no two are nearer than a distance.

    Parameters
    ----------
    xy
        ``(n, 2)`` metres.
    distance_m
        Least distance between two places that stay.
    priority
        ``(n,)``; of two that are too near the one with the greater number goes, among equal ones the later.

    Notes
    -----
    A place goes even when its neighbour has gone as well: some more fall than need be, and the rule needs one
    look at all pairs only.
    """
    pairs = cKDTree(xy).query_pairs(distance_m, output_type="ndarray")
    stays = np.ones(len(xy), dtype=np.bool_)
    if len(pairs):
        rank = np.empty(len(xy), dtype=np.int64)
        rank[np.argsort(priority, kind="stable")] = np.arange(len(xy))
        stays[np.where(rank[pairs[:, 0]] > rank[pairs[:, 1]], pairs[:, 0], pairs[:, 1])] = False
    return stays
