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

from gis_service.settings import ROOT

START_S = 60


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
