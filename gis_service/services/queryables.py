"""What a filter may ask of a layer, as a JSON Schema (OGC 19-079r2, requirements class Queryables)."""

from typing import Any

from gis_service.catalogue.layer_definition import FieldDefinition, LayerDefinition
from gis_service.services.features import has_geometry
from gis_service.services.filters import GEOMETRY
from gis_service.types import Language

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES: dict[str, dict[str, str]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "timestamp": {"type": "string", "format": "date-time"},
}
_FORMATS = {
    "Point": "geometry-point",
    "LineString": "geometry-linestring",
    "Polygon": "geometry-polygon",
    "MultiPoint": "geometry-multipoint",
    "MultiLineString": "geometry-multilinestring",
    "MultiPolygon": "geometry-multipolygon",
}
"""Kind of geometry → its name in the registry of formats that the standard refers to."""
_IDS = {"vi": "Mã số đối tượng", "en": "Id of the feature"}
_PLACES = {"vi": "Hình", "en": "Geometry"}


def queryables(definition: LayerDefinition, language: Language) -> dict[str, Any]:
    """Tell the fields that a filter of a layer may name, in the order of the definition.

    Parameters
    ----------
    definition
        The layer.
    language
        Of the titles.

    Returns
    -------
    dict
        JSON Schema of an object without its ``$id``; no other property than those named may be asked.
    """
    properties: dict[str, Any] = {"fid": {"title": _IDS[language], "type": "integer", "x-ogc-role": "id"}}
    if has_geometry(definition):
        properties[GEOMETRY] = {
            "title": _PLACES[language],
            "format": _FORMATS.get(definition.geometry, "geometry-any"),
            "x-ogc-role": "primary-geometry",
        }
    properties |= {field.name: _property(field, language) for field in definition.fields}
    return {
        "$schema": DIALECT,
        "type": "object",
        "title": definition.title.in_language(language),
        "description": definition.description.in_language(language),
        "properties": properties,
        "additionalProperties": False,
    }


def _property(field: FieldDefinition, language: Language) -> dict[str, Any]:
    told: dict[str, Any] = {"title": field.label.in_language(language), **_TYPES[field.type]}
    if field.unit:
        told["x-ogc-unit"] = field.unit
    if field.values:
        told["enum"] = list(field.values)
    return told
