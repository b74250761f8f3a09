"""Answers for tiles that are known to be good, ahead of Flask: what a map asks for most, in microseconds.

Only what nobody has to be known for goes through here: tiles of layers that are open to everybody, asked for
without token or session, in the plain form. Whatever else, and whatever is not at hand, is Flask's to answer,
and what it answers to everybody is learned: where the tiles of an address are, until layers are opened or
closed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask

from gis_service.services.tile_cache import TileCache
from gis_service.services.tile_memory import Tile
from gis_service.web import current
from gis_service.web.headers import FIXED, VARY
from gis_service.web.schemas.common import MVT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ADDRESS = re.compile(
    r"(/api/(?:tiles/[a-z0-9_]{1,48}|collections/[a-z0-9_]{1,48}/tiles)/WebMercatorQuad)"
    r"/(0|[1-9]\d?)/(0|[1-9]\d{0,7})/(0|[1-9]\d{0,7})"
)
_SESSION = "gis_session"
_KEY = "tile_gate"
_OPENNESS = "gis.openness"


@dataclass(frozen=True, slots=True)
class _Learned:
    mark: str
    openness: tuple[int, int]


class TileGate:
    """The application with the gate before it.

    Parameters
    ----------
    app
        Asked for whatever the gate does not answer.
    inner
        What the requests go to, such as ``app.wsgi_app``.
    tiles
        Tiles of this process.
    """

    def __init__(self, app: Flask, inner: "WSGIApplication", tiles: TileCache) -> None:
        self._inner, self._tiles = inner, tiles
        self._learned: dict[str, _Learned] = {}
        app.extensions[_KEY] = self

    def learn(self, environ: "WSGIEnvironment", tile: Tile) -> None:
        """Learn that everybody may have the tiles at a request's address, and what they are kept under."""
        # The same address with a question shows something else.
        found = None if environ.get("QUERY_STRING") else _ADDRESS.fullmatch(environ["PATH_INFO"])
        if found is not None and _OPENNESS in environ:
            self._learned[found[1]] = _Learned(tile.mark, environ[_OPENNESS])

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        tile = self._tile(environ)
        if tile is not None:
            return _answer(tile, environ, start_response)
        # As it was before anybody asked for rights: what is learned is then never newer than they are.
        environ[_OPENNESS] = self._tiles.freshness.openness
        return self._inner(environ, start_response)

    def _tile(self, environ: "WSGIEnvironment") -> Tile | None:
        found = _ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        if found is None or environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING"):
            return None
        if "HTTP_AUTHORIZATION" in environ or _SESSION in environ.get("HTTP_COOKIE", ""):
            return None
        learned = self._learned.get(found[1])
        if learned is None or learned.openness != self._tiles.freshness.openness:
            return None
        return self._tiles.known(learned.mark, (int(found[2]), int(found[4]), int(found[3])))


def gate_of(app: Flask) -> TileGate | None:
    """Give the gate before an application; None when it has none."""
    gate: TileGate | None = app.extensions.get(_KEY)
    return gate


# The headers are those that Flask's answers have.
_HEADERS = [*FIXED.items(), ("Vary", ", ".join((*VARY, "Accept-Encoding"))), ("Cache-Control", "no-cache")]
_TYPE = [("Content-Type", MVT)]
_PACKED = [*_TYPE, ("Content-Encoding", "gzip")]


def _answer(tile: Tile, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    headers = [*_HEADERS, ("X-Request-ID", current.id_of(environ.get("HTTP_X_REQUEST_ID", "")))]
    if not tile.content:
        start_response("204 No Content", headers)
        return ()
    packed = tile.gzipped if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "") else b""
    tag = f'"{tile.etag}-gz"' if packed else f'"{tile.etag}"'
    headers.append(("ETag", tag))
    if tag in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 Not Modified", headers)
        return ()
    body = packed or tile.content
    start_response("200 OK", [*headers, *(_PACKED if packed else _TYPE), ("Content-Length", str(len(body)))])
    return (body,)
