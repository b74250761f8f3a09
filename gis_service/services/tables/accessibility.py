"""How much of what facilities offer there is for each resident within the limit, by unit and group."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import fsum

import numpy as np

from gis_service.analysis.floating_catchments import balanced_catchments, floating_catchments, thirds
from gis_service.services.coverage_document import OUTSIDE
from gis_service.services.documents import persons
from gis_service.services.tables.pairs import pairs_of
from gis_service.services.tables.scene import Row, Scene
from gis_service.types import THOUSANDTHS, Floats, Int64s

EVERYBODY = "all"
"""Id of the row of the whole study area."""
_DIGITS = 9
"""Significant digits that are told: as many as machines with other logarithms agree on."""


@dataclass(frozen=True)
class Shares:
    """What there is for each resident.

    Parameters
    ----------
    enhanced, balanced
        Per group ``(n,)`` capacity for each person, by E2SFCA and by balanced catchments.
    shared
        ``capacity``; ``facility`` where each counts as one, because the capacity of one is not known.
    """

    enhanced: dict[str, Floats]
    balanced: dict[str, Floats]
    shared: str


def rows(scene: Scene) -> list[Row]:
    """Give a row per unit and group, then of people without a unit where there are any, then of everybody.

    ``enhanced`` and ``balanced`` are means over the people of the row, those with nothing in reach among them
    (``unserved``). The people of a group share with each other alone.
    """
    shares = shares_of(scene)
    found = []
    for code, name, homes in _places(scene):
        for group in scene.parameters.counted_groups:
            people, enhanced = scene.demand.people[group][homes], shares.enhanced[group][homes]
            found.append(
                {
                    "id": code,
                    "name": name,
                    "group": group,
                    "people": persons(int(people.sum())),
                    "shared": shares.shared,
                    "enhanced": _mean(enhanced, people),
                    "balanced": _mean(shares.balanced[group][homes], people),
                    "unserved": persons(int(people[enhanced == 0].sum())),
                }
            )
    return found


def shares_of(scene: Scene) -> Shares:
    """Share the capacities out among the people of each group; once for all tables of a study."""
    asked = ("shares", id(scene.ways), scene.parameters.limit_cost, scene.parameters.counted_groups)
    return scene.inputs.prepared.studies.by_name(asked, lambda: _new_shares(scene), scene.ways)


def told(value: float | None) -> float | None:
    """Write a figure with as many digits as any machine would find."""
    return None if value is None else float(f"{value:.{_DIGITS}g}")


def _new_shares(scene: Scene) -> Shares:
    counted, owner = np.unique(scene.inputs.facilities.owners[scene.counted_facilities], return_inverse=True)
    pairs = pairs_of(scene).of_owners(owner)
    known, decay = scene.inputs.facilities.capacity, thirds(scene.parameters.limit_cost)
    capacity = np.full(len(counted), np.nan) if known is None else known[counted]
    is_known = len(counted) > 0 and bool((np.isfinite(capacity) & (capacity >= 0)).all())
    offered = capacity if is_known else np.ones(len(counted))
    people = {group: scene.demand.people[group] for group in scene.parameters.counted_groups}
    enhanced = {who: floating_catchments(pairs, n, offered, decay) for who, n in people.items()}
    balanced = {who: balanced_catchments(pairs, n, offered, decay) for who, n in people.items()}
    return Shares(
        {who: found.accessibility for who, found in enhanced.items()},
        {who: found.accessibility for who, found in balanced.items()},
        "capacity" if is_known else "facility",
    )


def _places(scene: Scene) -> Iterator[tuple[str, str, Int64s]]:
    """Give the code, the name and the rows of people of each unit, of nobody's land, of everything."""
    zones, n = scene.inputs.zones, len(scene.inputs.zones)
    place = np.where(scene.zone < 0, n, scene.zone)
    order = np.argsort(place, kind="stable")
    first = np.searchsorted(place[order], np.arange(n + 2))
    for row, (code, name) in enumerate(zip(zones.ids, zones.names, strict=True)):
        yield code, name, order[first[row] : first[row + 1]]
    loose = order[first[n] :]
    if any(scene.demand.people[group][loose].any() for group in scene.parameters.counted_groups):
        yield OUTSIDE, OUTSIDE, loose
    yield EVERYBODY, EVERYBODY, order


def _mean(values: Floats, people: Int64s) -> float | None:
    """Mean over persons, from an exact sum, so that the order of rows changes nothing."""
    whole = int(people.sum())
    amounts = values * (people / THOUSANDTHS)
    return told(fsum(amounts.tolist()) * THOUSANDTHS / whole) if whole else None
