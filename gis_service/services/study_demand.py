"""The people of a study: at places as a layer has them, of areas, spread by what they hold, of a raster."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.buildings import Buildings, is_residential, weigh_buildings
from gis_service.analysis.dasymetric import Ground, PeopleOfZones, people_of_zones
from gis_service.analysis.demand import ALL, Demand, demand_from_points, demand_from_polygons
from gis_service.crs import STORAGE, transform
from gis_service.db.layer_rows import LayerRows
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.areas import sound_areas
from gis_service.files.buildings import CLASS_COLUMNS, HEIGHT_COLUMNS, LAND_COLUMNS, STOREYS_COLUMNS
from gis_service.files.osm import width_m
from gis_service.files.raster_store import RasterStore
from gis_service.services.assigned import ASSIGNED
from gis_service.services.coverage_inputs import Notice
from gis_service.services.population_cells import (
    areas_of_cells,
    beyond_in_thousandths,
    codes_of_cells,
    demand_of_cells,
)
from gis_service.services.raster_bands import PERSONS
from gis_service.services.spreading import by_raster, into_buildings
from gis_service.services.study_layers import StudyLayers
from gis_service.services.study_rasters import PEOPLE, WEIGHTS, read_people, refuse_groups, source_of
from gis_service.services.study_reach import STORED, Reach
from gis_service.services.study_request import CoverageTask
from gis_service.types import Floats, Geometries, Text

EVERYBODY = "people"
"""Column of everybody in a layer of people."""
SPREAD_ROLES = ("buildings", "residential_land", WEIGHTS)
"""Roles of the layers that people of areas are spread by."""
_AREA = 2


@dataclass(frozen=True)
class People:
    """The people of a study.

    Parameters
    ----------
    demand
        At places.
    codes
        The codes stored with each row: of units by their layer, of assigned facilities; a raster has none.
    beyond
        Whole thousandths of people of a raster who are too far away to be rows of ``demand``.
    """

    demand: Demand
    codes: Mapping[str, list[object]] = field(default_factory=dict)
    beyond: int = 0


@dataclass(frozen=True)
class Around:
    """What lies around the people of a study.

    Parameters
    ----------
    barriers
        Where nobody lives, in the system of the study.
    outline
        The study area, where the city brings its outline as a layer.
    rasters
        Where the files of raster layers are; None where nobody keeps any.
    reach
        How many people at places may be taken in.
    """

    barriers: Geometries | None = None
    outline: BaseGeometry | None = None
    rasters: RasterStore | None = None
    reach: Reach = STORED


_Asked: TypeAlias = tuple[pyproj.CRS, CoverageTask, Around]
"""System of the study, what is asked, and what lies around the people."""


def _refused(name: str, value: object, expected: Text | str) -> RefusedInput:
    return RefusedInput(ErrorCode.STUDY_REFUSED, name=name, value=value, expected=expected)


def require_groups(layers: StudyLayers, task: CoverageTask) -> None:
    """Refuse groups that are no column of persons: other columns of personal layers are nobody's business.

    Raises
    ------
    RefusedInput
        ``study_refused``, naming the groups that there are; a raster has none.
    """
    groups = [group for group in task.parameters.counted_groups if group != ALL]
    if groups and PEOPLE in layers.rasters:
        raise refuse_groups(groups[0])
    definition = layers.catalogue.layers[layers.layers["demand"]]
    known = [
        column.name
        for column in definition.fields
        if column.type == "number" and column.unit == PERSONS and column.name != EVERYBODY
    ]
    for group in groups:
        if group not in known:
            raise _refused("groups", group, ", ".join(known))


def read_demand(
    layers: StudyLayers,
    crs: pyproj.CRS,
    task: CoverageTask,
    around: Around,
    notices: list[Notice],
) -> People:
    """Give the people.

    Parameters
    ----------
    layers, crs, task
        Which layers, the system of the study, and what is asked: the groups.
    around
        What lies around them.
    notices
        What must be said of the people is added here.

    Raises
    ------
    RefusedInput
        ``study_refused`` for a group that the layer does not know, for a layer without people, and for people
        at places that are to be spread; ``raster_cells_too_many``, ``places_too_many``; ``demand_not_quick``
        in the place of these two where a job may take in more.
    Temporary
        ``raster_file_missing``.
    """
    require_groups(layers, task)
    parameters = replace(task.parameters, lattice=around.reach.lattice(task.parameters.lattice))
    bounded = replace(task, parameters=parameters)
    read = _of_raster if PEOPLE in layers.rasters else _of_rows
    try:
        return read(layers, crs, bounded, around, notices)
    except RefusedInput as error:
        raise around.reach.told(error) from error


def _of_rows(
    layers: StudyLayers, crs: pyproj.CRS, task: CoverageTask, around: Around, notices: list[Notice]
) -> People:
    """Give the people of a layer of rows, at places as it has them or spread by what they name."""
    layer, unit_field = layers.layers["demand"], layers.layers["zones"]
    vintages = [vintage.layer for vintage in layers.catalogue.city.vintages]
    groups = [group for group in task.parameters.counted_groups if group != ALL]
    everybody, key = _people_column(layers), layers.catalogue.layers[layer].key
    ways = [name for name in layers.fields("demand") if name.startswith(ASSIGNED)]
    wanted = (everybody, unit_field, *vintages, *groups, *ways, *([key] if key else []))
    rows = layers.read("demand", *wanted)
    people = {ALL: _numbers(rows, everybody, layer)}
    people |= {group: _numbers(rows, group, layer) for group in groups}
    places = transform(shapely.force_2d(rows.geometry), STORAGE, crs)
    if any(role in layers.layers for role in SPREAD_ROLES):
        codes: list[object] = rows.columns[key] if key else [*range(1, len(rows) + 1)]
        demand = _spread(layers, (places, people, codes), (crs, task, around), notices)
    else:
        if any(_stands_for_units(rows, vintage) for vintage in vintages):
            notices.append(Notice("people_at_centres", {}))
        if np.all(shapely.get_dimensions(places) <= 0):
            demand = demand_from_points(places, people)
        else:
            demand = demand_from_polygons(places, people, around.barriers, task.parameters.lattice)
    source = demand.source.tolist()
    kept = (unit_field, *vintages, *ways)
    stored = {name: rows.columns[name] for name in kept if name in rows.columns}
    return People(demand, {name: [codes[row] for row in source] for name, codes in stored.items()})


def _of_raster(
    layers: StudyLayers, crs: pyproj.CRS, task: CoverageTask, around: Around, notices: list[Notice]
) -> People:
    """Give the people of a raster, in its cells or in the buildings and on the land of these."""
    raster, reach = layers.rasters[PEOPLE], around.reach
    spread = any(role in layers.layers for role in SPREAD_ROLES)
    source = source_of(around.rasters, raster, reach.areas if spread else reach.cells)
    found = read_people(source, raster, layers.catalogue.city.bbox)
    beyond = beyond_in_thousandths(found)
    layer = layers.layers[PEOPLE]
    if raster.unit(layers.catalogue.layers[layer]) is None:
        about = {"layer": layer, "band": str(raster.band), "people": _about(float(found.people.sum()))}
        notices.append(Notice("raster_unit_unknown", about))
    if not spread:
        demand = demand_of_cells(found, crs, around.barriers, task.parameters.lattice)
        return People(demand, beyond=beyond)
    known = people_of_zones(areas_of_cells(found, crs), {ALL: found.people}, codes_of_cells(found))
    return People(_in_buildings(layers, known, (crs, task, around), notices), beyond=beyond)


def _about(people: float) -> float:
    """Round a sum to three digits: enough to see that it is no number of people, too few to subtract."""
    return float(f"{people:.3g}")


def _people_column(layers: StudyLayers) -> str:
    """Give the column of everybody: ``people``, else the only one of persons, as layers of units have."""
    definition = layers.catalogue.layers[layers.layers["demand"]]
    if EVERYBODY in layers.fields("demand"):
        return EVERYBODY
    counted = [
        one.name for one in definition.fields if one.unit == PERSONS and one.type in ("number", "integer")
    ]
    if len(counted) != 1:
        expected = Text(f"lớp có trường {EVERYBODY}", f"a layer with a field {EVERYBODY}")
        raise _refused("demand", definition.id, expected)
    return counted[0]


def _spread(
    layers: StudyLayers,
    given: tuple[Geometries, Mapping[str, Floats], list[object]],
    asked: _Asked,
    notices: list[Notice],
) -> Demand:
    """Put the people of areas onto the weights of a raster, into buildings, else onto residential land."""
    (places, people, codes), (crs, task, around) = given, asked
    areas = sound_areas(places)[0]
    if np.any((shapely.get_dimensions(areas) != _AREA) & ~shapely.is_missing(areas)):
        expected = Text("lớp vùng có số người", "a layer of areas with people")
        raise _refused("demand", layers.layers["demand"], expected)
    known = people_of_zones(areas, people, codes)
    if WEIGHTS not in layers.rasters:
        return _in_buildings(layers, known, asked, notices)
    ground = Ground(_residential(layers, crs), around.barriers, task.parameters.lattice)
    weights = source_of(around.rasters, layers.rasters[WEIGHTS], around.reach.cells)
    outline = None if around.outline is None else np.array([around.outline], dtype=object)
    area = known.zones.polygons if outline is None else outline
    return by_raster(known, weights, (area, crs), ground, notices).demand


def _in_buildings(layers: StudyLayers, known: PeopleOfZones, asked: _Asked, notices: list[Notice]) -> Demand:
    """Put the people of areas into the buildings of the study, else onto its residential land."""
    crs, task, around = asked
    ground = Ground(_residential(layers, crs), around.barriers, task.parameters.lattice)
    return into_buildings(known, _buildings(layers, crs), ground, notices).demand


def _buildings(layers: StudyLayers, crs: pyproj.CRS) -> Buildings:
    if "buildings" not in layers.layers:
        return weigh_buildings(np.empty(0, dtype=object), np.empty(0), np.empty(0), [])
    there = set(layers.fields("buildings"))
    named = (STOREYS_COLUMNS, HEIGHT_COLUMNS, CLASS_COLUMNS)
    storeys, height, kind = (next((name for name in names if name in there), None) for names in named)
    rows = layers.read("buildings", *(name for name in (storeys, height, kind) if name))
    shapes = sound_areas(transform(shapely.force_2d(rows.geometry), STORAGE, crs))[0]
    if not (shapely.get_dimensions(shapes) == _AREA).any():
        expected = Text("lớp nhà dạng vùng", "a layer of buildings as areas")
        raise _refused("demand/buildings", layers.layers["buildings"], expected)
    return weigh_buildings(shapes, _figures(rows, storeys), _figures(rows, height), _words(rows, kind))


def _residential(layers: StudyLayers, crs: pyproj.CRS) -> Geometries | None:
    if "residential_land" not in layers.layers:
        return None
    there = layers.fields("residential_land")
    column = next((name for name in LAND_COLUMNS if name in there), None)
    if column is None:
        layer = layers.layers["residential_land"]
        raise _refused("demand/land_use", layer, ", ".join(LAND_COLUMNS))
    rows = layers.read("residential_land", column)
    shapes = sound_areas(transform(shapely.force_2d(rows.geometry), STORAGE, crs))[0]
    homes: Geometries = shapes[
        is_residential(_words(rows, column)) & (shapely.get_dimensions(shapes) == _AREA)
    ]
    return homes


def _figures(rows: LayerRows, column: str | None) -> Floats:
    values = [None] * len(rows) if column is None else rows.columns[column]
    figures = [value if isinstance(value, int | float) else width_m(value) for value in values]
    return np.array(figures, dtype=np.float64)


def _words(rows: LayerRows, column: str | None) -> list[str]:
    values = [None] * len(rows) if column is None else rows.columns[column]
    return ["" if value is None else str(value) for value in values]


def _stands_for_units(rows: LayerRows, field: str) -> bool:
    """Tell whether each unit is one single place, so that its people are put at its centre."""
    codes = rows.columns.get(field, [])
    return len(codes) > 1 and None not in codes and len(set(codes)) == len(codes)


def _numbers(rows: LayerRows, column: str, layer: str) -> Floats:
    """Give a column of numbers, nan where there is none; a column without any is no such group."""
    values = rows.columns.get(column)
    if values is None or all(value is None for value in values):
        raise _refused("groups", column, f"{layer}.{column}")
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
