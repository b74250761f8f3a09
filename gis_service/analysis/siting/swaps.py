"""The way from one choice of sites to another one, an exchange at a time, and what each of them brings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gis_service.analysis.kernels import savings_of_swaps
from gis_service.analysis.siting.cover import cover_within
from gis_service.analysis.siting.p_median import median_rows
from gis_service.analysis.siting.problem import SitingProblem
from gis_service.analysis.siting.rows import Rows
from gis_service.types import Bools


@dataclass(frozen=True, slots=True)
class Swap:
    """One site closes, another one opens.

    Parameters
    ----------
    out, into
        Their numbers.
    gain
        What that brings beside the exchanges before it: weight covered more, or sum of weight x cost less. It
        is below 0 where it takes something away.
    """

    out: int
    into: int
    gain: float


def way_of_swaps(
    problem: SitingProblem, limit: float | None, begin: Sequence[int], end: Sequence[int]
) -> list[Swap]:
    """Go from one choice to another one, each time by the exchange that brings most.

    Parameters
    ----------
    problem
        Demand and sites.
    limit
        Cost up to which demand is covered (MCLP); None for the p-median.
    begin, end
        Numbers of the sites of both choices.

    Returns
    -------
    list of Swap
        The gains add up to what the second choice brings beside the first one. Empty for choices of different
        numbers of sites, and in the p-median where anybody would be without a way in between.
    """
    rows = median_rows(problem) if limit is None else cover_within(problem, limit).merged().rows()
    is_open = np.zeros(rows.n_sites, dtype=np.bool_)
    is_open[list(begin)] = True
    outs, intos = sorted(set(begin) - set(end)), sorted(set(end) - set(begin))
    found: list[Swap] = []
    if len(outs) != len(intos):
        return found
    while True:
        if limit is None and not rows.serves_all(is_open):
            return []
        if not outs:
            return found
        swap = _best(rows, is_open, outs, intos)
        is_open[swap.into], is_open[swap.out] = True, False
        outs.remove(swap.out)
        intos.remove(swap.into)
        found.append(swap)


def _best(rows: Rows, is_open: Bools, outs: Sequence[int], intos: Sequence[int]) -> Swap:
    """Find the exchange that saves most; of equals the first site in, then the first out."""
    opened = np.flatnonzero(is_open)
    slot = np.full(rows.n_sites, -1, dtype=np.int32)
    slot[opened] = np.arange(len(opened), dtype=np.int32)
    saved, _ = savings_of_swaps(
        *(rows.start, rows.site, rows.price, rows.left_out, is_open, slot), len(opened)
    )
    among = saved[np.asarray(intos)[:, None], slot[np.asarray(outs)][None, :]]
    into, out = divmod(int(np.argmax(among)), len(outs))
    return Swap(outs[out], intos[into], float(among[into, out]))
