"""Roads that are closed for a while, or are of another class: by class, by area, each by itself, or together.

An area closes what lies on the ground: a segment that a bridge carries (level over 0) is not flooded. A
segment runs between two junctions and is closed as a whole wherever it is touched; nobody travels on it, and
no home is joined to it. Ferries are not roads and have hours of their own: a closure stops only those that it
names.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gis_service.analysis.network import ROAD_CLASSES, Network
from gis_service.types import Bools, Geometries, Int64s

_ON_LINE_M = 0.01
"""A place so near to a ferry lies on it."""


@dataclass(frozen=True, slots=True)
class Closure:
    """Roads that are closed, or ferries that do not run.

    Parameters
    ----------
    classes
        Names of `ROAD_CLASSES`; roads of every class when None.
    areas
        Polygons in the CRS of the network: only roads that touch one of them; roads everywhere when None.
    lines
        Rows of the source lines of roads, as of `Network`: only these; every line when None.
    ferries
        Places, each on a ferry that does not run; then nothing else is closed. None for roads.
    """

    classes: Sequence[str] | None = None
    areas: Geometries | None = None
    lines: Int64s | None = None
    ferries: Geometries | None = None


def closed_by(network: Network, closures: Sequence[Closure]) -> Bools:
    """Tell which segments some closure closes.

    Parameters
    ----------
    network
        In the metric CRS of the areas.
    closures
        What is closed; each by itself.

    Returns
    -------
    Bools
        ``(n_segments,)``; False for every ferry that is not named.
    """
    closed = np.zeros(network.n_segments, dtype=np.bool_)
    for closure in closures:
        closed |= _meant(network, closure)
    return closed


def reclassed(network: Network, roads: Closure, name: str) -> Network:
    """Let roads count as another class: what is fast and who may use it follows from that.

    Parameters
    ----------
    network
        As for `closed_by`.
    roads
        Which ones; they are not closed.
    name
        One of `ROAD_CLASSES`.
    """
    number = np.int8(ROAD_CLASSES.index(name))
    return replace(network, road_class=np.where(_meant(network, roads), number, network.road_class))


def with_speed(
    network: Network, roads: Closure, *, kmh: float | None = None, factor: float | None = None
) -> Network:
    """Let roads have another speed; who may use them stays as it is.

    Parameters
    ----------
    network
        As for `closed_by`.
    roads
        Which ones; they are not closed.
    kmh
        Their speed from now on, whatever was told before; None leaves it.
    factor
        Their speed is multiplied by this, over what it was multiplied by already; None leaves it.
    """
    meant, n = _meant(network, roads), network.n_segments
    if kmh is not None:
        told = np.full(n, np.nan) if network.told_kmh is None else network.told_kmh
        network = replace(network, told_kmh=np.where(meant, kmh, told))
    if factor is not None:
        so_far = np.ones(n) if network.factor is None else network.factor
        network = replace(network, factor=np.where(meant, so_far * factor, so_far))
    return network


def _meant(network: Network, closure: Closure) -> Bools:
    if closure.ferries is not None:
        meant, rows = network.is_ferry.copy(), np.flatnonzero(network.is_ferry)
        found = shapely.STRtree(network.shape[rows]).query(closure.ferries, "dwithin", _ON_LINE_M)[1]
        meant[rows] = np.isin(np.arange(len(rows)), found)
        return meant
    meant = ~network.is_ferry
    if closure.classes is not None:
        numbers = [ROAD_CLASSES.index(name) for name in closure.classes]
        meant &= np.isin(network.road_class, numbers)
    if closure.lines is not None:
        meant &= np.isin(network.line, closure.lines)
    if closure.areas is not None:
        meant &= network.level <= 0
        rows = np.flatnonzero(meant)
        meant[rows] = _touched(network.shape[rows], closure.areas)
    return meant


def _touched(shapes: Geometries, areas: Geometries) -> Bools:
    there = areas[~(shapely.is_missing(areas) | shapely.is_empty(areas))]
    _, row = shapely.STRtree(shapes).query(there, predicate="intersects")
    touched = np.zeros(len(shapes), dtype=np.bool_)
    touched[row] = True
    return touched
