"""Why a place is reached or not: its way to the nearest facility, what the way is made of, and the rule.

It is told of a place on the map, never of a home: nothing here says where anybody lives.
"""

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import shapely

from gis_service.analysis.cells import CELL_M, cell_at
from gis_service.analysis.field import UNREACHED, NearestField, network_field
from gis_service.analysis.graph import Graph, build_graph
from gis_service.analysis.place import nearest_of_place, straight_nearest_of_place
from gis_service.analysis.route import Route, find_route
from gis_service.analysis.snap import Positions, snap
from gis_service.analysis.zones import BEYOND
from gis_service.crs import STORAGE, transform
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.cells import CellTable
from gis_service.services.coverage import CoverageResult
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import persons, plain, units
from gis_service.services.study_area import units_in
from gis_service.types import Floats, Int64s

Document = dict[str, Any]
_DECIMALS = 6
MOST_NEAREST = 5
"""So many of the nearest facilities are told of a place at most."""


class Answered(Protocol):
    """A study that is computed, of layers or of files."""

    @property
    def parameters(self) -> CoverageParameters:
        """What was asked."""

    @property
    def inputs(self) -> CoverageInputs:
        """What was read."""

    @property
    def result(self) -> CoverageResult:
        """What was found."""

    @property
    def document(self) -> Document:
        """How it is told."""


@dataclass(frozen=True)
class Way:
    """The way of a place.

    Parameters
    ----------
    status
        ``covered``, ``uncovered``, ``roadless``, ``no_path`` or ``no_facility``.
    cost
        ms or mm; None without an answer.
    nearest, second
        Rows of the facilities; None without one.
    second_cost
        Of the way to the second nearest.
    route
        On the roads; None as the crow flies, and without an answer.
    ranked
        Facility and cost of the nearest of different sites, the nearest first.
    """

    status: str
    cost: int | None = None
    nearest: int | None = None
    second: int | None = None
    second_cost: int | None = None
    route: Route | None = None
    ranked: tuple[tuple[int, int], ...] = ()


def place_in(study: Answered, lon: float, lat: float, known: Floats | None = None) -> tuple[Floats, int]:
    """Give a place in the metric system of a study, and its unit.

    Parameters
    ----------
    study
        The study.
    lon, lat
        Degrees in WGS 84.
    known
        The place in that system, ``(1, 2)`` metres, where it is known: a datum is not left and entered again
        to the millimetre.

    Returns
    -------
    tuple
        ``(1, 2)`` metres, and the index of the unit, negative without one.

    Raises
    ------
    RefusedInput
        ``place_outside`` beyond the study area, ``place_not_subject`` in a unit that the rule is not for.
    """
    inputs = study.inputs
    point = np.array([shapely.Point(lon, lat)], dtype=object)
    xy = shapely.get_coordinates(transform(point, STORAGE, inputs.crs)) if known is None else known
    if not np.isfinite(xy).all():
        raise RefusedInput(ErrorCode.PLACE_OUTSIDE, lon=lon, lat=lat)
    if not inputs.zones.have_areas:
        return xy, -1
    zone = int(units_in(xy, inputs.zones, (), inputs.outline, inputs.area)[0])
    if zone == BEYOND:
        raise RefusedInput(ErrorCode.PLACE_OUTSIDE, lon=lon, lat=lat)
    if inputs.subject is not None:
        unit = units_in(xy, inputs.subject.units, (), None)
        if not inputs.subject.includes(unit)[0]:
            types = ", ".join(study.parameters.unit_types)
            raise RefusedInput(ErrorCode.PLACE_NOT_SUBJECT, lon=lon, lat=lat, types=types)
    return xy, zone


def way_of(study: Answered, xy: Floats, zone: int, k: int = 2) -> Way:
    """Find the way from a place to (or from) its nearest facility.

    Parameters
    ----------
    study
        The study whose rule holds.
    xy, zone
        As `place_in` gives them.
    k
        How many of the nearest facilities are wanted, each on a site of its own; two at least are found.
    """
    facilities, parameters, roads = study.inputs.facilities, study.parameters, study.result.roads
    if parameters.measure == "quota":
        return Way("covered" if zone >= 0 and _has_enough(study, zone) else "uncovered")
    chosen, k = _usable(study, zone), max(k, 2)
    if roads is None:
        shapes = None if facilities.shapes is None else facilities.shapes[chosen]
        site = facilities.site[chosen]
        found = straight_nearest_of_place(xy, facilities.xy[chosen], shapes, site, k)
        return _told(found, chosen, parameters)
    here = snap(xy, roads.network, roads.costs, study.inputs.barriers, parameters.snap_max_m)
    if here.segment[0] < 0:
        return Way("roadless")
    graph = study.inputs.prepared.once(build_graph, roads.network, roads.costs)

    def search(rows: Int64s, wanted: int) -> NearestField:
        return nearest_of_place(
            graph,
            roads.costs,
            here,
            roads.facilities.take(rows),
            facilities.site[rows],
            wanted,
            direction=parameters.direction,
            turnout=parameters.turnout_cost,
            penalty=facilities.starts(rows),
        )

    counted = study.result.counted_facilities
    if not len(chosen) and len(counted) and search(counted, 1).cost[0, 0] >= UNREACHED:
        # As in the study: whom no way leads to any facility lacks a way, whoever the facilities are for.
        return Way("no_path")
    way = _told(search(chosen, k), chosen, parameters)
    return way if way.nearest is None else replace(way, route=_route(study, graph, here, way))


def _route(study: Answered, graph: Graph, here: Positions, way: Way) -> Route | None:
    """Draw the way to the nearest facility: going down the costs leads to the one that they are of."""
    parameters, roads = study.parameters, study.result.roads
    if roads is None or way.cost is None:
        return None
    goal = np.array([way.nearest])
    wait = study.inputs.facilities.starts(goal)
    facility = roads.facilities.take(goal)
    towards = network_field(
        roads.network,
        roads.costs,
        here,
        facility,
        study.inputs.facilities.site[goal],
        direction=parameters.direction,
        turnout=parameters.turnout_cost,
        penalty=wait,
        graph=graph,
    )
    return find_route(
        roads.network,
        roads.costs,
        towards.node_cost,
        here,
        facility,
        way.cost,
        direction=parameters.direction,
        turnout=parameters.turnout_cost + (0 if wait is None else int(wait[0])),
    )


def _usable(study: Answered, zone: int) -> Int64s:
    """Give the rows of the facilities that somebody of a unit may use.

    Raises
    ------
    RefusedInput
        ``study_refused`` where each home is assigned by itself: of a place nothing is known then.
    """
    facilities, parameters = study.inputs.facilities, study.parameters
    chosen = study.result.counted_facilities
    if parameters.catchment == "own_unit":
        own: Int64s = chosen[(facilities.unit[chosen] == zone) & (zone >= 0)]
        return own
    assigned = study.inputs.assigned
    if parameters.catchment != "assigned" or assigned is None:
        return chosen
    if assigned.by_unit is None:
        raise RefusedInput(
            ErrorCode.STUDY_REFUSED, name="catchment", value="assigned", expected="any, own_unit"
        )
    part = int(assigned.by_unit[zone]) if zone >= 0 else -1
    usable = np.empty(0, dtype=np.int64) if part < 0 else assigned.facilities[part]
    return chosen[np.isin(facilities.owners[chosen], usable)]


def _has_enough(study: Answered, zone: int) -> bool:
    """Tell whether a unit has what the quota asks for."""
    told = study.document["zones"][zone].get("provision")
    return told is not None and not told["missing"]


def provision_document(study: Answered, zone: int, *, personal: bool) -> Document | None:
    """Tell what the unit of a place has and needs, in a study of a quota; None in others.

    Parameters
    ----------
    study
        The study whose rule holds.
    zone
        The unit, negative without one.
    personal
        Whether the reader may see small counts: what a unit needs tells how many people it has.
    """
    quota = study.parameters.quota
    if quota is None:
        return None
    told = study.document["zones"][zone].get("provision") if zone >= 0 else None
    figures = told or {"have": None, "needed": None, "missing": None}
    if not personal and quota.per != "unit":
        figures = figures | {"needed": None, "missing": None}
    return {"of": quota.of, "per": quota.per, "amount": plain(quota.amount)} | figures


def _told(found: NearestField, chosen: Int64s, parameters: CoverageParameters) -> Way:
    """Read the answer of one place."""
    if not len(chosen):
        return Way("no_facility")
    pairs = zip(found.facility[0].tolist(), found.cost[0].tolist(), strict=True)
    ranked = tuple((int(chosen[row]), cost) for row, cost in pairs if row >= 0)
    if not ranked:
        return Way("no_path")
    nearest, cost = ranked[0]
    second, second_cost = ranked[1] if len(ranked) > 1 else (None, None)
    status = "covered" if cost <= parameters.limit_cost else "uncovered"
    return Way(status, cost, nearest, second, second_cost, ranked=ranked)


def way_document(study: Answered, xy: Floats, way: Way) -> Document:
    """Tell a way: what it costs and of what, by how much the rule is met or failed, where it runs.

    Parameters
    ----------
    study
        The study whose rule holds.
    xy, way
        The place and its way.
    """
    parameters = study.parameters
    found: Document = {
        "status": way.status,
        "unit": "s" if parameters.is_time else "m",
        "cost": units(way.cost),
        "limit": plain(parameters.limit),
        "over": None if way.cost is None else units(way.cost - parameters.limit_cost),
        "parts": None if way.cost is None else _parts(study, way),
        "distance_m": None,
        "route": None,
    }
    if way.cost is None or way.nearest is None:
        return found
    if way.route is None:
        length = float(np.hypot(*(goal_of(study, way.nearest, xy) - xy[0])))
    else:
        length = way.route.distance_m
    return found | {"distance_m": round(length, 1), "route": _drawn(study, xy, way)}


def _parts(study: Answered, way: Way) -> Document:
    begin: dict[str, int] = {"turnout": 0}
    if way.route is None:  # as the crow flies all of it is a straight line from the place
        parts = {"access_home": way.cost, "access_facility": 0, "road": 0, "ferry": 0, "ferry_wait": 0}
    else:
        names = ("access_home", "access_facility", "road", "ferry", "ferry_wait")
        parts = {name: getattr(way.route, name) for name in names}
        starts = study.inputs.facilities.starts(np.array([way.nearest]))
        begin["turnout"] = study.parameters.turnout_cost
        if starts is not None:  # told where it was asked for, a facility without a wait too
            begin["start"] = int(starts[0])
    access = (parts["access_home"] or 0) + (parts["access_facility"] or 0)
    return {name: units(cost) for name, cost in ({"access": access} | parts | begin).items()}


def goal_of(study: Answered, row: int, xy: Floats) -> Floats:
    """Give where a facility is nearest to a place: ``(2,)`` metres; the place itself inside an area."""
    facilities = study.inputs.facilities
    if facilities.shapes is None:
        found: Floats = facilities.xy[row]
    else:
        line = shapely.shortest_line(shapely.Point(xy[0]), facilities.shapes[row])
        found = shapely.get_coordinates(line)[-1]
    return found


def _drawn(study: Answered, xy: Floats, way: Way) -> Document:
    """Draw a way in the direction of travel, as GeoJSON."""
    place, goal = xy[0], study.inputs.facilities.xy[way.nearest]
    if way.route is None and way.nearest is not None:
        goal = goal_of(study, way.nearest, xy)
    forwards = study.parameters.direction == "to_facility"
    first, last = (place, goal) if forwards else (goal, place)
    if way.route is None:
        lines = [("access", np.stack([first, last]))]
    else:
        legs: list[tuple[str, Floats]] = [(leg.part, leg.xy) for leg in way.route.legs]
        begins, ends = way.route.ends
        lines = [("access", np.stack([first, begins])), *legs, ("access", np.stack([ends, last]))]
    shapes = np.array([shapely.LineString(line) for _, line in lines] + [None], dtype=object)[:-1]
    features = [
        {"type": "Feature", "geometry": _geojson(shape), "properties": {"part": part}}
        for (part, _), shape in zip(lines, transform(shapes, study.inputs.crs, STORAGE), strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _geojson(line: shapely.LineString) -> Document:
    places = np.round(shapely.get_coordinates(line), _DECIMALS).tolist()
    return {"type": "LineString", "coordinates": places}


def cell_document(table: CellTable, xy: Floats, *, personal: bool) -> Document | None:
    """Tell how many people live in the cell around a place, as a role may see it; None where nobody does.

    Parameters
    ----------
    table
        Cells of the study.
    xy
        The place.
    personal
        Whether the reader may see small counts.
    """
    column, row = cell_at(xy)[0].tolist()
    cell = np.flatnonzero((table.cells.column == column) & (table.cells.row == row))
    if not len(cell) or not table.people[cell[0]]:
        return None
    at = int(cell[0])
    hide_people = not personal and bool(table.hidden_people[at])
    hide_outside = not personal and bool(table.hidden[at])
    return {
        "id": f"{column}_{row}",
        "size_m": plain(CELL_M),
        "people": None if hide_people else persons(int(table.people[at])),
        "uncovered": None if hide_outside else persons(int(table.uncovered[at])),
        "small": hide_people or hide_outside,
    }


def nearest_settlement(study: Answered, xy: Floats) -> Document | None:
    """Name the settlement that is nearest to a place; None where none are known."""
    settlements = study.inputs.settlements
    if settlements is None or not len(settlements.names):
        return None
    apart = np.hypot(*(settlements.xy - xy[0]).T)
    nearest = int(np.argmin(apart))
    return {"name": settlements.names[nearest], "distance_m": round(float(apart[nearest]))}
