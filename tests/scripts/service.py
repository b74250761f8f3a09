"""The service as scripts/run and scripts/stop start and end it, for the tests that do so."""

import socket
import subprocess
import sys
import urllib.request

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


def answers(environment: dict[str, str]) -> bool:
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{environment['GIS_PORT']}/healthz", timeout=5
        ) as response:
            return bool(response.status == 200)
    except OSError:
        return False
