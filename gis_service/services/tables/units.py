"""Who is reached in each unit, and how far the people of each group have to go."""

import numpy as np

from gis_service.services.tables.people import figures_by, unit_heads
from gis_service.services.tables.scene import Row, Scene


def rows(scene: Scene) -> list[Row]:
    """Give a row per unit and group, then of people without a unit where there are any.

    The units of the study itself tell times of everybody alone; here each group has its own.
    """
    n = len(scene.inputs.zones)
    place = np.where(scene.zone < 0, n, scene.zone).astype(np.int32)
    lived_in = n + int((place == n).any())
    return figures_by(scene, place, [*unit_heads(scene)][:lived_in])
