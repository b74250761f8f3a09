"""The field: cost from every home to its nearest and second nearest facility.

One search from all facilities at once, over the reversed graph when residents travel to the facility. Never a
polygon: the answer is found at each home.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gis_service.analysis.graph import Graph, build_graph
from gis_service.analysis.kernels import FAR, Answer, ask_positions, nearest_at, two_nearest
from gis_service.analysis.modes import MM_PER_M, Costs, half_up
from gis_service.analysis.network import Network
from gis_service.analysis.snap import Positions
from gis_service.types import Bools, Floats, Int32s, Int64s

Direction = Literal["to_facility", "from_facility"]

UNREACHED: int = int(FAR)
"""Cost of a home without an answer."""
_CHUNK = 2_000_000
"""Pairs of the straight-line matrix that are held at a time."""


@dataclass(frozen=True, slots=True)
class Field:
    """Nearest and second nearest facility of each home; the second stands on another site.

    Parameters
    ----------
    cost, cost2
        ``(n_homes,)`` ms or mm, access on both ends and turn-out included; ``UNREACHED`` without an answer.
    facility, facility2
        ``(n_homes,)`` row of the facility, -1 without one; equal costs go to the lower row.
    no_road
        ``(n_homes,)`` homes that join no road.
    access
        ``(n_homes,)`` the part of ``cost`` that is the straight way between home and road and between road
        and the nearest facility; 0 without an answer, and as the crow flies.
    """

    cost: Int64s
    facility: Int32s
    cost2: Int64s
    facility2: Int32s
    no_road: Bools
    access: Int64s


@dataclass(frozen=True, slots=True)
class NetworkField(Field):
    """A field over a network.

    Parameters
    ----------
    node_cost
        ``(n_nodes,)`` cost between each network node and its nearest facility, whose access is included.
    """

    node_cost: Int64s


def network_field(
    network: Network,
    costs: Costs,
    homes: Positions,
    facilities: Positions,
    site: Int32s,
    *,
    direction: Direction = "to_facility",
    turnout: int = 0,
    graph: Graph | None = None,
) -> NetworkField:
    """Find what each home's way to (or from) its nearest facility costs.

    Parameters
    ----------
    network, costs
        Segments and their costs in one mode.
    homes, facilities
        Positions on the network.
    site
        ``(n_facilities,)`` site of each facility, for the second nearest.
    direction
        ``from_facility`` for those who are driven to: fire, ambulance, police.
    turnout
        Added to every answer, ms.
    graph
        Contracted graph of the same network and costs, when the caller has it already.
    """
    graph = build_graph(network, costs) if graph is None else graph
    facility_access = costs.access(facilities.access_m)
    search = _Search(graph, facilities, facility_access + turnout, site.astype(np.int32), direction)
    usable = np.flatnonzero(homes.segment >= 0)
    c1, f1, c2, f2 = _nobody(len(homes.segment))
    c1[usable], f1[usable], c2[usable], f2[usable] = search.ask(homes.segment[usable], homes.fraction[usable])
    home_access = costs.access(homes.access_m)
    answered = f1 >= 0
    c1[answered] += home_access[answered]
    c2[f2 >= 0] += home_access[f2 >= 0]
    access = np.zeros(len(f1), np.int64)
    access[answered] = home_access[answered] + facility_access[f1[answered]]
    return NetworkField(c1, f1, c2, f2, homes.segment < 0, access, search.node_cost(network))


def nearest_facility(
    graph: Graph,
    costs: Costs,
    homes: Positions,
    facilities: Positions,
    *,
    direction: Direction = "to_facility",
    turnout: int = 0,
) -> tuple[Int64s, Int32s]:
    """Find the nearest facility alone, looking no farther than the homes: quick for few that live close by.

    Parameters
    ----------
    graph, costs
        Contracted graph of one mode, and its costs.
    homes, facilities, direction, turnout
        As for `network_field`.

    Returns
    -------
    tuple of Int64s and Int32s
        ``(n_homes,)`` ``cost`` and ``facility``, equal to those of `network_field`.
    """
    usable = np.flatnonzero(homes.segment >= 0)
    chains = graph.chain[homes.segment[usable]]
    wanted = np.zeros(graph.n_nodes, bool)
    wanted[graph.tail[chains]] = wanted[graph.head[chains]] = True
    site = np.arange(len(facilities.segment), dtype=np.int32)
    search = _Search(graph, facilities, costs.access(facilities.access_m) + turnout, site, direction, wanted)
    cost, facility, _, _ = _nobody(len(homes.segment))
    cost[usable], facility[usable], _, _ = search.ask(homes.segment[usable], homes.fraction[usable])
    answered = facility >= 0
    cost[answered] += costs.access(homes.access_m)[answered]
    return cost, facility


class _Search:
    """One search from all facilities, and the questions that can be put to it.

    Where ``wanted`` tells the junctions that matter, it stops as soon as these are known, and looks for the
    nearest facility alone.
    """

    def __init__(
        self,
        graph: Graph,
        facilities: Positions,
        access: Int64s,
        site: Int32s,
        direction: Direction,
        wanted: Bools | None = None,
    ) -> None:
        self.graph, self.site = graph, site
        placed = np.flatnonzero(facilities.segment >= 0).astype(np.int32)
        own = graph.chain[facilities.segment[placed]]
        offset = graph.offset(facilities.segment[placed], facilities.fraction[placed])
        # Towards a facility one travels ahead from the tail; away from it, ahead to the head.
        to = direction == "to_facility"
        ahead, astern = (graph.forward, graph.backward) if to else (graph.backward, graph.forward)
        self.chains = (graph.tail, graph.head, graph.cost, ahead, astern)
        from_tail, from_head = np.flatnonzero(ahead[own]), np.flatnonzero(astern[own])
        seed_node = np.concatenate([graph.tail[own[from_tail]], graph.head[own[from_head]]])
        rest = np.concatenate([offset[from_tail], graph.cost[own[from_head]] - offset[from_head]])
        seed = np.concatenate([placed[from_tail], placed[from_head]])
        arcs = graph.reverse if to else graph.onward
        roads, seeds = (arcs.start, arcs.head, arcs.cost), (seed_node, rest + access[seed], seed)
        self.ways: Answer = (
            two_nearest(*roads, *seeds, self.site) if wanted is None else nearest_at(*roads, *seeds, wanted)
        )
        order = np.lexsort([placed, own])
        row = np.zeros(len(graph.cost) + 1, np.int64)
        np.cumsum(np.bincount(own, minlength=len(graph.cost)), out=row[1:])
        place = graph.place[facilities.segment[placed]]
        self.stops = (row, place[order], placed[order], offset[order], access[placed][order])

    def ask(
        self, segment: Int32s, fraction: Floats, ahead: Bools | None = None, astern: Bools | None = None
    ) -> Answer:
        """Ask for positions on segments, perhaps setting out in one direction of the chain only."""
        graph, both = self.graph, np.ones(len(segment), bool)
        position = (
            graph.chain[segment],
            graph.place[segment],
            graph.offset(segment, fraction),
            both if ahead is None else ahead,
            both if astern is None else astern,
        )
        answer: Answer = ask_positions(position, self.chains, self.ways, self.site, self.stops)
        return answer

    def node_cost(self, network: Network) -> Int64s:
        """Give the cost at every network node; inside a chain one sets out into either segment."""
        graph = self.graph
        cost = np.full(network.n_nodes, UNREACHED, np.int64)
        junction = graph.node >= 0
        cost[junction] = self.ways[0][graph.node[junction]]
        used = np.flatnonzero(graph.chain >= 0).astype(np.int32)
        for node, fraction in ((network.start, 0.0), (network.end, 1.0)):
            inside = used[~junction[node[used]]]
            ahead = graph.along[inside] == (fraction == 0.0)
            found, *_ = self.ask(inside, np.full(len(inside), fraction), ahead, ~ahead)
            np.minimum.at(cost, node[inside], found)
        return cost


def _nobody(n: int) -> Answer:
    """Give the answer of homes that join no road."""
    no_cost, no_facility = np.full(n, UNREACHED, np.int64), np.full(n, -1, np.int32)
    return no_cost, no_facility, no_cost.copy(), no_facility.copy()


def straight_field(home_xy: Floats, facility_xy: Floats, site: Int32s) -> Field:
    """Find the nearest facilities as the crow flies.

    Parameters
    ----------
    home_xy, facility_xy
        ``(n, 2)`` in the same metric CRS.
    site
        ``(n_facilities,)`` site of each facility.

    Returns
    -------
    Field
        Costs in whole millimetres, rounded half up; equal ones go to the lower row.
    """
    n, m = len(home_xy), len(facility_xy)
    cost, cost2 = np.full(n, UNREACHED, np.int64), np.full(n, UNREACHED, np.int64)
    facility, facility2 = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    step = max(1, _CHUNK // max(m, 1))
    for low in range(0, n if m else 0, step):
        part = slice(low, low + step)
        apart = home_xy[part, None, :] - facility_xy[None, :, :]
        matrix = half_up(np.hypot(apart[..., 0], apart[..., 1]) * MM_PER_M)
        rows = np.arange(len(matrix))
        facility[part] = matrix.argmin(axis=1)
        cost[part] = matrix[rows, facility[part]]
        matrix[site[None, :] == site[facility[part]][:, None]] = UNREACHED
        second = matrix.argmin(axis=1)
        cost2[part] = matrix[rows, second]
        facility2[part] = np.where(cost2[part] < UNREACHED, second, -1)
    return Field(cost, facility, cost2, facility2, np.zeros(n, bool), np.zeros(n, np.int64))
