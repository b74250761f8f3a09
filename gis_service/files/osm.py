"""Reads the roads and ferries of an OpenStreetMap extract (``.osm.pbf``).

The rules of METHODS ("Classes") in one place. What METHODS leaves open follows the OpenStreetMap wiki: a
motorway and a roundabout are one-way unless they say otherwise; ``layer`` gives the level, else a bridge is
+1 and a tunnel -1, while a passage through a building stays on the ground.
"""

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from gis_service.errors import ErrorCode, RefusedInput

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
_UNPAVED = frozenset(
    {"unpaved", "compacted", "dirt", "earth", "gravel", "fine_gravel", "ground"}
    | {"sand", "grass", "mud", "pebblestone", "rock", "clay", "woodchips"}
)
_TAGS = (
    "access", "foot", "motorcycle", "motor_vehicle", "motorcar", "vehicle", "oneway", "junction", "layer",
    "bridge", "tunnel", "width", "surface", "route", "interval",
)  # fmt: skip
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


def read_osm_ways(path: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Read the ways that people move on.

    Returns
    -------
    roads
        One row per way that is there today, in file order, EPSG:4326: ``highway road_class oneway level
        width_m paved on_foot on_wheels by_car geometry``; ``road_class`` is empty where the value is unknown.
    ferries
        Ways with ``route=ferry``: ``headway_min`` (nan when not told) and ``geometry``.

    Raises
    ------
    RefusedInput
        ``table_unreadable`` or ``table_empty`` (no way at all).
    """
    try:
        lines = pyogrio.read_dataframe(path, layer="lines", on_invalid="ignore")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise RefusedInput(ErrorCode.TABLE_UNREADABLE, path=str(path), reason=str(error)) from error
    tags = pd.DataFrame([parse_tags(text) for text in lines["other_tags"]], index=lines.index)
    tags = tags.reindex(columns=list(_TAGS)).astype(object).where(lambda table: table.notna(), "")
    tags["highway"] = lines["highway"].astype(object).where(lines["highway"].notna(), "")
    tags = gpd.GeoDataFrame(tags, geometry=lines.geometry, crs=lines.crs)
    tags = tags[tags.geometry.notna() & ~tags.geometry.is_empty]
    is_road = (tags["highway"] != "") & ~tags["highway"].isin(NOT_THERE)
    if not is_road.any():
        raise RefusedInput(ErrorCode.TABLE_EMPTY, path=str(path), rows=len(lines))
    return _roads(tags[is_road].reset_index(drop=True)), _ferries(tags[~is_road])


def _roads(tags: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    highway = tags["highway"]
    closed = tags["access"].isin(_CLOSED)
    no_wheels = highway.isin(ON_FOOT_ONLY) | (closed | tags["vehicle"].isin(_CLOSED)) & ~tags[
        "motorcycle"
    ].isin(_YES)
    no_car = closed | tags[["vehicle", "motor_vehicle", "motorcar"]].isin(_CLOSED).any(axis=1)
    return gpd.GeoDataFrame(
        {
            "highway": highway,
            "road_class": highway.map(CLASSES).fillna(""),
            "oneway": [_oneway(*row) for row in zip(tags["oneway"], highway, tags["junction"], strict=True)],
            "level": [level(*row) for row in zip(tags["layer"], tags["bridge"], tags["tunnel"], strict=True)],
            "width_m": [width_m(text) for text in tags["width"]],
            "paved": ~tags["surface"].isin(_UNPAVED),
            "on_foot": ~tags["foot"].isin(_CLOSED) & (~closed | tags["foot"].isin(_YES)),
            "on_wheels": ~(no_wheels | tags["motorcycle"].isin(_CLOSED)),
            "by_car": ~(no_car | highway.isin(ON_FOOT_ONLY)),
        },
        geometry=tags.geometry,
        crs=tags.crs,
    )


def _ferries(tags: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    ferries = tags[tags["route"] == "ferry"].reset_index(drop=True)
    headway = np.array([_minutes(text) for text in ferries["interval"]], dtype=np.float64)
    return gpd.GeoDataFrame({"headway_min": headway}, geometry=ferries.geometry, crs=ferries.crs)


def _oneway(oneway: str, highway: str, junction: str) -> int:
    if oneway in {"yes", "true", "1"}:
        return 1
    if oneway in {"-1", "reverse"}:
        return -1
    implied = highway == "motorway" or junction in {"roundabout", "circular"}
    return 1 if implied and oneway == "" else 0


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
