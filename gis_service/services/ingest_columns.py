"""Which column of a file belongs to which field of a layer, and what stands in it."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis_service.analysis.checks.findings import Found, found_where
from gis_service.analysis.checks.thousands import without_thousands
from gis_service.analysis.columns import comma_decimals, convert
from gis_service.catalogue.layer_definition import FieldDefinition, LayerDefinition
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.text import search_form
from gis_service.types import Bools

_DBF_NAME = 10
"""Column names of a Shapefile are cut to ten letters."""
_NUMBER = re.compile(r" \(\d+\)$")
"""What a reader puts behind a name that was there before."""
_OWN_COLUMNS = {"fid", "id", "ogcfid"}
"""Row numbers that programs write of themselves; leaving them out needs no notice."""
NUMERIC = ("integer", "number")
"""Types of fields that hold numbers."""
_MARKUP = r"(?i)<\s*/?\s*[a-z!][^>]*>|javascript:"

Reason = Literal["chosen", "same", "folded", "cut"]
"""Why a column is taken for a field: somebody said so, the name as it stands, folded, or cut by a
Shapefile."""


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
        Columns that belong to no field, but for those that were left out by choice.
    absent
        Fields that the file does not have.
    reasons
        For each of the fields why its column was taken.
    doubtful
        Positions of the columns that fit one field equally well, by its id: none of them is taken, and the
        field is absent, until somebody chooses.
    """

    fields: tuple[FieldDefinition, ...]
    positions: tuple[int, ...]
    dropped: tuple[str, ...]
    absent: tuple[FieldDefinition, ...]
    reasons: tuple[Reason, ...]
    doubtful: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def fold(name: str) -> str:
    """Fold a column name to small letters and digits: ``areaKm2``, ``AREA_KM2`` and ``area_km2`` are one."""
    return "".join(sign for sign in search_form(name) if sign.isalnum())


def match_columns(
    names: Sequence[str],
    definition: LayerDefinition,
    chosen: Mapping[str, str | None] | None = None,
    given: Sequence[str] | None = None,
    cut: Mapping[str, str] | None = None,
    apart: Collection[str] = (),
) -> Matching:
    """Match as chosen, then by name as it stands, then folded, then as cut by a Shapefile when only one fits.

    Parameters
    ----------
    names
        Columns of the file, with their letters repaired.
    definition
        The layer.
    chosen
        Field by column; none leaves the column out.
    given
        The same columns as the file writes them, by which they are chosen.
    cut
        Field by column where it is known how the name was cut, in a file of our own.
    apart
        Columns that were called as one before them, and got a number: ``note (2)`` counts as ``note``.

    Raises
    ------
    RefusedInput
        ``column_choice`` when a column or field is not there, or a field is chosen twice.
    """
    chosen, given = chosen or {}, given or names
    _require_choice(chosen, given, definition)
    taken: dict[str, tuple[int, Reason]] = {}
    left_out = {position for position, name in enumerate(given) if chosen.get(name, "") is None}
    for position, name in enumerate(given):
        if (field := chosen.get(name)) is not None and field not in taken:
            taken[field] = position, "chosen"
    for position, name in enumerate(given):
        if (field := (cut or {}).get(name)) is not None and name not in chosen and field not in taken:
            taken[field] = position, "cut"
    plain = [_NUMBER.sub("", name) if at in apart else name for name, at in zip(names, given, strict=True)]
    doubtful = _take_by_name(plain, definition, taken, left_out)
    fields = tuple(field for field in definition.fields if field.name in taken)
    used = {at for at, _ in taken.values()} | left_out
    unused = [name for position, name in enumerate(names) if position not in used]
    return Matching(
        fields=fields,
        positions=tuple(taken[field.name][0] for field in fields),
        dropped=tuple(name for name in unused if fold(name) not in _OWN_COLUMNS),
        absent=tuple(field for field in definition.fields if field.name not in taken),
        reasons=tuple(taken[field.name][1] for field in fields),
        doubtful=doubtful,
    )


def _take_by_name(
    names: Sequence[str],
    definition: LayerDefinition,
    taken: dict[str, tuple[int, Reason]],
    left_out: Collection[int],
) -> dict[str, tuple[int, ...]]:
    """Take columns by their names, the closest way first; give those that fit a field as well as others."""
    doubtful: dict[str, tuple[int, ...]] = {}
    for reason, rule in _RULES.items():
        used = {*left_out, *(at for at, _ in taken.values()), *chain.from_iterable(doubtful.values())}
        fitting: dict[str, list[int]] = defaultdict(list)
        for position, name in enumerate(names):
            candidates = [field.name for field in definition.fields if rule(name, field.name)]
            if position not in used and len(candidates) == 1:
                fitting[candidates[0]].append(position)
        for known, positions in fitting.items():
            if known in taken or known in doubtful:
                continue
            if len(positions) == 1:
                taken[known] = positions[0], reason
            else:
                doubtful[known] = tuple(positions)
    return doubtful


def _require_choice(
    chosen: Mapping[str, str | None], names: Sequence[str], definition: LayerDefinition
) -> None:
    """Refuse a choice that names what is not there, with all of its faults."""
    known = [field.name for field in definition.fields]
    fields = [field for field in chosen.values() if field is not None]
    wrong = [
        f"{column} ⟶ {field or '–'}"
        for column, field in chosen.items()
        if column not in names or (field is not None and (field not in known or fields.count(field) > 1))
    ]
    if wrong:
        raise RefusedInput(
            ErrorCode.COLUMN_CHOICE,
            choice=", ".join(wrong),
            columns=", ".join(names),
            fields=", ".join(known),
        )


def _same(name: str, field: str) -> bool:
    return name == field


def _folded(name: str, field: str) -> bool:
    return fold(name) == fold(field)


def _cut(name: str, field: str) -> bool:
    return len(name) == _DBF_NAME and field.startswith(name.lower())


_RULES: dict[Reason, Callable[[str, str], bool]] = {"same": _same, "folded": _folded, "cut": _cut}


def check_column(
    column: pa.Array, field: FieldDefinition, *, key: bool, thousands: bool = False
) -> tuple[pa.Array, list[Found]]:
    """Convert one column and find its faults.

    Parameters
    ----------
    column
        (n,) values as the file holds them.
    field
        What they are to be.
    key
        Whether the field is the layer's key, which no feature may lack.
    thousands
        Whether points in its numbers divide thousands.
    """
    words = _Words(field, column)
    odd = np.zeros(len(column), dtype=bool)
    if thousands and field.type in NUMERIC:
        column, odd = without_thousands(column)
    values, bad = convert(column, field.type)
    bad = bad | odd
    found = [words.found(ErrorCode.VALUE_WRONG_TYPE, bad)]
    absent = _true(pc.is_null(values)) & ~bad
    if field.type == "text":
        absent |= _true(pc.equal(values, ""))
        found.append(words.found(ErrorCode.MARKUP_IN_TEXT, _with_markup(values)))
    if field.type == "number":
        found.append(words.found(ErrorCode.DECIMAL_COMMA, comma_decimals(column) & ~bad))
    if field.required or key:
        found.append(found_where(ErrorCode.VALUE_MISSING, absent, field.name, field.name))
    if field.values is not None:
        known = pc.is_in(values, pa.array(list(field.values)).cast(values.type))
        strange = ~_true(known) & ~absent & ~bad
        found.append(_Words(field, values).found(ErrorCode.VALUE_NOT_ALLOWED, strange))
    return values, [entry for entry in found if entry.rows.size]


@dataclass(frozen=True, slots=True)
class _Words:
    """Says what stands in a column."""

    field: FieldDefinition
    column: pa.Array

    def found(self, code: ErrorCode, bad: Bools) -> Found:
        name, kind, column = self.field.name, self.field.type, self.column
        return found_where(
            code, bad, lambda row: f"{name} = {str(column[row].as_py())[:80]!r} ({kind})", name
        )


def _with_markup(values: pa.Array) -> Bools:
    """(n,) texts that have HTML or script in them."""
    # The look for one sign is many times as fast as the pattern, and nearly no text has it.
    suspect = pc.or_(pc.match_substring(values, "<"), pc.match_substring(values, ":"))
    if not pc.any(suspect, min_count=0).as_py():
        return np.zeros(len(values), dtype=bool)
    return _true(pc.match_substring_regex(values, _MARKUP))


def _true(mask: pa.Array) -> Bools:
    return np.asarray(pc.fill_null(mask, False).to_numpy(zero_copy_only=False), dtype=bool)
