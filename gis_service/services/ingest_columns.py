"""Which column of a file belongs to which field of a layer, and what stands in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis_service.analysis.columns import convert
from gis_service.analysis.shapes import SHOWN, Found
from gis_service.catalogue.layer_definition import FieldDefinition, LayerDefinition
from gis_service.errors import ErrorCode
from gis_service.text import search_form
from gis_service.types import Bools

_DBF_NAME = 10
"""Column names of a Shapefile are cut to ten letters."""
_OWN_COLUMNS = {"fid", "id", "ogcfid"}
"""Row numbers that programs write of themselves; leaving them out needs no notice."""


@dataclass(frozen=True, slots=True)
class Matching:
    """The columns of a file against the fields of a layer.

    Parameters
    ----------
    fields
        Fields that the file has, in the order of the definition.
    positions
        For each of them the position of its column in the file, without the geometry.
    dropped
        Columns that belong to no field.
    absent
        Fields that the file does not have.
    """

    fields: tuple[FieldDefinition, ...]
    positions: tuple[int, ...]
    dropped: tuple[str, ...]
    absent: tuple[FieldDefinition, ...]


def fold(name: str) -> str:
    """Fold a column name to small letters and digits: ``areaKm2``, ``AREA_KM2`` and ``area_km2`` are one."""
    return "".join(sign for sign in search_form(name) if sign.isalnum())


def match_columns(names: Sequence[str], definition: LayerDefinition) -> Matching:
    """Match by name as it stands, then folded, then as cut by a Shapefile when only one field begins so."""
    taken: dict[str, int] = {}
    for rule in (_same, _folded, _cut):
        for position, name in enumerate(names):
            if position in taken.values():
                continue
            candidates = [field.name for field in definition.fields if rule(name, field.name)]
            if len(candidates) == 1 and candidates[0] not in taken:
                taken[candidates[0]] = position
    fields = tuple(field for field in definition.fields if field.name in taken)
    unused = [name for position, name in enumerate(names) if position not in taken.values()]
    return Matching(
        fields=fields,
        positions=tuple(taken[field.name] for field in fields),
        dropped=tuple(name for name in unused if fold(name) not in _OWN_COLUMNS),
        absent=tuple(field for field in definition.fields if field.name not in taken),
    )


def _same(name: str, field: str) -> bool:
    return name == field


def _folded(name: str, field: str) -> bool:
    return fold(name) == fold(field)


def _cut(name: str, field: str) -> bool:
    return len(name) == _DBF_NAME and field.startswith(name.lower())


def check_column(column: pa.Array, field: FieldDefinition, *, key: bool) -> tuple[pa.Array, list[Found]]:
    """Convert one column and find its faults.

    Parameters
    ----------
    column
        (n,) values as the file holds them.
    field
        What they are to be.
    key
        Whether the field is the layer's key, which no feature may lack.
    """
    values, bad = convert(column, field.type)
    found = [_found(ErrorCode.VALUE_WRONG_TYPE, bad, field, column)]
    absent = np.asarray(pc.is_null(values).to_numpy(zero_copy_only=False)) & ~bad
    if field.type == "text":
        absent |= np.asarray(pc.fill_null(pc.equal(values, ""), False).to_numpy(zero_copy_only=False))
    if field.required or key:
        found.append(_found(ErrorCode.VALUE_MISSING, absent, field, None))
    if field.values is not None:
        known = pc.is_in(values, pa.array(list(field.values)).cast(values.type))
        strange = ~np.asarray(known.to_numpy(zero_copy_only=False)) & ~absent & ~bad
        found.append(_found(ErrorCode.VALUE_NOT_ALLOWED, strange, field, values))
    return values, [entry for entry in found if entry.rows.size]


def _found(code: ErrorCode, bad: Bools, field: FieldDefinition, column: pa.Array | None) -> Found:
    rows = np.flatnonzero(bad)
    shown = rows[:SHOWN].tolist()
    if column is None:
        return Found(code, rows, (field.name,) * len(shown))
    words = (f"{field.name} = {str(column[row].as_py())[:80]!r} ({field.type})" for row in shown)
    return Found(code, rows, tuple(words))
