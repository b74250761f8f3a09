"""What a group of demand gets at several sites, shared among its members."""

import numpy as np

from gis_service.types import Floats, Int32s, Int64s

_DUST = 1e-9
"""Share of all weight below which a part is a trace of rounding."""


def spread(
    group: Int64s, weight: Floats, flows: tuple[Int64s, Int32s, Floats]
) -> tuple[Int64s, Int64s, Floats]:
    """Serve the members of each group one after the other, at its sites one after the other.

    Parameters
    ----------
    group, weight
        ``(n,)`` of each demand.
    flows
        ``(k,)`` group, site and weight that is served, groups rising; not more than the group weighs.

    Returns
    -------
    demand, site, weight
        By demand and then by site; no part is empty.

    Examples
    --------
    >>> groups, sites, served = np.array([0, 0]), np.array([4, 7], np.int32), np.array([3.0, 1.0])
    >>> [part.tolist() for part in spread(np.array([0, 0]), np.array([2.0, 3.0]), (groups, sites, served))]
    [[0, 1, 1], [4, 4, 7], [2.0, 1.0, 1.0]]
    """
    member = np.argsort(group, kind="stable")
    ends = np.cumsum(weight[member])
    sizes = np.bincount(group, weight) if len(group) else np.zeros(0)
    before = np.cumsum(sizes) - sizes
    of, site, amount = flows
    begin = np.cumsum(amount) - amount
    _, first = np.unique(of, return_index=True)
    base = np.zeros(len(of))
    base[first] = 1
    base = begin[first][np.cumsum(base).astype(np.int64) - 1] if len(of) else base
    low = before[of] + begin - base  # where each part of the flow lies on the line of all members
    high = low + amount
    cuts = np.unique(np.concatenate([low, high, ends]))
    left, right = cuts[:-1], cuts[1:]
    middle = (left + right) / 2
    at = np.searchsorted(low, middle, side="right") - 1
    kept = (at >= 0) & (right - left > _DUST * max(float(weight.sum()), 1.0))
    kept &= middle < high[np.maximum(at, 0)] if len(high) else False
    who = member[np.minimum(np.searchsorted(ends, middle[kept], side="right"), len(member) - 1)]
    where, parts = site[at[kept]].astype(np.int64), (right - left)[kept]
    order = np.lexsort((where, who))
    return who[order], where[order], parts[order]
