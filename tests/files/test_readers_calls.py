"""The reader process speaks to no other program, and signals none."""

import json
import platform
import subprocess
import sys
from typing import Any

import pytest

from gis_service.settings import ROOT

_TRIES = """
import json, os, socket, sys, threading
from pathlib import Path
from gis_service.files.readers.calls import close_sockets
from gis_service.files.readers.walls import close_files

def tried(what):
    try:
        what()
    except OSError as error:
        return type(error).__name__
    return "done"

ways = {
    "a socket of the machine": lambda: socket.socket(socket.AF_UNIX),
    "a pair": socket.socketpair,
    "a connection": lambda: socket.create_connection(("127.0.0.1", 9)),
    "datagrams": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "a signal": lambda: os.kill(os.getppid(), 0),
}
before = {name: tried(what) for name, what in ways.items()}
closed = close_files([], Path(sys.argv[1])), close_sockets()
after = {name: tried(what) for name, what in ways.items()}
thread = threading.Thread(target=lambda: Path(sys.argv[1], "a").write_text("a"))
thread.start()
thread.join()
print(json.dumps([before, closed, after, Path(sys.argv[1], "a").read_text()]))
"""


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """Give what came of each way before and after the walls stood, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _TRIES, tmp_path_factory.mktemp("walls")],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    told: list[Any] = json.loads(done.stdout)
    return told


@pytest.mark.skipif(platform.machine() not in {"x86_64", "aarch64"}, reason="calls have other numbers")
def test_no_socket_is_made_behind_the_walls_and_files_and_threads_go_on(tried: list[Any]) -> None:
    before, (_, closed), after, written = tried
    # Nobody listens at that port.
    assert before.pop("a connection") == "ConnectionRefusedError"
    assert set(before.values()) == {"done"}
    assert closed
    # Which signals reach others depends on the kernel; sockets do not.
    assert {after[name] for name in after if name != "a signal"} == {"PermissionError"}
    assert written == "a"


@pytest.mark.skipif(
    tuple(map(int, platform.release().split(".")[:2])) < (6, 12), reason="the kernel scopes no signals"
)
def test_no_signal_reaches_another_program(tried: list[Any]) -> None:
    before, (walled, _), after, _ = tried
    if not walled:
        pytest.skip("this kernel was built without Landlock")
    assert (before["a signal"], after["a signal"]) == ("done", "PermissionError")
