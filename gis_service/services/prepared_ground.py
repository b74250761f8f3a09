"""The ground of studies, read from its tables only when they hold something new.

Whether they do is told by marks of the tables (`gis_service.db.fingerprints`), which every write changes,
also one that makes no version: so the next question sees it.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar, cast

import numpy as np
import shapely

from gis_service.analysis.demand import ALL, Demand
from gis_service.analysis.gaps import Settlements
from gis_service.crs import parse_crs
from gis_service.db.fingerprints import layer_fingerprint
from gis_service.db.layer_rows import LayerRows
from gis_service.db.layers import version_of
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.store import Array, Artefact, ArtefactContent, ArtefactStore
from gis_service.services.closures import hour_of, roles_in_force
from gis_service.services.coverage_inputs import CoverageInputs, Notice
from gis_service.services.documents import digest
from gis_service.services.memo import Memo
from gis_service.services.opening_hours import COLUMNS as HOURS
from gis_service.services.prepared import Packing, Prepared, network_content, network_from
from gis_service.services.study_demand import SPREAD_ROLES, Around, read_demand, require_groups
from gis_service.services.study_inputs import (
    Beside,
    Ground,
    Units,
    closed_ground,
    inputs_on,
    read_beside,
    read_ferries,
    read_ground,
    units_on,
)
from gis_service.services.study_layers import StudyLayers
from gis_service.services.study_request import CoverageTask
from gis_service.services.study_roads import running_ferries
from gis_service.services.vintages import AREA, UNIT_TYPES
from gis_service.types import Geometries, Int32s, LayerId

T = TypeVar("T")
log = logging.getLogger(__name__)
GROUND_ROLES = ("demand", *SPREAD_ROLES, "network", "barriers", "ferries", "settlements", "outline")
_OF_ROADS = ("network", "ferries")
Marks = Mapping[str, str]
"""What tells the content of each layer, by role."""


def marks_of(layers: StudyLayers, roles: Sequence[str] | None = None) -> dict[str, str]:
    """Tell what the layers of a study hold now, and how they are defined; of all roles when None."""
    wanted = sorted(layers.layers if roles is None else roles)
    return {role: _mark_of_role(layers, role) for role in wanted}


def vintage_marks(layers: StudyLayers) -> dict[str, str]:
    """Tell what the units of every vintage hold now, by layer; one that is not loaded is left out."""
    vintages = {vintage.layer for vintage in layers.catalogue.city.vintages}
    loaded = [layer for layer in sorted(vintages) if version_of(layers.connection, layer) is not None]
    return {layer: _mark_of(layers, layer) for layer in loaded}


def _mark_of_role(layers: StudyLayers, role: str) -> str:
    layer = layers.layers[role]
    if role in layers.rasters:  # a file, which never changes; the box of the city tells what is read of it
        told = (*layers.rasters[role].mark, layers.catalogue.city.bbox)
        return digest([layer, *told, repr(layers.catalogue.layers[layer])])
    if role in layers.past:  # nobody writes to it any more
        return digest([layer, layers.versions[role], repr(layers.catalogue.layers[layer])])
    return _mark_of(layers, layer)


def _mark_of(layers: StudyLayers, layer: LayerId) -> str:
    return digest([layer_fingerprint(layers.connection, layer), repr(layers.catalogue.layers[layer])])


def prepared_inputs(
    prepared: Prepared, layers: StudyLayers, task: CoverageTask, marks: Marks
) -> CoverageInputs:
    """Give what a study of coverage computes on.

    Parameters
    ----------
    prepared
        What is known already.
    layers, task
        Which layers, in which version, and what is asked.
    marks
        As `marks_of` gives them.

    Raises
    ------
    RefusedInput
        For layers that are empty or do not hold what the study needs; as `read_demand`.
    Temporary
        ``raster_file_missing``.
    Conflict
        ``study_version_gone`` when a layer changed meanwhile.
    """
    ground = prepared_ground(prepared, layers, task, marks)
    units = prepared_units(ground, layers, marks)
    asked, told = task.parameters, [notice.as_document() for notice in task.notices]
    rule = (
        asked.on_roads,
        asked.measure == "inside_area",
        asked.unit_types,
        asked.min_site_m2,
        asked.catchment,
        # The people are assigned to the facilities of a service, whatever the layer of these.
        asked.service if asked.catchment == "assigned" else None,
        (asked.rank_column, asked.rank_of),
        asked.start_column,
    )
    hours = (task.weekday, task.time) if set(HOURS) & set(layers.fields("facilities")) else None
    said = digest([dict(marks), layers.references, told])
    name = ("inputs", said, task.day, asked.branch_share, rule, hours)
    ranked = () if asked.rank_column is None else ("demand", "zones")
    mark = {role: marks[role] for role in ("facilities", "land_use", UNIT_TYPES, *ranked) if role in marks}
    # What is known of closed roads goes with them.
    is_closed = asked.closures and ground.network is not None
    known = ground.memo.by_name("aside", prepared.aside) if is_closed else prepared
    make = _checked(layers, mark, lambda: replace(inputs_on(ground, layers, task, units), prepared=known))
    # What stands on a ground is forgotten with it.
    return _or_changed(lambda: ground.memo.by_name((*name, id(units)), make, units))


def prepared_units(ground: Ground, layers: StudyLayers, marks: Marks) -> Units:
    """Give the units of a study, and the unit of each row of people; arguments as of `prepared_inputs`."""
    own = {role: marks[role] for role in ("zones", AREA) if role in layers.layers}
    name = ("units", *((layers.layers[role], mark) for role, mark in own.items()))
    make = _checked(layers, own, lambda: units_on(ground, layers))
    return _or_changed(lambda: ground.beside.by_name(name, make))


def units_told_by(
    prepared: Prepared, layers: StudyLayers, task: CoverageTask, marks: Marks, layer: LayerId
) -> Units:
    """Put the people of a study into the units of another layer, as they are now; arguments as above.

    Raises
    ------
    RefusedInput
        ``study_layer_empty`` for a layer that is not loaded, ``study_refused`` for units without a place.
    """
    there = version_of(layers.connection, layer)
    if there is None:
        raise RefusedInput(ErrorCode.STUDY_LAYER_EMPTY, layer=layer)
    kept = {role: name for role, name in layers.layers.items() if role != AREA}
    versions = {**layers.versions, "zones": there}
    other = replace(layers, layers=kept | {"zones": layer}, versions=versions, past=layers.past - {"zones"})
    ground = prepared_ground(prepared, other, task, marks)
    return prepared_units(ground, other, marks_of(other, ("zones",)))


def units_by_vintage(
    prepared: Prepared, layers: StudyLayers, task: CoverageTask, marks: Marks
) -> dict[LayerId, Int32s]:
    """Give the unit of each row of people in every vintage that is loaded, and in the units of the study.

    Parameters
    ----------
    prepared, layers, task, marks
        As of `prepared_inputs`.

    Returns
    -------
    dict
        By layer, always in the same order: what is hidden from the public follows from it. Negative without a
        unit.
    """
    vintages = (vintage.layer for vintage in layers.catalogue.city.vintages)
    found = {}
    for layer in dict.fromkeys((*vintages, layers.layers["zones"])):
        if layers.catalogue.layers[layer].geometry == "None":
            continue
        try:
            found[layer] = _units_beside(prepared, layers, task, marks, layer).zone
        except RefusedInput:
            # Units that no study can be told by have no sums either.
            log.info("the units %s cannot be used", layer, exc_info=True)
    return found


def _units_beside(
    prepared: Prepared, layers: StudyLayers, task: CoverageTask, marks: Marks, layer: LayerId
) -> Units:
    """Put the people into units as they are now; into those of the study itself as the study has them."""
    if layer == layers.layers["zones"] and "zones" in layers.past:
        return prepared_units(prepared_ground(prepared, layers, task, marks), layers, marks)
    return units_told_by(prepared, layers, task, marks, layer)


def prepared_ground(prepared: Prepared, layers: StudyLayers, task: CoverageTask, marks: Marks) -> Ground:
    """Give the ground of a study, as `read_ground` does; raises the same."""
    require_groups(layers, task)
    own = {role: marks[role] for role in GROUND_ROLES if role in marks}
    plain = replace(task, parameters=replace(task.parameters, groups=()))
    ferries = _ferries(prepared, layers, own)

    def read() -> Ground:
        return read_ground(layers, plain, ferries, _beside(prepared, layers, plain, own))

    make = _checked(layers, own, read)
    question = digest(_question(layers, plain, own, ferries))
    ground = _or_changed(lambda: prepared.kept(question, make, _packing(prepared), prepared.grounds))
    if layers.rasters:
        prepared.reach.require_few(ground.places)  # another process may have read it, and kept it
    groups = tuple(sorted(set(task.parameters.counted_groups) - {ALL}))
    if groups:
        grouped = replace(task, parameters=replace(task.parameters, groups=groups))
        plain_ground = ground
        around = Around(ground.barriers, ground.outline, prepared.rasters, prepared.reach)
        more = _checked(layers, own, lambda: _with_groups(plain_ground, layers, grouped, around))
        ground = _or_changed(lambda: prepared.grounds.by_name(("groups", question, groups), more))
    return _with_closures(prepared, ground, layers, task, marks)


def _with_closures(
    prepared: Prepared, ground: Ground, layers: StudyLayers, task: CoverageTask, marks: Marks
) -> Ground:
    """Close roads of a ground: people, roads and water are the same."""
    rules, hour = task.parameters.closures, hour_of(task.time)
    if not rules:
        return ground
    own = {role: marks[role] for role in roles_in_force(rules, hour) if role in marks}
    in_force = tuple(rule.in_force(hour) for rule in rules)
    name = ("closures", id(ground), repr(rules), in_force, digest(own))
    make = _checked(layers, own, lambda: closed_ground(ground, layers, task))
    return _or_changed(lambda: prepared.closed.by_name(name, make, ground))


def _with_groups(ground: Ground, layers: StudyLayers, task: CoverageTask, around: Around) -> Ground:
    """Read the people again with the groups that are asked for; roads and water are the same."""
    people = read_demand(layers, ground.crs, task, around, [])
    return replace(ground, demand=people.demand, codes=people.codes, memo=Memo(), beside=Memo())


def _beside(prepared: Prepared, layers: StudyLayers, task: CoverageTask, marks: Marks) -> Beside:
    """Give what a ground holds beside the roads: an edit of a road leaves it as it is."""
    own = {role: mark for role, mark in marks.items() if role not in _OF_ROADS}
    said = _question(layers, task, own, None) | {"kind": "beside", "on_roads": "network" in layers.layers}
    make = _checked(layers, own, lambda: read_beside(layers, task, prepared.rasters, prepared.reach))
    return _or_changed(lambda: prepared.beside.by_name(digest(said), make))


def _question(
    layers: StudyLayers, task: CoverageTask, marks: Marks, ferries: LayerRows | None
) -> dict[str, object]:
    asked, zones = task.parameters, layers.layers["zones"]
    vintages = [vintage.layer for vintage in layers.catalogue.city.vintages]
    return {
        "kind": "ground",
        "marks": dict(marks),
        "crs": layers.catalogue.city.crs,
        # The codes of units that are stored with the people are read, those of every vintage always.
        "units": [*vintages, *([] if zones in vintages else [zones])],
        # The time of day and the mode make a difference only by the ferries that run then and take it.
        "running": None if ferries is None else running_ferries(ferries, task.time, asked.mode, asked.ferry),
        "conventions": repr((asked.ferry, asked.lattice)),
    }


def _ferries(prepared: Prepared, layers: StudyLayers, marks: Marks) -> LayerRows | None:
    if "ferries" not in layers.layers:
        return None
    own = {"ferries": marks["ferries"]}
    make = _checked(layers, own, lambda: read_ferries(layers))
    # Of the version too: reading makes sure that it is the one of the study.
    name = ("ferries", layers.layers["ferries"], layers.versions["ferries"], own["ferries"])
    return _or_changed(lambda: prepared.memo.by_name(name, make))


class _ChangedMeanwhileError(Exception):
    """Somebody wrote while it was read: what was read is used, and not kept."""

    def __init__(self, found: object) -> None:
        super().__init__()
        self.found = found


def _checked(layers: StudyLayers, marks: Marks, make: Callable[[], T]) -> Callable[[], T]:
    def read() -> T:
        found = make()
        if marks_of(layers, tuple(marks)) != dict(marks):
            raise _ChangedMeanwhileError(found)
        return found

    return read


def _or_changed(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except _ChangedMeanwhileError as changed:
        return cast("T", changed.found)


def _packing(prepared: Prepared) -> Packing[Ground]:
    return Packing(lambda ground: _content(prepared, ground), lambda found: _ground(prepared, found))


def _content(prepared: Prepared, ground: Ground) -> ArtefactContent:
    crs, store = ground.crs.to_string(), cast("ArtefactStore", prepared.store)
    arrays: dict[str, Array] = {"xy": ground.demand.xy, "source": ground.demand.source}
    arrays |= {f"people_{group}": values for group, values in ground.demand.people.items()}
    codes = {}
    for field, values in ground.codes.items():
        codes[field] = sorted({str(value) for value in values if value is not None})
        row = {code: at for at, code in enumerate(codes[field])}
        places = [-1 if value is None else row[str(value)] for value in values]
        arrays[f"code_{field}"] = np.array(places, dtype=np.int32)
    for name, shapes in (("walkable", ground.walkable), ("barriers", ground.barriers)):
        arrays |= {} if shapes is None else _packed(name, shapes)
    if ground.outline is not None:
        arrays |= _packed("outline", np.array([ground.outline], dtype=object))
    if ground.settlements is not None:
        arrays["settlement_xy"] = ground.settlements.xy
    params = {
        "step_m": ground.demand.step_m,
        "codes": codes,
        "network": None if ground.network is None else store.put(network_content(crs, ground.network)),
        "settlements": None if ground.settlements is None else list(ground.settlements.names),
        "notices": [notice.as_document() for notice in ground.notices],
        "people_beyond": ground.people_beyond,
    }
    return ArtefactContent("ground", crs, len(ground.demand.xy), arrays, params=params)


def _ground(prepared: Prepared, found: Artefact) -> Ground:
    arrays, params, store = found.arrays, found.params, cast("ArtefactStore", prepared.store)
    start = "people_"
    people = {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}
    outline = _unpacked("outline", arrays)
    named, network, walkable = params["settlements"], params["network"], _unpacked("walkable", arrays)
    return Ground(
        crs=parse_crs(str(found.crs)),
        demand=Demand(arrays["xy"], people, arrays["source"], params["step_m"]),
        codes={
            field: [None if at < 0 else codes[at] for at in arrays[f"code_{field}"].tolist()]
            for field, codes in params["codes"].items()
        },
        network=None if network is None else network_from(store.open(network)),
        walkable=np.empty(0, dtype=object) if walkable is None else walkable,
        barriers=_unpacked("barriers", arrays),
        settlements=None if named is None else Settlements(named, arrays["settlement_xy"]),
        outline=None if outline is None else outline[0],
        notices=tuple(Notice(notice["code"], notice["params"]) for notice in params["notices"]),
        people_beyond=params["people_beyond"],
    )


def _packed(name: str, shapes: Geometries) -> dict[str, Array]:
    """Write geometries of any kind: their WKB in a row, and where each ends."""
    blobs = shapely.to_wkb(shapes).tolist()
    ends = np.cumsum([len(blob) for blob in blobs], dtype=np.int64)
    return {f"{name}_wkb": np.frombuffer(b"".join(blobs), dtype=np.uint8), f"{name}_end": ends}


def _unpacked(name: str, arrays: Mapping[str, Array]) -> Geometries | None:
    if f"{name}_wkb" not in arrays:
        return None
    text, ends = arrays[f"{name}_wkb"].tobytes(), arrays[f"{name}_end"].tolist()
    blobs = np.empty(len(ends), dtype=object)
    blobs[:] = [text[start:end] for start, end in pairwise([0, *ends])]
    return np.asarray(shapely.from_wkb(blobs), dtype=object)
