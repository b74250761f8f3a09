"""The service as scripts/run and scripts/stop start and end it, for the tests that do so."""

import fcntl
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from gis_service.settings import ROOT

PROGRAM = ROOT / "scripts" / "_serve.py"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, PROGRAM, *arguments], env=environment, capture_output=True, text=True, check=False
    )


def is_watched(environment: dict[str, str]) -> bool:
    """Tell whether a service stands on this folder, by the lock of its watcher; asking takes no process."""
    lock = Path(environment["GIS_DATA_DIR"], "service.lock")
    if not lock.exists():
        return False
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def answers(environment: dict[str, str]) -> bool:
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{environment['GIS_PORT']}/healthz", timeout=5
        ) as response:
            return bool(response.status == 200)
    except OSError:
        return False
