"""The one shape of every error of the service."""

from typing import Any

from werkzeug.test import TestResponse

OGC_TYPES = {
    "process_unknown": "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-process",
    "job_not_found": "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-job",
    "job_not_ready": "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/result-not-ready",
}
MEMBERS = {"type", "title", "status", "code", "detail", "expected", "remedy", "errors", "request_id"}


def assert_problem(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Check that a response is a whole problem document with this status and code, and give it."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.content_type == "application/problem+json"
    document: dict[str, Any] = response.get_json(force=True)
    assert set(document) == MEMBERS
    assert (document["status"], document["code"]) == (status, code)
    assert document["type"] == OGC_TYPES.get(code, f"urn:gis-service:error:{code}")
    for member in ("title", "detail", "expected", "remedy"):
        assert document[member]
        assert "{" not in document[member]
    assert all(set(fault) == {"where", "text"} and fault["text"] for fault in document["errors"])
    assert document["request_id"] == response.headers["X-Request-ID"]
    assert response.headers["Content-Language"] in {"vi", "en"}
    return document
