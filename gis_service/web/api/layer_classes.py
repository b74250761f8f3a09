"""A layer in numbers: what its legend counts."""

from flask import Blueprint, Response

from gis_service.services import layer_classes as service
from gis_service.web import current, live
from gis_service.web.api.collections import collection_of
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import json_response, link
from gis_service.web.schemas.common import JSON
from gis_service.web.schemas.layer_classes import (
    ClassedField,
    LayerClassEntry,
    LayerClassesAnswer,
    LayerClassesQuery,
)

blueprint = Blueprint("layer_classes", __name__, url_prefix="/api/collections/<collection_id>")


@blueprint.get("/classes")
@operation("Collections", Permission.READ_LAYER, {200: {JSON: LayerClassesAnswer}}, query=LayerClassesQuery)
def classes(collection_id: str, query: LayerClassesQuery) -> Response:
    """Count the features of a layer by the classes of a field; those without a value and zeros are apart."""
    live.count()
    collection, language = collection_of(collection_id), current.language()
    found = service.classes_of(current.connection(), collection.definition, query.property)
    field = found.field
    document = LayerClassesAnswer(
        version=collection.version,
        property=field and field.name,
        title=field and field.label.in_language(language),
        unit=field and field.unit,
        method=found.method,
        total=found.total,
        missing=found.missing,
        zero=found.zero,
        classes=[
            LayerClassEntry(
                value=one.value,
                low=one.low,
                high=one.high,
                title=one.words and one.words.in_language(language),
                count=one.count,
            )
            for one in found.classes
        ],
        properties=[
            ClassedField(name=one.name, title=one.label.in_language(language), unit=one.unit)
            for one in service.classed_fields(collection.definition)
        ],
        links=[link(f"/collections/{collection_id}", "collection")],
    )
    return json_response(document.model_dump_json())
