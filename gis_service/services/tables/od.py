"""Ways between units and facilities: how many people of each unit reach each facility, and at what cost."""

import numpy as np

from gis_service.analysis.demand import ALL
from gis_service.analysis.od_table import Ways, unit_table
from gis_service.services.documents import persons, units
from gis_service.services.tables.pairs import pairs_of
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
    pairs = pairs_of(scene)
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
