"""Laws of what everybody may see: no hidden count of a few people follows from what is shown.

A reader is given everything that can be known of a study: which figures add up to which, and that none is
below nought. The least and the greatest value that a hidden figure can still have are sought by linear
programming; it is safe while they differ.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from gis_service.services.disclosure import SMALLEST_SHOWN, public_view
from gis_service.types import Floats

Row = dict[str, Any]
Sum = tuple[Hashable, list[Hashable]]
"""A figure and its parts."""

COUNTS = ("total", "covered", "uncovered", "unreachable")
KINDS = {"network": "far", "no_path": "no_path", "roadless": "no_road"}
"""Kinds of gap places, and why their people are outside."""
SCATTERED = 20
_SOLVED, _UNBOUNDED = 0, 3

people = st.one_of(st.just(0), st.just(0), st.integers(1, 9), st.integers(10, 40), st.integers(40, 300))
units = st.lists(
    st.fixed_dictionaries(dict.fromkeys(("covered", *KINDS.values()), people)), min_size=1, max_size=4
)


def row(parts: Row) -> Row:
    lost = parts["no_path"] + parts["no_road"]
    outside = lost + parts["far"]
    total = parts["covered"] + outside
    share = parts["covered"] / total if total else None
    return {
        "total": total, "covered": parts["covered"], "uncovered": outside, "unreachable": lost, "share": share
    }  # fmt: skip


def document(cities: list[Row]) -> Row:
    """Write a study; the last unit is the row of those who live in none."""
    names = [*(str(number) for number in range(len(cities) - 1)), "outside"]
    gaps: list[Row] = []
    for name, parts in zip(names, cities, strict=True):
        found = {kind: parts[reason] for kind, reason in KINDS.items() if parts[reason] >= SCATTERED}
        few = sum(parts[reason] for reason in KINDS.values() if parts[reason] < SCATTERED)
        for kind, count in (found | ({"scattered": few} if few else {})).items():
            zone = None if name == "outside" else name
            id_ = f"gap{len(gaps):02}"
            gaps.append({"id": id_, "zone": zone, "people": count, "homes": count, "kind": kind})
    whole = {name: sum(parts[name] for parts in cities) for name in cities[0]}
    total = row(whole) | {"no_road": whole["no_road"], "no_path": whole["no_path"]}
    zones = [{"id": name, **row(parts)} for name, parts in zip(names, cities, strict=True)]
    return {"totals": {"all": total}, "zones": zones, "gaps": gaps, "notices": [], "parameters": {}}


def sums(told: Row) -> Iterator[Sum]:
    """Give every sum that holds in a study, also of figures that are not written."""
    rows = ["totals", *(zone["id"] for zone in told["zones"])]
    for place in rows:
        yield (place, "total"), [(place, "covered"), (place, "uncovered")]
        yield (place, "uncovered"), [(place, "unreachable"), (place, "far")]
        yield (place, "unreachable"), [(place, "no_road"), (place, "no_path")]
    for name in (*COUNTS, *KINDS.values()):
        yield ("totals", name), [(place, name) for place in rows[1:]]
    reasons: defaultdict[Hashable, list[Hashable]] = defaultdict(list)
    for gap in told["gaps"]:
        place, figure = gap["zone"] or "outside", ("gap", gap["id"])
        if gap["kind"] == "scattered":
            yield figure, [(figure, reason) for reason in KINDS.values()]
            for reason in KINDS.values():
                reasons[place, reason].append((figure, reason))
        else:
            reasons[place, KINDS[gap["kind"]]].append(figure)
    for place in rows[1:]:
        yield from (((place, reason), reasons[place, reason]) for reason in KINDS.values())


def figures(told: Row) -> dict[Hashable, float | None]:
    found: dict[Hashable, float | None] = {("gap", gap["id"]): gap["people"] for gap in told["gaps"]}
    for place, values in [("totals", told["totals"]["all"]), *((zone["id"], zone) for zone in told["zones"])]:
        names = (*COUNTS, "no_road", "no_path")
        found |= {(place, name): values[name] for name in names if name in values}
    return found


def still_possible(told: Row, wanted: list[Hashable]) -> list[tuple[float, float]]:
    """Give the least and the greatest value that fits what is shown, of each figure that is wanted."""
    shown = {name: value for name, value in figures(told).items() if value is not None}
    equations = list(sums(told))
    names = list(dict.fromkeys([*figures(told), *(n for whole, parts in equations for n in (whole, *parts))]))
    at = {name: number for number, name in enumerate(names)}
    matrix = np.zeros((len(equations) + len(shown), len(names)))
    right = np.zeros(len(matrix))
    for number, (whole, parts) in enumerate(equations):
        matrix[number, at[whole]] = 1
        for part in parts:
            matrix[number, at[part]] -= 1
    for number, (name, value) in enumerate(shown.items(), len(equations)):
        matrix[number, at[name]], right[number] = 1, value

    goals = [(np.arange(len(names)) == at[name]).astype(np.float64) for name in wanted]
    return [(_least(goal, matrix, right), -_least(-goal, matrix, right)) for goal in goals]


def _least(goal: Floats, matrix: Floats, right: Floats) -> float:
    found = linprog(goal, A_eq=matrix, b_eq=right, bounds=(0, None))
    assert found.status in {_SOLVED, _UNBOUNDED}, found.message
    return -np.inf if found.fun is None else float(found.fun)


ROUND_THE_CORNER: list[Row] = [
    {"covered": 0, "far": 0, "no_path": 0, "no_road": 0},
    {"covered": 0, "far": 0, "no_path": 20, "no_road": 0},
    {"covered": 1, "far": 0, "no_path": 20, "no_road": 0},
    {"covered": 10, "far": 20, "no_path": 0, "no_road": 20},
]
"""The one person follows from five sums together, each of which hides two figures."""


@settings(deadline=None, max_examples=40)
@example(ROUND_THE_CORNER)
@given(units)
def test_no_count_of_a_few_people_can_be_worked_out(cities: list[Row]) -> None:
    told = document(cities)
    few = [name for name, count in figures(told).items() if count and count < SMALLEST_SHOWN]
    for name, (least, greatest) in zip(few, still_possible(public_view(told), few), strict=True):
        assert greatest - least > 0.5, (name, least, greatest)
