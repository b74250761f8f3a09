"""Reads the files of a gap analysis, checks that they fit, and brings them to one metric system."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import pyproj
import shapely

from gis_service.analysis.demand import ALL, Demand
from gis_service.analysis.ferries import Ferries
from gis_service.analysis.gaps import Settlements
from gis_service.analysis.network import Roads
from gis_service.analysis.zones import Zones
from gis_service.crs import crs_name, parse_crs, transform
from gis_service.files.frames import crs_of, require_column
from gis_service.files.population import PopulationTable
from gis_service.files.population_cells import PopulationCells
from gis_service.files.road_tables import FerryTable, GateTable, RoadTable
from gis_service.files.roads import read_ferries, read_roads
from gis_service.services.assigned import SERVES
from gis_service.services.closures import hour_of
from gis_service.services.coverage_inputs import Facilities, LandUse, Notice
from gis_service.services.gap_demand import demand_of, population_of
from gis_service.services.gap_facilities import (
    CAPACITY,
    SITE_AREA,
    Asking,
    FacilityTable,
    facilities_of,
    facility_table,
)
from gis_service.services.gap_land_use import land_use_of
from gis_service.services.gap_rank import GapRank, rank_of_files
from gis_service.services.gap_references import content_hash, generated_inputs
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
)
from gis_service.services.gap_zones import zones_of
from gis_service.services.network import ferries_of, metric_crs, roads_of
from gis_service.services.population_cells import beyond_in_thousandths
from gis_service.types import Bools, Floats, Geometries

_STEPS = (
    *("zones", "roads", "facilities", "population", "ferries", "barriers", "closed_areas", "demand"),
    *("entrances", "settlements", "land_use"),
)
"""What a reading tells of, in the order in which it is told."""


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
    vintage_zones: tuple[str, ...] = ()


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
    area
        The file of the zones, and where it lies.
    told
        What was noticed while reading, by step.
    boats
        Ferries at any hour; ``ferries`` are those that run at the hour of the study.
    codes
        Codes of the facilities that may tell the same one in two files, by the column that has them.
    references
        The inputs by the hash of what was read, and what else of them the document tells.
    generated
        Inputs whose file name says that they are generated.
    of_osm
        Whether the roads are of OpenStreetMap.
    gates
        Places on roads that not everybody may pass.
    unknown_classes
        Lines of each road class that nobody knows; they count as village lanes.
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
    area: Place
    told: Mapping[str, tuple[Notice, ...]]
    references: Mapping[str, object]
    boats: tuple[FerryTable, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    generated: tuple[str, ...] = ()
    of_osm: bool = False
    gates: GateTable | None = None
    unknown_classes: Mapping[str, int] = field(default_factory=dict)
    closed_areas: Geometries | None = None
    entered: Facilities | None = None
    rank: GapRank | None = None

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What was noticed while reading, in the order of the steps."""
        return tuple(notice for said in self.told.values() for notice in said)


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
    told: dict[str, list[Notice]] = {step: [] for step in _STEPS}
    asked = parse_crs(sources.crs) if sources.crs else None
    zone_frame = read_table(sources.zones, "zones", ("Polygon",), told["zones"])
    area = table_place(sources.zones, zone_frame)
    road_table, osm_ferries = _road_tables(sources, told["roads"])
    crs = metric_crs(asked, road_table)
    offices = facility_table(sources.facilities, asking, told["facilities"])
    population = population_of(sources, area, (asking.groups, asking.rank_column), told["population"])
    people_place = _place_of_people(sources.population, population)
    require_together(area, [_place_of_roads(sources.roads, road_table), offices.place, people_place])
    zones = zones_of(zone_frame, (sources.zones, sources.zone_id), crs)
    roads = roads_of(road_table, crs)
    boats = tuple(_ferry_tables(sources.ferries, osm_ferries, area, told["ferries"]))
    ground = _ground_of(sources, crs, area, told)
    demand = demand_of(population, sources, (zones.polygons, crs), (area, ground["barriers"]), told["demand"])
    found = GapInputs(
        crs=crs,
        roads=roads,
        ferries=ferries_of(boats, crs, hour_of(asking.at), by_car=asking.by_car),
        demand=demand,
        zones=zones,
        area=area,
        beyond=beyond_in_thousandths(population) if isinstance(population, PopulationCells) else 0,
        told={},
        references={},
        boats=boats,
        generated=generated_inputs(sources),
        of_osm=road_table.of_osm,
        gates=road_table.gates,
        unknown_classes=road_table.unknown,
        rank=rank_of_files(population, zone_frame, (sources.zones, sources.zone_id), asking.rank_column),
        **ground,
        **_sites_of(offices, roads, zones, crs, asking, told["entrances"]),
    )
    return with_references(replace(found, told={step: tuple(said) for step, said in told.items()}))


def read_state(
    inputs: GapInputs, sources: GapFiles, asking: Asking, *, same_areas: bool, same_ferries: bool
) -> GapInputs:
    """Read another state of the same ground: its facilities, its closed areas, its ferries at its hour.

    Parameters
    ----------
    inputs
        What was read: all that does not belong to a state stays as it is, the very objects.
    sources
        The files of the state.
    asking
        What of its question decides how they are read.
    same_areas, same_ferries
        Whether the closed areas are those that were read, and the same ferries run and take people.

    Returns
    -------
    GapInputs
        Equal to what `read_inputs` gives for these files.

    Raises
    ------
    NotFound, RefusedInput, WrongUse
        As `read_inputs`.
    """
    told: dict[str, list[Notice]] = {step: [] for step in ("facilities", "closed_areas", "entrances")}
    offices = facility_table(sources.facilities, asking, told["facilities"])
    require_together(inputs.area, [offices.place])
    sites = _sites_of(offices, inputs.roads, inputs.zones, inputs.crs, asking, told["entrances"])
    areas, said = inputs.closed_areas, inputs.told["closed_areas"]
    if not same_areas:
        areas = closed_areas_of(sources.closed_areas, inputs.crs, inputs.area, told["closed_areas"])
        said = tuple(told["closed_areas"])
    ferries = inputs.ferries
    if not same_ferries:
        ferries = ferries_of(inputs.boats, inputs.crs, hour_of(asking.at), by_car=asking.by_car)
    own = {"facilities": tuple(told["facilities"]), "entrances": tuple(told["entrances"])}
    found = replace(
        inputs,
        closed_areas=areas,
        ferries=ferries,
        told={**inputs.told, **own, "closed_areas": said},
        generated=generated_inputs(sources),
        **sites,
    )
    return with_references(found)


def _place_of_people(source: str, population: PopulationTable | PopulationCells) -> Place:
    return place_of(source, np.array([shapely.box(*population.extent)]), population.crs)


def _place_of_roads(source: str, table: RoadTable) -> Place:
    return place_of(source, table.lines, table.crs)


def _sites_of(
    table: FacilityTable,
    roads: Roads,
    zones: Zones,
    crs: pyproj.CRS,
    asking: Asking,
    notices: list[Notice],
) -> dict[str, Any]:
    """Give what `GapInputs` tells of the facilities."""
    facilities, entered = facilities_of(table, roads, zones, crs, asking, notices)
    places = np.empty(0, dtype=object) if facilities.places is None else facilities.places
    return {"facilities": facilities, "entered": entered, "places": places, "codes": table.codes}


def _ground_of(
    sources: GapFiles, crs: pyproj.CRS, area: Place, told: Mapping[str, list[Notice]]
) -> dict[str, Any]:
    """Give what `GapInputs` tells of the ground that people, roads and facilities are on."""
    return {
        "barriers": _barriers(sources.barriers, crs, area, told["barriers"]),
        "closed_areas": closed_areas_of(sources.closed_areas, crs, area, told["closed_areas"]),
        "settlements": _settlements(sources.settlements, crs, area, told["settlements"]),
        "land_use": land_use_of(sources.land_use, crs, area, told["land_use"]),
    }


def _road_tables(sources: GapFiles, notices: list[Notice]) -> tuple[RoadTable, FerryTable | None]:
    """Read the roads, and the ferries of an extract; what is not clear about them is told."""
    roads, ferries = read_roads(
        sources.roads, class_column=sources.class_column, oneway_column=sources.oneway_column
    )
    note_roads(roads, notices)
    return roads, ferries


def with_references(read: GapInputs) -> GapInputs:
    """Name the inputs by what was read of them; ferries whatever the hour.

    The id of a study follows from this, so all that the document tells of the files has its place here: also
    what was left out while reading, and which inputs are generated.
    """
    people, zones, sites = read.demand, read.zones, read.facilities
    known = ((CAPACITY, sites.capacity), (SITE_AREA, sites.site_area_m2), ("start", sites.start))
    sizes = [part for name, column in known if column is not None for part in ([name], column)]
    sizes += [] if sites.serves is None else [[SERVES], [str(one) for one in sites.serves]]
    hashes = {
        "facilities": content_hash(
            read.places, sites.names, sites.ids, sites.xy, sites.site, sites.unit, *sizes
        ),
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
    if read.boats:
        hashes["ferries"] = content_hash(*(column for table in read.boats for column in _columns(table)))
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
    return replace(read, references={**named, "crs": crs_name(read.crs)})


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


def closed_areas_of(
    source: str | None, crs: pyproj.CRS, area: Place, notices: list[Notice]
) -> Geometries | None:
    """Read the areas that close the roads they touch; None without a file."""
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
