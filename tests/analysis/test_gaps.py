import numpy as np
import pytest
import shapely

from gis_service.analysis.clusters import clusters
from gis_service.analysis.demand import Demand
from gis_service.analysis.field import UNREACHED, NetworkField, network_field
from gis_service.analysis.gap_parts import Reach, beyond_limit, network_parts
from gis_service.analysis.gaps import GapPlace, Settlements, gap_places
from gis_service.analysis.modes import Costs, mode, segment_costs
from gis_service.analysis.network import Network, Roads, build_network
from gis_service.analysis.snap import Positions, snap
from gis_service.types import Floats, Int64s

WALK = mode("walk")


class Town:
    """Roads, one facility or more, homes: everything a gap needs, in metres."""

    def __init__(
        self,
        roads: list[list[tuple[float, float]]],
        facilities: list[tuple[float, float]],
        oneway: list[int] | None = None,
    ) -> None:
        lines = np.array([shapely.LineString(road) for road in roads], dtype=object)
        one = None if oneway is None else np.array(oneway, dtype=np.int8)
        self.mode = WALK if oneway is None else mode("bicycle")
        self.network: Network = build_network(Roads.plain(lines, oneway=one))
        self.costs: Costs = segment_costs(self.network, self.mode, "network_distance")
        self.facilities: Positions = snap(
            np.array(facilities, dtype=float).reshape(-1, 2), self.network, self.costs
        )

    def field(self, homes: Positions) -> NetworkField:
        site = np.arange(len(self.facilities.segment), dtype=np.int32)
        return network_field(self.network, self.costs, homes, self.facilities, site)

    def reach(self, field: NetworkField, limit_m: float) -> Reach:
        return Reach(field.node_cost, self.facilities, int(limit_m * 1000))

    def parts(self, homes: Floats, limit_m: float) -> list[int | None]:
        """Label each home: None when covered, else the number of its part in order of appearance."""
        positions = snap(homes, self.network, self.costs)
        field = self.field(positions)
        beyond = np.flatnonzero(field.cost > limit_m * 1000)
        chosen = Positions(
            positions.segment[beyond],
            positions.fraction[beyond],
            positions.access_m[beyond],
            positions.snapped_xy[beyond],
        )
        labels = network_parts(self.network, self.costs, self.reach(field, limit_m), chosen)
        first = {label: number for number, label in reversed(list(enumerate(labels.tolist())))}
        rank = {label: number for number, label in enumerate(sorted(first, key=first.__getitem__))}
        result: list[int | None] = [None] * len(homes)
        for row, label in zip(beyond.tolist(), labels.tolist(), strict=True):
            result[row] = rank[label]
        return result


STREET = [[(0.0, 0.0), (5000.0, 0.0)]]


def on_street(*x: float, off: float = 0.0) -> Floats:
    return np.array([[place, off] for place in x])


def test_positions_beyond_the_limit_are_intervals_on_a_segment() -> None:
    town = Town(STREET, [(2000, 0)])
    field = town.field(snap(on_street(0), town.network, town.costs))
    pieces = beyond_limit(town.network, town.costs, town.reach(field, 500), np.array([0]))
    assert pieces.low.tolist() == [0, 0.5]
    assert pieces.high.tolist() == pytest.approx([0.3, 1])


def test_a_facility_that_begins_late_leaves_more_beyond_the_limit() -> None:
    town = Town(STREET, [(1000, 0), (4000, 0)])
    site, late = np.arange(2, dtype=np.int32), np.array([0, 300_000])
    field = network_field(
        *(town.network, town.costs, snap(on_street(0), town.network, town.costs), town.facilities, site),
        penalty=late,
    )
    reach = Reach(field.node_cost, town.facilities, 500_000, penalty=late)
    pieces = beyond_limit(town.network, town.costs, reach, np.array([0]))
    # 500 m on either side of the first, 200 m of the other, on a street of 5,000 m
    assert pieces.low.tolist() == pytest.approx([0, 0.3, 0.84])
    assert pieces.high.tolist() == pytest.approx([0.1, 0.76, 1])


def test_homes_on_both_sides_of_a_wide_covered_stretch_are_two_places() -> None:
    assert Town(STREET, [(2000, 0)]).parts(on_street(100, 1400, 2000, 2600, 4000), 500) == [0, 0, None, 1, 1]


@pytest.mark.parametrize(("limit_m", "places"), [(149.9, 1), (150.0, 2)])
def test_covered_stretches_under_300_m_join_what_they_lie_between(limit_m: float, places: int) -> None:
    parts = Town(STREET, [(2000, 0)]).parts(on_street(100, 4000), limit_m)
    assert len(set(parts)) == places


def test_a_home_too_far_from_a_covered_street_is_a_part_of_its_own() -> None:
    homes = np.array([[1900.0, 900.0], [2100, 900], [1200, 900], [5000, 0]])
    assert Town(STREET, [(2000, 0)]).parts(homes, 800) == [0, 0, 1, 2]


def test_such_homes_are_joined_to_the_part_beyond_the_limit_within_300_m() -> None:
    homes = np.array([[2600.0, 900.0], [5000, 0]])  # 200 m before the limit at 2,800
    assert Town(STREET, [(2000, 0)]).parts(homes, 800) == [0, 0]


def test_an_island_of_the_network_is_a_part_even_when_it_lies_beside_covered_streets() -> None:
    town = Town([*STREET, [(1900.0, 50.0), (2100.0, 50.0)]], [(2000, 0)])
    assert town.parts(np.array([[1950.0, 50.0], [2050, 50], [5000, 0]]), 800) == [0, 0, 1]


def test_parts_meet_at_a_junction_and_across_its_short_covered_arms() -> None:
    arms = [[(0.0, 0.0), (2000.0, 0.0)], [(0.0, 0.0), (-2000.0, 0.0)], [(0.0, 0.0), (0.0, 2000.0)]]
    homes = np.array([[1500.0, 0], [-1500, 0], [0, 1500]])
    assert Town(arms, [(0, 0)]).parts(homes, 140) == [0, 0, 0]  # 280 m of covered road between two arms
    assert Town(arms, [(0, 0)]).parts(homes, 160) == [0, 1, 2]


def test_a_one_way_street_is_beyond_the_limit_right_after_its_covered_start() -> None:
    ring = [[(0.0, 0.0), (2000.0, 0.0)], [(2000.0, 0.0), (2000.0, 10.0), (0.0, 10.0), (0.0, 0.0)]]
    town = Town(ring, [(0, 0)], oneway=[1, 1])
    assert town.parts(np.array([[50.0, 0], [1000, 10.0], [100, 10.0]]), 500) == [0, 0, None]


def test_without_any_facility_everything_connected_is_one_part() -> None:
    town = Town(STREET, [])
    assert town.parts(on_street(0, 5000), 100) == [0, 0]


def test_clusters_are_chains_of_steps_of_at_most_300_m() -> None:
    xy = np.array([[0.0, 0], [300, 0], [600, 0], [900.1, 0], [900.1, 300], [5000, 5000]])
    label = clusters(xy)
    assert len(set(label[:3].tolist())) == 1
    assert label[3] == label[4]
    assert len(set(label.tolist())) == 3
    assert clusters(np.empty((0, 2))).tolist() == []


def test_clusters_equal_those_of_all_pairs() -> None:
    rng = np.random.default_rng(7)
    for size in (1, 2, 30, 400):
        xy = np.round(rng.uniform(-3000, 3000, (size, 2)))
        apart = np.hypot(*(xy[:, None] - xy[None, :]).transpose(2, 0, 1))
        joined = apart <= 300
        for _ in range(10):
            joined = joined @ joined
        assert np.array_equal(clusters(xy)[:, None] == clusters(xy)[None, :], joined)


def places(
    people: list[float], xy: list[tuple[float, float]], part: list[int], zone: list[int] | None = None
) -> list[GapPlace]:
    n = len(people)
    thousandths = (np.array(people) * 1000).astype(np.int64)
    demand = Demand(np.array(xy, dtype=float), {"all": thousandths}, np.arange(n, dtype=np.int32))
    zones = np.zeros(n, dtype=np.int32) if zone is None else np.array(zone, dtype=np.int32)
    towns = Settlements(["Thôn Đông", "Thôn Tây"], np.array([[0.0, 0], [1000, 0]]))
    labels: Int64s = np.array(part, dtype=np.int64)
    return gap_places(demand, zones, np.arange(n), labels, ["network"] * n, towns)


def test_places_are_ranked_by_people_and_named_by_the_nearest_settlement() -> None:
    found = places([20, 30, 15], [(0, 0), (900, 0), (10, 0)], [5, 9, 5])
    assert [(place.people, place.n_homes, place.settlement) for place in found] == [
        (35_000, 2, "Thôn Đông"),
        (30_000, 1, "Thôn Tây"),
    ]


def test_under_20_people_homes_are_scattered_and_put_together_by_unit() -> None:
    found = places([19.999, 5, 7, 20], [(0, 0), (500, 0), (900, 0), (2000, 0)], [1, 2, 3, 4], [0, 0, 1, 1])
    assert [(place.kind, place.people, place.zone, place.settlement) for place in found] == [
        ("scattered", 24_999, 0, None),
        ("network", 20_000, 1, "Thôn Tây"),
        ("scattered", 7_000, 1, None),
    ]


def test_every_person_is_in_one_place_and_row_order_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    people = rng.integers(1, 40, 60).astype(float).tolist()
    xy = [(float(x), float(y)) for x, y in rng.uniform(0, 4000, (60, 2))]
    part = rng.integers(0, 9, 60).tolist()
    found = places(people, xy, part)
    assert sum(place.people for place in found) == sum(people) * 1000
    assert sorted(np.concatenate([place.homes for place in found]).tolist()) == list(range(60))
    turned = places(people[::-1], xy[::-1], part[::-1])
    assert [(p.id, p.point, p.people) for p in turned] == [(p.id, p.point, p.people) for p in found]


def test_the_point_of_a_place_is_the_home_in_the_middle_of_its_people() -> None:
    found = places([10, 10, 100], [(0, 0), (500, 0), (700, 0)], [1, 1, 1])
    assert found[0].point == (700.0, 0.0)
    assert found[0].geometry.equals(shapely.MultiPoint([(0, 0), (500, 0), (700, 0)]))


def test_the_id_of_a_place_follows_from_its_homes_and_kind_alone() -> None:
    xy = [(0.0, 0.0), (500.0, 10.0)]
    (one,) = places([10, 10], xy, [1, 1], [0, 0])
    (other_units,) = places([30, 10], xy, [7, 7], [5, 3])
    (other_rounding,) = places([10, 10], [(0.0001, 0.0), (500.0, 10.0)], [1, 1])
    (other_home,) = places([10, 10], [(0.001, 0.0), (500.0, 10.0)], [1, 1])
    (other_kind,) = places([1, 1], xy, [1, 1])
    assert one.id == other_units.id == other_rounding.id
    assert len({one.id, other_home.id, other_kind.id}) == 3


def test_nobody_beyond_the_limit_gives_no_places() -> None:
    assert places([], [], []) == []


def test_a_far_node_that_nothing_reaches_costs_no_overflow() -> None:
    town = Town([*STREET, [(0.0, 3000.0), (10.0, 3000.0)]], [(2000, 0)])
    field = town.field(snap(np.array([[5.0, 3000.0]]), town.network, town.costs))
    assert field.cost.tolist() == [UNREACHED]
    pieces = beyond_limit(town.network, town.costs, town.reach(field, 500), np.arange(2))
    assert pieces.segment.tolist() == [0, 0, 1]


def test_without_homes_beyond_the_limit_there_are_no_parts() -> None:
    town = Town([[(0.0, 0.0), (100.0, 0.0)]], [(50, 0)])
    nobody = snap(np.empty((0, 2)), town.network, town.costs)
    reach = town.reach(town.field(nobody), 500)
    assert network_parts(town.network, town.costs, reach, nobody).tolist() == []
