"""Reads the files of a gap analysis, checks that they fit, and brings them to one metric system."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import time
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from gis_service.analysis.demand import ALL, Demand
from gis_service.analysis.ferries import Ferries
from gis_service.analysis.gaps import Settlements
from gis_service.analysis.network import Roads
from gis_service.analysis.quota import known_sizes
from gis_service.analysis.zones import Zones
from gis_service.crs import crs_name, parse_crs, transform
from gis_service.files.frames import crs_of, require_column
from gis_service.files.population_cells import PopulationCells
from gis_service.files.road_tables import FerryTable, GateTable
from gis_service.files.roads import read_ferries, read_roads
from gis_service.services.assigned import SERVES
from gis_service.services.coverage_inputs import Facilities, LandUse, Notice
from gis_service.services.coverage_parameters import ON_ROADS, CoverageMeasure
from gis_service.services.facilities import (
    LINEAR,
    are_areas,
    facilities_as_shapes,
    facilities_from,
    require_kind,
)
from gis_service.services.gap_demand import demand_of, population_of
from gis_service.services.gap_land_use import land_use_of
from gis_service.services.gap_rank import GapRank, rank_of_files
from gis_service.services.gap_references import content_hash, generated_inputs
from gis_service.services.gap_starts import starts_of_frame
from gis_service.services.gap_tables import (
    NAMES,
    Place,
    is_nothing,
    note_far,
    note_lost,
    note_roads,
    place_of,
    read_table,
    require_together,
    table_place,
    texts,
    texts_or_none,
)
from gis_service.services.gap_zones import zones_of
from gis_service.services.network import ferries_of, metric_crs, roads_of
from gis_service.services.opening_hours import COLUMNS as HOURS
from gis_service.services.opening_hours import hours_of
from gis_service.services.population_cells import beyond_in_thousandths
from gis_service.types import Bools, Floats, Geometries

_SITES = ("site_id", "site")
CAPACITY, SITE_AREA = "capacity", "site_area_m2"
"""Columns of what a facility can serve and how large its site is, as in the layers of the service."""


@dataclass(frozen=True)
class GapFiles:
    """The files of a gap analysis and how to read them; paths may name a layer, ``FILE|layername=NAME``."""

    facilities: str
    roads: str
    population: str
    zones: str
    barriers: str | None = None
    ferries: str | None = None
    settlements: str | None = None
    closed_areas: str | None = None
    crs: str | None = None
    people_column: str | None = None
    zone_id: str | None = None
    class_column: str | None = None
    oneway_column: str | None = None
    buildings: str | None = None
    land_use: str | None = None
    residential_land: str | None = None
    weights: str | None = None
    nodata: float | None = None


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
        Groups that are counted beside all people.
    rank_column
        Column that homes are ranked by, of the people or of the zones.
    start_column
        Column of what the facilities add before a way begins.
    """

    measure: CoverageMeasure
    at: time
    weekday: int
    by_car: bool = False
    groups: tuple[str, ...] = ()
    rank_column: str | None = None
    start_column: str | None = None


@dataclass(frozen=True)
class GapInputs:
    """All inputs in one metric system.

    Parameters
    ----------
    crs
        The system; lengths are planar in it.
    facilities, places
        Where facilities are entered, and their geometry as it came: ``facilities.owner`` numbers its rows.
    entered
        The same facilities as they are entered from roads, where ``facilities`` are not; None for lines.
    land_use
        Use of land, when a file tells it.
    beyond
        Thousandths of people of a population raster too far away to be read.
    notices
        What was noticed while reading.
    references
        The inputs by the hash of what was read, and what else of them the document tells.
    generated
        Inputs whose file name says that they are generated.
    of_osm
        Whether the roads are of OpenStreetMap.
    gates
        Places on roads that not everybody may pass.
    closed_areas
        Polygons that close the roads they touch.
    rank
        What homes are ranked by; None when nobody asks for it.
    """

    crs: pyproj.CRS
    roads: Roads
    ferries: Ferries | None
    facilities: Facilities
    places: Geometries
    demand: Demand
    zones: Zones
    barriers: Geometries | None
    settlements: Settlements | None
    land_use: LandUse | None
    beyond: int
    notices: tuple[Notice, ...]
    references: Mapping[str, object]
    generated: tuple[str, ...] = ()
    of_osm: bool = False
    gates: GateTable | None = None
    closed_areas: Geometries | None = None
    entered: Facilities | None = None
    rank: GapRank | None = None


def read_inputs(sources: GapFiles, asking: Asking) -> GapInputs:
    """Read all files.

    Parameters
    ----------
    sources
        Files and columns.
    asking
        What of the question decides how they are read.

    Raises
    ------
    NotFound, RefusedInput, WrongUse
        With what is wrong in which file, and what to do about it.
    """
    notices: list[Notice] = []
    asked = parse_crs(sources.crs) if sources.crs else None
    zone_frame = read_table(sources.zones, "zones", ("Polygon",), notices)
    area = table_place(sources.zones, zone_frame)
    road_table, osm_ferries = read_roads(
        sources.roads, class_column=sources.class_column, oneway_column=sources.oneway_column
    )
    note_roads(road_table, notices)
    crs = metric_crs(asked, road_table)
    facility_frame = read_table(sources.facilities, "facilities", ("Point", "Polygon", "LineString"), notices)
    facility_place = table_place(sources.facilities, facility_frame)  # of those that are shut too
    facility_frame = _open(facility_frame, asking, notices)
    population = population_of(sources, area, (asking.groups, asking.rank_column), notices)
    extent = np.array([shapely.box(*population.extent)])
    require_together(
        area,
        [
            place_of(sources.roads, road_table.lines, road_table.crs),
            facility_place,
            place_of(sources.population, extent, population.crs),
        ],
    )
    zones = zones_of(zone_frame, (sources.zones, sources.zone_id), crs)
    roads = roads_of(road_table, crs)
    boats = _ferry_tables(sources.ferries, osm_ferries, area, notices)
    barriers = _barriers(sources.barriers, crs, area, notices)
    closed_areas = _closed_areas(sources.closed_areas, crs, area, notices)
    demand = demand_of(population, sources, (zones.polygons, crs), (area, barriers), notices)
    facilities, entered = _facilities(facility_frame, roads, zones, crs, asking, notices)
    settlements = _settlements(sources.settlements, crs, area, notices)
    land_use = land_use_of(sources.land_use, crs, area, notices)
    found = GapInputs(
        crs=crs,
        roads=roads,
        ferries=ferries_of(boats, crs, asking.at.hour + asking.at.minute / 60, by_car=asking.by_car),
        facilities=facilities,
        places=np.empty(0, dtype=object) if facilities.places is None else facilities.places,
        demand=demand,
        zones=zones,
        barriers=barriers,
        settlements=settlements,
        land_use=land_use,
        beyond=beyond_in_thousandths(population) if isinstance(population, PopulationCells) else 0,
        notices=tuple(notices),
        references={},
        generated=generated_inputs(sources),
        of_osm=road_table.of_osm,
        gates=road_table.gates,
        closed_areas=closed_areas,
        entered=entered,
        rank=rank_of_files(population, zone_frame, (sources.zones, sources.zone_id), asking.rank_column),
    )
    return replace(found, references=_references(found, boats))


def _references(read: GapInputs, boats: Sequence[FerryTable]) -> dict[str, object]:
    """Name the inputs by what was read of them; ferries whatever the hour.

    The id of a study follows from this, so all that the document tells of the files has its place here: also
    what was left out while reading, and which inputs are generated.
    """
    people, zones, sites = read.demand, read.zones, read.facilities
    known = ((CAPACITY, sites.capacity), (SITE_AREA, sites.site_area_m2), ("start", sites.start))
    sizes = [part for name, column in known if column is not None for part in ([name], column)]
    sizes += [] if sites.serves is None else [[SERVES], [str(one) for one in sites.serves]]
    hashes = {
        "facilities": content_hash(read.places, sites.names, sites.xy, sites.site, sites.unit, *sizes),
        "roads": content_hash(*(getattr(read.roads, column.name) for column in fields(read.roads))),
        "population": content_hash(people.xy, people.people[ALL], [read.beyond, people.step_m]),
        "zones": content_hash(zones.polygons, zones.ids, zones.names),
    }
    hashes |= _of_people(read)
    if read.gates is not None:
        gates = read.gates
        hashes["gates"] = content_hash(gates.xy, gates.on_foot, gates.on_wheels, gates.by_car)
    if read.barriers is not None:
        hashes["barriers"] = content_hash(read.barriers)
    if boats:
        hashes["ferries"] = content_hash(*(column for table in boats for column in _columns(table)))
    if read.closed_areas is not None:
        hashes["closed_areas"] = content_hash(read.closed_areas)
    if read.settlements is not None:
        hashes["settlements"] = content_hash(read.settlements.xy, list(read.settlements.names))
    if read.land_use is not None:
        hashes["land_use"] = content_hash(read.land_use.polygons, list(read.land_use.use))
    if read.notices:
        hashes["notices"] = content_hash([notice.as_document() for notice in read.notices])
    named: dict[str, dict[str, object]] = {role: {"sha256": found} for role, found in hashes.items()}
    for role in read.generated:
        named.setdefault(role, {})["generated"] = True
    return {**named, "crs": crs_name(read.crs)}


def _of_people(read: GapInputs) -> dict[str, str]:
    """Name what is told of the people beside how many there are: their groups, what they are ranked by."""
    people = read.demand.people
    groups = sorted(group for group in people if group != ALL)
    found = {"groups": content_hash(groups, *(people[group] for group in groups))} if groups else {}
    return found if read.rank is None else found | {"rank": content_hash(*read.rank.parts)}


def _columns(table: FerryTable) -> tuple[Floats | Geometries | Bools, ...]:
    told = (table.lines, table.headway_min, table.wait_min, table.from_hour, table.to_hour)
    return told if table.takes_cars is None else (*told, table.takes_cars)


def _barriers(source: str | None, crs: pyproj.CRS, area: Place, notices: list[Notice]) -> Geometries | None:
    if source is None:
        return None
    frame = read_table(source, "barriers", ("Polygon", "LineString"), notices)
    require_together(area, [table_place(source, frame)])
    return transform(np.asarray(frame.geometry, dtype=object), crs_of(frame), crs)


def _closed_areas(
    source: str | None, crs: pyproj.CRS, area: Place, notices: list[Notice]
) -> Geometries | None:
    if source is None:
        return None
    frame = read_table(source, "closed_areas", ("Polygon",), notices)
    require_together(area, [table_place(source, frame)])
    return transform(np.asarray(frame.geometry, dtype=object), crs_of(frame), crs)


def _ferry_tables(
    source: str | None, osm: FerryTable | None, area: Place, notices: list[Notice]
) -> list[FerryTable]:
    """Ferries of the file that was given, else those of the extract."""
    if source is None:
        return [] if osm is None else [osm]
    given = read_ferries(source)
    if given is None:
        return []
    note_lost("ferries", given.without_geometry, notices)
    require_together(area, [place_of(source, given.lines, given.crs)])
    return [given]


def _settlements(
    source: str | None, crs: pyproj.CRS, area: Place, notices: list[Notice]
) -> Settlements | None:
    if source is None:
        return None
    frame = read_table(source, "settlements", ("Point", "Polygon"), notices)
    note_far("settlements", area, table_place(source, frame), notices)
    name = require_column(frame, NAMES, path=source, option="name")
    kept = frame[~frame[name].map(is_nothing)]
    places = shapely.point_on_surface(transform(np.asarray(kept.geometry, dtype=object), crs_of(frame), crs))
    return Settlements(names=[str(value) for value in kept[name]], xy=shapely.get_coordinates(places))


def _open(frame: gpd.GeoDataFrame, asking: Asking, notices: list[Notice]) -> gpd.GeoDataFrame:
    """Leave out the facilities that are shut at the time of the study."""
    columns = {name: frame[name].tolist() for name in HOURS if name in frame.columns}
    hours = hours_of(columns, len(frame), asking.weekday, asking.at)
    notices += hours.notices(np.ones(len(frame), dtype=np.bool_))
    kept: gpd.GeoDataFrame = frame[hours.is_open]
    return kept


def _facilities(
    frame: gpd.GeoDataFrame,
    roads: Roads,
    zones: Zones,
    crs: pyproj.CRS,
    asking: Asking,
    notices: list[Notice],
) -> tuple[Facilities, Facilities | None]:
    """Give the facilities of a study, and as they are entered from roads where the study does not."""
    places = transform(np.asarray(frame.geometry, dtype=object), crs_of(frame), crs)
    require_kind(places, asking.measure)
    named = (texts_or_none(frame, _SITES), texts(frame, NAMES))
    starts = starts_of_frame(frame, asking.start_column, named[1], notices)
    more = _columns_of(frame) | {"places": places, "start": starts}
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
