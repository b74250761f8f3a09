"""Hidden figures that several sums together give away, though no single one does.

Sums are linear equations. What a reader can work out of them are the figures that every solution has alike:
those whose line of the null space of the hidden figures is zero, that is those that elimination leaves alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gis_service.types import Bools, Int64s

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from gis_service.services.suppression import Cell

Key = tuple[int, str]
"""A figure: the row that holds it, and its name."""

LARGEST = 400
"""Hidden figures that hang together and are looked at at once; more of them guard each other well enough."""
_PRIME = 2**31 - 1
"""The largest below 2^31: products of two remainders fit in 64 bits."""


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


def given_away(exact: Sequence[Sequence[Cell]], guarded: Collection[Key]) -> Iterator[Key]:
    """Give the guarded figures that follow from the shown ones.

    Parameters
    ----------
    exact
        Sums as `equations` gives them.
    guarded
        Figures that nobody may work out.
    """
    matrix, names = _hidden_part(exact)
    if not len(names):
        return
    # Figures that hang together in some sum.
    touched = abs(matrix)
    _, group = connected_components(touched.T @ touched, directed=False)
    for one in np.unique(group[[number for number, name in enumerate(names) if name in guarded]]):
        columns = np.flatnonzero(group == one)
        if len(columns) > LARGEST:
            continue
        part = matrix[:, columns]
        known = _determined(part[np.flatnonzero(np.diff(part.indptr))].toarray().astype(np.int64))
        yield from (names[columns[at]] for at in np.flatnonzero(known) if names[columns[at]] in guarded)


def _determined(matrix: Int64s) -> Bools:
    """Tell which unknowns of a system of equations have one value only, whatever stands on the other side.

    Gauss and Jordan's elimination in whole numbers modulo a prime: exact, unless the prime divides one of the
    determinants met on the way, which for sums of a few hundred figures it does not by chance.

    Parameters
    ----------
    matrix
        ``(n_equations, n_unknowns)`` whole factors.
    """
    rows = matrix % _PRIME
    pivots: list[int] = []
    for column in range(rows.shape[1]):
        done = len(pivots)
        holding = np.flatnonzero(rows[done:, column])
        if not len(holding):
            continue
        rows[[done, done + holding[0]]] = rows[[done + holding[0], done]]
        rows[done] = rows[done] * pow(int(rows[done, column]), -1, _PRIME) % _PRIME
        others = np.flatnonzero(rows[:, column])
        others = others[others != done]
        there = np.flatnonzero(rows[done])
        changed = np.ix_(others, there)
        rows[changed] = (rows[changed] - rows[others, column][:, None] * rows[done, there]) % _PRIME
        pivots.append(column)
    found = np.zeros(rows.shape[1], dtype=np.bool_)
    alone = np.count_nonzero(rows[: len(pivots)], axis=1) == 1
    found[np.array(pivots, dtype=np.int64)[alone]] = True
    return found


def _hidden_part(exact: Sequence[Sequence[Cell]]) -> tuple[csr_array, list[Key]]:
    """Give the hidden figures, and each sum as a row of their signs: the whole less its parts."""
    at: dict[Key, int] = {}
    found = [
        (number, at.setdefault(key_of(cell), len(at)), -1.0 if place else 1.0)
        for number, parts in enumerate(exact)
        for place, cell in enumerate(parts)
        if cell[0].get(cell[1]) is None
    ]
    rows, columns, signs = zip(*found, strict=True) if found else ((), (), ())
    return csr_array((signs, (rows, columns)), shape=(len(exact), len(at))), list(at)
