"""The protocol tus 1.0.0, by which an upload goes on where it was cut: https://tus.io/protocols/resumable-upload.

Core, creation, creation-with-upload, expiration, checksum and termination. What is kept, and how, is the
business of ``services/uploads``.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import http_date

from gis_service.errors import ErrorCode, NotFound, RefusedInput, WrongUse
from gis_service.files.upload_store import CHECKSUMS
from gis_service.services import uploads
from gis_service.services.uploads import Checksum, Upload
from gis_service.services.uploads_room import most_bytes
from gis_service.text import whole_number
from gis_service.web import current

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-with-upload", "expiration", "checksum", "termination")
MEDIA = "application/offset+octet-stream"
_RESUMABLE = "Tus-Resumable"
_CHUNK_BYTES = 1 << 18
_OVERRIDDEN = frozenset({"PATCH", "DELETE", "HEAD"})
_ONE_UPLOAD = re.compile("/api/uploads/[^/]+")
NO_LIMIT = 1 << 62
"""For bodies whose length is counted as they are written; None would be the limit of other requests."""


def take_overrides(app: Flask) -> None:
    """Let ``X-HTTP-Method-Override`` say which method a ``POST`` to one upload stands for.

    The protocol asks for it, since there are proxies that let nothing but GET and POST through. It holds for
    the three methods of the protocol at the addresses of uploads and nowhere else: elsewhere no header
    makes another request of the one that a proxy or a log has seen.
    """
    # The way that Flask's documentation has for what stands before it.
    app.wsgi_app = _Overrides(app.wsgi_app)  # type: ignore[method-assign]


class _Overrides:
    """Stands before the routes, which are chosen by the method."""

    def __init__(self, inner: "WSGIApplication") -> None:
        self._inner = inner

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        method = str(environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", "")).upper()
        posted = environ["REQUEST_METHOD"] == "POST" and _ONE_UPLOAD.fullmatch(environ.get("PATH_INFO", ""))
        if not posted or method not in _OVERRIDDEN:
            return self._inner(environ, start_response)
        environ["REQUEST_METHOD"] = method
        if method != "HEAD":
            return self._inner(environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:  # noqa: ANN401  of WSGI
            # On the line it is a POST: who has sent it would wait for a body of the length that is told.
            told = [(name, value) for name, value in headers if name.lower() != "content-length"]
            return start_response(status, [*told, ("Content-Length", "0")], *error)

        return self._inner(environ, start)


def is_spoken() -> bool:
    """Tell whether the request in hand speaks the protocol."""
    return _RESUMABLE in request.headers


def require_version() -> None:
    """Refuse another version of the protocol, or none.

    Raises
    ------
    WrongUse
        ``upload_protocol_version``.
    """
    given = request.headers.get(_RESUMABLE, "-")
    if given != VERSION:
        raise WrongUse(ErrorCode.UPLOAD_PROTOCOL_VERSION, given=given[:40])


def finish(response: Response) -> Response:
    """Give an answer the headers that the protocol demands."""
    if request.method == "OPTIONS":
        response.headers.update(
            {
                _RESUMABLE: VERSION,
                "Tus-Version": VERSION,
                "Tus-Max-Size": str(most_bytes(current.context().settings)),
                "Tus-Extension": ",".join(EXTENSIONS),
                "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
            }
        )
    if is_spoken():
        response.headers[_RESUMABLE] = VERSION
    if response.status_code == HTTPStatus.PRECONDITION_FAILED:
        response.headers["Tus-Version"] = VERSION
    return response


def create() -> Upload:
    """Begin an upload, with its first bytes where they come along.

    Raises
    ------
    GisError
        For headers that cannot be read, and as `uploads.start` and `uploads.append`.
    """
    require_version()
    context, caller = current.context(), current.caller()
    size, name = _whole("Upload-Length"), _file_name()
    checksum = _checksum()
    made = uploads.start(context, name, size, caller)
    if request.mimetype == MEDIA:
        return uploads.append(context, made, 0, _chunks(), caller, checksum)
    return uploads.append(context, made, 0, (), caller) if size == 0 else made


def append(id_: str) -> Upload:
    """Add the bytes of the request in hand to an upload.

    Raises
    ------
    GisError
        For headers that cannot be read, and as `uploads.append`.
    """
    require_version()
    if request.mimetype != MEDIA:
        raise RefusedInput(ErrorCode.MEDIA_TYPE_NOT_SUPPORTED, given=request.mimetype or "?", expected=MEDIA)
    offset, checksum = _whole("Upload-Offset"), _checksum()
    context, caller = current.context(), current.caller()
    found = uploads.get(current.connection(), id_, caller)
    # Nothing is held while bytes come in at the pace of their sender.
    current.release()
    return uploads.append(context, found, offset, _chunks(), caller, checksum)


def tell(response: Response, upload: Upload) -> Response:
    """Say in the headers of a response how far an upload is.

    Raises
    ------
    NotFound
        ``upload_gone`` to those who speak the protocol, when there is nothing to go on with.
    """
    if upload.state == "dropped":
        if is_spoken():
            raise NotFound(ErrorCode.UPLOAD_GONE, id=upload.id)
        return response
    headers = response.headers
    headers["Upload-Offset"] = str(uploads.offset_of(current.context().settings, upload))
    headers["Upload-Expires"] = http_date(upload.expires_at)
    if upload.size is None:
        headers["Upload-Defer-Length"] = "1"
    else:
        headers["Upload-Length"] = str(upload.size)
    if upload.file:
        headers["Upload-Metadata"] = f"filename {base64.b64encode(upload.file.encode()).decode()}"
    headers["Cache-Control"] = "no-store"
    return response


def _chunks() -> Iterator[bytes]:
    """Give the bytes of the request; where it is cut they end, and what has come is kept."""
    # The length that was announced is the limit, and the store holds to it.
    request.max_content_length = NO_LIMIT
    stream = request.stream
    while True:
        try:
            chunk = stream.read(_CHUNK_BYTES)
        except (OSError, ClientDisconnected):
            return
        if not chunk:
            return
        yield chunk


def _whole(name: str) -> int:
    given = request.headers.get(name, "-")
    read = whole_number(given)
    if read is None:
        raise WrongUse(ErrorCode.UPLOAD_HEADER_INVALID, name=name, given=given[:80], expected="0, 1, 2 …")
    return read


def _file_name() -> str:
    """Read the name of the file out of the pairs of Upload-Metadata."""
    given = request.headers.get("Upload-Metadata", "")
    found: dict[str, str] = {}
    for pair in given.split(",") if given.strip() else ():
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except ValueError as error:
            raise WrongUse(
                ErrorCode.UPLOAD_HEADER_INVALID,
                name="Upload-Metadata",
                given=pair[:80],
                expected="filename base64(UTF-8)",
            ) from error
    return found.get("filename") or found.get("name") or ""


def _checksum() -> Checksum | None:
    given = request.headers.get("Upload-Checksum")
    if given is None:
        return None
    algorithm, _, value = given.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True) if algorithm in CHECKSUMS else None
    except binascii.Error:
        digest = None
    if digest is None:
        expected = " | ".join(f"{name} base64" for name in CHECKSUMS)
        raise WrongUse(
            ErrorCode.UPLOAD_HEADER_INVALID, name="Upload-Checksum", given=given[:80], expected=expected
        )
    return Checksum(algorithm, digest)
