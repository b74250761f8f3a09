"""Processes of the service that are killed, and two starts at once."""

import fcntl
import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gis_service.settings import Settings
from tests.scripts.service import PROGRAM, answers, serve

pytestmark = pytest.mark.slow


def main_processes(environment: dict[str, str]) -> list[int]:
    """Find the main web process: the one on our port whose parent is the watcher, not another granian."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if b"granian" in words and environment["GIS_PORT"].encode() in words:
            found[int(folder.name)] = parent
    return [pid for pid, parent in found.items() if parent not in found]


def wait_for(question: Callable[[], bool], seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while not question():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def test_a_killed_web_process_is_started_again_and_leaves_no_worker(environment: dict[str, str]) -> None:
    assert serve(environment, "--detach").returncode == 0
    (killed,) = main_processes(environment)
    os.kill(killed, signal.SIGKILL)
    log = Path(environment["GIS_DATA_DIR"], "service.log")
    assert wait_for(lambda: "The web process has died (code -9)" in log.read_text())
    assert wait_for(lambda: len(main_processes(environment)) == 1 and answers(environment))
    assert main_processes(environment) != [killed]
    assert serve(environment, "--stop").stdout == "stopped\n"
    assert not answers(environment)
    assert serve(environment, "--check").returncode == 0, "the port is free"


def test_stopping_at_once_after_a_kill_frees_the_port(environment: dict[str, str]) -> None:
    serve(environment, "--detach")
    (killed,) = main_processes(environment)
    os.kill(killed, signal.SIGKILL)
    assert serve(environment, "--stop").stdout == "stopped\n"
    assert serve(environment, "--check").returncode == 0


@pytest.mark.parametrize("arguments", [["--detach"], []])
def test_two_starts_at_once_make_one_service(environment: dict[str, str], arguments: list[str]) -> None:
    command = [sys.executable, str(PROGRAM), *arguments]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert wait_for(lambda: any(each.poll() is not None for each in both)), "one of them does not stay"
    assert wait_for(lambda: answers(environment))
    assert len(main_processes(environment)) == 1
    serve(environment, "--stop")
    said = [each.communicate(timeout=30)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0]
    assert sorted("runs already" in words for words in said) == [False, True]


def test_who_only_asks_for_the_watcher_keeps_no_service_from_starting(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.spec_from_file_location("serve_program", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, program)
    spec.loader.exec_module(program)
    settings = Settings(data_dir=tmp_path, port=int(environment["GIS_PORT"]))
    asking = program.lock_path(settings).open("a+")
    fcntl.flock(asking, fcntl.LOCK_SH)
    find = program.find_watcher

    def found_and_let_go(settings: Settings) -> object:
        found = find(settings)
        asking.close()
        return found

    monkeypatch.setattr(program, "find_watcher", found_and_let_go)
    with program.hold_lock(settings):
        assert find(settings).pid == os.getpid()
        with pytest.raises(program.WatchedError), program.hold_lock(settings):
            pass


def worker_processes(environment: dict[str, str]) -> list[int]:
    """Find the workers over our data folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            ours = environment["GIS_DATA_DIR"].encode() in (folder / "environ").read_bytes()
        except OSError:
            continue
        if b"gis_service.worker" in words and ours:
            found.append(int(folder.name))
    return found


def test_a_worker_stands_beside_the_web_process_and_ends_with_it(environment: dict[str, str]) -> None:
    assert serve(environment, "--detach").returncode == 0
    assert wait_for(lambda: len(worker_processes(environment)) == 1)
    (killed,) = worker_processes(environment)
    os.kill(killed, signal.SIGKILL)
    log = Path(environment["GIS_DATA_DIR"], "service.log")
    assert wait_for(lambda: "The worker has died (code -9)" in log.read_text())
    assert wait_for(lambda: worker_processes(environment) not in ([], [killed]))
    assert serve(environment, "--stop").stdout == "stopped\n"
    assert worker_processes(environment) == []


def test_no_worker_is_started_where_none_is_wanted(environment: dict[str, str]) -> None:
    alone = environment | {"GIS_WORKERS": "0", "LANG": "vi_VN.UTF-8", "LC_ALL": "vi_VN.UTF-8"}
    started = serve(alone, "--detach")
    assert f"Bản đồ ở http://127.0.0.1:{environment['GIS_PORT']}" in started.stdout
    assert worker_processes(alone) == []
    assert serve(alone, "--stop").stdout == "đã dừng\n"
    assert serve(alone, "--stop").stdout == "không có gì đang chạy\n"
