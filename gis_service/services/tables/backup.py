"""Who would still be reached if the nearest facility closed: people within the limit of two sites."""

from collections.abc import Mapping

import numpy as np

from gis_service.analysis.coverage import Figures, coverage
from gis_service.analysis.demand import Demand
from gis_service.services.coverage_ways import Ways
from gis_service.services.documents import persons
from gis_service.services.tables.people import WHOLE, backup, by_group, twice_row, unit_heads
from gis_service.services.tables.scene import Row, Scene


def rows(scene: Scene) -> list[Row]:
    """Give a row per unit and group, then of people without a unit where there are any, then of everybody."""
    n, limit = len(scene.inputs.zones), scene.parameters.limit_cost
    place = np.where(scene.zone < 0, n, scene.zone).astype(np.int32)

    def sums(people: Demand, ways: Ways) -> Mapping[str, tuple[Figures, ...]]:
        return coverage(people, place, n + 1, ways.field.cost, limit).zones

    figures = by_group(scene, sums)
    twice = backup(scene, place, n + 1)
    heads = [*unit_heads(scene)]
    if not any(rows[n].total for rows in figures.values()):
        heads = heads[:n]
    found = [
        _row(head, group, (rows[row].total, rows[row].covered), int(twice[group][row]))
        for row, head in enumerate(heads)
        for group, rows in figures.items()
    ]
    whole = {"id": WHOLE, "name": WHOLE}
    return found + [
        _row(
            whole,
            group,
            (sum(one.total for one in rows), sum(one.covered for one in rows)),
            int(twice[group].sum()),
        )
        for group, rows in figures.items()
    ]


def _row(head: Row, group: str, counts: tuple[int, int], twice: int) -> Row:
    total, covered = counts
    return (
        head
        | {"group": group, "total": persons(total), "covered": persons(covered)}
        | twice_row(twice, total)
    )
