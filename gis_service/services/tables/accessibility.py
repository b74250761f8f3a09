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
from gis_service.types import THOUSANDTHS, Floats, Int32s, Int64s

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

    @property
    def places(self) -> int:
        """How many places all groups are at."""
        return sum(map(len, self.enhanced.values()))


def rows(scene: Scene) -> list[Row]:
    """Give a row per unit and group, then of people without a unit where there are any, then of everybody.

    ``enhanced`` and ``balanced`` are means over the people of the row, those with nothing in reach among them
    (``unserved``). The people of a group share with each other alone.
    """
    shares, groups = shares_of(scene), scene.parameters.counted_groups
    found = []
    for code, name, homes in _places(scene):
        for group in groups:
            people = scene.demand.people[group]
            whole = np.array([0, len(homes)], dtype=np.int64)
            found.append(
                {
                    "id": code,
                    "name": name,
                    "group": group,
                    "people": persons(int(people[homes].sum())),
                    "shared": shares.shared,
                    **_means(people, shares, group, (homes, whole))[0],
                }
            )
    return found


def shares_of(scene: Scene) -> Shares:
    """Share the capacities out among the people of each group; once for all tables of a study."""
    groups = scene.parameters.counted_groups
    ways = tuple(scene.ways_of(group) for group in groups)
    asked = ("shares", tuple(map(id, ways)), scene.parameters.limit_cost, groups)
    return scene.inputs.prepared.studies.by_name(asked, lambda: _new_shares(scene), ways)


def means_by(scene: Scene, part: Int32s | Int64s, n_parts: int) -> dict[str, list[Row]]:
    """Give what there is for each resident of each part, on average, by group.

    Parameters
    ----------
    scene
        The study.
    part
        ``(n,)`` part of each row of people, below ``n_parts``.
    n_parts
        Number of parts.
    """
    shares = shares_of(scene)
    order = np.argsort(part, kind="stable")
    first = np.searchsorted(part[order], np.arange(n_parts + 1))
    return {
        group: _means(scene.demand.people[group], shares, group, (order, first))
        for group in scene.parameters.counted_groups
    }


def told(value: float | None) -> float | None:
    """Write a figure with as many digits as any machine would find."""
    return None if value is None else float(f"{value:.{_DIGITS}g}")


def _new_shares(scene: Scene) -> Shares:
    counted, owner = np.unique(scene.inputs.facilities.owners[scene.counted_facilities], return_inverse=True)
    known, decay = scene.inputs.facilities.capacity, thirds(scene.parameters.limit_cost)
    capacity = np.full(len(counted), np.nan) if known is None else known[counted]
    is_known = len(counted) > 0 and bool((np.isfinite(capacity) & (capacity >= 0)).all())
    offered = capacity if is_known else np.ones(len(counted))
    common = pairs_of(scene).of_owners(owner)
    enhanced, balanced = {}, {}
    for group in scene.parameters.counted_groups:
        people = scene.demand.people[group]
        pairs = pairs_of(scene, group).of_owners(owner) if group in scene.own else common
        enhanced[group] = floating_catchments(pairs, people, offered, decay).accessibility
        balanced[group] = balanced_catchments(pairs, people, offered, decay).accessibility
    return Shares(enhanced, balanced, "capacity" if is_known else "facility")


def _means(people: Int64s, shares: Shares, group: str, parts: tuple[Int64s, Int64s]) -> list[Row]:
    """Give for each part the means over its people, and who of them has nothing in reach.

    Parameters
    ----------
    people
        ``(n,)`` people of the group.
    shares, group
        What there is for each of them.
    parts
        Rows of people by part, and the first of each part and behind the last.
    """
    order, first = parts
    people = people[order]
    enhanced, balanced = shares.enhanced[group][order], shares.balanced[group][order]
    whole, lacking = (_upto(one)[first] for one in (people, np.where(enhanced == 0, people, 0)))
    # Lists, since an exact sum takes them; cut, since there may be thousands of parts.
    amounts = [(one * (people / THOUSANDTHS)).tolist() for one in (enhanced, balanced)]
    rows = []
    for begin, end, of, none in zip(
        first[:-1].tolist(),
        first[1:].tolist(),
        np.diff(whole).tolist(),
        np.diff(lacking).tolist(),
        strict=True,
    ):
        means = [told(fsum(one[begin:end]) * THOUSANDTHS / of) if of else None for one in amounts]
        rows.append({"enhanced": means[0], "balanced": means[1], "unserved": persons(none)})
    return rows


def _upto(people: Int64s) -> Int64s:
    """Count the people of all rows before each row, and of all."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(people)])


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
