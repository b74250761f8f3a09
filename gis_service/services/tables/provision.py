"""What units have of a service for their people, against what standards ask for, whatever the distance."""

from collections.abc import Sequence

import numpy as np

from gis_service.analysis.quota import Provision, people_by_unit, provision
from gis_service.services.documents import persons, units
from gis_service.services.quota_rules import QuotaRule
from gis_service.services.tables.people import WHOLE
from gis_service.services.tables.scene import Row, Scene
from gis_service.types import THOUSANDTHS, Bools, Floats, Int32s, Int64s

SIZES = {"site_m2": "site_area_m2", "capacity": "capacity"}
"""What a quota is of, and the size of a facility that it counts."""
_HAVE = ("facilities", "capacity", "site_area_m2")
_PEOPLE = 1000
OF_PEOPLE = (
    *(f"{name}_per_{of}" for name in _HAVE for of in ("person", "1000")),
    "needed",
    "missing",
    "fulfilled",
)
"""Columns from which the people of a unit could be told."""


def rows(scene: Scene) -> list[Row]:
    """Give a row per unit and quota of the service, then those of everybody; one per group without a quota.

    A facility belongs to its one unit, however many entrances it has and whoever lives near. Where a quota
    does not hold, as in units of another kind, nothing is needed and nothing is said to be missing.
    """
    ruled = {rule.group for rule in scene.parameters.quotas}
    asked: list[tuple[str, QuotaRule | None]] = [(rule.group, rule) for rule in scene.parameters.quotas]
    asked += [(group, None) for group in scene.parameters.counted_groups if group not in ruled]
    held = _Held(scene)
    return [row for group, rule in asked for row in _rows_of(scene, held, group, rule)]


class _Held:
    """The facilities that count, with the unit of each."""

    def __init__(self, scene: Scene) -> None:
        facilities = scene.inputs.facilities
        # A facility has one unit, however many entrances: its first row stands for it.
        owner, first = np.unique(facilities.owners[scene.counted_facilities], return_index=True)
        self.unit: Int32s = facilities.unit[scene.counted_facilities[first]]
        self.sizes: dict[str, Floats | None] = {"facilities": np.ones(len(owner))}
        for name, column in (("capacity", facilities.capacity), ("site_area_m2", facilities.site_area_m2)):
            self.sizes[name] = None if column is None else column[owner]

    def sums(self, name: str, n: int) -> list[float | None]:
        """Add up a size by unit, and of all; None where it is known of none of the facilities there."""
        size = self.sizes[name]
        if size is None:
            return [None] * (n + 1)
        known = np.isfinite(size) & (self.unit >= 0)
        found, count = np.zeros(n), np.zeros(n, dtype=np.int64)
        np.add.at(found, self.unit[known], size[known])
        np.add.at(count, self.unit[known], 1)
        there = np.append(count, count.sum()) > 0
        if name == "facilities":  # known to be none
            there[:] = True
        return [
            value if any_ else None
            for value, any_ in zip([*found.tolist(), float(found.sum())], there.tolist(), strict=True)
        ]


def _rows_of(scene: Scene, held: _Held, group: str, rule: QuotaRule | None) -> list[Row]:
    zones, people = scene.inputs.zones, scene.demand.people[group]
    n = len(zones)
    by_unit = people_by_unit(scene.zone, people, n)
    everybody = [*by_unit.tolist(), int(people.sum())]
    have = {name: held.sums(name, n) for name in _HAVE}
    needs = [_NOT_ASKED] * (n + 1) if rule is None else _needs(scene, held, rule, by_unit)
    asked: Row = dict.fromkeys(("standard", "of", "per", "amount"))
    if rule is not None:
        quota = rule.quota
        asked = {"standard": rule.standard, "of": quota.of, "per": quota.per, "amount": quota.amount}
    named = [*zip(zones.ids, zones.names, strict=True), (WHOLE, WHOLE)]
    return [
        {"id": code, "name": name, "group": group}
        | _figures({size: have[size][row] for size in _HAVE}, everybody[row])
        | asked
        | needs[row]
        for row, (code, name) in enumerate(named)
    ]


def _figures(have: dict[str, float | None], thousandths: int) -> Row:
    found: Row = {}
    for name, value in have.items():
        each = value * THOUSANDTHS / thousandths if value is not None and thousandths else None
        found |= {
            name: value,
            f"{name}_per_person": each,
            f"{name}_per_1000": None if each is None else each * _PEOPLE,
        }
    return found


_NOT_ASKED: Row = dict.fromkeys(("have", "needed", "missing", "fulfilled"))


def _needs(scene: Scene, held: _Held, rule: QuotaRule, people: Int64s) -> list[Row]:
    """Tell what each unit has, needs and lacks by a quota; of all, the sums over the units it holds in."""
    n = len(people)
    holds = _holds_in(scene.inputs.zones.types, rule.unit_types, n)
    column = SIZES.get(rule.quota.of, "facilities")
    size, area = held.sizes[column], held.sizes["site_area_m2"]
    unit = held.unit
    if rule.min_site_m2 is not None and area is not None:
        unit = np.where(area < rule.min_site_m2, -1, unit).astype(np.int32)
    found = provision(people, unit, size, rule.quota.amount, rule.quota.per)
    told = [_need(found, row, is_known=size is not None) if holds[row] else _NOT_ASKED for row in range(n)]
    if not holds.any():
        return [*told, _NOT_ASKED]
    whole = Provision(*(np.array([part[holds].sum()]) for part in (found.have, found.needed)))
    missing = int(found.missing[holds].sum())
    return [*told, _need(whole, 0, is_known=size is not None, missing=missing)]


def _need(found: Provision, row: int, *, is_known: bool, missing: int | None = None) -> Row:
    lacking = int(found.missing[row]) if missing is None else missing
    needed = units(int(found.needed[row]))
    if not is_known:
        return _NOT_ASKED | {"needed": needed}
    return {
        "have": units(int(found.have[row])),
        "needed": needed,
        "missing": persons(lacking),
        "fulfilled": lacking == 0,
    }


def _holds_in(types: Sequence[str | None] | None, wanted: Sequence[str], n: int) -> Bools:
    if not wanted:
        return np.ones(n, dtype=np.bool_)
    return np.array([kind in wanted for kind in types or [None] * n], dtype=np.bool_)
