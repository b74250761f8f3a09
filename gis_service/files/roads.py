"""Reads roads and ferries: from line files with a few columns, or from an OpenStreetMap extract."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.frames import (
    crs_of,
    find_column,
    read_frame,
    require_column,
    require_kinds,
    split_source,
)
from gis_service.files.osm import (
    CLASSES,
    OTHER_TAGS,
    TAGS,
    UNPAVED,
    against_oneway,
    column_text,
    gate_rights,
    headway_min,
    implied_oneway,
    is_ferry,
    is_osm,
    is_there,
    level,
    read_osm_gates,
    read_osm_tags,
    rights,
    tag_table,
    width_m,
)
from gis_service.files.road_tables import FerryTable, GateTable, RoadTable
from gis_service.types import Floats, Int8s

CLASS_COLUMNS = ("class", "highway", "road_class")
OWN_CLASSES = frozenset(
    ("expressway", "national", "provincial", "district", "commune", "village_lane", "alley")
)

_HEADWAYS = ("headway_min", "headway")
_WAITS = ("wait_min", "wait")
_FROM = ("from_hour", "from", "hours_from", "runs_from", "open_from")
_TO = ("to_hour", "to", "hours_to", "runs_to", "open_to")
_RIGHTS = ("on_foot", "on_wheels", "by_car")
"""Columns of a layer of roads, true or false; what they do not say is open."""
_ONEWAYS = {
    **dict.fromkeys(("yes", "true", "1", "ft", "t"), 1),
    **dict.fromkeys(("-1", "reverse", "tf"), -1),
    **dict.fromkeys(("no", "false", "0", "b", "f", "", "nan", "none", "<na>"), 0),
}
_OWN_ONEWAYS = {"oneway:bicycle": "oneway_bicycle", "oneway:motorcycle": "oneway_motorbike"}
"""Columns of a layer of roads that say the same as tags of OpenStreetMap."""
_DIRECTIONS = {"f": "ft", "t": "tf"}
"""One-way letters of tables that part OpenStreetMap by theme: forward, towards the start; ``b`` is both."""
_NO = frozenset(("no", "false", "0", "f"))
_NOT_PAVED = UNPAVED | _NO
_PLAIN_TAGS = ("oneway", "bridge", "tunnel", "surface", "width")
"""Tags whose names say the same in a file that is not of OpenStreetMap."""
_NO_CLASS = "(-)"
"""Stands for "no class" while ways without a ``highway`` are left out."""
_LEVELS = frozenset(str(number) for number in range(-5, 6))


def read_roads(
    source: str, *, class_column: str | None = None, oneway_column: str | None = None
) -> tuple[RoadTable, FerryTable | None]:
    """Read roads, and the ferries that data of OpenStreetMap holds beside them.

    Parameters
    ----------
    source
        A line file or an ``.osm.pbf``. A line file whose classes are those of OpenStreetMap is read by the
        same rules as an extract.
    class_column, oneway_column
        Columns to use instead of ``class``, ``highway`` or ``road_class``, and of ``oneway``; an extract has
        its own.

    Raises
    ------
    NotFound, RefusedInput
        As `read_frame`; ``geometry_kind`` when there are no lines, ``column_missing`` for a named column.
    """
    path, _ = split_source(source)
    if is_osm(path):
        roads, boats = _of_tags(read_osm_tags(path), source)
        return replace(roads, gates=_gate_table(read_osm_gates(path))), boats
    frame = _lines(read_frame(source), source)
    classes = _column(frame, class_column, CLASS_COLUMNS, source, "--class-column")
    values = _text(frame, classes)
    of_osm = _plain_name(classes) == "highway" or bool(values.isin(CLASSES).any())
    tags = tag_table(frame, TAGS if of_osm else _PLAIN_TAGS)
    tags["highway"] = values
    if oneway_column is not None:
        tags["oneway"] = _text(frame, _column(frame, oneway_column, (), source, "--oneway-column"))
    tags["oneway"] = _directions(tags["oneway"], by_letter=_plain_name(classes) == "fclass")
    ignored = _put_level(tags, frame, of_osm=of_osm)
    for tag, column in _OWN_ONEWAYS.items():
        said = _text(frame, find_column(frame, (column,)))
        tags[tag] = said.where(said != "", tags[tag])
    for name in ("width_m", "paved", *_RIGHTS):
        tags[name] = _text(frame, find_column(frame, (name,)))
    table = gpd.GeoDataFrame(tags, geometry=frame.geometry, crs=frame.crs)
    table.attrs = frame.attrs
    if not of_osm:
        return _table(table, ignored), None
    if OTHER_TAGS not in frame.columns:  # a table of roads alone: what has no class is a road all the same
        table.loc[(table["highway"] == "") & ~is_ferry(table), "highway"] = _NO_CLASS
    return _of_tags(table, source, ignored)


def read_ferries(source: str) -> FerryTable | None:
    """Read a line file of ferries.

    Optional columns: ``headway_min``, ``wait_min``, ``from_hour`` and ``to_hour`` (or ``runs_from`` and
    ``runs_to``), ``takes_cars``.

    Pieces of one row that join are one ferry, boarded once.

    Raises
    ------
    NotFound, RefusedInput
        As `read_frame`; ``geometry_kind`` when there are no lines.
    """
    frame = read_frame(source, allow_empty=True)
    require_kinds(frame, ("LineString",), path=source)  # merging would turn points into empty collections
    merged = shapely.line_merge(np.asarray(frame.geometry, dtype=object))
    lines = _lines(frame.set_geometry(gpd.GeoSeries(merged, index=frame.index, crs=frame.crs)), source)
    return _ferry_table(lines)


def _of_tags(tags: gpd.GeoDataFrame, source: str, ignored: str = "") -> tuple[RoadTable, FerryTable | None]:
    """Part the ways of OpenStreetMap into roads and ferries; what nobody can pass today is neither."""
    roads = tags[is_there(tags["highway"])]
    if roads.empty:
        raise RefusedInput(ErrorCode.TABLE_EMPTY, path=source, rows=len(tags))
    ferries = tags[is_ferry(tags)].reset_index(drop=True)
    boats = gpd.GeoDataFrame({"headway_min": headway_min(ferries)}, geometry=ferries.geometry, crs=tags.crs)
    roads = roads.reset_index(drop=True).replace({"highway": {_NO_CLASS: ""}})
    roads.attrs = tags.attrs
    return replace(_table(roads, ignored), of_osm=True), _ferry_table(boats)


def _directions(said: "pd.Series[str]", *, by_letter: bool) -> "pd.Series[str]":
    """Give one-way values in which ``F`` and ``T`` are directions, not false and true, where that is plain.

    It is where a ``B`` stands beside them, or where the file has the class column of those tables.
    """
    there = set(said) - {""}
    letters = there <= {*_DIRECTIONS, "b"} and (by_letter or "b" in there)
    return said.replace(_DIRECTIONS) if letters else said


def _put_level(tags: pd.DataFrame, frame: pd.DataFrame, *, of_osm: bool) -> str:
    """Fill the tag ``layer`` from a column that says it, or give the name of one that does not.

    A column ``level`` may hold anything, from a road's rank to the floor of a house: it is a level where the
    file also says what is a bridge or a tunnel and all its values are small whole numbers. In data of
    OpenStreetMap it is the floor, and ``layer``, which the tags hold already, alone is the level.
    """
    if of_osm:
        return ""
    column = find_column(frame, ("level", "layer"))
    values = _text(frame, column)
    crossings = find_column(frame, ("bridge", "tunnel", "is_bridge")) is not None
    if crossings and values.isin(_LEVELS | {""}).all():
        tags["layer"] = values
        return ""
    return str(column) if column is not None and not values.isin({"", "0"}).all() else ""


def _lines(frame: gpd.GeoDataFrame, source: str) -> gpd.GeoDataFrame:
    require_kinds(frame, ("LineString",), path=source)
    parts = frame.explode(index_parts=False).reset_index(drop=True)
    parts.attrs = frame.attrs
    return parts


def _plain_name(column: str | None) -> str:
    return (column or "").strip().lower()


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
    return column_text(frame[column])


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


def _table(tags: gpd.GeoDataFrame, ignored: str) -> RoadTable:
    """Bring tags, in the words of OpenStreetMap or of our own classes, to what a network needs."""
    values, said = tags["highway"], tags["oneway"]
    classes = values.where(values.isin(OWN_CLASSES), values.map(CLASSES).fillna(""))
    oneway = said.map(_ONEWAYS).fillna(0).where(~implied_oneway(tags), 1)
    width = (
        tags["width"]
        if "width_m" not in tags
        else tags["width_m"].where(tags["width_m"] != "", tags["width"])
    )
    one = np.array(oneway, dtype=np.int8)
    unpaved = tags["surface"].isin(_NOT_PAVED)
    if "paved" in tags:
        unpaved |= tags["paved"].isin(_NOT_PAVED)
    may = rights(tags)
    for name in tags.columns.intersection(list(_RIGHTS)):
        may[name] &= ~tags[name].isin(_NO)
    levels = zip(tags["layer"], tags["bridge"], tags["tunnel"], strict=True)
    return RoadTable(
        crs=crs_of(tags),
        lines=shapely.force_2d(np.asarray(tags.geometry, dtype=object)),
        road_class=[str(name) for name in classes],
        oneway=one,
        oneway_bicycle=_own_oneway(tags["oneway:bicycle"], np.where(against_oneway(tags), 0, one)),
        oneway_motorbike=_own_oneway(tags["oneway:motorcycle"], one),
        level=np.array([level(*row) for row in levels], dtype=np.int8),
        width_m=np.array([width_m(text) for text in width], dtype=np.float64),
        paved=~unpaved.to_numpy(np.bool_),
        on_foot=may["on_foot"].to_numpy(np.bool_),
        on_wheels=may["on_wheels"].to_numpy(np.bool_),
        by_car=may["by_car"].to_numpy(np.bool_),
        unknown=dict(sorted(Counter(values[classes == ""]).items())),
        unknown_oneway=dict(sorted(Counter(said[~said.isin(_ONEWAYS)]).items())),
        without_geometry=int(tags.attrs["without_geometry"]),
        level_ignored=ignored,
    )


def _own_oneway(said: "pd.Series[str]", usual: Int8s) -> Int8s:
    """Give the direction that is said for one mode, else the usual one."""
    told = (said != "") & said.isin(_ONEWAYS)
    own = said.map(_ONEWAYS).fillna(0)
    return np.where(told, np.array(own, dtype=np.int8), usual).astype(np.int8)


def _gate_table(tags: gpd.GeoDataFrame) -> GateTable | None:
    """Give the barriers that somebody may not pass."""
    may = gate_rights(tags)
    stops = ~may.all(axis=1).to_numpy(np.bool_)
    if not stops.any():
        return None
    columns = {name: may[name].to_numpy(np.bool_)[stops] for name in _RIGHTS}
    xy = shapely.get_coordinates(np.asarray(tags.geometry, dtype=object)[stops])
    return GateTable(crs=crs_of(tags), xy=xy, **columns)


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
        without_geometry=int(frame.attrs.get("without_geometry", 0)),
        takes_cars=~_text(frame, find_column(frame, ("takes_cars",))).isin(_NO).to_numpy(np.bool_),
    )
