"""The road web under construction: straight edges between nodes in the flat plane of ``road_bends``."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis_service.analysis.demo_city.road_bends import bend
from gis_service.types import Bools, Floats, Geometries, Int32s, Int64s


@dataclass(frozen=True, slots=True)
class Kind:
    """What edges of one road have in common; edges of unequal kinds are never drawn as one line.

    Parameters
    ----------
    road_class
        Index into ``ROAD_CLASSES``.
    name
        As on the sign; empty where it has none.
    level
        1 above the ground.
    is_bridge
        Whether it crosses water.
    is_track
        A track of earth through the paddy.
    is_street
        A street of a town or a ward.
    """

    road_class: int
    name: str = ""
    level: int = 0
    is_bridge: bool = False
    is_track: bool = False
    is_street: bool = False


@dataclass(frozen=True, slots=True)
class Web:
    """Nodes and the straight edges between them.

    Parameters
    ----------
    at
        ``(n_nodes, 2)`` metres in the flat plane.
    start, end
        ``(n_edges,)`` nodes.
    kind
        ``(n_edges,)`` index into ``kinds``.
    kinds
        Every kind once.
    """

    at: Floats
    start: Int64s
    end: Int64s
    kind: Int32s
    kinds: tuple[Kind, ...]

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.at)

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return len(self.start)

    @property
    def road_class(self) -> Int32s:
        """``(n_edges,)`` index into ``ROAD_CLASSES``."""
        return self.of_kind("road_class")[self.kind]

    @property
    def is_bridge(self) -> Bools:
        """``(n_edges,)`` whether the edge crosses water."""
        bridge: Bools = self.of_kind("is_bridge")[self.kind].astype(bool)
        return bridge

    @property
    def length_m(self) -> Floats:
        """``(n_edges,)`` metres in the flat plane."""
        length: Floats = np.hypot(*(self.at[self.end] - self.at[self.start]).T)
        return length

    @property
    def segments(self) -> Geometries:
        """``(n_edges,)`` straight lines in the flat plane."""
        return straight(self.at, self.start, self.end)

    def of_kind(self, field: str) -> Int32s:
        """Give a number or a claim of every kind, shape ``(len(kinds),)``."""
        return np.array([getattr(kind, field) for kind in self.kinds], np.int32)

    def with_edges(self, at: Floats, start: Int64s, end: Int64s, kinds: Sequence[Kind]) -> "Web":
        """Add nodes, which are numbered on, and edges with a kind each."""
        number = {kind: index for index, kind in enumerate(self.kinds)}
        added = [number.setdefault(kind, len(number)) for kind in kinds]
        return Web(
            np.concatenate([self.at, at.reshape(-1, 2)]),
            np.concatenate([self.start, start]).astype(np.int64),
            np.concatenate([self.end, end]).astype(np.int64),
            np.concatenate([self.kind, np.array(added, np.int32)]).astype(np.int32),
            tuple(number),
        )

    def with_kinds(self, edges: Int64s, kinds: Sequence[Kind]) -> "Web":
        """Give some edges another kind."""
        number = {kind: index for index, kind in enumerate(self.kinds)}
        kind = self.kind.copy()
        kind[edges] = [number.setdefault(each, len(number)) for each in kinds]
        return replace(self, kind=kind, kinds=tuple(number))

    def split(self, edge: Int64s, share: Floats) -> "Web":
        """Put nodes into edges.

        Parameters
        ----------
        edge
            ``(n,)`` edge that each new node divides; the nodes are numbered on in this order.
        share
            ``(n,)`` how far along it, between 0 and 1.
        """
        new_at = self.at[self.start[edge]] * (1 - share[:, None]) + self.at[self.end[edge]] * share[:, None]
        # All nodes along each edge in order: its own ends, then the new ones sorted by share.
        whole = np.arange(self.n_edges)
        owner = np.concatenate([whole, edge, whole])
        place = np.concatenate([np.full(self.n_edges, -1.0), share, np.full(self.n_edges, 2.0)])
        node = np.concatenate([self.start, self.n_nodes + np.arange(len(edge)), self.end])
        order = np.lexsort([place, owner])
        owner, node = owner[order], node[order]
        first = np.flatnonzero(owner[1:] == owner[:-1])
        return replace(
            self,
            at=np.concatenate([self.at, new_at]),
            start=node[first],
            end=node[first + 1],
            kind=self.kind[owner[first]],
        )

    def components(self) -> Int32s:
        """Give each node the number of its connected part, shape ``(n_nodes,)``."""
        size = (self.n_nodes, self.n_nodes)
        graph = coo_array((np.ones(self.n_edges), (self.start, self.end)), shape=size)
        label: Int32s = connected_components(graph, directed=False)[1]
        return label

    def degree(self) -> Int64s:
        """Count the edges at each node, shape ``(n_nodes,)``."""
        ends = np.concatenate([self.start, self.end])
        return np.bincount(ends, minlength=self.n_nodes).astype(np.int64)


def empty_web() -> Web:
    """Give a web without nodes and edges."""
    none = np.empty(0, np.int64)
    return Web(np.empty((0, 2)), none, none, np.empty(0, np.int32), ())


def straight(at: Floats, start: Int64s, end: Int64s) -> Geometries:
    """Draw straight lines between nodes, shape ``(n,)``."""
    lines: Geometries = np.asarray(shapely.linestrings(np.stack([at[start], at[end]], axis=1)), dtype=object)
    return lines


def bent(at: Floats, start: Int64s, end: Int64s, n_bits: int = 8) -> Geometries:
    """Draw the edges as they will lie in the real plane, in ``n_bits`` straight bits each, shape ``(n,)``."""
    share = np.linspace(0.0, 1.0, n_bits + 1)[None, :, None]
    points = at[start][:, None, :] * (1 - share) + at[end][:, None, :] * share
    real = bend(points.reshape(-1, 2)).reshape(points.shape)
    lines: Geometries = np.asarray(shapely.linestrings(real), dtype=object)
    return lines
