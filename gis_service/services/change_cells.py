"""Gains and losses on the map: the square cells in which people gain or lose, as everybody may see them."""

from dataclasses import dataclass

import numpy as np

from gis_service.analysis.cells import Cells, cells_of, hidden_cells
from gis_service.analysis.demand import ALL
from gis_service.services.compare import Compared
from gis_service.types import Bools, Int32s, Int64s

_PARTS = 4
"""Within the limit in both states, in one of them, in neither."""


@dataclass(frozen=True)
class ChangeCells:
    """Cells of the people of a comparison.

    Parameters
    ----------
    cells
        Where anybody lives.
    won, lost
        ``(n_cells,)`` people within the limit only afterwards, and only before, whole thousandths.
    zone
        ``(n_cells,)`` unit of most of those who gain or lose; negative without any.
    hidden
        ``(n_cells,)`` closed to those who may not see small counts.
    """

    cells: Cells
    won: Int64s
    lost: Int64s
    zone: Int32s
    hidden: Bools


def change_cells(found: Compared) -> ChangeCells:
    """Sum the people who gain and who lose in cells, and choose what everybody may see of it.

    Parameters
    ----------
    found
        A comparison.

    Notes
    -----
    The units of every vintage are taken to be known by each of the four parts that people are in: within the
    limit in both states, only before, only afterwards, in neither. A cell with few people in any of them is
    hidden as a whole, and so are others until no sum of a unit tells it.
    """
    demand, limit = found.demand, found.limit
    was, is_ = (one.cost <= limit for one in found.answers)
    cells, people = cells_of(demand.xy), demand.people[ALL]
    parts = [np.where(2 * was + is_ == part, people, 0).astype(np.int64) for part in range(_PARTS)]
    units = [np.where(zone < 0, zone.max(initial=-1) + 1, zone).astype(np.int32) for zone in found.units]
    hidden, before = np.zeros(len(cells), np.bool_), -1
    while (count := int(hidden.sum())) > before:
        before = count
        for part in parts:
            hidden = hidden_cells(cells, part, units, hidden)
    won, lost = parts[1], parts[2]
    changed = cells.sums(won + lost)
    zone = np.where(changed > 0, cells.most(found.zone, won + lost), -1).astype(np.int32)
    return ChangeCells(cells, cells.sums(won), cells.sums(lost), zone, hidden)
