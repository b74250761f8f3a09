"""People summed in square cells of the metric system: the finest that everybody may see of where they live.

Cells are aligned to whole multiples of their side, so that a cell is the same one in every study (METHODS,
People's privacy).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gis_service.types import THOUSANDTHS, Bools, Floats, Int32s, Int64s

CELL_M = 250.0
SMALLEST_SHOWN = 10 * THOUSANDTHS
"""Thousandths of people; a smaller number that is not zero is hidden."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Occupied cells, by row then column.

    Parameters
    ----------
    column, row
        ``(n_cells,)`` lower left corner in cell sides.
    of_place
        ``(n_places,)`` cell of each place.
    """

    column: Int64s
    row: Int64s
    of_place: Int64s

    def __len__(self) -> int:
        """Give the number of cells."""
        return len(self.column)

    @property
    def ids(self) -> list[str]:
        """Names of the cells: ``column_row``."""
        return [f"{x}_{y}" for x, y in zip(self.column.tolist(), self.row.tolist(), strict=True)]

    @property
    def centre_xy(self) -> Floats:
        """``(n_cells, 2)`` middles in metres."""
        centre: Floats = (np.column_stack([self.column, self.row]).astype(np.float64) + 0.5) * CELL_M
        return centre

    def sums(self, people: Int64s) -> Int64s:
        """Sum ``(n_places,)`` thousandths of people by cell."""
        found = np.zeros(len(self), dtype=np.int64)
        np.add.at(found, self.of_place, people)
        return found

    def most(self, label: Int32s, people: Int64s) -> Int32s:
        """Give each cell the label of most of its people; of equal ones the lowest.

        Parameters
        ----------
        label
            ``(n_places,)``.
        people
            ``(n_places,)`` whole thousandths.
        """
        labels, known = np.unique(label, return_inverse=True)
        pair, place = np.unique(self.of_place * len(labels) + known, return_inverse=True)
        sums = np.zeros(len(pair), dtype=np.int64)
        np.add.at(sums, place, people)
        cell, which = np.divmod(pair, max(len(labels), 1))
        order = np.lexsort((which, -sums, cell))
        first = np.unique(cell[order], return_index=True)[1]
        winner: Int32s = labels[which[order][first]].astype(np.int32)
        return winner


def cell_at(xy: Floats) -> Int64s:
    """Give the column and row of the cells that hold places: ``(n, 2)``."""
    return np.floor(np.asarray(xy) / CELL_M).astype(np.int64)


def cells_of(xy: Floats) -> Cells:
    """Find the cells that hold places.

    Parameters
    ----------
    xy
        ``(n, 2)`` metres.
    """
    corner = cell_at(xy).reshape(-1, 2)
    found, of_place = np.unique(corner[:, ::-1], axis=0, return_inverse=True)
    return Cells(found[:, 1], found[:, 0], of_place.reshape(-1).astype(np.int64))


def is_small(people: Int64s) -> Bools:
    """Tell which numbers of people are of one to nine persons."""
    small: Bools = (people > 0) & (people < SMALLEST_SHOWN)
    return small


def hidden_cells(cells: Cells, people: Int64s, parts: Sequence[Int32s], also: Bools | None = None) -> Bools:
    """Choose the cells whose number is hidden: small ones, and those that would give a small one away.

    Parameters
    ----------
    cells
        Of the places.
    people
        ``(n_places,)`` whole thousandths.
    parts
        Ways to divide the places of which a reader knows the sums, each as ``(n_places,)`` labels: units, gap
        places. Negative labels are no part.
    also
        ``(n_cells,)`` cells that are hidden for another reason.

    Returns
    -------
    Bools
        ``(n_cells,)``. Where a part has a hidden cell it has two at least, and ten people or more in them,
        as far as it has more cells: then the sum of the part tells none of them.
    """
    sums = cells.sums(people)
    hidden = is_small(sums) if also is None else is_small(sums) | also
    groups = [cells_in for part in parts for cells_in in _groups(cells, part, people)]
    changed = True
    while changed:
        changed = False
        for group in groups:
            changed |= _complete(group, sums, hidden)
    return hidden


def _groups(cells: Cells, part: Int32s, people: Int64s) -> Iterator[Int64s]:
    """Give the cells of each part that hold some of its people."""
    counted = np.flatnonzero((part >= 0) & (people > 0))
    pairs = np.unique(np.column_stack([part[counted].astype(np.int64), cells.of_place[counted]]), axis=0)
    starts = np.flatnonzero(np.diff(pairs[:, 0], prepend=-1))
    yield from np.split(pairs[:, 1], starts[1:]) if len(pairs) else []


def _complete(group: Int64s, sums: Int64s, hidden: Bools) -> bool:
    """Hide the smallest shown cells of a part until its sum tells no hidden one; tell whether any was."""
    out = group[hidden[group]]
    if not len(out):
        return False
    shown = group[~hidden[group]]
    shown = shown[np.lexsort((shown, sums[shown]))]
    count, total, more = len(out), int(sums[out].sum()), 0
    while more < len(shown) and (count < 2 or total < SMALLEST_SHOWN):  # noqa: PLR2004 alone it is told by the sum
        total += int(sums[shown[more]])
        count, more = count + 1, more + 1
    hidden[shown[:more]] = True
    return more > 0
