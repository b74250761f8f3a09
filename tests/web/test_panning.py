"""A served map under hands: readers who go away, and two hundred who move it while it is edited."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import open_engine, transaction
from gis_service.db.layers import ensure_table
from gis_service.services.layers import table_of
from gis_service.settings import ROOT
from gis_service.types import LayerId
from tests.event_loop import run_alone
from tests.web.conftest import TILES
from tests.web.panning import BOX, Crowd

CLIENTS = 200
SHORT_S = 2.0
LONG_S = float(os.environ.get("GIS_PANNING_S", "120"))
START_S = 60
SOON_S = 5.0
SLOW = """
id: slow
city: thai_binh
title: {vi: "Chậm", en: "Slow"}
minzoom: 0
maxzoom: 20
layers:
  - id: bus_stop
    fields: [name]
"""
SLOW_QUERY = (
    "WITH slow AS MATERIALIZED (SELECT pg_sleep(30) AS nothing)"
    " SELECT convert_to(nothing || '' || :z || :x || :y || (SELECT count(*) FROM drawn_bus_stop), 'UTF8')"
    " AS tile FROM slow"
)
STOPS = (
    "INSERT INTO layer.bus_stop (geom, name)"
    " SELECT ST_Point(:west + (:east - :west) * mod(0.618034 * i, 1),"
    " :south + (:north - :south) * mod(0.754878 * i, 1), 4326), 'Bến ' || i"
    " FROM generate_series(1, :count) AS i"
)
EDIT = "UPDATE layer.bus_stop SET name = name || '.' WHERE fid % 500 = :part"
SLEEPERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND state = 'active' AND query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True)
class Town:
    """A served town.

    Parameters
    ----------
    port
        Of the service.
    engine
        To its database, beside the service.
    """

    port: int
    engine: Engine

    def sleepers(self) -> int:
        with transaction(self.engine) as connection:
            return int(connection.execute(text(SLEEPERS)).scalar_one())

    def until_sleepers(self, count: int) -> None:
        ends = time.monotonic() + SOON_S
        while (found := self.sleepers()) != count:
            assert time.monotonic() < ends, f"{found} queries are under way"
            time.sleep(0.05)

    def ask(self, path: str) -> socket.socket:
        """Ask, and do not wait for the answer."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=SOON_S)
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return line


@pytest.fixture(scope="module")
def town(
    make_database: Callable[[], str],
    catalogue: Catalogue,
    city: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("panning")
    tiles = folder / "tiles"
    shutil.copytree(TILES, tiles)
    (tiles / "slow").mkdir()
    (tiles / "slow" / "tileset.yaml").write_text(SLOW, "utf-8")
    (tiles / "slow" / "query.sql").write_text(SLOW_QUERY, "utf-8")
    (tiles / "slow" / "style.json").write_text('{"layers": []}', "utf-8")
    url = make_database()
    engine = open_engine(url)
    with transaction(engine) as connection:
        for layer in ("bus_stop", "commune", "one_stop_office"):
            ensure_table(connection, table_of(catalogue.layers[LayerId(layer)]))
        west, south, east, north = BOX
        sides = {"west": west, "south": south, "east": east, "north": north}
        connection.execute(text(STOPS), {**sides, "count": 5_000})
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    environment = {
        **os.environ,
        "GIS_DATABASE_URL": url,
        "GIS_LAYERS_DIR": str(city),
        "GIS_TILES_DIR": str(tiles),
        "GIS_DATA_DIR": str(folder),
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--blocking-threads", "8", "gis_service.wsgi:app"]
    with (folder / "log").open("wb") as log:
        # A group of its own: the process that answers is a child of the one that is started.
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait_until_served(port, process, folder / "log")
            yield Town(port, engine)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
            engine.dispose()


def _wait_until_served(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    ends = time.monotonic() + START_S
    while True:
        assert process.poll() is None, log.read_text("utf-8")
        assert time.monotonic() < ends, "the service does not answer"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)


def test_the_query_of_a_reader_who_hangs_up_is_cancelled_and_that_of_another_goes_on(town: Town) -> None:
    tile = "/api/tiles/slow/WebMercatorQuad/9/0/{}"
    with closing(town.ask("/healthz")) as idle, closing(town.ask(tile.format(1))):
        # A connection that has been answered, and waits for the next question of the same address.
        assert b" 200 " in idle.recv(1 << 16)
        town.until_sleepers(1)
        leaving = town.ask(tile.format(2))
        town.until_sleepers(2)
        leaving.close()
        time.sleep(1.0)
        # An older request of the same address is under way: which of the two has left cannot be told.
        assert town.sleepers() == 2
        newer = town.ask(tile.format(3))
        town.until_sleepers(3)
    # All who asked before the newest one have left now; it has not.
    town.until_sleepers(1)
    time.sleep(1.0)
    assert town.sleepers() == 1
    newer.close()
    town.until_sleepers(0)


def test_a_reader_who_stays_is_never_given_up(town: Town) -> None:
    with closing(town.ask("/api/tiles/slow/WebMercatorQuad/9/0/4")):
        town.until_sleepers(1)
        time.sleep(1.5)
        assert town.sleepers() == 1
    town.until_sleepers(0)


@contextmanager
def edits(engine: Engine) -> Iterator[list[int]]:
    """Commit a change five times a second."""
    ended = threading.Event()
    done: list[int] = []

    def write() -> None:
        while not ended.wait(0.2):
            with transaction(engine) as connection:
                connection.execute(text(EDIT), {"part": len(done) % 500})
            done.append(1)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield done
    finally:
        ended.set()
        thread.join()


def pan(town: Town, seconds: float) -> Crowd:
    crowd = Crowd(town.port, ("tiles/units", "collections/bus_stop/tiles"))
    begun = time.process_time()
    with edits(town.engine) as done:
        run_alone(crowd.pan(CLIENTS, seconds))
    print(  # noqa: T201 the figure is what the test is for
        f"\n{CLIENTS} clients, {seconds:.0f} s, {len(done)} edits: {len(crowd.took_s)} tiles, "
        f"{crowd.left} given up, {len(crowd.errors)} errors, p50 {crowd.percentile(0.5) * 1000:.0f} ms, "
        f"p99 {crowd.percentile(0.99) * 1000:.0f} ms"
        f" (clients took {time.process_time() - begun:.1f} s of a core)"
    )
    assert done
    return crowd


def test_two_hundred_people_move_a_map_that_is_edited(town: Town) -> None:
    assert pan(town, SHORT_S).errors == []


@pytest.mark.slow
def test_two_hundred_people_move_a_map_that_is_edited_for_two_minutes(town: Town) -> None:
    assert pan(town, LONG_S).errors == []
