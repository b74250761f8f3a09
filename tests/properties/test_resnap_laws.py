"""Joining places again after an edit of the roads gives what joining all of them gives, to the last bit."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.modes import mode, segment_costs
from gis_service.analysis.network import ALLEY, Roads, build_network
from gis_service.analysis.resnap import joined_to, resnap
from gis_service.analysis.snap import Positions, snap
from gis_service.types import Geometries

MAX_M = 120.0
corner = st.integers(0, 48).map(lambda at: (float(at % 7) * 40, float(at // 7) * 40))
road = st.tuples(st.lists(corner, min_size=2, max_size=3, unique=True), st.sampled_from([4, 5, ALLEY]))
place = st.tuples(st.integers(-10, 60), st.integers(-10, 60)).map(lambda at: (at[0] * 5.0, at[1] * 5.0))
wall = st.tuples(corner, st.sampled_from([(30.0, 4.0), (4.0, 60.0)])).map(
    lambda drawn: shapely.box(
        drawn[0][0] + 7, drawn[0][1] + 7, drawn[0][0] + 7 + drawn[1][0], drawn[0][1] + 7 + drawn[1][1]
    )
)
edit = st.tuples(st.integers(0, 8), st.one_of(st.none(), road))
Drawn = list[tuple[list[tuple[float, float]], int]]


def objects(items: list[shapely.Geometry]) -> Geometries:
    result = np.empty(len(items), dtype=object)
    result[:] = items
    return result


def roads_of(drawn: Drawn) -> Roads:
    lines = objects([shapely.LineString(path) for path, _ in drawn])
    return Roads.plain(lines, np.array([kind for _, kind in drawn], dtype=np.int8))


def edited(drawn: Drawn, edits: list[tuple[int, tuple[list[tuple[float, float]], int] | None]]) -> Drawn:
    """Replace, remove or append roads."""
    result: list[tuple[list[tuple[float, float]], int] | None] = list(drawn)
    for row, new in edits:
        if row < len(result):
            result[row] = new
        else:
            result.append(new)
    return [one for one in result if one is not None]


def equal(one: Positions, other: Positions) -> None:
    for name in Positions.__slots__:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@given(
    drawn=st.lists(road, min_size=1, max_size=8),
    edits=st.lists(edit, min_size=1, max_size=3),
    places=st.lists(place, min_size=1, max_size=12),
    walls=st.lists(wall, max_size=2),
    how=st.sampled_from(["walk", "car"]),
)
def test_places_are_joined_as_if_nothing_had_been_known(
    drawn: Drawn,
    edits: list[tuple[int, tuple[list[tuple[float, float]], int] | None]],
    places: list[tuple[float, float]],
    walls: list[shapely.Geometry],
    how: str,
) -> None:
    points, barriers = np.array(places), objects(walls)
    old, new = build_network(roads_of(drawn)), build_network(roads_of(edited(drawn, edits)))
    before, after = (segment_costs(one, mode(how), "network_time") for one in (old, new))
    known = joined_to(old, before.snappable, snap(points, old, before, barriers, MAX_M))
    equal(resnap(points, new, after, known, barriers, MAX_M), snap(points, new, after, barriers, MAX_M))
