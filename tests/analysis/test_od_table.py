"""Units and facilities in one table: against a reading by hand of random ones."""

from collections import defaultdict
from fractions import Fraction
from math import floor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.od_table import Ways, unit_table


def ways(rows: list[tuple[int, int, int]]) -> Ways:
    home, facility, cost = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Ways(home, facility, cost)


def test_a_unit_has_a_row_for_each_facility_in_reach_the_nearest_first() -> None:
    # 2 homes of unit 0, 1 of unit 1, one of no unit
    people, zone = np.array([3_000, 1_000, 5_000, 9_000]), np.array([0, 0, 1, -1], dtype=np.int32)
    found = unit_table(ways([(0, 0, 70), (1, 0, 90), (1, 1, 10), (2, 1, 40), (3, 0, 5)]), people, zone)
    assert found.unit.tolist() == [0, 0, 1]
    assert found.facility.tolist() == [0, 1, 1]
    assert found.people.tolist() == [4_000, 1_000, 5_000]
    assert found.median.tolist() == [70, -1, 40]
    assert found.arrived_median.tolist() == [70, 10, 40]
    assert found.arrived_mean.tolist() == [75, 10, 40]
    assert found.rank.tolist() == [1, 2, 1]
    assert found.nearest(1).facility.tolist() == [0, 1]


def test_the_cheapest_entrance_of_a_facility_counts() -> None:
    found = ways([(0, 2, 5), (0, 0, 9), (0, 1, 7), (1, 1, 3)]).to_owners(np.array([0, 0, 1]))
    assert [*zip(found.home.tolist(), found.facility.tolist(), found.cost.tolist(), strict=True)] == [
        (0, 0, 7),
        (0, 1, 5),
        (1, 0, 3),
    ]


def test_without_ways_there_are_no_rows() -> None:
    assert len(unit_table(ways([]), np.array([1_000]), np.zeros(1, np.int32))) == 0


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 9)),
        unique_by=lambda row: row[:2],
        max_size=18,
    ),
    st.lists(st.integers(0, 4_000), min_size=6, max_size=6),
    st.lists(st.integers(-1, 2), min_size=6, max_size=6),
)
def test_every_figure_is_the_one_that_is_read_off_by_hand(
    rows: list[tuple[int, int, int]], people: list[int], zone: list[int]
) -> None:
    found = unit_table(ways(rows), np.array(people), np.array(zone, dtype=np.int32))
    by_hand: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for home, facility, cost in rows:
        if zone[home] >= 0 and people[home]:
            by_hand[zone[home], facility].append((cost, people[home]))
    assert {*zip(found.unit.tolist(), found.facility.tolist(), strict=True)} == by_hand.keys()
    for row in range(len(found)):
        unit = int(found.unit[row])
        arrived = sorted(by_hand[unit, int(found.facility[row])])
        number = sum(count for _, count in arrived)
        everybody = sum(count for home, count in enumerate(people) if zone[home] == unit)
        each = [cost for cost, count in arrived for _ in range(count)]
        assert int(found.people[row]) == number
        assert int(found.arrived_median[row]) == each[(number + 1) // 2 - 1]
        assert int(found.median[row]) == (each[(everybody + 1) // 2 - 1] if 2 * number >= everybody else -1)
        assert int(found.arrived_mean[row]) == floor(Fraction(sum(each), number) + Fraction(1, 2))
    for unit in set(found.unit.tolist()):
        own = found.take(found.unit == unit)
        assert own.rank.tolist() == [*range(1, len(own) + 1)]
        told = [median for median in own.median.tolist() if median >= 0]
        assert told == sorted(told)
