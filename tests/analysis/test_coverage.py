import numpy as np
import pytest

from gis_service.analysis.coverage import Coverage, coverage, is_covered
from gis_service.analysis.demand import Demand
from gis_service.analysis.field import UNREACHED
from gis_service.analysis.zones import BEYOND, NO_UNIT


def cover(people: list[int], cost: list[int], zone: list[int] | None = None, limit: int = 10) -> Coverage:
    n = len(people)
    demand = Demand(np.zeros((n, 2)), {"all": np.array(people, dtype=np.int64)}, np.arange(n, dtype=np.int32))
    zones = np.zeros(n, dtype=np.int32) if zone is None else np.array(zone, dtype=np.int32)
    return coverage(demand, zones, 2, np.array(cost, dtype=np.int64), limit)


def test_exactly_at_the_limit_is_covered() -> None:
    assert is_covered(np.array([9, 10, 11]), 10).tolist() == [True, True, False]


def test_total_is_covered_and_uncovered_and_unreachable_is_part_of_uncovered() -> None:
    figures = cover([1, 2, 4, 8], [10, 11, UNREACHED, 0]).totals["all"]
    assert (figures.total, figures.covered, figures.uncovered, figures.unreachable) == (15, 9, 6, 4)
    assert figures.share == 9 / 15


def test_rows_add_up_with_the_row_outside_and_people_beyond_count_nowhere() -> None:
    result = cover([1, 2, 4, 8], [1, 1, 99, 1], [0, 1, NO_UNIT, BEYOND])
    assert [row.total for row in result.zones["all"]] == [1, 2]
    assert result.outside is not None
    assert result.outside["all"].uncovered == 4
    assert result.totals["all"].total == 7


def test_there_is_no_row_outside_without_people_in_it() -> None:
    assert cover([1, 0], [1, 1], [0, NO_UNIT]).outside is None


def test_an_empty_unit_has_no_share_and_no_quantiles() -> None:
    empty = cover([1], [1], [0]).zones["all"][1]
    assert (empty.total, empty.share, empty.quantiles, empty.arrived) == (0, None, (None,) * 3, (None,) * 3)


@pytest.mark.parametrize(
    ("people", "cost", "quantiles"),
    [
        ([1, 1], [3, 7], (3, 7, 7)),  # half has arrived at 3
        ([49, 51], [3, 7], (7, 7, 7)),
        ([90, 5, 5], [3, 7, 9], (3, 3, 7)),
        ([10], [4], (4, 4, 4)),
        ([94, 6], [3, UNREACHED], (3, 3, None)),
        ([0, 1], [3, 7], (7, 7, 7)),
    ],
)
def test_a_quantile_is_the_least_cost_by_which_the_share_has_arrived(
    people: list[int], cost: list[int], quantiles: tuple[int | None, ...]
) -> None:
    assert cover(people, cost).totals["all"].quantiles == quantiles


def test_quantiles_of_those_who_arrive_stand_beside_infinite_ones() -> None:
    figures = cover([50, 50, 300], [3, 7, UNREACHED]).totals["all"]
    assert figures.quantiles == (None, None, None)
    assert figures.arrived == (3, 7, 7)


def test_whoever_a_way_joins_to_some_facility_is_not_unreachable() -> None:
    demand = Demand(np.zeros((3, 2)), {"all": np.array([1, 2, 4])}, np.arange(3, dtype=np.int32))
    zone = np.array([0, 1, 1], dtype=np.int32)
    cost = np.array([5, UNREACHED, UNREACHED])
    result = coverage(demand, zone, 2, cost, 10, np.array([True, True, False]))
    assert (result.totals["all"].uncovered, result.totals["all"].unreachable) == (6, 4)
    assert [row.unreachable for row in result.zones["all"]] == [0, 4]
    assert result.totals["all"].quantiles == (None, None, None)


def test_people_without_a_road_are_told_from_those_without_a_way() -> None:
    demand = Demand(np.zeros((3, 2)), {"all": np.array([1, 2, 4])}, np.arange(3, dtype=np.int32))
    zone = np.array([0, 1, 1], dtype=np.int32)
    cost = np.array([5, UNREACHED, UNREACHED])
    result = coverage(demand, zone, 2, cost, 10, no_road=np.array([False, True, False]))
    assert (result.totals["all"].no_road, result.totals["all"].no_path) == (2, 4)
    assert [(row.no_road, row.no_path) for row in result.zones["all"]] == [(0, 0), (2, 4)]


def test_the_median_access_is_of_those_who_arrive() -> None:
    demand = Demand(np.zeros((4, 2)), {"all": np.array([3, 2, 2, 90])}, np.arange(4, dtype=np.int32))
    cost, access = np.array([50, 60, 70, UNREACHED]), np.array([8, 1, 9, 0])
    zone = np.zeros(4, dtype=np.int32)
    assert coverage(demand, zone, 1, cost, 10, access=access).access == {"all": 8}
    assert coverage(demand, zone, 1, np.full(4, UNREACHED), 10, access=access).access == {"all": None}
    assert coverage(demand, zone - 2, 1, cost, 10, access=access).access == {"all": None}


def test_quantiles_are_taken_inside_each_unit() -> None:
    rows = cover([1, 3, 1, 1, 2], [9, 2, 5, 6, UNREACHED], [0, 0, 1, 1, 1]).zones["all"]
    assert rows[0].quantiles == (2, 9, 9)
    assert rows[1].quantiles == (6, None, None)
    assert rows[1].arrived == (5, 6, 6)


def test_groups_are_counted_apart() -> None:
    demand = Demand(
        np.zeros((2, 2)),
        {"all": np.array([10, 10]), "age_3_5": np.array([1, 3])},
        np.arange(2, dtype=np.int32),
    )
    result = coverage(demand, np.array([0, 1], dtype=np.int32), 2, np.array([5, 50]), 10)
    assert result.totals["age_3_5"].share == 0.25
    assert [row.covered for row in result.zones["age_3_5"]] == [1, 0]


def test_nobody_at_all_is_no_trouble() -> None:
    result = cover([], [])
    assert result.totals["all"].total == 0
    assert [row.total for row in result.zones["all"]] == [0, 0]
