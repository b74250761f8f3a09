"""Coverage, answered at once and not stored: the study, the cells of those outside, and why here."""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gis_service.services import cells as cell_service
from gis_service.services import coverage_live as service
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_live import LiveStudy, Question
from gis_service.services.documents import canonical_json
from gis_service.services.memo import Memo
from gis_service.services.study_products import APART
from gis_service.services.why_place import why_document
from gis_service.web import current, live
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import json_response, page, url, wants_page
from gis_service.web.schemas.common import GEOJSON, HTML, JSON, Link
from gis_service.web.schemas.coverage import (
    CellsQuery,
    CoverageQuery,
    LiveCells,
    LiveCoverage,
    LiveWhy,
    WhyQuery,
)
from gis_service.web.schemas.study_product import PRODUCT

blueprint = Blueprint("coverage", __name__, url_prefix="/api/coverage")

_NOT_MODIFIED = 304
_OF_PLACE = {"lon", "lat", "detail", "f", "k"}


@blueprint.before_request
def _count() -> None:
    live.count()


def ask_question(query: CoverageQuery) -> Question:
    """Check what an address asks; errors as of `gis_service.services.coverage_live.ask`."""
    catalogue = current.catalogue()
    inputs = service.inputs_of(catalogue, query.inputs(), query.branch_share)
    return service.ask(current.connection(), catalogue, inputs, current.caller())


def _study(question: Question) -> tuple[LiveStudy, Document]:
    """Give the study, and its document as the caller may see it."""
    context = current.context()
    study = service.study_of(question, context.prepared)
    shown = service.shown_document(
        study, current.catalogue(), context.prepared, personal=current.sees_personal()
    )
    return study, shown


def answered(
    query: CoverageQuery,
    question: Question,
    make: Callable[[], Document],
    media: str,
    *,
    kept: bool = True,
    memory: Memo | None = None,
) -> Response:
    """Answer with what ``make`` gives, or say without computing that the reader has it already.

    Parameters
    ----------
    query, question
        What is asked.
    make
        Computes the answer.
    media
        Its media type.
    kept
        Whether the answer stays in memory for the next reader.
    memory
        Where it stays; with whole maps when None.
    """
    answers = current.context().prepared.answers if memory is None else memory
    html = wants_page(query.f)
    told = (
        question.mark,
        request.full_path,
        current.base_url(),
        current.sees_personal(),
        current.language(),
        html,
    )
    etag = hashlib.sha256(repr(told).encode()).hexdigest()
    if request.if_none_match.contains(etag):
        response = Response(status=_NOT_MODIFIED)
    elif html:
        response = page(make(), "Coverage")
    else:

        def written() -> str:
            return canonical_json(make()).decode()

        response = json_response(answers.by_name(etag, written) if kept else written(), media)
    response.set_etag(etag)
    return response


def _links(path: str) -> list[dict[str, Any]]:
    """Link an answer to itself and to the other answers to the same question."""
    given = {name: value for name, value in request.args.items() if name not in _OF_PLACE}
    asked = urlencode(given)
    own = urlencode(dict(request.args.items()))
    cells, why = url(f"/coverage/cells?{asked}"), f"{url(f'/coverage/why?{asked}')}&lon={{lon}}&lat={{lat}}"
    links = [
        Link(href=f"{url(path)}?{own}", rel="self", type=JSON),
        Link(href=f"{url('/coverage')}?{asked}", rel="coverage", type=JSON),
        Link(href=cells, rel="cells", type=GEOJSON),
        Link(href=why, rel="why", type=JSON, templated=True),
        Link(href=url(f"/coverage/product?{_without_limit(given)}"), rel="product", type=PRODUCT),
    ]
    return [one.model_dump(mode="json", exclude_none=True) for one in links]


def _without_limit(given: dict[str, str]) -> str:
    """Give the question of a product: one for all limits."""
    return urlencode({name: value for name, value in given.items() if name not in APART})


@blueprint.get("")
@operation("Coverage", Permission.READ, {200: {JSON: LiveCoverage, HTML: None}}, query=CoverageQuery)
def coverage(query: CoverageQuery) -> Response:
    """Tell how many people a service reaches within its limit; computed now, and not stored."""
    question = ask_question(query)
    return answered(query, question, lambda: _study(question)[1] | {"links": _links("/coverage")}, JSON)


@blueprint.get("/cells")
@operation("Coverage", Permission.READ, {200: {GEOJSON: LiveCells, HTML: None}}, query=CellsQuery)
def cells(query: CellsQuery) -> Response:
    """Give the cells of 250 m where people live outside the standard, or to some roles their homes."""
    prepared, question = current.context().prepared, ask_question(query)
    if query.detail == "points":
        cell_service.open_homes(current.caller())

    def make() -> Document:
        study, shown = _study(question)
        if query.detail == "points":
            found = cell_service.points_document(study, shown)
        else:
            table = cell_service.cell_table(study, prepared)
            found = cell_service.cells_document(study, table, shown, personal=current.sees_personal())
        return found | {"links": _links("/coverage/cells")}

    return answered(query, question, make, GEOJSON)


@blueprint.get("/why")
@operation("Coverage", Permission.READ, {200: {JSON: LiveWhy, HTML: None}}, query=WhyQuery)
def why(query: WhyQuery) -> Response:
    """Tell why a place is reached or not: its way, what the way is made of, and the rule."""
    question, prepared = ask_question(query), current.context().prepared

    def make() -> Document:
        study = service.study_of(question, prepared)
        place = (query.lon, query.lat)
        found = why_document(study, question, prepared, place, personal=current.sees_personal(), k=query.k)
        return found | {"links": _links("/coverage/why")}

    # Places are many, and each is asked for once: they would push whole maps out of memory.
    return answered(query, question, make, JSON, kept=False)
