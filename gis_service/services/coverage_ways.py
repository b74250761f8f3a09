"""The ways of a study: what each resident's way costs, and which of those too far off live together."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from gis_service.analysis.clusters import clusters
from gis_service.analysis.demand import Demand
from gis_service.analysis.field import UNREACHED, Field, NetworkField, network_field, straight_field
from gis_service.analysis.gap_parts import Reach, network_parts
from gis_service.analysis.gaps import REASONS, GapPlace, Kind, Settlements, gap_places
from gis_service.analysis.graph import Graph, build_graph
from gis_service.analysis.modes import Costs, Mode, segment_costs
from gis_service.analysis.near_shapes import near_shapes
from gis_service.analysis.network import Network
from gis_service.analysis.quota import Provision
from gis_service.analysis.snap import Positions
from gis_service.analysis.zones import BEYOND
from gis_service.services.coverage_border import Border
from gis_service.services.coverage_inputs import CoverageInputs, Facilities
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.quota import provision_of
from gis_service.types import Bools, Floats, Int32s, Int64s


@dataclass(frozen=True)
class Roads:
    """The network of a study in its mode, and where people and facilities stand on it."""

    network: Network
    costs: Costs
    homes: Positions
    facilities: Positions


@dataclass(frozen=True)
class Catchment:
    """People who may use the same facilities, and what those reach.

    Parameters
    ----------
    homes, facilities
        Rows of the demand and of the facilities.
    node_cost
        ``(n_nodes,)`` cost between each node and the nearest of these facilities; empty as the crow flies.
    penalty
        ``(n_facilities,)`` what each of these facilities adds to it, ms; None for nothing.
    """

    homes: Int64s
    facilities: Int64s
    node_cost: Int64s
    penalty: Int64s | None = None


@dataclass(frozen=True)
class Ways:
    """Answers of all people, and how they came about.

    Parameters
    ----------
    field
        To the nearest facility of the catchment.
    reached
        ``(n,)`` whether a way leads to any facility, also to one of another catchment.
    served
        ``(n,)`` whether there is any facility in the catchment, with a way to it or not.
    provision
        What each unit has and needs, for a quota.
    """

    field: Field
    reached: Bools
    served: Bools
    roads: Roads | None
    catchments: tuple[Catchment, ...]
    provision: Provision | None = None

    def reasons(self) -> Int32s:
        """Tell why everybody would be beyond the limit: ``(n,)`` places in `REASONS`."""
        far = np.full(len(self.reached), REASONS.index("cluster" if self.roads is None else "network"))
        far[~self.served & self.reached] = REASONS.index("no_facility")
        if self.roads is not None:
            far[~self.reached] = REASONS.index("no_path")
            far[self.field.no_road] = REASONS.index("roadless")
        return far.astype(np.int32)


def find_ways(
    demand: Demand, zone: Int32s, inputs: CoverageInputs, border: Border, parameters: CoverageParameters
) -> Ways:
    """Find the cost of everybody's way to (or from) the nearest facility of the catchment.

    Parameters
    ----------
    demand, zone
        People of the study area and their units.
    inputs, parameters
        What is read and asked.
    border
        What lies beyond it is closed.
    """
    if parameters.measure == "quota":
        return _in_units(demand, zone, inputs, border, parameters)
    roads = _roads(demand.xy, inputs, border, parameters)
    graph = None if roads is None else inputs.prepared.once(build_graph, roads.network, roads.costs)
    near = np.flatnonzero(border.facilities)
    return ways_on((roads, graph), demand.xy, zone, inputs, near, parameters)


def ways_on(
    laid: tuple[Roads | None, Graph | None],
    homes_xy: Floats,
    zone: Int32s,
    inputs: CoverageInputs,
    near: Int64s,
    parameters: CoverageParameters,
) -> Ways:
    """Find the cost of everybody's way on roads that are laid out.

    Parameters
    ----------
    laid
        Roads with everybody on them, and their graph; None and None as the crow flies.
    homes_xy, zone
        ``(n, 2)`` places of the people of the study area, metres, and their units.
    inputs, parameters
        What is read and asked.
    near
        Rows of the facilities that count.
    """
    roads, graph = laid
    n = len(homes_xy)
    whole = _nobody(n)
    if roads is not None:
        whole = replace(whole, no_road=roads.homes.segment < 0)
    served = np.zeros(n, dtype=np.bool_)
    catchments = []
    for homes, chosen in who_uses_what(zone, inputs, near, parameters):
        if roads is None or graph is None:
            part = crow_field(homes_xy[homes], inputs.facilities, chosen)
            catchments.append(Catchment(homes, chosen, np.empty(0, dtype=np.int64)))
        else:
            part = found = _field(roads, graph, homes, chosen, inputs.facilities, parameters)
            catchments.append(Catchment(homes, chosen, found.node_cost, inputs.facilities.starts(chosen)))
        _put(whole, homes, part, chosen)
        served[homes] = len(chosen) > 0
    reached = whole.cost < UNREACHED
    if parameters.catchment != "any" and roads is not None and graph is not None:
        everybody = np.arange(n)
        reached = _field(roads, graph, everybody, near, inputs.facilities, parameters).facility >= 0
    elif parameters.catchment != "any":
        reached = np.full(n, len(near) > 0)
    return Ways(whole, reached, served, roads, tuple(catchments))


def crow_field(home_xy: Floats, facilities: Facilities, chosen: Int64s) -> Field:
    """Find the nearest of some facilities as the crow flies: their places, or wherever they are nearest."""
    site = facilities.site[chosen]
    if facilities.shapes is None:
        return straight_field(home_xy, facilities.xy[chosen], site)
    return near_shapes(home_xy, facilities.shapes[chosen], site)


def _nobody(n: int) -> Field:
    """Give the field of people without an answer."""
    return Field(
        cost=np.full(n, UNREACHED, dtype=np.int64),
        facility=np.full(n, -1, dtype=np.int32),
        cost2=np.full(n, UNREACHED, dtype=np.int64),
        facility2=np.full(n, -1, dtype=np.int32),
        no_road=np.zeros(n, dtype=np.bool_),
        access=np.zeros(n, dtype=np.int64),
    )


def _in_units(
    demand: Demand, zone: Int32s, inputs: CoverageInputs, border: Border, parameters: CoverageParameters
) -> Ways:
    """Tell who lives in a unit that has enough: cost 0 there, no answer elsewhere; nobody goes anywhere."""
    found = provision_of(demand, zone, inputs, border.facilities, parameters)
    lacking = np.append(~found.enough, np.ones(1, dtype=np.bool_))  # row -1: people without a unit
    cost = np.where(lacking[np.maximum(zone, -1)], UNREACHED, 0).astype(np.int64)
    field = replace(_nobody(len(zone)), cost=cost)
    everybody = np.ones(len(zone), dtype=np.bool_)
    return Ways(field, everybody, everybody, None, (), found)


def _field(
    roads: Roads,
    graph: Graph,
    homes: Int64s,
    chosen: Int64s,
    facilities: Facilities,
    parameters: CoverageParameters,
) -> NetworkField:
    return network_field(
        roads.network,
        roads.costs,
        roads.homes.take(homes),
        roads.facilities.take(chosen),
        facilities.site[chosen],
        direction=parameters.direction,
        turnout=parameters.turnout_cost,
        penalty=facilities.starts(chosen),
        graph=graph,
    )


def _roads(
    homes: Floats, inputs: CoverageInputs, border: Border, parameters: CoverageParameters
) -> Roads | None:
    if not parameters.on_roads or inputs.network is None or parameters.mode is None:
        return None
    network, mode, is_time = inputs.network, parameters.mode, parameters.is_time
    costs = inputs.prepared.memo.by_name(
        ("costs", id(network), id(border), mode, is_time),
        lambda: mode_costs(network, border, mode, is_time=is_time),
        (network, border),
    )
    joined = [
        inputs.prepared.snap(places, inputs.network, costs, inputs.barriers, parameters.snap_max_m)
        for places in (homes, inputs.facilities.xy)
    ]
    return Roads(inputs.network, costs, *joined)


def mode_costs(network: Network, border: Border, mode: Mode, *, is_time: bool) -> Costs:
    """Give the costs of roads in a mode, ms or mm; those beyond the border are closed."""
    return border.close(segment_costs(network, mode, "network_time" if is_time else "network_distance"))


def who_uses_what(
    zone: Int32s, inputs: CoverageInputs, near: Int64s, parameters: CoverageParameters
) -> Iterator[tuple[Int64s, Int64s]]:
    """Give people with the facilities they may use; each person once.

    Parameters
    ----------
    zone
        ``(n,)`` unit of each row of people of the study area.
    inputs, parameters
        What is read and asked.
    near
        Rows of the facilities that count.
    """
    facilities = inputs.facilities
    if parameters.catchment == "any":
        yield np.arange(len(zone)), near
    elif parameters.catchment == "own_unit":
        for unit in np.unique(zone):
            # People without a unit have no facility of their own unit.
            usable = near[facilities.unit[near] == unit] if unit >= 0 else near[:0]
            yield np.flatnonzero(zone == unit), usable
    elif inputs.assigned is not None:
        part = inputs.assigned.part[inputs.zone != BEYOND]
        owner = facilities.owners[near]
        for number in np.unique(part).tolist():
            own = inputs.assigned.facilities[number] if number >= 0 else np.empty(0, dtype=np.int64)
            yield np.flatnonzero(part == number), near[np.isin(owner, own)]


def _put(whole: Field, homes: Int64s, part: Field, chosen: Int64s) -> None:
    """Enter the answers of one catchment, with facilities numbered as in the input."""
    rows = np.append(chosen, -1).astype(np.int32)  # row -1 stands for none
    whole.cost[homes], whole.cost2[homes], whole.access[homes] = part.cost, part.cost2, part.access
    whole.facility[homes], whole.facility2[homes] = rows[part.facility], rows[part.facility2]


def find_gaps(
    demand: Demand,
    zone: Int32s,
    ways: Ways,
    parameters: CoverageParameters,
    settlements: Settlements | None = None,
) -> list[GapPlace]:
    """Group the people beyond the limit into places.

    Parameters
    ----------
    demand, zone
        People of the study area and their units.
    ways
        As `find_ways` gives them.
    parameters
        Limit and conventions.
    settlements
        To name places by.
    """
    beyond = ways.field.cost > parameters.limit_cost
    if ways.provision is not None:
        return _units_as_gaps(demand, zone, beyond, parameters, settlements)
    part = np.full(len(demand.xy), -1, dtype=np.int64)
    reason = ways.reasons()
    first = 0
    if ways.roads is not None:
        for catchment in ways.catchments:
            homes = catchment.homes[beyond[catchment.homes] & ~ways.field.no_road[catchment.homes]]
            if len(homes):
                label = _network_labels(ways.roads, catchment, homes, parameters)
                # Who has no way at all, as on a one-way street, is not put together with who has a long one.
                label = 2 * label + ways.reached[homes]
                part[homes] = first + label
                first += int(label.max()) + 1
    loose = np.flatnonzero(beyond & (ways.field.no_road if ways.roads is not None else True))
    # As the crow flies, who has no facility of the own unit is not put together with who has a far one.
    part[loose] = first + len(REASONS) * clusters(demand.xy[loose], parameters.gap_join_m) + reason[loose]
    rows = np.flatnonzero(beyond)
    kinds: list[Kind] = [REASONS[number] for number in reason[rows].tolist()]
    return gap_places(demand, zone, rows, part[rows], kinds, settlements, parameters.scattered_people)


def _units_as_gaps(
    demand: Demand,
    zone: Int32s,
    beyond: Bools,
    parameters: CoverageParameters,
    settlements: Settlements | None,
) -> list[GapPlace]:
    """Give each unit that lacks something as one place: its people are outside together."""
    rows = np.flatnonzero(beyond)
    kinds: list[Kind] = ["cluster"] * len(rows)
    return gap_places(
        demand, zone, rows, zone[rows].astype(np.int64), kinds, settlements, parameters.scattered_people
    )


def _network_labels(
    roads: Roads, catchment: Catchment, homes: Int64s, parameters: CoverageParameters
) -> Int64s:
    reach = Reach(
        node_cost=catchment.node_cost,
        facilities=roads.facilities.take(catchment.facilities),
        limit=parameters.limit_cost,
        direction=parameters.direction,
        turnout=parameters.turnout_cost,
        penalty=catchment.penalty,
    )
    return network_parts(roads.network, roads.costs, reach, roads.homes.take(homes), parameters.gap_join_m)
