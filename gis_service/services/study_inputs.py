"""Brings the layers of a study to arrays in the metric system of the city."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demand import ALL, Demand
from gis_service.analysis.gaps import Settlements
from gis_service.analysis.network import Network, build_network
from gis_service.analysis.zones import BEYOND, Zones, sorted_zones
from gis_service.crs import STORAGE, parse_crs, require_metric, transform
from gis_service.db.layer_rows import LayerRows
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.raster_store import RasterStore
from gis_service.services.assigned import column_of, find_assigned
from gis_service.services.closures import hour_of
from gis_service.services.coverage_inputs import CoverageInputs, LandUse, Notice, Subject
from gis_service.services.coverage_notices import unknown_classes
from gis_service.services.memo import Memo
from gis_service.services.study_area import read_outline, units_in
from gis_service.services.study_demand import Around, read_demand
from gis_service.services.study_facilities import read_facilities
from gis_service.services.study_layers import StudyLayers
from gis_service.services.study_rank import read_rank
from gis_service.services.study_rasters import PEOPLE, require_read
from gis_service.services.study_reach import Reach
from gis_service.services.study_request import CoverageTask
from gis_service.services.study_roads import close_roads, ferries_from, roads_from, unknown_classes_of
from gis_service.services.vintages import AREA, UNIT_TYPE, UNIT_TYPES
from gis_service.types import Geometries, Int32s, Text

USE = "use"
"""Column that tells how land is used."""


@dataclass(frozen=True)
class Units:
    """The units of a study.

    Parameters
    ----------
    zones, zone
        Units, and the unit of each row of people.
    area
        Units whose union is the study area; None when it is that of ``zones``.
    """

    zones: Zones
    zone: Int32s
    area: Zones | None


@dataclass(frozen=True)
class Ground:
    """What all states of a city share in a study: its people, its roads, its water.

    Parameters
    ----------
    crs
        The metric system of all geometry here.
    demand, codes
        People at places, and the codes of units that are stored with them, by layer of units.
    network, walkable, barriers
        Roads in one mode at one time of the day, None and empty in a study without; and the water between.
    settlements
        To name places by.
    outline
        The study area, where the city brings its outline as a layer.
    people_beyond
        Whole thousandths of people too far beyond it to be rows of ``demand``.
    notices
        Found while all this was read.
    memo
        What has been worked out on this ground, for as long as it stays in memory.
    beside
        What has been worked out of all but the roads: it outlives them.
    """

    crs: pyproj.CRS
    demand: Demand
    codes: Mapping[str, Sequence[object]]
    network: Network | None
    walkable: Geometries
    barriers: Geometries | None
    settlements: Settlements | None
    outline: BaseGeometry | None
    notices: tuple[Notice, ...]
    people_beyond: int = 0
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)
    beside: Memo = field(default_factory=Memo, compare=False, repr=False)

    @property
    def places(self) -> int:
        """How many places its people are at: by these its memory is reckoned."""
        return len(self.demand.xy)


@dataclass(frozen=True)
class Beside:
    """What a ground holds beside the roads: who edits a road changes none of it.

    Parameters
    ----------
    demand, codes, barriers, settlements, outline, people_beyond, notices
        As of `Ground`; the notices are those of the people.
    memo
        What has been worked out of it.
    """

    demand: Demand
    codes: Mapping[str, Sequence[object]]
    barriers: Geometries | None
    settlements: Settlements | None
    outline: BaseGeometry | None
    notices: tuple[Notice, ...]
    people_beyond: int = 0
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)

    @property
    def places(self) -> int:
        """As of `Ground`."""
        return len(self.demand.xy)


def closed_ground(ground: Ground, layers: StudyLayers, task: CoverageTask) -> Ground:
    """Close the roads that the closures of a study close at its time of day; raises as `close_roads`."""
    rules, hour = task.parameters.closures, hour_of(task.time)
    if not rules or ground.network is None:
        return ground
    network, notices = close_roads(ground.network, layers, (rules, hour), ground.crs)
    return replace(ground, network=network, notices=(*ground.notices, *notices), memo=Memo())


def read_beside(layers: StudyLayers, task: CoverageTask, rasters: RasterStore | None, reach: Reach) -> Beside:
    """Read what a ground holds beside the roads.

    Parameters
    ----------
    layers, task
        Which layers, and what is asked.
    rasters
        Where the files of raster layers are; None where nobody keeps any.
    reach
        How many people at places may be taken in.

    Raises
    ------
    RefusedInput
        For layers that are empty or do not hold what the study needs; as `read_demand`.
    Temporary
        ``raster_file_missing``.
    Conflict
        ``study_version_gone`` when a layer changed meanwhile.
    """
    crs = require_metric(parse_crs(layers.catalogue.city.crs), "city.yaml")
    notices: list[Notice] = []
    water, named = (_rows_beside(layers, role, notices) for role in ("barriers", "settlements"))
    barriers = None if water is None else _metric(water, crs)
    outline = read_outline(layers, crs)
    people = read_demand(layers, crs, task, Around(barriers, outline, rasters, reach), notices)
    settlements = None if named is None else _settlements(named, crs)
    told = (settlements, outline, tuple(notices), people.beyond)
    return Beside(people.demand, people.codes, barriers, *told)


def read_ground(
    layers: StudyLayers,
    task: CoverageTask,
    ferry_rows: LayerRows | None,
    beside: Beside,
) -> Ground:
    """Read what does not depend on facilities and units.

    Parameters
    ----------
    layers, task
        Which layers, and what is asked.
    ferry_rows
        As `read_ferries` gives them; None for a study that reads none.
    beside
        As `read_beside` gives it.

    Raises
    ------
    RefusedInput, Conflict
        As `read_beside`.
    """
    crs = require_metric(parse_crs(layers.catalogue.city.crs), "city.yaml")
    notices: list[Notice] = []
    network = None
    walkable = np.empty(0, dtype=object)
    if "network" in layers.layers:
        road_rows = layers.read("network", *layers.fields("network"))
        notices += unknown_classes(unknown_classes_of(road_rows))
        roads = roads_from(road_rows, crs)
        ferries = None
        if ferry_rows is not None:
            _note_empty(layers, "ferries", ferry_rows, notices)
            ferries = ferries_from(ferry_rows, crs, task.time, task.parameters.mode, task.parameters.ferry)
        network = build_network(roads, ferries)
        walkable = roads.walkable
    return Ground(
        crs=crs,
        demand=beside.demand,
        codes=beside.codes,
        network=network,
        walkable=walkable,
        barriers=beside.barriers,
        settlements=beside.settlements,
        outline=beside.outline,
        people_beyond=beside.people_beyond,
        notices=(*notices, *beside.notices),
        beside=beside.memo,
    )


def _rows_beside(layers: StudyLayers, role: str, notices: list[Notice]) -> LayerRows | None:
    """Read a layer that a study reads when it is loaded; None when it is not, or holds nothing."""
    if role not in layers.layers:
        return None
    rows = layers.read(role, "name")
    _note_empty(layers, role, rows, notices)
    return rows if len(rows) else None


def _note_empty(layers: StudyLayers, role: str, rows: LayerRows, notices: list[Notice]) -> None:
    """Tell that a layer is loaded and holds nothing: perhaps its rows were lost, perhaps there are none."""
    if not len(rows):
        notices.append(Notice("beside_empty", {"layer": layers.layers[role]}))


def read_ferries(layers: StudyLayers) -> LayerRows:
    """Read all ferries, those that do not run too; raises as `read_ground`."""
    return layers.read("ferries", *layers.fields("ferries"))


def units_on(ground: Ground, layers: StudyLayers) -> Units:
    """Read the units of a study, and find the unit of each row of people; raises as above."""
    zones = read_zones(layers, ground.crs)
    area = read_zones(layers, ground.crs, AREA) if AREA in layers.layers else None
    if PEOPLE in layers.rasters:
        told_by = (layers.layers["zones"], ground.crs)
        require_read(layers.catalogue.city.bbox, told_by, zones, area, ground.outline)
    stored = ground.codes.get(layers.layers["zones"], [None] * len(ground.demand.xy))
    return Units(zones, units_in(ground.demand.xy, zones, stored, ground.outline, area), area)


def inputs_on(
    ground: Ground,
    layers: StudyLayers,
    task: CoverageTask,
    units: Units | None = None,
) -> CoverageInputs:
    """Read the facilities of one state and put them on the ground, with its units; raises as above.

    Parameters
    ----------
    ground, layers, task
        What all states share, which layers, and what is asked.
    units
        As `units_on` gives them, when the caller has them already.
    """
    notices = [*task.notices, *ground.notices]
    units = units_on(ground, layers) if units is None else units
    asked = task.parameters
    facilities = read_facilities(layers, ground.crs, task, units.zones, ground.walkable, notices)
    assigned = None
    if asked.catchment == "assigned":
        column = column_of(list(ground.codes), asked.service)
        codes = None if column is None else ground.codes[column]
        assigned = find_assigned(facilities, units.zones, units.zone, codes, notices)
    subject = read_subject(layers, ground.crs, asked.unit_types, notices)
    zone, not_subject = _subject_to(subject, ground, layers, units.zone)
    return CoverageInputs(
        references=layers.references,
        crs=ground.crs,
        demand=ground.demand,
        zones=units.zones,
        zone=zone,
        subject=subject,
        not_subject=not_subject,
        assigned=assigned,
        facilities=facilities,
        network=ground.network,
        barriers=ground.barriers,
        settlements=ground.settlements,
        outline=ground.outline,
        area=units.area,
        people_beyond=ground.people_beyond,
        rank=read_rank(layers, task, ground.demand, (units.zones, units.zone)),
        land_use=_land_use(layers, ground.crs) if "land_use" in layers.layers else None,
        notices=tuple(notices),
        generated=layers.generated,
    )


def _subject_to(
    subject: Subject | None, ground: Ground, layers: StudyLayers, zone: Int32s
) -> tuple[Int32s, int]:
    """Put those for whom the rule does not hold beyond the study area; tell how many, in thousandths."""
    if subject is None:
        return zone, 0
    stored = ground.codes.get(layers.layers[UNIT_TYPES], [None] * len(zone))
    out = (zone != BEYOND) & ~subject.includes(units_in(ground.demand.xy, subject.units, stored, None))
    people = int(ground.demand.people[ALL][out].sum())
    return np.where(out, BEYOND, zone).astype(np.int32), people


def read_subject(
    layers: StudyLayers, crs: pyproj.CRS, types: Sequence[str], notices: list[Notice]
) -> Subject | None:
    """Read where a rule holds that is for some kinds of units only; None when it holds everywhere.

    Parameters
    ----------
    layers, crs
        Which layers, and the system of the study.
    types
        Kinds of units; empty means every kind.
    notices
        Told where the kinds of the units are not known: then everybody counts.
    """
    if not types:
        return None
    if UNIT_TYPES in layers.layers:
        units = read_zones(layers, crs, UNIT_TYPES)
        key = str(layers.catalogue.layers[layers.layers[UNIT_TYPES]].key)
        columns = layers.read(UNIT_TYPES, key, UNIT_TYPE).columns
        kinds = columns.get(UNIT_TYPE, [None] * len(units))
        of_code = dict(zip(map(str, columns[key]), kinds, strict=True))
        if any(kind is not None for kind in kinds):
            holds = np.array([of_code[code] in types for code in units.ids], dtype=np.bool_)
            return Subject(units, holds)
    notices.append(Notice("standard_unit_type", {"types": ", ".join(types)}))
    return None


def _land_use(layers: StudyLayers, crs: pyproj.CRS) -> LandUse:
    rows = layers.read("land_use", USE)
    if USE not in rows.columns:
        raise _refused("land_use", layers.layers["land_use"], f"{layers.layers['land_use']}.{USE}")
    told = np.array([use is not None for use in rows.columns[USE]], dtype=np.bool_)
    there = np.flatnonzero(told & ~shapely.is_missing(rows.geometry))
    polygons = transform(shapely.force_2d(rows.geometry[there]), STORAGE, crs)
    return LandUse(polygons, tuple(str(rows.columns[USE][row]) for row in there.tolist()))


def _metric(rows: LayerRows, crs: pyproj.CRS) -> Geometries:
    there = rows.geometry[~shapely.is_missing(rows.geometry)]
    return transform(shapely.force_2d(there), STORAGE, crs)


def _refused(name: str, value: object, expected: Text | str) -> RefusedInput:
    return RefusedInput(ErrorCode.STUDY_REFUSED, name=name, value=value, expected=expected)


def read_zones(layers: StudyLayers, crs: pyproj.CRS, role: str = "zones") -> Zones:
    """Read the units that a result is told by, or those of its study area, sorted by code.

    Raises
    ------
    RefusedInput
        ``study_refused`` for a layer without a key, or with units that have no place.
    """
    definition = layers.catalogue.layers[layers.layers[role]]
    key = definition.key
    if key is None:
        raise _refused("zones", definition.id, Text("lớp có trường khoá (key)", "a layer with a key"))
    rows = layers.read(role, key, "full_name", "name", UNIT_TYPE)
    if shapely.is_missing(rows.geometry).any():
        expected = Text("lớp mà đơn vị nào cũng có vị trí", "a layer whose units all have a place")
        raise _refused("zones", definition.id, expected)
    codes = [str(code) for code in rows.columns[key]]
    # A column that the definition has may be empty in a file that somebody brought.
    columns = [rows.columns[name] for name in ("full_name", "name") if name in rows.columns]
    shown = [
        str(next((name for name in names if name is not None), code))
        for code, *names in zip(codes, *columns, strict=True)
    ]
    types = rows.columns.get(UNIT_TYPE)
    told = None if types is None else [None if kind is None else str(kind) for kind in types]
    return sorted_zones(codes, shown, transform(shapely.force_2d(rows.geometry), STORAGE, crs), told)


def _settlements(rows: LayerRows, crs: pyproj.CRS) -> Settlements:
    there = ~shapely.is_missing(rows.geometry)
    places = shapely.point_on_surface(transform(shapely.force_2d(rows.geometry[there]), STORAGE, crs))
    names = [str(rows.columns["name"][row]) for row in np.flatnonzero(there).tolist()]
    return Settlements(names, shapely.get_coordinates(places))
