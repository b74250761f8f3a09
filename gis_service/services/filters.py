"""Which rows of a layer are asked for, said in CQL2 (OGC 21-065r2) and checked against its fields.

The grammar is read by the library ``cql2``; what comes of it here is a tree of conditions whose every field
the layer has and whose every value fits its field. Nothing of a caller's text becomes SQL.
"""

import difflib
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, Literal, cast

import cql2
import numpy as np
import pyproj
import shapely
import shapely.geometry
from shapely.errors import ShapelyError

from gis_service.catalogue.city_definition import City
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.crs import STORAGE, transform
from gis_service.db.filters import (
    Absent,
    Always,
    Among,
    Between,
    Comparison,
    Condition,
    Joined,
    Like,
    Meets,
    Not,
    Sign,
)
from gis_service.errors import ErrorCode, WrongUse
from gis_service.services.export_formats import offered_system

__all__ = [
    "DEEPEST",
    "GEOMETRY",
    "LONGEST",
    "LONGEST_JSON",
    "OPERATIONS",
    "Condition",
    "FilterLanguage",
    "filter_system",
    "parse_filter",
]

FilterLanguage = Literal["cql2-text", "cql2-json"]
LONGEST = 1_000
"""Signs of a filter."""
LONGEST_JSON = 4_000
"""Signs of a filter that is written as JSON, which takes several times as many to say the same."""
DEEPEST = 8
"""Brackets within brackets: the time to find that some are not closed doubles with each."""
_SIGNS = ("=", "<>", "<", "<=", ">", ">=")
_WHOLE_UP_TO = 2**53
"""Numbers of a filter are read as doubles, which hold every whole number up to here."""
OPERATIONS = (*_SIGNS, "AND", "OR", "NOT", "BETWEEN", "IN", "LIKE", "IS NULL", "S_INTERSECTS")
GEOMETRY = "geom"


_ARGUMENTS = {"not": 1, "isNull": 1, "like": 2, "in": 2, "s_intersects": 2, "between": 3}
"""Operation → how many arguments it has, where that is one number; a comparison has two."""


def parse_filter(
    text: str,
    definition: LayerDefinition,
    *,
    language: FilterLanguage = "cql2-text",
    crs: pyproj.CRS | None = None,
) -> Condition:
    """Read a filter for the rows of a layer.

    Parameters
    ----------
    text
        CQL2: fields of the layer and ``fid`` compared with values (`= <> < <= > >= BETWEEN IN LIKE
        IS NULL`), joined by ``AND OR NOT``, and ``S_INTERSECTS(geom, …)`` with a geometry as WKT or
        ``BBOX(west, south, east, north)``.
    definition
        The layer.
    language
        Whether it is written as CQL2 text or as CQL2 JSON.
    crs
        System of the geometries in it (:func:`filter_system`), their coordinates in the order of its own
        axes, as OGC API Features has it; longitude and latitude degrees (CRS84) when not given.

    Raises
    ------
    WrongUse
        ``filter_unreadable``, ``filter_json_unreadable``, ``filter_field_unknown``,
        ``filter_operation_unknown``, ``filter_value_unfit``.
    """
    tree = _tree_of_json(text) if language == "cql2-json" else _tree_of_text(text)
    return _Reader(definition, crs).condition(tree)


def filter_system(city: City, name: str | None) -> pyproj.CRS | None:
    """Give the system that geometries of a filter are in; None for longitude and latitude degrees (CRS84).

    By ``EPSG:4326`` the latitude comes first, for that is the order of its axes.

    Parameters
    ----------
    city
        Whose systems are offered: those that layers are exported in.
    name
        As :func:`gis_service.services.export_formats.offered_system` takes it; CRS84 when not given.

    Raises
    ------
    WrongUse
        ``filter_system_not_offered``.
    """
    if name is None:
        return None
    try:
        found = offered_system(city, name)
    except WrongUse as error:
        offered = error.params["offered"]
        raise WrongUse(ErrorCode.FILTER_SYSTEM_NOT_OFFERED, crs=name, offered=offered) from error
    return None if name.upper().endswith("CRS84") else found


def _tree_of_text(text: str) -> Any:  # noqa: ANN401  JSON
    _check_size(text)
    try:
        return cql2.parse_text(text).to_json()
    except cql2.ParseError as error:
        raise _unreadable(text, _place_of(str(error))) from error


def _tree_of_json(text: str) -> Any:  # noqa: ANN401  JSON
    reason = f"> {LONGEST_JSON}"
    if len(text) <= LONGEST_JSON and "\x00" not in text:
        try:
            return cql2.parse_json(text).to_json()
        except cql2.ParseError as error:
            reason = str(error)
    raise WrongUse(ErrorCode.FILTER_JSON_UNREADABLE, filter=text[:200], reason=reason, longest=LONGEST_JSON)


def _check_size(text: str) -> None:
    if len(text) > LONGEST or "\x00" in text:
        raise _unreadable(text[:40] + "…", str(LONGEST))
    depth, quoted = 0, False
    for at, sign in enumerate(text, 1):
        quoted ^= sign == "'"
        depth += 0 if quoted else (sign in "([") - (sign in ")]")
        if depth > DEEPEST:
            raise _unreadable(text, str(at))


def _unreadable(text: str, place: str) -> WrongUse:
    return WrongUse(ErrorCode.FILTER_UNREADABLE, filter=text, place=place, longest=LONGEST, deepest=DEEPEST)


def _place_of(message: str) -> str:
    """Give the column of a parser's message that begins with ``--> line:column``."""
    return message.partition("-->")[2].split("\n")[0].strip().rpartition(":")[2] or "?"


class _Reader:
    """Checks the tree of a filter against the fields of a layer."""

    def __init__(self, definition: LayerDefinition, crs: pyproj.CRS | None = None) -> None:
        self._crs = crs
        self._layer = definition.id
        self._kinds = {"fid": "integer", **{field.name: field.type for field in definition.fields}}
        self._located = definition.geometry != "None"

    def condition(self, node: Any) -> Condition:  # noqa: ANN401  JSON
        """Turn one node of a tree, and all below it, into a condition."""
        if isinstance(node, bool):
            return Always(node)
        if isinstance(node, dict) and "property" in node:
            # A field that is true or false says enough by its name.
            return self._compare("=", [node, True])
        operation, parts = (node.get("op"), node.get("args")) if isinstance(node, dict) else (None, None)
        if not isinstance(operation, str) or not isinstance(parts, list):
            raise self._not_known(_shown(node))
        many = 2 if operation in _SIGNS else _ARGUMENTS.get(operation, len(parts))
        if len(parts) != many or not parts:
            raise self._not_known(f"{operation}({len(parts)})")
        if operation in _SIGNS:
            return self._compare(operation, parts)
        read = self._readers().get(operation)
        if read is None:
            raise self._not_known(operation)
        return read(parts)

    def _readers(self) -> dict[str, Callable[[list[Any]], Condition]]:
        return {
            "and": lambda parts: Joined("AND", tuple(map(self.condition, parts))),
            "or": lambda parts: Joined("OR", tuple(map(self.condition, parts))),
            "not": lambda parts: Not(self.condition(parts[0])),
            "between": self._between,
            "in": self._among,
            "like": self._like,
            "isNull": lambda parts: Absent(self._field(parts[0])),
            "s_intersects": self._meets,
        }

    def _compare(self, sign: str, parts: list[Any]) -> Condition:
        column = self._field(parts[0])
        if self._kinds[column] == "boolean" and sign not in {"=", "<>"}:
            raise self._not_known(sign)
        return Comparison(column, cast("Sign", sign), self._value(column, parts[1]))

    def _between(self, parts: list[Any]) -> Condition:
        column = self._field(parts[0])
        return Between(column, self._value(column, parts[1]), self._value(column, parts[2]))

    def _among(self, parts: list[Any]) -> Condition:
        column = self._field(parts[0])
        given = parts[1] if isinstance(parts[1], list) else [parts[1]]
        if not given:
            # Nothing is among no values; SQL has no such list.
            return Always(value=False)
        return Among(column, tuple(self._value(column, value) for value in given))

    def _like(self, parts: list[Any]) -> Condition:
        column = self._field(parts[0])
        pattern = self._value(column, parts[1])
        # PostgreSQL refuses a pattern whose last sign would escape nothing.
        if not isinstance(pattern, str) or self._kinds[column] != "text" or pattern.endswith("\\"):
            raise self._unfit(column, parts[1])
        return Like(column, pattern)

    def _meets(self, parts: list[Any]) -> Condition:
        if not self._located or parts[0] != {"property": GEOMETRY}:
            raise self._no_field(parts[0])
        shape = _shape_of(parts[1], self._crs)
        if shape is None:
            raise self._unfit(GEOMETRY, parts[1])
        return Meets(shapely.to_wkb(shape))

    def _field(self, node: Any) -> str:  # noqa: ANN401  JSON
        name = node.get("property") if isinstance(node, dict) else None
        if name not in self._kinds:
            raise self._no_field(node)
        return str(name)

    def _value(self, column: str, node: Any) -> object:  # noqa: ANN401  JSON
        try:
            return _READERS[self._kinds[column]](node)
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            raise self._unfit(column, node) from error

    def _unfit(self, column: str, node: object) -> WrongUse:
        kind = self._kinds.get(column, "geometry")
        return WrongUse(
            ErrorCode.FILTER_VALUE_UNFIT, field=column, value=_shown(node), kind=kind, form=_FORMS[kind]
        )

    def _no_field(self, node: object) -> WrongUse:
        name = _shown(node)
        known = [*self._kinds, *([GEOMETRY] if self._located else [])]
        near = difflib.get_close_matches(name, known, n=3) or known
        return WrongUse(ErrorCode.FILTER_FIELD_UNKNOWN, field=name, layer=self._layer, known=", ".join(near))

    def _not_known(self, operation: str) -> WrongUse:
        return WrongUse(ErrorCode.FILTER_OPERATION_UNKNOWN, operation=operation, known=", ".join(OPERATIONS))


def _shown(node: object) -> str:
    """Write a node of a tree for people: a field by its name, a value as it is, an operation by its sign."""
    if not isinstance(node, dict):
        return str(node)
    kinds = ("property", "date", "timestamp", "op", "type")
    return next((str(node[kind]) for kind in kinds if kind in node), ", ".join(map(str, node)))


def _text(node: object) -> str:
    if not isinstance(node, str):
        raise TypeError(node)
    return node


def _number(node: object) -> float:
    if isinstance(node, bool) or not isinstance(node, int | float) or not math.isfinite(node):
        raise TypeError(node)
    return float(node)


def _integer(node: object) -> int | float:
    number = _number(node)
    if abs(number) > _WHOLE_UP_TO:
        raise OverflowError(node)
    return int(number) if number.is_integer() else number


def _boolean(node: object) -> bool:
    if not isinstance(node, bool):
        raise TypeError(node)
    return node


def _date(node: object) -> date:
    return date.fromisoformat(_text(node["date"] if isinstance(node, dict) else node))


def _timestamp(node: object) -> datetime:
    if isinstance(node, dict) and "date" in node:
        return datetime.combine(_date(node), time(), UTC)
    moment = datetime.fromisoformat(_text(node["timestamp"] if isinstance(node, dict) else node))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_READERS: dict[str, Callable[[Any], object]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "timestamp": _timestamp,
}
_FORMS = {
    "text": "'Trạm y tế'",
    "integer": "12",
    "number": "12.5",
    "boolean": "true, false",
    "date": "DATE('2025-07-01')",
    "timestamp": "TIMESTAMP('2025-07-01T08:00:00Z')",
    "geometry": "BBOX(106.1, 20.2, 106.7, 20.8), POLYGON((106.1 20.2, 106.7 20.2, 106.7 20.8, 106.1 20.2))",
}
"""Type of a field → how a value of it is written."""


_LEAST, _MOST = (-180, -90, -180, -90), (180, 90, 180, 90)
"""Least and greatest bounds of what lies on earth, in degrees."""


def _shape_of(node: object, crs: pyproj.CRS | None) -> shapely.Geometry | None:
    """Read a geometry of a filter; None for one that lies nowhere on earth or is not sound."""
    if not isinstance(node, dict):
        return None
    try:
        if "bbox" in node:
            west, south, east, north = node["bbox"]
            shape: shapely.Geometry = shapely.box(west, south, east, north)
        else:
            shape = shapely.geometry.shape(node)
    except (ValueError, TypeError, KeyError, AttributeError, ShapelyError):
        return None
    if crs is not None:
        shape = _moved(shape, crs)
    bounds = shapely.bounds(shape)
    # An empty shape has no bounds: they are NaN, which lies nowhere.
    on_earth = (bounds >= _LEAST).all() and (bounds <= _MOST).all()
    return shape if on_earth and shapely.is_valid(shape) else None


def _moved(shape: shapely.Geometry, crs: pyproj.CRS) -> shapely.Geometry:
    """Bring a geometry from another system, whose axes are in its own order, to longitude and latitude."""
    if crs.axis_info[0].direction == "north":
        shape = shapely.transform(shape, lambda places: places[:, ::-1])
    moved: shapely.Geometry = transform(np.array([shape], dtype=object), crs, STORAGE)[0]
    return moved
