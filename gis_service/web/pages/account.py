"""The account page: password, own API tokens, own sessions."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from gis_service.errors import ErrorCode, GisError, NotAllowed, RefusedInput, WrongUse
from gis_service.services import accounts, passwords, sessions, users
from gis_service.services.accounts import HOUR_S, SCOPES_OF, Caller, Scope
from gis_service.services.sessions import Session
from gis_service.services.transactions import writing
from gis_service.web import current, forgery
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
    found = current.session()
    if found is None:
        raise NotAllowed(ErrorCode.SESSION_NEEDED)
    return found


def _owner() -> tuple[Caller, users.Account]:
    caller = current.caller()
    account = users.by_number(current.connection(), caller.account or 0)
    if account is None:
        raise NotAllowed(ErrorCode.SESSION_NEEDED)
    return caller, account


def _page(error: GisError | None = None, **values: object) -> Response:
    caller, account = _owner()
    role = caller.role
    return look.show(
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


def _again(done: str) -> Response:
    return redirect(f"/account?done={done}&lang={look.language_of()}", _SEE_OTHER)


def _require_right(account: users.Account, password: str) -> None:
    if not passwords.is_right(account.password, password):
        raise RefusedInput(ErrorCode.PASSWORD_WRONG)


def _hours(given: str) -> int:
    if given not in {str(known) for known in _HOURS}:
        expected = ", ".join(str(known) for known in _HOURS)
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="hours", value=given, expected=expected)
    return int(given)


@blueprint.get("")
def page() -> Response:
    """Show the account of whoever has signed in."""
    return _page(done=request.args.get("done"))


@blueprint.post("/password")
def change_password() -> Response:
    """Keep another password, and end all other sessions."""
    caller, account = _owner()
    try:
        password = look.new_password()
        _require_right(account, request.form.get("current", ""))
        city = current.context().catalogue.city.title.vi
        with writing(current.context()) as connection:
            users.set_password(connection, account, password, city, caller=caller)
            sessions.end_others(connection, caller, _session().number)
    except RefusedInput as error:
        return _page(error)
    return _again("password")


@blueprint.post("/tokens")
def make_token() -> Response:
    """Make an API token and show it, once."""
    caller, _ = _owner()
    if caller.role is None:
        raise NotAllowed(ErrorCode.SESSION_NEEDED)
    label = look.field("label", 100)
    try:
        hours = _hours(request.form.get("hours", ""))
        scopes = accounts.read_scopes(request.form.getlist("scope"), caller.role)
        with writing(current.context()) as connection:
            made = accounts.make_token(
                connection, caller.role, label, scopes=scopes, lifetime_s=hours * HOUR_S, caller=caller
            )
    except (RefusedInput, WrongUse) as error:
        return _page(error)
    current.read_again()
    return _page(made=made)


@blueprint.post("/tokens/<int:number>/revoke")
def revoke_token(number: int) -> Response:
    """End one of the own tokens."""
    with writing(current.context()) as connection:
        accounts.revoke_token(connection, number, current.caller())
    return _again("token")


@blueprint.post("/sessions/<int:number>/end")
def end_session(number: int) -> Response:
    """End one of the own sessions."""
    with writing(current.context()) as connection:
        sessions.end(connection, current.caller(), number)
    return _again("session")


@blueprint.post("/sessions/end-others")
def end_others() -> Response:
    """End all own sessions but this one."""
    with writing(current.context()) as connection:
        sessions.end_others(connection, current.caller(), _session().number)
    return _again("session")
