"""Catchments, drawn at once and not stored."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gis_service.services import cells as cell_service
from gis_service.services import coverage_live
from gis_service.services.catchment_live import catchment_answer
from gis_service.services.catchment_request import CatchmentAsk
from gis_service.services.coverage_document import Document
from gis_service.web import current, live
from gis_service.web.api.coverage import answered, ask_question
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import url
from gis_service.web.schemas.catchment import CatchmentQuery, LiveCatchment
from gis_service.web.schemas.common import HTML, JSON, Link

blueprint = Blueprint("catchment", __name__, url_prefix="/api/catchment")


@blueprint.before_request
def _count() -> None:
    live.count()


def _asked(query: CatchmentQuery, limit: float) -> CatchmentAsk:
    place = None if query.lon is None or query.lat is None else ("1", query.lon, query.lat)
    of_place = place is not None and "od" not in query.drawn
    return CatchmentAsk(
        shapes=query.drawn,
        limits=tuple(sorted({*(query.limits or ()), limit})),
        places=() if place is None else (place,),
        of="places" if of_place else "facilities",
        bbox=query.bbox,
        step_m=query.step_m,
        grid=query.grid,
    )


def _links(query: CatchmentQuery) -> list[dict[str, Any]]:
    own = urlencode(dict(request.args.items()))
    known = query.inputs() | {"branch_share": query.branch_share}
    given = {name: value for name, value in request.args.items() if name in known}
    links = [
        Link(href=f"{url('/catchment')}?{own}", rel="self", type=JSON),
        Link(href=f"{url('/coverage')}?{urlencode(given)}", rel="coverage", type=JSON),
    ]
    return [one.model_dump(mode="json", exclude_none=True) for one in links]


@blueprint.get("")
@operation("Coverage", Permission.READ, {200: {JSON: LiveCatchment, HTML: None}}, query=CatchmentQuery)
def catchment(query: CatchmentQuery) -> Response:
    """Draw what a service, or a place, reaches within its limits; computed now, and not stored.

    Polygons are for drawing only. With `od` and a place, its ways to the facilities are listed.
    """
    prepared, question = current.context().prepared, ask_question(query)
    points = query.detail == "points"
    if points:
        cell_service.open_homes(current.caller())

    def make() -> Document:
        study = coverage_live.study_of(question, prepared)
        asked = _asked(query, study.parameters.limit)
        personal = current.sees_personal()
        found = catchment_answer(study, asked, prepared, personal=personal, points=points)
        return found | {"links": _links(query)}

    # Whatever follows the eye of a reader over the map would push whole maps out of memory: it has its own.
    whole = query.bbox is None and query.lon is None and set(query.drawn) <= {"polygons", "allocation"}
    return answered(query, question, make, JSON, memory=None if whole else prepared.drawings)
