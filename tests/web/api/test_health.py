"""For those who watch the service."""

import logging
import threading

import pytest
from flask.testing import FlaskClient

from gis_service import __version__
from gis_service.services import health, kernels


def test_a_living_process_tells_its_version(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok", "version": __version__}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_format_may_be_named(client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(health, "are_loaded", lambda: True)
    assert client.get(f"{path}?f=json").get_json() == client.get(path).get_json()
    assert client.get(f"{path}?f=html").status_code == 400


def test_the_service_is_ready_when_everything_is_there(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "are_loaded", lambda: True)
    response = client.get("/readyz")
    assert response.status_code == 200
    checks = {"database": True, "migrations": True, "kernels": True}
    assert response.get_json() == {"status": "ready", "checks": checks, "workers": 0}


@pytest.mark.parametrize(
    ("need", "replaced", "answer"),
    [("migrations", "newest_revision", "9999"), ("kernels", "are_loaded", False)],
)
def test_the_service_is_not_ready_while_one_need_is_not_met(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, need: str, replaced: str, answer: object
) -> None:
    monkeypatch.setattr(health, replaced, lambda: answer)
    response = client.get("/readyz")
    assert response.status_code == 503
    document = response.get_json()
    assert document["status"] == "not_ready"
    assert document["checks"][need] is False
    assert document["checks"]["database"] is True


def test_kernels_that_cannot_be_loaded_leave_the_process_not_ready(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise OSError("no room for the compiled code")

    monkeypatch.setattr(kernels, "warm", broken)
    monkeypatch.setattr(kernels, "_ready", threading.Event())
    with caplog.at_level(logging.ERROR):
        kernels._load()
    assert not kernels.are_loaded()
    assert "no room" in caplog.text
