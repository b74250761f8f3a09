"""A definition suggested for a new layer: ids from the names of a file, types from its values."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gis_service.catalogue.layer_checks import folded
from gis_service.catalogue.layer_definition import RESERVED_NAMES
from gis_service.services.ingest_seen import ColumnSeen
from gis_service.text import normalise, search_form

LONGEST = 48
"""Letters of an id (docs/contract.md, ids)."""
_LABEL = 200
_OTHERS = re.compile(r"[^a-z0-9]+")
_SINGLE = {"Point": "MultiPoint", "LineString": "MultiLineString", "Polygon": "MultiPolygon"}

Why = Literal["letters", "reserved", "long", "twice", "digit", "empty"]
"""Why a name became another: signs that no id has, a column of every table, too long, taken, a digit
first."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """One column under its new name.

    Parameters
    ----------
    column
        As the file writes it; it becomes the label.
    field
        Id of the field.
    why
        What was wrong with the name; empty when it stayed.
    """

    column: str
    field: str
    why: tuple[Why, ...]


def ids_of(names: Sequence[str], read: Sequence[str] | None = None) -> list[Renamed]:
    """Make ids of column names, each its own.

    Parameters
    ----------
    names
        As the file writes them.
    read
        The same with their letters repaired, when they are in an old encoding.

    Examples
    --------
    >>> [entry.field for entry in ids_of(["Tên Phường/Xã", "geom", "Ten-phuong-xa", "2024"])]
    ['ten_phuong_xa', 'geom_2', 'ten_phuong_xa_2', 'c_2024']
    """
    taken: set[str] = set()
    return [
        _renamed(name, text, taken) for name, text in zip(names, names if read is None else read, strict=True)
    ]


def _renamed(name: str, text: str, taken: set[str]) -> Renamed:
    why: list[Why] = []
    field = _OTHERS.sub("_", search_form(text)).strip("_")
    if not field:
        why.append("empty")
        field = "column"
    elif field != name:
        why.append("letters")
    if field[0].isdigit():
        why.append("digit")
        field = f"c_{field}"
    if len(field) > LONGEST:
        why.append("long")
        field = field[:LONGEST].rstrip("_")
    if field in RESERVED_NAMES:
        why.append("reserved")
    elif folded(field) in taken:
        why.append("twice")
    stem, number = field, 2
    while field in RESERVED_NAMES or folded(field) in taken:
        ending = f"_{number}"
        field, number = stem[: LONGEST - len(ending)].rstrip("_") + ending, number + 1
    taken.add(folded(field))
    return Renamed(name, field, tuple(why))


def suggest_definition(
    name: str,
    columns: Sequence[ColumnSeen],
    renamed: Sequence[Renamed],
    kinds: Mapping[str, int],
    category: str,
) -> dict[str, Any]:
    """Write the definition of a layer that would take all of a file.

    Parameters
    ----------
    name
        Of the file or of the layer in it.
    columns
        What stands in them.
    renamed
        Their ids, in the same order.
    kinds
        Features by type of geometry.
    category
        Sector to begin with.

    Returns
    -------
    dict
        A document of a layer, a draft: its title, source, licence and sector want a look.
    """
    pairs = [(seen, entry) for seen, entry in zip(columns, renamed, strict=True) if seen.kind is not None]
    key = next(
        (entry.field for seen, entry in pairs if seen.unique and seen.kind in ("text", "integer")), None
    )
    title = normalise(name)[:_LABEL] or "?"
    both = {"vi": title, "en": title}
    return {
        "id": ids_of([name])[0].field,
        "title": both,
        "description": both,
        "category": category,
        "geometry": geometry_of(kinds),
        "key": key,
        "fields": [_field(seen, entry, key) for seen, entry in pairs],
        "source": both,
        "licence": "?",
        "visibility": "draft",
        "generated": False,
    }


def _field(seen: ColumnSeen, entry: Renamed, key: str | None) -> dict[str, Any]:
    label = normalise(seen.name)[:_LABEL] or entry.field
    told: dict[str, Any] = {"name": entry.field, "type": seen.kind, "label": {"vi": label, "en": label}}
    return told | ({"required": True} if entry.field == key else {})


def geometry_of(kinds: Mapping[str, int]) -> str:
    """Name the type of geometry that takes all features: multi where single and multi stand side by side."""
    names = set(kinds)
    if not names:
        return "None"
    for single, multi in _SINGLE.items():
        if names == {single}:
            return single if single == "Point" else multi
        if names <= {single, multi}:
            return multi
    return "Geometry"
