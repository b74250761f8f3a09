"""The private PostgreSQL cluster: made, started, found again, stopped.

::

    <home>/cluster.json   port and passwords (0600)     <home>/data/    the cluster
    <home>/lock           held while it starts or stops  <home>/log/     the server's log
    <home>/socket/        its unix socket                <home>/start.log

A cluster belongs to one checkout. It listens on the loopback address only and asks everybody for a password.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from gis_service.db import cluster_config
from gis_service.db.cluster_config import HOST_RULES, LOOPBACK, Manifest
from gis_service.db.cluster_roles import ADMIN, DATABASE, OWNER, PREPARATION, prepare_database
from gis_service.db.postgres import Programs, find_programs, server_user
from gis_service.errors import Conflict, ErrorCode, GisError, Temporary
from gis_service.settings import ROOT, Settings

ROOT_HOME = Path("/var/lib/gis-service")
"""Parent of root's clusters: the server runs as another user, to whom ``/root`` is closed."""

_SHARED = Path("/tmp")  # noqa: S108 - only for a socket in a folder of mode 0700, whose owner is looked at
_LOCK_TIME_S = 90.0
_START_TIME_S = 60
_ORPHAN_PORT_S = 5.0
_ORPHAN_TIME_S = 15.0
_SOCKET_PATH_MOST = 90
_LOG_LINES = 5


@dataclass(frozen=True, slots=True)
class Cluster:
    """One private cluster.

    Parameters
    ----------
    home
        Its folder; made by the first start.
    durable
        False gives up safety against power failure, for tests.
    """

    home: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        """Folder of the server's files."""
        return self.home / "data"

    @property
    def socket_dir(self) -> Path:
        """Folder of the unix socket; elsewhere when the path would be too long for the system."""
        inside = self.home / "socket"
        if len(str(inside)) <= _SOCKET_PATH_MOST:
            return inside
        return _SHARED / f"gis-service-{os.geteuid()}-{_short_hash(self.home)}"

    @property
    def manifest(self) -> Manifest:
        """Port and passwords."""
        return Manifest.read(self.home / "cluster.json")

    @property
    def exists(self) -> bool:
        """Tell whether it has been made."""
        return (self.home / "cluster.json").exists() and (self.data / "PG_VERSION").exists()

    @property
    def is_prepared(self) -> bool:
        """Tell whether a start has come to its end: role, database and extensions are there."""
        try:
            return self._prepared_mark.read_text() == PREPARATION
        except OSError:
            return False

    @property
    def _prepared_mark(self) -> Path:
        # Inside the server's own folder, so that it goes when that goes.
        return self.data / "gis.prepared"

    def url(self, database: str = DATABASE) -> str:
        """Give a URL, as psql takes it, of the role that owns the layer tables."""
        manifest = self.manifest
        return f"postgresql://{OWNER}:{manifest.owner_password}@{LOOPBACK}:{manifest.port}/{database}"

    def admin_url(self, database: str = "postgres") -> str:
        """Give a URL of the superuser, for set-up and for copies of whole databases."""
        manifest = self.manifest
        return f"postgresql://{ADMIN}:{manifest.admin_password}@{LOOPBACK}:{manifest.port}/{database}"

    def postmaster(self) -> int | None:
        """Find the process id of the running server; None when it is down, however it ended."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        # After a restart of the machine the number may belong to any other program.
        ours = Path(os.fsdecode(command[0])).name == "postgres" and os.fsencode(self.data) in command
        return pid if ours else None

    def answers(self) -> bool:
        """Tell whether a connection can be had."""
        return self.exists and self.postmaster() is not None and _answers(self.url())

    def start(self) -> bool:
        """Start it, make it before when it does not exist; tell whether it had to be started.

        Raises
        ------
        Temporary
            ``database_programs_missing``, ``database_port_busy``, ``database_start_failed``.
        Conflict
            ``database_locked`` when another start or stop does not end; ``database_folder_not_ours``.
        """
        if self.is_prepared and self.answers():
            return False
        self._make_folders()
        with self._lock():
            # One that runs recovers, or was left half made by a start that was killed.
            running = self.exists and self.postmaster() is not None
            if not running:
                self._start_server(find_programs(self._version()) if self.exists else self._make())
            self._wait_for_answer()
            try:
                prepare_database(self.admin_url(), self.admin_url(DATABASE), self.manifest.owner_password)
                self._prepared_mark.write_text(PREPARATION)
            except (psycopg.Error, OSError) as error:  # it died again meanwhile, or the disk is full
                raise self._failure() from error
        return not running

    def stop(self) -> bool:
        """Stop it; tell whether there was something to stop."""
        if not self.exists or self.postmaster() is None:
            return False
        with self._lock():
            programs = find_programs(self._version())
            for mode in ("fast", "immediate"):
                done = programs.run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop", cwd=self.home)
                if done.returncode == 0 or self.postmaster() is None:
                    return True
        raise Temporary(ErrorCode.DATABASE_STOP_FAILED, pid=self.postmaster())

    def remove(self) -> None:
        """Stop it and delete all its files."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.socket_dir, ignore_errors=True)

    def _version(self) -> int:
        return int((self.data / "PG_VERSION").read_text())

    def _make_folders(self) -> None:
        self.home.parent.mkdir(parents=True, exist_ok=True)
        for folder in (self.home, self.home / "log", self.socket_dir):
            folder.mkdir(mode=0o700, exist_ok=True)
            if folder.parent == _SHARED:
                _refuse_what_others_made(folder)
            _hand_over(folder)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Keep two starts and stops apart; the lock falls with the process that holds it."""
        with (self.home / "lock").open("a") as file:
            until = time.monotonic() + _LOCK_TIME_S
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise Conflict(ErrorCode.DATABASE_LOCKED, path=self.home / "lock") from None
                    time.sleep(0.1)
            yield

    def _make(self) -> Programs:
        programs = find_programs()
        if not (self.home / "cluster.json").exists():
            Manifest.new().write(self.home / "cluster.json")
        draft, secret = self.home / "data.new", self.home / "password.new"
        # What a run that was cut short has left.
        shutil.rmtree(draft, ignore_errors=True)
        secret.touch(mode=0o600)
        secret.write_text(self.manifest.admin_password)
        _hand_over(secret)
        options = ["--username", ADMIN, "--pwfile", str(secret), "--auth", "scram-sha-256"]
        options += ["--encoding", "UTF8", "--locale", "C.UTF-8"] + ([] if self.durable else ["--no-sync"])
        done = programs.run("initdb", "--pgdata", str(draft), *options, cwd=self.home)
        secret.unlink()
        if done.returncode != 0:
            raise Temporary(ErrorCode.DATABASE_START_FAILED, log=self.home, words=_last_words(done.stderr))
        with (draft / "postgresql.conf").open("a") as file:
            file.write("\ninclude = 'gis.conf'\n")
        (draft / "pg_hba.conf").write_text(HOST_RULES)
        draft.rename(self.data)
        return programs

    def _wait_for_answer(self) -> None:
        """Wait for the superuser's door: it has connections of its own, and needs no role of ours."""
        until = time.monotonic() + _START_TIME_S
        while not _answers(self.admin_url()):
            if time.monotonic() > until:
                raise self._failure()
            time.sleep(0.2)

    def _start_server(self, programs: Programs) -> None:
        """Start the server; wait for the orphans of a killed one to let go of the shared memory."""
        # A process that a killed server had just begun holds its port for a moment longer.
        patience_s = _ORPHAN_PORT_S if (self.data / "postmaster.pid").exists() else 0.0
        self._clear_stale_files()
        port = self.manifest.port
        if not _comes_free(port, patience_s):
            raise Temporary(ErrorCode.DATABASE_PORT_BUSY, port=port, path=self.home / "cluster.json")
        settings = cluster_config.server_settings(
            port, self.socket_dir, self.home / "log", cluster_config.memory_bytes(), durable=self.durable
        )
        (self.data / "gis.conf").write_text(settings)
        (self.data / "gis.conf").chmod(0o644)
        log, until = self.home / "start.log", time.monotonic() + _ORPHAN_TIME_S
        arguments = ["-D", str(self.data), "-l", str(log), "-t", str(_START_TIME_S), "-w", "start"]
        while programs.run("pg_ctl", *arguments, cwd=self.home).returncode != 0:
            if self.postmaster() is not None:
                return  # it recovers for longer than pg_ctl waits, or a killed start's pg_ctl has made it
            if time.monotonic() > until:
                raise self._failure()
            time.sleep(0.5)

    def _clear_stale_files(self) -> None:
        """Remove lock files whose process number now belongs to another program.

        The server itself clears those of dead processes; a number that is alive again, as after a restart
        of a container, would stop it for ever. Only called when no server of ours runs.
        """
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for leftover in self.socket_dir.glob(".s.PGSQL.*"):
            leftover.unlink()

    def _failure(self) -> GisError:
        """Say why the server did not start, in its own last words."""
        logs = [*self.home.glob("start.log"), *self.home.glob("log/*.log")]
        newest = max(logs, key=lambda path: path.stat().st_mtime_ns, default=None)
        words = newest.read_text(errors="replace") if newest else ""
        return Temporary(ErrorCode.DATABASE_START_FAILED, log=newest or self.home, words=_last_words(words))


def _comes_free(port: int, patience_s: float) -> bool:
    until = time.monotonic() + patience_s
    while not cluster_config.port_is_free(port):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _refuse_what_others_made(folder: Path) -> None:
    """Refuse a folder in a place open to all that somebody else has put there, or may enter."""
    found = folder.lstat()
    owners = {os.geteuid(), _number_of(server_user())}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or found.st_mode & 0o077:
        raise Conflict(ErrorCode.DATABASE_FOLDER_NOT_OURS, path=folder)


def _last_words(words: str) -> str:
    return " | ".join(words.strip().splitlines()[-_LOG_LINES:])


def _hand_over(path: Path) -> None:
    if user := server_user():
        shutil.chown(path, user, user)


def _number_of(user: str | None) -> int:
    return pwd.getpwnam(user).pw_uid if user else os.geteuid()


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def private_cluster(settings: Settings) -> Cluster:
    """Name the private cluster of this checkout; it may not exist yet."""
    if os.geteuid() == 0:
        return Cluster(ROOT_HOME / _short_hash(ROOT))
    return Cluster(settings.data_dir.resolve() / "cluster")


def database_url(settings: Settings) -> str:
    """Give the URL of the database to use: ``GIS_DATABASE_URL``, else the private cluster's.

    Raises
    ------
    Temporary
        ``database_not_running`` when the private cluster has not been started.
    """
    if settings.database_url:
        return settings.database_url
    cluster = private_cluster(settings)
    if not cluster.exists or cluster.postmaster() is None:
        raise Temporary(ErrorCode.DATABASE_NOT_RUNNING, home=cluster.home)
    return cluster.url()
