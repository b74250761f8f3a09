"""Reads people: points, polygons, or a raster of persons per cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from gis_service.errors import ErrorCode, RefusedInput, WrongUse
from gis_service.files.areas import sound_areas
from gis_service.files.frames import crs_of, find_column, read_frame, require_column
from gis_service.files.population_cells import PopulationCells, read_cells
from gis_service.files.rasters import RasterSource, is_raster
from gis_service.types import BBox, Bools, Floats, Geometries, Text

PEOPLE_COLUMNS = ("people", "population", "pop", "dan_so")
_NO_GROUPS = Text(
    "dân số dạng điểm hoặc vùng, có một cột số người cho mỗi nhóm",
    "people of points or areas, with a column of persons for each group",
)
_RASTER_ONLY = Text("dân số dạng ảnh (.tif)", "a population raster (.tif)")
_POINTS = (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT)
_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_CODES = ("code", "id", "ma", "zone_id", "unit", "ma_xa", "ma_don_vi")


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
    codes
        ``n`` codes, each once: those of the file where it has them, else the numbers of the rows.
    groups
        ``(n,)`` persons of each group that was asked for, as ``people``.
    rank
        ``(n,)`` the column to rank by that was asked for, nan where it is no number; None when the file has
        no such column.
    """

    crs: pyproj.CRS
    kind: Literal["points", "polygons"]
    geometry: Geometries
    people: Floats
    extent: BBox
    lost_rows: int = 0
    lost_people: float = 0.0
    codes: tuple[str, ...] = ()
    groups: Mapping[str, Floats] = field(default_factory=dict)
    rank: Floats | None = None


def read_population(
    source: str,
    *,
    people_column: str | None = None,
    box: tuple[BBox, pyproj.CRS] | None = None,
    nodata: float | None = None,
    groups: Mapping[str, str] = MappingProxyType({}),
    rank_column: str | None = None,
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
    nodata
        For a raster: the value that means "no data", instead of the one that the file declares.
    groups
        Columns with the persons of groups, each with the option that names it; of a table only.
    rank_column
        Column to rank by, where a table has it.

    Raises
    ------
    NotFound, RefusedInput
        As `read_frame`; ``column_missing``, ``people_missing``, ``people_negative``, ``geometry_kind``,
        ``people_multipoint``, and ``people_placeless`` when most of the people have no place; of a raster as
        `open_raster`, and ``raster_nodata`` for negative cells.
    WrongUse
        ``wrong_argument`` for ``nodata`` with a file that is no raster, and for ``groups`` with one.
    """
    if is_raster(source):
        if groups:
            option = next(iter(groups.values()))
            shown = ",".join(group for group, names_it in groups.items() if names_it == option)
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=option, value=shown, expected=_NO_GROUPS)
        return read_cells(RasterSource(source, nodata), box)
    if nodata is not None:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--nodata", value=nodata, expected=_RASTER_ONLY)
    frame = read_frame(source, keep_missing=True)
    names = (people_column,) if people_column else PEOPLE_COLUMNS
    column = require_column(frame, names, path=source, option="--people-column")
    people = _persons(frame, column, path=source)
    of_groups = {
        group: _persons(frame, require_column(frame, (group,), path=source, option=option), path=source)
        for group, option in groups.items()
    }
    geometry, _ = sound_areas(shapely.force_2d(np.asarray(frame.geometry, dtype=object)))
    there = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    lost = ~there & (people > 0)
    _refuse_mostly_lost(people, lost, path=source)
    kind, geometry[there] = _places(geometry, there, path=source)
    return PopulationTable(
        crs=crs_of(frame),
        kind=kind,
        geometry=geometry,
        people=np.where(there, people, 0.0),
        extent=_extent(*shapely.total_bounds(geometry)),
        lost_rows=int(lost.sum()),
        lost_people=float(people[lost].sum()),
        codes=_codes(frame),
        groups={group: np.where(there, persons, 0.0) for group, persons in of_groups.items()},
        rank=rank_of(frame, rank_column),
    )


def rank_of(frame: pd.DataFrame, column: str | None) -> Floats | None:
    """Give a column to rank by, nan where it is no number; None where a table has none of this name."""
    found = find_column(frame, (column,)) if column else None
    return None if found is None else pd.to_numeric(frame[found], errors="coerce").to_numpy(np.float64)


def _persons(frame: gpd.GeoDataFrame, column: str, *, path: str) -> Floats:
    """Give a column of persons; refuses what is no number, or below zero."""
    people: Floats = pd.to_numeric(frame[column], errors="coerce").to_numpy(np.float64)
    _refuse_bad_people(people, frame[column], path=path, column=column)
    return people


def _codes(frame: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Give the codes of the rows, from the first column that has one for every row."""
    for name in _CODES:
        column = find_column(frame, (name,))
        if column is not None and frame[column].notna().all() and frame[column].astype(str).is_unique:
            return tuple(frame[column].astype(str))
    return tuple(str(row) for row in range(1, len(frame) + 1))


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


def _extent(west: float, south: float, east: float, north: float) -> BBox:
    return (float(west), float(south), float(east), float(north))
