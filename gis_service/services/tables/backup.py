"""Who would still be reached if the nearest facility closed: people within the limit of two sites."""

import numpy as np

from gis_service.analysis.coverage import coverage
from gis_service.services.documents import persons
from gis_service.services.tables.people import WHOLE, backup, counted, twice_row, unit_heads
from gis_service.services.tables.scene import Row, Scene


def rows(scene: Scene) -> list[Row]:
    """Give a row per unit and group, then of people without a unit where there are any, then of everybody."""
    n = len(scene.inputs.zones)
    sums = coverage(counted(scene), scene.zone, n, scene.ways.field.cost, scene.parameters.limit_cost)
    twice = backup(scene, np.where(scene.zone < 0, n, scene.zone), n + 1)
    heads = [*unit_heads(scene)]
    if sums.outside is None:
        heads = heads[:n]
    found = []
    for row, head in enumerate(heads):
        for group, figures in sums.zones.items():
            people = figures[row] if row < n or sums.outside is None else sums.outside[group]
            found.append(_row(head, group, (people.total, people.covered), int(twice[group][row])))
    whole = {"id": WHOLE, "name": WHOLE}
    return found + [
        _row(whole, group, (figures.total, figures.covered), int(twice[group].sum()))
        for group, figures in sums.totals.items()
    ]


def _row(head: Row, group: str, counts: tuple[int, int], twice: int) -> Row:
    total, covered = counts
    return (
        head
        | {"group": group, "total": persons(total), "covered": persons(covered)}
        | twice_row(twice, total)
    )
