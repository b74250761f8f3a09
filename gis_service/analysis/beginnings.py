"""Where the ways to facilities begin, before any search.

A way is one whole number, ``cost << bits | facility`` (``kernels.answers``).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gis_service.analysis.graph import Graph
from gis_service.analysis.kernels import CLOSED
from gis_service.analysis.snap import Positions
from gis_service.errors import ErrorCode, WrongUse
from gis_service.types import Int32s, Int64s

Direction = Literal["to_facility", "from_facility"]
_WAY_BITS = 63


@dataclass(frozen=True, slots=True)
class Beginnings:
    """Where the ways to facilities begin: at the ends of their chains, and at their stops on these.

    Parameters
    ----------
    placed
        ``(n,)`` rows of the facilities that join a road that is open.
    chain, place, offset, start_way
        ``(n,)`` where each stands on its chain, as of `Graph`, and the way that begins there.
    node, way, facility
        ``(n_seeds,)`` junctions, the ways that begin at them, and whose they are.
    """

    placed: Int32s
    chain: Int32s
    place: Int32s
    offset: Int64s
    start_way: Int64s
    node: Int32s
    way: Int64s
    facility: Int32s


def beginnings(
    graph: Graph,
    facilities: Positions,
    start_cost: Int64s,
    bits: int,
    direction: Direction,
    rows: Int32s | None = None,
) -> Beginnings:
    """Find where the ways to facilities begin.

    Parameters
    ----------
    graph, facilities, start_cost, direction
        As of `Search`.
    bits
        That hold the row of a facility in a way.
    rows
        ``(n_facilities,)`` their rows in ways; their order when None.
    """
    numbers = np.arange(len(start_cost)) if rows is None else rows
    start_way = (start_cost << bits) | numbers
    placed = np.flatnonzero(facilities.segment >= 0).astype(np.int32)
    placed = placed[graph.segment_cost[facilities.segment[placed]] < CLOSED]
    segment = facilities.segment[placed]
    own, offset = graph.chain[segment], graph.offset(segment, facilities.fraction[placed])
    # Towards a facility one travels ahead from the tail; away from it, ahead to the head.
    to = direction == "to_facility"
    ahead, astern = (graph.forward, graph.backward) if to else (graph.backward, graph.forward)
    behind = graph.cost[own] - offset
    from_tail, from_head = (
        np.flatnonzero(ahead[own] & (offset < CLOSED)),
        np.flatnonzero(astern[own] & (behind < CLOSED)),
    )
    node = np.concatenate([graph.tail[own[from_tail]], graph.head[own[from_head]]])
    rest = np.concatenate([offset[from_tail], behind[from_head]])
    facility = np.concatenate([placed[from_tail], placed[from_head]])
    way = start_way[facility] + (rest << bits)
    return Beginnings(
        placed, own, graph.place[segment], offset, start_way[placed], node, way, facility.astype(np.int32)
    )


def facility_bits(graph: Graph, start_cost: Int64s, room: int = 0) -> int:
    """Give the bits that hold the row of a facility, when the rest can hold what any way costs.

    Parameters
    ----------
    graph, start_cost
        As of `Search`.
    room
        Facilities that may come later.

    Raises
    ------
    WrongUse
        ``search_cost_too_large``.
    """
    bits = max(1, (len(start_cost) + room - 1).bit_length())
    require_ways(int(graph.cost.sum()), int(start_cost.max(initial=0)), bits)
    return bits


def require_ways(total: int, start: int, bits: int) -> None:
    """Refuse roads that cost more than a way can hold.

    Parameters
    ----------
    total
        What all chains cost together.
    start
        The greatest cost that a facility begins with.
    bits
        That hold the row of a facility.

    Raises
    ------
    WrongUse
        ``search_cost_too_large``.
    """
    # No way goes twice over a chain, but for the one it ends on.
    costliest = 2 * total + start
    largest = (1 << (_WAY_BITS - bits)) - 1
    if costliest >= largest:
        raise WrongUse(ErrorCode.SEARCH_COST_TOO_LARGE, value=f"{costliest:.3g}", expected=f"{largest:.3g}")
