"""Branches: of the facilities that closed, the share that stays open beside the main ones.

A facility that closed and has a ``branch_rank`` may stay as a branch; those with the lowest ranks stay first.
The share is a parameter of the study, so that the table of the facilities says the same in all of its states.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from gis_service.services.coverage_inputs import Notice
from gis_service.types import Bools

RANK = "branch_rank"
"""Field that tells in which order facilities would stay."""
SITE = "site_id"
CLOSED = "open_to"


@dataclass(frozen=True)
class Branches:
    """Which rows of a layer stay as branches.

    Parameters
    ----------
    chosen
        ``(n,)`` rows that stay and are not at the site of an open facility.
    possible
        How many closed facilities have a rank.
    at_open_sites
        How many of those that stay add nothing: an open facility stands on their site.
    """

    chosen: Bools
    possible: int
    at_open_sites: int

    def notice(self, main: int, share: float) -> Notice:
        """Tell how many facilities count beside the main ones."""
        params = {
            "main": main,
            "branches": int(self.chosen.sum()),
            "possible": self.possible,
            "percent": float(Decimal(str(share)) * 100),
        }
        return Notice("branches_counted", params)


def branches_of(
    columns: Mapping[str, Sequence[object]], is_open: Bools, there: Bools, day: date, share: float
) -> Branches:
    """Choose the closed facilities that stay as branches on a day.

    Parameters
    ----------
    columns
        Columns of the layer, ``n`` values each; ``branch_rank``, ``open_to`` and ``site_id`` are read.
    is_open
        ``(n,)`` facilities that are open on the day.
    there
        ``(n,)`` facilities that have a place; one without can neither stay nor stand in for another.
    day
        The day; a facility has closed when its ``open_to`` has come.
    share
        Share 0..1 of the closed facilities with a rank, taken by rank, ties to the earlier row; their number
        is rounded half up.
    """
    n = len(is_open)
    nothing: list[object] = [None] * n
    ranks, ends, sites = (columns.get(name, nothing) for name in (RANK, CLOSED, SITE))
    closed = [
        row
        for row in range(n)
        if there[row]
        and not is_open[row]
        and ranks[row] is not None
        and isinstance(end := ends[row], date)
        and end <= day
    ]
    count = int((Decimal(str(share)) * len(closed)).quantize(Decimal(1), ROUND_HALF_UP))
    staying = sorted(closed, key=lambda row: (float(str(ranks[row])), row))[:count]
    taken = {sites[row] for row in np.flatnonzero(is_open & there).tolist()} - {None}
    alone = [row for row in staying if sites[row] not in taken]
    chosen = np.zeros(n, dtype=np.bool_)
    chosen[alone] = True
    return Branches(chosen, len(closed), len(staying) - len(alone))
