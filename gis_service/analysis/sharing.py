"""Shares totals out in whole numbers, so that the parts add up to each total exactly: largest remainder."""

from fractions import Fraction

import numpy as np

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.types import Floats, Int64s

_SAFE = 2**62
"""Products up to here are multiplied in 64 bits."""
_STEPS = 2**30
"""Weights of one owner are brought to whole steps of their largest, this many."""


def spread(total_thousandths: int, weights: Int64s | Floats) -> Int64s:
    """Share a total out by weight so that the parts add up to it exactly.

    Parameters
    ----------
    total_thousandths
        What is shared out, not negative.
    weights
        ``(n,)`` weights, not negative; their sum is positive when there is something to share.

    Returns
    -------
    Int64s
        ``(n,)`` parts: each the whole part of its exact share, and one more for the largest remainders; among
        equal remainders the lower index comes first.

    Raises
    ------
    RefusedInput
        ``weights_invalid`` when a weight is negative or not finite, or all are zero while the total is not.

    Notes
    -----
    Largest remainder (Hamilton, 1792). Floating weights are taken at their exact binary value.

    Examples
    --------
    >>> spread(10, np.array([1, 1, 1])).tolist()
    [4, 3, 3]
    """
    parts = _whole_weights(weights)
    weight_sum = int(parts.sum()) if parts.size else 0
    if weight_sum == 0:
        if total_thousandths:
            raise RefusedInput(ErrorCode.WEIGHTS_INVALID, value=0)
        return np.zeros(len(parts), dtype=np.int64)
    exact = parts * total_thousandths
    remainders = exact % weight_sum
    result: Int64s = (exact // weight_sum).astype(np.int64)
    left = total_thousandths - int(result.sum())
    first = np.argsort(-remainders, kind="stable")[:left]
    result[first] += 1
    return result


def _whole_weights(weights: Int64s | Floats) -> Int64s:
    """Bring weights to exact whole numbers in Python integers, which cannot overflow when multiplied."""
    values = np.asarray(weights)
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if bad.size:
        raise RefusedInput(ErrorCode.WEIGHTS_INVALID, value=float(values[bad[0]]))
    if np.issubdtype(values.dtype, np.integer):
        return values.astype(object)
    exact = [Fraction(float(value)) for value in values]
    scale = max((part.denominator for part in exact), default=1)  # binary fractions: the largest one fits all
    return np.array([int(part * scale) for part in exact], dtype=object)


def spread_among(totals: Int64s, owner: Int64s, weights: Int64s) -> Int64s:
    """Share many totals out at once, each among the parts of one owner: `spread` for every owner.

    Parameters
    ----------
    totals
        ``(k,)`` what each owner shares out, not negative.
    owner
        ``(n,)`` owner of each part, rising.
    weights
        ``(n,)`` whole weights, not negative; an owner with a total has a positive one.

    Returns
    -------
    Int64s
        ``(n,)`` parts; among equal remainders of an owner the earlier part comes first.

    Raises
    ------
    RefusedInput
        ``weights_invalid`` when an owner has a total and no weight, or a weight is negative.

    Examples
    --------
    >>> spread_among(np.array([10, 1]), np.array([0, 0, 0, 1]), np.array([1, 1, 1, 5])).tolist()
    [4, 3, 3, 1]
    """
    if weights.size and int(weights.min()) < 0:
        raise RefusedInput(ErrorCode.WEIGHTS_INVALID, value=int(weights.min()))
    sums = np.zeros(len(totals), dtype=np.int64)
    np.add.at(sums, owner, weights)
    if ((sums == 0) & (totals > 0)).any():
        raise RefusedInput(ErrorCode.WEIGHTS_INVALID, value=0)
    whole, own_sum = np.maximum(sums, 1)[owner], totals[owner]
    if int(totals.max(initial=0)) * int(weights.max(initial=0)) < _SAFE:
        exact = weights * own_sum
    else:
        exact, whole = weights.astype(object) * own_sum, whole.astype(object)
    parts: Int64s = (exact // whole).astype(np.int64)
    remainders: Int64s = (exact % whole).astype(np.int64)
    given = np.zeros(len(totals), dtype=np.int64)
    np.add.at(given, owner, parts)
    left = np.where(sums > 0, totals - given, 0)
    # The sort is stable, so that among equal remainders the earlier part stays first.
    order = np.lexsort((-remainders, owner))
    first = np.searchsorted(owner, np.arange(len(totals)))
    rank = np.arange(len(owner)) - first[owner]
    parts[order] += rank < left[owner]
    return parts


def whole_weights(weights: Floats, owner: Int64s, owners: int) -> Int64s:
    """Bring floating weights to whole ones: steps of 1 / 2^30 of the largest weight of each owner.

    Parameters
    ----------
    weights
        ``(n,)`` not negative, finite, any unit.
    owner
        ``(n,)`` owner of each, below ``owners``.

    Raises
    ------
    RefusedInput
        ``weights_invalid``.
    """
    bad = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if bad.size:
        raise RefusedInput(ErrorCode.WEIGHTS_INVALID, value=float(weights[bad[0]]))
    largest = np.zeros(owners)
    np.maximum.at(largest, owner, weights)
    share = weights / np.where(largest > 0, largest, 1.0)[owner]
    return np.floor(share * _STEPS + 0.5).astype(np.int64)


def spread_evenly(totals: Int64s, counts: Int64s) -> Int64s:
    """Share each total out among its own number of equal parts: `spread` for many owners at once."""
    share, left = np.divmod(totals, np.maximum(counts, 1))
    rank = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    result: Int64s = np.repeat(share, counts) + (rank < np.repeat(left, counts))
    return result
