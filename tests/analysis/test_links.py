"""A road that is added is that of a network that is built with it, and leaves everything else as it was."""

from dataclasses import replace

import numpy as np
import shapely
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gis_service.analysis.field import network_field
from gis_service.analysis.links import brought_to, linked, on_roads
from gis_service.analysis.modes import Costs, mode, segment_costs
from gis_service.analysis.network import Network, Roads, build_network
from gis_service.analysis.noding import TOUCH_M
from gis_service.analysis.resnap import joined_to, resnap
from gis_service.analysis.snap import snap
from gis_service.types import Floats

SIDE, REACH_M = 5, 120.0


def roads(seed: int) -> Roads:
    """A grid with gaps, bridges and one-ways, a little crooked, so that no new road lies along an old one."""
    draw = np.random.default_rng(seed)
    corner = np.array([[column, row] for row in range(SIDE) for column in range(SIDE)]) * 100.0
    corner += draw.uniform(-15, 15, corner.shape)
    pairs = [(at, at + step) for at in range(SIDE**2) for step in (1, SIDE)]
    pairs = [(a, b) for a, b in pairs if b < SIDE**2 and (b - a > 1 or b % SIDE) and draw.random() < 0.8]
    lines = np.array([shapely.LineString(corner[[a, b]]) for a, b in pairs], object)
    plain = Roads.plain(lines, oneway=draw.choice([0, 0, 1, -1], len(lines)).astype(np.int8))
    return replace(plain, level=draw.choice([0, 0, 0, 1], len(lines)).astype(np.int8))


def new_road(network: Network, xy: Floats, level: int) -> Roads:
    line = shapely.LineString(xy)
    ends = on_roads(network, line, REACH_M)
    assume(not any(end.is_empty for end in ends))
    line = brought_to(line, ends)
    assume(line.length > 1)
    return replace(Roads.plain(np.array([line], object)), level=np.array([level], np.int8))


def with_road(old: Roads, new: Roads) -> Roads:
    joined = {
        name: np.append(getattr(old, name), getattr(new, name)) for name in ("lines", "oneway", "level")
    }
    return replace(Roads.plain(joined["lines"], oneway=joined["oneway"]), level=joined["level"])


def answers(network: Network, xy: Floats) -> tuple[list[int], list[int]]:
    costs = segment_costs(network, mode("motorbike"), "network_time")
    homes, facilities = snap(xy[3:], network, costs), snap(xy[:3], network, costs)
    found = network_field(network, costs, homes, facilities, np.arange(3, dtype=np.int32))
    return found.cost.tolist(), found.facility.tolist()


places = st.tuples(st.floats(0, 400), st.floats(0, 400))


@given(st.integers(0, 30), st.lists(places, min_size=2, max_size=4), st.sampled_from([0, 1, 2]))
@example(seed=3, vertices=[(20.0, 0.0), (80.0, 0.0)], level=0)
def test_a_road_that_is_added_is_that_of_the_network_with_it(
    seed: int, vertices: list[tuple[float, float]], level: int
) -> None:
    old = roads(seed)
    network = build_network(old)
    new = new_road(network, np.array(vertices), level)
    found, whole = linked(network, new), build_network(with_road(old, new))
    xy = np.random.default_rng(seed).uniform(0, 400, (25, 2))
    assert answers(found, xy) == answers(whole, xy)
    assert found.n_nodes == whole.n_nodes
    if found.n_segments > whole.n_segments:  # drawn along a road that is there, or along itself
        rows = np.flatnonzero(found.line == found.line.max())
        others = [np.delete(found.shape, at) for at in rows.tolist()]
        pairs_of = zip(others, found.shape[rows], strict=True)
        assert min(shapely.hausdorff_distance(one, piece).min() for one, piece in pairs_of) < TOUCH_M
        return
    assert (found.line == whole.line).all()
    assert np.allclose(found.length_m, whole.length_m, atol=1e-6)
    # The same junctions under other numbers.
    ends = (np.append(net.start, net.end).tolist() for net in (found, whole))
    pairs = set(zip(*ends, strict=True))
    assert len(pairs) == found.n_nodes


@given(st.integers(0, 30), st.lists(places, min_size=2, max_size=2))
def test_what_was_told_of_roads_stays_with_their_pieces(
    seed: int, vertices: list[tuple[float, float]]
) -> None:
    network = build_network(roads(seed))
    n = network.n_segments
    told = np.where(np.arange(n) % 3 == 0, 20.0, np.nan)
    network = replace(network, closed=np.arange(n) % 4 == 0, told_kmh=told, factor=np.full(n, 0.5))
    found = linked(network, new_road(network, np.array(vertices), 1), kmh=33.0)
    assert found.told_kmh is not None
    assert found.factor is not None
    lines = np.unique(network.line)
    for line in lines.tolist():
        was, is_ = network.line == line, found.line == line
        for name in ("closed", "told_kmh", "factor", "oneway", "level"):
            one, other = (np.unique(getattr(net, name)[rows]) for net, rows in ((network, was), (found, is_)))
            assert np.array_equal(one, other, equal_nan=name == "told_kmh")
        assert np.isclose(network.length_m[was].sum(), found.length_m[is_].sum())
    new = found.line > lines.max()
    assert (found.told_kmh[new] == 33).all()
    assert (found.factor[new] == 1).all()
    # What the road does not touch is the same object: homes on it need not be joined anew.
    kept = {id(shape) for shape in network.shape}
    assert sum(id(shape) in kept for shape in found.shape) >= n - np.count_nonzero(new) * 2 - 2


@given(st.integers(0, 30), st.lists(places, min_size=2, max_size=3))
def test_homes_near_a_new_road_are_joined_as_all_would_be(
    seed: int, vertices: list[tuple[float, float]]
) -> None:
    network = build_network(roads(seed))
    found = linked(network, new_road(network, np.array(vertices), 1))
    xy = np.random.default_rng(seed).uniform(-20, 420, (40, 2))
    one, other = (segment_costs(net, mode("motorbike"), "network_time") for net in (network, found))
    before = joined_to(network, one.snappable, snap(xy, network, one, None, 60.0))
    again, anew = resnap(xy, found, other, before, None, 60.0), snap(xy, found, other, None, 60.0)
    assert (again.segment == anew.segment).all()
    assert np.array_equal(again.fraction, anew.fraction, equal_nan=True)


def costs_of(network: Network, name: str) -> Costs:
    return segment_costs(network, mode(name), "network_time")


def test_a_speed_that_is_told_makes_nobody_stronger() -> None:
    network = build_network(Roads.plain(np.array([shapely.LineString([(0, 0), (1000, 0)])], object)))
    fast = replace(network, told_kmh=np.array([60.0]))
    slow = replace(network, told_kmh=np.array([2.0]), factor=np.array([0.5]))
    assert costs_of(fast, "motorbike").forward[0] == 60_000
    for name in ("walk", "bicycle"):
        assert costs_of(fast, name).forward[0] == costs_of(network, name).forward[0]
        assert costs_of(slow, name).forward[0] == 3_600_000
