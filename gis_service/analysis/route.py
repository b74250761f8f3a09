"""The way from a place to its facility, segment by segment: what it is made of and where it runs.

The search keeps only costs. A way is found again by going down them: from node to node along segments that
cost exactly as much as the costs of their ends differ. All are whole numbers, so the parts add up to the
answer of the field to the millisecond.
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from shapely.ops import substring

from gis_service.analysis.field import UNREACHED, Direction
from gis_service.analysis.modes import Costs, half_up
from gis_service.analysis.network import Network
from gis_service.analysis.snap import Positions
from gis_service.types import Floats, Int32s, Int64s

PartOfWay = Literal["road", "ferry"]


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of a way of one kind, drawn in the direction of travel.

    Parameters
    ----------
    part
        Road or ferry.
    xy
        ``(n, 2)`` metres.
    """

    part: PartOfWay
    xy: Floats


@dataclass(frozen=True, slots=True)
class Route:
    """A way and what it is made of; costs are ms or mm.

    Parameters
    ----------
    access_home, access_facility
        Straight lines between the road and the two places.
    road, ferry
        On roads, and on ferries with the wait for them.
    ferry_wait
        The part of ``ferry`` that is spent waiting; 0 where costs are lengths.
    distance_m
        Length of all of it, the straight lines among it.
    segments
        Segments of the network that it runs on, in the order of travel.
    legs
        Where it runs between the two positions on the network; the straight lines to the places are the
        caller's to draw.
    ends
        First and last position on the network, ``(2,)`` metres each, in the order of travel.
    """

    access_home: int
    access_facility: int
    road: int
    ferry: int
    ferry_wait: int
    distance_m: float
    segments: Int32s
    legs: tuple[Leg, ...]
    ends: tuple[Floats, Floats]

    @property
    def cost(self) -> int:
        """Cost of the whole way, without any turn-out or penalty."""
        return self.access_home + self.road + self.ferry + self.access_facility


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a segment that is travelled: fractions in the order of travel."""

    segment: int
    start: float
    end: float
    cost: int


class _Streets:
    """Segments at each node, and what it costs to come along them, seen from the home's end."""

    def __init__(self, network: Network, costs: Costs, direction: Direction) -> None:
        # Going down the costs one always moves from the home to the facility. When help comes from the
        # facility it travels the other way, so the allowed directions change places.
        to = direction == "to_facility"
        self.network = network
        self.ahead, self.astern = (costs.forward, costs.backward) if to else (costs.backward, costs.forward)
        self.whole = np.maximum(costs.forward, costs.backward)
        self.is_time = costs.access_kmh is not None
        used = np.flatnonzero(self.whole >= 0)
        node = np.concatenate([network.start[used], network.end[used]])
        both = np.concatenate([used, used])
        order = np.lexsort((both, node))
        self._row = np.searchsorted(node[order], np.arange(network.n_nodes + 1))
        self._segment = both[order]

    def onward(self, node: int) -> list[tuple[int, bool]]:
        """Give the segments that lead away from a node, and whether along their digitised order."""
        found = []
        for segment in np.unique(self._segment[self._row[node] : self._row[node + 1]]).tolist():
            if self.network.start[segment] == node and self.ahead[segment] >= 0:
                found.append((segment, True))
            if self.network.end[segment] == node and self.astern[segment] >= 0:
                found.append((segment, False))
        return found

    def far_end(self, segment: int, *, along: bool) -> int:
        """Give the node at the end of a segment."""
        return int((self.network.end if along else self.network.start)[segment])

    def before(self, segment: int, fraction: float) -> int:
        """Price the part of a segment before a position, in digitised order (METHODS, Time)."""
        return int(half_up(np.asarray(float(self.whole[segment]) * fraction)))


def find_route(
    network: Network,
    costs: Costs,
    node_cost: Int64s,
    home: Positions,
    facility: Positions,
    cost: int,
    *,
    direction: Direction = "to_facility",
    turnout: int = 0,
) -> Route:
    """Find the way that a field has priced.

    Parameters
    ----------
    network, costs
        As the field had them.
    node_cost
        ``(n_nodes,)`` of a field whose only facility is this one.
    home, facility
        One position each, both on the network.
    cost
        The field's answer for this home, turn-out and penalty included.
    direction
        As the field had it.
    turnout
        Turn-out and penalty of the facility together, ms.

    Returns
    -------
    Route
        Of equally cheap ways the one with the lowest segments; in the direction of travel.

    Raises
    ------
    ValueError
        When ``cost`` is not the answer of this field for this home.
    """
    streets = _Streets(network, costs, direction)
    at_home, at_facility = int(costs.access(home.access_m)[0]), int(costs.access(facility.access_m)[0])
    fixed = at_facility + turnout
    pieces = _pieces(streets, node_cost, home, facility, cost - at_home, fixed)
    return _route(
        streets, pieces, home, facility, (at_home, at_facility), forwards=direction == "to_facility"
    )


def _pieces(
    streets: _Streets, node_cost: Int64s, home: Positions, facility: Positions, cost: int, fixed: int
) -> list[_Piece]:
    """Give the pieces from the home's position to the facility's, that cost ``cost - fixed`` together."""
    segment, fraction = int(home.segment[0]), float(home.fraction[0])
    goal, goal_at = int(facility.segment[0]), float(facility.fraction[0])
    before, whole = streets.before(segment, fraction), int(streets.whole[segment])
    if segment == goal:
        gap = streets.before(goal, goal_at) - before
        way = streets.ahead if gap > 0 or (gap == 0 and goal_at >= fraction) else streets.astern
        if (way[segment] >= 0 or gap == 0) and abs(gap) + fixed == cost:
            return [_Piece(segment, fraction, goal_at, abs(gap))]
    first = []
    if streets.ahead[segment] >= 0:
        first.append((_Piece(segment, fraction, 1.0, whole - before), streets.far_end(segment, along=True)))
    if streets.astern[segment] >= 0:
        first.append((_Piece(segment, fraction, 0.0, before), streets.far_end(segment, along=False)))
    for piece, node in first:
        if node_cost[node] < UNREACHED and piece.cost + int(node_cost[node]) == cost:
            return [piece, *_descend(streets, node_cost, node, facility, fixed)]
    raise ValueError("the cost is not the answer of this field")


def _descend(
    streets: _Streets, node_cost: Int64s, start: int, facility: Positions, fixed: int
) -> list[_Piece]:
    """Go down the costs from a node to the facility, over segments of no cost too."""
    goal, goal_at = int(facility.segment[0]), float(facility.fraction[0])
    before = streets.before(goal, goal_at)
    came: dict[int, tuple[int, _Piece] | None] = {start: None}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        left = int(node_cost[node])
        for segment, along in streets.onward(node):
            whole = int(streets.whole[segment])
            last = before if along else whole - before
            if segment == goal and last + fixed == left:
                return [*_back(came, node), _Piece(segment, 0.0 if along else 1.0, goal_at, last)]
            far = streets.far_end(segment, along=along)
            if far not in came and node_cost[far] < UNREACHED and whole + int(node_cost[far]) == left:
                ends = (0.0, 1.0) if along else (1.0, 0.0)
                came[far] = (node, _Piece(segment, *ends, whole))
                waiting.append(far)
    raise ValueError("the costs of the nodes lead to no facility")


def _back(came: dict[int, tuple[int, _Piece] | None], node: int) -> list[_Piece]:
    pieces = []
    while (step := came[node]) is not None:
        node, piece = step
        pieces.append(piece)
    return pieces[::-1]


def _route(
    streets: _Streets,
    pieces: list[_Piece],
    home: Positions,
    facility: Positions,
    access: tuple[int, int],
    *,
    forwards: bool,
) -> Route:
    network = streets.network
    ferry = [piece for piece in pieces if network.is_ferry[piece.segment]]
    on_ferry = sum(piece.cost for piece in ferry)
    metres = [abs(piece.end - piece.start) * float(network.length_m[piece.segment]) for piece in pieces]
    legs = _legs(network, pieces)
    ends = (home.snapped_xy[0], facility.snapped_xy[0])
    if not forwards:
        pieces.reverse()
        legs = [Leg(leg.part, leg.xy[::-1]) for leg in reversed(legs)]
        ends = ends[::-1]
    return Route(
        access_home=access[0],
        access_facility=access[1],
        road=sum(piece.cost for piece in pieces) - on_ferry,
        ferry=on_ferry,
        ferry_wait=sum(int(network.wait_ms[piece.segment]) for piece in ferry) if streets.is_time else 0,
        distance_m=float(sum(metres) + home.access_m[0] + facility.access_m[0]),
        segments=np.array([piece.segment for piece in pieces], dtype=np.int32),
        legs=tuple(legs),
        ends=ends,
    )


def _legs(network: Network, pieces: list[_Piece]) -> list[Leg]:
    """Draw pieces in their order, those of one kind as one line."""
    legs: list[Leg] = []
    for piece in pieces:
        part: PartOfWay = "ferry" if network.is_ferry[piece.segment] else "road"
        line = substring(network.shape[piece.segment], piece.start, piece.end, normalized=True)
        xy = shapely.get_coordinates(line)
        if len(xy) > 1 and legs and legs[-1].part == part:
            legs[-1] = Leg(part, np.concatenate([legs[-1].xy, xy[1:]]))
        elif len(xy) > 1:  # a piece of no length is a point, and nothing to draw
            legs.append(Leg(part, xy))
    return legs
