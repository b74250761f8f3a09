"""What a raster holds of each zone of another layer: how much, how high, how its values are spread."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.analysis.zonal import Outlines, Window, outlines, windows
from gis_service.analysis.zonal_statistics import ZonalStatistics, cells_looked_at, zonal_statistics
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection
from gis_service.db.export import Rows, count_rows, read_rows
from gis_service.db.filters import MeetsBoxes
from gis_service.db.rasters import RasterRow
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.raster_store import RasterStore
from gis_service.files.rasters import BAND_MARK, OpenRaster, open_raster
from gis_service.services.features import boxes_of
from gis_service.services.layers import table_of
from gis_service.services.raster_bands import RasterBand, band_called, names_of
from gis_service.services.raster_layers import file_of
from gis_service.text import BYTE_ORDER_MARK, plain_cell
from gis_service.types import BBox, Floats, Geometries

QUANTILES: Mapping[str, float] = {"p10": 0.10, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p90": 0.90}
COLUMNS = ("id", "name", "cells", "count", "sum", "mean", "min", "max", *QUANTILES)
_AREAS = ("Polygon", "MultiPolygon")
_NAMES = ("full_name", "name")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What statistics may cost: zones, and cells in the boxes of the zones."""

    zones: int = 5_000
    cells: int = 4_000_000


ON_THE_MACHINE = Bounds(zones=1_000_000, cells=50_000_000)
"""For whoever runs the service: some 1.5 GB of memory at most."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Figures of one band for each zone.

    Parameters
    ----------
    band, name, unit
        Number of the band, its name and the unit of its values; empty and None where nothing is said.
    rows
        One for each zone, by rising ``fid``, with :data:`COLUMNS`; None where a zone holds no data.
    """

    band: int
    name: str
    unit: str | None
    rows: list[dict[str, str | float | None]]


@dataclass(frozen=True, slots=True)
class Zones:
    """Areas of a layer: ids, names, and shapes in longitude and latitude."""

    ids: list[str]
    names: list[str]
    shapes: Geometries


def statistics(
    store: RasterStore,
    raster: tuple[LayerDefinition, RasterRow],
    zones: Zones,
    band: str | None = None,
    bounds: Bounds = Bounds(),
) -> Statistics:
    """Work out what a raster holds of each zone, with the exact share of every cell.

    Parameters
    ----------
    store
        Where files of rasters are kept.
    raster
        The layer and the version.
    zones
        As `zones_of` reads them.
    band
        Number or name; the first band of data when not given.
    bounds
        What it may cost.

    Raises
    ------
    WrongUse
        ``raster_band_unknown``.
    RefusedInput
        ``raster_zones_too_large``.
    Temporary
        ``raster_file_missing``.
    """
    definition, row = raster
    names = names_of(definition, row)
    number = next(iter(names)) if band is None else band_called(definition, row, band)
    source = f"{file_of(store, row)}{BAND_MARK}{number}"
    with open_raster(source, name=str(row.layer)) as opened:
        found = outlines(transform(zones.shapes, STORAGE, opened.crs), opened.affine, opened.shape)
        cells = cells_looked_at(found)
        if cells > bounds.cells:
            raise _too_large(len(zones.ids), cells, bounds)
        told = zonal_statistics(found, _pieces(opened, found), list(QUANTILES.values()))
    unit = RasterBand(row, number).unit(definition)
    return Statistics(number, names[number], unit, _rows(zones, told))


def zones_of(
    connection: Connection,
    definition: LayerDefinition,
    bbox: BBox | None = None,
    bounds: Bounds = Bounds(),
) -> Zones:
    """Read the areas of a layer, or those that meet a box.

    Parameters
    ----------
    connection
        Any connection that may read.
    definition
        Layer that has a table.
    bbox
        West, south, east, north in degrees.
    bounds
        How many there may be.

    Raises
    ------
    RefusedInput
        ``raster_zones_unfit`` for a layer that has no areas, ``raster_zones_too_large``.
    """
    if definition.geometry not in _AREAS:
        raise RefusedInput(
            ErrorCode.RASTER_ZONES_UNFIT, layer=definition.id, geometry=str(definition.geometry)
        )
    conditions = () if bbox is None else (MeetsBoxes(boxes_of(bbox)),)
    rows = Rows(table_of(definition), None, conditions)
    there = count_rows(connection, rows).placed
    if there > bounds.zones:
        raise _too_large(there, 0, bounds)
    at = {field.name: 2 + place for place, field in enumerate(definition.fields)}
    key = at.get(definition.key or "", 0)
    name = next((at[one] for one in _NAMES if one in at), key)
    held = [row for batch in read_rows(connection, rows) for row in batch if row[1] is not None]
    shapes = np.array([shapely.from_wkb(bytes(row[1])) for row in held], dtype=object)
    told = ["" if row[name] is None else str(row[name]) for row in held]
    return Zones([str(row[0] if row[key] is None else row[key]) for row in held], told, shapes)


def as_csv(found: Statistics) -> str:
    """Write statistics as a table that a spreadsheet opens with its Vietnamese, running nothing in it."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    lines = csv.writer(out)
    lines.writerow(COLUMNS)
    for row in found.rows:
        lines.writerow(_cell(row[column]) for column in COLUMNS)
    return out.getvalue()


def _cell(value: str | float | None) -> str:
    if isinstance(value, str):
        return plain_cell(value)
    return "" if value is None else repr(value)


def _pieces(raster: OpenRaster, found: Outlines) -> Iterator[tuple[Window, Floats]]:
    for window in windows(found):
        yield window, raster.read(window.top, window.left, window.rows, window.columns)


def _rows(zones: Zones, told: ZonalStatistics) -> list[dict[str, str | float | None]]:
    figures = (told.cells, told.count, told.total, told.mean, told.least, told.most, *told.quantiles.T)
    columns: Sequence[list[float | None]] = [
        [value if np.isfinite(value) else None for value in one.tolist()] for one in figures
    ]
    texts = zip(zones.ids, zones.names, strict=True)
    return [
        dict(zip(COLUMNS, (*text, *values), strict=True))
        for text, values in zip(texts, zip(*columns, strict=True), strict=True)
    ]


def _too_large(zones: int, cells: int, bounds: Bounds) -> RefusedInput:
    return RefusedInput(
        ErrorCode.RASTER_ZONES_TOO_LARGE,
        zones=zones,
        cells=cells,
        most_zones=bounds.zones,
        most_cells=bounds.cells,
    )
