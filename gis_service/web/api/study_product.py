"""Compact products: what a client counts with at any limit, by the content they are made of."""

from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gis_service.services import cells as cell_service
from gis_service.services import coverage_live, studies
from gis_service.services import study_products as service
from gis_service.services.accounts import ANONYMOUS
from gis_service.services.study_products import ProductQuestion
from gis_service.services.study_rights import require_document
from gis_service.services.tile_memory import Tile
from gis_service.web import current, live
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import url
from gis_service.web.schemas.study_product import PRODUCT, ProductQuery, StudyProductQuery

blueprint = Blueprint("study_product", __name__, url_prefix="/api")

_FOREVER = "max-age=31536000, immutable"


def _ask(query: ProductQuery) -> ProductQuestion:
    live.count()
    catalogue = current.catalogue()
    if query.detail == "points":
        cell_service.open_homes(current.caller())
    inputs = coverage_live.inputs_of(catalogue, query.inputs(), query.branch_share)
    return service.ask_product(current.connection(), catalogue, inputs, current.caller(), query.detail)


def _noted(detail: str) -> None:
    """Note in the audit that homes are read, and that the answer is for this reader alone."""
    if detail == "points":
        current.sees_personal()


def _shared() -> str:
    """Tell who between may keep an answer: nobody what was given to somebody known, who may read more."""
    return "public" if current.caller() is ANONYMOUS else "private"


def _answer(product: Tile, kept: str) -> Response:
    packed = product.gzipped if request.accept_encodings["gzip"] else b""
    response = Response(packed or product.content, content_type=PRODUCT)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = kept
    response.set_etag(product.mark)
    response.make_conditional(request)
    return response


@blueprint.get("/coverage/product")
@operation("Coverage", Permission.READ, {303: {PRODUCT: None}}, query=ProductQuery)
def named(query: ProductQuery) -> Response:
    """Lead to the compact product of a question as the data are now."""
    asked = _ask(query)
    given = {name: value for name, value in request.args.items() if name not in service.APART}
    address = url(f"/coverage/product/{asked.name}")
    response = Response(status=HTTPStatus.SEE_OTHER)
    response.headers["Location"] = f"{address}?{urlencode(given)}" if given else address
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/coverage/product/<product_name>")
@operation("Coverage", Permission.READ, {200: {PRODUCT: None}}, query=ProductQuery)
def product(product_name: str, query: ProductQuery) -> Response:
    """Give the compact product of a question: the same bytes as long as it has this name."""
    asked = _ask(query)
    service.require_name(asked, product_name)
    found = service.live_product(asked, current.context().prepared)
    _noted(query.detail)
    return _answer(found, f"{_shared()}, {_FOREVER}")


@blueprint.get("/studies/<study_id>/product")
@operation("Studies", Permission.READ, {200: {PRODUCT: None}}, query=StudyProductQuery)
def of_study(study_id: str, query: StudyProductQuery) -> Response:
    """Give the compact product of a kept study, computed again from the versions it was kept with."""
    live.count()
    if query.detail == "points":
        cell_service.open_homes(current.caller())
    document = studies.get(current.connection(), study_id).document
    require_document(current.connection(), current.rights(), document)
    context = current.context()
    found = service.stored_product(
        current.connection(), context.catalogue, document, context.prepared, query.detail
    )
    _noted(query.detail)
    return _answer(found, "no-cache" if _shared() == "public" else "private, no-cache")
