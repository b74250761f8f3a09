"""Who is reached in each hexagon of the city's grid, which is the same one in every study."""

import numpy as np
import shapely

from gis_service.analysis.hexagons import hexagons_of
from gis_service.crs import STORAGE, transform
from gis_service.services.tables.people import figures_by
from gis_service.services.tables.scene import Row, Scene

_DECIMALS = 6


def rows(scene: Scene) -> list[Row]:
    """Give a row per hexagon where anybody lives and per group, with the middle of the hexagon in degrees."""
    inputs = scene.inputs
    found = inputs.prepared.once(hexagons_of, scene.demand.xy, scene.parameters.hexagon_m)
    middles = np.asarray(shapely.points(found.centre_xy), dtype=object)
    degrees = np.round(shapely.get_coordinates(transform(middles, inputs.crs, STORAGE)), _DECIMALS)
    heads = [
        {"id": id_, "lon": lon, "lat": lat}
        for id_, (lon, lat) in zip(found.ids, degrees.tolist(), strict=True)
    ]
    return figures_by(scene, found.of_place, heads)
