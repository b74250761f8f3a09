"""Roads that are closed for a while: classes of road, roads that an area touches, or both together.

An area closes what lies on the ground: a segment that a bridge carries (level over 0) is not flooded. A
segment runs between two junctions and is closed as a whole wherever it is touched; nobody travels on it, and
no home is joined to it. Ferries are not roads and have hours of their own, so no closure closes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.analysis.network import ROAD_CLASSES, Network
from gis_service.types import Bools, Geometries


@dataclass(frozen=True, slots=True)
class Closure:
    """Roads that are closed.

    Parameters
    ----------
    classes
        Names of `ROAD_CLASSES`; roads of every class when None.
    areas
        Polygons in the CRS of the network: only roads that touch one of them; roads everywhere when None.
    """

    classes: Sequence[str] | None = None
    areas: Geometries | None = None


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
        ``(n_segments,)``; False for every ferry.
    """
    closed = np.zeros(network.n_segments, dtype=np.bool_)
    for closure in closures:
        meant = ~network.is_ferry & ~closed
        if closure.classes is not None:
            numbers = [ROAD_CLASSES.index(name) for name in closure.classes]
            meant &= np.isin(network.road_class, numbers)
        if closure.areas is not None:
            meant &= network.level <= 0
            rows = np.flatnonzero(meant)
            meant[rows] = _touched(network.shape[rows], closure.areas)
        closed |= meant
    return closed


def _touched(shapes: Geometries, areas: Geometries) -> Bools:
    there = areas[~(shapely.is_missing(areas) | shapely.is_empty(areas))]
    _, row = shapely.STRtree(shapes).query(there, predicate="intersects")
    touched = np.zeros(len(shapes), dtype=np.bool_)
    touched[row] = True
    return touched
