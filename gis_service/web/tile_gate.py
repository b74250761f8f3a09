"""Answers for tiles that are known to be good, ahead of Flask: what a map asks for most, in microseconds.

Whatever is not plain or not known goes to Flask, and what it answers is learned: where the tiles of an
address are, with the fields that are asked for, and how they are made, for everybody or for those of one
standing, until layers are opened or closed; and who the reader is, for as long as that is believed
(`known_readers`). Pictures of a raster are
given as long as the version that they are of is the newest of their layer. What is noted in the audit is
never learned.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import Flask, current_app, request
from werkzeug.datastructures import Accept, MIMEAccept
from werkzeug.http import parse_accept_header

from gis_service.services.known_readers import KnownReaders, Standing
from gis_service.services.tile_cache import TileCache
from gis_service.services.tile_flights import asked_by
from gis_service.services.tile_memory import Tile, Zxy
from gis_service.types import LayerId
from gis_service.web import current, live
from gis_service.web.asker import asker_of
from gis_service.web.headers import FIXED, THINNED, VARY
from gis_service.web.schemas.common import MVT, PNG, WEBP
from gis_service.web.schemas.versions import VERSION_HEADER

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ADDRESS = re.compile(
    r"(/api/(?:tiles/[a-z0-9_]{1,48}|collections/[a-z0-9_]{1,48}/(map/)?tiles)/WebMercatorQuad)"
    r"/(0|[1-9]\d?)/(0|[1-9]\d{0,7})/(0|[1-9]\d{0,7})"
)
_PLAIN = re.compile(r"(?:properties=[a-z0-9_,*%A-F]{0,500})?")
"""What may stand behind an address whose tiles are learned: nothing, or the fields that they are to carry."""
_MOST_WAYS = 1_000
"""Addresses that are remembered; fields can be named in more ways than anybody needs."""
_SESSION = "gis_session"
_KEY = "tile_gate"
_ASKED, _FAILED = "gis.asked", "gis.failed"
Give = Callable[[Zxy], Tile]
"""Gives a tile of one address by zoom, column and row."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """What the pictures of an address are of.

    Parameters
    ----------
    layer, version
        The raster; another version has other pictures.
    media
        Their type.
    """

    layer: LayerId
    version: int
    media: str


@dataclass(frozen=True, slots=True)
class _Way:
    """How the tiles of an address are given.

    Parameters
    ----------
    mark
        What they are kept under.
    give
        Gives any of them.
    pictures
        What they are of, when they are no vector tiles.
    is_variant
        Whether those that have to be made are counted.
    """

    mark: str
    give: Give
    pictures: Pictures | None
    is_variant: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """When a request came: what is learned of its answer is then never newer than what was asked for it."""

    openness: tuple[int, int]
    begun: float
    sign: bytes | None


@dataclass(frozen=True, slots=True)
class _Learned:
    """How tiles are given, by address, fields, who asks (None is everybody), and for which pictures."""

    openness: tuple[int, int]
    found: dict[tuple[str, str, Standing | None, bool], _Way] = field(default_factory=dict)


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
    readers
        Who is known to this process.
    """

    def __init__(self, app: Flask, inner: "WSGIApplication", tiles: TileCache, readers: KnownReaders) -> None:
        self._app, self._inner, self._tiles, self._readers = app, inner, tiles, readers
        self._learned = _Learned((-1, -1))
        app.extensions[_KEY] = self
        app.before_request(_fail)

    def learn(self, tile: Tile, give: Give, pictures: Pictures | None, *, is_variant: bool) -> None:
        """Learn from the request in hand, whose answer this tile is, how others of its address are given."""
        # The same address with another question shows something else.
        question: str = request.environ.get("QUERY_STRING", "")
        found = _ADDRESS.fullmatch(request.environ["PATH_INFO"]) if _PLAIN.fullmatch(question) else None
        asked: _Asked | None = request.environ.get(_ASKED)
        if found is None or asked is None or current.reads_personal():
            return
        if asked.openness != self._tiles.freshness.openness:
            return
        proof, standing = current.proof(), Standing.of(current.rights())
        if asked.sign is not None and proof is not None and standing is not None:
            self._readers.learn(asked.sign, proof, standing, asked.begun)
        learned = self._learned
        if learned.openness != asked.openness or len(learned.found) >= _MOST_WAYS:
            learned = self._learned = _Learned(asked.openness)
        key = found[1], question, standing, _wants_webp(found, request.environ)
        learned.found[key] = _Way(tile.mark, give, pictures, is_variant)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        found = _ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        if found is None:
            return self._inner(environ, start_response)
        sign = _sign(environ)
        if environ["REQUEST_METHOD"] == "GET" and _PLAIN.fullmatch(environ.get("QUERY_STRING", "")):
            standing = None if sign is None else self._readers.find(sign)
            if (sign is None) is (standing is None):
                try:
                    given = self._tile(found, standing, environ)
                except Exception as error:  # noqa: BLE001  it is told and logged as all errors are
                    given, environ[_FAILED] = None, error
                if given is not None:
                    return _answer(*given, environ, start_response, is_private=sign is not None)
        environ[_ASKED] = _Asked(self._tiles.freshness.openness, time.monotonic(), sign)
        return self._inner(environ, start_response)

    def _tile(
        self, found: re.Match[str], standing: Standing | None, environ: "WSGIEnvironment"
    ) -> tuple[Tile, Pictures | None] | None:
        learned, freshness = self._learned, self._tiles.freshness
        if not freshness.is_level() or learned.openness != freshness.openness:
            return None
        question = environ.get("QUERY_STRING", "")
        way = learned.found.get((found[1], question, standing, _wants_webp(found, environ)))
        if way is None:
            return None
        pictures, zxy = way.pictures, (int(found[3]), int(found[5]), int(found[4]))
        if pictures is not None and freshness.newest(pictures.layer) != pictures.version:
            return None
        known = self._tiles.known(way.mark, zxy)
        if known is not None:
            return known, pictures
        if way.is_variant and self._tiles.variants.find((way.mark, zxy)) is None:
            live.count_at(self._app, environ, live.FILTERED, live.TILES_PER_QUESTION)
        with asked_by(asker_of(environ)):
            return way.give(zxy), pictures


def learn(tile: Tile, give: Give, pictures: Pictures | None = None, *, is_variant: bool = False) -> None:
    """Let the gate, where there is one, learn what the answer of the request in hand is.

    Parameters
    ----------
    tile
        The answer.
    give
        Gives any other tile of the same address to those who may read this one.
    pictures
        What it is of, when it is no vector tile.
    is_variant
        Whether it shows its layer in a way of its asker: those that have to be made are counted.
    """
    gate: TileGate | None = current_app.extensions.get(_KEY)
    if gate is not None:
        gate.learn(tile, give, pictures, is_variant=is_variant)


def _fail() -> None:
    """Tell what went wrong at the gate, in the words of all errors."""
    error: Exception | None = request.environ.get(_FAILED)
    if error is not None:
        raise error


def _sign(environ: "WSGIEnvironment") -> bytes | None:
    """Give what tells the requests of one reader from those of others; None when nobody says who they are."""
    shown, cookies = environ.get("HTTP_AUTHORIZATION"), environ.get("HTTP_COOKIE", "")
    if shown is None and _SESSION not in cookies:
        return None
    # Not the secrets themselves: they are kept for a while.
    return hashlib.sha256(f"{shown}\n{cookies}".encode(errors="backslashreplace")).digest()


# The headers are those that Flask's answers have.
_VARY = (("Vary", ", ".join((*VARY, "Accept-Encoding"))), ("Vary", ", ".join(VARY)))
_CACHE = (("Cache-Control", "no-cache"), ("Cache-Control", "private, no-cache"))
_FIXED = {
    (is_picture, is_private): [*FIXED.items(), _VARY[is_picture], _CACHE[is_private]]
    for is_picture in (False, True)
    for is_private in (False, True)
}
_TYPE = [("Content-Type", MVT)]
_PACKED = [*_TYPE, ("Content-Encoding", "gzip")]


def _answer(
    tile: Tile,
    pictures: Pictures | None,
    environ: "WSGIEnvironment",
    start_response: "StartResponse",
    *,
    is_private: bool,
) -> list[bytes]:
    """Give a tile: a list, which the server sends as it is and never asks for more."""
    sent = environ.get("HTTP_X_REQUEST_ID", "")
    headers = [*_FIXED[pictures is not None, is_private], ("X-Request-ID", current.id_of(sent))]
    packed = b""
    if pictures is not None:
        headers.append((VERSION_HEADER, str(pictures.version)))
    elif _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
        packed = tile.gzipped
    if not tile.content:
        start_response("204 No Content", headers)
        return []
    tag = f'"{tile.etag}-gz"' if packed else f'"{tile.etag}"'
    headers.append(("ETag", tag))
    if tile.thinned:
        headers.append((THINNED, tile.thinned))
    if tag in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 Not Modified", headers)
        return []
    body = packed or tile.content
    headers += _PACKED if packed else _TYPE if pictures is None else [("Content-Type", pictures.media)]
    headers.append(("Content-Length", str(len(body))))
    start_response("200 OK", headers)
    return [body]


def _wants_webp(found: re.Match[str], environ: "WSGIEnvironment") -> bool:
    """Tell of an address of pictures whether they are to be WebP."""
    return found[2] is not None and takes_webp(environ.get("HTTP_ACCEPT", ""))


@lru_cache(1_000)
def takes_webp(accepted: str) -> bool:
    """Tell by an ``Accept`` whether somebody takes WebP alone, or likes it better than PNG."""
    told = parse_accept_header(accepted, MIMEAccept)
    return bool(told[WEBP] > told[PNG])


@lru_cache(1_000)
def _takes_gzip(accepted: str) -> bool:
    return parse_accept_header(accepted, Accept)["gzip"] > 0
