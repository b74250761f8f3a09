"""The pages of one layer: its history, with the way back, and the quality of its data as it is."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from gis_service.analysis.checks.findings import LISTED
from gis_service.errors import Conflict, GisError, NotFound
from gis_service.services import history as service
from gis_service.services.audit import note_version
from gis_service.services.collections import Collection
from gis_service.services.edits import ANSWER_WAIT_S
from gis_service.services.history_back import restore
from gis_service.services.history_picture import DRAWN, touched
from gis_service.services.layer_quality import LayerQuality, quality_now
from gis_service.services.layers import refuse_raster
from gis_service.services.rights import require_editing_now
from gis_service.services.small_map import ground_of, layer_shapes
from gis_service.services.transactions import writing
from gis_service.text import whole_number
from gis_service.web import current, errors, forgery, live
from gis_service.web.api.collections import collection_of, oldest_of
from gis_service.web.auth import Permission, demands
from gis_service.web.faults_table import table_answer
from gis_service.web.layer_fault_words import faults_of
from gis_service.web.pages import look, upload_words
from gis_service.web.pages.drawing import HEIGHT, WIDTH, Drawing, geometry_of
from gis_service.web.pages.upload_target import may_edit

blueprint = Blueprint("layer_pages", __name__, url_prefix="/layers/<collection_id>")
look.speak_in_pages(blueprint)

_VERSIONS = 15
_LISTED = 20
_KINDS = {"insert": "added", "update": "changed", "delete": "removed"}
_LOCATED = ("None", "Raster")
"""Geometries of layers that have nothing to draw here."""
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""A picture brings its own style, and nothing else."""


@blueprint.get("/history")
@demands(Permission.READ_LAYER)
def history(collection_id: str) -> Response:
    """Show the versions of a layer, the newest first, each with what it changed and the way back to it."""
    return _history(collection_id)


def _history(collection_id: str, error: GisError | None = None, unsure: int | None = None) -> Response:
    collection = collection_of(collection_id)
    found = service.page(
        current.connection(),
        collection.definition,
        before=whole_number(request.args.get("before", "")),
        limit=_VERSIONS,
        oldest=oldest_of(collection),
    )
    done = request.args.get("done", "")
    response = look.show(
        "layer_history.html",
        error.status if error else HTTPStatus.OK,
        **_heading(collection),
        token=forgery.token() or "",
        problem=look.problem_of(error) if error else None,
        entries=found.items,
        newest=collection.version,
        known=current.caller().role is not None,
        may_edit=may_edit(current.rights(), collection_id),
        located=collection.definition.geometry not in _LOCATED,
        drawn=DRAWN,
        unsure=unsure,
        done=whole_number(done),
        unchanged=done == "unchanged",
        next=found.next_before,
    )
    if error:
        response.headers.update(errors.headers_of(error))
    return response


def _heading(collection: Collection) -> dict[str, Any]:
    language = look.language_of()
    definition = collection.definition
    return {"layer": definition, "title": definition.title.in_language(language)}


@blueprint.get("/history/<int:version>.svg")
@demands(Permission.READ_LAYER)
def picture(collection_id: str, version: int) -> Response:
    """Draw what a version of a layer added, changed and removed."""
    collection = collection_of(collection_id)
    refuse_raster(collection.definition)
    rows = touched(current.connection(), collection.definition, version, oldest_of(collection))
    shapes = [(_KINDS[row["op"]], geometry_of(row["geometry"])) for row in rows]
    ground = ground_of(current.connection(), current.catalogue())
    drawing = Drawing.over(ground, [shape.bounds for _, shape in shapes if shape is not None])
    for kind, shape in shapes:
        drawing.shape(shape, kind)
    body = render_template("change_picture.html", drawing=drawing, width=WIDTH, height=HEIGHT)
    response = Response(body, content_type="image/svg+xml; charset=utf-8")
    response.headers["Content-Security-Policy"] = _PICTURE_POLICY
    return response


@blueprint.post("/history/<int:version>/restore")
@demands(Permission.EDIT_LAYER)
def go_back(collection_id: str, version: int) -> Response:
    """Bring a layer back to what it was in a version, as a new version, once the reader has confirmed it."""
    definition, caller = collection_of(collection_id).definition, current.caller()
    if "sure" not in request.form:
        return _history(collection_id, unsure=version)
    current.release()
    try:
        with writing(current.context()) as connection:
            done = restore(connection, definition, version, author=caller.name, wait_s=ANSWER_WAIT_S)
            # The layer is held by now: a right that was taken back while this waited is gone.
            require_editing_now(connection, current.context().catalogue, caller, definition.id)
            if done.version is not None:
                note_version(connection, caller, definition.id, done.version)
    except (Conflict, NotFound) as error:
        return _history(collection_id, error)
    asked = {"lang": look.language_of(), "done": done.version or "unchanged"}
    return redirect(f"/layers/{collection_id}/history?{urlencode(asked)}", HTTPStatus.SEE_OTHER)


@blueprint.get("/quality")
@demands(Permission.READ_LAYER)
def quality(collection_id: str) -> Response:
    """Show what the checks of a file find in the rows that a layer holds now, and where."""
    collection, language = collection_of(collection_id), look.language_of()
    found = _quality(collection)
    connection, catalogue = current.connection(), current.catalogue()
    faults = faults_of(found.findings, language)
    drawing = None
    if collection.definition.geometry not in _LOCATED:
        ground = ground_of(connection, catalogue)
        drawing = Drawing.over(ground, [])
        for shape in layer_shapes(connection, collection.definition.id, ground.box):
            drawing.shape(shape, "feature")
        marks = [
            (one.lon, one.lat, str(one.id or ""))
            for fault in faults
            for one in fault.features
            if one.lon is not None and one.lat is not None
        ]
        # From here on only what is at fault is counted.
        drawing.outside = 0
        for lon, lat, number in marks:
            drawing.dot(lon, lat, "bad place", number)
        for lon, lat, number in marks:
            drawing.label(lon, lat, number, "number")
    return look.show(
        "layer_quality.html",
        **_heading(collection),
        found=found,
        groups=[
            (severity, words.in_language(language), [one for one in faults if one.severity == severity])
            for severity, words in upload_words.SEVERITIES.items()
        ],
        drawing=drawing,
        listed=_LISTED,
        may_edit=may_edit(current.rights(), collection_id),
    )


@blueprint.get("/quality.csv")
@demands(Permission.READ_LAYER)
def quality_table(collection_id: str) -> Response:
    """Give what the checks find as a table, in the language of the page that leads here."""
    language = look.language_of()
    found = faults_of(_quality(collection_of(collection_id)).findings, language, LISTED)
    return table_answer(found, "id", f"{collection_id}_faults.csv", language)


def _quality(collection: Collection) -> LayerQuality:
    live.count()
    refuse_raster(collection.definition)
    connection, catalogue = current.connection(), current.catalogue()
    return quality_now(connection, catalogue, collection.definition, current.context().prepared)
