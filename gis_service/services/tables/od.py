"""Ways between units and facilities: how many people of each unit reach each facility, and at what cost."""

import numpy as np

from gis_service.analysis.demand import ALL
from gis_service.analysis.graph import build_graph
from gis_service.analysis.od_table import Ways, unit_table
from gis_service.analysis.pairs import LARGEST_LIMIT, Pairs, network_pairs, straight_pairs
from gis_service.services.documents import persons, units
from gis_service.services.tables.own_unit import allowed_pairs
from gis_service.services.tables.scene import Row, Scene

NEAREST = 20
"""Facilities of each unit that are told, the nearest first."""


def rows(scene: Scene) -> list[Row]:
    """Give a row per unit and facility within the limit of each other, the nearest of each unit first.

    ``people`` is how many of the unit reach the facility within the limit, ``median_s`` (``_m`` where costs
    are lengths) the cost by which half of all people of the unit have arrived, None when fewer than half
    reach it; ``arrived_median`` and ``arrived_mean`` are of those who reach it.
    """
    facilities, told = scene.inputs.facilities, "s" if scene.parameters.is_time else "m"
    pairs = allowed_pairs(scene, pairs_of(scene))
    chosen = scene.counted_facilities
    ways = Ways(pairs.home.astype(np.int64), chosen[pairs.facility], pairs.cost.astype(np.int64))
    table = unit_table(ways.to_owners(facilities.owners), scene.demand.people[ALL], scene.zone).nearest(
        NEAREST
    )
    zones = scene.inputs.zones
    found = []
    for row in range(len(table)):
        unit, facility = int(table.unit[row]), int(table.facility[row])
        median = int(table.median[row])
        found.append(
            {
                "zone": zones.ids[unit],
                "zone_name": zones.names[unit],
                "rank": int(table.rank[row]),
                "facility": facilities.ids[facility] if facilities.ids else str(facility + 1),
                "facility_name": facilities.names[facility] if facilities.names else str(facility + 1),
                "people": persons(int(table.people[row])),
                f"median_{told}": None if median < 0 else units(median),
                f"arrived_median_{told}": units(int(table.arrived_median[row])),
                f"arrived_mean_{told}": units(int(table.arrived_mean[row])),
            }
        )
    return found


def pairs_of(scene: Scene) -> Pairs:
    """Find the homes within the limit of each facility that counts; rows are those of the scene.

    Raises
    ------
    WrongUse
        ``pairs_too_many``.
    """
    parameters, roads = scene.parameters, scene.ways.roads
    chosen, limit = scene.counted_facilities, min(parameters.limit_cost, LARGEST_LIMIT)
    if roads is None:
        xy = scene.inputs.facilities.xy[chosen]
        return straight_pairs(scene.demand.xy, xy, limit=limit, most=scene.most_pairs)
    return network_pairs(
        scene.inputs.prepared.once(build_graph, roads.network, roads.costs),
        roads.costs,
        roads.homes,
        roads.facilities.take(chosen),
        limit=limit,
        direction=parameters.direction,
        turnout=parameters.turnout_cost,
        most=scene.most_pairs,
    )
