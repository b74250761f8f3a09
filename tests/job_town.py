"""A town small enough to study in a moment, real workers over it, and a way to hold a study up.

Who holds the residents' table keeps every study waiting at its first step, for as long as a test needs.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection, Engine, open_engine, transaction
from gis_service.db.jobs import workers_alive
from gis_service.db.layers import Column, LayerTable, add_version, ensure_table, lock_layer
from gis_service.services import studies
from gis_service.services.context import Context
from gis_service.services.job_runs import Wanted, accept
from gis_service.services.jobs import Job, get
from gis_service.settings import ROOT, Settings
from tests.demo_city import catalogue as real_catalogue

PATIENCE_S = 180.0
INPUTS = {"service": "one_stop_office", "measure": "straight_radius", "limit": 3000.0}
ROWS = """
INSERT INTO layer.one_stop_office (geom, code, name) VALUES (ST_Point(106.35, 20.4, 4326), 'o', 'Một cửa');
INSERT INTO layer.residents (geom, code, people)
SELECT ST_Point(106.35, 20.4 + i * 0.01, 4326), 'r' || i, 10.5 FROM generate_series(1, 3) AS i;
INSERT INTO layer.commune (geom, code, name, unit_type)
VALUES (ST_MakeEnvelope(106.3, 20.3, 106.4, 20.5, 4326), '1', 'Đông Hưng', 'commune');
"""


def town_catalogue() -> Catalogue:
    return real_catalogue()


def fill(connection: Connection, catalogue: Catalogue) -> None:
    """Load one office, three homes, one commune."""
    for name in ("one_stop_office", "residents", "commune"):
        layer = catalogue.layers[name]
        columns = tuple(Column(each.name, each.type) for each in layer.fields)
        ensure_table(connection, LayerTable(layer.id, layer.geometry, layer.key, columns))
        lock_layer(connection, layer.id)
        add_version(connection, layer.id, author="tests", message="")
    connection.exec_driver_sql(ROWS)


def environment_of(url: str, folder: Path) -> dict[str, str]:
    """Give the settings of a worker over a database."""
    ours = {"GIS_DATABASE_URL": url, "GIS_DATA_DIR": str(folder), "LANG": "C.UTF-8"}
    # Short, so that the death of a worker is soon noticed; long enough for a machine with much to do.
    return os.environ | ours | {"GIS_WORKER_DEAD_SECONDS": "4", "LC_ALL": "C.UTF-8"}


@dataclass
class Town:
    """The town in a database of its own, and the workers that were started over it."""

    url: str
    folder: Path
    context: Context
    workers: list["subprocess.Popen[str]"] = field(default_factory=list)

    @property
    def engine(self) -> Engine:
        return self.context.engine

    def start_worker(self) -> "subprocess.Popen[str]":
        with (self.folder / "worker.log").open("a") as log:
            command = [sys.executable, "-m", "gis_service.worker"]
            worker = subprocess.Popen(
                command, env=environment_of(self.url, self.folder), cwd=ROOT, stderr=log, text=True
            )
        self.workers.append(worker)
        return worker

    def log(self) -> str:
        return (self.folder / "worker.log").read_text("utf-8")

    def ask(self, **inputs: object) -> Job:
        return accept(self.context, Wanted("coverage", INPUTS | inputs, "lan"))

    def job(self, id_: str) -> Job:
        with transaction(self.engine) as connection:
            return get(connection, id_)

    def studies(self) -> int:
        """Count the studies that are stored."""
        with transaction(self.engine) as connection:
            return len(studies.list_(connection).items)

    def workers_alive(self) -> int:
        """Count the workers that gave a sign of life in the last minute."""
        with transaction(self.engine) as connection:
            return workers_alive(connection, 60)

    def wait(self, id_: str, *statuses: str) -> Job:
        wait_until(lambda: self.job(id_).status in statuses, lambda: f"{self.job(id_)}\n{self.log()}")
        return self.job(id_)

    def wait_for_attempt(self, id_: str, attempt: int) -> None:
        """Wait until a worker has begun a job for the so manieth time."""
        wait_until(lambda: self.job(id_).attempts == attempt, self.log)

    def children(self, worker: "subprocess.Popen[str]") -> list[int]:
        """Find the processes that compute jobs for a worker."""
        return [pid for pid, command in self.processes(worker).items() if "overviews" not in command]

    def processes(self, worker: "subprocess.Popen[str]") -> dict[int, str]:
        """Give the command of each process of a worker."""
        listed = Path(f"/proc/{worker.pid}/task/{worker.pid}/children")
        found = {}
        for word in listed.read_text().split() if listed.exists() else []:
            with suppress(OSError):
                found[int(word)] = Path(f"/proc/{word}/cmdline").read_text()
        return found

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """Keep every study from going on."""
        with psycopg.connect(self.url) as holder:
            holder.execute("LOCK TABLE layer.residents IN ACCESS EXCLUSIVE MODE")
            yield

    def wait_until_held_up(self) -> None:
        """Wait until a study stands before the table."""
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'layer.residents'::regclass"
        with psycopg.connect(self.url, autocommit=True) as asker:
            wait_until(lambda: asker.execute(waiting).fetchone() != (0,), self.log)

    def close(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGKILL)
            worker.wait(10)
        self.context.close()


def make_town(url: str, folder: Path) -> Town:
    engine = open_engine(url)
    catalogue = town_catalogue()
    with transaction(engine) as connection:
        fill(connection, catalogue)
    return Town(url, folder, Context(engine, catalogue, Settings(data_dir=folder, database_url=url)))


def wait_until(question: Callable[[], bool], told: Callable[[], str] = str) -> None:
    """Ask until it is so; what is told helps to see why it never was."""
    until = time.monotonic() + PATIENCE_S
    while not question():
        assert time.monotonic() < until, told()
        time.sleep(0.05)
