"""Where the API begins: what stands here, what it conforms to, and its own description."""

import json
from typing import Literal

from flask import Blueprint, Response, current_app

from gis_service.web import current
from gis_service.web.auth import Permission
from gis_service.web.openapi import openapi_document
from gis_service.web.operation import Query, operation
from gis_service.web.present import FormatQuery, itself, json_response, link, show
from gis_service.web.schemas.common import HTML, JSON, JSON_LD, OPENAPI, Link
from gis_service.web.schemas.features import Conformance, Landing
from gis_service.web.schemas.jobs import JOB_LIST_REL
from gis_service.web.schemas.tiles import TILESETS_REL

blueprint = Blueprint("landing", __name__, url_prefix="/api")


class OpenApiQuery(Query):
    """Format of the description."""

    f: Literal["json"] | None = None


_OGC = "http://www.opengis.net/spec"
CONFORMANCE = (
    f"{_OGC}/ogcapi-common-1/1.0/conf/core",
    f"{_OGC}/ogcapi-common-2/1.0/conf/collections",
    f"{_OGC}/ogcapi-features-1/1.0/conf/core",
    f"{_OGC}/ogcapi-features-1/1.0/conf/oas30",
    f"{_OGC}/ogcapi-features-1/1.0/conf/geojson",
    f"{_OGC}/ogcapi-features-3/1.0/conf/queryables",
    f"{_OGC}/ogcapi-features-3/1.0/conf/filter",
    f"{_OGC}/ogcapi-features-3/1.0/conf/features-filter",
    f"{_OGC}/cql2/1.0/conf/cql2-text",
    f"{_OGC}/cql2/1.0/conf/cql2-json",
    f"{_OGC}/cql2/1.0/conf/basic-cql2",
    f"{_OGC}/cql2/1.0/conf/advanced-comparison-operators",
    f"{_OGC}/cql2/1.0/conf/basic-spatial-functions",
    f"{_OGC}/ogcapi-tiles-1/1.0/conf/core",
    f"{_OGC}/ogcapi-tiles-1/1.0/conf/tileset",
    f"{_OGC}/ogcapi-tiles-1/1.0/conf/tilesets-list",
    f"{_OGC}/ogcapi-tiles-1/1.0/conf/dataset-tilesets",
    f"{_OGC}/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    f"{_OGC}/ogcapi-tiles-1/1.0/conf/mvt",
    f"{_OGC}/ogcapi-tiles-1/1.0/conf/oas30",
    f"{_OGC}/ogcapi-processes-1/1.0/conf/core",
    f"{_OGC}/ogcapi-processes-1/1.0/conf/ogc-process-description",
    f"{_OGC}/ogcapi-processes-1/1.0/conf/json",
    f"{_OGC}/ogcapi-processes-1/1.0/conf/oas30",
    f"{_OGC}/ogcapi-processes-1/1.0/conf/job-list",
    f"{_OGC}/ogcapi-processes-1/1.0/conf/dismiss",
)
"""Only what the tests show."""

_ABOUT = {
    "vi": "Các lớp dữ liệu, ô bản đồ và phép phân tích của dịch vụ bản đồ số mở.",
    "en": "Layers, map tiles and analyses of an open digital map service.",
}
_NAMES = {"vi": "Dịch vụ bản đồ số", "en": "Digital map service"}


@blueprint.get("/")
@operation("Start", Permission.READ, {200: {JSON: Landing, HTML: None}}, query=FormatQuery)
def landing(query: FormatQuery) -> Response:
    """Begin here: what the service offers, and where."""
    city = current.context().catalogue.city
    language = current.language()
    title = f"{_NAMES[language]} · {city.title.in_language(language)}"
    links = [
        *itself("/"),
        Link(href=f"{current.base_url()}/api/openapi.json", rel="service-desc", type=OPENAPI),
        link("/conformance", "conformance"),
        link("/collections", "data"),
        link("/catalogue?f=dcat", "http://www.w3.org/ns/dcat#Catalog", JSON_LD),
        link("/tiles", TILESETS_REL),
        link("/tileMatrixSets", "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"),
        link("/processes", "http://www.opengis.net/def/rel/ogc/1.0/processes"),
        link("/jobs", JOB_LIST_REL),
        link("/studies", "related", title="studies"),
        link("/vintages", "related", title="vintages"),
        link("/standards", "related", title="standards"),
    ]
    return show(Landing(title=title, description=_ABOUT[language], links=links), query.f, title)


@blueprint.get("/conformance")
@operation("Start", Permission.READ, {200: {JSON: Conformance, HTML: None}}, query=FormatQuery)
def conformance(query: FormatQuery) -> Response:
    """List the conformance classes that the service meets."""
    return show(Conformance(conformsTo=list(CONFORMANCE)), query.f, "Conformance")


@blueprint.get("/openapi.json")
@operation("Start", Permission.READ, {200: {OPENAPI: None}}, query=OpenApiQuery)
def openapi(query: OpenApiQuery) -> Response:
    """Describe the API as an OpenAPI 3.0 document."""
    del query  # there is only one format; asking for another has been refused
    return json_response(json.dumps(openapi_document(current_app), ensure_ascii=False), OPENAPI)
