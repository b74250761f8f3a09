"""Which pairs of homes and facilities count where people may use the facilities of their own unit alone."""

import numpy as np

from gis_service.analysis.pairs import Pairs
from gis_service.services.tables.scene import Scene


def allowed_pairs(scene: Scene, pairs: Pairs) -> Pairs:
    """Leave out the facilities that are not for a home by the catchment of the study.

    Parameters
    ----------
    scene
        The study.
    pairs
        Rows of its people, and of the facilities that count.
    """
    if scene.parameters.catchment == "any":
        return pairs
    unit = scene.inputs.facilities.unit
    # The nearest facility of a catchment tells whose it is, by whatever units the result is told.
    nearest = scene.ways.field.facility[pairs.home]
    own = unit[np.maximum(nearest, 0)]
    return pairs.where((nearest >= 0) & (unit[scene.counted_facilities][pairs.facility] == own))
