"""Starts, watches and ends the processes of the service; called by scripts/run and scripts/stop.

One watcher per checkout holds ``service.lock`` in the data folder for as long as the service lives. It starts
the web process and the worker, starts them and a private database again when they have died, and ends all of
it on Ctrl-C or scripts/stop.
"""

import argparse
import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from gis_service.errors import Conflict, ErrorCode, GisError, Temporary
from gis_service.messages.catalogue import notices
from gis_service.messages.terminal import language_of, words_of
from gis_service.services import database
from gis_service.settings import Settings, read_settings

START_TIME_S = 90.0
END_TIME_S = 15.0
WATCH_EVERY_S = 1.0
ASKED_FOR_S = 1.0
"""How long a starting watcher waits for those who only ask whether there is one."""
LOG_LINES = 20
WEB, WORKER = "web", "worker"
PAUSES_S = (1.0, 60.0)
"""Shortest and longest pause before a process that died is started again; it doubles each time."""


@dataclass(frozen=True)
class Watcher:
    """The process that watches over the service, and where the service listens."""

    pid: int
    address: str


class WatchedError(Exception):
    """Another watcher has just taken this checkout."""


def address_of(settings: Settings) -> str:
    """Give the address that a browser on this machine opens."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - read, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def lock_path(settings: Settings) -> Path:
    """Name the file whose lock says that the service lives."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return settings.data_dir / "service.lock"


def log_path(settings: Settings) -> Path:
    """Name the log of a detached service."""
    return settings.data_dir / "service.log"


def find_watcher(settings: Settings) -> Watcher | None:
    """Find the watcher of this checkout; a number left by a dead one is not believed."""
    with lock_path(settings).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            # The one who has just taken the lock may not have written yet.
            while not (words := Path(file.name).read_text("utf-8")):
                time.sleep(0.01)
            return Watcher(**json.loads(words))
    return None


@contextmanager
def hold_lock(settings: Settings) -> Iterator[None]:
    """Be the one watcher of this checkout.

    Raises
    ------
    WatchedError
        When there is one already, be it since a moment ago.
    """
    with lock_path(settings).open("a+") as file:
        _take(file, settings)
        file.truncate(0)
        json.dump({"pid": os.getpid(), "address": address_of(settings)}, file)
        file.flush()
        yield


def _take(file: TextIO, settings: Settings) -> None:
    """Take the lock; who only asks for the watcher holds it for a moment too, and is waited for."""
    until = time.monotonic() + ASKED_FOR_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if find_watcher(settings) or time.monotonic() > until:
                raise WatchedError from error
            time.sleep(0.01)
        else:
            return


def check(settings: Settings) -> Watcher | None:
    """Make sure that the service can be started here; give the watcher when it runs already.

    Raises
    ------
    Conflict
        ``service_elsewhere`` when it runs already at another address.
    Temporary
        ``port_busy`` when another program holds the port.
    """
    asked = address_of(settings)
    if found := find_watcher(settings):
        if found.address != asked:
            raise Conflict(ErrorCode.SERVICE_ELSEWHERE, address=found.address, asked=asked)
        return found
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Temporary(ErrorCode.PORT_BUSY, host=settings.host, port=settings.port) from error
    return None


def answers(address: str) -> bool:
    """Tell whether the service is alive; a proxy of the environment is left aside."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{address}/healthz", timeout=2) as response:
            return bool(response.status == 200)  # noqa: PLR2004 - HTTP OK
    except (OSError, http.client.HTTPException):
        return False


def wait_for_answer(process: subprocess.Popen[bytes], settings: Settings, ended: threading.Event) -> None:
    """Wait until the service answers.

    Raises
    ------
    Temporary
        ``service_failed`` when its process ends first, or the time is over.
    """
    address, until = address_of(settings), time.monotonic() + START_TIME_S
    while not ended.is_set() and not answers(address):
        # A watcher that ends well has found another one, whose answer is as good.
        if process.poll() not in {None, 0} or time.monotonic() > until:
            raise failure(process, settings)
        ended.wait(0.1)


def failure(process: subprocess.Popen[bytes], settings: Settings) -> Temporary:
    """Say that the web process is not there."""
    return Temporary(
        ErrorCode.SERVICE_FAILED,
        exit_code=process.poll(),
        address=address_of(settings),
        log=log_path(settings),
    )


def command_of(settings: Settings, name: str) -> list[str]:
    """Give the command of a process of the service."""
    if name == WORKER:
        return [sys.executable, "-m", "gis_service.worker"]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", settings.host]
    command += ["--port", str(settings.port), "--workers", str(settings.web_processes)]
    command += ["--blocking-threads", str(settings.threads)]
    # Its one warning is of more threads than cores, of which most wait.
    return [*command, "--log-level", "error", "gis_service.wsgi:app"]


def start(settings: Settings, name: str) -> subprocess.Popen[bytes]:
    """Start a process of the service in a group of its own; it ends when this process dies."""
    command = ["setpriv", "--pdeathsig", "TERM", *command_of(settings, name)]
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own program, no shell


def end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Let what is under way end; after a while end it, and with it what a dead main process left."""
    until = time.monotonic() + END_TIME_S
    for process in processes:
        process.terminate()
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(until - time.monotonic(), 0))
        clear_group(process)
        process.wait()


def clear_group(process: subprocess.Popen[bytes]) -> None:
    """End its children, which would hold the port when their main process was killed."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@dataclass
class Keeper:
    """Keeps one process of the service alive.

    Parameters
    ----------
    settings
        What it is started with.
    name
        ``web`` or ``worker``.
    process
        The one that runs, or has ended.
    pause
        Seconds before the next start.
    since
        When it was started, or found dead; seconds of the steady clock.
    dead
        Whether its end has been noticed.
    """

    settings: Settings
    name: str
    process: subprocess.Popen[bytes]
    pause: float = PAUSES_S[0]
    since: float = field(default_factory=time.monotonic)
    dead: bool = False

    def keep(self) -> None:
        """Start it again when it has died; at once asked again is cheap."""
        age = time.monotonic() - self.since
        if self.dead and age >= self.pause:
            self.process, self.dead, self.since = start(self.settings, self.name), False, time.monotonic()
            self.pause = min(2 * self.pause, PAUSES_S[1])
        elif not self.dead and self.process.poll() is not None:
            clear_group(self.process)
            # One that has served for a while has not died of its start.
            self.pause = PAUSES_S[0] if age > PAUSES_S[1] else self.pause
            self.dead, self.since = True, time.monotonic()
            code, pause = self.process.returncode, f"{self.pause:.0f}"
            say(f"service_{self.name}_died", sys.stderr, code=code, seconds=pause)


def say(notice: str, stream: TextIO = sys.stdout, **params: object) -> None:
    """Print words of the message catalogue in the language of the terminal."""
    print(notices()[notice].in_language(language_of()).format(**params), file=stream, flush=True)


def watch(settings: Settings) -> None:
    """Run the service until a signal ends it."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with hold_lock(settings):
        keepers = [Keeper(settings, WEB, start(settings, WEB))]
        try:
            wait_for_answer(keepers[0].process, settings, ended)
            if not ended.is_set():
                say("service_at", address=address_of(settings))
                if settings.workers:
                    # After the web process, so that the map is there the sooner.
                    keepers.append(Keeper(settings, WORKER, start(settings, WORKER)))
            while not ended.wait(WATCH_EVERY_S):
                for keeper in keepers:
                    keeper.keep()
                keep_database(settings)
        finally:
            end([keeper.process for keeper in keepers])
            stop_database(settings)
    say("service_ended")


def keep_database(settings: Settings) -> None:
    """Start a private database again that has died; what goes wrong is tried again in a second."""
    try:
        if database.keep_running(settings):
            say("service_database_again")
    except GisError as error:
        print(words_of(error, language_of()), file=sys.stderr, flush=True)


def stop_database(settings: Settings) -> bool:
    """Stop the private database, when one is used."""
    return not settings.database_url and database.stop(settings)


def detach(settings: Settings) -> None:
    """Start a watcher that outlives this terminal, and wait until the service answers."""
    log = log_path(settings)
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    with log.open("wb") as output:
        watcher = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, __file__],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_for_answer(watcher, settings, threading.Event())
    except Temporary:
        print(*log.read_text(errors="replace").splitlines()[-LOG_LINES:], sep="\n", file=sys.stderr)
        raise
    say("service_at_detached", address=address_of(settings), log=log)


def is_alive(pid: int) -> bool:
    """Tell whether the watcher still runs; one that has ended but was not waited for has no command line."""
    try:
        return Path(__file__).name in Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except OSError:
        return False


def stop(settings: Settings) -> None:
    """End the service and its private database, whoever started them."""
    found, until = find_watcher(settings), time.monotonic() + 2 * END_TIME_S
    if found and is_alive(found.pid):
        os.kill(found.pid, signal.SIGTERM)
    while found and (find_watcher(settings) == found or is_alive(found.pid)):
        if time.monotonic() > until:
            os.kill(found.pid, signal.SIGKILL)
            break
        time.sleep(0.1)
    stopped = stop_database(settings)
    say("service_stopped" if found or stopped else "service_not_running")


def begin(settings: Settings, *, detached: bool) -> None:
    """Start the service; say so when it runs already, be it since a moment ago."""
    if detached:
        with (lock_path(settings).with_name("detach.lock")).open("w") as file:
            # The second of two waits for the first, and then finds its service.
            fcntl.flock(file, fcntl.LOCK_EX)
            if not (found := check(settings)):
                detach(settings)
                return
    elif not (found := check(settings)):
        try:
            watch(settings)
        except WatchedError:
            found = check(settings)
    if found:
        say("service_already", address=found.address)


def read_arguments() -> argparse.Namespace:
    """Read what is to be done."""
    parser = argparse.ArgumentParser(description=__doc__)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--detach", action="store_true", help="return when the service answers")
    choice.add_argument("--check", action="store_true", help="only make sure that the port is free")
    choice.add_argument("--stop", action="store_true", help="end the service and its database")
    choice.add_argument("--idle", action="store_true", help="end the database when no service stands on it")
    return parser.parse_args()


def main() -> None:
    """Do what the arguments say."""
    arguments, settings = read_arguments(), read_settings()
    if arguments.stop:
        stop(settings)
    elif arguments.idle:
        if not find_watcher(settings):
            stop_database(settings)
    elif arguments.check:
        check(settings)
    else:
        begin(settings, detached=arguments.detach)


if __name__ == "__main__":
    try:
        main()
    except GisError as error:
        print(words_of(error, language_of()), file=sys.stderr)
        sys.exit(error.exit_code)
