"""Laws of demand: nobody is lost, whatever is spread, and no order of rows changes anything."""

from fractions import Fraction

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.demand import demand_from_polygons
from gis_service.analysis.sharing import spread
from gis_service.analysis.zones import NO_UNIT, sorted_zones, zone_of

totals = st.integers(0, 10**12)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any)
floats = st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=20).filter(
    lambda w: sum(w) > 0
)


@given(totals, weights)
def test_spread_keeps_totals_exactly_and_is_never_a_whole_person_off(total: int, given_: list[int]) -> None:
    parts = spread(total, np.array(given_))
    assert int(parts.sum()) == total
    for part, weight in zip(parts.tolist(), given_, strict=True):
        assert abs(Fraction(total * weight, sum(given_)) - part) < 1


@given(totals, floats)
def test_spread_by_floating_weights_is_exact_too(total: int, given_: list[float]) -> None:
    parts = spread(total, np.array(given_))
    whole = sum(map(Fraction, given_), Fraction(0))
    assert int(parts.sum()) == total
    for part, weight in zip(parts.tolist(), given_, strict=True):
        assert abs(total * Fraction(weight) / whole - part) < 1


@given(totals, weights)
def test_equal_weights_differ_by_one_at_most_and_the_first_come_first(total: int, given_: list[int]) -> None:
    parts = spread(total, np.ones(len(given_), dtype=np.int64)).tolist()
    assert parts == sorted(parts, reverse=True)
    assert parts[0] - parts[-1] <= 1


boxes = st.tuples(
    st.integers(-500, 500),
    st.integers(-500, 500),
    st.integers(1, 400),
    st.integers(1, 400),
    st.integers(0, 10**6),
)


@given(st.lists(boxes, min_size=1, max_size=6))
def test_every_polygon_keeps_its_people_and_they_stand_inside_it(
    given_: list[tuple[int, int, int, int, int]],
) -> None:
    polygons = np.array([shapely.box(x, y, x + w, y + h) for x, y, w, h, _ in given_], dtype=object)
    people = np.array([people / 1000 for *_, people in given_])
    demand = demand_from_polygons(polygons, {"all": people})
    sums = np.zeros(len(given_), dtype=np.int64)
    np.add.at(sums, demand.source, demand.people["all"])
    assert sums.tolist() == [people for *_, people in given_]
    assert bool(np.all(shapely.intersects(polygons[demand.source], shapely.points(demand.xy))))


@given(
    st.lists(boxes, min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(-600, 1000), st.integers(-600, 1000)), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_everybody_is_in_one_unit_at_most_whatever_the_order_of_the_units(
    given_: list[tuple[int, int, int, int, int]], places: list[tuple[int, int]], shuffle: object
) -> None:
    polygons = np.array([shapely.box(x, y, x + w, y + h) for x, y, w, h, _ in given_], dtype=object)
    codes = [str(number) for number in range(len(given_))]
    order = list(range(len(given_)))
    shuffle.shuffle(order)  # type: ignore[attr-defined]
    xy = np.array(places, dtype=float)
    outline = shapely.box(-600, -600, 1000, 1000)
    zones = sorted_zones(codes, codes, polygons)
    turned = sorted_zones([codes[row] for row in order], codes, polygons[order])
    found = zone_of(xy, zones, outline)
    assert found.tolist() == zone_of(xy, turned, outline).tolist()
    for place, unit in zip(places, found.tolist(), strict=True):
        holding = [row for row, polygon in enumerate(polygons) if polygon.intersects(shapely.Point(place))]
        assert unit == (holding[0] if holding else NO_UNIT)
