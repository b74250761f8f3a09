"""What a raster holds at a place."""

from dataclasses import dataclass

import numpy as np

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.crs import STORAGE, parse_crs, transform_xy
from gis_service.db.rasters import RasterRow
from gis_service.files.raster_values import values_in
from gis_service.services.context import Context
from gis_service.services.raster_bands import RasterBand, names_of
from gis_service.services.raster_layers import file_of
from gis_service.types import Text


@dataclass(frozen=True, slots=True)
class BandValue:
    """What one band holds at a place.

    Parameters
    ----------
    band
        Its number, from 1.
    name, unit
        As the definition or the file says; empty and None where nothing is said.
    label
        What people read; None for a band that the definition does not speak of.
    value
        By scale and offset of the band; None where there is no data, and outside the raster.
    """

    band: int
    name: str
    label: Text | None
    unit: str | None
    value: float | None


def values_at(
    context: Context, definition: LayerDefinition, row: RasterRow, place: tuple[float, float]
) -> list[BandValue]:
    """Give the values of the cell that a place lies in; nothing is smoothed between cells.

    Parameters
    ----------
    context
        Of the service.
    definition, row
        The layer and the version.
    place
        Longitude and latitude in degrees (WGS 84).

    Raises
    ------
    Temporary
        ``raster_file_missing``.
    """
    names = names_of(definition, row)
    cell = _cell_of(row, place)
    values: dict[int, float | None] = {}
    if cell is not None:
        with context.raster_handles.lent(str(file_of(context.rasters, row))) as dataset:
            values = values_in(dataset, cell, tuple(names))
    labels = {number: band.label for number, band in enumerate(definition.bands, 1)}
    has_labels = len(definition.bands) == len(row.bands)
    return [
        BandValue(
            number,
            name,
            labels[number] if has_labels else None,
            RasterBand(row, number).unit(definition),
            values.get(number),
        )
        for number, name in names.items()
    ]


def _cell_of(row: RasterRow, place: tuple[float, float]) -> tuple[int, int] | None:
    """Give row and column of the cell that holds a place; None outside the raster."""
    x, y = transform_xy(np.array([place]), STORAGE, parse_crs(row.crs))[0]
    a, b, c, d, e, f = row.affine
    area = a * e - b * d
    column, line = (e * (x - c) - b * (y - f)) / area, (a * (y - f) - d * (x - c)) / area
    if not (0 <= column < row.width and 0 <= line < row.height):
        return None
    return int(line), int(column)
