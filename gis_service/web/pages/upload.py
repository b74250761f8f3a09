"""The page of one upload: what the file is, what is wrong, what is chosen, and the way into a layer."""

from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.errors import ErrorCode, GisError
from gis_service.services import jobs
from gis_service.services import uploads as service
from gis_service.services import uploads_commit as commits
from gis_service.services import uploads_runs as runs
from gis_service.services.layers import definition_of
from gis_service.services.small_map import ground_of
from gis_service.services.uploads import Upload
from gis_service.services.uploads_changes import changes_of
from gis_service.web import built, current, errors, forgery
from gis_service.web.auth import Permission, demands
from gis_service.web.faults_table import FAULTS_FILE, table_answer
from gis_service.web.one_upload import inspected_upload, upload_of
from gis_service.web.pages import look, upload_target, upload_view, upload_words
from gis_service.web.pages.upload_form import NEW, choices_from
from gis_service.web.pages.uploads import SCRIPT, address_of, answer
from gis_service.web.reading import read_sent
from gis_service.web.schemas.uploads import UploadChoices
from gis_service.web.upload_document import faults_of, result_of

blueprint = Blueprint("upload_page", __name__, url_prefix="/uploads")
blueprint.register_error_handler(GisError, answer)

_SEE_OTHER = HTTPStatus.SEE_OTHER
_PLACES = frozenset(
    {"layers", "findings", "coordinates", "crs", "text", "target", "columns", "placing", "changes"}
)
"""Parts of the page that a button may lead back to."""
_WAITING = frozenset({"received", "inspecting", "committing"})


@blueprint.get("/<upload_id>")
@demands(Permission.UPLOAD)
def page(upload_id: str) -> Response:
    """Show an upload; with ``changes`` in the address what a commit would change is counted."""
    found, changes = upload_of(upload_id), None
    if "changes" in request.args and found.state == "ready":
        context, caller = current.context(), current.caller()
        current.release()
        changes = changes_of(context, upload_id, caller)
    return _page(found, changes=changes)


@blueprint.get("/<upload_id>/faults.csv")
@demands(Permission.UPLOAD)
def faults(upload_id: str) -> Response:
    """Give everything that was found as a table, in the language of the page that leads here."""
    language = look.language_of()
    found = faults_of(inspected_upload(upload_id), language, whole=True)
    return table_answer(found, "where", FAULTS_FILE, language)


@blueprint.post("/<upload_id>")
@demands(Permission.UPLOAD)
def choose(upload_id: str) -> Response:
    """Take the choices of the form, look through the file again, and lead back to where the reader was."""
    context, caller, form = current.context(), current.caller(), request.form
    found = service.get(current.connection(), upload_id, caller)
    current.release()
    wanted = choices_from(form, found)
    try:
        chosen = runs.choose(context, upload_id, lambda _: _read(wanted), caller)
    except GisError as error:
        return _page(replace(found, choices=wanted), error)
    with suppress(GisError):
        # What the file is refused with stands on its page.
        runs.inspect_soon(context, chosen, caller)
    at = form.get("at", "")
    return redirect(address_of(chosen, at if at in _PLACES else ""), _SEE_OTHER)


def _read(wanted: dict[str, Any]) -> dict[str, Any]:
    choices = read_sent(UploadChoices, wanted)
    return choices.model_dump(mode="json", exclude_defaults=True)


@blueprint.post("/<upload_id>/commit")
@demands(Permission.UPLOAD)
def commit(upload_id: str) -> Response:
    """Make a version of the file; a large one is given to a job, and its page waits."""
    context, caller = current.context(), current.caller()
    found = service.get(current.connection(), upload_id, caller)
    current.release()
    try:
        commits.commit_soon(context, upload_id, caller)
    except GisError as error:
        return _page(found, error)
    return redirect(address_of(found), _SEE_OTHER)


@blueprint.post("/<upload_id>/drop")
@demands(Permission.UPLOAD)
def drop(upload_id: str) -> Response:
    """Give up an upload, and lead back to the list."""
    context, caller = current.context(), current.caller()
    current.release()
    service.drop(context, upload_id, caller)
    return redirect(f"/uploads?lang={look.language_of()}", _SEE_OTHER)


def _page(found: Upload, error: GisError | None = None, changes: object = None) -> Response:
    language = look.language_of()
    values: dict[str, Any] = {}
    if found.inspection is not None and found.state == "ready":
        values = _choices(found)
    elif found.result is not None:
        layer = current.catalogue().layers.get(found.result["layer"])
        values = {
            "result": result_of(found.id, found.result, language),
            "layer_title": layer.title.in_language(language) if layer else found.result["layer"],
        }
    kept = None if found.problem is None else jobs.read_problem(found.id, found.problem)
    told = error or kept
    response = look.show(
        "upload.html",
        error.status if error else HTTPStatus.OK,
        token=forgery.token() or "",
        upload=found,
        state=upload_words.STATES[found.state].in_language(language),
        waiting=found.state in _WAITING,
        size=upload_words.size(found.size, language),
        received=upload_words.size(service.offset_of(current.context().settings, found), language),
        problem=look.problem_of(told) if told else None,
        overtaken=_newest(found, told),
        changes=changes,
        counted="changes" in request.args,
        script=built.script_of(SCRIPT),
        **values,
    )
    if error:
        response.headers.update(errors.headers_of(error))
    return response


def _newest(found: Upload, problem: GisError | None) -> int | None:
    """Give the version that a layer has come to since the file was made; None when nothing overtook it."""
    findings = (found.inspection or {}).get("findings", [])
    told = [*([problem] if problem else []), *(jobs.read_problem(found.id, one["error"]) for one in findings)]
    for error in told:
        newest = error.params.get("newest")
        if error.code is ErrorCode.BASE_VERSION_CHANGED and isinstance(newest, int):
            return newest
    return None


def _choices(found: Upload) -> dict[str, Any]:
    """Give all that can be seen and chosen of a file that was looked through."""
    language, rights = look.language_of(), current.rights()
    findings = upload_view.findings_of(found, language)
    seen = upload_view.seen_of(found)
    ground = ground_of(current.connection(), rights.catalogue)
    target = None
    if layer_id := found.choices.get("layer"):
        with suppress(GisError):
            # A layer that is gone is told of as a finding.
            target = definition_of(rights.catalogue, layer_id)
    return {
        **_of_target(found, seen, target),
        "sentence": upload_view.sentence_of(found, findings, language),
        "findings": [
            (severity, words.in_language(language), [one for one in findings if one["severity"] == severity])
            for severity, words in upload_words.SEVERITIES.items()
        ],
        "errors": sum(one["severity"] == "error" for one in findings),
        "ticked": upload_view.ticked_of(found, findings, language),
        "repairs_shown": _repairs_shown(found, findings),
        "listed": upload_view.LISTED,
        "seen": seen,
        "kinds": upload_target.kinds_of(seen, language) if seen else [],
        "notices": upload_view.notices_of(seen, language) if seen else [],
        "layers": upload_view.choice_of_layers(found),
        "beside": upload_view.layers_beside(found),
        "drawing": upload_view.map_of(found, findings, ground),
        "systems": upload_view.systems_of(found, language),
        "system": _system(found),
        "doubtful": upload_view.is_doubtful(found),
        "texts": upload_view.texts_of(found, language),
        "encodings": upload_words.ENCODINGS,
        "coordinates": upload_view.coordinates_of(found, language),
        "units": upload_view.guesses_of(found, "units"),
        "vintages": {one.id: one.title.in_language(language) for one in rights.catalogue.city.vintages},
        "placing": upload_view.places_to_give(found),
        "has_picture": bool((found.inspection or {}).get("picture")),
    }


def _of_target(found: Upload, seen: dict[str, Any] | None, target: LayerDefinition | None) -> dict[str, Any]:
    """Give the layers that a file may go into, and the field of each of its columns in the one chosen."""
    language, rights = look.language_of(), current.rights()
    definition = found.choices.get("definition")
    now = (found.inspection or {}).get("target") or {}
    return {
        "targets": upload_target.targets_of(rights, seen, language),
        "target": target,
        "target_title": target.title.in_language(language) if target else "",
        "target_version": now.get("version", 0),
        "new": NEW,
        "definition": definition,
        "can_be_new": bool(definition or (seen or {}).get("definition")),
        "columns": upload_target.columns_of(found, seen, target, language) if seen else [],
        "fields": upload_target.fields_of(target, language) if target else [],
        "types": [(name, words.in_language(language)) for name, words in upload_words.TYPES.items()],
        "visibilities": [
            (name, words.in_language(language)) for name, words in upload_words.VISIBILITIES.items()
        ],
        "categories": [
            (id_, title.in_language(language)) for id_, title in rights.catalogue.city.categories.items()
        ],
    }


def _repairs_shown(found: Upload, findings: list[dict[str, Any]]) -> str:
    """Name the repairs that the page has a tick for; others stay as they were chosen."""
    shown = [one["repair"] for one in findings if one["does"]] + list(found.choices.get("repairs", []))
    return " ".join(dict.fromkeys(shown))


def _system(found: Upload) -> str:
    """Give the value of the coordinate system that is chosen, as the form has it."""
    crs: str = found.choices.get("crs") or ""
    known = [
        guess
        for guess in upload_view.guesses_of(found, "crs")
        if guess["crs"] == crs and guess["swapped"] and "axes" in found.choices.get("repairs", [])
    ]
    return crs + upload_view.SWAPPED if known else crs
