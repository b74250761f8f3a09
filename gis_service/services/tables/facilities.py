"""Whom each facility serves: its load within the limit, and what would be left of it if it closed."""

import numpy as np

from gis_service.analysis.coverage import is_covered
from gis_service.services.documents import persons
from gis_service.services.tables.scene import Row, Scene
from gis_service.types import Bools, Int64s


def rows(scene: Scene) -> list[Row]:
    """Give a row per facility that counts, in the order of the input, for every group.

    ``load`` is the people within the limit whose nearest facility it is, so that the loads of a group add up
    to its covered people. ``only`` is the part of them who have no facility of another site within the limit:
    whom nothing else would reach if it closed. ``per_capacity`` is the load for each unit of capacity, None
    without a capacity.
    """
    facilities, limit = scene.inputs.facilities, scene.parameters.limit_cost
    owners = facilities.owners
    counted = np.unique(owners[scene.counted_facilities])
    n = int(owners.max(initial=-1)) + 1
    found = []
    for group in scene.parameters.counted_groups:
        people, field = scene.demand.people[group], scene.ways_of(group).field
        # A quota covers people by their unit, without a nearest facility.
        covered = is_covered(field.cost, limit) & (field.facility >= 0)
        alone = covered & ~is_covered(field.cost2, limit)
        nearest = owners[np.maximum(field.facility, 0)] if len(owners) else np.zeros(len(covered), np.int64)
        load, only = _sums(nearest, people, covered, n), _sums(nearest, people, alone, n)
        found += [
            {
                "id": _said(facilities.ids, facility),
                "name": _said(facilities.names, facility),
                "group": group,
                "load": persons(int(load[facility])),
                "only": persons(int(only[facility])),
                **_capacity(scene, facility, int(load[facility])),
            }
            for facility in counted.tolist()
        ]
    return found


def _sums(facility: Int64s, people: Int64s, chosen: Bools, n: int) -> Int64s:
    found = np.zeros(n, dtype=np.int64)
    np.add.at(found, facility[chosen], people[chosen])
    return found


def _said(words: tuple[str, ...], row: int) -> str:
    return words[row] if words else str(row + 1)


def _capacity(scene: Scene, facility: int, load: int) -> Row:
    known = scene.inputs.facilities.capacity
    capacity = float("nan") if known is None else float(known[facility])
    if not np.isfinite(capacity):
        return {"capacity": None, "per_capacity": None}
    return {"capacity": capacity, "per_capacity": persons(load) / capacity if capacity > 0 else None}
