"""What tables tell of the people of a part of the study: of a hexagon, of a use of land, of a unit."""

from collections.abc import Iterator, Sequence

import numpy as np

from gis_service.analysis.backup import covered_twice
from gis_service.analysis.coverage import PERCENTS, Figures, coverage
from gis_service.analysis.demand import ALL, Demand
from gis_service.services.coverage_document import OUTSIDE
from gis_service.services.documents import persons, units
from gis_service.services.tables.scene import Row, Scene
from gis_service.types import Int32s, Int64s

WHOLE = ALL
"""Id of the row of everybody in a table of units."""
_NAMES = tuple("median" if percent == 50 else f"p{percent}" for percent in PERCENTS)  # noqa: PLR2004


def counted(scene: Scene) -> Demand:
    """Give the people of a study with the groups that it counts."""
    found = scene.demand
    groups = {group: found.people[group] for group in scene.parameters.counted_groups}
    return Demand(found.xy, groups, found.source, found.step_m)


def figures_by(scene: Scene, part: Int32s | Int64s, heads: Sequence[Row]) -> list[Row]:
    """Give the figures of coverage of each part and group, as units have them, and its backup coverage.

    Parameters
    ----------
    scene
        The study.
    part
        ``(n,)`` part of each row of people, an index of ``heads``.
    heads
        What a row says of its part before the figures.
    """
    people, field, limit = counted(scene), scene.ways.field, scene.parameters.limit_cost
    n = len(heads)
    sums = coverage(people, part.astype(np.int32), n, field.cost, limit, scene.ways.reached, field.no_road)
    twice = {group: found.tolist() for group, found in backup(scene, part, n).items()}
    is_time = scene.parameters.is_time
    return [
        head
        | {"group": group}
        | _figures(sums.zones[group][row], is_time=is_time)
        | twice_row(twice[group][row], sums.zones[group][row].total)
        for row, head in enumerate(heads)
        for group in people.people
    ]


def backup(scene: Scene, part: Int32s | Int64s, n_parts: int) -> dict[str, Int64s]:
    """Give the people of each part and group who have two sites within the limit, in thousandths."""
    return covered_twice(counted(scene), part, n_parts, scene.ways.field.cost2, scene.parameters.limit_cost)


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
