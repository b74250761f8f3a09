"""The rows of a study as features of a layer: flat columns with words for each, and a place for every row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj
import shapely

from gis_service.analysis.hexagons import Hexagons
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers import Header
from gis_service.services.coverage_document import Document
from gis_service.services.ingest import Rows
from gis_service.services.study_layers import layers_of
from gis_service.services.study_rows_words import TEXTS, field_of
from gis_service.types import Geometries

KEY = "id"
"""Names a row for good: a unit's code, the cell of a gap place, the id of a row of a table."""
ZONES, GAPS, FACILITIES, HEXAGONS = "zones", "gaps", "facilities", "hexagons"
SITES, EXISTING = "sites", "existing"
"""Rows of the plan of a siting: the new sites, and the facilities that might have closed."""
_OF_PLAN = (SITES, EXISTING)
_PLACE = ("lon", "lat")
_GROUP, _GROUPS, _ALL = "group", "groups", "all"


@dataclass(frozen=True)
class StudyRows:
    """Rows of a study that have a place.

    Parameters
    ----------
    geometry
        Type of the places, as layers name it.
    fields
        Definitions of the columns, as layers have them.
    rows
        The features, as a file would bring them.
    left_out
        Rows of the study without a place, as those of people in no unit.
    """

    geometry: str
    fields: Sequence[Mapping[str, Any]]
    rows: Rows
    left_out: int


def rows_of_study(connection: Connection, catalogue: Catalogue, shown: Document, name: str) -> StudyRows:
    """Give rows of a study as features.

    Parameters
    ----------
    connection, catalogue
        Where the units of the study are, and what their layer is.
    shown
        The study document as the readers of the layer may see it.
    name
        ``zones``, ``gaps``, ``facilities``, the ``sites`` of a plan and what is ``existing`` in it, or a
        table of the study whose rows tell their place.

    Raises
    ------
    RefusedInput
        ``study_rows_missing`` when the study shows no such rows.
    Conflict
        ``study_version_gone`` when its units or facilities are no longer kept in their version.
    """
    if name == ZONES:
        rows = [_flat(row) for row in shown[ZONES]]
        geometry, found = _outlines(connection, catalogue, shown, (ZONES,))
    elif name == FACILITIES:
        rows = _grouped(shown[FACILITIES] if FACILITIES in shown else _table(shown, FACILITIES))
        roles = (FACILITIES, f"before_{FACILITIES}", f"after_{FACILITIES}")
        geometry, found = _outlines(connection, catalogue, shown, roles)
    else:
        rows, geometry, found = _placed(shown, name), "Point", {}
        for row in rows:
            found[row[KEY]] = shapely.Point([row.pop(part) for part in _PLACE])
        if name == HEXAGONS and rows:
            geometry, found = "Polygon", _hexagons(catalogue, shown, list(found))
    placed = [row for row in rows if row[KEY] in found]
    if not placed:
        raise RefusedInput(
            ErrorCode.STUDY_ROWS_MISSING, study=shown["id"], rows=name, known=", ".join(_known(shown)) or "–"
        )
    columns = {column: [row.get(column) for row in placed] for column in _columns(placed)}
    shapes: Geometries = np.array([found[row[KEY]] for row in placed], dtype=object)
    return StudyRows(
        geometry,
        [field_of(column, required=column == KEY) for column in columns],
        _as_file(shown["id"], columns, shapes),
        len(rows) - len(placed),
    )


def _outlines(
    connection: Connection, catalogue: Catalogue, shown: Document, roles: Sequence[str]
) -> tuple[str, dict[str, shapely.Geometry]]:
    """Give type and places of features that a study has read, by their codes; later roles go first."""
    geometry: str = "Geometry"
    found: dict[str, shapely.Geometry] = {}
    named = {role: shown["inputs"][role] for role in roles if role in shown["inputs"]}
    layers = layers_of(connection, catalogue, named)
    for role in named:
        definition = catalogue.layers[layers.layers[role]]
        key, geometry = definition.key or KEY, definition.geometry
        rows = layers.read(role, key)
        places = zip(map(str, rows.columns[key]), rows.geometry, strict=True)
        found |= {code: place for code, place in places if place is not None}
    return geometry, found


def _hexagons(catalogue: Catalogue, shown: Document, ids: Sequence[str]) -> dict[str, shapely.Geometry]:
    """Draw hexagons of the city's grid by their ids, in degrees."""
    column, row = np.array([one.split("_") for one in ids], dtype=np.int64).reshape(-1, 2).T
    grid = Hexagons(shown["parameters"]["hexagon_m"], column, row, np.empty(0, np.int64))
    outlines = np.asarray(shapely.polygons(grid.outline_xy), dtype=object)
    return dict(zip(ids, transform(outlines, pyproj.CRS(catalogue.city.crs), STORAGE), strict=True))


def _placed(shown: Document, name: str) -> list[dict[str, Any]]:
    """Give the rows of gap places, or of a table that tells places: one for each id, with all its groups."""
    if name == GAPS:
        return [_flat(row) | dict(zip(_PLACE, row["point"], strict=True)) for row in shown[GAPS]]
    return _grouped([row for row in _table(shown, name) if _has_place(row)])


def _table(shown: Document, name: str) -> Sequence[Mapping[str, Any]]:
    tables = shown.get("plan", {}) if name in _OF_PLAN else shown.get("tables", {})
    found: Sequence[Mapping[str, Any]] = tables.get(name, [])
    return found


def _grouped(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Put the rows of all groups of one id beside each other: ``age_60_load``."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        group = row.get(_GROUP, _ALL)
        told = found.setdefault(str(row[KEY]), {})
        for column, value in _flat(row).items():
            if group == _ALL or column in {KEY, *_PLACE}:
                told[column] = str(value) if column == KEY else value
            elif column not in TEXTS:
                told[f"{group}_{column}"] = value
    for told in found.values():
        told.pop(_GROUP, None)
    return list(found.values())


def _has_place(row: Mapping[str, Any]) -> bool:
    return KEY in row and all(row.get(part) is not None for part in _PLACE)


def _known(shown: Document) -> Iterator[str]:
    """Name the rows that a study can be published by."""
    yield from (name for name in (ZONES, GAPS, FACILITIES) if shown.get(name))
    yield from (name for name in _OF_PLAN if _table(shown, name))
    for name, rows in shown.get("tables", {}).items():
        if name == FACILITIES or any(map(_has_place, rows)):
            yield name


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Write what stands inside a row beside it: ``arrived_median_s``, ``age_60_covered``."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name == _GROUPS:
            for group, inner in value.items():
                told = inner if isinstance(inner, Mapping) else {"people": inner}
                found |= {f"{group}_{key}": one for key, one in told.items()}
        elif isinstance(value, Mapping):
            found |= {f"{name}_{key}": one for key, one in value.items()}
        elif isinstance(value, bool):
            found[name] = int(value)
        elif not isinstance(value, list):
            found[name] = value
    return found


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Give the columns of all rows in their order; what no row has a value of is still a column."""
    return list(dict.fromkeys(name for row in rows for name in row))


def _as_file(study: str, columns: Mapping[str, Sequence[object]], shapes: Geometries) -> Rows:
    arrays = {
        name: pa.array(values, pa.string() if name in TEXTS else pa.float64())
        for name, values in columns.items()
    }
    table = pa.table({"geometry": pa.array(shapely.to_wkb(shapes), pa.binary()), **arrays})
    header = Header(study, STORAGE.to_wkt(), None, True)
    return Rows(study, header, tuple(columns), table.to_batches())
