"""What differs between two versions as a table: one row for each field that changed."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

import shapely

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.services.history import Difference
from gis_service.text import BYTE_ORDER_MARK, plain_cell

COLUMNS = ("fid", "key", "op", "field", "before", "after")
_GEOMETRY = "geom"


def field_rows(definition: LayerDefinition, differences: Iterable[Difference]) -> Iterator[tuple[str, ...]]:
    """Give a row of `COLUMNS` for each field that changed; geometries are WKT in longitude and latitude.

    A row of the layer that came or went without any value has one row here, with an empty field.
    """
    for one in differences:
        feature = json.loads(one.geojson)
        told = feature["properties"]
        before, after = told["before"] or {}, told["after"] or {}
        key = _text((after or before).get(definition.key)) if definition.key else ""
        shape_before = feature["geometry_before"] if one.op == "update" else feature["geometry"]
        states = (
            before | {_GEOMETRY: None if one.op == "insert" else _shape(shape_before)},
            after | {_GEOMETRY: None if one.op == "delete" else _shape(feature["geometry"])},
        )
        for name in one.changed or ("",):
            yield (str(one.fid), key, one.op, name, *(_text(state.get(name)) for state in states))


def csv_text(definition: LayerDefinition, differences: Iterable[Difference]) -> Iterator[str]:
    """Write the table line by line as CSV in UTF-8 with a byte order mark and a line of names."""
    yield BYTE_ORDER_MARK + _line(COLUMNS)
    for row in field_rows(definition, differences):
        yield _line(row)


def geojson_text(head: dict[str, object], differences: Iterable[Difference]) -> Iterator[str]:
    """Write a GeoJSON feature collection piece by piece; ``head`` stands beside its features."""
    members = json.dumps({"type": "FeatureCollection", **head}, ensure_ascii=False)
    yield f'{members[:-1]}, "features": ['
    for number, one in enumerate(differences):
        yield f"{', ' if number else ''}{one.geojson}"
    yield "]}"


def _line(values: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(map(plain_cell, values))
    return line.getvalue()


def _shape(geometry: dict[str, Any] | None) -> str | None:
    if geometry is None:
        return None
    return str(shapely.to_wkt(shapely.from_geojson(json.dumps(geometry)), rounding_precision=-1))


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
