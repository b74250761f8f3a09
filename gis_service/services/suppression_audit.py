"""Hidden figures that several sums together give away, though no single one does.

Sums are linear equations. What a reader can work out of them are the figures that every solution has alike:
those whose line of the null space of the hidden figures is zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from gis_service.services.suppression import Cell

Key = tuple[int, str]
"""A figure: the row that holds it, and its name."""

LARGEST = 400
"""Hidden figures that hang together and are looked at at once; more of them guard each other well enough."""
_NOTHING = 1e-9


def key_of(cell: Cell) -> Key:
    """Name a figure, whatever its value."""
    return id(cell[0]), cell[1]


def equations(sums: Iterable[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """Give the sums that hold exactly, with the whole first; nothing of them may be hidden yet."""
    return [parts for parts in sums if _holds(parts)]


def _holds(parts: Sequence[Cell]) -> bool:
    values = [row.get(name) for row, name in parts]
    if any(value is None for value in values):
        return False
    thousandths = [round(value * 1000) for value in values if value is not None]
    return len(parts) > 1 and thousandths[0] == sum(thousandths[1:])


def given_away(exact: Iterable[Sequence[Cell]], guarded: Collection[Key]) -> Iterator[Key]:
    """Give the guarded figures that follow from the shown ones.

    Parameters
    ----------
    exact
        Sums as `equations` gives them.
    guarded
        Figures that nobody may work out.
    """
    for rows in _together(exact):
        names = {name: number for number, name in enumerate(dict.fromkeys(n for row in rows for n in row))}
        if len(names) > LARGEST or not any(name in names for name in guarded):
            continue
        matrix = np.zeros((len(rows), len(names)))
        for number, row in enumerate(rows):
            for name, sign in row.items():
                matrix[number, names[name]] += sign
        _, strengths, directions = np.linalg.svd(matrix)
        free = directions[int((strengths > _NOTHING * max(matrix.shape)).sum()) :]
        yield from (
            name
            for name, number in names.items()
            if name in guarded and (abs(free[:, number]) < _NOTHING).all()
        )


def _together(exact: Iterable[Sequence[Cell]]) -> list[list[dict[Key, int]]]:
    """Put the equations together that share hidden figures, each as its hidden figures with their signs."""
    group: dict[Key, list[dict[Key, int]]] = {}
    for parts in exact:
        row: dict[Key, int] = {}
        for number, cell in enumerate(parts):
            if cell[0].get(cell[1]) is None:
                row[key_of(cell)] = row.get(key_of(cell), 0) + (-1 if number else 1)
        if not row:
            continue
        joined = [row]
        for other in {id(group[name]): group[name] for name in row if name in group}.values():
            joined += other
        for name in {name for one in joined for name in one}:
            group[name] = joined
    return list({id(rows): rows for rows in group.values()}.values())
