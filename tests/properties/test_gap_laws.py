"""Parts of a network beyond the limit, found a second way: roads cut into short pieces, each asked by itself.

Short pieces blur lengths by a few of themselves. The second way is therefore asked twice, with the joining
length a little shorter and a little longer; where both give the same parts, the engine must give them too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, product

import networkx as nx
import numpy as np
import shapely
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from gis_service.analysis.field import Direction, network_field
from gis_service.analysis.gap_parts import JOIN_M, Reach, network_parts
from gis_service.analysis.modes import Costs, mode, segment_costs
from gis_service.analysis.network import Network, Roads, build_network
from gis_service.analysis.snap import Positions, snap
from gis_service.types import Bools, Int64s

PIECE_M = 15.0
SIDE = 1500
Part = frozenset[int]
Spot = tuple[str, int]


@dataclass(frozen=True)
class Case:
    network: Network
    costs: Costs
    facilities: Positions
    limit: int
    direction: Direction
    penalty: Int64s

    def cost(self, positions: Positions) -> tuple[Int64s, Int64s]:
        """Cost at positions without their own access, and at nodes."""
        bare = Positions(
            positions.segment, positions.fraction, np.zeros(len(positions.segment)), positions.snapped_xy
        )
        site = np.arange(len(self.facilities.segment), dtype=np.int32)
        field = network_field(
            *(self.network, self.costs, bare, self.facilities, site),
            direction=self.direction,
            penalty=self.penalty,
        )
        return field.cost, field.node_cost


def cut(case: Case) -> Positions:
    """Middles of short pieces of all segments the mode may use."""
    used = np.flatnonzero((case.costs.forward >= 0) | (case.costs.backward >= 0))
    counts = np.maximum(np.ceil(case.network.length_m[used] / PIECE_M).astype(int), 1)
    segment = np.repeat(used, counts).astype(np.int32)
    fraction = np.concatenate([(np.arange(count) + 0.5) / count for count in counts])
    xy = shapely.get_coordinates(
        shapely.line_interpolate_point(case.network.shape[segment], fraction, normalized=True)
    )
    return Positions(segment, fraction, np.zeros(len(segment)), xy)


def street_graph(case: Case, pieces: Positions, far: Bools, far_node: Bools) -> "nx.Graph[Spot]":
    """Pieces and nodes in a row along each segment; only covered length counts."""
    graph: nx.Graph[Spot] = nx.Graph()
    graph.add_nodes_from((("node", int(node)) for node in np.flatnonzero(far_node)), far=True)
    for segment in np.unique(pieces.segment):
        own = np.flatnonzero(pieces.segment == segment)
        half = float(case.network.length_m[segment]) / len(own) / 2
        row = [("node", int(case.network.start[segment]))]
        row += [("piece", int(piece)) for piece in own]
        row += [("node", int(case.network.end[segment]))]
        lengths = [0.0, *(0.0 if far[piece] else half for piece in own), 0.0]
        for at in range(len(row) - 1):
            length = lengths[at] + lengths[at + 1]
            known = graph.get_edge_data(row[at], row[at + 1], {"weight": np.inf})["weight"]
            graph.add_edge(row[at], row[at + 1], weight=min(length, known))
    return graph


def joined(graph: "nx.Graph[Spot]", elements: Iterable[Spot], join_m: float) -> "nx.Graph[Spot]":
    """Elements with less than ``join_m`` of covered street between them."""
    wanted = set(elements)
    near: nx.Graph[Spot] = nx.Graph()
    near.add_nodes_from(wanted)
    for one in wanted:
        reached = nx.single_source_dijkstra_path_length(graph, one, cutoff=join_m)
        near.add_edges_from(
            (one, other) for other, length in reached.items() if other in wanted and length < join_m
        )
    return near


def parts_by_pieces(case: Case, homes: Positions, join_m: float) -> set[Part]:
    pieces = cut(case)
    cost, node_cost = case.cost(pieces)
    far, far_node = cost > case.limit, node_cost > case.limit
    graph = street_graph(case, pieces, far, far_node)
    home_piece = [
        int(np.flatnonzero(pieces.segment == segment)[
            np.argmin(np.abs(pieces.fraction[pieces.segment == segment] - fraction))
        ])
        for segment, fraction in zip(homes.segment, homes.fraction, strict=True)
    ]  # fmt: skip
    elements = {("piece", int(piece)) for piece in np.flatnonzero(far)}
    elements |= {("piece", piece) for piece in home_piece}
    elements |= {("node", int(node)) for node in np.flatnonzero(far_node) if ("node", int(node)) in graph}
    near = joined(graph, elements, join_m)
    component: dict[Spot, int] = {}
    for number, members in enumerate(nx.connected_components(near)):
        component |= dict.fromkeys(members, number)
    groups: dict[int, set[int]] = {}
    for home, piece in enumerate(home_piece):
        groups.setdefault(component["piece", piece], set()).add(home)
    return {frozenset(group) for group in groups.values()}


def parts_of_engine(case: Case, homes: Positions) -> set[Part]:
    _, node_cost = case.cost(homes)
    reach = Reach(node_cost, case.facilities, case.limit, case.direction, penalty=case.penalty)
    label = network_parts(case.network, case.costs, reach, homes)
    return {frozenset(np.flatnonzero(label == one).tolist()) for one in np.unique(label)}


places = st.tuples(st.integers(0, SIDE), st.integers(0, SIDE))
roads = st.tuples(places, places).filter(
    lambda pair: abs(pair[0][0] - pair[1][0]) + abs(pair[0][1] - pair[1][1]) > 50
)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(roads, min_size=1, max_size=5),
    st.lists(st.sampled_from([0, 0, 1, -1]), min_size=5, max_size=5),
    st.lists(places, max_size=3),
    st.lists(places, min_size=2, max_size=8),
    st.integers(100, 900),
    st.sampled_from(["to_facility", "from_facility"]),
    st.sampled_from(list(product((0, 90_000, 400_000), repeat=3))),
)
def test_parts_are_those_found_piece_by_piece(
    lines: list[tuple[tuple[int, int], tuple[int, int]]],
    oneway: list[int],
    facilities: list[tuple[int, int]],
    homes: list[tuple[int, int]],
    limit_m: int,
    direction: Direction,
    waits: tuple[int, ...],
) -> None:
    shapes = np.array([shapely.LineString(pair) for pair in lines], dtype=object)
    network = build_network(Roads.plain(shapes, oneway=np.array(oneway[: len(lines)], dtype=np.int8)))
    costs = segment_costs(network, mode("bicycle"), "network_distance")
    stand = [snap(np.array(xy, dtype=float).reshape(-1, 2), network, costs) for xy in (facilities, homes)]
    case = Case(
        network, costs, stand[0], limit_m * 1000, direction, np.array(waits[: len(facilities)], np.int64)
    )
    there = stand[1]
    cost, _ = case.cost(there)
    beyond = (there.segment >= 0) & (cost + np.nan_to_num(there.access_m) * 1000 > case.limit)
    assume(beyond.sum() > 1)
    rows = np.flatnonzero(beyond)
    far_homes = Positions(
        there.segment[rows], there.fraction[rows], there.access_m[rows], there.snapped_xy[rows]
    )
    low, high = (parts_by_pieces(case, far_homes, JOIN_M + off * PIECE_M) for off in (-4, 4))
    event("blurred" if low != high else f"{len(low)} parts")
    assume(low == high)
    assert parts_of_engine(case, far_homes) == low


@given(
    st.lists(st.tuples(st.integers(0, SIDE), st.integers(0, 300)), min_size=1, max_size=4),
    st.integers(50, 400),
)
def test_homes_of_one_part_are_homes_of_one_part_with_a_longer_joining_length(
    homes: list[tuple[int, int]], longer: int
) -> None:
    shapes = np.array([shapely.LineString([(0, 0), (SIDE, 0)])], dtype=object)
    network = build_network(Roads.plain(shapes))
    costs = segment_costs(network, mode("walk"), "network_distance")
    stand = [snap(np.array(xy, dtype=float), network, costs) for xy in ([(300, 0), (900, 0)], homes)]
    case = Case(network, costs, stand[0], 120_000, "to_facility", np.zeros(2, np.int64))
    _, node_cost = case.cost(stand[1])
    reach = Reach(node_cost, case.facilities, case.limit)
    short = network_parts(network, costs, reach, stand[1])
    wide = network_parts(network, costs, reach, stand[1], JOIN_M + longer)
    for one, other in combinations(range(len(homes)), 2):
        assert short[one] != short[other] or wide[one] == wide[other]
