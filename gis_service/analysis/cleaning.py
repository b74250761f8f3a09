"""Finds what stands in a network twice: the same stretch of road, with the same rights, drawn again.

Files of several sources hold streets twice, and lines that overlap for a while. Noding cuts them at the ends
of what they share, so that the shared stretch is two segments between the same nodes. Of those that are equal
in all that a mode may ask, one is enough: it costs what the other costs. Whole lines are looked at before
noding, which would else cut a line at all its vertices, where its double has them too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.analysis.noding import TOUCH_M
from gis_service.types import Bools, Geometries, Int8s, Int32s, Int64s

_UNKNOWN = -1.0


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What noding and cleaning left out of a network.

    Parameters
    ----------
    duplicate_lines, duplicates, duplicate_m
        Lines, and segments of the others, that were equal to another one and left out; and the length of both
        together in metres.
    parallels, parallel_m
        Segments drawn like an earlier one with other attributes, which stay; and their length in metres.
    tiny_lines
        Lines of at most 1 cm, which became a point of the network.
    tiny_pieces
        Pieces of at most 1 cm between two places of one line that became one node.
    """

    duplicate_lines: int = 0
    duplicates: int = 0
    duplicate_m: float = 0.0
    parallels: int = 0
    parallel_m: float = 0.0
    tiny_lines: int = 0
    tiny_pieces: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """Lines or segments, as far as one can stand for another.

    Parameters
    ----------
    start, end
        ``(n,)`` nodes, or numbers of places, in digitised order.
    shape
        ``(n,)`` LineString in a metric CRS.
    alike
        Arrays ``(n,)`` that are equal where one segment stands for another; nan equals nan.
    directed
        Arrays ``(n,)`` of directions -1, 0, 1 along the digitised order; turned round where a segment is.
    """

    start: Int32s | Int64s
    end: Int32s | Int64s
    shape: Geometries
    alike: Sequence[NDArray[Any]]
    directed: Sequence[Int8s]


def twins(drawn: Drawn) -> tuple[Int64s, Bools]:
    """Give each line or segment the lowest one equal to it, and tell which are drawn like a lower one.

    Parameters
    ----------
    drawn
        Lines as they come, or segments of a noded network.

    Returns
    -------
    Int64s
        ``(n,)`` the segment itself where it has no equal before it. Equal are those between the same nodes
        whose vertices lie within touching distance, in either direction, with equal attributes.
    Bools
        ``(n,)`` whether it is drawn like a lower segment, with equal attributes or not.
    """
    n = len(drawn.start)
    first, is_copy = np.arange(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
    row, group = _between_the_same_nodes(drawn)
    left, of = row, group
    while len(left):
        lead = _lowest(left, of)
        equal = _attributes_equal(drawn, lead, left)
        first[left[equal]] = lead[equal]
        left, of = left[~equal], of[~equal]
    while len(row):
        lead = _lowest(row, group)
        like = _drawn_along(drawn, lead, row) | _drawn_against(drawn, lead, row)
        is_copy[row[like & (lead != row)]] = True
        row, group = row[~like], group[~like]
    return first, is_copy


def _between_the_same_nodes(drawn: Drawn) -> tuple[Int64s, Int64s]:
    """Give the segments whose two nodes have another segment, ordered by pair of nodes, then by number."""
    low, high = np.minimum(drawn.start, drawn.end), np.maximum(drawn.start, drawn.end)
    order = np.lexsort([high, low])  # stable: lower segments first
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    group = np.cumsum(new) - 1
    several = np.bincount(group)[group] > 1 if len(group) else new
    return order[several], group[several]


def _lowest(row: Int64s, group: Int64s) -> Int64s:
    """Give each row the first row of its group."""
    _, at, back = np.unique(group, return_index=True, return_inverse=True)
    lead: Int64s = row[at][back]
    return lead


def _attributes_equal(drawn: Drawn, one: Int64s, other: Int64s) -> Bools:
    alike = np.ones(len(one), dtype=np.bool_)
    for values in drawn.alike:
        known = np.nan_to_num(values.astype(np.float64), nan=_UNKNOWN)
        alike &= known[one] == known[other]
    along, against = alike.copy(), alike.copy()
    for values in drawn.directed:
        along &= values[one] == values[other]
        against &= values[one] == -values[other]
    along[along] = _drawn_along(drawn, one[along], other[along])
    against[against] = _drawn_against(drawn, one[against], other[against])
    return along | against


def _drawn_along(drawn: Drawn, one: Int64s, other: Int64s) -> Bools:
    return np.asarray(shapely.equals_exact(drawn.shape[one], drawn.shape[other], TOUCH_M), dtype=np.bool_)


def _drawn_against(drawn: Drawn, one: Int64s, other: Int64s) -> Bools:
    turned = shapely.reverse(drawn.shape[other])
    return np.asarray(shapely.equals_exact(drawn.shape[one], turned, TOUCH_M), dtype=np.bool_)
