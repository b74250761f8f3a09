"""What belongs to the request in hand: language, id, caller, and its one reading transaction."""

import logging
import os
import re
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app, g, request

from gis_service.catalogue.loader import Catalogue
from gis_service.services import rights as rights_service
from gis_service.services import sessions
from gis_service.services.accounts import ANONYMOUS, Caller, Trail, caller_of
from gis_service.services.context import Context
from gis_service.services.known_readers import Proof
from gis_service.services.rights import Rights
from gis_service.services.sessions import Session
from gis_service.services.transactions import Connection, reading
from gis_service.types import Language
from gis_service.web import cookies, limits

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

log = logging.getLogger(__name__)

_KEY = "gis"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_BEARER = "bearer"


def keep(app: Flask, context: Context) -> None:
    """Give the context of the process to its application, and close what a request opened at its end."""
    app.extensions[_KEY] = context
    app.teardown_request(_close)


def context() -> Context:
    """Give the context of the process: catalogue, settings, pool of connections."""
    return context_of(current_app)


def context_of(app: Flask) -> Context:
    """Give the context of an application."""
    return cast("Context", app.extensions[_KEY])


def connection() -> Connection:
    """Give the reading transaction of this request, opened when it is first asked for.

    Raises
    ------
    Temporary
        ``database_unavailable``.
    """
    if "connection" not in g:
        g.scope = ExitStack()
        g.connection = g.scope.enter_context(reading(context()))
    return cast("Connection", g.connection)


def _close(_error: BaseException | None) -> None:
    # Nothing was written, so it is the same whether the request went well.
    if scope := g.pop("scope", None):
        scope.close()


def catalogue() -> Catalogue:
    """Give what is defined for the city, by files and by users: one value for the whole request.

    Raises
    ------
    Temporary
        ``database_unavailable``.
    """
    if "catalogue" not in g:
        # The transaction first: with it the catalogue learns what users have made since.
        connection()
        g.catalogue = context().catalogue
    return cast("Catalogue", g.catalogue)


def release() -> None:
    """Give the reading transaction back before one that writes is asked for; the caller stays known.

    Whoever holds one connection and waits for another lets a few such requests stop the whole service.
    """
    _close(None)
    for name in ("connection", "catalogue", "rights"):
        g.pop(name, None)


def language() -> Language:
    """Tell the language to answer in: Vietnamese unless English is what the reader asks for."""
    best = request.accept_languages.best_match(["vi", "en"], default="vi")
    return "en" if best == "en" else "vi"


def request_id() -> str:
    """Give the id of this request: the one a proxy has sent, else a new one."""
    if "request_id" not in g:
        g.request_id = id_of(request.headers.get("X-Request-ID", ""))
    return cast("str", g.request_id)


def id_of(sent: str) -> str:
    """Give the id that was sent with a request, when it is one, else a new one."""
    return sent if _REQUEST_ID.fullmatch(sent) else os.urandom(16).hex()


def place() -> str:
    """Tell from where the request comes, shortened to what one household shares."""
    return place_of(request.environ, context().settings.proxies)


def place_of(environ: "WSGIEnvironment", proxies: int) -> str:
    """Tell from where a request comes that Flask may not have seen yet.

    Parameters
    ----------
    environ
        The request.
    proxies
        Number of our own proxies before the service.
    """
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
    if forwarded and not proxies:
        _tell_of_a_proxy()
    return limits.household_of(limits.address_of(forwarded, environ.get("REMOTE_ADDR") or "-", proxies))


@cache
def _tell_of_a_proxy() -> None:
    """Tell the operator once: anybody may send the header, and a log is not theirs to fill."""
    log.warning("X-Forwarded-For arrives while GIS_PROXIES is 0: behind a proxy everybody shares one address")


def is_secure() -> bool:
    """Tell whether browsers reach the service by https."""
    return base_url().startswith("https://")


def session() -> Session | None:
    """Give the session of the request's cookie; None without one, or when a token says who calls.

    Raises
    ------
    Temporary
        ``database_unavailable``.
    """
    if "session" not in g:
        secret = None if _token() is not None else cookies.session_of(request, secure=is_secure())
        found = sessions.find(connection(), context().settings, secret) if secret else None
        if found is not None:
            sessions.touch(context(), found)
        g.session = found
    return cast("Session | None", g.session)


def proof() -> Proof | None:
    """Give what the caller is known by; None of nobody in particular."""
    if caller().role is None:
        return None
    if (token := _token()) is not None:
        return Proof.of_token(token)
    return Proof.of_session(cookies.session_of(request, secure=is_secure()) or "")


def caller() -> Caller:
    """Tell who calls, by the token of the request, else by the session of its cookie; asks the database once.

    Raises
    ------
    NotAllowed
        ``token_invalid``. A session that has ended is no error: browsers send its cookie to every page.
    """
    if "caller" not in g:
        token = _token()
        if token is not None:
            found = caller_of(connection(), token)
        else:
            begun = session()
            found = begun.caller if begun else ANONYMOUS
        if found.role is not None:
            found = replace(found, trail=Trail(found.trail.by, place(), request_id()))
        g.caller = found
    return cast("Caller", g.caller)


def rights() -> Rights:
    """Tell what the caller may do with the layers; asks the database once."""
    if "rights" not in g:
        g.rights = rights_service.rights_of(connection(), catalogue(), caller())
    return cast("Rights", g.rights)


def sees_personal() -> bool:
    """Tell whether the caller sees personal detail; if so the answer is noted in the audit (`personal`)."""
    sees = rights_service.sees_personal(caller())
    if sees:
        g.reads_personal = True
    return sees


def reads_personal() -> bool:
    """Tell whether the answer of this request holds personal detail."""
    return bool(g.get("reads_personal", False))


def _token() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == _BEARER else None


def base_url() -> str:
    """Give the address that links begin with, without a slash at its end."""
    return (context().settings.public_url or request.root_url).rstrip("/")
