"""Edits of facilities: which ones they mean, and the facilities of a study as they are afterwards."""

from collections.abc import Sequence
from dataclasses import replace
from math import floor

import numpy as np
import pyproj
import shapely

from gis_service.analysis.cells import CELL_M
from gis_service.analysis.zones import NO_UNIT
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection
from gis_service.db.places import key_of
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.coverage_inputs import CoverageInputs, Facilities
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import PER_UNIT
from gis_service.services.facilities import units_of
from gis_service.services.study_layers import StudyLayers
from gis_service.services.study_standard import refused
from gis_service.services.what_if_request import Edits, FacilityEdit
from gis_service.types import Floats, Geometries


def edits_by_code(connection: Connection, layers: StudyLayers, edits: Edits) -> Edits:
    """Name every facility by its code, and refuse to edit one twice; its capacity is an edit of its own.

    Parameters
    ----------
    connection
        Where item ids are looked up.
    layers
        Of the study.
    edits
        Facilities are named by code or by item id.

    Raises
    ------
    RefusedInput
        ``what_if_facility_unknown``, ``what_if_edits_contradict``.
    """
    layer = layers.layers["facilities"]
    key = layers.catalogue.layers[layer].key or "code"
    known: dict[tuple[str, bool], int] = {}
    found = []
    for edit in edits.facilities:
        code = edit.id
        if code is None and edit.fid is not None:
            code = key_of(connection, layer, key, edit.fid)
        if code is None:
            raise unknown_facility(layers, edit)
        kind = edit.op == "capacity"
        if (code, kind) in known:
            raise _contradict(code, known[code, kind] + 1, edit)
        known[code, kind] = edit.at
        found.append(replace(edit, id=code))
    for edit in found:
        other = known.get((str(edit.id), True))
        if edit.op == "remove" and other is not None:
            raise _contradict(edit.id, other + 1, edit)
    return replace(edits, facilities=tuple(found))


def unknown_facility(layers: StudyLayers, edit: FacilityEdit) -> RefusedInput:
    """Say that nobody counts whom an edit names."""
    named = edit.fid if edit.id is None else edit.id
    layer = layers.layers["facilities"]
    return RefusedInput(ErrorCode.WHAT_IF_FACILITY_UNKNOWN, facility=named, layer=layer)


def _contradict(code: str | None, first: object, edit: FacilityEdit) -> RefusedInput:
    return RefusedInput(ErrorCode.WHAT_IF_EDITS_CONTRADICT, facility=code, first=first, second=edit.at + 1)


def require_waits(parameters: CoverageParameters, edits: Edits) -> None:
    """Refuse a wait where the limit is no time: there it would be counted as nothing.

    Raises
    ------
    RefusedInput
        ``study_refused``.
    """
    if not parameters.is_time and any(edit.start is not None for edit in edits.facilities):
        raise refused("edits/value", parameters.measure, "network_time")


def owner_of(layers: StudyLayers, known: dict[str, int], edit: FacilityEdit) -> int | None:
    """Tell which facility of a study an edit means; None for a new one.

    Parameters
    ----------
    layers
        Of the study.
    known
        Its facilities by their codes.
    edit
        With its code.

    Raises
    ------
    RefusedInput
        ``what_if_facility_unknown``, ``what_if_edits_contradict`` for a new one whose name is taken.

    Notes
    -----
    One that an earlier edit has added is known from then on.
    """
    owner = known.get(edit.id or "")
    if edit.op == "add" and owner is not None:
        raise _contradict(edit.id, "–", edit)
    if edit.op != "add" and owner is None:
        raise unknown_facility(layers, edit)
    return owner


def with_edits(inputs: CoverageInputs, layers: StudyLayers, edits: Sequence[FacilityEdit]) -> CoverageInputs:
    """Give what a study reads with its facilities as edits make them.

    A facility that moves keeps its place in the order, and has one entrance; new ones come last.

    Parameters
    ----------
    inputs, layers
        Of the study.
    edits
        With their codes, each facility once.

    Raises
    ------
    RefusedInput
        ``what_if_facility_unknown``, ``what_if_edits_contradict``, ``place_outside`` for a place that the
        system of the study does not know, ``study_refused`` for a new one where the data say who may use
        what.
    """
    if inputs.assigned is not None and any(edit.op == "add" for edit in edits):
        raise refused("edits", "add", "catchment: any, own_unit")
    facilities = inputs.facilities
    known = {code: at for at, code in enumerate(facilities.ids)}
    for edit in edits:
        owner = owner_of(layers, known, edit)
        if owner is None:
            facilities = _added(facilities, edit)
            owner = known[str(edit.id)] = len(facilities.ids) - 1
        if edit.op == "remove" or edit.place is not None:
            facilities = _without(facilities, owner)
        if edit.place is not None:
            facilities = _placed(facilities, owner, edit.place, inputs)
        if edit.start is not None:
            facilities = _waiting(facilities, owner, edit.start)
        if edit.capacity is not None:
            facilities = _with_room(facilities, owner, edit.capacity)
    return replace(inputs, facilities=facilities)


def _added(facilities: Facilities, edit: FacilityEdit) -> Facilities:
    """Put a facility to the end that stands nowhere yet."""
    nothing, nobody = np.array([np.nan]), np.array([None], dtype=object)

    def longer(values: Floats | None) -> Floats | None:
        return None if values is None else np.append(values, nothing)

    name = str(edit.id)
    places, serves = facilities.places, facilities.serves
    return replace(
        facilities,
        owner=facilities.owners,
        ids=(*facilities.ids, name),
        names=(*facilities.names, name),
        site_ids=(*facilities.site_ids, None) if facilities.site_ids else (),
        capacity=longer(facilities.capacity),
        site_area_m2=longer(facilities.site_area_m2),
        places=None if places is None else np.concatenate([places, nobody]),
        serves=None if serves is None else (*serves, None),
        start=None if facilities.start is None else np.append(facilities.start, 0),
    )


def _without(facilities: Facilities, owner: int) -> Facilities:
    """Take all rows of a facility out."""
    kept = facilities.owners != owner
    shapes = facilities.shapes
    return replace(
        facilities,
        xy=facilities.xy[kept],
        site=facilities.site[kept],
        unit=facilities.unit[kept],
        owner=facilities.owners[kept],
        shapes=None if shapes is None else shapes[kept],
    )


def _placed(
    facilities: Facilities, owner: int, place: tuple[float, float], inputs: CoverageInputs
) -> Facilities:
    """Put one row of a facility in, in the order of the facilities."""
    point = place_in(inputs.crs, place)
    xy = shapely.get_coordinates(point)
    at = int(np.searchsorted(facilities.owners, owner))
    site = int(facilities.site.max(initial=-1)) + 1
    unit = int(units_of(point, inputs.zones)[0]) if inputs.zones.have_areas else NO_UNIT
    shapes, places = facilities.shapes, facilities.places
    if places is not None:
        places = places.copy()
        places[owner] = point[0]
    return replace(
        facilities,
        xy=np.insert(facilities.xy, at, xy, axis=0),
        site=np.insert(facilities.site, at, site),
        unit=np.insert(facilities.unit, at, unit),
        owner=np.insert(facilities.owners, at, owner),
        shapes=None if shapes is None else np.insert(shapes, at, point),
        places=places,
    )


def _waiting(facilities: Facilities, owner: int, seconds: float) -> Facilities:
    start = np.zeros(len(facilities.ids), np.int64) if facilities.start is None else facilities.start.copy()
    start[owner] = floor(seconds * PER_UNIT + 0.5)
    return replace(facilities, start=start)


def _with_room(facilities: Facilities, owner: int, capacity: float) -> Facilities:
    """Let a facility have room for so many; where none had told it, the others stay without."""
    known = facilities.capacity
    told = np.full(len(facilities.ids), np.nan) if known is None else known.copy()
    told[owner] = capacity
    return replace(facilities, capacity=told)


def in_cell(edit: FacilityEdit, crs: pyproj.CRS) -> FacilityEdit:
    """Put the place of an edit into the middle of its cell: two places close together tell few people apart.

    Raises
    ------
    RefusedInput
        As `place_in`.
    """
    if edit.place is None:
        return edit
    xy = in_the_middle(shapely.get_coordinates(place_in(crs, edit.place)))
    middle = transform(np.array([shapely.Point(xy[0])], dtype=object), crs, STORAGE)[0]
    return replace(edit, place=(middle.x, middle.y))


def in_the_middle(xy: Floats) -> Floats:
    """Give the middles of the cells that hold places, metres."""
    middle: Floats = (np.floor(xy / CELL_M) + 0.5) * CELL_M
    return middle


def place_in(crs: pyproj.CRS, place: tuple[float, float]) -> Geometries:
    """Give a place in the metric system of a study.

    Parameters
    ----------
    crs
        That system.
    place
        Longitude and latitude in WGS 84.

    Returns
    -------
    Geometries
        ``(1,)`` a point.

    Raises
    ------
    RefusedInput
        ``place_outside`` where that system knows no such place.
    """
    found = transform(np.array([shapely.Point(*place)], dtype=object), STORAGE, crs)
    if not np.isfinite(shapely.get_coordinates(found)).all():
        raise RefusedInput(ErrorCode.PLACE_OUTSIDE, lon=place[0], lat=place[1])
    return found
