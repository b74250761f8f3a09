"""What the map shows, as a file to take along: tiles, a style, and a page that needs no server."""

from dataclasses import replace
from urllib.parse import quote

from flask import Blueprint, Response, request

from gis_service.services import offline_files, offline_study
from gis_service.services.coverage_live import Question
from gis_service.services.export_files import note_taking
from gis_service.services.offline import MOST_TILES, Limits, View, check
from gis_service.services.offline_view import Asked, view_of, with_units
from gis_service.services.tile_flights import asked_by
from gis_service.web import current, live
from gis_service.web.api.coverage import ask_question
from gis_service.web.api.exports import Stream, desk_of
from gis_service.web.asker import asker_of
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.reading import read_inside
from gis_service.web.schemas.coverage import CoverageQuery
from gis_service.web.schemas.items import last_moment
from gis_service.web.schemas.offline import OfflineQuery

blueprint = Blueprint("offline", __name__, url_prefix="/api/offline")

ZIP = "application/zip"


@blueprint.get("")
@operation("Exports", Permission.READ, {200: {ZIP: None}}, query=OfflineQuery)
def offline(query: OfflineQuery) -> Response:
    """Give layers and tilesets, as far as the reader may have them, as a map that opens with no server."""
    live.count()
    asked = None if query.answer is None else read_inside(CoverageQuery, query.answer, "answer")
    question = None if asked is None else ask_question(asked)
    view = view_of(current.connection(), current.rights(), _asked(query, question))
    context, caller = current.context(), current.caller()
    limits = Limits(tiles=MOST_TILES, seconds=context.settings.export_seconds)
    check(view, limits)
    view = _with_study(view, query.study, question)
    # Tiles are asked for by connections of their own.
    current.release()
    _note(view)
    with desk_of(context).room() as folder, asked_by(asker_of(request.environ)):
        name = offline_files.package_name(context, view)
        made = offline_files.write(context, view, folder / name, limits)
        content = made.path.open("rb")
        size = made.path.stat().st_size
    response = Response(Stream(content), mimetype=ZIP)
    response.content_length = size
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}; filename={name}"
    response.headers["Content-Language"] = view.language
    response.headers["Cache-Control"] = "private, no-store" if caller.role else "no-store"
    return response


def _with_study(view: View, id_: str | None, question: Question | None) -> View:
    """Add the study that the map shows; who is given small counts is noted in the audit."""
    if id_ is None and question is None:
        return view
    context, connection, rights = current.context(), current.connection(), current.rights()
    personal = current.sees_personal()
    if question is not None:
        taken = offline_study.live(context, connection, rights, question, personal=personal)
    else:
        taken = offline_study.kept(context, connection, rights, str(id_), personal=personal)
    return replace(view, study=taken)


def _asked(query: OfflineQuery, question: Question | None) -> Asked:
    named = tuple(query.layers or ())
    if question is not None:
        named = with_units(named, question.layers.layers["zones"])
    elif query.study is not None:
        named = with_units(named, offline_study.units_of_kept(current.connection(), query.study))
    return Asked(
        layers=named,
        # Who names nothing at all has not said what is wanted; a study lies on whatever there is.
        tilesets=() if query.is_empty else query.tilesets,
        box=query.bbox,
        zooms=(query.minzoom, query.maxzoom),
        filters=query.filters or {},
        moment=last_moment(query.datetime),
        language=query.lang or current.language(),
    )


def _note(view: View) -> None:
    """Note in the audit who takes rows out that are not for everybody."""
    context, caller, asked = (
        current.context(),
        current.caller(),
        request.query_string.decode("utf-8", "replace"),
    )
    for one in view.collections:
        note_taking(context, caller, one.definition, one.visibility, asked)
