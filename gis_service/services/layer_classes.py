"""A layer in numbers: how many features each class of a field has, none and zero apart."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gis_service.catalogue.layer_definition import FieldDefinition, LayerDefinition
from gis_service.db import layer_classes as rows
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, WrongUse
from gis_service.services.overview_recipes import class_of
from gis_service.types import Text

BANDS = 5
Method = Literal["values", "quantiles"]


@dataclass(frozen=True, slots=True)
class LayerClass:
    """One class of a legend: a value with its words, or the numbers from ``low`` up to ``high``."""

    count: int
    value: str | float | bool | None = None
    words: Text | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class LayerClasses:
    """What a field of a layer holds, counted.

    Parameters
    ----------
    field
        None of a layer without any field that tells classes; then only the total is known.
    total
        Features of the layer.
    missing
        Those without a value.
    zero
        Those that hold the number zero; None where the field holds no measure.
    classes
        All others, by value in the order of the definition, or by rising numbers.
    """

    field: FieldDefinition | None
    method: Method
    total: int
    missing: int
    zero: int | None
    classes: tuple[LayerClass, ...]


def classed_fields(definition: LayerDefinition) -> list[FieldDefinition]:
    """Give the fields that tell classes: those of a fixed list, truth values and numbers, but for the key."""
    return [
        field
        for field in definition.fields
        if field.name != definition.key
        and (field.values is not None or field.type in {"boolean", "integer", "number"})
    ]


def classes_of(connection: Connection, definition: LayerDefinition, asked: str | None) -> LayerClasses:
    """Count the features of a layer by the classes of a field.

    Parameters
    ----------
    definition
        Of a layer that has a table.
    asked
        Name of the field; None for the one that maps draw by, the first with words of a fixed list.

    Raises
    ------
    WrongUse
        ``tile_property_unknown`` for a field that is not there, or tells no classes.
    """
    total = rows.count_rows(connection, definition.id)
    field = class_of(definition) if asked is None else _field(classed_fields(definition), definition, asked)
    if field is None:
        return LayerClasses(None, "values", total, 0, None, ())
    if field.values is None and field.type in {"integer", "number"}:
        return _numbers(connection, definition, field, total)
    return _values(connection, definition, field, total)


def _field(known: Sequence[FieldDefinition], definition: LayerDefinition, asked: str) -> FieldDefinition:
    found = next((field for field in known if field.name == asked), None)
    if found is None:
        names = [field.name for field in known]
        near = difflib.get_close_matches(asked, names, n=3) or names
        raise WrongUse(
            ErrorCode.TILE_PROPERTY_UNKNOWN, field=asked, layer=definition.id, known=", ".join(near)
        )
    return found


def _values(
    connection: Connection, definition: LayerDefinition, field: FieldDefinition, total: int
) -> LayerClasses:
    counted = {one.value: one.count for one in rows.value_counts(connection, definition.id, field.name)}
    missing = counted.pop(None, 0)
    named = {value: field.words.get(str(value)) for value in field.values or ()}
    # A value of the list that nobody has is told too: nobody is a figure.
    others = {value: None for value in counted if value not in named}
    classes = tuple(
        LayerClass(counted.get(value, 0), value, words) for value, words in [*named.items(), *others.items()]
    )
    return LayerClasses(field, "values", total, missing, None, classes)


def _numbers(
    connection: Connection, definition: LayerDefinition, field: FieldDefinition, total: int
) -> LayerClasses:
    missing, zero = rows.special_counts(connection, definition.id, field.name)
    bands = rows.number_bands(connection, definition.id, field.name, BANDS)
    classes = tuple(LayerClass(one.count, low=one.low, high=one.high) for one in bands)
    return LayerClasses(field, "quantiles", total, missing, zero, classes)
