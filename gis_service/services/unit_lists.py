"""Units of the boundary vintages as lists of staff may name them, and where they are on the map."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely

from gis_service.analysis.unit_match import KnownUnit
from gis_service.catalogue.city_definition import BASE_LEVEL, Vintage
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layer_rows import read_columns, read_layer
from gis_service.db.layers import version_of
from gis_service.services.units import WHOLE, Place, read_changes
from gis_service.services.vintages import has_place
from gis_service.types import Geometries

_NAMES = ("full_name", "name", "full_name_en", "name_en")
"""Columns of names, the fullest first."""
_PARENTS = ("district_code", "district")


def unit_lists(connection: Connection, catalogue: Catalogue) -> dict[str, tuple[KnownUnit, ...]]:
    """Give the units of all vintages that are loaded: those of the base level first, the newest first."""
    order = sorted(catalogue.city.vintages, key=lambda one: one.start, reverse=True)
    order.sort(key=lambda one: one.level != BASE_LEVEL)
    lists = {one.id: units_of(connection, catalogue, one) for one in order}
    return {vintage: units for vintage, units in lists.items() if units}


def units_of(connection: Connection, catalogue: Catalogue, vintage: Vintage) -> tuple[KnownUnit, ...]:
    """Give the units of a vintage by rising code; none when its layer is not loaded."""
    definition = catalogue.layers[vintage.layer]
    if definition.key is None or version_of(connection, vintage.layer) is None:
        return ()
    known = {field.name for field in definition.fields}
    columns = [definition.key, *(one for one in (*_NAMES, *_PARENTS) if one in known)]
    found = []
    for row in read_columns(connection, vintage.layer, columns):
        told = {name: str(value) for name, value in zip(columns, row, strict=True) if value is not None}
        names = tuple(dict.fromkeys(told[name] for name in _NAMES if told.get(name)))
        code, (parent_code, parent) = told[definition.key], (told.get(name, "") for name in _PARENTS)
        found.append(KnownUnit(code, names or (code,), parent_code, parent))
    return tuple(sorted(found, key=lambda unit: unit.code))


def shapes_of(
    connection: Connection, catalogue: Catalogue, vintage: Vintage, units: Sequence[KnownUnit]
) -> tuple[Geometries, bool]:
    """Give the place of each unit of a vintage.

    Parameters
    ----------
    connection, catalogue
        Where the units are, and what they mean.
    vintage, units
        Answer of :func:`units_of`.

    Returns
    -------
    tuple
        (n,) geometries in longitude and latitude (WGS 84), None where a unit has none; and whether they are
        those of later units: of units that are known by figures alone, the one that took each in as a whole.
    """
    if has_place(catalogue, vintage):
        own = _by_code(connection, catalogue, vintage)
        return _listed([own.get(unit.code) for unit in units]), False
    ways = {one.old: one.new for one in read_changes(connection, catalogue) if one.kind == WHOLE}
    vintages = {one.id: one for one in catalogue.city.vintages}
    shapes: dict[str, Mapping[str, shapely.Geometry]] = {}
    found: list[shapely.Geometry | None] = []
    for unit in units:
        place = _later(ways, (vintage.id, unit.code), vintages, catalogue)
        if place is None:
            found.append(None)
            continue
        if place[0] not in shapes:
            shapes[place[0]] = _by_code(connection, catalogue, vintages[place[0]])
        found.append(shapes[place[0]].get(place[1]))
    return _listed(found), True


def _later(
    ways: Mapping[Place, Place], start: Place, vintages: Mapping[str, Vintage], catalogue: Catalogue
) -> Place | None:
    """Follow a unit to the first one on the map that holds it as a whole."""
    place: Place | None = start
    for _ in vintages:
        place = None if place is None else ways.get(place)
        if place is None or place[0] not in vintages:
            return None
        if has_place(catalogue, vintages[place[0]]):
            return place
    return None


def _by_code(connection: Connection, catalogue: Catalogue, vintage: Vintage) -> dict[str, shapely.Geometry]:
    definition = catalogue.layers[vintage.layer]
    if definition.key is None or version_of(connection, vintage.layer) is None:
        return {}
    rows = read_layer(connection, vintage.layer, [definition.key])
    pairs = zip(rows.columns[definition.key], rows.geometry, strict=True)
    return {str(code): shape for code, shape in pairs if shape is not None}


def _listed(shapes: Sequence[shapely.Geometry | None]) -> Geometries:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array
