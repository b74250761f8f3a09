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
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import open_engine, transaction
from gis_service.db.layers import ensure_table
from gis_service.services.layers import table_of
from gis_service.services.overview_recipes import Recipe, recipe_of
from gis_service.services.overviews import digest
from gis_service.settings import ROOT
from gis_service.types import LayerId
from tests.event_loop import run_alone
from tests.web.conftest import TILES
from tests.web.panning import BOX, Crowd, percentile

LAYERS = tuple(map(LayerId, ("bus_stop", "commune", "one_stop_office", "roads")))
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
UNITS = (
    "INSERT INTO layer.commune (geom, code, name, unit_type)"
    " SELECT ST_Multi(ST_Segmentize(ST_MakeEnvelope(:west + :wide * x, :south + :high * y,"
    " :west + :wide * (x + 1), :south + :high * (y + 1), 4326), 0.001)), 10000 + 12 * x + y,"
    " 'Xã ' || x || '-' || y, 'commune' FROM generate_series(0, 11) AS x, generate_series(0, 11) AS y"
)
OFFICES = (
    "INSERT INTO layer.one_stop_office (geom, code, name)"
    " SELECT ST_Centroid(geom), 'o' || code, name FROM layer.commune"
)
ROADS = (
    "INSERT INTO layer.roads (geom, code, name, road_class)"
    " SELECT ST_MakeLine(ARRAY[ST_Point(x, y, 4326), ST_Point(x + 0.002, y + 0.0007 * sin(i), 4326),"
    " ST_Point(x + 0.004, y, 4326)]), 'r' || i, 'Đường ' || i / 40,"
    " (ARRAY['provincial', 'commune', 'village_lane', 'alley'])[1 + i / 100 % 4]"
    " FROM (SELECT i, :west + (:east - :west) * (i % 100) / 100 AS x,"
    " :south + (:north - :south) * (i / 100) / 100 AS y FROM generate_series(0, 9999) AS i) AS places"
)
EDITS = (
    "UPDATE layer.bus_stop SET name = name || '.' WHERE fid % 500 = :part",
    "UPDATE layer.roads SET name = 'Đường mới ' || :part WHERE fid % 2000 = :part",
    "UPDATE layer.commune SET name = name || '.' WHERE fid % 100 = :part",
)
PATHS = ("collections/roads/tiles", "collections/commune/tiles", "tiles/units", "collections/bus_stop/tiles")
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
    recipes
        How the overviews of its layers are made.
    """

    port: int
    engine: Engine
    recipes: Sequence[Recipe]

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
        for layer in LAYERS:
            ensure_table(connection, table_of(catalogue.layers[layer]))
        west, south, east, north = BOX
        sides = {"west": west, "south": south, "east": east, "north": north}
        connection.execute(text(STOPS), {**sides, "count": 5_000})
        parts = {**sides, "wide": (east - west) / 12, "high": (north - south) / 12}
        for statement in (UNITS, OFFICES, ROADS):
            connection.execute(text(statement), parts)
    recipes = [recipe_of(catalogue, catalogue.layers[layer]) for layer in LAYERS]
    follow(engine, recipes)
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
            yield Town(port, engine, recipes)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
            engine.dispose()


def _wait_until_served(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    ends = time.monotonic() + START_S
    while True:
        assert process.poll() is None, log.read_text("utf-8")
        assert time.monotonic() < ends, "the service is not ready"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
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


def follow(engine: Engine, recipes: Sequence[Recipe]) -> None:
    """Bring the overviews up to their layers, as the worker does."""
    for recipe in recipes:
        digest(engine, recipe)


@contextmanager
def edits(town: Town) -> Iterator[list[int]]:
    """Commit a change five times a second; every two seconds the overviews come up."""
    ended = threading.Event()
    done: list[int] = []

    def write() -> None:
        while not ended.wait(0.2):
            with transaction(town.engine) as connection:
                connection.execute(text(EDITS[len(done) % len(EDITS)]), {"part": len(done) % 100})
            done.append(1)

    def come_up() -> None:
        while not ended.wait(2.0):
            follow(town.engine, town.recipes)

    threads = [threading.Thread(target=work) for work in (write, come_up)]
    for thread in threads:
        thread.start()
    try:
        yield done
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def told(took_s: Sequence[float]) -> str:
    p50, p99 = (percentile(took_s, share) * 1000 for share in (0.5, 0.99))
    return f"{len(took_s)} tiles, p50 {p50:.0f} ms, p99 {p99:.0f} ms"


def pan(town: Town, seconds: float) -> Crowd:
    crowd = Crowd(town.port, PATHS)
    begun = time.process_time()
    with edits(town) as done:
        run_alone(crowd.pan(CLIENTS, seconds))
    print(  # noqa: T201 the figure is what the test is for
        f"\n{CLIENTS} clients, {seconds:.0f} s, {len(done)} edits: {told(crowd.took_s)};"
        f" with anything in them {told(crowd.filled_s)}; {crowd.left} given up, {len(crowd.errors)} errors"
        f" (clients took {time.process_time() - begun:.1f} s of a core)"
    )
    assert done
    assert len(crowd.filled_s) > len(crowd.took_s) / 2
    return crowd


def test_two_hundred_people_move_a_map_that_is_edited(town: Town) -> None:
    assert pan(town, SHORT_S).errors == []


@pytest.mark.slow
def test_two_hundred_people_move_a_map_that_is_edited_for_two_minutes(town: Town) -> None:
    assert pan(town, LONG_S).errors == []
