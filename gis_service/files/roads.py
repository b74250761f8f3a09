"""Reads roads and ferries: from line files with a few columns, or from an OpenStreetMap extract."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from gis_service.files.frames import (
    crs_of,
    find_column,
    read_frame,
    require_column,
    require_kinds,
    split_source,
)
from gis_service.files.osm import CLASSES, ON_FOOT_ONLY, is_osm, level, read_osm_ways, width_m
from gis_service.types import Bools, Floats, Geometries, Int8s

CLASS_COLUMNS = ("class", "highway")
OWN_CLASSES = frozenset(
    ("expressway", "national", "provincial", "district", "commune", "village_lane", "alley")
)

_HEADWAYS = ("headway_min", "headway")
_WAITS = ("wait_min", "wait")
_FROM, _TO = ("from_hour", "from", "hours_from", "open_from"), ("to_hour", "to", "hours_to", "open_to")
_ONEWAYS = {
    **dict.fromkeys(("yes", "true", "1", "ft", "t"), 1),
    **dict.fromkeys(("-1", "reverse", "tf"), -1),
    **dict.fromkeys(("no", "false", "0", "b", "f", "", "nan", "none", "<na>"), 0),
}
_NOT_PAVED = frozenset({"no", "false", "0", "f", "unpaved", "gravel", "dirt", "earth", "ground"})


@dataclass(frozen=True)
class RoadTable:
    """Roads as they stand in a file, one row per line.

    Parameters
    ----------
    crs
        System of the file; any.
    lines
        ``(n,)`` LineStrings; a multi-line of the file is several rows.
    road_class
        ``(n,)`` names of METHODS ("Classes"); empty where the file gives none that is known.
    oneway, level
        ``(n,)`` 0 both ways, 1 along the line, -1 against it; 0 ground, bridges above, tunnels below.
    width_m
        ``(n,)`` metres, nan where unknown.
    paved, on_foot, on_wheels, by_car
        ``(n,)`` surface, and who may pass by the rules of the source.
    unknown
        Class values that are not known, with their number of lines; ``""`` for lines without any.
    unknown_oneway
        Values of the one-way column that say nothing, with their number; those lines are open both ways.
    """

    crs: pyproj.CRS
    lines: Geometries
    road_class: list[str]
    oneway: Int8s
    level: Int8s
    width_m: Floats
    paved: Bools
    on_foot: Bools
    on_wheels: Bools
    by_car: Bools
    unknown: dict[str, int]
    unknown_oneway: dict[str, int]


@dataclass(frozen=True)
class FerryTable:
    """Ferries as they stand in a file.

    Parameters
    ----------
    crs
        System of the file; any.
    lines
        ``(n,)`` LineStrings.
    headway_min, wait_min
        ``(n,)`` minutes between two boats, minutes to wait; nan where not told.
    from_hour, to_hour
        ``(n,)`` first and last hour of service, 0 to 24; nan where not told.
    """

    crs: pyproj.CRS
    lines: Geometries
    headway_min: Floats
    wait_min: Floats
    from_hour: Floats
    to_hour: Floats


def read_roads(
    source: str, *, class_column: str | None = None, oneway_column: str | None = None
) -> tuple[RoadTable, FerryTable | None]:
    """Read roads, and the ferries that an OpenStreetMap extract holds beside them.

    Parameters
    ----------
    source
        A line file or an ``.osm.pbf``.
    class_column, oneway_column
        Columns to use instead of ``class`` or ``highway``, and of ``oneway``; an extract has its own.

    Raises
    ------
    NotFound, RefusedInput
        As `read_frame`; ``geometry_kind`` when there are no lines, ``column_missing`` for a named column.
    """
    path, _ = split_source(source)
    if is_osm(path):
        ways, ferries = read_osm_ways(path)
        return _table(ways, Counter(ways.loc[ways["road_class"] == "", "highway"]), Counter()), _ferry_table(
            ferries
        )
    frame = _lines(read_frame(source), source)
    return _table(*_columns(frame, source, class_column, oneway_column)), None


def read_ferries(source: str) -> FerryTable | None:
    """Read a line file of ferries; ``headway_min``, ``wait_min``, ``from_hour`` and ``to_hour`` are optional.

    Raises
    ------
    NotFound, RefusedInput
        As `read_frame`; ``geometry_kind`` when there are no lines.
    """
    return _ferry_table(_lines(read_frame(source, allow_empty=True), source))


def _lines(frame: gpd.GeoDataFrame, source: str) -> gpd.GeoDataFrame:
    require_kinds(frame, ("LineString",), path=source)
    return frame.explode(index_parts=False).reset_index(drop=True)


def _columns(
    frame: gpd.GeoDataFrame, source: str, class_column: str | None, oneway_column: str | None
) -> tuple[gpd.GeoDataFrame, Counter[str], Counter[str]]:
    """Bring the columns of a line file to the ones of `RoadTable`."""
    values = _text(frame, _column(frame, class_column, CLASS_COLUMNS, source, "--class-column"))
    classes = values.where(values.isin(OWN_CLASSES), values.map(CLASSES).fillna(""))
    oneway = _text(frame, _column(frame, oneway_column, ("oneway",), source, "--oneway-column"))
    on_foot_only = values.isin(ON_FOOT_ONLY)
    layer = _text(frame, find_column(frame, ("level", "layer")))
    bridge, tunnel = (_text(frame, find_column(frame, (name,))) for name in ("bridge", "tunnel"))
    surface = _text(frame, find_column(frame, ("paved", "surface")))
    ways = gpd.GeoDataFrame(
        {
            "road_class": classes,
            "oneway": oneway.map(_ONEWAYS).fillna(0).astype(np.int8),
            "level": [level(*row) for row in zip(layer, bridge, tunnel, strict=True)],
            "width_m": [width_m(text) for text in _text(frame, find_column(frame, ("width_m", "width")))],
            "paved": ~surface.isin(_NOT_PAVED),
            "on_foot": True,
            "on_wheels": ~on_foot_only,
            "by_car": ~on_foot_only,
        },
        geometry=frame.geometry,
        crs=frame.crs,
    )
    return ways, Counter(values[classes == ""]), Counter(oneway[~oneway.isin(_ONEWAYS)])


def _column(
    frame: pd.DataFrame, named: str | None, usual: Sequence[str], source: str, option: str
) -> str | None:
    """Give the column the user named, or refuse; else the usual one, if it is there."""
    if named is not None:
        return require_column(frame, (named,), path=source, option=option)
    return find_column(frame, usual)


def _text(frame: pd.DataFrame, column: str | None) -> "pd.Series[str]":
    """Give a column as small-letter text; empty where there is nothing."""
    if column is None:
        return pd.Series("", index=frame.index, dtype=object)
    values = frame[column]
    text = values.astype(object).where(values.notna(), "").astype(str).str.strip().str.lower()
    return text.str.replace(r"^(-?\d+)\.0$", r"\1", regex=True).astype(object)


def _number(frame: pd.DataFrame, names: Sequence[str]) -> Floats:
    column = find_column(frame, names)
    if column is None:
        return np.full(len(frame), np.nan)
    return np.array([_hour_or_number(value) for value in frame[column]], dtype=np.float64)


def _hour_or_number(value: object) -> float:
    """Read ``5``, ``5.5`` or ``05:30``."""
    hours, colon, minutes = str(value).partition(":")
    try:
        return float(hours) + (float(minutes) / 60 if colon else 0.0)
    except ValueError:
        return float("nan")


def _table(ways: gpd.GeoDataFrame, unknown: "Counter[str]", unknown_oneway: "Counter[str]") -> RoadTable:
    return RoadTable(
        crs=crs_of(ways),
        lines=shapely.force_2d(np.asarray(ways.geometry, dtype=object)),
        road_class=[str(name) for name in ways["road_class"]],
        oneway=ways["oneway"].to_numpy(np.int8),
        level=ways["level"].to_numpy(np.int8),
        width_m=ways["width_m"].to_numpy(np.float64),
        paved=ways["paved"].to_numpy(np.bool_),
        on_foot=ways["on_foot"].to_numpy(np.bool_),
        on_wheels=ways["on_wheels"].to_numpy(np.bool_),
        by_car=ways["by_car"].to_numpy(np.bool_),
        unknown=dict(sorted(unknown.items())),
        unknown_oneway=dict(sorted(unknown_oneway.items())),
    )


def _ferry_table(frame: gpd.GeoDataFrame) -> FerryTable | None:
    if frame.empty:
        return None
    return FerryTable(
        crs=crs_of(frame),
        lines=shapely.force_2d(np.asarray(frame.geometry, dtype=object)),
        headway_min=_number(frame, _HEADWAYS),
        wait_min=_number(frame, _WAITS),
        from_hour=_number(frame, _FROM),
        to_hour=_number(frame, _TO),
    )
