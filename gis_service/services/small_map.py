"""What lies quietly under a small map: the units of the city, as coarse as the map shows them."""

from dataclasses import dataclass

import numpy as np

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.thumbnails import coarse_shapes
from gis_service.services.thumbnails import backdrop_of
from gis_service.types import BBox, Geometries, LayerId

_STEPS = 900
"""Parts of the city's height that a small map tells apart."""
_MOST = 3_000
"""Shapes of a layer above which a small map would be a heavy page and say nothing."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The city under a small map.

    Parameters
    ----------
    box
        West, south, east, north of the city, in degrees of WGS 84.
    units
        ``(n,)`` areas of its units in degrees; empty while none are loaded that everybody may see.
    """

    box: BBox
    units: Geometries


def ground_of(connection: Connection, catalogue: Catalogue) -> Ground:
    """Give what lies under a small map of the city.

    Parameters
    ----------
    connection
        Any connection that may read.
    catalogue
        Definitions of the city.
    """
    behind = backdrop_of(connection, catalogue)
    city = catalogue.city.bbox
    if behind is None or behind.bbox is None:
        return Ground(city, np.empty(0, dtype=object))
    shapes = coarse_shapes(connection, behind.id, (city[3] - city[1]) / _STEPS)
    return Ground(behind.bbox, shapes.geometry[shapes.dimension == 2])  # noqa: PLR2004  areas


def layer_shapes(connection: Connection, layer: LayerId, box: BBox) -> Geometries:
    """Give a layer as coarse as a small map shows it; nothing of one with too many shapes to be told apart.

    Parameters
    ----------
    connection
        Any connection that may read.
    layer
        Layer that has a table.
    box
        West, south, east, north that the map is about, in degrees.

    Returns
    -------
    Geometries
        ``(n,)`` geometries in degrees of WGS 84, equal ones once.
    """
    shapes = coarse_shapes(connection, layer, (box[3] - box[1]) / _STEPS).geometry
    return shapes if len(shapes) <= _MOST else shapes[:0]
