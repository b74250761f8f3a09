"""Reached stretches of road against closed forms, and against the field at random places of random towns."""

from itertools import product

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.field import Direction, network_field
from gis_service.analysis.modes import Costs, NetworkMeasure, mode, segment_costs
from gis_service.analysis.network import Network, Roads, build_network
from gis_service.analysis.reached import Reached, reached, reached_lines
from gis_service.analysis.snap import Positions, snap
from gis_service.types import Floats

Path = list[tuple[float, float]]


def town(
    paths: list[Path],
    oneway: list[int] | None = None,
    *,
    how: str = "walk",
    measure: NetworkMeasure = "network_distance",
) -> tuple[Network, Costs]:
    lines = np.array([shapely.LineString(path) for path in paths] + [None], object)[:-1]
    ways = np.array(oneway or [0] * len(paths), np.int8)
    network = build_network(Roads.plain(lines, oneway=ways))
    return network, segment_costs(network, mode(how), measure)


def lattice(side: int) -> list[Path]:
    hundreds = [100.0 * step for step in range(side + 1)]
    far = hundreds[-1]
    return [[(0.0, y), (far, y)] for y in hundreds] + [[(x, 0.0), (x, far)] for x in hundreds]


def drawn(
    place: tuple[Network, Costs],
    facilities: list[tuple[float, float]],
    limits: list[int],
    direction: Direction = "to_facility",
) -> tuple[Reached, Floats]:
    network, costs = place
    there = snap(np.array(facilities, float).reshape(-1, 2), network, costs)
    pieces = reached(network, costs, there, limits, direction=direction)
    return pieces, shapely.length(reached_lines(network, pieces))


@pytest.mark.parametrize("metres", [100, 250, 300, 437])
def test_on_a_lattice_the_reached_streets_are_those_of_a_diamond(metres: int) -> None:
    _, lengths = drawn(town(lattice(20)), [(1000, 1000)], [metres * 1000])
    step, rest = divmod(metres, 100)
    # Ring n of crossings sends 8n + 4 streets on: whole ones up to the limit, then parts of them.
    expected = sum((8 * n + 4) * 100 for n in range(step)) + (8 * step + 4) * rest
    assert lengths.sum() == pytest.approx(expected, abs=0.001 * (8 * step + 4))


def test_a_stretch_ends_to_the_millimetre_where_the_limit_does() -> None:
    place = town([[(0, 0), (1000, 0)]])
    pieces, _ = drawn(place, [(400, 30)], [123_456])
    bounds = shapely.total_bounds(reached_lines(place[0], pieces))
    # 30 m of the limit lead from the street to the facility
    assert bounds[[0, 2]] == pytest.approx([400 - 93.456, 400 + 93.456], abs=0.001)
    ends = sorted(zip(pieces.cost_first.tolist(), pieces.cost_last.tolist(), strict=True))
    assert ends[-1][0] == 123_456
    assert ends[0][1] == 123_456


def test_a_facility_that_begins_late_reaches_less_by_as_much() -> None:
    network, costs = town([[(0, 0), (1000, 0)]])
    there = snap(np.array([[100.0, 0.0], [700.0, 0.0]]), network, costs)
    late = np.array([0, 120_000])
    pieces = reached(network, costs, there, [200_000], penalty=late)
    bounds = [
        shapely.total_bounds(reached_lines(network, pieces.take(pieces.facility == one))) for one in (0, 1)
    ]
    # 200 m on either side of the first, as far as the street goes; 80 m on either side of the other
    assert bounds[0][[0, 2]] == pytest.approx([0, 300], abs=0.001)
    assert bounds[1][[0, 2]] == pytest.approx([620, 780], abs=0.001)
    assert reached(network, costs, there, [119_999], penalty=late).facility.max() == 0


def test_each_stretch_belongs_to_its_nearest_facility_and_equals_go_to_the_first() -> None:
    pieces, lengths = drawn(town([[(0, 0), (1000, 0)]]), [(100, 0), (700, 0)], [10_000_000])
    by_facility = [lengths[pieces.facility == row].sum() for row in (0, 1)]
    assert by_facility == pytest.approx([400.0, 600.0], abs=0.001)
    between = pieces.take(pieces.facility == 1).cost_first.max()
    # the step that is as near to both is the first one's; that of the other begins one nearer to it
    assert (int(pieces.take(pieces.facility == 0).cost_last.max()), int(between)) == (300_000, 299_999)


@pytest.mark.parametrize(
    ("direction", "expected"), [("to_facility", (0, 0, 50, 50)), ("from_facility", (50, 0, 100, 50))]
)
def test_round_a_one_way_block_the_reached_side_turns_with_the_direction(
    direction: Direction, expected: tuple[float, float, float, float]
) -> None:
    block: Path = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    place = town([block], [1], how="car")
    pieces, lengths = drawn(place, [(50, 0)], [100_000], direction)
    assert lengths.sum() == pytest.approx(100.0, abs=0.002)
    assert shapely.total_bounds(reached_lines(place[0], pieces)) == pytest.approx(expected, abs=0.002)


def test_beyond_the_water_only_what_the_bridge_leads_to_is_reached() -> None:
    banks: list[Path] = [[(0, 0), (1000, 0)], [(0, 100), (1000, 100)]]
    place = town([*banks, [(900, 0), (900, 100)]])
    pieces, _ = drawn(place, [(100, 0)], [950_000])
    lines = reached_lines(place[0], pieces)
    beyond = shapely.union_all(lines[shapely.bounds(lines)[:, 1] > 50])
    # 800 m to the bridge, 100 m across, and 50 m to either side
    assert beyond.bounds == pytest.approx((850, 100, 950, 100), abs=0.002)


def test_limits_are_bands_that_make_up_the_largest() -> None:
    place = town(lattice(4))
    pieces, lengths = drawn(place, [(200, 200)], [100_000, 250_000, 600_000])
    for band, limit in enumerate([100_000, 250_000, 600_000]):
        alone, alone_lengths = drawn(place, [(200, 200)], [limit])
        assert lengths[pieces.band <= band].sum() == pytest.approx(alone_lengths.sum(), abs=0.1)
        assert int(np.maximum(alone.cost_first, alone.cost_last).max()) <= limit
    # every step of every street is in one of them
    assert (pieces.last - pieces.first + 1).sum() == (place[1].forward + 1).sum()


@pytest.mark.parametrize("facilities", [[], [(50_000.0, 50_000.0)]])
def test_without_a_facility_on_a_road_nothing_is_reached(facilities: list[tuple[float, float]]) -> None:
    pieces, lengths = drawn(town(lattice(2)), facilities, [10_000_000])
    assert (len(pieces), len(lengths)) == (0, 0)


places = st.tuples(st.integers(0, 600), st.integers(0, 600))
roads = st.tuples(places, places).filter(lambda pair: pair[0] != pair[1])


@given(
    st.lists(roads, min_size=1, max_size=7),
    st.lists(st.sampled_from([0, 0, 1, -1]), min_size=7, max_size=7),
    st.lists(places, max_size=4),
    st.lists(st.integers(0, 400_000), min_size=1, max_size=3, unique=True),
    st.sampled_from(["to_facility", "from_facility"]),
    st.sampled_from(["network_time", "network_distance"]),
    st.sampled_from([None, *product((0, 3_000, 90_000), repeat=4)]),
    st.integers(0, 2**32 - 1),
)
def test_a_position_is_in_a_stretch_exactly_when_the_field_is_within_the_limit(
    lines: list[tuple[tuple[int, int], tuple[int, int]]],
    oneway: list[int],
    facilities: list[tuple[int, int]],
    limits: list[int],
    direction: Direction,
    measure: NetworkMeasure,
    waits: tuple[int, ...] | None,
    seed: int,
) -> None:
    paths: list[Path] = [[(float(x), float(y)) for x, y in line] for line in lines]
    network, costs = town(paths, oneway[: len(paths)], how="motorbike", measure=measure)
    there = snap(np.array(facilities, float).reshape(-1, 2), network, costs)
    turnout = 7_000 if direction == "from_facility" and measure == "network_time" else 0
    own = None if waits is None else np.array(waits[: len(facilities)], np.int64)
    limits.sort()
    pieces = reached(network, costs, there, limits, direction=direction, turnout=turnout, penalty=own)

    random = np.random.default_rng(seed)
    segment = random.integers(0, network.n_segments, 60).astype(np.int32)
    fraction = random.choice([0.0, 0.5, 1.0, np.nan], 60, p=[0.1, 0.1, 0.1, 0.7])
    fraction = np.where(np.isnan(fraction), random.random(60), fraction)
    here = Positions(segment, fraction, np.zeros(60), np.zeros((60, 2)))
    site = np.arange(len(facilities), dtype=np.int32)
    field = network_field(
        network, costs, here, there, site, direction=direction, turnout=turnout, penalty=own
    )

    holds = pieces.segment[:, None] == segment[None, :]
    inside = (pieces.low[:, None] <= fraction[None, :]) & (fraction[None, :] < pieces.high[:, None])
    inside |= (fraction[None, :] == 1.0) & (pieces.high[:, None] == 1.0)
    found = holds & inside
    assert (found.sum(axis=0) == (field.cost <= limits[-1])).all()
    piece, place = np.nonzero(found)
    assert (pieces.facility[piece] == field.facility[place]).all()
    assert (pieces.band[piece] == np.searchsorted(limits, field.cost[place])).all()
    # The cost goes evenly from the first step to the last.
    step = np.floor(pieces.whole[piece] * fraction[place] + 0.5 + 1e-8).astype(np.int64) - pieces.first[piece]
    slope = np.sign(pieces.cost_last - pieces.cost_first)[piece]
    assert (pieces.cost_first[piece] + slope * step == field.cost[place]).all()
