"""What belongs to the request in hand: language, id, caller, and its one reading transaction."""

import re
import uuid
from contextlib import ExitStack
from typing import cast

from flask import Flask, current_app, g, request

from gis_service.services.accounts import ANONYMOUS, Caller, caller_of
from gis_service.services.context import Context
from gis_service.services.transactions import Connection, reading
from gis_service.types import Language

_KEY = "gis"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_BEARER = "bearer"


def keep(app: Flask, context: Context) -> None:
    """Give the context of the process to its application, and close what a request opened at its end."""
    app.extensions[_KEY] = context
    app.teardown_request(_close)


def context() -> Context:
    """Give the context of the process: catalogue, settings, pool of connections."""
    return cast("Context", current_app.extensions[_KEY])


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


def language() -> Language:
    """Tell the language to answer in: Vietnamese unless English is what the reader asks for."""
    best = request.accept_languages.best_match(["vi", "en"], default="vi")
    return "en" if best == "en" else "vi"


def request_id() -> str:
    """Give the id of this request: the one a proxy has sent, else a new one."""
    if "request_id" not in g:
        sent = request.headers.get("X-Request-ID", "")
        g.request_id = sent if _REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex
    return cast("str", g.request_id)


def caller() -> Caller:
    """Tell who calls, by the token of the request; asks the database once.

    Raises
    ------
    NotAllowed
        ``token_invalid``.
    """
    if "caller" not in g:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        known = scheme.lower() == _BEARER
        g.caller = caller_of(connection(), token.strip()) if known else ANONYMOUS
    return cast("Caller", g.caller)


def base_url() -> str:
    """Give the address that links begin with, without a slash at its end."""
    return (context().settings.public_url or request.root_url).rstrip("/")
