"""Headers of every response: what a browser may do with it, how long it may keep it."""

import re

from flask import Flask, Response, request

from gis_service.web import cookies, current

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "font-src 'self'",
    "img-src 'self' data: blob:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
)
CONTENT_SECURITY_POLICY = "; ".join(_POLICY)
"""No page of ours asks another host for anything, and none can be framed."""

FIXED = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Headers of every response."""
VARY = ("Accept", "Accept-Language", "Authorization", "Cookie")
"""An answer depends on who asks, in which language, and for which format."""
THINNED = "X-Tile-Thinned"
"""Tells of a tile that leaves features out how many it shows, of how many."""
_HASHED = re.compile(r"[.-](?=[a-z_-]{0,7}[A-Z0-9])[A-Za-z0-9_-]{8}\.[a-z0-9]+(\.map)?$")
"""Names that the client build gives: another content has another name. Its hashes have eight signs; one
without a digit or a capital cannot be told from a word, and is asked for anew."""
_STATIC_OK = (200, 304)


def _finish(response: Response) -> Response:
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-ID"] = current.request_id()
    if request.endpoint == "static":
        forever = response.status_code in _STATIC_OK and _HASHED.search(request.path)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if forever else "no-cache"
        return response
    response.vary.update(VARY)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-store" if _is_known() else "no-cache"
    readable = request.method in {"GET", "HEAD"} and response.status_code == 200  # noqa: PLR2004 OK
    if readable and not response.is_streamed and "ETag" not in response.headers:
        # Strong and made of the content: equal bytes are equal answers, whoever wrote the data.
        response.add_etag()
        response.make_conditional(request)
    return response


def _is_known() -> bool:
    # By what is sent, not by whether it is valid: a wrong token must not be told from a right one here.
    secure = current.is_secure()
    return "Authorization" in request.headers or cookies.session_of(request, secure=secure) is not None


def register(app: Flask) -> None:
    """Give every response its headers."""
    app.after_request(_finish)
