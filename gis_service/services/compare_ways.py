"""The ways of several states of a service: roads and homes are laid out once, each state is one search."""

from dataclasses import dataclass

import numpy as np

from gis_service.analysis.change import Answers
from gis_service.analysis.demand import Demand
from gis_service.analysis.field import UNREACHED, nearest_facility
from gis_service.analysis.graph import Graph, build_graph
from gis_service.analysis.snap import snap
from gis_service.services.coverage_border import Border
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.coverage_ways import Roads, crow_field, mode_costs, who_uses_what
from gis_service.types import Floats, Int32s


@dataclass(frozen=True)
class Base:
    """Roads in one mode and the homes on them; the positions of facilities stand in ``roads`` of a state."""

    roads: Roads
    graph: Graph


@dataclass(frozen=True)
class StateWays:
    """What everybody's way costs in one state.

    Parameters
    ----------
    answers
        Facilities are rows of the state's facilities.
    roads
        Where homes and facilities stand; None as the crow flies.
    """

    answers: Answers
    roads: Roads | None


def lay_base(
    homes: Floats, inputs: CoverageInputs, border: Border, parameters: CoverageParameters
) -> Base | None:
    """Lay out the roads of a comparison, and join all homes to them.

    Parameters
    ----------
    homes
        ``(n, 2)`` places of the people of the study area.
    inputs, parameters
        What is read and asked.
    border
        What lies beyond it is closed.

    Returns
    -------
    Base or None
        None for studies as the crow flies.
    """
    if not parameters.on_roads or inputs.network is None or parameters.mode is None:
        return None
    costs = mode_costs(inputs.network, border, parameters.mode, is_time=parameters.is_time)
    joined = inputs.prepared.snap(homes, inputs.network, costs, inputs.barriers, parameters.snap_max_m)
    nothing = joined.take(np.empty(0, dtype=np.int64))
    return Base(Roads(inputs.network, costs, joined, nothing), build_graph(inputs.network, costs))


def find_state(
    base: Base | None,
    demand: Demand,
    zone: Int32s,
    inputs: CoverageInputs,
    border: Border,
    parameters: CoverageParameters,
) -> StateWays:
    """Find what everybody's way costs in one state.

    Parameters
    ----------
    base
        As `lay_base` gives it.
    demand, zone
        People of the study area, and their units in the vintage of the state.
    inputs, parameters
        The state.
    border
        Of the state: facilities beyond it do not count.
    """
    near = np.flatnonzero(border.facilities)
    roads = None if base is None else _with_facilities(base, inputs, parameters)
    cost = np.full(len(zone), UNREACHED, dtype=np.int64)
    facility = np.full(len(zone), -1, dtype=np.int32)
    for homes, chosen in who_uses_what(zone, inputs, near, parameters):
        if not len(chosen):
            continue
        if base is None or roads is None:
            field = crow_field(demand.xy[homes], inputs.facilities, chosen)
            cost[homes], found = field.cost, field.facility
        else:
            cost[homes], found = nearest_facility(
                base.graph,
                roads.costs,
                roads.homes.take(homes),
                roads.facilities.take(chosen),
                direction=parameters.direction,
                turnout=parameters.turnout_cost,
                penalty=inputs.facilities.starts(chosen),
            )
        facility[homes] = np.append(chosen, -1)[found]
    return StateWays(Answers(cost, facility), roads)


def _with_facilities(base: Base, inputs: CoverageInputs, parameters: CoverageParameters) -> Roads:
    roads = base.roads
    placed = snap(inputs.facilities.xy, roads.network, roads.costs, inputs.barriers, parameters.snap_max_m)
    return Roads(roads.network, roads.costs, roads.homes, placed)
