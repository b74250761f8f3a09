"""What all pages share that the server writes whole: their frame, their language, the words of errors."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gis_service.errors import ErrorCode, GisError, RefusedInput
from gis_service.messages.plural import plural
from gis_service.text import number
from gis_service.types import Language
from gis_service.web import built, current, errors, forgery
from gis_service.web.pages.places import sign_in_address

Say: TypeAlias = Callable[[str, str], str]


def language_of() -> Language:
    """Tell the language of the page: the one in its address, else what the browser asks for."""
    # A form that brings a file is read by its handler, piece by piece: its language stands in the address.
    is_form = request.method == "POST" and request.mimetype == forgery.FORM
    asked = request.values.get("lang") if is_form else request.args.get("lang")
    if asked in ("vi", "en"):
        return "vi" if asked == "vi" else "en"
    return current.language()


def show(template: str, status: int = 200, **values: object) -> Response:
    """Render a page; nobody may keep it, since its forms carry tokens.

    Parameters
    ----------
    template
        Name of the file.
    status
        HTTP status.
    values
        What the template says.
    """
    language = language_of()

    def say(vi: str, en: str) -> str:
        return vi if language == "vi" else en

    html = render_template(
        template,
        language=language,
        say=say,
        count=lambda value: number(value, language),
        of=lambda value, vi, one, many: say(vi, plural(value, one, many)),
        city=current.context().catalogue.city.title.in_language(language),
        style=built.style_of(Path(current_app.static_folder or "")),
        field=forgery.FIELD,
        **values,
    )
    response = Response(html, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "private, no-store"
    return response


def field(name: str, most: int) -> str:
    """Give a field of the form, cut to a length, without the one sign that PostgreSQL keeps in no text."""
    return request.form.get(name, "").replace("\x00", "")[:most]


def new_password() -> str:
    """Give the new password of a form, which is typed twice.

    Raises
    ------
    RefusedInput
        ``passwords_differ``.
    """
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        raise RefusedInput(ErrorCode.PASSWORDS_DIFFER)
    return password


def problem_of(error: GisError) -> dict[str, object]:
    """Give the words of an error for a page: those of the problem document, in the language of the page."""
    return errors.problem_document(error, language_of(), current.request_id())


def as_page(error: GisError) -> AnyResponse:
    """Answer an error to people: as a page, or with the way to sign in when that is what is missing."""
    if error.code is ErrorCode.TOKEN_MISSING and request.method in {"GET", "HEAD"}:
        return redirect(sign_in_address(request.path, language_of()), 303)
    response = show("problem.html", error.status, problem=problem_of(error))
    response.headers.update(errors.headers_of(error))
    return response


def speak_in_pages(blueprint: Blueprint) -> None:
    """Let the errors of a blueprint be pages instead of problem documents."""
    blueprint.register_error_handler(GisError, as_page)
