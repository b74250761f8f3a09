"""Lets nobody but our own pages change anything in the name of a browser that has signed in.

Two locks: where the browser says the request comes from, and a token that only our own pages know. Requests
with a Bearer token need neither, since no browser sends one by itself.
"""

from urllib.parse import urlsplit

from flask import request

from gis_service.errors import ErrorCode, NotAllowed
from gis_service.web import cookies, current

HEADER = "X-CSRF-Token"
FIELD = "form_token"
_READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
FORM = "application/x-www-form-urlencoded"


def check() -> None:
    """Refuse a request that changes something by a session and does not come from a page of ours.

    Raises
    ------
    NotAllowed
        ``request_foreign``.
    """
    if request.method in _READING or current.session() is None:
        return
    check_form(cookies.session_of(request, secure=current.is_secure()))


def check_sent(given: str) -> None:
    """Refuse a form of a session whose token was read by its handler, as `check` refuses others.

    Parameters
    ----------
    given
        The token that came with the form.

    Raises
    ------
    NotAllowed
        ``request_foreign``.
    """
    if current.session() is not None:
        check_form(cookies.session_of(request, secure=current.is_secure()), given)


def check_form(secret: str | None, given: str | None = None) -> None:
    """Refuse a request without the token that belongs to a secret, or from another site.

    Parameters
    ----------
    secret
        Of the session, or of the visit of those who have not signed in yet.
    given
        The token, when the handler has read it; else it is looked for in the form and the header.

    Raises
    ------
    NotAllowed
        ``request_foreign``.
    """
    if (
        secret is None
        or not _is_from_here()
        or not cookies.is_form_token(secret, _given() if given is None else given)
    ):
        raise NotAllowed(ErrorCode.REQUEST_FOREIGN)


def token() -> str | None:
    """Give the token that forms of this session carry; None without one."""
    secret = cookies.session_of(request, secure=current.is_secure())
    return None if secret is None or current.session() is None else cookies.form_token(secret)


def _given() -> str:
    if request.mimetype == FORM:
        return request.form.get(FIELD, "")
    return request.headers.get(HEADER, "")


def _is_from_here() -> bool:
    """Believe the header Origin, which no script can write; old browsers send none."""
    origin = request.headers.get("Origin")
    # By host alone: a proxy that ends TLS speaks to us another scheme than to the browser.
    return origin is None or _host(origin) in {_host(current.base_url()), request.host.lower()}


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""
