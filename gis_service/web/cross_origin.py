"""Lets pages of other sites call the API where the settings name them; without that it is not there.

https://fetch.spec.whatwg.org/#http-cors-protocol. Such a page shows a token of its own: cookies are never
allowed with it, so nobody acts in the name of a browser that has signed in here.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gis_service.web.headers import FIXED

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_API = "/api/"
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_MAY_SEND = (
    "Accept-Language, Authorization, Content-Type, If-Match, If-None-Match, Prefer, Tus-Resumable,"
    " Upload-Checksum, Upload-Defer-Length, Upload-Length, Upload-Metadata, Upload-Offset,"
    " X-HTTP-Method-Override, X-Request-ID"
)
_MAY_READ = (
    "Content-Disposition, Content-Length, ETag, Gis-Notices, Layer-Version, Link, Location,"
    " Preference-Applied, Retry-After, Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, Tus-Resumable,"
    " Tus-Version, Upload-Expires, Upload-Length, Upload-Metadata, Upload-Offset, WWW-Authenticate,"
    " X-Request-ID, X-Tile-Thinned"
)
_KEPT_S = "7200"
"""How long a browser keeps the answer to its question; browsers allow no more."""


class CrossOrigin:
    """Stands before the application and its gate of tiles.

    Parameters
    ----------
    inner
        What requests go to.
    origins
        Origins that may call the API, such as ``https://maps.example.vn``, in small letters.
    """

    def __init__(self, inner: "WSGIApplication", origins: frozenset[str]) -> None:
        self._inner, self._origins = inner, origins

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer what a browser asks beforehand, and mark what it may give to the page."""
        if not environ.get("PATH_INFO", "").startswith(_API):
            return self._inner(environ, start_response)
        origin = str(environ.get("HTTP_ORIGIN", ""))
        allowed = origin.lower() in self._origins
        if (
            allowed
            and environ["REQUEST_METHOD"] == "OPTIONS"
            and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        ):
            start_response("204 No Content", [*FIXED.items(), *_beforehand(origin)])
            return ()

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:  # noqa: ANN401  of WSGI
            # Whoever keeps an answer for others must not give that of one origin to another.
            marked = [*headers, ("Vary", "Origin")]
            if allowed:
                marked += [
                    ("Access-Control-Allow-Origin", origin),
                    ("Access-Control-Expose-Headers", _MAY_READ),
                ]
            return start_response(status, marked, *error)

        return self._inner(environ, start)


def _beforehand(origin: str) -> list[tuple[str, str]]:
    return [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Methods", _METHODS),
        ("Access-Control-Allow-Headers", _MAY_SEND),
        ("Access-Control-Max-Age", _KEPT_S),
        ("Vary", "Origin"),
    ]
