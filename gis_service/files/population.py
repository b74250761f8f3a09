"""Reads people: points, polygons, or a raster of persons per cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyproj
import rasterio
import rasterio.windows
import shapely
from rasterio.errors import RasterioIOError

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.frames import crs_of, read_frame, require_column, require_kinds, split_source
from gis_service.types import BBox, Floats, Geometries, Int64s

PEOPLE_COLUMNS = ("people", "population", "pop", "dan_so")
RASTER_SUFFIXES = frozenset({".tif", ".tiff", ".vrt", ".img", ".asc"})


@dataclass(frozen=True)
class PopulationTable:
    """People as they stand in a file.

    Parameters
    ----------
    crs
        System of the file; any.
    kind
        ``points``, ``polygons`` or ``cells`` of a raster (four-cornered polygons).
    geometry
        ``(n,)`` Points or Polygons.
    people
        ``(n,)`` persons, not negative; rows without people are kept so that row numbers hold.
    row
        ``(n,)`` row of the file, or cell number (row-major) of the raster.
    extent
        Box of the whole file: west, south, east, north.
    beyond
        Persons of raster cells outside the box that was asked for.
    """

    crs: pyproj.CRS
    kind: Literal["points", "polygons", "cells"]
    geometry: Geometries
    people: Floats
    row: Int64s
    extent: BBox
    beyond: float = 0.0


def is_raster(source: str) -> bool:
    """Tell by its name whether a file is a raster."""
    return Path(source).suffix.lower() in RASTER_SUFFIXES


def read_population(
    source: str, *, people_column: str | None = None, box: tuple[BBox, pyproj.CRS] | None = None
) -> PopulationTable:
    """Read a population file.

    Parameters
    ----------
    source
        Point or polygon file, or a GeoTIFF whose cells hold persons.
    people_column
        Column with persons; default the first of ``people``, ``population``, ``pop``, ``dan_so``.
    box
        For a raster: the cells to keep (all whose centre lies in the box of this system); the others are only
        summed, so that a raster of a whole country costs the memory of a province.

    Raises
    ------
    NotFound, RefusedInput
        As `read_frame`; ``column_missing``, ``people_missing``, ``people_negative``, ``geometry_kind``.
    """
    path, _ = split_source(source)
    if is_raster(str(path)):
        return _read_raster(path, box)
    frame = read_frame(source)
    require_kinds(frame, ("Point", "Polygon"), path=source)
    names = (people_column,) if people_column else PEOPLE_COLUMNS
    column = require_column(frame, names, path=source, option="--people-column")
    people = pd.to_numeric(frame[column], errors="coerce").to_numpy(np.float64)
    _refuse_bad_people(people, frame[column], path=source, column=column)
    geometry = shapely.force_2d(np.asarray(frame.geometry, dtype=object))
    single = (shapely.get_type_id(geometry) == shapely.GeometryType.MULTIPOINT) & (
        shapely.get_num_geometries(geometry) == 1
    )
    geometry[single] = shapely.get_geometry(geometry[single], 0)
    polygons = np.isin(shapely.get_type_id(geometry), (3, 6))
    if polygons.any() and not polygons.all():
        row = int(np.flatnonzero(polygons != polygons[0])[0])
        raise RefusedInput(
            ErrorCode.GEOMETRY_KIND,
            path=source,
            row=row + 1,
            found=geometry[row].geom_type,
            count=int((polygons != polygons[0]).sum()),
            kinds="Polygon" if polygons[0] else "Point",
        )
    if polygons.all():
        geometry = shapely.make_valid(geometry)
    return PopulationTable(
        crs=crs_of(frame),
        kind="polygons" if polygons.all() else "points",
        geometry=geometry,
        people=people,
        row=np.arange(len(frame), dtype=np.int64),
        extent=_extent(*shapely.total_bounds(geometry)),
    )


def _refuse_bad_people(people: Floats, values: "pd.Series[str]", *, path: str, column: str) -> None:
    unknown = np.flatnonzero(~np.isfinite(people))
    if unknown.size:
        raise RefusedInput(
            ErrorCode.PEOPLE_MISSING,
            path=path,
            column=column,
            count=int(unknown.size),
            row=int(unknown[0]) + 1,
            value=repr(values.iloc[int(unknown[0])]),
        )
    negative = np.flatnonzero(people < 0)
    if negative.size:
        raise RefusedInput(
            ErrorCode.PEOPLE_NEGATIVE,
            path=path,
            column=column,
            count=int(negative.size),
            row=int(negative[0]) + 1,
            value=f"{people[negative[0]]:g}",
        )


def _read_raster(path: Path, box: tuple[BBox, pyproj.CRS] | None) -> PopulationTable:
    try:
        with rasterio.open(path) as raster:
            if raster.crs is None:
                raise RefusedInput(ErrorCode.CRS_MISSING, name=str(path))
            crs = pyproj.CRS.from_wkt(raster.crs.to_wkt())
            wanted = _box_in(crs, box)
            extent = _extent(*raster.bounds)
            parts = [_cells(raster, window, wanted, path) for window in _windows(raster)]
    except RasterioIOError as error:
        raise RefusedInput(ErrorCode.TABLE_UNREADABLE, path=str(path), reason=str(error)) from error
    people = np.concatenate([part[0] for part in parts])
    beyond = float(sum(part[3] for part in parts))
    if not people.size and not beyond:
        raise RefusedInput(ErrorCode.TABLE_EMPTY, path=str(path), rows=0)
    return PopulationTable(
        crs=crs,
        kind="cells",
        geometry=np.concatenate([part[1] for part in parts]),
        people=people,
        row=np.concatenate([part[2] for part in parts]),
        extent=extent,
        beyond=beyond,
    )


def _extent(west: float, south: float, east: float, north: float) -> BBox:
    return (float(west), float(south), float(east), float(north))


def _windows(raster: rasterio.DatasetReader) -> Iterator[rasterio.windows.Window]:
    """Give strips of whole rows in order, so that cells come in row-major order whatever the tiling."""
    rows = max(1, min(raster.height, 2_000_000 // max(1, raster.width)))
    for top in range(0, raster.height, rows):
        yield rasterio.windows.Window(0, top, raster.width, min(rows, raster.height - top))


def _box_in(crs: pyproj.CRS, box: tuple[BBox, pyproj.CRS] | None) -> BBox | None:
    if box is None:
        return None
    change = pyproj.Transformer.from_crs(box[1], crs, always_xy=True)
    west, south, east, north = change.transform_bounds(*box[0])
    return (float(west), float(south), float(east), float(north))


def _cells(
    raster: rasterio.DatasetReader, window: rasterio.windows.Window, wanted: BBox | None, path: Path
) -> tuple[Floats, Geometries, Int64s, float]:
    """Read the inhabited cells of one window: persons, polygons, cell numbers; and the persons elsewhere."""
    band = raster.read(1, window=window, masked=True).astype(np.float64)
    values = np.where(np.isfinite(band.filled(np.nan)), band.filled(np.nan), 0.0)
    if (values < 0).any():
        row, column = (int(index[0]) for index in np.nonzero(values < 0))
        raise RefusedInput(
            ErrorCode.PEOPLE_NEGATIVE,
            path=str(path),
            column="1",
            count=int((values < 0).sum()),
            row=(window.row_off + row) * raster.width + column + 1,
            value=f"{values[row, column]:g}",
        )
    rows, columns = np.nonzero(values > 0)
    people, rows = values[rows, columns], rows + int(window.row_off)
    t = raster.transform
    x, y = t.c + t.a * (columns + 0.5) + t.b * (rows + 0.5), t.f + t.d * (columns + 0.5) + t.e * (rows + 0.5)
    inside = np.ones(len(people), dtype=bool)
    if wanted is not None:
        inside = (x >= wanted[0]) & (x <= wanted[2]) & (y >= wanted[1]) & (y <= wanted[3])
    beyond, people = float(people[~inside].sum()), people[inside]
    rows, columns = rows[inside], columns[inside]
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)])
    across, down = columns[:, None] + corners[:, 0], rows[:, None] + corners[:, 1]
    rings = np.stack([t.c + t.a * across + t.b * down, t.f + t.d * across + t.e * down], axis=-1)
    numbers = rows.astype(np.int64) * raster.width + columns
    return people, np.asarray(shapely.polygons(rings), dtype=object).reshape(-1), numbers, beyond
