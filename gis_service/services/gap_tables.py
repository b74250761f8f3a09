"""Reads the tables of a gap analysis: what is left out is told, what lies elsewhere is refused."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from gis_service.analysis.boxes import widened
from gis_service.crs import STORAGE, crs_name, transform
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.areas import sound_areas
from gis_service.files.frames import crs_of, find_column, read_frame, require_kinds
from gis_service.files.road_tables import RoadTable
from gis_service.services.coverage_inputs import Notice
from gis_service.services.coverage_notices import unknown_classes
from gis_service.services.coverage_parameters import HALO_M
from gis_service.types import BBox, Geometries

NAMES = ("name", "ten", "title", "name_vi")
_SHOWN = 5
_UNITS = ("zones", "vintage_zones")
"""Roles of tables whose repairs are told: results are by their rows."""

Place = tuple[str, pyproj.CRS, BBox]
"""A file, its system, and its box in longitude and latitude."""


def read_table(source: str, role: str, kinds: Sequence[str], notices: list[Notice]) -> gpd.GeoDataFrame:
    """Read a table with geometries of some kinds; rows without one are told, areas are made valid.

    Parameters
    ----------
    source
        Path of the file.
    role
        What it is in the study, such as ``zones``.
    kinds
        Kinds without their multi-forms.
    notices
        Added to.

    Raises
    ------
    NotFound, RefusedInput
        As `read_frame`; ``geometry_kind``, ``area_empty``.
    """
    return table_of(read_frame(source), source, role, kinds, notices)


def table_of(
    whole: gpd.GeoDataFrame, source: str, role: str, kinds: Sequence[str], notices: list[Notice]
) -> gpd.GeoDataFrame:
    """Give the rows of a file that have a geometry, as `read_table` does; they keep their index.

    Parameters
    ----------
    whole
        What `read_frame` gives, with or without the rows that have none.
    source, role, kinds, notices
        As of `read_table`.

    Raises
    ------
    RefusedInput
        ``geometry_kind``, ``area_empty``.
    """
    frame: gpd.GeoDataFrame = whole[~(whole.geometry.isna() | whole.geometry.is_empty)]
    require_kinds(frame, kinds, path=source)
    note_lost(role, int(whole.attrs["without_geometry"]), notices)
    flat = shapely.force_2d(np.asarray(frame.geometry, dtype=object))
    geometry, repaired = sound_areas(flat)
    empty = np.flatnonzero(shapely.is_empty(geometry))
    if empty.size:
        raise RefusedInput(ErrorCode.AREA_EMPTY, path=source, row=int(empty[0]) + 1, count=int(empty.size))
    if role in _UNITS and repaired.any():
        names = texts(frame, NAMES)
        shown = ", ".join(names[row] for row in np.flatnonzero(repaired)[:_SHOWN])
        notices.append(Notice("zones_repaired", {"count": int(repaired.sum()), "names": shown}))
    return frame.set_geometry(gpd.GeoSeries(geometry, index=frame.index, crs=frame.crs))


def note_lost(role: str, rows: int, notices: list[Notice]) -> None:
    """Tell how many rows of an input have no geometry that can be read."""
    if rows:
        notices.append(Notice("rows_without_geometry", {"input": role, "rows": rows}))


def note_roads(table: RoadTable, notices: list[Notice]) -> None:
    """Tell what the roads do not say clearly, and where levels keep them apart."""
    note_lost("roads", table.without_geometry, notices)
    notices += unknown_classes(table.unknown)
    if table.unknown_oneway:
        shown = ", ".join(f"{name} ({count})" for name, count in table.unknown_oneway.items())
        params = {"lines": sum(table.unknown_oneway.values()), "values": shown}
        notices.append(Notice("road_oneway_unknown", params))
    if table.level.any():
        notices.append(Notice("road_levels_used", {"lines": int(np.count_nonzero(table.level))}))
    if table.level_ignored:
        notices.append(Notice("road_level_ignored", {"column": table.level_ignored}))


def texts(frame: gpd.GeoDataFrame, columns: Sequence[str]) -> list[str]:
    """Give a column as text, the number of the row in its file where it is missing."""
    said = texts_or_none(frame, columns)
    return [one or str(row + 1) for row, one in zip(frame.index, said, strict=True)]


def texts_or_none(frame: gpd.GeoDataFrame, columns: Sequence[str]) -> list[str | None]:
    """Give a column as text, None where it is missing; whole numbers are written without a fraction."""
    column = find_column(frame, columns)
    values: Sequence[object] = [None] * len(frame) if column is None else frame[column].tolist()
    return [None if is_nothing(value) else _text(value) for value in values]


def is_nothing(value: object) -> bool:
    """Tell whether a cell of a table is empty."""
    return value is None or value != value or str(value).strip() in {"", "<NA>", "NaT"}  # noqa: PLR0124  nan


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def table_place(source: str, frame: gpd.GeoDataFrame) -> Place:
    """Give the place of a table."""
    return place_of(source, np.asarray(frame.geometry, dtype=object), crs_of(frame))


def place_of(source: str, geometry: Geometries, crs: pyproj.CRS) -> Place:
    """Give the place of geometries; its box is not finite where the coordinates do not fit their system."""
    west, south, east, north = shapely.total_bounds(transform(geometry, crs, STORAGE))
    return source, crs, (float(west), float(south), float(east), float(north))


def require_together(zones: Place, others: Sequence[Place]) -> None:
    """Refuse files of different places: most often a system that was mislabelled.

    Raises
    ------
    RefusedInput
        ``inputs_apart``, with both boxes and both systems.
    """
    for name, crs, box in others:
        if not _near(zones, box):
            raise RefusedInput(
                ErrorCode.INPUTS_APART,
                name=name,
                crs=crs_name(crs),
                box=_shown(box),
                other_name=zones[0],
                other_crs=crs_name(zones[1]),
                other_box=_shown(zones[2]),
            )


def note_far(role: str, zones: Place, other: Place, notices: list[Notice]) -> None:
    """Tell that an input that changes no figure lies elsewhere."""
    if not _near(zones, other[2]):
        params = {"input": role, "box": _shown(other[2]), "area": _shown(zones[2])}
        notices.append(Notice("input_far_away", params))


def _near(zones: Place, box: BBox) -> bool:
    reach = widened(zones[2], HALO_M)
    return box[0] <= reach[2] and box[2] >= reach[0] and box[1] <= reach[3] and box[3] >= reach[1]


def _shown(box: BBox) -> str:
    return "[" + ", ".join(f"{value:.4f}" for value in box) + "]"
