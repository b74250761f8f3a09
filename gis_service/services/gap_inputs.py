"""Reads the files of a gap analysis, checks that they fit, and brings them to one metric system."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from gis_service.analysis.demand import Demand, demand_from_points, demand_from_polygons
from gis_service.analysis.entrances import entrances
from gis_service.analysis.gaps import Settlements
from gis_service.analysis.network import Ferries, Roads
from gis_service.analysis.zones import Zones, sorted_zones
from gis_service.crs import STORAGE, crs_name, parse_crs, transform
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.frames import crs_of, find_column, read_frame, require_column, require_kinds
from gis_service.files.population import PopulationTable, read_population
from gis_service.files.roads import FerryTable, RoadTable, read_ferries, read_roads
from gis_service.services.coverage_inputs import Notice
from gis_service.services.network import ferries_of, metric_crs, roads_of
from gis_service.types import BBox, Floats, Geometries, Int64s

HALO_M = 10_000.0
"""Roads and facilities this far beyond the study area count (METHODS, Border); what is farther is refused."""
_DEGREE_M = 111_320.0
_NAMES = ("name", "ten", "title", "name_vi")
_FACILITY_IDS = ("id", "fid", "code", "ma")
_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


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
    crs: str | None = None
    people_column: str | None = None
    zone_id: str | None = None
    class_column: str | None = None
    oneway_column: str | None = None


@dataclass(frozen=True)
class FacilityPlaces:
    """Facilities with the places they are entered at.

    Parameters
    ----------
    ids, names, sites
        ``n`` facilities; facilities of one site do not count as each other's second nearest.
    geometry
        ``(n,)`` points or areas, metric.
    xy
        ``(m, 2)`` entrances; a point is its own.
    owner
        ``(m,)`` facility of each entrance.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    sites: tuple[str, ...]
    geometry: Geometries
    xy: Floats
    owner: Int64s


@dataclass(frozen=True)
class GapInputs:
    """All inputs in one metric system.

    Parameters
    ----------
    crs
        The system; lengths are planar in it.
    beyond
        Persons of a population raster too far away to be read.
    notices
        What was noticed while reading.
    """

    crs: pyproj.CRS
    roads: Roads
    ferries: Ferries | None
    facilities: FacilityPlaces
    demand: Demand
    zones: Zones
    barriers: Geometries | None
    settlements: Settlements | None
    beyond: float
    notices: tuple[Notice, ...]


def read_inputs(sources: GapFiles, hour: float) -> GapInputs:
    """Read all files.

    Parameters
    ----------
    sources
        Files and columns.
    hour
        Hour of the day of the study, which decides the ferries that run.

    Raises
    ------
    NotFound, RefusedInput, WrongUse
        With what is wrong in which file, and what to do about it.
    """
    notices: list[Notice] = []
    asked = parse_crs(sources.crs) if sources.crs else None
    zone_frame = _polygons(sources.zones, notices)
    road_table, osm_ferries = read_roads(
        sources.roads, class_column=sources.class_column, oneway_column=sources.oneway_column
    )
    _note_roads(road_table, notices)
    crs = metric_crs(asked, road_table)
    facility_frame = _frame(sources.facilities, ("Point", "Polygon"), notices)
    area = _box(np.asarray(zone_frame.geometry), crs_of(zone_frame))
    reach = _widened(area, HALO_M)
    population = read_population(
        sources.population, people_column=sources.people_column, box=(reach, STORAGE)
    )
    _require_together(
        (sources.zones, crs_of(zone_frame), area),
        [
            (sources.roads, road_table.crs, _box(road_table.lines, road_table.crs)),
            (
                sources.facilities,
                crs_of(facility_frame),
                _box(np.asarray(facility_frame.geometry), crs_of(facility_frame)),
            ),
            (
                sources.population,
                population.crs,
                _box(np.array([shapely.box(*population.extent)]), population.crs),
            ),
        ],
    )
    if population.beyond:
        notices.append(Notice("people_far_beyond", {"people": round(population.beyond)}))
    roads = roads_of(road_table, crs)
    barriers = _barriers(sources.barriers, crs, notices)
    return GapInputs(
        crs=crs,
        roads=roads,
        ferries=ferries_of(_ferry_tables(sources.ferries, osm_ferries), crs, hour),
        facilities=_facilities(facility_frame, roads, crs, notices),
        demand=_demand(population, crs, barriers),
        zones=_zones(zone_frame, sources, crs),
        barriers=barriers,
        settlements=_settlements(sources.settlements, crs, notices),
        beyond=population.beyond,
        notices=tuple(notices),
    )


def _frame(source: str, kinds: Sequence[str], notices: list[Notice]) -> gpd.GeoDataFrame:
    frame = read_frame(source)
    require_kinds(frame, kinds, path=source)
    lost = int(frame.attrs["without_geometry"])
    if lost:
        notices.append(Notice("rows_without_geometry", {"file": frame.attrs["source"], "rows": lost}))
    return frame


def _polygons(source: str, notices: list[Notice]) -> gpd.GeoDataFrame:
    """Read areas and repair outlines that cross themselves."""
    frame = _frame(source, ("Polygon",), notices)
    geometry = shapely.force_2d(np.asarray(frame.geometry, dtype=object))
    faulty = ~shapely.is_valid(geometry)
    if faulty.any():
        geometry[faulty] = shapely.make_valid(geometry[faulty])
        names = _texts(frame, _NAMES)
        shown = ", ".join(names[row] for row in np.flatnonzero(faulty)[:5])
        notices.append(Notice("zones_repaired", {"count": int(faulty.sum()), "names": shown}))
        frame = frame.set_geometry(gpd.GeoSeries(geometry, crs=frame.crs))
    return frame


def _texts(frame: gpd.GeoDataFrame, columns: Sequence[str]) -> list[str]:
    """Give a column as text, the row number where it is missing."""
    column = find_column(frame, columns)
    values: Sequence[object] = [None] * len(frame) if column is None else frame[column].tolist()
    return [str(row) if _is_nothing(value) else str(value) for row, value in enumerate(values, 1)]


def _is_nothing(value: object) -> bool:
    return value is None or value != value or str(value).strip() in {"", "<NA>", "NaT"}  # noqa: PLR0124  nan


def _note_roads(table: RoadTable, notices: list[Notice]) -> None:
    if table.unknown:
        shown = ", ".join(f"{name or '(-)'} ({count})" for name, count in table.unknown.items())
        params = {"lines": sum(table.unknown.values()), "classes": shown}
        notices.append(Notice("road_class_unknown", params))
    if table.unknown_oneway:
        shown = ", ".join(f"{name} ({count})" for name, count in table.unknown_oneway.items())
        params = {"lines": sum(table.unknown_oneway.values()), "values": shown}
        notices.append(Notice("road_oneway_unknown", params))


def _box(geometry: Geometries, crs: pyproj.CRS) -> BBox:
    """Give the box in longitude and latitude; not finite where the coordinates do not fit their system."""
    west, south, east, north = shapely.total_bounds(transform(geometry, crs, STORAGE))
    return (float(west), float(south), float(east), float(north))


def _widened(box: BBox, metres: float) -> BBox:
    up = metres / _DEGREE_M
    side = up / max(0.1, float(np.cos(np.radians((box[1] + box[3]) / 2))))
    return (box[0] - side, box[1] - up, box[2] + side, box[3] + up)


def _require_together(
    zones: tuple[str, pyproj.CRS, BBox], others: Sequence[tuple[str, pyproj.CRS, BBox]]
) -> None:
    """Refuse files of different places: most often a system that was mislabelled.

    Raises
    ------
    RefusedInput
        ``inputs_apart``, with both boxes and both systems.
    """
    reach = _widened(zones[2], HALO_M)
    for name, crs, box in others:
        together = box[0] <= reach[2] and box[2] >= reach[0] and box[1] <= reach[3] and box[3] >= reach[1]
        if not together:
            raise RefusedInput(
                ErrorCode.INPUTS_APART,
                name=name,
                crs=crs_name(crs),
                box=_shown(box),
                other_name=zones[0],
                other_crs=crs_name(zones[1]),
                other_box=_shown(zones[2]),
            )


def _shown(box: BBox) -> str:
    return "[" + ", ".join(f"{value:.4f}" for value in box) + "]"


def _barriers(source: str | None, crs: pyproj.CRS, notices: list[Notice]) -> Geometries | None:
    if source is None:
        return None
    frame = _frame(source, ("Polygon", "LineString"), notices)
    geometry = shapely.make_valid(shapely.force_2d(np.asarray(frame.geometry, dtype=object)))
    return transform(geometry, crs_of(frame), crs)


def _ferry_tables(source: str | None, osm: FerryTable | None) -> list[FerryTable]:
    """Ferries of the file that was given, else those of the extract."""
    given = read_ferries(source) if source else None
    return [table for table in ((given,) if source else (osm,)) if table is not None]


def _settlements(source: str | None, crs: pyproj.CRS, notices: list[Notice]) -> Settlements | None:
    if source is None:
        return None
    frame = _frame(source, ("Point", "Polygon"), notices)
    name = require_column(frame, _NAMES, path=source, option="name")
    kept = frame[~frame[name].map(_is_nothing)]
    places = shapely.point_on_surface(transform(np.asarray(kept.geometry, dtype=object), crs_of(frame), crs))
    return Settlements(names=[str(value) for value in kept[name]], xy=shapely.get_coordinates(places))


def _facilities(
    frame: gpd.GeoDataFrame, roads: Roads, crs: pyproj.CRS, notices: list[Notice]
) -> FacilityPlaces:
    geometry = transform(shapely.force_2d(np.asarray(frame.geometry, dtype=object)), crs_of(frame), crs)
    is_area = np.isin(shapely.get_type_id(geometry), _POLYGONAL)
    points, owner = shapely.get_coordinates(geometry[~is_area], return_index=True)
    owner = np.flatnonzero(~is_area)[owner]
    ways_in, area = entrances(geometry[is_area], roads.lines[roads.on_foot])
    if is_area.any():
        params = {"count": int(is_area.sum()), "entrances": len(ways_in)}
        notices.append(Notice("polygon_entrances", params))
    owner = np.concatenate([owner, np.flatnonzero(is_area)[area]])
    order = np.argsort(owner, kind="stable")
    ids = _texts(frame, _FACILITY_IDS)
    ids = ids if len(set(ids)) == len(ids) else [str(row) for row in range(1, len(ids) + 1)]
    has_site = find_column(frame, ("site_id", "site")) is not None
    return FacilityPlaces(
        ids=tuple(ids),
        names=tuple(_texts(frame, _NAMES)),
        sites=tuple(_texts(frame, ("site_id", "site"))) if has_site else tuple(ids),
        geometry=geometry,
        xy=np.concatenate([points, ways_in])[order],
        owner=owner[order],
    )


def _demand(population: PopulationTable, crs: pyproj.CRS, barriers: Geometries | None) -> Demand:
    places = transform(population.geometry, population.crs, crs)
    people = {"all": population.people}
    if population.kind == "points":
        return demand_from_points(places, people)
    return demand_from_polygons(places, people, barriers)


def _zones(frame: gpd.GeoDataFrame, sources: GapFiles, crs: pyproj.CRS) -> Zones:
    polygons = transform(np.asarray(frame.geometry, dtype=object), crs_of(frame), crs)
    column = _zone_column(frame, sources)
    names = _texts(frame, _NAMES) if find_column(frame, _NAMES) else [str(code) for code in frame[column]]
    return sorted_zones(frame[column].tolist(), names, polygons)


def _zone_column(frame: gpd.GeoDataFrame, sources: GapFiles) -> str:
    """Give the column the user named, else the first with a different value in every row."""
    if sources.zone_id is not None:
        return require_column(frame, (sources.zone_id,), path=sources.zones, option="--zone-id")
    columns = [name for name in frame.columns if name != frame.geometry.name]
    for column in columns:
        if frame[column].notna().all() and frame[column].astype(str).is_unique:
            return str(column)
    raise RefusedInput(
        ErrorCode.ZONE_ID_MISSING, path=sources.zones, columns=", ".join(map(str, columns)) or "-"
    )
