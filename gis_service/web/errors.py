"""Every error as RFC 9457 problem JSON, in the reader's language, without a word of the database's."""

import json
import logging
from collections.abc import Mapping

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType

from gis_service.errors import AnyCode, ErrorCode, GisError, NotFound, RefusedInput, WrongUse
from gis_service.services.base_version import UNTOLD
from gis_service.types import Language
from gis_service.web import current

PROBLEM = "application/problem+json"
RETRY_AFTER_S = 5
_TOLD = {ErrorCode.TILES_BUSY}
"""Errors that know better when to try again."""
_UNAUTHORISED, _NOT_FOUND, _METHOD_NOT_ALLOWED, _TOO_MANY, _UNAVAILABLE = 401, 404, 405, 429, 503

_OGC = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"
OGC_TYPES: dict[AnyCode, str] = {
    ErrorCode.PROCESS_UNKNOWN: f"{_OGC}/no-such-process",
    ErrorCode.JOB_NOT_FOUND: f"{_OGC}/no-such-job",
    ErrorCode.JOB_NOT_READY: f"{_OGC}/result-not-ready",
}
"""Errors whose type OGC API Processes lays down."""

log = logging.getLogger(__name__)


def problem_document(error: GisError, language: Language, request_id: str) -> dict[str, object]:
    """Give an error as the members of a problem document.

    Parameters
    ----------
    error
        What the caller must hear about.
    language
        Language of its words.
    request_id
        By which the operator finds the request in the log.
    """
    if error.code == ErrorCode.DATABASE_UNAVAILABLE:
        # Where the database lives is nobody's business outside; the log has it.
        error = type(error)(error.code, url="PostGIS")
    return {
        "type": OGC_TYPES.get(error.code, f"urn:gis-service:error:{error.code}"),
        "title": error.title(language),
        "status": error.status,
        "code": error.code.value,
        "detail": error.detail(language),
        "expected": error.expected(language),
        "remedy": error.remedy(language),
        "errors": [{"where": fault.place(language), "text": fault.words(language)} for fault in error.faults],
        "request_id": request_id,
    }


def answer(error: GisError, headers: Mapping[str, str] | None = None) -> Response:
    """Give an error as the response to the request in hand."""
    language = current.language()
    body = json.dumps(problem_document(error, language, current.request_id()), ensure_ascii=False)
    # A bad value may hold half of a surrogate pair, which UTF-8 cannot write and a JSON escape can.
    response = Response(body.encode(errors="backslashreplace"), error.status, content_type=PROBLEM)
    response.headers["Content-Language"] = language
    if error.status == _UNAUTHORISED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="gis-service"'
    response.headers.update(headers_of(error))
    response.headers.update(headers or {})
    return response


def headers_of(error: GisError) -> dict[str, str]:
    """Give the headers that tell when to try again, or where to read more."""
    if error.code == ErrorCode.BASE_VERSION_CHANGED and error.params["since"] != UNTOLD:
        told = error.params
        path = f"/api/collections/{told['layer']}/diff?from={told['base']}&to={told['newest']}"
        return {"Link": f'<{current.base_url()}{path}>; rel="related"; type="application/geo+json"'}
    if error.status == _UNAVAILABLE:
        return {"Retry-After": str(error.params["seconds"] if error.code in _TOLD else RETRY_AFTER_S)}
    if error.status == _TOO_MANY:
        return {"Retry-After": str(error.params["seconds"])}
    return {}


def _of_flask(error: HTTPException) -> GisError:
    """Say an error of Flask's in our own words."""
    if error.code == _NOT_FOUND:
        return NotFound(ErrorCode.ROUTE_NOT_FOUND, path=request.path)
    if error.code == _METHOD_NOT_ALLOWED:
        allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or []))
        return WrongUse(
            ErrorCode.METHOD_NOT_ALLOWED, path=request.path, method=request.method, allowed=allowed
        )
    if isinstance(error, RequestEntityTooLarge):
        limit = (request.max_content_length or 0) // 1024
        return RefusedInput(ErrorCode.REQUEST_TOO_LARGE, limit_kb=limit)
    if isinstance(error, UnsupportedMediaType):
        given = request.mimetype or "?"
        return RefusedInput(ErrorCode.MEDIA_TYPE_NOT_SUPPORTED, given=given, expected="application/json")
    return WrongUse(ErrorCode.REQUEST_REFUSED, reason=error.name)


def _on_known(error: GisError) -> Response:
    if error.status >= _UNAVAILABLE:
        log.warning("request %s: %s", current.request_id(), error)
    return answer(error)


def _on_flask(error: HTTPException) -> Response:
    if error.code is None or error.code >= 500:  # noqa: PLR2004 the range of server errors in HTTP
        return _on_unknown(error)
    headers = {}
    if error.code == _METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or []))
    return answer(_of_flask(error), headers)


def _on_unknown(error: Exception) -> Response:
    log.error("request %s: %s %s", current.request_id(), request.method, request.path, exc_info=error)
    return answer(GisError(ErrorCode.INTERNAL, reference=current.request_id()))


def register(app: Flask) -> None:
    """Let every error of the application be answered as a problem document."""
    app.register_error_handler(GisError, _on_known)
    app.register_error_handler(HTTPException, _on_flask)
    app.register_error_handler(Exception, _on_unknown)
