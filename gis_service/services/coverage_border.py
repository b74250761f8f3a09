"""The edge of the study area: what lies farther outside than the halo does not count (METHODS, Border)."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.border import unknown_edge, within
from gis_service.analysis.demand import ALL, Demand
from gis_service.analysis.modes import Costs
from gis_service.services.coverage_inputs import CoverageInputs, Facilities, Notice
from gis_service.services.documents import persons
from gis_service.types import Bools, Geometries

M_PER_KM = 1000


@dataclass(frozen=True)
class Border:
    """What counts of the world around the study area.

    Parameters
    ----------
    area
        The study area; None when units are known only by points: then everything counts.
    halo_m
        Width of the border outside it.
    facilities
        ``(n,)`` rows of the facilities that lie within the border.
    segments
        ``(n_segments,)`` segments of which any part lies within the border; None without a network.
    """

    area: BaseGeometry | None
    halo_m: float
    facilities: Bools
    segments: Bools | None

    def close(self, costs: Costs) -> Costs:
        """Close the segments that lie wholly beyond the border."""
        if self.segments is None:
            return costs
        return replace(
            costs,
            forward=np.where(self.segments, costs.forward, -1),
            backward=np.where(self.segments, costs.backward, -1),
            snappable=costs.snappable & self.segments,
        )


def border_of(inputs: CoverageInputs, halo_m: float) -> Border:
    """Find what lies within the border."""
    area, network = study_area(inputs), inputs.network
    return Border(
        area=area,
        halo_m=halo_m,
        facilities=_within(area, inputs.facilities.ground, halo_m),
        segments=None if network is None else _within(area, network.shape, halo_m),
    )


def border_notices(border: Border, inputs: CoverageInputs, demand: Demand, *, on_roads: bool) -> list[Notice]:
    """Say what was left out beyond the border, and warn where nothing is known inside it.

    Parameters
    ----------
    border
        As `border_of` gives it.
    inputs
        What was read.
    demand
        People of the study area.
    on_roads
        Whether ways are on roads: then the roads tell whether the border is known, else the facilities.
    """
    if border.area is None:
        return [Notice("study_area_unknown", {})]
    found = facilities_beyond(border, inputs.facilities)
    if on_roads and inputs.network is not None and border.segments is not None:
        # A ferry that runs on outside tells nothing of the roads there.
        roads = inputs.network.shape[border.segments & ~inputs.network.is_ferry]
        # The study area follows from the units and the outline, so these tell the answer apart.
        about = (inputs.network, inputs.zones, inputs.area, inputs.outline, inputs.demand)
        people = inputs.prepared.memo.by_name(
            ("edge", border.halo_m, *map(id, about)),
            lambda: _people_at_the_edge(border, roads, demand),
            about,
        )
    else:
        places = inputs.facilities.ground
        people = _people_at_the_edge(border, places[border.facilities], demand)
    if people:
        params = {"people": persons(people), "km": border.halo_m / M_PER_KM}
        found.append(Notice("border_without_halo", params))
    return found


def _people_at_the_edge(border: Border, known: Geometries, demand: Demand) -> int:
    """Count the people who live within the halo of an edge beyond which nothing is known, in thousandths."""
    if border.area is None:
        return 0
    edge = unknown_edge(border.area, known, border.halo_m)
    places: Geometries = np.asarray(shapely.points(demand.xy), dtype=object)
    return int(demand.people[ALL][within(edge, places, border.halo_m)].sum())


def facilities_beyond(border: Border, facilities: Facilities) -> list[Notice]:
    """Say how many facilities lie beyond the border, where there is one."""
    far = facilities.count - len(np.unique(facilities.owners[border.facilities]))
    return [Notice("facilities_beyond_border", {"count": far, "km": border.halo_m / M_PER_KM})] if far else []


def study_area(inputs: CoverageInputs) -> BaseGeometry | None:
    """Give the outline, else the union of the units; None when units are known only by points."""
    if inputs.outline is not None:
        return inputs.outline
    units = inputs.zones if inputs.area is None else inputs.area
    if not len(units) or not units.have_areas:
        return None
    return shapely.union_all(np.asarray(shapely.make_valid(units.polygons), dtype=object))


def _within(geometry: BaseGeometry | None, others: Geometries, distance_m: float) -> Bools:
    if geometry is None:
        return np.ones(len(others), dtype=np.bool_)
    return within(geometry, others, distance_m)
