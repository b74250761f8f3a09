"""Boxes in degrees."""

import numpy as np

from gis_service.types import BBox

_DEGREE_M = 111_320.0


def widened(box: BBox, metres: float) -> BBox:
    """Give a box in degrees with this much more on every side."""
    up = metres / _DEGREE_M
    side = up / max(0.1, float(np.cos(np.radians((box[1] + box[3]) / 2))))
    return (box[0] - side, box[1] - up, box[2] + side, box[3] + up)
