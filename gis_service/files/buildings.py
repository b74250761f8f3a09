"""Reads buildings, and land by its use: tables, or an OpenStreetMap extract (``.osm.pbf``)."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import shapely

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.areas import sound_areas
from gis_service.files.frames import (
    crs_of,
    find_column,
    read_frame,
    require_column,
    require_kinds,
    split_source,
)
from gis_service.files.osm import OTHER_TAGS, is_osm, parse_tags, width_m
from gis_service.types import Floats, Geometries

STOREYS_COLUMNS = ("storeys", "levels", "so_tang", "building:levels")
HEIGHT_COLUMNS = ("height", "height_m", "chieu_cao")
CLASS_COLUMNS = ("class", "building", "use")
LAND_COLUMNS = ("use", "class", "landuse", "land_use", "loai_dat", "ma_loai_dat", "muc_dich")


@dataclass(frozen=True)
class BuildingTable:
    """Buildings, as they stand in a file.

    Parameters
    ----------
    crs
        System of the file; any.
    footprints
        ``(n,)`` valid polygons; empty where one encloses nothing.
    storeys, height_m
        ``(n,)`` storeys, and metres; nan where they are not told.
    classes
        ``n`` classes, as they are written; empty where they are not told.
    without_geometry
        Rows that were left out.
    """

    crs: pyproj.CRS
    footprints: Geometries
    storeys: Floats
    height_m: Floats
    classes: tuple[str, ...]
    without_geometry: int


@dataclass(frozen=True)
class LandTable:
    """Land by its use, as it stands in a file: valid polygons and the use of each; fields as above."""

    crs: pyproj.CRS
    areas: Geometries
    classes: tuple[str, ...]
    without_geometry: int


def read_buildings(source: str) -> BuildingTable:
    """Read buildings.

    Parameters
    ----------
    source
        Polygons with, where they are known, ``storeys|levels|so_tang|building:levels``, ``height`` in metres
        and ``class|building|use``; or an OpenStreetMap extract, of which every ``building`` is read.

    Raises
    ------
    NotFound, RefusedInput
        As `read_frame`; ``geometry_kind``.
    """
    frame = _areas(source, "building")
    return BuildingTable(
        crs=crs_of(frame),
        footprints=_sound(frame),
        storeys=_numbers(frame, STOREYS_COLUMNS),
        height_m=_numbers(frame, HEIGHT_COLUMNS),
        classes=_texts(frame, find_column(frame, CLASS_COLUMNS)),
        without_geometry=int(frame.attrs["without_geometry"]),
    )


def read_land(source: str) -> LandTable:
    """Read land by its use: polygons with ``use|class|landuse|…``, or the ``landuse`` of an extract.

    Raises
    ------
    NotFound, RefusedInput
        As `read_frame`; ``geometry_kind``, ``column_missing``.
    """
    frame = _areas(source, "landuse")
    column = require_column(frame, LAND_COLUMNS, path=source, option="use")
    return LandTable(
        crs_of(frame), _sound(frame), _texts(frame, column), int(frame.attrs["without_geometry"])
    )


def _areas(source: str, tag: str) -> gpd.GeoDataFrame:
    path, _ = split_source(source)
    frame = _read_osm(path, tag) if is_osm(path) else read_frame(source)
    require_kinds(frame, ("Polygon",), path=source)
    return frame


def _read_osm(path: Path, tag: str) -> gpd.GeoDataFrame:
    """Read the areas of an extract that have a tag; what the other tags say become columns."""
    try:
        with warnings.catch_warnings():  # what GDAL says of single rings becomes rows without a geometry
            warnings.simplefilter("ignore", RuntimeWarning)
            frame = pyogrio.read_dataframe(
                path, layer="multipolygons", where=f"{tag} IS NOT NULL", on_invalid="ignore"
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise RefusedInput(ErrorCode.TABLE_UNREADABLE, path=str(path), reason=str(error)) from error
    there = frame[~(frame.geometry.isna() | frame.geometry.is_empty)].reset_index(drop=True)
    if there.empty:
        raise RefusedInput(ErrorCode.TABLE_EMPTY, path=str(path), rows=len(frame))
    tags = [parse_tags(text) for text in there[OTHER_TAGS]]
    kept = gpd.GeoDataFrame({tag: there[tag]}, geometry=there.geometry, crs=there.crs)
    for name in ("building:levels", "height"):
        kept[name] = [found.get(name) for found in tags]
    kept.attrs = {"without_geometry": len(frame) - len(there), "source": path.name}
    return kept


def _sound(frame: gpd.GeoDataFrame) -> Geometries:
    return sound_areas(shapely.force_2d(np.asarray(frame.geometry, dtype=object)))[0]


def _numbers(frame: gpd.GeoDataFrame, names: tuple[str, ...]) -> Floats:
    """Read numbers with or without ``m`` behind them; nan for whatever else."""
    column = find_column(frame, names)
    if column is None:
        return np.full(len(frame), np.nan)
    return np.array([width_m(value) for value in frame[column]], dtype=np.float64)


def _texts(frame: gpd.GeoDataFrame, column: str | None) -> tuple[str, ...]:
    if column is None:
        return ("",) * len(frame)
    return tuple("" if value is None or value != value else str(value) for value in frame[column])  # noqa: PLR0124  nan
