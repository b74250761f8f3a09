"""The account page: password, own API tokens, own sessions."""

from dataclasses import replace

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from gis_service.errors import ErrorCode, GisError, NotAllowed, RefusedInput, Temporary, WrongUse
from gis_service.services import accounts, own_account, passwords, sessions, users
from gis_service.services.accounts import HOUR_S, SCOPES_OF, Caller, Scope
from gis_service.services.sessions import Session
from gis_service.services.transactions import writing
from gis_service.web import current, errors, forgery
from gis_service.web.auth import Permission, demands
from gis_service.web.pages import look

blueprint = Blueprint("account", __name__, url_prefix="/account")
look.speak_in_pages(blueprint)

_SEE_OTHER = 303
_HOURS = (12, 24 * 7, 24 * 30, 24 * 90, 24 * 366)
"""How long an own token may last."""


_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")
"""In the order in which they are looked for: most browsers say that they are others, too."""


def name_of(browser: str) -> str:
    """Give the few words by which people know a browser, from what it calls itself.

    Examples
    --------
    >>> name_of("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox, Linux'
    """
    product = next((name for mark, name in _BROWSERS.items() if f"{mark}/" in browser), None)
    system = next((system for system in _SYSTEMS if system in browser), None)
    return ", ".join(part for part in (product, system) if part)


def _session() -> Session:
    """Give the session of this browser; its caller says from where."""
    found = current.session()
    if found is None:
        raise NotAllowed(ErrorCode.SESSION_NEEDED)
    return replace(found, caller=current.caller())


def _leave_reading() -> Session:
    """Give the session, and the connection of reading back, since a row is waited for."""
    session = _session()
    current.release()
    return session


def _owner() -> tuple[Caller, users.Account]:
    caller = current.caller()
    account = users.by_number(current.connection(), caller.account or 0)
    if account is None:
        raise NotAllowed(ErrorCode.SESSION_NEEDED)
    return caller, account


def _page(error: GisError | None = None, **values: object) -> Response:
    caller, account = _owner()
    role = caller.role
    response = look.show(
        "account.html",
        error.status if error else 200,
        token=forgery.token(),
        problem=look.problem_of(error) if error else None,
        account=account,
        scopes=[scope for scope in Scope if role is not None and scope in SCOPES_OF[role]],
        hours=_HOURS,
        tokens=accounts.list_tokens(current.connection(), account.id),
        sessions=sessions.list_(current.connection(), current.context().settings, account.id),
        session=_session().number,
        name_of=name_of,
        least=passwords.LEAST,
        **values,
    )
    if error:
        response.headers.update(errors.headers_of(error))
    return response


def _again(done: str) -> Response:
    return redirect(f"/account?done={done}&lang={look.language_of()}", _SEE_OTHER)


def _hours(given: str) -> int:
    if given not in {str(known) for known in _HOURS}:
        expected = ", ".join(str(known) for known in _HOURS)
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="hours", value=given, expected=expected)
    return int(given)


@blueprint.get("")
@demands(Permission.OWN_ACCOUNT)
def page() -> Response:
    """Show the account of whoever has signed in."""
    return _page(done=request.args.get("done"))


@blueprint.post("/password")
@demands(Permission.OWN_ACCOUNT)
def change_password() -> Response:
    """Keep another password, and end all tokens and all other sessions."""
    context, session = current.context(), _leave_reading()
    try:
        password = look.new_password()
        present, city = request.form.get("current", ""), context.catalogue.city.title.vi
        own_account.change_password(context, session, present, password, city)
    except (RefusedInput, Temporary) as error:
        return _page(error)
    return _again("password")


@blueprint.post("/tokens")
@demands(Permission.OWN_ACCOUNT)
def make_token() -> Response:
    """Make an API token and show it, once."""
    session, present = _leave_reading(), request.form.get("present", "")
    label, scopes = look.field("label", 100), request.form.getlist("scope")
    try:
        lifetime_s = _hours(request.form.get("hours", "")) * HOUR_S
        made = own_account.make_own_token(current.context(), session, present, label, scopes, lifetime_s)
    except (RefusedInput, Temporary, WrongUse) as error:
        return _page(error)
    return _page(made=made)


@blueprint.post("/tokens/<int:number>/revoke")
@demands(Permission.OWN_ACCOUNT)
def revoke_token(number: int) -> Response:
    """End one of the own tokens."""
    session = _leave_reading()
    with writing(current.context()) as connection:
        accounts.revoke_token(connection, number, session.caller)
    return _again("token")


@blueprint.post("/sessions/<int:number>/end")
@demands(Permission.OWN_ACCOUNT)
def end_session(number: int) -> Response:
    """End one of the own sessions."""
    session = _leave_reading()
    with writing(current.context()) as connection:
        sessions.end(connection, session.caller, number)
    return _again("session")


@blueprint.post("/sessions/end-others")
@demands(Permission.OWN_ACCOUNT)
def end_others() -> Response:
    """End all own sessions but this one."""
    session = _leave_reading()
    with writing(current.context()) as connection:
        sessions.end_others(connection, session.caller, session.number)
    return _again("session")
