"""What a reader of a study of coverage must be told beside the figures (METHODS)."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demand import ALL, Demand
from gis_service.analysis.zones import Zones, overlaps
from gis_service.services.coverage_inputs import CoverageInputs, Notice
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import persons
from gis_service.types import Bools, Floats, Geometries

M_PER_S_AT_1_KMH = 1 / 3.6


def coverage_notices(
    inputs: CoverageInputs, parameters: CoverageParameters, demand: Demand, beyond: int
) -> list[Notice]:
    """Find everything that must be said.

    Parameters
    ----------
    inputs, parameters
        What was read and asked.
    demand
        People of the study area.
    beyond
        Thousandths of people beyond the study area.
    """
    found = list(inputs.notices)
    if beyond:
        found.append(Notice("people_beyond_study_area", {"people": persons(beyond)}))
    found += _border(inputs, parameters, demand)
    found += _lattice(parameters, demand)
    if inputs.zones.have_areas:
        found += _overlaps(inputs.zones)
    if parameters.measure == "straight_radius":
        found.append(Notice("straight_radius", {}))
    if inputs.generated:
        found.append(Notice("generated_data", {"layers": ", ".join(inputs.generated)}))
    return found


def study_area(inputs: CoverageInputs) -> BaseGeometry | None:
    """Give the outline, else the union of the units; None when units are known only by points."""
    if inputs.outline is not None:
        return inputs.outline
    if not len(inputs.zones) or not inputs.zones.have_areas:
        return None
    return shapely.union_all(np.asarray(shapely.make_valid(inputs.zones.polygons), dtype=object))


def _border(inputs: CoverageInputs, parameters: CoverageParameters, demand: Demand) -> list[Notice]:
    """Warn when nothing is known of the world outside: roads in a network study, else facilities."""
    area = study_area(inputs)
    if area is None:
        return [Notice("study_area_unknown", {})]
    on_roads = parameters.measure != "straight_radius" and inputs.network is not None
    known: Geometries = (
        inputs.network.shape
        if on_roads and inputs.network
        else np.asarray(shapely.points(inputs.facilities.xy), dtype=object)
    )
    if _reaches_out(area, known, parameters.halo_m):
        return []
    near = _within(area.boundary, demand.xy, parameters.halo_m)
    people = int(demand.people[ALL][near].sum())
    return [Notice("border_without_halo", {"people": persons(people)})] if people else []


def _reaches_out(area: BaseGeometry, known: Geometries, halo_m: float) -> bool:
    """Tell whether anything known lies in the outer half of the halo, so not only just over the border."""
    shapely.prepare(area)
    near = known[shapely.dwithin(area, known, halo_m)]
    return not np.all(_within(area, shapely.get_coordinates(near), halo_m / 2))


def _within(geometry: BaseGeometry, xy: Floats, distance_m: float) -> Bools:
    shapely.prepare(geometry)
    return np.asarray(shapely.dwithin(geometry, shapely.points(xy), distance_m), dtype=np.bool_)


def _lattice(parameters: CoverageParameters, demand: Demand) -> list[Notice]:
    """Warn when the lattice of people is coarse against the limit: over a tenth of it."""
    if demand.step_m is None:
        return []
    step = demand.step_m
    if parameters.is_time and parameters.mode is not None:  # in seconds, at the speed between home and road
        step = demand.step_m / (parameters.mode.access_kmh * M_PER_S_AT_1_KMH)
    if step <= parameters.limit / 10:
        return []
    unit = "s" if parameters.is_time else "m"
    return [Notice("lattice_step", {"step_m": demand.step_m, "limit": f"{parameters.limit:g} {unit}"})]


def _overlaps(zones: Zones) -> list[Notice]:
    found = overlaps(zones)
    if not found:
        return []
    widest = max(found, key=lambda pair: pair.area_m2)
    params: dict[str, object] = {
        "pairs": len(found),
        "area_m2": round(sum(pair.area_m2 for pair in found)),
        "first": widest.first,
        "second": widest.second,
    }
    return [Notice("zones_overlap", params)]
