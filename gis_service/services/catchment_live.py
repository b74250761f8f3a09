"""Catchments drawn at once and not stored: of the facilities of a live study, or of one place on the map."""

from dataclasses import replace
from typing import Any

import numpy as np

from gis_service.analysis.graph import build_graph
from gis_service.services.catchment import catchment_shapes, public_shapes
from gis_service.services.catchment_ground import Ground, ground_of, place_xy, with_places
from gis_service.services.catchment_request import CatchmentAsk, require_no_start, require_ways
from gis_service.services.coverage_live import LiveStudy
from gis_service.services.documents import plain
from gis_service.services.prepared import Prepared
from gis_service.services.study_standard import refused
from gis_service.services.study_words import notice_text
from gis_service.services.why import place_in

Document = dict[str, Any]
_OF_PEOPLE = ("allocation", "od")


def catchment_answer(
    study: LiveStudy,
    asked: CatchmentAsk,
    prepared: Prepared,
    *,
    personal: bool = False,
    points: bool = False,
) -> Document:
    """Draw what is asked for of a live study; no person is counted here.

    Parameters
    ----------
    study
        As `gis_service.services.coverage_live.study_of` gives it.
    asked
        What is drawn.
    prepared
        What is known already, and whose turn it is.
    personal
        Whether the reader may see small counts.
    points
        Whether lines of allocation begin at homes, for those whom `gis_service.services.cells.open_homes`
        lets in.

    Raises
    ------
    RefusedInput
        ``study_refused`` for a shape that the study or a place does not have, ``place_outside``,
        ``catchment_too_large``.
    Temporary
        ``coverage_busy``.
    """
    require_shapes(study, asked)
    for _, lon, lat in asked.places:
        place_in(study, lon, lat)
    with prepared.turns.one():
        ground = _ground_of_place(study, asked) if asked.of == "places" else _ground_of(study, asked)
        shapes, notices = catchment_shapes(ground, study.result, asked, points=points)
    told = [notice.as_document() for notice in notices]
    words = [(notice["code"], notice_text(notice)) for notice in told]
    return {
        "study": study.document["id"],
        "unit": "s" if study.parameters.is_time else "m",
        "limits": plain(list(asked.limits)),
        "generated_data": study.document["generated_data"],
        "shapes": shapes if personal else public_shapes(shapes),
        "notices": told,
        "notice_texts": [{"code": code, "vi": text.vi, "en": text.en} for code, text in words],
    }


def require_shapes(study: LiveStudy, asked: CatchmentAsk) -> None:
    """Refuse what cannot be drawn; errors as of `catchment_answer`."""
    parameters = study.parameters
    require_ways(asked, parameters, "polygons, surface, allocation")
    if parameters.catchment != "any" and set(asked.shapes) - {"allocation"}:
        raise refused("catchment", parameters.catchment, "any")
    if asked.of == "places":
        require_no_start(parameters)
    closed = [shape for shape in asked.shapes if shape in _OF_PEOPLE]
    if asked.of == "places" and closed:
        raise refused("shapes", ", ".join(closed), "edges, polygons, surface (lon, lat)")
    if "od" in asked.shapes and not asked.places:
        # Tables of units count people: they are a table of the study, for those who may see them.
        raise refused("shapes", "od", "edges, polygons, surface, allocation; tables=od")


def _ground_of(study: LiveStudy, asked: CatchmentAsk) -> Ground:
    return ground_of(study.inputs, study.parameters, study.result, asked)


def _ground_of_place(study: LiveStudy, asked: CatchmentAsk) -> Ground:
    """Put a place where the facilities stand; people and roads stay those of the study."""
    inputs, roads = with_places(study.inputs, asked), study.result.roads
    ground = ground_of(inputs, study.parameters, study.result, asked)
    chosen = np.arange(len(asked.places), dtype=np.int64)
    if roads is None:
        return replace(ground, chosen=chosen)
    xy, max_m = place_xy(inputs.crs, asked), study.parameters.snap_max_m
    here = inputs.prepared.snap(xy, roads.network, roads.costs, inputs.barriers, max_m)
    graph = inputs.prepared.once(build_graph, roads.network, roads.costs)
    return replace(ground, roads=replace(roads, facilities=here), chosen=chosen, graph=graph)
