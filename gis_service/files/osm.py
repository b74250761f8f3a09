"""Reads the roads and ferries of an OpenStreetMap extract (``.osm.pbf``).

The rules of METHODS ("Classes") in one place. What METHODS leaves open follows the OpenStreetMap wiki: a
motorway and a roundabout are one-way unless they say otherwise; ``layer`` gives the level, else a bridge is
+1 and a tunnel -1, while a passage through a building stays on the ground.
"""

import re
from collections.abc import Collection
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.frames import find_column
from gis_service.types import Floats

MAGIC = b"OSMHeader"
"""Stands near the start of every ``.osm.pbf`` file."""

CLASSES = {
    **dict.fromkeys(("motorway", "motorway_link"), "expressway"),
    **dict.fromkeys(("trunk", "trunk_link"), "national"),
    **dict.fromkeys(("primary", "primary_link"), "provincial"),
    **dict.fromkeys(("secondary", "secondary_link"), "district"),
    **dict.fromkeys(("tertiary", "tertiary_link"), "commune"),
    **dict.fromkeys(("residential", "unclassified", "service", "living_street", "track"), "village_lane"),
    **dict.fromkeys(("footway", "path", "steps", "pedestrian", "cycleway"), "alley"),
}
"""Class of a ``highway`` value; a value that is not here counts as unknown."""

ON_FOOT_ONLY = frozenset({"footway", "steps"})
NOT_THERE = frozenset(
    {
        "construction",
        "proposed",
        "planned",
        "abandoned",
        "disused",
        "razed",
        "no",
        "bus_stop",
        "rest_area",
        "services",
    }
)
"""``highway`` values of what nobody can pass today: being built, planned, gone, or no way at all."""

_YES = frozenset({"yes", "designated", "permissive"})
_CLOSED = frozenset({"no", "private"})
UNPAVED = frozenset(
    {"unpaved", "compacted", "dirt", "earth", "gravel", "fine_gravel", "ground"}
    | {"sand", "grass", "mud", "pebblestone", "rock", "clay", "woodchips"}
)
STOPS_CARS = frozenset(
    {"bollard", "block", "planter", "jersey_barrier", "log", "cycle_barrier", "motorcycle_barrier"}
)
STOPS_WHEELS = frozenset({"stile", "turnstile", "full-height_turnstile", "kissing_gate"})
"""``barrier`` values that these cannot pass unless the tags say so; any other stops nobody by itself."""
_CYCLEWAYS = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
OTHER_TAGS = "other_tags"
"""Column in which GDAL packs the tags that have no column of their own."""
TAGS = (
    "highway", "access", "foot", "motorcycle", "motor_vehicle", "motorcar", "vehicle", "oneway", "junction",
    "layer", "bridge", "tunnel", "width", "surface", "route", "interval",
    "oneway:bicycle", "oneway:motorcycle", "cycleway", "cycleway:left", "cycleway:right", "cycleway:both",
)  # fmt: skip
"""Tags that matter to a network."""
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(.)")


def is_osm(path: Path) -> bool:
    """Tell by its first bytes whether a file is an OpenStreetMap extract."""
    with path.open("rb") as file:
        return MAGIC in file.read(64)


def parse_tags(text: str | None) -> dict[str, str]:
    r"""Parse GDAL's ``other_tags``: ``"lit"=>"yes","name"=>"a \"b\""``.

    Examples
    --------
    >>> parse_tags('"lit"=>"yes","oneway"=>"-1"')
    {'lit': 'yes', 'oneway': '-1'}
    """
    if not isinstance(text, str):
        return {}
    return {_ESCAPE.sub(r"\1", key): _ESCAPE.sub(r"\1", value) for key, value in _PAIR.findall(text)}


def read_osm_tags(path: Path) -> gpd.GeoDataFrame:
    """Read the ways of an extract as `tag_table` gives them, in file order, EPSG:4326.

    Raises
    ------
    RefusedInput
        ``table_unreadable`` or ``table_empty`` (no way that is there today).
    """
    try:
        lines = pyogrio.read_dataframe(path, layer="lines", on_invalid="ignore")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise RefusedInput(ErrorCode.TABLE_UNREADABLE, path=str(path), reason=str(error)) from error
    there = ~(lines.geometry.isna() | lines.geometry.is_empty)
    tags = tag_table(lines)
    if not (is_there(tags["highway"]) & there).any():
        raise RefusedInput(ErrorCode.TABLE_EMPTY, path=str(path), rows=len(lines))
    lost = int((~there & (is_there(tags["highway"]) | is_ferry(tags))).sum())
    placed = gpd.GeoDataFrame(tags, geometry=lines.geometry, crs=lines.crs)
    result: gpd.GeoDataFrame = placed[there].reset_index(drop=True)
    result.attrs = {"without_geometry": lost, "source": path.name}
    return result


def read_osm_gates(path: Path) -> gpd.GeoDataFrame:
    """Read the barriers that stand on nodes of an extract, as tags with their places, EPSG:4326.

    Raises
    ------
    RefusedInput
        ``table_unreadable``.
    """
    try:
        points = pyogrio.read_dataframe(
            path, layer="points", columns=["barrier", OTHER_TAGS], where="barrier IS NOT NULL"
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise RefusedInput(ErrorCode.TABLE_UNREADABLE, path=str(path), reason=str(error)) from error
    tags = tag_table(points)
    tags["barrier"] = column_text(points["barrier"])
    return gpd.GeoDataFrame(tags, geometry=points.geometry, crs=points.crs)


def tag_table(frame: pd.DataFrame, known: Collection[str] = TAGS) -> pd.DataFrame:
    """Give tags as small-letter text, one column each of `TAGS`, empty where a way does not have the tag.

    Parameters
    ----------
    frame
        Tags as columns, in GDAL's ``other_tags``, or both; a column comes first.
    known
        Tags to look for; the others stay empty.
    """
    packed = frame[OTHER_TAGS] if OTHER_TAGS in frame.columns else [None] * len(frame)
    rows = [{tag: said for tag, said in parse_tags(text).items() if tag in known} for text in packed]
    tags = pd.DataFrame(rows, index=frame.index, dtype=object).reindex(columns=list(TAGS))
    tags = tags.astype(object).where(tags.notna(), "").apply(column_text)
    for tag in known:
        column = find_column(frame, (tag,))
        if column is not None:
            said = column_text(frame[column])
            tags[tag] = said.where(said != "", tags[tag])
    return tags


def column_text(values: "pd.Series[str]") -> "pd.Series[str]":
    """Give a column as small-letter text; empty where there is nothing, whole numbers without ``.0``."""
    text = values.astype(object).where(values.notna(), "").astype(str).str.strip().str.lower()
    return text.str.replace(r"^(-?\d+)\.0$", r"\1", regex=True).astype(object)


def is_there(highway: "pd.Series[str]") -> "pd.Series[bool]":
    """Tell which ways are roads that somebody can pass today."""
    return (highway != "") & ~highway.isin(NOT_THERE)


def is_ferry(tags: pd.DataFrame) -> "pd.Series[bool]":
    """Tell which ways are ferries."""
    return (tags["route"] == "ferry") & ~is_there(tags["highway"])


def rights(tags: pd.DataFrame) -> pd.DataFrame:
    """Say who may pass by the tags: ``on_foot on_wheels by_car``, on the index of the tags."""
    highway = tags["highway"]
    closed = tags["access"].isin(_CLOSED)
    no_wheels = highway.isin(ON_FOOT_ONLY) | (closed | tags["vehicle"].isin(_CLOSED)) & ~tags[
        "motorcycle"
    ].isin(_YES)
    no_car = closed | tags[["vehicle", "motor_vehicle", "motorcar"]].isin(_CLOSED).any(axis=1)
    return pd.DataFrame(
        {
            "on_foot": ~tags["foot"].isin(_CLOSED) & (~closed | tags["foot"].isin(_YES)),
            "on_wheels": ~(no_wheels | tags["motorcycle"].isin(_CLOSED)),
            "by_car": ~(no_car | highway.isin(ON_FOOT_ONLY)),
        }
    )


def gate_rights(tags: pd.DataFrame) -> pd.DataFrame:
    """Say who may pass a barrier on a road: ``on_foot on_wheels by_car``, on the index of the tags."""
    kind = tags["barrier"]
    may = rights(tags)
    no_wheels = kind.isin(STOPS_WHEELS) & ~tags["motorcycle"].isin(_YES)
    no_car = kind.isin(STOPS_CARS | STOPS_WHEELS)
    no_car &= ~tags[["access", "vehicle", "motor_vehicle", "motorcar"]].isin(_YES).any(axis=1)
    may["on_wheels"] &= ~no_wheels
    may["by_car"] &= ~no_car
    return may


def against_oneway(tags: pd.DataFrame) -> "pd.Series[bool]":
    """Tell on which ways bicycles may go against a one-way: where a ``cycleway`` says so."""
    found = pd.Series(data=False, index=tags.index)
    for tag in _CYCLEWAYS:
        found |= tags[tag].str.startswith("opposite")
    return found


def implied_oneway(tags: pd.DataFrame) -> "pd.Series[bool]":
    """Tell which ways are one-way although they do not say so: motorways and roundabouts."""
    implied = (tags["highway"] == "motorway") | tags["junction"].isin(("roundabout", "circular"))
    return implied & (tags["oneway"] == "")


def headway_min(tags: pd.DataFrame) -> Floats:
    """Give the minutes between two boats from ``interval``, nan when not told."""
    return np.array([_minutes(text) for text in tags["interval"]], dtype=np.float64)


def level(layer: object, bridge: object, tunnel: object) -> int:
    """Give the level of a way: its ``layer``, else 1 for a bridge, -1 for a tunnel, 0 on the ground."""
    try:
        return max(-100, min(100, int(float(str(layer)))))
    except ValueError:
        pass
    if _is_set(bridge):
        return 1
    return -1 if _is_set(tunnel) and str(tunnel) != "building_passage" else 0


def _is_set(value: object) -> bool:
    return str(value).strip().lower() not in {"", "no", "0", "0.0", "false", "nan", "none", "f"}


def width_m(value: object) -> float:
    """Read a width in metres from ``3``, ``2.5 m`` or ``2,5``; nan where it says nothing usable."""
    found = re.match(r"\s*(\d+(?:[.,]\d+)?)\s*(?:m|$)", str(value))
    return float(found[1].replace(",", ".")) if found else float("nan")


def _minutes(text: str) -> float:
    """Read ``interval``: minutes, ``HH:MM`` or ``HH:MM:SS``."""
    parts = text.split(":")
    if not all(part.strip().isdigit() for part in parts):
        return float("nan")
    numbers = [int(part) for part in parts]
    if len(numbers) == 1:
        return float(numbers[0])
    return numbers[0] * 60 + numbers[1] + (numbers[2] / 60 if len(numbers) > 2 else 0)  # noqa: PLR2004  H:M:S
