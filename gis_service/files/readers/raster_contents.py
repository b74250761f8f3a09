"""What a raster holds, as its reader process tells it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gis_service.files.readers.raster_limits import Kind

Affine = tuple[float, float, float, float, float, float]
"""``(a, b, c, d, e, f)`` with ``x = a col + b row + c`` and ``y = d col + e row + f``."""


@dataclass(frozen=True, slots=True)
class BandContents:
    """One band.

    Parameters
    ----------
    dtype
        ``uint8``, ``float32`` …
    nodata
        Value that means "no data", written as a number of the type; none when nothing does.
    about
        ``description`` and ``unit`` as the file has them, ``role`` (``gray``, ``red``, ``palette`` …).
    scale, offset
        The measure is cell by scale plus offset.
    min, max, mean
        Of the cells with data that were looked at, before scale and offset; none where no cell has data.
    known
        Share of the cells looked at that have data, 0..1.
    """

    dtype: str
    nodata: str | None
    about: Mapping[str, str]
    scale: float
    offset: float
    min: float | None
    max: float | None
    mean: float | None
    known: float


@dataclass(frozen=True, slots=True)
class RasterContents:
    """What a raster holds.

    Parameters
    ----------
    width, height
        Columns and rows.
    affine
        Where its cells lie.
    crs
        Its system as WKT; none when it does not say.
    bands
        In the order of the file.
    kind
        ``classes`` or ``values``: as was said, else as its cells look.
    masked
        How "no data" is told: ``nodata``, ``mask``, ``alpha`` or ``none``.
    nodata_unfit
        Value that the file declares as "no data" although no cell of its type can hold it.
    pages
        Pictures in the file beyond the first, which alone is read.
    exact
        Whether every cell was looked at for the figures of the bands.
    preview
        A small PNG, as base64; none when nobody asked for one.
    said
        ``title`` and ``source`` as an MBTiles file tells them of itself.
    """

    width: int
    height: int
    affine: Affine
    crs: str | None
    bands: tuple[BandContents, ...]
    kind: Kind
    masked: str
    nodata_unfit: str | None
    pages: int
    exact: bool
    preview: str | None
    said: Mapping[str, str] = field(default_factory=dict)

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """The four corners, x before y in the system of the raster."""
        a, b, c, d, e, f = self.affine
        ends = ((0, 0), (self.width, 0), (self.width, self.height), (0, self.height))
        return tuple((a * column + b * row + c, d * column + e * row + f) for column, row in ends)


def read_raster_contents(answer: bytes) -> RasterContents:
    """Read what the reader process told.

    Raises
    ------
    ValueError, KeyError, TypeError
        For what is no answer.
    """
    told: dict[str, Any] = json.loads(answer)
    bands = tuple(BandContents(**band) for band in told.pop("bands"))
    a, b, c, d, e, f = map(float, told.pop("affine"))
    return RasterContents(**told, bands=bands, affine=(a, b, c, d, e, f))
