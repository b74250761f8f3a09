"""Roads as edits leave them: which segments cost something else, and who joins another road."""

from dataclasses import dataclass

import numpy as np

from gis_service.analysis.kernels import CLOSED
from gis_service.analysis.modes import Costs
from gis_service.analysis.network import ROAD_CLASSES, Network
from gis_service.analysis.snap import Joins, Positions
from gis_service.analysis.what_if import Moves, WhatIf
from gis_service.services.closures import hour_of
from gis_service.services.coverage_border import border_of
from gis_service.services.coverage_live import Question
from gis_service.services.coverage_ways import mode_costs
from gis_service.services.study_roads import close_roads
from gis_service.services.study_standard import refused
from gis_service.services.what_if_base import POOL_ON_ROADS, Base, Joiner, Pool, roads_of
from gis_service.types import Int64s, Text

_SLOWER = Text(
    "cấp đường mà phương tiện này vẫn đi được cả trước và sau; nếu mở thêm đường thì dùng quy trình what_if",
    "roads that this mode may use before and after; for roads that open use the process what_if",
)


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
    """The state of a study on other roads, mended once: from it edits of facilities begin.

    Parameters
    ----------
    base
        On the roads of before.
    change
        What is changed of it.
    joiner
        Joins places to the roads that are open then.

    Attributes
    ----------
    state
        As of `Base`.
    """

    def __init__(self, base: Base, change: RoadChange, joiner: Joiner) -> None:
        self._change, self.joiner = change, joiner
        self.state = Pool(lambda: change.apply(base.first.fork()), POOL_ON_ROADS).state

    def standing(self, number: int, before: Positions) -> Positions:
        """Give the position of a facility, where it stood before."""
        at = np.flatnonzero(self._change.numbers == number)
        return self._change.positions.take(at) if len(at) else before


def edited_roads(base: Base, after: Question) -> EditedRoads:
    """Put the closures of a question to the state of another, which has fewer of them.

    Parameters
    ----------
    base
        The state before.
    after
        The question afterwards; all but its closures is that of ``base``.

    Raises
    ------
    RefusedInput, Conflict
        As `close_roads`; ``study_refused`` where roads open to the mode that were not.
    """
    study, roads = base.study, roads_of(base.study)
    inputs, asked = study.inputs, after.parameters
    rules = (asked.closures, hour_of(after.task.time))
    known = len(study.parameters.closures)
    network, _ = close_roads(roads.network, after.layers, rules, inputs.crs, known)
    costs = _costs(base, network)
    was, now = (np.maximum(one.forward, one.backward) for one in (roads.costs, costs))
    if (opened := (was < 0) & (now >= 0)).any():
        # The chains of the state do not know these roads, and people would join them.
        name = ROAD_CLASSES[network.road_class[opened][0]]
        raise refused("edits/value/as_class", name, _SLOWER)
    segments = np.flatnonzero(was != now)
    joins = Joins(network, costs, inputs.barriers, asked.snap_max_m)
    numbers = _on_closed(base.standing, costs)
    positions = joins.snap(inputs.facilities.xy[study.result.counted_facilities][numbers])
    moved = _on_closed(roads.homes, costs)
    homes = Moves(moved, joins.snap(study.result.demand.xy[moved]))
    cost = np.where(now[segments] < 0, CLOSED, now[segments])
    start = costs.access(positions.access_m) - costs.access(base.standing.take(numbers).access_m)
    start += base.start[numbers]
    change = RoadChange(segments, cost, homes, numbers, positions, start)
    return EditedRoads(base, change, Joiner(joins, study))


def _costs(base: Base, network: Network) -> Costs:
    study = base.study
    asked = study.parameters
    if asked.mode is None:
        raise refused("mode", None, "walk, bicycle, motorbike, car")
    return mode_costs(network, border_of(study.inputs, asked.halo_m), asked.mode, is_time=asked.is_time)


def _on_closed(positions: Positions, costs: Costs) -> Int64s:
    """Find the places whose road is one that nobody may join any more."""
    there = np.flatnonzero(positions.segment >= 0)
    return there[~costs.snappable[positions.segment[there]]]
