"""The engine against the brute-force oracle on small random towns: crossings, bridges, islands, dead ends."""

from itertools import product

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.analysis.field import network_field
from gis_service.analysis.modes import mode, segment_costs
from gis_service.analysis.network import Roads, build_network
from gis_service.analysis.snap import snap
from tests.oracle import Road, Walkers, cut


def runs_back(line: list[tuple[float, float]]) -> bool:
    """Tell whether a line turns back over itself: a place beside it has then no one position along it."""
    steps = np.diff(np.array(line), axis=0)
    before, after = steps[:-1], steps[1:]
    turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    onward = (before * after).sum(axis=1)
    return bool(((np.abs(turn) < 1e-6) & (onward < 0)).any())


GRID = 6
places = st.tuples(st.integers(0, GRID), st.integers(0, GRID)).map(
    # Uneven on purpose: in an even grid places fall exactly half-way, where the last bit decides.
    lambda at: (37.0137 * at[0] + 0.731 * (at[0] ** 2 % 7), 41.0071 * at[1] + 0.577 * (at[1] ** 3 % 11))
)
lines = st.lists(places, min_size=2, max_size=4, unique=True).filter(lambda line: not runs_back(line))
roads = st.lists(st.tuples(lines, st.sampled_from([0, 0, 0, 1]), st.booleans()), min_size=1, max_size=9)
anywhere = st.tuples(st.floats(-20, 260), st.floats(-20, 270)).map(
    lambda at: (round(at[0], 2) * 1.00137 + 0.00317, round(at[1], 2) * 1.00211 + 0.00523)
)


@settings(max_examples=max(150, settings().max_examples), deadline=None)
@given(
    drawn=roads,
    homes=st.lists(anywhere, min_size=1, max_size=6),
    facilities=st.lists(anywhere, min_size=1, max_size=3),
    kmh=st.sampled_from([None, 4.8]),
    waits=st.sampled_from(list(product((0, 1, 45_000), repeat=3))),
)
def test_the_engine_and_the_oracle_agree_to_the_millisecond(
    drawn: list[tuple[list[tuple[float, float]], int, bool]],
    homes: list[tuple[float, float]],
    facilities: list[tuple[float, float]],
    kmh: float | None,
    waits: tuple[int, ...],
) -> None:
    shapes = [shapely.LineString(line) for line, _, _ in drawn]
    plain = Roads.plain(np.array(shapes, dtype=object))
    table = Roads(
        lines=plain.lines,
        road_class=plain.road_class,
        oneway=plain.oneway,
        level=np.array([level for _, level, _ in drawn], dtype=np.int8),
        width_m=plain.width_m,
        paved=plain.paved,
        on_foot=np.array([on_foot for _, _, on_foot in drawn]),
        on_wheels=plain.on_wheels,
        by_car=plain.by_car,
    )
    network = build_network(table)
    late = list(waits[: len(facilities)])
    costs = segment_costs(network, mode("walk"), "network_time" if kmh else "network_distance")
    answer = network_field(
        network,
        costs,
        snap(np.array(homes), network, costs),
        snap(np.array(facilities), network, costs),
        np.arange(len(facilities), dtype=np.int32),
        penalty=np.array(late, np.int64),
    )
    found = [
        int(cost) if facility >= 0 else None
        for cost, facility in zip(answer.cost, answer.facility, strict=True)
    ]
    pieces = cut(
        [Road(shape, level, on_foot) for shape, (_, level, on_foot) in zip(shapes, drawn, strict=True)]
    )
    expected = Walkers(pieces, kmh).nearest(homes, facilities, late) if pieces else [None] * len(homes)
    assert found == expected
