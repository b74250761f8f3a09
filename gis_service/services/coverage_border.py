"""The edge of the study area: what lies farther outside than the halo does not count (METHODS, Border)."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demand import ALL, Demand
from gis_service.analysis.modes import Costs
from gis_service.services.coverage_inputs import CoverageInputs, Notice
from gis_service.services.documents import persons
from gis_service.types import Bools, Floats, Geometries

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
    area, network = _study_area(inputs), inputs.network
    places = np.asarray(shapely.points(inputs.facilities.xy), dtype=object)
    return Border(
        area=area,
        halo_m=halo_m,
        facilities=_within(area, places, halo_m),
        segments=None if network is None else _within(area, network.shape, halo_m),
    )


def border_notices(border: Border, inputs: CoverageInputs, demand: Demand, *, on_roads: bool) -> list[Notice]:
    """Say what was left out beyond the border, and warn when nothing is known inside it.

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
    found = []
    far = inputs.facilities.count - len(np.unique(inputs.facilities.owners[border.facilities]))
    if far:
        found.append(Notice("facilities_beyond_border", {"count": far, "km": border.halo_m / M_PER_KM}))
    known: Geometries = np.asarray(shapely.points(inputs.facilities.xy), dtype=object)[border.facilities]
    if on_roads and inputs.network is not None and border.segments is not None:
        known = inputs.network.shape[border.segments]
    if not _reaches_out(border, known):
        near = _within(border.area.boundary, np.asarray(shapely.points(demand.xy), object), border.halo_m)
        people = int(demand.people[ALL][near].sum())
        if people:
            found.append(Notice("border_without_halo", {"people": persons(people)}))
    return found


def _study_area(inputs: CoverageInputs) -> BaseGeometry | None:
    """Give the outline, else the union of the units; None when units are known only by points."""
    if inputs.outline is not None:
        return inputs.outline
    if not len(inputs.zones) or not inputs.zones.have_areas:
        return None
    return shapely.union_all(np.asarray(shapely.make_valid(inputs.zones.polygons), dtype=object))


def _within(geometry: BaseGeometry | None, others: Geometries, distance_m: float) -> Bools:
    if geometry is None:
        return np.ones(len(others), dtype=np.bool_)
    shapely.prepare(geometry)
    return np.asarray(shapely.dwithin(geometry, others, distance_m), dtype=np.bool_)


def _reaches_out(border: Border, known: Geometries) -> bool:
    """Tell whether anything known lies in the outer half of the halo, so not only just over the edge.

    Lines are looked at in points no farther apart than a quarter of the halo, and only in those inside it.
    One road in one direction is enough to be believed: on which sides the data ends, this cannot see.
    """
    xy: Floats = shapely.get_coordinates(shapely.segmentize(known, border.halo_m / 4))
    points: Geometries = np.asarray(shapely.points(xy), dtype=object)
    inner = _within(border.area, points, border.halo_m / 2)
    return bool(_within(border.area, points[~inner], border.halo_m).any())
