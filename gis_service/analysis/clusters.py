"""Clusters of places that no road joins."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis_service.types import Bools, Floats, Int64s

CLUSTER_M = 300.0
"""Roadless homes within this of each other form one cluster (METHODS, Gap place)."""
_CHUNK = 4_000_000
_STEPS = np.array(
    [(0, 1), (1, 0), (1, 1), (1, -1), (0, 2), (2, 0), (1, 2), (1, -2), (2, 1), (2, -1), (2, 2), (2, -2)]
)
"""Half of the squares up to two apart; the other half is seen from the other side."""


def clusters(xy: Floats, radius_m: float = CLUSTER_M) -> Int64s:
    """Cluster places: two belong together when a chain of steps of at most ``radius_m`` joins them.

    Parameters
    ----------
    xy
        ``(n, 2)`` metres of any projected CRS in metres.
    radius_m
        Longest step.

    Returns
    -------
    Int64s
        ``(n,)`` label; places of the same cluster have the same label.

    Notes
    -----
    Single linkage. Places in one square of side ``radius / sqrt(2)`` always belong together; squares up to
    two apart are joined when any two of their places are near enough.
    """
    if not len(xy):
        return np.empty(0, dtype=np.int64)
    square, cell = np.unique(np.floor(xy / (radius_m / 1.4143)).astype(np.int64), axis=0, return_inverse=True)
    order = np.argsort(cell, kind="stable")
    first = np.searchsorted(cell[order], np.arange(len(square) + 1))
    joined: list[Int64s] = []
    label: Int64s = np.arange(len(square), dtype=np.int64)
    for step in _STEPS:
        one, other = _neighbours(square, step)
        apart = label[one] != label[other]
        one, other = one[apart], other[apart]
        near = _near(xy[order], first, one, other, radius_m)
        joined.append(np.stack([one[near], other[near]]))
        pairs = np.concatenate(joined, axis=1)
        matrix = coo_array((np.ones(pairs.shape[1]), pairs), shape=(len(square), len(square)))
        label = connected_components(matrix, directed=False)[1].astype(np.int64)
    return label[cell]


def _neighbours(square: Int64s, step: Int64s) -> tuple[Int64s, Int64s]:
    """Pairs of occupied squares that lie ``step`` apart; the squares come sorted and each once."""
    low = square.min(axis=0) - 3
    width = int((square[:, 1] - low[1]).max()) + 4
    key = (square[:, 0] - low[0]) * width + square[:, 1] - low[1]
    wanted = key + step[0] * width + step[1]
    at = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    one = np.flatnonzero(key[at] == wanted)
    return one, at[one]


def _near(xy: Floats, first: Int64s, one: Int64s, other: Int64s, radius_m: float) -> Bools:
    """Tell which pairs of squares have two places within the radius; a bounded number of pairs at a time."""
    size_one, size_other = np.diff(first)[one], np.diff(first)[other]
    counts = size_one * size_other
    result = np.zeros(len(one), dtype=np.bool_)
    batch = np.cumsum(counts) // _CHUNK
    for number in np.unique(batch):
        rows = np.flatnonzero(batch == number)
        which = np.repeat(rows, counts[rows])
        k = np.arange(len(which)) - np.repeat(np.cumsum(counts[rows]) - counts[rows], counts[rows])
        a = xy[first[one[which]] + k // size_other[which]]
        b = xy[first[other[which]] + k % size_other[which]]
        result[which[np.hypot(*(a - b).T) <= radius_m]] = True
    return result
