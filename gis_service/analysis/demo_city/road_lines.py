"""Draws the finished road web: lines from junction to junction, rounded at their corners and bent."""

from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.analysis.demo_city.road_bends import bend
from gis_service.analysis.demo_city.road_web import Web
from gis_service.analysis.kernels import walk_chains
from gis_service.types import Bools, Floats, Geometries, Int32s, Int64s

_CUTS = 2
_CORNER, _SOFT_CORNER = 0.25, 0.12
_LANE_M = 120.0
"""Shorter bits are those of lanes: their corners are only softened."""
_STEP_M = 45.0
_TOLERANCE_M = 0.25


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines between junctions.

    Parameters
    ----------
    shape
        ``(n,)`` LineString in the metric CRS, coordinates in whole centimetres.
    tail, head
        ``(n,)`` nodes of the web at the two ends.
    kind
        ``(n,)`` index into the kinds of the web.
    """

    shape: Geometries
    tail: Int64s
    head: Int64s
    kind: Int32s


@dataclass(frozen=True, slots=True)
class _Chains:
    """Corners of all chains in a row: ``at`` (n, 2), ``chain`` (n,); ``tail``, ``head``, ``kind`` of each."""

    at: Floats
    chain: Int64s
    tail: Int64s
    head: Int64s
    kind: Int32s


def draw_lines(web: Web, stays: Int64s) -> Lines:
    """Join edges of one kind through nodes where nothing branches off, and draw them.

    Parameters
    ----------
    web
        The finished web.
    stays
        Nodes that end lines whatever meets there, as where ferries land.
    """
    chains = _chains(web, stays)
    round_at, round_chain = chains.at, chains.chain
    for _ in range(_CUTS):
        round_at, round_chain = _corners_cut(round_at, round_chain)
    shape = _drawn(round_at, round_chain)
    level = web.of_kind("level")[chains.kind]
    changed, plain = np.arange(len(shape)), np.zeros(len(shape), bool)
    while len(changed):  # a line drawn plainly again may cross a neighbour whose corners are still cut
        crossed = _crossed(shape, changed, level)
        changed = crossed[~plain[crossed]]
        shape[changed] = _drawn(*_only(chains.at, chains.chain, changed))
        plain[changed] = True
    return Lines(shape, chains.tail, chains.head, chains.kind)


def _chains(web: Web, stays: Int64s) -> _Chains:
    inner = _inner(web)
    inner[stays] = False
    used = np.arange(web.n_edges, dtype=np.int32)
    start, end = web.start.astype(np.int32), web.end.astype(np.int32)
    row, edge_at = _incidence(web)
    none = np.zeros(web.n_edges, np.int64)
    chain, place, along, _, tail, head, _ = walk_chains(start, end, none, used, inner, row, edge_at)
    order = np.lexsort([place, chain])
    owner = chain[order].astype(np.int64)
    node = np.where(along, start, end)[order]
    # The nodes edges begin at, and behind them the head of each chain.
    numbers = np.arange(len(tail))
    owners = np.concatenate([owner, numbers])
    nodes = np.concatenate([node, head])
    behind = np.argsort(owners, kind="stable")
    kind = np.zeros(len(tail), np.int32)
    kind[chain] = web.kind
    return _Chains(web.at[nodes[behind]], owners[behind], tail.astype(np.int64), head.astype(np.int64), kind)


def _inner(web: Web) -> Bools:
    """Tell where exactly two edges of one kind meet."""
    ends = np.concatenate([web.start, web.end])
    kinds = np.concatenate([web.kind, web.kind])
    lowest = np.full(web.n_nodes, len(web.kinds))
    highest = np.full(web.n_nodes, -1)
    np.minimum.at(lowest, ends, kinds)
    np.maximum.at(highest, ends, kinds)
    inner: Bools = (web.degree() == 2) & (lowest == highest)  # noqa: PLR2004
    return inner


def _incidence(web: Web) -> tuple[Int32s, Int32s]:
    ends = np.concatenate([web.start, web.end])
    edges = np.tile(np.arange(web.n_edges, dtype=np.int32), 2)
    row = np.zeros(web.n_nodes + 1, np.int32)
    np.cumsum(np.bincount(ends, minlength=web.n_nodes), out=row[1:])
    return row, edges[np.lexsort([edges, ends])]


def _corners_cut(at: Floats, chain: Int64s) -> tuple[Floats, Int64s]:
    """Cut every corner between the ends of a chain (G. M. Chaikin, 1974)."""
    bit = np.flatnonzero(chain[1:] == chain[:-1])
    first = np.ones(len(bit), bool)
    first[1:] = chain[bit[1:]] != chain[bit[:-1]]
    last = np.append(first[1:], True)
    ahead = at[bit + 1] - at[bit]
    share = np.where(np.hypot(*ahead.T) < _LANE_M, _SOFT_CORNER, _CORNER)
    one = at[bit] + ahead * np.where(first, 0.0, share)[:, None]
    other = at[bit + 1] - ahead * np.where(last, 0.0, share)[:, None]
    return np.stack([one, other], axis=1).reshape(-1, 2), np.repeat(chain[bit], 2)


def _drawn(at: Floats, chain: Int64s) -> Geometries:
    if not len(chain):
        return np.empty(0, object)
    flat = np.asarray(shapely.linestrings(at, indices=chain), dtype=object)
    dense = shapely.segmentize(flat, _STEP_M)
    xy, line = shapely.get_coordinates(dense, return_index=True)
    real = shapely.simplify(shapely.linestrings(bend(xy), indices=line), _TOLERANCE_M)
    xy, line = shapely.get_coordinates(real, return_index=True)
    drawn: Geometries = np.asarray(shapely.linestrings(np.round(xy, 2), indices=line), dtype=object)
    return drawn


def _crossed(shape: Geometries, changed: Int64s, level: Int32s) -> Int64s:
    """Give the lines that cross a changed one on its level, and these with them."""
    one, other = shapely.STRtree(shape).query(shape[changed], predicate="crosses")
    one = changed[one]
    same = level[one] == level[other]
    return np.unique(np.concatenate([one[same], other[same]]))


def _only(at: Floats, chain: Int64s, chosen: Int64s) -> tuple[Floats, Int64s]:
    """Give the corners of some chains, which are numbered anew in their order."""
    mine = np.isin(chain, chosen)
    return at[mine], np.searchsorted(chosen, chain[mine])
