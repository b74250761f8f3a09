"""Whom a service reaches in each unit today, before the first phase and at the end of each.

Every sum is of whole thousandths of people; those of all units and of people in none are that of the service.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from gis_service.analysis.quota import people_by_unit
from gis_service.services.documents import persons
from gis_service.services.roadmap_phases import Judged
from gis_service.services.roadmap_projects import BEFORE, NEVER, Timed
from gis_service.services.suppression import SMALLEST_SHOWN, Row
from gis_service.types import Bools, Int64s

NOW, BEFORE_ALL = "now", "before"
"""States beside those at the ends of phases."""
STEPS = 20
"""Shares that everybody may see are rounded down to so many steps from 0 to 1."""
LEAST_SHOWN = SMALLEST_SHOWN * STEPS
"""People of a unit, from whom on a step stands for at least ten of them."""


def states_of(judged: Judged, timing: Sequence[Timed], phases: Sequence[str]) -> dict[str, Bools]:
    """Tell whom a service reaches today, before the first phase and at the end of each.

    Parameters
    ----------
    judged, timing
        As of `gis_service.services.roadmap_phases.cover_of`.
    phases
        Their names, in their order.

    Returns
    -------
    dict
        ``(n,)`` by `NOW`, `BEFORE_ALL` and the names of the phases.
    """
    found = {NOW: judged.now}
    for phase, (name, base) in enumerate(zip((BEFORE_ALL, *phases), judged.base, strict=True), BEFORE):
        rows = base.copy()
        for at, reached in judged.reach.items():
            if NEVER != timing[at].phase <= phase:
                rows[reached] = True
        found[name] = rows
    return found


def unit_rows(services: Sequence[Judged], timing: Sequence[Timed], phases: Sequence[str]) -> list[Row]:
    """Tell every unit how many of its people each service reaches, and when.

    Parameters
    ----------
    services
        The services, judged by the same units.
    timing, phases
        As of `states_of`.

    Returns
    -------
    list
        As docs/contract.md, Roadmap, ``units``.
    """
    if not services:
        return []
    zones = services[0].units.zones
    rows: list[Row] = [
        {"id": id_, "name": name, "services": {}} for id_, name in zip(zones.ids, zones.names, strict=True)
    ]
    for judged in services:
        everybody = np.ones(len(judged.people), dtype=np.bool_)
        total = _by_unit(judged, everybody)
        covered = {name: _by_unit(judged, state) for name, state in states_of(judged, timing, phases).items()}
        for at, row in enumerate(rows):
            own = {name: int(people[at]) for name, people in covered.items()}
            row["services"][judged.service] = _figures(int(total[at]), own)
    return rows


def _by_unit(judged: Judged, rows: Bools) -> Int64s:
    return people_by_unit(judged.units.of[rows], judged.people[rows], len(judged.units.zones))


def _figures(total: int, covered: Mapping[str, int]) -> Row:
    return {
        "total": persons(total),
        "covered": {name: persons(people) for name, people in covered.items()},
        "share": {name: people / total if total else None for name, people in covered.items()},
    }


def hide_units(shown: Row) -> None:
    """Leave of every unit what everybody may see: shares in steps that each stand for at least ten people.

    A service whose sums are hidden tells nothing of its units either.
    """
    closed = {one["id"] for one in shown["services"] if one["now"]["covered"] is None}
    for unit in shown.get("units", []):  # studies that were kept earlier tell none
        for service, row in unit["services"].items():
            is_told = service not in closed and row["total"] >= LEAST_SHOWN
            row["share"] = {
                name: _stepped(share) if is_told else None for name, share in row["share"].items()
            }
            row["covered"] = dict.fromkeys(row["covered"])
            row["total"] = None


def _stepped(share: float) -> float:
    # A share that misses a step by the last bit of a fraction stands on it.
    return int(share * STEPS + 1e-9) / STEPS
