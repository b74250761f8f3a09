"""The two cookies: of a session, and of a visit to a form before anybody has signed in."""

import hashlib
import hmac
import secrets

from flask import Request
from werkzeug.wrappers import Response

_SESSION, _VISIT = "gis_session", "gis_visit"
_PREFIX = "__Host-"
"""Browsers take a cookie of such a name over https only, from this very host, for all of its paths."""
_SECRET_BYTES = 32


def _name(name: str, *, secure: bool) -> str:
    return _PREFIX + name if secure else name


def session_of(request: Request, *, secure: bool) -> str | None:
    """Give the secret of the session that a request carries."""
    return request.cookies.get(_name(_SESSION, secure=secure))


def visit_of(request: Request, *, secure: bool) -> str | None:
    """Give the secret of the visit that a request carries."""
    return request.cookies.get(_name(_VISIT, secure=secure))


def new_secret() -> str:
    """Make 256 random bits."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def put_session(response: Response, secret: str, *, secure: bool) -> None:
    """Let the browser keep a session; it is gone when the browser is closed."""
    _put(response, _SESSION, secret, secure=secure)


def put_visit(response: Response, secret: str, *, secure: bool) -> None:
    """Let the browser keep the secret of a visit."""
    _put(response, _VISIT, secret, secure=secure)


def drop_session(response: Response, *, secure: bool) -> None:
    """Let the browser forget the session."""
    name = _name(_SESSION, secure=secure)
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="Lax")


def _put(response: Response, name: str, secret: str, *, secure: bool) -> None:
    name = _name(name, secure=secure)
    response.set_cookie(name, secret, path="/", secure=secure, httponly=True, samesite="Lax")


def form_token(secret: str) -> str:
    """Give the token against forgery that belongs to a session or a visit.

    A keyed hash of the secret: other sites can neither read nor guess it, and nothing has to be stored.
    """
    key = secret.encode(errors="backslashreplace")
    return hmac.new(key, b"gis-service form", hashlib.sha256).hexdigest()


def is_form_token(secret: str, given: str) -> bool:
    """Tell whether a token belongs to a secret, in a time that does not depend on where they differ."""
    return hmac.compare_digest(form_token(secret).encode(), given.encode(errors="backslashreplace"))
