"""The pairs within a limit are those of the plain reading, and what one facility alone would say."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.field import UNREACHED, network_field
from gis_service.analysis.graph import build_graph
from gis_service.analysis.pairs import Pairs, network_pairs
from gis_service.types import Int64s

from .test_network_laws import DIRECTIONS, TURNOUT, World, laid_out, plain_answers, worlds

LIMITS = st.sampled_from([0, 20_000, 60_000, 150_000, 400_000, 2_000_000_000])


def as_dict(pairs: Pairs) -> dict[tuple[int, int], int]:
    keys = zip(pairs.home.tolist(), pairs.facility.tolist(), strict=True)
    return dict(zip(keys, pairs.cost.tolist(), strict=True))


@given(world=worlds, limit=LIMITS)
def test_the_pairs_are_those_of_the_plain_reading(world: World, limit: int) -> None:
    network, costs, homes, facilities = laid_out(world)
    graph = build_graph(network, costs)
    for direction, answers in plain_answers(world).items():
        pairs = network_pairs(
            graph,
            costs,
            homes,
            facilities,
            limit=limit,
            direction=direction,
            turnout=TURNOUT[direction],
            penalty=world.penalty(),
        )
        expected = {
            (home, facility): cost
            for home, ways in enumerate(answers)
            for cost, facility in ways
            if cost <= limit
        }
        assert as_dict(pairs) == expected, direction
        assert len(expected) == len(pairs.home)
        for j in range(pairs.n_facilities):
            assert np.all(np.diff(pairs.home[pairs.start[j] : pairs.start[j + 1]]) > 0)


@given(world=worlds)
def test_the_least_of_the_pairs_is_the_field(world: World) -> None:
    network, costs, homes, facilities = laid_out(world)
    graph, site = build_graph(network, costs), np.array(world.sites[: len(world.facilities)], np.int32)
    for direction in DIRECTIONS:
        turnout = TURNOUT[direction]
        field = network_field(
            network,
            costs,
            homes,
            facilities,
            site,
            direction=direction,
            turnout=turnout,
            penalty=world.penalty(),
            graph=graph,
        )
        pairs = network_pairs(
            graph,
            costs,
            homes,
            facilities,
            limit=2**31 - 2,
            direction=direction,
            turnout=turnout,
            penalty=world.penalty(),
        )
        least: Int64s = np.full(len(world.homes), UNREACHED, np.int64)
        np.minimum.at(least, pairs.home, pairs.cost)
        np.testing.assert_array_equal(least, field.cost)
