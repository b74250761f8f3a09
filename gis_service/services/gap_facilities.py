"""Reads the facilities of a gap analysis: who is open, where each is entered, what it can serve."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from gis_service.analysis.network import Roads
from gis_service.analysis.quota import known_sizes
from gis_service.analysis.zones import Zones
from gis_service.crs import transform
from gis_service.files.frames import crs_of, find_column, read_frame
from gis_service.services.assigned import SERVES
from gis_service.services.coverage_inputs import Facilities, Notice
from gis_service.services.coverage_parameters import ON_ROADS, CoverageMeasure
from gis_service.services.facilities import (
    LINEAR,
    are_areas,
    facilities_as_shapes,
    facilities_from,
    require_kind,
)
from gis_service.services.gap_starts import starts_of_frame
from gis_service.services.gap_tables import NAMES, Place, table_of, table_place, texts, texts_or_none
from gis_service.services.opening_hours import COLUMNS as HOURS
from gis_service.services.opening_hours import hours_of
from gis_service.types import Floats

_SITES = ("site_id", "site")
_CODES = ("code", "facility_id", "ma", "id")
CAPACITY, SITE_AREA = "capacity", "site_area_m2"
"""Columns of what a facility can serve and how large its site is, as in the layers of the service."""


@dataclass(frozen=True)
class Asking:
    """What of a question decides how files are read.

    Parameters
    ----------
    measure
        Whether facilities are entered from roads, or near wherever they are nearest.
    at, weekday
        Time and day of the study, Monday 0: which ferries run, which facilities are open.
    by_car
        Only ferries that take cars.
    groups
        Groups that are counted beside all people, each with the option that names it.
    rank_column
        Column that homes are ranked by, of the people or of the zones.
    start_column
        Column of what the facilities add before a way begins.
    """

    measure: CoverageMeasure
    at: time
    weekday: int
    by_car: bool = False
    groups: Mapping[str, str] = field(default_factory=dict)
    rank_column: str | None = None
    start_column: str | None = None


@dataclass(frozen=True)
class FacilityTable:
    """The facilities of a file that are open at the time of the study.

    Parameters
    ----------
    frame
        ``n`` rows; their index is the one of the whole file.
    place
        Where all facilities of the file lie, those that are shut too.
    codes
        ``n`` codes by column, for each column that tells all rows of the whole file apart, the best first.
    """

    frame: gpd.GeoDataFrame
    place: Place
    codes: Mapping[str, tuple[str, ...]]

    @property
    def ids(self) -> tuple[str, ...]:
        """The codes of the best column; without any the numbers of the rows in the file."""
        numbers = tuple(str(row + 1) for row in self.frame.index)
        return next(iter(self.codes.values()), numbers)


def facility_table(source: str, asking: Asking, notices: list[Notice]) -> FacilityTable:
    """Read the facilities that are open, and what tells them apart in the whole file.

    Parameters
    ----------
    source
        Path of the file.
    asking
        Tells the time of the study.
    notices
        What must be said is added here.

    Raises
    ------
    NotFound, RefusedInput
        As `table_of`.
    """
    whole = read_frame(source, keep_missing=True)
    frame = table_of(whole, source, "facilities", ("Point", "Polygon", "LineString"), notices)
    is_open = open_facilities(frame, asking, notices)
    rows = is_open.index.tolist()
    codes = {name: tuple(known[row] for row in rows) for name, known in _codes_of(whole).items()}
    return FacilityTable(is_open, table_place(source, frame), codes)


def open_facilities(frame: gpd.GeoDataFrame, asking: Asking, notices: list[Notice]) -> gpd.GeoDataFrame:
    """Leave out the facilities that are shut at the time of the study; the notices tell how many."""
    columns = {name: frame[name].tolist() for name in HOURS if name in frame.columns}
    hours = hours_of(columns, len(frame), asking.weekday, asking.at)
    notices += hours.notices(np.ones(len(frame), dtype=np.bool_))
    kept: gpd.GeoDataFrame = frame[hours.is_open]
    return kept


def facilities_of(
    table: FacilityTable,
    roads: Roads,
    zones: Zones,
    crs: pyproj.CRS,
    asking: Asking,
    notices: list[Notice],
) -> tuple[Facilities, Facilities | None]:
    """Give the facilities of a study, and as they are entered from roads where the study does not.

    Parameters
    ----------
    table
        Those that are open.
    roads, zones, crs
        What they are entered from, the units that they belong to, and the metric system.
    asking
        What of the question decides how they are read.
    notices
        What must be said is added here.

    Raises
    ------
    WrongUse, RefusedInput
        As `require_kind` and `starts_of_frame`.
    """
    frame = table.frame
    places = transform(np.asarray(frame.geometry, dtype=object), crs_of(frame), crs)
    require_kind(places, asking.measure)
    named = (texts_or_none(frame, _SITES), texts(frame, NAMES))
    starts = starts_of_frame(frame, asking.start_column, named[1], notices)
    more = _columns_of(frame) | {"ids": table.ids, "places": places, "start": starts}
    of_lines = bool(np.any(shapely.get_dimensions(places) == LINEAR))
    entered = None if of_lines else facilities_from(places, *named, roads.walkable, zones)
    if asking.measure not in ON_ROADS or entered is None:
        as_shapes = facilities_as_shapes(places, *named, zones)
        return replace(as_shapes, **more), None if entered is None else replace(entered, **more)
    is_area = are_areas(places)
    if is_area.any():
        ways_in = int(is_area[entered.owners].sum())
        notices.append(Notice("polygon_entrances", {"count": int(is_area.sum()), "entrances": ways_in}))
    return replace(entered, **more), None


def _columns_of(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Give what else a file tells of facilities."""
    found: dict[str, Any] = {
        "capacity": _optional(frame, CAPACITY),
        "site_area_m2": _optional(frame, SITE_AREA),
    }
    # As codes of units are read: a column with gaps may hold whole numbers as floating ones.
    return found | {"serves": tuple(texts_or_none(frame, (SERVES,))) if SERVES in frame.columns else None}


def _optional(frame: gpd.GeoDataFrame, column: str) -> Floats | None:
    """Give a column of sizes, nan where there is none; None for a file without it."""
    if column not in frame.columns:
        return None
    return known_sizes(pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=np.float64))


def _codes_of(whole: gpd.GeoDataFrame) -> dict[str, tuple[str, ...]]:
    """Give the codes of every column that tells all rows of a file apart, by its usual name."""
    found = {}
    for name in _CODES:
        column = find_column(whole, (name,))
        codes = () if column is None else tuple(filter(None, texts_or_none(whole, (column,))))
        if len(set(codes)) == len(whole):
            found[name] = codes
    return found
