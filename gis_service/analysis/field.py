"""The field: cost from every home to its nearest and second nearest facility.

One search from all facilities at once, over the reversed graph when residents travel to the facility. Never a
polygon: the answer is found at each home.
"""

from dataclasses import dataclass

import numpy as np

from gis_service.analysis.graph import Graph, build_graph
from gis_service.analysis.modes import MM_PER_M, Costs, half_up
from gis_service.analysis.network import Network
from gis_service.analysis.searches import UNREACHED, Direction, Search
from gis_service.analysis.snap import Positions
from gis_service.errors import ErrorCode, WrongUse
from gis_service.types import Bools, Floats, Int32s, Int64s

__all__ = [
    "UNREACHED",
    "Direction",
    "Field",
    "NearestField",
    "NetworkField",
    "k_nearest_field",
    "nearest_facility",
    "network_field",
    "straight_field",
]

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


@dataclass(frozen=True, slots=True)
class NearestField:
    """The k nearest facilities of each home, each on a site of its own.

    Parameters
    ----------
    cost
        ``(n_homes, k)`` ms or mm, the nearest first, access on both ends, turn-out and penalty included;
        ``UNREACHED`` where there are fewer.
    facility
        ``(n_homes, k)`` row of the facility, -1 where there are fewer; equal costs go to the lower row.
    no_road
        ``(n_homes,)`` homes that join no road.
    """

    cost: Int64s
    facility: Int32s
    no_road: Bools


def network_field(  # noqa: PLR0913  the rules of a study, each by its name
    network: Network,
    costs: Costs,
    homes: Positions,
    facilities: Positions,
    site: Int32s,
    *,
    direction: Direction = "to_facility",
    turnout: int = 0,
    penalty: Int64s | None = None,
    limit: int | None = None,
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
    penalty
        ``(n_facilities,)`` added to every answer of that facility, ms or mm: its own time to get going.
    limit
        Where only what is within it matters, ms or mm: quicker, the same up to it, and what costs more
        counts as unreached. Quantiles need the field without.
    graph
        Contracted graph of the same network and costs, when the caller has it already.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a penalty below 0, or not one for each facility; ``search_cost_too_large``.
    """
    graph = build_graph(network, costs) if graph is None else graph
    facility_access = costs.access(facilities.access_m)
    start_cost = facility_access + turnout + penalties(penalty, len(facilities.segment))
    search = Search(graph, facilities, start_cost, site, direction, limit=limit)
    cost, facility = _ask_homes(search, costs, homes, 2)
    access = np.zeros(len(homes.segment), np.int64)
    answered = facility[0] >= 0
    access[answered] = costs.access(homes.access_m)[answered] + facility_access[facility[0][answered]]
    return NetworkField(
        *(cost[0], facility[0], cost[1], facility[1]),
        no_road=homes.segment < 0,
        access=access,
        node_cost=search.node_cost(network),
    )


def k_nearest_field(  # noqa: PLR0913  as network_field
    graph: Graph,
    costs: Costs,
    homes: Positions,
    facilities: Positions,
    site: Int32s,
    k: int,
    *,
    direction: Direction = "to_facility",
    turnout: int = 0,
    penalty: Int64s | None = None,
    limit: int | None = None,
) -> NearestField:
    """Find the k nearest facilities of each home, each on a site of its own.

    Parameters
    ----------
    graph, costs
        Contracted graph of one mode, and its costs.
    homes, facilities, site, direction, turnout, penalty, limit
        As for `network_field`.
    k
        How many, 1 or more.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a ``k`` below 1; as `network_field`.
    """
    if k < 1:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="k", value=k, expected="k >= 1")
    start_cost = costs.access(facilities.access_m) + turnout + penalties(penalty, len(facilities.segment))
    search = Search(graph, facilities, start_cost, site, direction, k=k, limit=limit)
    cost, facility = _ask_homes(search, costs, homes, k)
    return NearestField(
        np.ascontiguousarray(cost.T), np.ascontiguousarray(facility.T), no_road=homes.segment < 0
    )


def nearest_facility(
    graph: Graph,
    costs: Costs,
    homes: Positions,
    facilities: Positions,
    *,
    direction: Direction = "to_facility",
    turnout: int = 0,
    penalty: Int64s | None = None,
) -> tuple[Int64s, Int32s]:
    """Find the nearest facility alone, looking no farther than the homes: quick for few that live close by.

    Parameters
    ----------
    graph, costs
        Contracted graph of one mode, and its costs.
    homes, facilities, direction, turnout, penalty
        As for `network_field`.

    Returns
    -------
    tuple of Int64s and Int32s
        ``(n_homes,)`` ``cost`` and ``facility``, equal to those of `network_field`.

    Raises
    ------
    WrongUse
        As `network_field`.
    """
    usable = np.flatnonzero(homes.segment >= 0)
    chains = graph.chain[homes.segment[usable]]
    wanted = np.zeros(graph.n_nodes, bool)
    wanted[graph.tail[chains]] = wanted[graph.head[chains]] = True
    site = np.arange(len(facilities.segment), dtype=np.int32)
    start_cost = costs.access(facilities.access_m) + turnout + penalties(penalty, len(facilities.segment))
    search = Search(graph, facilities, start_cost, site, direction, wanted=wanted)
    cost, facility = _ask_homes(search, costs, homes, 1)
    return cost[0], facility[0]


def penalties(penalty: Int64s | None, n_facilities: int) -> Int64s:
    """Give each facility its penalty; the buckets of the search begin at 0."""
    if penalty is None:
        return np.zeros(n_facilities, np.int64)
    if penalty.shape != (n_facilities,):
        expected = f"({n_facilities},)"
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="penalty", value=penalty.shape, expected=expected)
    if penalty.min(initial=0) < 0:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="penalty", value=int(penalty.min()), expected=">= 0")
    return penalty.astype(np.int64)


def _ask_homes(search: Search, costs: Costs, homes: Positions, k: int) -> tuple[Int64s, Int32s]:
    """Give ``(k, n_homes)`` cost, with the homes' own access, and facility."""
    cost = np.full((k, len(homes.segment)), UNREACHED, np.int64)
    facility = np.full(cost.shape, -1, np.int32)
    usable = np.flatnonzero(homes.segment >= 0)
    found, facility[:, usable] = search.ask(homes.segment[usable], homes.fraction[usable])
    # From above rather than by adding, so that what has no answer stays without.
    room = search.limit - costs.access(homes.access_m)[usable]
    within = found <= room
    cost[:, usable] = np.where(within, found + costs.access(homes.access_m)[usable], UNREACHED)
    facility[:, usable] = np.where(within, facility[:, usable], -1)
    return cost, facility


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
