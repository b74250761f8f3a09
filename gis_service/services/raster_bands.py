"""Bands of raster layers: the unit of their values, their ends, and what they add up to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.rasters import RasterRow, bands_of_data
from gis_service.errors import ErrorCode, WrongUse

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


def names_of(definition: LayerDefinition, row: RasterRow) -> dict[int, str]:
    """Give the bands of data of a raster by number, with their names: of the definition, else of the file.

    Parameters
    ----------
    definition, row
        The layer and the version.

    Returns
    -------
    Names by rising number; empty where a band has none.
    """
    names = [band.name for band in definition.bands] if len(definition.bands) == len(row.bands) else []
    return {
        number: names[number - 1] if names else str(band["about"].get("description", ""))
        for number, band in bands_of_data(row.bands).items()
    }


def band_called(definition: LayerDefinition, row: RasterRow, asked: str) -> int:
    """Give the number of a band of data by its number or its name.

    Raises
    ------
    WrongUse
        ``raster_band_unknown``.
    """
    there = names_of(definition, row)
    # A band called "2" must not hide the second one.
    for number, name in [*((number, str(number)) for number in there), *there.items()]:
        if name and asked == name:
            return number
    shown = ", ".join(f"{number} ({name})" if name else str(number) for number, name in there.items())
    raise WrongUse(ErrorCode.RASTER_BAND_UNKNOWN, layer=definition.id, asked=asked, bands=shown)
