"""A choice that was made, told beside the best one: figures of the states by group and unit, exchanges."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gis_service.analysis.coverage import Coverage, coverage, is_covered
from gis_service.analysis.demand import ALL
from gis_service.analysis.field import UNREACHED
from gis_service.analysis.ranges import HIGH, LOW, ends
from gis_service.analysis.siting import gap_of
from gis_service.analysis.zones import NO_UNIT
from gis_service.services.coverage_border import border_of
from gis_service.services.coverage_document import OUTSIDE, Document, figures_row
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.services.coverage_ways import find_ways
from gis_service.services.documents import persons, units
from gis_service.services.siting import Sited
from gis_service.services.siting_progress import shown
from gis_service.types import Bools, Int64s

_MORE_IS_BETTER = "mclp"
_PART = 1 << 16


@dataclass(frozen=True)
class _State:
    """Everybody's way in one state: costs, who is within the limit, and the sums."""

    cost: Int64s
    covered: Bools
    sums: Coverage


def chosen_document(sited: Sited, states: Mapping[str, CoverageInputs]) -> Document:
    """Tell a choice that was made beside the plan.

    Parameters
    ----------
    sited
        The plan, with the choice among its facilities.
    states
        What studies of the states read, by ``before``, ``plan`` and ``chosen``: the same people, units and
        roads.

    Returns
    -------
    Document
        As docs/contract.md, Siting, tells it.
    """
    made = sited.made
    if made is None:  # nobody asked for one
        return {}
    found = {name: _state(sited, inputs) for name, inputs in states.items()}
    kept = {site for site in sited.choice.kept if not sited.ground.stays[site]}
    codes = sited.table.codes(sited.ground)

    def named(sites: set[int]) -> list[str]:
        return [codes[site] for site in sorted(sites)]

    told: Document = {
        "at": sited.asked.chosen_at,
        "count": made.count,
        "both": named(kept & set(made.sites)),
        "only_plan": named(kept - set(made.sites)),
        "only_chosen": named(set(made.sites) - kept),
        "elsewhere": list(made.elsewhere),
        **_objective(sited),
        "totals": _totals(sited, found),
        "zones": _zones(sited, found),
        "swaps": _swaps(sited),
    }
    if (drawn := _under_draws(sited)) is not None:
        told["under_draws"] = drawn
    return told


def _state(sited: Sited, inputs: CoverageInputs) -> _State:
    ground, parameters = sited.ground, sited.ground.parameters
    border = border_of(inputs, parameters.halo_m)
    ways = find_ways(ground.demand, ground.zone, inputs, border, parameters)
    people = {group: ground.demand.people[group] for group in parameters.counted_groups}
    field, limit = ways.field, parameters.limit_cost
    counted = replace(ground.demand, people=people)
    n_zones = len(ground.inputs.zones)
    sums = coverage(
        counted, ground.zone, n_zones, field.cost, limit, ways.reached, field.no_road, field.access
    )
    return _State(field.cost, is_covered(field.cost, limit), sums)


def _objective(sited: Sited) -> Document:
    """Value the choice by the objective of the plan, and tell how far from the best possible it is."""
    weighed = sited.weighed
    if weighed is None or not np.isfinite(weighed.value):
        return {"objective": None, "gap": None}
    choice = sited.choice
    value, bound = (
        shown(sited.asked.model, one - choice.offset) for one in (weighed.value, choice.answer.bound)
    )
    return {"objective": value, "gap": gap_of(value, bound)}


def _totals(sited: Sited, states: Mapping[str, _State]) -> Document:
    """Tell the figures of each group in each state; times of those who arrive stand inside."""
    parameters = sited.ground.parameters
    unit = "s" if parameters.is_time else "m"
    found: Document = {}
    for group in parameters.counted_groups:
        people = sited.ground.demand.people[group]
        found[group] = {}
        for name, state in states.items():
            row = figures_row(state.sums.totals[group], parameters)
            row["arrived"] = row["arrived"] | {f"mean_{unit}": _mean(people, state.cost)}
            found[group][name] = row
    return found


def _mean(people: Int64s, cost: Int64s) -> float | None:
    """Give the mean way of those who arrive, rounded half up, s or m."""
    there = cost < UNREACHED
    count = int(people[there].sum())
    # In two parts, neither of which can be more than 64 bits hold.
    high, low = np.divmod(cost[there], _PART)
    total = int(people[there] @ high) * _PART + int(people[there] @ low)
    return units((2 * total + count) // (2 * count)) if count else None


def _zones(sited: Sited, states: Mapping[str, _State]) -> list[Document]:
    """Tell the units in which the states differ: who is within the limit, and who was and is not any more."""
    ground = sited.ground
    zones = ground.inputs.zones
    named = [*zip(zones.ids, zones.names, strict=True), (OUTSIDE, OUTSIDE)]
    bucket = np.where(ground.zone == NO_UNIT, len(zones), ground.zone)

    def sums(people: Int64s, chosen: Bools) -> list[int]:
        found = np.zeros(len(named), dtype=np.int64)
        np.add.at(found, bucket[chosen], people[chosen])
        return [int(one) for one in found.tolist()]

    before = states["before"].covered
    every = np.ones(len(bucket), dtype=np.bool_)
    columns = {"total": every} | {name: state.covered for name, state in states.items()}
    columns |= {f"lost_{name}": before & ~states[name].covered for name in ("plan", "chosen")}
    groups = ground.parameters.counted_groups
    told = {
        group: {name: sums(ground.demand.people[group], rows) for name, rows in columns.items()}
        for group in groups
    }
    found = []
    for row, (code, name) in enumerate(named):
        by_group = {
            group: {column: one[row] for column, one in figures.items()} for group, figures in told.items()
        }
        if all(one["before"] == one["plan"] == one["chosen"] for one in by_group.values()):
            continue
        shown_as = {
            group: {column: persons(one) for column, one in figures.items()}
            for group, figures in by_group.items()
        }
        entry: Document = {"id": code, "name": name} | shown_as.pop(ALL)
        found.append(entry | ({"groups": shown_as} if shown_as else {}))
    return found


def _swaps(sited: Sited) -> list[Document]:
    """Tell the way from the choice to the plan, an exchange at a time."""
    if sited.weighed is None:
        return []
    table, facilities = sited.table, sited.ground.inputs.facilities
    codes = [*table.codes(sited.ground), *table.sites.ids]
    names = [facilities.names[owner] if facilities.names else "" for owner in sited.ground.closable.tolist()]
    names += [name or "" for name in table.sites.names]

    def site(number: int) -> Document:
        return {"id": codes[number], "name": names[number] or codes[number]}

    return [
        {"close": site(one.out), "open": site(one.into), "gain": shown(sited.asked.model, one.gain)}
        for one in sited.weighed.swaps
    ]


def _under_draws(sited: Sited) -> Document | None:
    """Tell what the choice brings in the draws, and in how many of them the plan brings more."""
    drawn = sited.drawn
    if drawn is None or drawn.found is None or not drawn.beside:
        return None
    plan, other = drawn.found.objective, np.array(drawn.beside)
    is_better = plan > other if sited.asked.model == _MORE_IS_BETTER else plan < other
    low, high = (
        None if np.isinf(end) else shown(sited.asked.model, float(end) - sited.choice.offset)
        for end in ends(other)
    )
    return {
        "draws": len(other),
        "plan_better": int(is_better.sum()),
        f"p{LOW}": low,
        f"p{HIGH}": high,
    }
