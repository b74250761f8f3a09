"""Starting, finding and ending the service as scripts/run and scripts/stop do."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.scripts.service import PROGRAM, answers, free_port, serve


def test_a_detached_service_answers_until_it_is_stopped(environment: dict[str, str]) -> None:
    started = serve(environment, "--detach")
    assert started.returncode == 0, started.stderr
    assert f"http://127.0.0.1:{environment['GIS_PORT']}" in started.stdout
    assert answers(environment)
    again = serve(environment, "--detach")
    assert (again.returncode, "runs already" in again.stdout) == (0, True)
    other = serve(environment | {"GIS_PORT": str(free_port())}, "--check")
    assert other.returncode == 5, "another address is a conflict"
    assert f":{environment['GIS_PORT']}" in other.stderr
    assert serve(environment, "--stop").stdout == "stopped\n"
    assert not answers(environment)
    assert serve(environment, "--stop").stdout == "nothing is running\n"


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_signal_ends_all_of_it(environment: dict[str, str], number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, PROGRAM], env=environment, stdout=subprocess.PIPE, text=True
    ) as watcher:
        assert watcher.stdout is not None
        assert "The map is at" in watcher.stdout.readline()
        watcher.send_signal(number)
        assert watcher.wait(30) == 0
    assert not answers(environment)


@pytest.mark.slow
def test_the_web_process_does_not_outlive_a_killed_watcher(environment: dict[str, str]) -> None:
    with subprocess.Popen(
        [sys.executable, PROGRAM], env=environment, stdout=subprocess.PIPE, text=True
    ) as watcher:
        assert watcher.stdout is not None
        watcher.stdout.readline()
        watcher.kill()
        until = time.monotonic() + 20
        while answers(environment) and time.monotonic() < until:
            time.sleep(0.1)
    assert not answers(environment)
    assert serve(environment, "--check").returncode == 0


@pytest.mark.parametrize("arguments", [["--check"], ["--detach"], []])
def test_a_busy_port_is_said_and_no_other_is_taken(environment: dict[str, str], arguments: list[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(environment["GIS_PORT"])))
        other.listen()
        refused = serve(environment, *arguments)
    assert refused.returncode == 6
    assert f"The port {environment['GIS_PORT']} of 127.0.0.1 is used by another program." in refused.stderr
    assert "GIS_PORT=" in refused.stderr


def test_a_service_that_cannot_start_shows_its_log(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    failed = serve(environment | {"GIS_LAYERS_DIR": str(tmp_path / "empty")}, "--detach")
    assert failed.returncode == 6
    assert str(tmp_path / "var" / "service.log") in failed.stderr
    assert not answers(environment)
