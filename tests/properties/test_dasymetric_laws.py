"""Laws of spreading: zones keep their totals whatever stands in them; no order, no move changes anything."""

from typing import Any

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.buildings import Buildings, weigh_buildings
from gis_service.analysis.dasymetric import Ground, Spread, demand_in_buildings, people_of_zones
from gis_service.types import Geometries

boxes = st.tuples(st.integers(-300, 300), st.integers(-300, 300), st.integers(1, 300), st.integers(1, 300))
zones = st.lists(st.tuples(boxes, st.integers(0, 10**7), st.integers(0, 10**5)), min_size=1, max_size=5)
homes = st.lists(
    st.tuples(st.integers(-350, 600), st.integers(-350, 600), st.sampled_from([0.0, 1.0, 2.0, 7.0])),
    max_size=25,
    unique_by=lambda home: home[:2],
)
patches = st.lists(boxes, max_size=3)
Row = tuple[tuple[int, int, int, int], int, int]


def areas(given_: list[tuple[int, int, int, int]], move: tuple[int, int] = (0, 0)) -> Geometries:
    x, y = move
    result = np.empty(len(given_), dtype=object)
    result[:] = [shapely.box(w + x, s + y, w + x + dx, s + y + dy) for w, s, dx, dy in given_]
    return result


def spread_of(
    rows: list[tuple[str, Row]],
    places: list[tuple[int, int, float]],
    land: list[tuple[int, int, int, int]],
    move: tuple[int, int] = (0, 0),
) -> Spread:
    people = {
        "all": np.array([all_ / 1000 for _, (_, all_, _) in rows]),
        "age_60": np.array([old / 1000 for _, (_, _, old) in rows]),
    }
    known = people_of_zones(areas([row[0] for _, row in rows], move), people, [code for code, _ in rows])
    n = len(places)
    footprints = areas([(x, y, 10, 8) for x, y, _ in places], move)
    found: Buildings = weigh_buildings(
        footprints, np.array([s for _, _, s in places]), np.full(n, np.nan), [""] * n
    )
    return demand_in_buildings(known, found, Ground(residential=areas(land, move)))


def by_code(spread: Spread, rows: list[tuple[str, Row]], move: tuple[int, int] = (0, 0)) -> list[Any]:
    demand = spread.demand
    codes = [rows[row][0] for row in demand.source.tolist()]
    xy = (demand.xy - np.array(move)).tolist()
    groups = zip(demand.people["all"].tolist(), demand.people["age_60"].tolist(), strict=True)
    return sorted(zip(codes, map(tuple, xy), groups, strict=True))


@given(zones, homes, patches)
def test_zones_keep_the_total_of_every_group_whatever_stands_in_them(
    given_: list[Row], places: list[tuple[int, int, float]], land: list[tuple[int, int, int, int]]
) -> None:
    rows = [(str(number), row) for number, row in enumerate(given_)]
    found = spread_of(rows, places, land)
    for group, column in (("all", 1), ("age_60", 2)):
        sums = np.zeros(len(rows), dtype=np.int64)
        np.add.at(sums, found.demand.source, found.demand.people[group])
        assert sums.tolist() == [row[column] for row in given_]
    polygons = areas([row[0] for row in given_])
    held = shapely.intersects(polygons[found.demand.source], shapely.points(found.demand.xy))
    assert bool(np.all(held))


@given(zones, homes, patches, st.randoms(use_true_random=False))
def test_the_order_of_zones_buildings_and_land_changes_nothing(
    given_: list[Row],
    places: list[tuple[int, int, float]],
    land: list[tuple[int, int, int, int]],
    shuffle: Any,  # noqa: ANN401  random.Random of hypothesis
) -> None:
    rows = [(str(number), row) for number, row in enumerate(given_)]
    before = by_code(spread_of(rows, places, land), rows)
    turned, homes_, patches_ = list(rows), list(places), list(land)
    for one in (turned, homes_, patches_):
        shuffle.shuffle(one)
    assert by_code(spread_of(turned, homes_, patches_), turned) == before


@given(zones, homes, st.tuples(st.integers(-40, 40), st.integers(-40, 40)))
def test_a_move_by_whole_steps_of_the_lattice_changes_nothing(
    given_: list[Row], places: list[tuple[int, int, float]], steps: tuple[int, int]
) -> None:
    rows = [(str(number), row) for number, row in enumerate(given_)]
    move = (50 * steps[0], 50 * steps[1])
    assert by_code(spread_of(rows, places, [], move), rows, move) == by_code(
        spread_of(rows, places, []), rows
    )
