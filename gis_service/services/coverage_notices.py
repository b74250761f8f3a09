"""What a reader of a study of coverage must be told beside the figures (METHODS)."""

from collections.abc import Mapping

import numpy as np
import shapely

from gis_service.analysis.demand import ALL, Demand
from gis_service.analysis.network import Network
from gis_service.analysis.snap import SNAP_LIMIT_M
from gis_service.analysis.zones import Zones, overlaps
from gis_service.services.coverage_border import Border, border_notices
from gis_service.services.coverage_inputs import CoverageInputs, Facilities, Notice
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.coverage_ways import Roads
from gis_service.services.documents import persons
from gis_service.types import Bools, Geometries

M_PER_S_AT_1_KMH = 1 / 3.6
COVERED_WELL, COVERED_SOMEWHAT = 0.9, 0.5
"""Shares of the people inside the extent of the roads; below them the reader is told, and told strongly."""
EXTENT_MARGIN_M = 250.0
"""The extent of the roads is their convex hull and this much around it: the side of a population cell."""
_NAMES_SHOWN = 5


def coverage_notices(
    inputs: CoverageInputs,
    parameters: CoverageParameters,
    demand: Demand,
    beyond: int,
    border: Border,
    roads: Roads | None,
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
    border, roads
        What counted around the study area, and where people and facilities stand on the roads, if on any.
    """
    found = list(inputs.notices)
    if beyond:
        found.append(Notice("people_beyond_study_area", {"people": persons(beyond)}))
    if inputs.not_subject:
        params = {"people": persons(inputs.not_subject), "types": ", ".join(parameters.unit_types)}
        found.append(Notice("not_subject", params))
    if roads is not None:
        found += facilities_off_roads(inputs.facilities, border.facilities, roads)
        found += inputs.prepared.once(_roads_reach, demand, roads.network)
    found += inputs.prepared.once(border_notices, border, inputs, demand, on_roads=roads is not None)
    found += _lattice(parameters, demand)
    if inputs.zones.have_areas:
        found += inputs.prepared.once(_overlaps, inputs.zones)
    if parameters.measure == "straight_radius":
        found.append(Notice("straight_radius", {}))
    if inputs.generated:
        found.append(Notice("generated_data", {"layers": ", ".join(inputs.generated)}))
    return found


def unknown_classes(unknown: Mapping[str, int]) -> list[Notice]:
    """Tell which road classes are unknown and on how many lines; such roads count as village lanes."""
    if not unknown:
        return []
    shown = ", ".join(f"{name or '(-)'} ({count})" for name, count in unknown.items())
    return [Notice("road_class_unknown", {"lines": sum(unknown.values()), "classes": shown})]


def facilities_off_roads(facilities: Facilities, counted: Bools, roads: Roads) -> list[Notice]:
    """Tell which facilities no entrance of which joins a road: nobody reaches them.

    Parameters
    ----------
    facilities
        All facilities.
    counted
        ``(n,)`` rows within the border.
    roads
        Where they stand on the network.
    """
    owner = facilities.owners
    lost = np.setdiff1d(owner[counted], owner[counted & (roads.facilities.segment >= 0)])
    if not lost.size:
        return []
    shown = [facilities.names[row] if facilities.names else str(row + 1) for row in lost[:_NAMES_SHOWN]]
    more = " …" if lost.size > _NAMES_SHOWN else ""
    params = {"count": int(lost.size), "facilities": facilities.count, "names": ", ".join(shown) + more}
    return [Notice("facilities_off_roads", params)]


def _roads_reach(demand: Demand, network: Network) -> list[Notice]:
    return roads_reach(demand, network.shape[~network.is_ferry])


def roads_reach(demand: Demand, lines: Geometries) -> list[Notice]:
    """Warn when people live elsewhere than the roads: the share in the roads' extent, the share near one."""
    people = demand.people[ALL]
    places = shapely.points(demand.xy)
    extent = shapely.buffer(shapely.convex_hull(shapely.geometrycollections(lines)), EXTENT_MARGIN_M)
    shapely.prepare(extent)
    within, total = int(people[shapely.intersects(extent, places)].sum()), int(people.sum())
    if within >= COVERED_WELL * total:
        return []
    near = np.unique(shapely.STRtree(lines).query(places, predicate="dwithin", distance=SNAP_LIMIT_M)[0])
    params = {
        "people": persons(total),
        "inside": persons(within),
        "share": round(100 * within / total, 1),
        "near_share": round(100 * int(people[near].sum()) / total, 1),
    }
    code = "roads_cover_few" if within >= COVERED_SOMEWHAT * total else "roads_cover_small_part"
    return [Notice(code, params)]


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
