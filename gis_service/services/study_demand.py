"""The people of a study: at places as a layer has them, or of areas, spread into buildings and onto land."""

from collections.abc import Mapping

import numpy as np
import pyproj
import shapely

from gis_service.analysis.buildings import Buildings, is_residential, weigh_buildings
from gis_service.analysis.dasymetric import Ground, people_of_zones
from gis_service.analysis.demand import ALL, Demand, demand_from_points, demand_from_polygons
from gis_service.crs import STORAGE, transform
from gis_service.db.layer_rows import LayerRows
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.areas import sound_areas
from gis_service.files.buildings import CLASS_COLUMNS, HEIGHT_COLUMNS, LAND_COLUMNS, STOREYS_COLUMNS
from gis_service.files.osm import width_m
from gis_service.services.assigned import ASSIGNED
from gis_service.services.coverage_inputs import Notice
from gis_service.services.spreading import into_buildings
from gis_service.services.study_layers import StudyLayers
from gis_service.services.study_request import CoverageTask
from gis_service.types import Floats, Geometries, Text

EVERYBODY, PERSONS = "people", "persons"
"""Column of everybody in a layer of people, and the unit of it and of its groups."""
SPREAD_ROLES = ("buildings", "residential_land")
"""Roles of the layers that people of areas are spread by."""
_AREA = 2


def _refused(name: str, value: object, expected: Text | str) -> RefusedInput:
    return RefusedInput(ErrorCode.STUDY_REFUSED, name=name, value=value, expected=expected)


def require_groups(layers: StudyLayers, task: CoverageTask) -> None:
    """Refuse groups that are no column of persons: other columns of personal layers are nobody's business.

    Raises
    ------
    RefusedInput
        ``study_refused``, naming the groups that there are.
    """
    definition = layers.catalogue.layers[layers.layers["demand"]]
    known = [
        column.name
        for column in definition.fields
        if column.type == "number" and column.unit == PERSONS and column.name != EVERYBODY
    ]
    for group in task.parameters.counted_groups:
        if group != ALL and group not in known:
            raise _refused("groups", group, ", ".join(known))


def read_demand(
    layers: StudyLayers,
    crs: pyproj.CRS,
    task: CoverageTask,
    barriers: Geometries | None,
    notices: list[Notice],
) -> tuple[Demand, dict[str, list[object]]]:
    """Give the people, and the codes stored with each row: of units by their layer, of assigned facilities.

    Parameters
    ----------
    layers, crs, task
        Which layers, the system of the study, and what is asked: the groups.
    barriers
        Where nobody lives, in ``crs``.
    notices
        What must be said of the people is added here.

    Raises
    ------
    RefusedInput
        ``study_refused`` for a group that the layer does not know, for a layer without people, and for people
        at places that are to be spread.
    """
    require_groups(layers, task)
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
        ground = Ground(_residential(layers, crs), barriers, task.parameters.lattice)
        codes: list[object] = rows.columns[key] if key else [*range(1, len(rows) + 1)]
        demand = _spread(layers, (places, people, codes), ground, crs, notices)
    else:
        if any(_stands_for_units(rows, vintage) for vintage in vintages):
            notices.append(Notice("people_at_centres", {}))
        if np.all(shapely.get_dimensions(places) <= 0):
            demand = demand_from_points(places, people)
        else:
            demand = demand_from_polygons(places, people, barriers, task.parameters.lattice)
    source = demand.source.tolist()
    kept = (unit_field, *vintages, *ways)
    stored = {field: rows.columns[field] for field in kept if field in rows.columns}
    return demand, {field: [codes[row] for row in source] for field, codes in stored.items()}


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
    known: tuple[Geometries, Mapping[str, Floats], list[object]],
    ground: Ground,
    crs: pyproj.CRS,
    notices: list[Notice],
) -> Demand:
    """Put the people of areas into the buildings of the study, else onto its residential land."""
    places, people, codes = known
    areas = sound_areas(places)[0]
    if np.any((shapely.get_dimensions(areas) != _AREA) & ~shapely.is_missing(areas)):
        expected = Text("lớp vùng có số người", "a layer of areas with people")
        raise _refused("demand", layers.layers["demand"], expected)
    of_zones = people_of_zones(areas, people, codes)
    return into_buildings(of_zones, _buildings(layers, crs), ground, notices).demand


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
