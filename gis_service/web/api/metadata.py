"""Metadata of the layers for other catalogues and for people: JSON, ISO 19139, DCAT."""

import json

from flask import Blueprint, Response, request

from gis_service.services import collections as collection_service
from gis_service.services import dcat, iso_metadata
from gis_service.services.layer_metadata import LayerFacts, facts_of
from gis_service.services.user_layers import document_of, tag_of
from gis_service.web import current
from gis_service.web.api.collections import collection_of
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import json_response, link
from gis_service.web.schemas.common import JSON, JSON_LD, XML
from gis_service.web.schemas.metadata import CatalogueQuery, LayerCatalogue, LayerMetadata, MetadataQuery

blueprint = Blueprint("metadata", __name__, url_prefix="/api")


def _asked(asked: str | None, other: str, media: str) -> bool:
    """Tell whether the other format is wanted and not JSON."""
    if asked is not None:
        return asked == other
    accepted = request.accept_mimetypes
    return accepted.best_match([JSON, media], default=JSON) == media and accepted[media] > accepted[JSON]


def _shape(facts: LayerFacts) -> LayerMetadata:
    definition, collection = facts.definition, facts.collection
    path = f"/collections/{definition.id}"
    return LayerMetadata(
        definition=document_of(definition),
        address=facts.address,
        made_by_user=definition.made,
        visibility=collection.visibility,
        bbox=collection.bbox,
        version=collection.version,
        published=facts.published,
        updated=facts.updated,
        links=[
            link(f"{path}/metadata", "self"),
            link(f"{path}/metadata?f=iso", "alternate", XML, "ISO 19139"),
            link(path, "collection"),
        ],
    )


@blueprint.get("/collections/<collection_id>/metadata")
@operation("Metadata", Permission.READ_LAYER, {200: {JSON: LayerMetadata, XML: None}}, query=MetadataQuery)
def metadata(collection_id: str, query: MetadataQuery) -> Response:
    """Tell what is known about a layer; the ETag is that of its definition."""
    collection = collection_of(collection_id)
    catalogue = current.rights().catalogue
    (facts,) = facts_of(current.connection(), catalogue, [collection], current.base_url())
    if _asked(query.f, "iso", XML):
        return Response(iso_metadata.iso_19139(facts), content_type=f"{XML}; charset=utf-8")
    response = json_response(_shape(facts).model_dump_json(exclude_none=True))
    response.set_etag(tag_of(facts.definition))
    return response


@blueprint.get("/catalogue")
@operation("Metadata", Permission.READ, {200: {JSON: LayerCatalogue, JSON_LD: None}}, query=CatalogueQuery)
def catalogue(query: CatalogueQuery) -> Response:
    """Tell what is known about all layers that the caller may read."""
    connection, rights, base = current.connection(), current.rights(), current.base_url()
    found = collection_service.list_collections(connection, rights)
    facts = facts_of(connection, rights.catalogue, found, base)
    if _asked(query.f, "dcat", JSON_LD):
        document = dcat.dcat(rights.catalogue.city, facts, base)
        return json_response(json.dumps(document, ensure_ascii=False, indent=1), JSON_LD)
    links = [link("/catalogue", "self"), link("/catalogue?f=dcat", "alternate", JSON_LD, "DCAT 3")]
    listed = LayerCatalogue(layers=[_shape(one) for one in facts], links=links)
    return json_response(listed.model_dump_json(exclude_none=True))
