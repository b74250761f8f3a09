"""What a plan tells of capacities: how many have a place, and how many have none though a site is near."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import Notice
from gis_service.services.documents import persons
from gis_service.services.siting import Sited
from gis_service.services.siting_choice import served_by_site
from gis_service.services.siting_table import COVERING


def room_told(sited: Sited) -> Document:
    """Tell the capacities of a plan.

    Parameters
    ----------
    sited
        A plan in which nobody is served above the capacities.

    Returns
    -------
    Document
        ``capacity`` of all open sites (null where that of one is not known), people ``served`` there, those
        ``without`` a place though an open site is within the limit (with p-median: though there is a way),
        and how many facilities tell no capacity (``unknown``): these turn nobody away.
    """
    table, ground = sited.table, sited.ground
    rooms = sited.rooms
    near = np.isin(table.site, sited.open_sites)
    if sited.asked.model in COVERING:
        near &= table.cost <= ground.parameters.limit_cost
    reached = np.zeros(len(ground.weight), dtype=np.bool_)
    reached[table.home[near]] = True
    served = round(float(served_by_site(sited.choice.answer, table.n_sites).sum()))
    told = [room for room in rooms.values() if room is not None]
    return {
        "capacity": float(sum(told)) if len(told) == len(rooms) else None,
        "served": persons(served),
        "without": persons(round(float(ground.weight[reached].sum())) - served),
        "unknown": len(rooms) - len(told),
    }


def room_notices(room: Mapping[str, Any]) -> list[Notice]:
    """Say who has no place, and which facilities tell no capacity.

    Parameters
    ----------
    room
        As `room_told` gives it.
    """
    found = []
    if room["without"]:
        found.append(Notice("siting_without_room", {"people": room["without"]}))
    if room["unknown"]:
        found.append(Notice("siting_capacity_unknown", {"count": room["unknown"]}))
    return found
