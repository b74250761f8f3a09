"""What choosing sites one after the other has in common, whatever a site is worth."""

import numba

from gis_service.types import Bools, Int32s, Int64s

_FREE_OF_COST = 1e30
"""What a site that costs nothing is worth more than one that does."""


@numba.njit(cache=True, nogil=True)
def for_its_cost(worth: float, cost: float, per_cost: bool) -> float:  # noqa: FBT001  the compiler takes arguments by place
    """Give what a site is worth for each unit of its cost where that is asked, else what it is worth."""
    if not per_cost:
        return worth
    return worth / cost if cost > 0 else worth * _FREE_OF_COST


@numba.njit(cache=True, nogil=True)
def take(new: int, may: Bools, near_start: Int64s, near: Int32s) -> None:
    """Let a site be chosen no more, nor those in conflict with it. Changes may."""
    may[new] = False
    for k in range(near_start[new], near_start[new + 1]):
        may[near[k]] = False
