"""Bands of raster layers: the unit of their values, their ends, and what they add up to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.rasters import RasterRow

PERSONS = "persons"
"""Unit of people, of a column and of a band."""


@dataclass(frozen=True, slots=True)
class RasterBand:
    """One band of a version of a raster layer.

    Parameters
    ----------
    row
        The version.
    band
        Its number, from 1.
    """

    row: RasterRow
    band: int

    @property
    def mark(self) -> tuple[object, ...]:
        """What tells its content from any other."""
        return self.row.sha256, self.band

    @property
    def total(self) -> float | None:
        """The sum of its cells, by the figures that every cell was looked at for; None without data."""
        told = self._told
        measure = float(told["scale"]), float(told["offset"])
        return sum_of_cells(self.row.width * self.row.height, float(told["known"]), told["mean"], measure)

    @property
    def ends(self) -> tuple[float, float] | None:
        """The lowest and the highest of its values; None without data."""
        told = self._told
        if told["min"] is None or told["max"] is None:
            return None
        low, high = sorted(
            float(told[end]) * float(told["scale"]) + float(told["offset"]) for end in ("min", "max")
        )
        return low, high

    def unit(self, definition: LayerDefinition) -> str | None:
        """Give the unit of its values, of the definition or else of the file; None when none is said."""
        has_own = len(definition.bands) == len(self.row.bands)
        defined = definition.bands[self.band - 1].unit if has_own else None
        return defined or str(self._told["about"].get("unit") or "") or None

    @property
    def _told(self) -> Mapping[str, Any]:
        return self.row.bands[self.band - 1]


def sum_of_cells(cells: int, known: float, mean: float | None, measure: tuple[float, float]) -> float | None:
    """Add up the cells of a band by its figures; None without data.

    Parameters
    ----------
    cells, known
        All cells, and the share of them that has data.
    mean
        Of these, before scale and offset.
    measure
        Scale and offset.
    """
    if mean is None:
        return None
    scale, offset = measure
    return round(known * cells) * (float(mean) * scale + offset)
