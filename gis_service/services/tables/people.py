"""What tables tell of the people of a part of the study: of a hexagon, of a use of land, of a unit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from gis_service.analysis.backup import covered_twice
from gis_service.analysis.coverage import PERCENTS, Figures, coverage
from gis_service.analysis.demand import ALL, Demand
from gis_service.services.coverage_document import OUTSIDE
from gis_service.services.coverage_ways import Ways
from gis_service.services.documents import persons, units
from gis_service.services.tables.accessibility import means_by
from gis_service.services.tables.scene import Row, Scene
from gis_service.types import Int32s, Int64s

Found = TypeVar("Found")
ACCESSIBILITY = "accessibility"
"""The table of what there is for each resident: where a study has it, finer tables tell it too."""
WHOLE = ALL
"""Id of the row of everybody in a table of units."""
_NAMES = tuple("median" if percent == 50 else f"p{percent}" for percent in PERCENTS)  # noqa: PLR2004


def counted(scene: Scene) -> Demand:
    """Give the people of a study with the groups that it counts."""
    found = scene.demand
    groups = {group: found.people[group] for group in scene.parameters.counted_groups}
    return Demand(found.xy, groups, found.source, found.step_m)


def by_group(scene: Scene, answer: Callable[[Demand, Ways], Mapping[str, Found]]) -> dict[str, Found]:
    """Ask something of all groups with the ways that hold for each; groups stand in the order of the study.

    Parameters
    ----------
    scene
        The study.
    answer
        Takes people of some groups and their ways, gives an answer for each group.
    """
    people, own = counted(scene), scene.own
    common = {group: one for group, one in people.people.items() if group not in own}
    found = dict(answer(replace(people, people=common), scene.ways))
    for group in people.people:
        if group in own:
            found |= answer(replace(people, people={group: people.people[group]}), own[group])
    return {group: found[group] for group in people.people}


def figures_by(scene: Scene, part: Int32s | Int64s, heads: Sequence[Row]) -> list[Row]:
    """Give the figures of coverage of each part and group, as units have them, and its backup coverage.

    Where the study tells what there is for each resident (the table ``accessibility``), each row has its
    mean too.

    Parameters
    ----------
    scene
        The study.
    part
        ``(n,)`` part of each row of people, an index of ``heads``.
    heads
        What a row says of its part before the figures.
    """
    asked, n, place = scene.parameters, len(heads), part.astype(np.int32)

    def sums(people: Demand, ways: Ways) -> Mapping[str, tuple[Figures, ...]]:
        field = ways.field
        return coverage(people, place, n, field.cost, asked.limit_cost, ways.reached, field.no_road).zones

    figures = by_group(scene, sums)
    twice = {group: found.tolist() for group, found in backup(scene, part, n).items()}
    shares = means_by(scene, part, n) if ACCESSIBILITY in asked.tables else None
    return [
        head
        | {"group": group}
        | _figures(rows[row], is_time=asked.is_time)
        | twice_row(twice[group][row], rows[row].total)
        | ({} if shares is None else shares[group][row])
        for row, head in enumerate(heads)
        for group, rows in figures.items()
    ]


def backup(scene: Scene, part: Int32s | Int64s, n_parts: int) -> dict[str, Int64s]:
    """Give the people of each part and group who have two sites within the limit, in thousandths."""
    limit = scene.parameters.limit_cost
    return by_group(scene, lambda people, ways: covered_twice(people, part, n_parts, ways.field.cost2, limit))


def twice_row(twice: int, total: int) -> Row:
    """Tell how many of so many people have two sites within the limit."""
    return {"covered_twice": persons(twice), "share_twice": twice / total if total else None}


def unit_heads(scene: Scene) -> Iterator[Row]:
    """Name the units of a study in their order, then the row of people without one."""
    zones = scene.inputs.zones
    for code, name in zip(zones.ids, zones.names, strict=True):
        yield {"id": code, "name": name}
    yield {"id": OUTSIDE, "name": OUTSIDE}


def _figures(figures: Figures, *, is_time: bool) -> Row:
    counts: Row = {
        "total": persons(figures.total),
        "covered": persons(figures.covered),
        "uncovered": persons(figures.uncovered),
        "unreachable": persons(figures.unreachable),
        "share": figures.share,
    }
    costs = {name: units(cost) for name, cost in zip(_NAMES, figures.quantiles, strict=True)}
    times = {f"{name}_s": cost if is_time else None for name, cost in costs.items()}
    return counts | times | ({} if is_time else {f"{name}_m": cost for name, cost in costs.items()})
