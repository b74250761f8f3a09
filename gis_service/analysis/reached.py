"""Which stretches of road lie within a limit of the nearest facility, and where exactly each ends.

Along a segment the cost is a whole number that rises or falls by one from step to step (a millisecond or a
millimetre), so every stretch is a run of whole steps: inside it means that the field answers within the limit
there, and outside it that it does not (METHODS, Numbers).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import shapely

from gis_service.analysis.field import UNREACHED, Direction, network_field, penalties
from gis_service.analysis.graph import Graph
from gis_service.analysis.modes import Costs, half_up
from gis_service.analysis.network import Network
from gis_service.analysis.snap import Positions
from gis_service.types import Bools, Floats, Geometries, Int64s

_NEVER = 2**60
"""Cost of a way that is not there: more than any way, and far from the end of the numbers."""
_HALF = 0.5 - 1e-8
"""Where a position counts for the next step; see `gis_service.analysis.modes.half_up`."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Stretches of segments with one nearest facility each, along which the cost only rises or only falls.

    Sorted by segment, then place. No position is in two of them.

    Parameters
    ----------
    segment
        ``(n,)`` segment.
    whole
        ``(n,)`` steps of the whole segment: its cost.
    first, last
        ``(n,)`` first and last step of the stretch, in digitised order.
    cost_first, cost_last
        ``(n,)`` cost at these, ms or mm; access of a home is not in it, that of the facility, turn-out and
        penalty are.
    facility
        ``(n,)`` row of the facility; equal costs go to the lower row.
    band
        ``(n,)`` index of the least of the limits that holds it.
    """

    segment: Int64s
    whole: Int64s
    first: Int64s
    last: Int64s
    cost_first: Int64s
    cost_last: Int64s
    facility: Int64s
    band: Int64s

    def __len__(self) -> int:
        """Give the number of stretches."""
        return len(self.segment)

    @property
    def low(self) -> Floats:
        """``(n,)`` share of the segment's length before the stretch."""
        return np.where(self.first == 0, 0.0, (self.first - 1 + _HALF) / np.maximum(self.whole, 1))

    @property
    def high(self) -> Floats:
        """``(n,)`` share of the segment's length up to the end of the stretch."""
        return np.where(self.last == self.whole, 1.0, (self.last + _HALF) / np.maximum(self.whole, 1))

    def take(self, rows: Int64s | Bools) -> "Reached":
        """Give some of the stretches."""
        return Reached(*(getattr(self, column.name)[rows] for column in fields(self)))


def reached(
    network: Network,
    costs: Costs,
    facilities: Positions,
    limits: Sequence[int],
    *,
    direction: Direction = "to_facility",
    turnout: int = 0,
    penalty: Int64s | None = None,
    graph: Graph | None = None,
) -> Reached:
    """Find the stretches of road from which (or to which) the way costs no more than a limit.

    Parameters
    ----------
    network, costs
        Segments and their costs in one mode; ferries are segments like any other.
    facilities
        Positions of the facilities, or of the one place that is asked about.
    limits
        Rising limits, ms or mm as the costs.
    direction, turnout, penalty, graph
        As for `gis_service.analysis.field.network_field`.

    Returns
    -------
    Reached
        Within the largest limit, cut where a lower limit or the realm of another facility begins.

    Raises
    ------
    WrongUse
        As `gis_service.analysis.field.network_field`.

    Notes
    -----
    A position belongs to a stretch exactly when `network_field` answers there, without access of its own, at
    most the limit, with this facility.
    """
    used = np.flatnonzero((costs.forward >= 0) | (costs.backward >= 0))
    started = penalties(penalty, len(facilities.segment)) + turnout
    over_start, over_end = _open(costs, direction)
    # From the start of a segment one sets out into it towards its end, and the other way round.
    into = (np.flatnonzero(over_end), np.flatnonzero(over_start))
    ends = _ends(network, costs, facilities, into, direction=direction, started=started, graph=graph)
    arms = _Arms.plain(network, costs, used, ends, over_start, over_end)
    placed = np.flatnonzero(facilities.segment >= 0)
    served = np.isin(used, facilities.segment[placed])
    stops = _Stops.of(costs, facilities, placed, started)
    parts = [arms.take(~served)]
    for row in np.flatnonzero(served):
        own = int(used[row])
        parts.append(_divided(arms.take(np.array([row])), stops.on(own), over_start[own], over_end[own]))
    return _in_bands(_Arms.joined(parts), limits)


def reached_lines(network: Network, pieces: Reached) -> Geometries:
    """Draw stretches in the digitised order of their segments.

    Parameters
    ----------
    network
        The network they were found on.
    pieces
        As `reached` gives them.

    Returns
    -------
    Geometries
        ``(n,)`` LineString in the CRS of the network.
    """
    lines: Geometries = network.shape[pieces.segment].copy()
    low, high = pieces.low, pieces.high
    part = np.flatnonzero((low > 0.0) | (high < 1.0))
    if len(part):
        lines[part] = _cut(lines[part], low[part], high[part])
    return lines


def along_lines(xy: Floats, row: Int64s) -> Floats:
    """Give how far each corner of many lines lies from the beginning of its line, metres.

    Parameters
    ----------
    xy
        ``(n, 2)`` corners, line by line.
    row
        ``(n,)`` number of the line, rising.
    """
    begins = np.flatnonzero(np.append(True, row[1:] != row[:-1])[: len(row)])
    step = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    step[begins] = 0.0
    along = np.cumsum(step)
    own: Floats = along - np.repeat(along[begins], np.diff(np.append(begins, len(row))))
    return own


def _cut(lines: Geometries, low: Floats, high: Floats) -> Geometries:
    """Cut each line to the part between two shares of its length."""
    xy, row = shapely.get_coordinates(lines, return_index=True)
    begins, ends = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines, share, normalized=True))
        for share in (low, high)
    )
    along = along_lines(xy, row)
    length = shapely.length(lines)
    inside = (along > (low * length)[row]) & (along < (high * length)[row])
    own = np.arange(len(lines))
    rows = np.concatenate([own, row[inside], own])
    order = np.argsort(rows, kind="stable")  # of each line its beginning, what lies between, its end
    drawn = np.concatenate([begins, xy[inside], ends])[order]
    return np.asarray(shapely.linestrings(drawn, indices=rows[order]), dtype=object)


def _open(costs: Costs, direction: Direction) -> tuple[Bools, Bools]:
    """Tell which segments one may use over their start, and over their end, to be served."""
    if direction == "to_facility":  # one leaves over the start against the digitised order
        return costs.backward >= 0, costs.forward >= 0
    return costs.forward >= 0, costs.backward >= 0


def _ends(
    network: Network,
    costs: Costs,
    facilities: Positions,
    into: tuple[Int64s, Int64s],
    *,
    direction: Direction,
    started: Int64s,
    graph: Graph | None,
) -> tuple[Int64s, Int64s]:
    """Give cost and facility of each node, over whichever segment one sets out from it.

    A facility at the very end of a one-way street is no answer of the node there, unless one may set out
    to it.
    """
    segment = np.concatenate(into).astype(np.int32)
    fraction = np.repeat([0.0, 1.0], [len(one) for one in into])
    here = Positions(segment, fraction, np.zeros(len(segment)), np.full((len(segment), 2), np.nan))
    site = np.arange(len(facilities.segment), dtype=np.int32)
    field = network_field(
        network, costs, here, facilities, site, direction=direction, penalty=started, graph=graph
    )
    node = np.concatenate([network.start[into[0]], network.end[into[1]]])
    cost = np.full(network.n_nodes, UNREACHED, np.int64)
    np.minimum.at(cost, node, field.cost)
    best = (field.cost == cost[node]) & (field.facility >= 0)
    facility = np.full(network.n_nodes, np.iinfo(np.int64).max, np.int64)
    np.minimum.at(facility, node[best], field.facility[best].astype(np.int64))
    return cost, facility


@dataclass(frozen=True, slots=True)
class _Stops:
    """Facilities on the segments they stand on, by segment, then step."""

    segment: Int64s
    step: Int64s
    access: Int64s
    row: Int64s

    @classmethod
    def of(cls, costs: Costs, facilities: Positions, placed: Int64s, started: Int64s) -> "_Stops":
        whole = np.maximum(costs.forward, costs.backward)
        segment = facilities.segment[placed].astype(np.int64)
        step = half_up(whole[segment] * facilities.fraction[placed])
        access = (costs.access(facilities.access_m) + started)[placed]
        order = np.lexsort((placed, step, segment))
        return cls(segment[order], step[order], access[order], placed[order])

    def on(self, segment: int) -> "_Stops":
        own = slice(*np.searchsorted(self.segment, [segment, segment + 1]))
        return _Stops(self.segment[own], self.step[own], self.access[own], self.row[own])


@dataclass(frozen=True, slots=True)
class _Arms:
    """Runs of steps with two ways each: one whose cost rises along the run, one whose cost falls.

    ``rising`` is the cost of the first at step 0 of the segment, ``falling`` that of the second there; either
    is `_NEVER` where there is no such way.
    """

    segment: Int64s
    whole: Int64s
    first: Int64s
    last: Int64s
    rising: Int64s
    risen_from: Int64s
    falling: Int64s
    falls_to: Int64s

    @classmethod
    def plain(
        cls,
        network: Network,
        costs: Costs,
        used: Int64s,
        ends: tuple[Int64s, Int64s],
        over_start: Bools,
        over_end: Bools,
    ) -> "_Arms":
        cost, facility = ends
        start, end = network.start[used], network.end[used]
        whole = np.maximum(costs.forward, costs.backward)[used]
        from_start = over_start[used] & (cost[start] < UNREACHED)
        from_end = over_end[used] & (cost[end] < UNREACHED)
        return cls(
            segment=used,
            whole=whole,
            first=np.zeros(len(used), np.int64),
            last=whole,
            rising=np.where(from_start, cost[start], _NEVER),
            risen_from=facility[start],
            falling=np.where(from_end, np.where(from_end, cost[end], 0) + whole, _NEVER),
            falls_to=facility[end],
        )

    @classmethod
    def joined(cls, parts: Sequence["_Arms"]) -> "_Arms":
        return cls(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)))

    def take(self, rows: Int64s | Bools) -> "_Arms":
        return _Arms(*(getattr(self, one.name)[rows] for one in fields(self)))


def _divided(road: _Arms, stops: _Stops, over_start: np.bool_, over_end: np.bool_) -> _Arms:
    """Divide a segment at the facilities that stand on it, so that each run lies between two of them."""
    whole = int(road.whole[0])
    steps = np.unique(stops.step)
    # A facility is reached from its own step whichever way the street runs: the run that may set out to it
    # begins, or ends, there.
    begins = np.unique(np.append(steps if over_start else steps + 1, 0))
    begins = begins[begins <= whole]
    lasts = np.append(begins[1:] - 1, whole)
    rows: list[tuple[int, int, int, int]] = []
    for first, last in zip(begins.tolist(), lasts.tolist(), strict=True):
        behind, ahead = stops.step <= first, stops.step >= last
        rising = [(int(road.rising[0]), int(road.risen_from[0]))]
        falling = [(int(road.falling[0]), int(road.falls_to[0]))]
        if over_start:
            own = zip((stops.access - stops.step)[behind].tolist(), stops.row[behind].tolist(), strict=True)
            rising += own
        if over_end:
            # Where one may leave both ways, the next facility stands on the first step of the next run.
            ahead = stops.step > first if over_start else ahead
            own = zip((stops.access + stops.step)[ahead].tolist(), stops.row[ahead].tolist(), strict=True)
            falling += own
        rows.append((*min(rising), *min(falling)))
    n = len(begins)
    rising_cost, risen_from, falling_cost, falls_to = np.array(rows, dtype=np.int64).reshape(n, 4).T
    return _Arms(
        segment=np.repeat(road.segment, n),
        whole=np.repeat(road.whole, n),
        first=begins,
        last=lasts,
        rising=rising_cost,
        risen_from=risen_from,
        falling=falling_cost,
        falls_to=falls_to,
    )


def _in_bands(arms: _Arms, limits: Sequence[int]) -> Reached:
    """Cut runs where the nearer of their two ways changes, and where each limit ends."""
    apart = arms.falling - arms.rising
    turns = np.where(arms.risen_from <= arms.falls_to, apart // 2, (apart - 1) // 2)
    low_end, high_end = np.minimum(turns, arms.last), np.maximum(turns + 1, arms.first)
    found = []
    below = -1
    for band, limit in enumerate(limits):
        rising = _Run(
            np.maximum(arms.first, below + 1 - arms.rising), np.minimum(low_end, limit - arms.rising)
        )
        falling = _Run(
            np.maximum(high_end, arms.falling - limit), np.minimum(arms.last, arms.falling - below - 1)
        )
        found.append(_pieces(arms, rising, arms.rising, 1, arms.risen_from, band))
        found.append(_pieces(arms, falling, arms.falling, -1, arms.falls_to, band))
        below = limit
    together = Reached(*(np.concatenate([getattr(one, f.name) for one in found]) for f in fields(Reached)))
    return together.take(np.lexsort((together.first, together.segment)))


@dataclass(frozen=True, slots=True)
class _Run:
    first: Int64s
    last: Int64s


def _pieces(arms: _Arms, run: _Run, at_zero: Int64s, slope: int, facility: Int64s, band: int) -> Reached:
    some = np.flatnonzero((run.first <= run.last) & (at_zero < _NEVER))
    first, last = run.first[some], run.last[some]
    return Reached(
        segment=arms.segment[some],
        whole=arms.whole[some],
        first=first,
        last=last,
        cost_first=at_zero[some] + slope * first,
        cost_last=at_zero[some] + slope * last,
        facility=facility[some],
        band=np.full(len(some), band, dtype=np.int64),
    )
