"""Roads as edits leave them: which segments cost something else, and who joins another road."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gis_service.analysis.graph import build_graph
from gis_service.analysis.kernels import CLOSED
from gis_service.analysis.modes import Costs
from gis_service.analysis.network import Network
from gis_service.analysis.resnap import joined_to, resnap
from gis_service.analysis.snap import Joins, Positions
from gis_service.analysis.what_if import Ground, Moves, WhatIf
from gis_service.services.closures import hour_of
from gis_service.services.coverage_border import border_of
from gis_service.services.coverage_live import Question
from gis_service.services.coverage_ways import mode_costs
from gis_service.services.study_roads import close_roads
from gis_service.services.study_standard import refused
from gis_service.services.what_if_base import POOL_ON_ROADS, Base, Joiner, Pool, roads_of
from gis_service.types import Floats, Int64s


@dataclass(frozen=True)
class RoadChange:
    """What edits of roads change of a state.

    Parameters
    ----------
    segments, cost
        As `WhatIf.reprice` takes them.
    homes
        Who joins another road.
    numbers, positions, start
        Facilities that do, as `WhatIf.move` takes them.
    """

    segments: Int64s
    cost: Int64s
    homes: Moves
    numbers: Int64s
    positions: Positions
    start: Int64s

    def apply(self, state: WhatIf) -> WhatIf:
        """Put it to a state; give the state."""
        state.reprice(self.segments, self.cost, self.homes)
        for at, number in enumerate(self.numbers.tolist()):
            state.move(number, self.positions.take(np.array([at])), int(self.start[at]))
        return state


class EditedRoads:
    """The state of a study on other roads, made once: from it edits of facilities begin.

    Parameters
    ----------
    make
        Gives one more state.
    numbers, positions
        Facilities that join another road, and where.
    joiner
        Joins places to the roads that are open then.

    Attributes
    ----------
    state
        As of `Base`.
    """

    def __init__(
        self, make: Callable[[], WhatIf], numbers: Int64s, positions: Positions, joiner: Joiner
    ) -> None:
        self._numbers, self._positions, self.joiner = numbers, positions, joiner
        self.state = Pool(make, POOL_ON_ROADS).state

    def standing(self, number: int, before: Positions) -> Positions:
        """Give the position of a facility, where it stood before."""
        at = np.flatnonzero(self._numbers == number)
        return self._positions.take(at) if len(at) else before


def edited_roads(base: Base, after: Question) -> EditedRoads:
    """Put the closures of a question to the state of another, which has fewer of them.

    Where every road there is then was one before, the state is mended; where roads are added, or open to the
    mode, its chains are others, and it is laid out anew.

    Parameters
    ----------
    base
        The state before.
    after
        The question afterwards; all but its closures is that of ``base``.

    Raises
    ------
    RefusedInput, Conflict
        As `close_roads`.
    """
    study, roads = base.study, roads_of(base.study)
    inputs, asked = study.inputs, after.parameters
    rules = (asked.closures, hour_of(after.task.time))
    known = len(study.parameters.closures)
    network, _ = close_roads(roads.network, after.layers, rules, inputs.crs, known)
    costs = _costs(base, network)
    joiner = Joiner(Joins(network, costs, inputs.barriers, asked.snap_max_m), study)
    if network.n_segments != roads.network.n_segments or _opens(roads.costs, costs):
        return _laid_out(base, network, costs, joiner)
    was, now = (np.maximum(one.forward, one.backward) for one in (roads.costs, costs))
    segments = np.flatnonzero(was != now)
    numbers = _on_closed(base.standing, costs)
    positions = joiner.snap(_facilities_xy(base)[numbers])
    moved = _on_closed(roads.homes, costs)
    homes = Moves(moved, joiner.snap(study.result.demand.xy[moved]))
    cost = np.where(now[segments] < 0, CLOSED, now[segments])
    start = _start(base, costs, numbers, positions)
    change = RoadChange(segments, cost, homes, numbers, positions, start)
    return EditedRoads(lambda: change.apply(base.first.fork()), numbers, positions, joiner)


def _laid_out(base: Base, network: Network, costs: Costs, joiner: Joiner) -> EditedRoads:
    """Lay a state out on roads that were not there, or not open; only homes near these join others."""
    study, roads, was = base.study, roads_of(base.study), base.first.ground
    before = joined_to(roads.network, roads.costs.snappable, roads.homes)
    xy, reach = study.result.demand.xy, (study.inputs.barriers, study.parameters.snap_max_m)
    homes = resnap(xy, network, costs, before, *reach)
    graph = build_graph(network, costs)
    ground = Ground(graph, costs, homes, was.people, was.direction, was.limit)
    numbers = np.arange(len(base.start))
    positions = joiner.snap(_facilities_xy(base))
    start = _start(base, costs, numbers, positions)
    first = WhatIf(ground, positions, start, was_covered=base.covered)
    return EditedRoads(first.fork, numbers, positions, joiner)


def _facilities_xy(base: Base) -> Floats:
    xy: Floats = base.study.inputs.facilities.xy[base.study.result.counted_facilities]
    return xy


def _start(base: Base, costs: Costs, numbers: Int64s, positions: Positions) -> Int64s:
    """Give what the ways to facilities begin with at other positions."""
    before = costs.access(base.standing.take(numbers).access_m)
    return base.start[numbers] + costs.access(positions.access_m) - before


def _opens(before: Costs, now: Costs) -> bool:
    """Tell whether a road opens to the mode, in some direction, that was none for it."""
    pairs = ((before.forward, now.forward), (before.backward, now.backward))
    return any(bool(((was < 0) & (is_ >= 0)).any()) for was, is_ in pairs)


def _costs(base: Base, network: Network) -> Costs:
    asked = base.study.parameters
    if asked.mode is None:
        raise refused("mode", None, "walk, bicycle, motorbike, car")
    border = border_of(replace(base.study.inputs, network=network), asked.halo_m)
    return mode_costs(network, border, asked.mode, is_time=asked.is_time)


def _on_closed(positions: Positions, costs: Costs) -> Int64s:
    """Find the places whose road is one that nobody may join any more."""
    there = np.flatnonzero(positions.segment >= 0)
    return there[~costs.snappable[positions.segment[there]]]
