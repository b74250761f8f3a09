"""People at a few places with units, groups and costs: for the laws of step tables, and their fixture."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gis_service.analysis.demand import ALL
from gis_service.analysis.field import UNREACHED
from gis_service.analysis.step_table import AFTER_STEPS, Series, marks_of, sums_within, told_by
from gis_service.services.documents import persons
from gis_service.services.step_tables import TOTALS, StepTable
from gis_service.types import Int64s

STEP_S = 15
CHILDREN = "age_3_5"
SCATTERED = 20_000


@dataclass(frozen=True)
class People:
    """Rows of people; ``fine`` are units of another vintage, each in one of ``unit`` or not."""

    unit: Int64s
    fine: Int64s
    cost: Int64s
    roadless: Int64s
    place: Int64s
    people: dict[str, Int64s]
    n_steps: int

    @property
    def arrives(self) -> Any:  # noqa: ANN401 an array of truth values
        return self.cost < UNREACHED

    @property
    def steps(self) -> Int64s:
        return np.arange(self.n_steps, dtype=np.int64) * STEP_S * 1000

    @property
    def mark(self) -> Int64s:
        return marks_of(self.cost, self.arrives, self.steps)

    @property
    def everybody(self) -> Series:
        return Series(self.mark, self.people[ALL])

    @property
    def guarded(self) -> list[Series]:
        """The groups of which no two share anybody."""
        if CHILDREN not in self.people:
            return [Series(self.mark, self.people[ALL])]
        others = self.people[ALL] - self.people[CHILDREN]
        return [Series(self.mark, self.people[CHILDREN]), Series(self.mark, others)]


def people_of(seed: int, homes: int, units: int, steps: int, *, grouped: bool, most: int = 15) -> People:
    """Scatter people; the same for the same arguments."""
    rng = np.random.default_rng(seed)
    everybody = rng.integers(1, most + 1, homes) * 1000
    lost = rng.random(homes) < rng.random() / 2
    cost = np.where(lost, UNREACHED, rng.integers(0, steps + 2, homes) * STEP_S * 1000)
    people = {ALL: everybody}
    if grouped:
        people[CHILDREN] = np.where(rng.random(homes) < 0.5, everybody // 2000 * 1000, 0)
    unit = rng.integers(0, units, homes)
    return People(
        unit=unit,
        fine=np.where(rng.random(homes) < 0.95, 2 * unit, rng.integers(0, 2 * units, homes)),
        cost=cost,
        roadless=rng.integers(0, 2, homes),
        place=rng.integers(0, 2, homes),
        people=people,
        n_steps=steps,
    )


def table_of(town: People, *, fine: bool = False) -> StepTable:
    """Make the step table of a town, as `gis_service.services.step_tables.step_table` does."""
    label = town.fine if fine else town.unit
    n_marks, groups = town.n_steps + AFTER_STEPS, tuple(town.people)
    told = told_by([town.unit, town.fine], town.guarded, town.everybody, n_marks)
    rows = np.concatenate([told.city[None], told.units[int(fine)]])
    marks = np.repeat(rows[:, None], len(groups), axis=1)
    marks[0, groups.index(ALL)] = told.everybody
    counted = [Series(town.mark, town.people[group]) for group in groups]
    n_units = len(marks) - 1
    within = sums_within(label, n_units, counted, n_marks)
    ids = (TOTALS, *(f"unit{number}" for number in range(n_units)))
    return StepTable(
        unit="s",
        step=STEP_S,
        steps=town.steps,
        groups=groups,
        ids=ids,
        names=tuple(f"Xã {id_}" for id_ in ids),
        within=np.concatenate([within.sum(axis=0, keepdims=True), within]),
        told=marks,
    )


def study_of(town: People, limit: int, *, fine: bool = False) -> dict[str, Any]:
    """Write the study document of a town at a limit, with its gap places."""
    label = town.fine if fine else town.unit
    everywhere = np.ones(len(label), dtype=np.bool_)
    groups = [group for group in town.people if group != ALL]
    totals = {}
    for group in town.people:
        lost = town.people[group][~town.arrives]
        roadless = int(lost[town.roadless[~town.arrives] == 1].sum())
        parts = {"no_road": persons(roadless), "no_path": persons(int(lost.sum()) - roadless)}
        totals[group] = _figures(town, everywhere, group, limit) | parts
    zones, gaps = [], []
    for unit in range(int(label.max(initial=-1)) + 1):
        inside, id_ = label == unit, f"unit{unit}"
        zone: dict[str, Any] = {"id": id_, "name": id_} | _figures(town, inside, ALL, limit)
        if groups:
            zone["groups"] = {group: _figures(town, inside, group, limit) for group in groups}
        zones.append(zone)
        gaps += _gaps(town, inside, id_, limit)
    return {"totals": totals, "zones": zones, "gaps": gaps, "notices": [], "parameters": {}}


def _figures(town: People, rows: Any, group: str, limit: int) -> dict[str, Any]:  # noqa: ANN401
    people = town.people[group]
    total, covered = int(people[rows].sum()), int(people[rows & (town.cost <= limit)].sum())
    lost = int(people[rows & ~town.arrives].sum())
    return {
        "total": persons(total),
        "covered": persons(covered),
        "uncovered": persons(total - covered),
        "unreachable": persons(lost),
        "share": covered / total if total else None,
    }


def _gaps(town: People, inside: Any, zone: str, limit: int) -> list[dict[str, Any]]:  # noqa: ANN401
    out = inside & (town.cost > limit)
    kind = np.where(town.arrives, "network", np.where(town.roadless == 1, "roadless", "no_path"))
    left, found = out.copy(), []
    for name in ("network", "roadless", "no_path"):
        for place in range(2):
            rows = out & (kind == name) & (town.place == place)
            if town.people[ALL][rows].sum() >= SCATTERED:
                found.append((name, rows))
                left &= ~rows
    if left.any():
        found.append(("scattered", left))
    return [
        {
            "id": f"{zone}_{number}",
            "kind": name,
            "zone": zone,
            "homes": int(rows.sum()),
            "people": persons(int(town.people[ALL][rows].sum())),
        }
        | (
            {"groups": {CHILDREN: persons(int(town.people[CHILDREN][rows].sum()))}}
            if CHILDREN in town.people
            else {}
        )
        for number, (name, rows) in enumerate(found)
    ]
