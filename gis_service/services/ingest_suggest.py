"""Which field a column may belong to: a suggestion with its reason, for people to take or leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gis_service.catalogue.layer_definition import FieldDefinition, LayerDefinition
from gis_service.services.ingest_columns import Matching, fold
from gis_service.services.ingest_definition import Renamed
from gis_service.services.ingest_seen import ColumnSeen

SEVERAL = "several"
"""Reason of a column that fits a field as well as another does: one of them has to be chosen."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The field that a column may belong to.

    Parameters
    ----------
    column
        As the file writes it.
    field
        Id of the field; none where nothing fits, or the column was left out.
    reason
        ``chosen``, ``same``, ``folded``, ``cut`` as a load takes it by itself; ``label`` (the name is what
        people read for the field) and ``kind`` (the only one left of its kind) only as suggestions;
        ``several`` for each of several columns of which one has to be chosen; ``new`` for a field of a new
        layer.
    taken
        Whether a load takes it so without being asked.
    """

    column: str
    field: str | None
    reason: str | None
    taken: bool


def suggest_columns(
    given: Sequence[str],
    names: Sequence[str],
    seen: Sequence[ColumnSeen],
    matching: Matching,
    target: LayerDefinition | None,
    renamed: Sequence[Renamed],
) -> tuple[Suggestion, ...]:
    """Suggest a field for every column.

    Parameters
    ----------
    given, names
        Columns as the file writes them, and with their letters repaired.
    seen
        What stands in them, in the same order.
    matching
        What a load takes by itself, and by choice.
    target
        The layer; none for a new one.
    renamed
        Ids for a new layer.
    """
    if target is None:
        kept = {entry.name for entry in matching.fields}
        return tuple(
            Suggestion(entry.column, entry.field if entry.column in kept else None, "new", taken=False)
            for entry in renamed
        )
    taken = {
        position: (field.name, reason)
        for field, position, reason in zip(matching.fields, matching.positions, matching.reasons, strict=True)
    }
    asked = {at: name for name, positions in matching.doubtful.items() for at in positions}
    open_fields = [field for field in matching.absent if field.name not in matching.doubtful]
    told: list[Suggestion] = []
    for position, column in enumerate(given):
        if position in taken:
            field, reason = taken[position]
            told.append(Suggestion(column, field, reason, taken=True))
            continue
        if position in asked:
            told.append(Suggestion(column, asked[position], SEVERAL, taken=False))
            continue
        labelled = [field for field in open_fields if _reads_as(names[position], field)]
        told.append(_open(column, labelled[0] if len(labelled) == 1 else None, "label"))
        if len(labelled) == 1:
            open_fields.remove(labelled[0])
    return _by_kind(told, seen, open_fields, frozenset(matching.dropped))


def _reads_as(name: str, field: FieldDefinition) -> bool:
    return fold(name) in {fold(field.label.vi), fold(field.label.en)}


def _open(column: str, field: FieldDefinition | None, reason: str) -> Suggestion:
    return Suggestion(column, field.name if field else None, reason if field else None, taken=False)


def _by_kind(
    told: Sequence[Suggestion],
    seen: Sequence[ColumnSeen],
    open_fields: Sequence[FieldDefinition],
    dropped: frozenset[str],
) -> tuple[Suggestion, ...]:
    """Suggest the only column of a kind for the only field of that kind, where both are left over."""
    result = list(told)
    for field in open_fields:
        # Nearly everything is text: being the only text left says nothing.
        alone = field.type != "text" and [f for f in open_fields if f.type == field.type] == [field]
        fitting = [
            at
            for at, (entry, column) in enumerate(zip(told, seen, strict=True))
            if entry.field is None and entry.column in dropped and column.kind == field.type
        ]
        if alone and len(fitting) == 1:
            result[fitting[0]] = _open(told[fitting[0]].column, field, "kind")
    return tuple(result)


def column_document(seen: ColumnSeen, suggestion: Suggestion) -> dict[str, Any]:
    """Write a column and the field suggested for it as JSON has them."""
    return {
        "name": seen.name,
        "type": seen.type,
        "samples": seen.samples,
        "nulls": seen.nulls,
        "kind": seen.kind,
        "unique": seen.unique,
        "field": suggestion.field,
        "reason": suggestion.reason,
        "taken": suggestion.taken,
    }
