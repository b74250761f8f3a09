"""Signing in and out, and choosing the first password with a one-time code."""

from contextlib import suppress

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from gis_service.errors import ErrorCode, GisError, NotFound, RefusedInput
from gis_service.services import sessions, users
from gis_service.services import sign_in as service
from gis_service.services.accounts import Trail
from gis_service.services.transactions import writing
from gis_service.web import cookies, current, errors, forgery
from gis_service.web.auth import Permission, demands
from gis_service.web.pages import look
from gis_service.web.pages.places import inside

blueprint = Blueprint("sign_in", __name__)
look.speak_in_pages(blueprint)

_SEE_OTHER = 303


def _visit() -> tuple[str, bool]:
    """Give the secret of this visit, and whether it is a new one."""
    kept = cookies.visit_of(request, secure=current.is_secure())
    return (kept, False) if kept else (cookies.new_secret(), True)


def _form(template: str, error: GisError | None = None, **values: object) -> Response:
    secret, fresh = _visit()
    token = cookies.form_token(secret)
    problem = look.problem_of(error) if error else None
    response = look.show(template, error.status if error else 200, token=token, problem=problem, **values)
    if fresh:
        cookies.put_visit(response, secret, secure=current.is_secure())
    if error:
        response.headers.update(errors.headers_of(error))
    return response


def _check_form() -> None:
    forgery.check_form(cookies.visit_of(request, secure=current.is_secure()))


def _end_session() -> None:
    """End the session that this browser has until now."""
    session = current.session()
    if session is None:
        return
    caller = current.caller()
    # Somebody may have ended it from elsewhere meanwhile: then there is nothing left to do.
    with suppress(NotFound), writing(current.context()) as connection:
        sessions.end(connection, caller, session.number)


@blueprint.get("/sign-in")
@demands(Permission.READ)
def form() -> Response:
    """Show the form; whoever has signed in already goes on."""
    following = inside(request.args.get("next"))
    if current.session() is not None:
        return redirect(following, _SEE_OTHER)
    return _form("sign_in.html", following=following, login="")


@blueprint.post("/sign-in")
@demands(Permission.SIGN_IN)
def enter() -> Response:
    """Begin a session, with a new secret whatever cookie was sent; the one before ends."""
    _check_form()
    following, login = inside(request.form.get("next")), look.field("login", 64)
    attempt = service.Attempt(
        login,
        request.form.get("password", ""),
        current.place(),
        request.headers.get("User-Agent", ""),
        current.request_id(),
    )
    try:
        secret = service.sign_in(current.context(), attempt)
    except GisError as error:
        if error.code not in {ErrorCode.SIGN_IN_FAILED, ErrorCode.SIGN_IN_TOO_OFTEN}:
            raise
        return _form("sign_in.html", error, following=following, login=login)
    _end_session()
    response = redirect(following, _SEE_OTHER)
    cookies.put_session(response, secret, secure=current.is_secure())
    return response


@blueprint.post("/sign-out")
@demands(Permission.READ)
def leave() -> Response:
    """End the session of this browser, and lead back to the map in the language of the page."""
    _end_session()
    response = redirect(f"/?lang={look.language_of()}", _SEE_OTHER)
    cookies.drop_session(response, secure=current.is_secure())
    return response


@blueprint.get("/welcome")
@demands(Permission.READ)
def welcome() -> Response:
    """Show the form on which the bearer of a one-time code chooses a password.

    The code is typed into the form: in an address it would stand in the logs of every proxy on the way.
    """
    return _form("welcome.html", code="")


@blueprint.post("/welcome")
@demands(Permission.SIGN_IN)
def choose() -> Response:
    """Keep the password that was chosen, and lead to the sign-in page; nobody stays signed in here."""
    _check_form()
    code = request.form.get("code", "")
    trail = Trail("session", current.place(), current.request_id())
    try:
        password = look.new_password()
        city = current.context().catalogue.city.title.vi
        with writing(current.context()) as connection:
            users.use_code(connection, code, password, city, trail)
    except RefusedInput as error:
        return _form("welcome.html", error, code=code)
    _end_session()
    response = redirect(f"/sign-in?lang={look.language_of()}", _SEE_OTHER)
    cookies.drop_session(response, secure=current.is_secure())
    return response
