"""On random networks the way that is drawn is the way that was priced: connected, allowed, exact."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings

from gis_service.analysis.field import UNREACHED, Direction, network_field
from gis_service.analysis.modes import Costs, mode, segment_costs
from gis_service.analysis.network import Network
from gis_service.analysis.route import Route, find_route
from gis_service.analysis.snap import Positions, snap
from gis_service.types import Floats

from .test_network_laws import SNAP_M, World, engine_network, worlds

TURNOUT = 7
NEAR_M = 1e-6


def one(positions: Positions, row: int) -> Positions:
    part = slice(row, row + 1)
    return Positions(
        positions.segment[part],
        positions.fraction[part],
        positions.access_m[part],
        positions.snapped_xy[part],
    )


def check_is_travelled(
    network: Network, costs: Costs, route: Route, home: Positions, facility: Positions
) -> None:
    """Hold a way against the network: its pieces join, and may be travelled as they are drawn."""
    drawn = [leg.xy for leg in route.legs]
    for before, after in pairwise(drawn):
        assert np.hypot(*(before[-1] - after[0])) < NEAR_M
    length = sum(float(shapely.length(shapely.linestrings(xy))) for xy in drawn)
    straight = float(home.access_m[0] + facility.access_m[0])
    assert route.distance_m == pytest.approx(length + straight, abs=NEAR_M)
    assert (np.maximum(costs.forward, costs.backward)[route.segments] >= 0).all()
    ferries = route.segments[network.is_ferry[route.segments]]
    assert route.ferry == costs.forward[ferries].sum()
    if len(route.segments) > 2:
        drawing = np.concatenate(drawn)
        apart = np.append(True, (np.abs(np.diff(drawing, axis=0)) > NEAR_M).any(axis=1))
        assert any(follows(network, costs, route, drawing[apart], at) for at in range(len(drawing)))


def same(one: Floats, other: Floats) -> bool:
    return len(one) == len(other) and np.allclose(one, other, rtol=0, atol=NEAR_M)


def follows(network: Network, costs: Costs, route: Route, drawing: Floats, at: int) -> bool:
    """Tell whether a drawing runs along all whole segments from a vertex on, each the way it is open."""
    for segment in route.segments[1:-1].tolist():
        line = shapely.get_coordinates(network.shape[segment])
        chunk = drawing[at : at + len(line)]
        along = costs.forward[segment] >= 0 and same(chunk, line)
        against = costs.backward[segment] >= 0 and same(chunk, line[::-1])
        if not (along or against):
            return False
        at += len(line) - 1
    return True


@pytest.mark.parametrize("direction", ["to_facility", "from_facility"])
@given(world=worlds)
@settings(
    max_examples=settings().max_examples * 6 // 10,  # in each direction
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_a_way_costs_what_the_field_says_and_can_be_travelled(world: World, direction: Direction) -> None:
    network = engine_network(world)
    costs = segment_costs(network, mode(world.mode), world.measure)
    walls = np.array([shapely.box(*box) for box in world.boxes], object)
    homes = snap(np.array(world.homes), network, costs, walls, SNAP_M)
    facilities = snap(np.array(world.facilities), network, costs, walls, SNAP_M)
    turnout = TURNOUT if direction == "from_facility" else 0
    for row in range(len(world.facilities)):
        only = one(facilities, row)
        site = np.zeros(1, np.int32)
        field = network_field(network, costs, homes, only, site, direction=direction, turnout=turnout)
        for home in np.flatnonzero(field.facility >= 0).tolist():
            cost, here = int(field.cost[home]), one(homes, home)
            route = find_route(
                network, costs, field.node_cost, here, only, cost, direction=direction, turnout=turnout
            )
            assert route.cost + turnout == cost
            ends = (here, only) if direction == "to_facility" else (only, here)
            if route.legs:
                assert np.hypot(*(route.legs[0].xy[0] - ends[0].snapped_xy[0])) < NEAR_M
                assert np.hypot(*(route.legs[-1].xy[-1] - ends[1].snapped_xy[0])) < NEAR_M
            check_is_travelled(network, costs, route, here, only)
        assert (field.cost[field.facility < 0] == UNREACHED).all()
