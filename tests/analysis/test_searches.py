"""The number that holds a way: what it cannot hold is refused, and all that it can is exact."""

import numpy as np
import pytest
import shapely

from gis_service.analysis.graph import Graph, build_graph
from gis_service.analysis.modes import mode, segment_costs
from gis_service.analysis.network import Roads, build_network
from gis_service.analysis.searches import Search
from gis_service.analysis.snap import Positions
from gis_service.errors import WrongUse


def road() -> Graph:
    lines = np.array([shapely.LineString([(0, 0), (100, 0)]), None], object)[:-1]
    network = build_network(Roads.plain(lines))
    return build_graph(network, segment_costs(network, mode("walk"), "network_distance"))


def at(*fractions: float) -> Positions:
    n = len(fractions)
    return Positions(np.zeros(n, np.int32), np.array(fractions), np.zeros(n), np.zeros((n, 2)))


def search(start_cost: list[int]) -> tuple[list[int], list[int]]:
    start, n = np.array(start_cost, np.int64), len(start_cost)
    found = Search(road(), at(*[0.5] * n), start, np.arange(n, dtype=np.int32), "to_facility")
    cost, facility = found.ask(np.zeros(1, np.int32), np.array([0.25]))
    return cost[:, 0].tolist(), facility[:, 0].tolist()


def test_a_start_as_late_as_a_way_can_hold_is_exact() -> None:
    late = 2**61
    assert search([late + 1, late]) == ([late + 25_000, late + 25_001], [1, 0])


@pytest.mark.parametrize("n_facilities", [2, 5000])
def test_a_way_that_could_cost_more_than_its_number_holds_is_refused(n_facilities: int) -> None:
    bits = {2: 1, 5000: 13}[n_facilities]
    with pytest.raises(WrongUse) as refused:
        search([2 ** (63 - bits) - 200_001, *[0] * (n_facilities - 1)])
    assert refused.value.code == "search_cost_too_large"
    assert "{" not in str(refused.value) + refused.value.remedy("vi")
    assert search([2 ** (63 - bits) - 200_002, *[0] * (n_facilities - 1)])[0][0] == 25_000
