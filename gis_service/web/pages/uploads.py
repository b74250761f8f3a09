"""The page of uploads: files are dropped here, and one's own uploads are found again."""

from contextlib import suppress
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from gis_service.errors import ErrorCode, GisError, NotAllowed, RefusedInput
from gis_service.services import uploads as service
from gis_service.services import uploads_runs as runs
from gis_service.services.rights import EDITORS
from gis_service.services.uploads import Upload
from gis_service.services.uploads_room import most_bytes, require_size
from gis_service.web import built, current, errors, forgery, tus
from gis_service.web.auth import Permission, demands
from gis_service.web.multipart import FORM, MOST_AROUND_BYTES, file_of
from gis_service.web.pages import look, upload_words
from gis_service.web.pages.places import sign_in_address

blueprint = Blueprint("uploads_page", __name__, url_prefix="/uploads")

SCRIPT = "src/uploads.ts"
"""Name of the script of these pages in the manifest that the client's build writes."""
_SEE_OTHER = HTTPStatus.SEE_OTHER
_LISTED = 30
_CLOSED = {ErrorCode.TOKEN_MISSING, ErrorCode.ROLE_INSUFFICIENT, ErrorCode.SCOPE_INSUFFICIENT}


def answer(error: GisError) -> Response:
    """Answer an error as a page; whoever may not bring in files is told who may, and the way to sign in."""
    if error.code not in _CLOSED:
        response = look.show("problem.html", error.status, problem=look.problem_of(error))
    else:
        language = look.language_of()
        response = look.show(
            "uploads_closed.html",
            error.status,
            known=error.code is not ErrorCode.TOKEN_MISSING,
            roles=sorted(role.value for role in EDITORS),
            sign_in=sign_in_address(request.path, language),
        )
    response.headers.update(errors.headers_of(error))
    return response


blueprint.register_error_handler(GisError, answer)


def address_of(upload: Upload, at: str = "", **asked: str) -> str:
    """Give the address of the page of an upload, in the language of this one."""
    query = urlencode({"lang": look.language_of(), **asked})
    return f"/uploads/{upload.id}?{query}{'#' + at if at else ''}"


@blueprint.get("")
@demands(Permission.UPLOAD)
def page() -> Response:
    """Show where files are dropped, and the uploads of whoever has signed in."""
    return _page()


def _page(error: GisError | None = None) -> Response:
    language, caller = look.language_of(), current.caller()
    found = service.list_(
        current.connection(), caller, after=request.args.get("after") or None, limit=_LISTED
    )
    settings = current.context().settings
    items = [
        {
            "upload": one,
            "state": upload_words.STATES[one.state].in_language(language),
            "size": upload_words.size(one.size, language),
            "received": upload_words.size(service.offset_of(settings, one), language),
            "link": address_of(one),
        }
        for one in found.items
    ]
    response = look.show(
        "uploads.html",
        error.status if error else HTTPStatus.OK,
        token=forgery.token() or "",
        problem=look.problem_of(error) if error else None,
        items=items,
        others=any(one.author != caller.name for one in found.items),
        next=found.next,
        most=most_bytes(settings),
        most_words=upload_words.size(most_bytes(settings), language),
        hours=settings.upload_hours,
        script=built.script_of(SCRIPT),
    )
    if error:
        response.headers.update(errors.headers_of(error))
    return response


@blueprint.post("")
@demands(Permission.UPLOAD_FORM)
def bring() -> Response:
    """Take the file of a plain form, look through it, and lead to its page; scripts send by tus."""
    if request.mimetype != FORM:
        forgery.check()
    context, caller = current.context(), current.caller()
    current.session()
    current.release()
    request.max_content_length = tus.NO_LIMIT
    try:
        require_size(context.settings, max(0, (request.content_length or 0) - MOST_AROUND_BYTES))
        sent = file_of(request.stream, request.headers.get("Content-Type", ""), "file")
        forgery.check_sent(sent.fields.get(forgery.FIELD, ""))
        if not sent.name:
            raise RefusedInput(ErrorCode.UPLOAD_FILE_MISSING)
        begun = service.start(context, sent.name, None, caller)
        taken = runs.take(context, begun, sent.chunks, caller)
    except NotAllowed:
        raise
    except GisError as error:
        return _page(error)
    with suppress(GisError):
        # What it is refused with stands on its page.
        runs.inspect_soon(context, taken, caller)
    return redirect(address_of(taken), _SEE_OTHER)
