"""Reads single cells of a raster that is open."""

from collections.abc import Sequence

import numpy as np
import rasterio
from rasterio.windows import Window


def values_in(
    dataset: rasterio.DatasetReader, cell: tuple[int, int], bands: Sequence[int]
) -> dict[int, float | None]:
    """Read what some bands hold in one cell.

    Parameters
    ----------
    dataset
        An open raster.
    cell
        Row and column.
    bands
        Numbers, from 1.

    Returns
    -------
    Values by band, by scale and offset; None where there is no data.
    """
    window = Window(cell[1], cell[0], 1, 1)
    found: dict[int, float | None] = {}
    for band in bands:
        raw = float(dataset.read(band, window=window)[0, 0])
        is_known = bool(dataset.read_masks(band, window=window)[0, 0]) and bool(np.isfinite(raw))
        found[band] = raw * dataset.scales[band - 1] + dataset.offsets[band - 1] if is_known else None
    return found
