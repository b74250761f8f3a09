"""What belongs to the request in hand."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event, text

from gis_service.db.engine import transaction
from gis_service.web import current
from tests.web.made_layers import wells

STUDY = {"service": "one_stop_office", "measure": "straight_radius", "limit": 3000}
EXECUTION = "/api/processes/coverage/execution"


def test_a_proxy_that_nobody_has_told_of_is_warned_of_once(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    current._tell_of_a_proxy.cache_clear()
    with app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.1"}):
        current.place()
    assert "GIS_PROXIES" not in caplog.text
    for _ in range(2):
        forwarded = {"X-Forwarded-For": "198.51.100.7"}
        with app.test_request_context(headers=forwarded, environ_base={"REMOTE_ADDR": "192.0.2.1"}):
            assert current.place() == "192.0.2.1"
    assert caplog.text.count("GIS_PROXIES") == 1


@pytest.mark.parametrize(
    ("method", "path", "role", "body", "prefer"),
    [
        ("POST", EXECUTION, "planner", {"inputs": STUDY}, ""),
        ("POST", EXECUTION, "planner", {"inputs": STUDY}, "respond-async"),
        ("DELETE", "/api/jobs/{job}", "planner", None, ""),
        ("POST", "/api/collections", "gis_staff", wells("one_connection"), ""),
        ("GET", "/api/collections/residents/items?limit=1", "analyst", None, ""),
    ],
)
def test_a_request_holds_one_connection_at_a_time(
    app: Flask,
    bearer: Callable[[str | None], dict[str, str]],
    method: str,
    path: str,
    role: str,
    body: dict[str, object] | None,
    prefer: str,
) -> None:
    client, engine, held = app.test_client(), app.extensions["gis"].engine, []
    client.environ_base["HTTP_AUTHORIZATION"] = bearer(role)["Authorization"]
    if "{job}" in path:
        job = client.post(EXECUTION, json={"inputs": STUDY}, headers={"Prefer": "respond-async"})
        path = path.format(job=job.get_json()["jobID"])

    def listen(*_: object) -> None:
        held.append(engine.pool.checkedout())

    event.listen(engine, "checkout", listen)
    try:
        answer = client.open(path, method=method, json=body, headers={"Prefer": prefer})
    finally:
        event.remove(engine, "checkout", listen)
        with transaction(engine) as connection:
            for forget in ("gis.job", "gis.study", "queue.procrastinate_jobs"):
                connection.execute(text(f"DELETE FROM {forget}"))  # noqa: S608  one of these
    if path == "/api/collections":
        match = {"If-Match": answer.headers["ETag"]}
        assert client.delete(f"{path}/one_connection", headers=match).status_code == 204
    assert answer.status_code in {200, 201}, answer.text
    assert len(held) > 1
    assert set(held) == {1}
