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
from gis_service.files.areas import sound_areas
from gis_service.files.frames import crs_of, read_frame, require_column, split_source
from gis_service.types import BBox, Bools, Floats, Geometries, Int64s

PEOPLE_COLUMNS = ("people", "population", "pop", "dan_so")
_POINTS = (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT)
_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
RASTER_SUFFIXES = frozenset({".tif", ".tiff", ".vrt", ".img", ".asc"})


@dataclass(frozen=True)
class PopulationTable:
    """People of points or polygons, as they stand in a file.

    Parameters
    ----------
    crs
        System of the file; any.
    kind
        ``points`` or ``polygons``.
    geometry
        ``(n,)`` Points or Polygons; None or empty where a row has no readable place.
    people
        ``(n,)`` persons, not negative; rows without people are kept so that row numbers hold.
    extent
        Box of the whole file: west, south, east, north.
    lost_rows, lost_people
        Rows with people but without a readable place, and their persons, who are not in ``people``.
    """

    crs: pyproj.CRS
    kind: Literal["points", "polygons"]
    geometry: Geometries
    people: Floats
    extent: BBox
    lost_rows: int = 0
    lost_people: float = 0.0


@dataclass(frozen=True)
class PopulationCells:
    """Inhabited cells of a raster.

    Parameters
    ----------
    crs
        System of the raster; any.
    affine
        ``(a, b, c, d, e, f)`` with ``x = a col + b row + c`` and ``y = d col + e row + f``.
    cells
        ``(n, 2)`` row and column, in row-major order.
    people
        ``(n,)`` persons, positive.
    extent
        Box of the whole raster: west, south, east, north.
    beyond
        Persons of cells outside the box that was asked for.
    """

    crs: pyproj.CRS
    affine: tuple[float, float, float, float, float, float]
    cells: Int64s
    people: Floats
    extent: BBox
    beyond: float = 0.0


def is_raster(source: str) -> bool:
    """Tell by its name whether a file is a raster."""
    return Path(source).suffix.lower() in RASTER_SUFFIXES


def read_population(
    source: str, *, people_column: str | None = None, box: tuple[BBox, pyproj.CRS] | None = None
) -> PopulationTable | PopulationCells:
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
        As `read_frame`; ``column_missing``, ``people_missing``, ``people_negative``, ``geometry_kind``,
        ``people_multipoint``, and ``people_placeless`` when most of the people have no place.
    """
    path, _ = split_source(source)
    if is_raster(str(path)):
        return _read_raster(path, box)
    frame = read_frame(source, keep_missing=True)
    names = (people_column,) if people_column else PEOPLE_COLUMNS
    column = require_column(frame, names, path=source, option="--people-column")
    people = pd.to_numeric(frame[column], errors="coerce").to_numpy(np.float64)
    _refuse_bad_people(people, frame[column], path=source, column=column)
    geometry, _ = sound_areas(shapely.force_2d(np.asarray(frame.geometry, dtype=object)))
    there = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    lost = ~there & (people > 0)
    _refuse_mostly_lost(people, lost, path=source)
    kind, geometry[there] = _places(geometry, there, path=source)
    return PopulationTable(
        crs=crs_of(frame),
        kind=kind,
        geometry=geometry,
        people=np.where(lost, 0.0, people),
        extent=_extent(*shapely.total_bounds(geometry)),
        lost_rows=int(lost.sum()),
        lost_people=float(people[lost].sum()),
    )


def _refuse_mostly_lost(people: Floats, lost: Bools, *, path: str) -> None:
    """Refuse a file of which more than half of the people have no place."""
    if 2 * people[lost].sum() > people.sum():
        raise RefusedInput(
            ErrorCode.PEOPLE_PLACELESS,
            path=path,
            row=int(np.flatnonzero(lost)[0]) + 1,
            rows=int(lost.sum()),
            people=f"{people[lost].sum():,.0f}",
            total=f"{people.sum():,.0f}",
        )


def _places(
    geometry: Geometries, there: Bools, *, path: str
) -> tuple[Literal["points", "polygons"], Geometries]:
    """Give the places of the rows that have one: all points or all polygons."""
    rows = np.flatnonzero(there)
    shapes = geometry[rows]
    kinds = shapely.get_type_id(shapes)
    is_point, is_area = np.isin(kinds, _POINTS), np.isin(kinds, _POLYGONAL)
    wrong = np.flatnonzero(~(is_point if is_point[0] else is_area))
    if wrong.size:
        raise RefusedInput(
            ErrorCode.GEOMETRY_KIND,
            path=path,
            row=int(rows[wrong[0]]) + 1,
            found=shapes[wrong[0]].geom_type,
            count=int(wrong.size),
            kinds="Point" if is_point[0] else "Polygon" if is_area[0] else "Point, Polygon",
        )
    several = kinds == shapely.GeometryType.MULTIPOINT
    single = several & (shapely.get_num_geometries(shapes) == 1)
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    many = np.flatnonzero(several & ~single)
    if many.size:
        raise RefusedInput(
            ErrorCode.PEOPLE_MULTIPOINT,
            path=path,
            row=int(rows[many[0]]) + 1,
            points=int(shapely.get_num_geometries(shapes[many[0]])),
            count=int(many.size),
        )
    return "points" if is_point[0] else "polygons", shapes


def _refuse_bad_people(people: Floats, values: "pd.Series[str]", *, path: str, column: str) -> None:
    unknown = np.flatnonzero(~np.isfinite(people))
    if unknown.size:
        raise RefusedInput(
            ErrorCode.PEOPLE_MISSING,
            path=path,
            column=column,
            count=int(unknown.size),
            row=int(unknown[0]) + 1,
            value=str(values.iloc[int(unknown[0])]),
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


def _read_raster(path: Path, box: tuple[BBox, pyproj.CRS] | None) -> PopulationCells:
    try:
        with rasterio.open(path) as raster:
            if raster.crs is None:
                raise RefusedInput(ErrorCode.CRS_MISSING, name=str(path))
            crs = pyproj.CRS.from_wkt(raster.crs.to_wkt())
            wanted = _box_in(crs, box)
            extent, t = _extent(*raster.bounds), raster.transform
            parts = [_cells(raster, window, wanted, path) for window in _windows(raster)]
    except RasterioIOError as error:
        raise RefusedInput(ErrorCode.TABLE_UNREADABLE, path=str(path), reason=str(error)) from error
    people = np.concatenate([part[0] for part in parts])
    beyond = float(sum(part[2] for part in parts))
    if not people.size and not beyond:
        raise RefusedInput(ErrorCode.TABLE_EMPTY, path=str(path), rows=0)
    return PopulationCells(
        crs=crs,
        affine=(t.a, t.b, t.c, t.d, t.e, t.f),
        cells=np.concatenate([part[1] for part in parts]),
        people=people,
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
) -> tuple[Floats, Int64s, float]:
    """Read the inhabited cells of one window: persons, row and column; and the persons elsewhere."""
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
    cells = np.column_stack([rows[inside], columns[inside]]).astype(np.int64)
    return people, cells, beyond
