"""What must be said where hardly anybody can get anywhere: the data is more often at fault than the city."""

from gis_service.analysis.coverage import Coverage
from gis_service.analysis.demand import ALL
from gis_service.services.coverage_inputs import Notice
from gis_service.services.coverage_ways import Roads
from gis_service.types import Bools

MANY = 10
"""One person in so many without any way is more than islands explain."""


def way_notices(sums: Coverage, roads: Roads | None, counted: Bools) -> list[Notice]:
    """Tell that no facility counts, or that many people have a road but no way to any facility.

    Parameters
    ----------
    sums
        Of the study.
    roads
        Where people and facilities stand on the network; None as the crow flies.
    counted
        ``(n,)`` rows of the facilities that count.

    Notes
    -----
    No number of people is told: it stands in the totals, where a small one is hidden.
    """
    if not counted.any():
        return [Notice("facilities_none", {})]
    total = sums.totals[ALL]
    if roads is None or not (roads.facilities.segment[counted] >= 0).any():
        return []
    return [Notice("roads_in_pieces", {})] if total.no_path * MANY > total.total else []
