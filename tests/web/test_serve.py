"""The service as it really runs: the web server, a socket, an answer, an end."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from gis_service.db.engine import open_engine, transaction
from gis_service.services import users
from gis_service.services.accounts import Caller, Role, make_token
from gis_service.services.tile_grid import tile_of
from gis_service.settings import ROOT
from tests.well_tiles import write

START_S = 60
FRESH_S = 1.0


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 our own loopback address
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@pytest.fixture
def server(
    loaded: str, city: Path, tmp_path: Path, unused_port: int
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    environment = {
        **os.environ,
        "GIS_DATABASE_URL": loaded,
        "GIS_LAYERS_DIR": str(city),
        "GIS_DATA_DIR": str(tmp_path),
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(unused_port), "gis_service.wsgi:app"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
        yield f"http://127.0.0.1:{unused_port}", process
        if process.poll() is None:
            process.kill()
        process.wait(10)


def _wait_until(url: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_S
    while not _answers(url):
        assert process.poll() is None, "the server has ended"
        assert time.monotonic() < end, "the server does not answer"
        time.sleep(0.1)


def test_the_service_starts_answers_and_ends_when_it_is_told(
    server: tuple[str, "subprocess.Popen[bytes]"],
) -> None:
    url, process = server
    _wait_until(f"{url}/healthz", process)
    _wait_until(f"{url}/readyz", process)
    assert _answers(f"{url}/api/collections/commune/items")
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0


@pytest.mark.slow
def test_two_web_processes_give_no_old_tile_and_know_who_may_read_no_more(
    loaded: str, city: Path, tmp_path: Path, unused_port: int
) -> None:
    environment = {
        **os.environ,
        "GIS_DATABASE_URL": loaded,
        "GIS_LAYERS_DIR": str(city),
        "GIS_DATA_DIR": str(tmp_path),
        "GIS_PORT": str(unused_port),
        "GIS_WEB_PROCESSES": "2",
    }
    engine, url = open_engine(loaded), f"http://127.0.0.1:{unused_port}"
    with transaction(engine) as connection:
        caller = Caller(Role.VIEWER, "lan.serve", users.add(connection, "lan.serve", Role.VIEWER).id)
        token = make_token(connection, Role.VIEWER, "lan", caller=caller)
    x, y = tile_of(106.3, 20.4, 12)

    def answers(layer: str) -> set[tuple[int, str | None]]:
        """Ask by a new connection each time, so that both processes are asked."""
        path = f"{url}/api/collections/{layer}/tiles/WebMercatorQuad/12/{y}/{x}"
        asked = [_asked(path, token) for _ in range(24)]
        return {(status, tag) for status, tag in asked}

    program = ROOT / "scripts" / "_serve.py"
    with subprocess.Popen([sys.executable, program], env=environment) as watcher:
        try:
            _wait_until(f"{url}/readyz", watcher)
            before = answers("bus_stop")
            assert len(before) == 1
            assert {status for status, _ in answers("pipe_internal")} <= {200, 204}
            write(engine, "INSERT INTO layer.bus_stop (geom) VALUES (ST_Point(106.3, 20.4, 4326))")
            with transaction(engine) as connection:
                users.disable(connection, caller.name)
            time.sleep(FRESH_S)
            assert {status for status, _ in answers("pipe_internal")} == {401}
            token = ""
            after = answers("bus_stop")
            assert len(after) == 1
            assert after != before
        finally:
            watcher.send_signal(signal.SIGINT)
    write(engine, "DELETE FROM layer.bus_stop WHERE geom = ST_Point(106.3, 20.4, 4326)")
    engine.dispose()


def _asked(path: str, token: str) -> tuple[int, str | None]:
    shows = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(path, headers=shows), timeout=30) as answer:  # noqa: S310 our own
            return answer.status, answer.headers["ETag"]
    except urllib.error.HTTPError as error:
        return error.code, None
