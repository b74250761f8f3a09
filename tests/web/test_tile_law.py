"""The law of tiles: whoever asks one second after a commit, by whatever writer, gets what the tables hold.

Two server processes, writers by the service, by psql and by a connection of their own that often takes back
what it wrote, readers who ask all the time, and listeners that are cut off and come again. Each answer is
held against tiles worked out from the history here, by the textbook, without PostGIS.
"""

import json
import math
import os
import random
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import mapbox_vector_tile
import psycopg
import pytest
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import open_engine, transaction
from gis_service.db.layers import ensure_table
from gis_service.services.accounts import Role, make_token
from gis_service.services.layers import table_of
from gis_service.services.tile_grid import tile_of
from gis_service.settings import ROOT
from gis_service.types import LayerId

FRESH_S = 1.0
SECONDS = 10.0
START_S = 60.0
STOPS = 120
WEST, SOUTH, WIDE = 106.30, 20.40, 0.09
ZOOMS = (11, 13, 14, 15, 16)
VERSION = "SELECT coalesce(max(id), 0) FROM gis.version WHERE layer = 'bus_stop'"
SERVERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    " AND state = 'idle' AND application_name = 'gis-service' AND pid <> pg_backend_pid()"
)
STATE = (
    "SELECT fid, ST_X(geom), ST_Y(geom), code FROM history.bus_stop"
    " WHERE version_from <= %(v)s AND (version_to IS NULL OR version_to > %(v)s)"
)
EDITS = (
    "UPDATE layer.bus_stop SET geom = ST_Translate(geom, 0.002, 0) WHERE fid % 9 = {n} % 9",
    "UPDATE layer.bus_stop SET code = code || 'p' WHERE fid % 40 = {n} % 40",
    "DELETE FROM layer.bus_stop WHERE fid = {n}",
)
STOP = (
    "INSERT INTO layer.bus_stop (geom, code, name) SELECT ST_Point(:west + :wide * mod(0.618034 * i, 1),"
    " :south + :wide * mod(0.754878 * i, 1), 4326), 'b' || i, 'Bến' FROM generate_series(1, :n) AS i"
)
Zxy = tuple[int, int, int]
Seen = frozenset[tuple[int, str, int, int]]


@dataclass
class Law:
    """What was committed and what was given, while the writers and the readers are at work."""

    url: str
    database: str
    token: str
    ends: float = 0.0
    committed: list[tuple[float, int]] = field(default_factory=list)
    given: list[tuple[float, Zxy, Seen]] = field(default_factory=list)
    not_given: list[int] = field(default_factory=list)
    states: dict[int, list[tuple[int, float, float, str]]] = field(default_factory=dict)

    def is_on(self) -> bool:
        return time.monotonic() < self.ends

    def note(self) -> None:
        """Note that everything up to the newest version has been committed by now."""
        with psycopg.connect(self.database) as connection:
            (version,) = connection.execute(VERSION).fetchall()[0]
        self.committed.append((time.monotonic(), version))

    def ask(self, path: str, **more: object) -> tuple[int, bytes]:
        asked = urllib.request.Request(f"{self.url}{path}", **more)  # type: ignore[arg-type]  # noqa: S310  our own
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310  our own
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, b""

    def write_by_service(self, dice: random.Random) -> None:
        number = 0
        while self.is_on():
            number += 1
            place = [WEST + WIDE * dice.random(), SOUTH + WIDE * dice.random()]
            geometry = {"type": "Point", "coordinates": place}
            body = {
                "type": "Feature",
                "geometry": geometry,
                "properties": {"code": f"s{number}", "name": "x"},
            }
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            status, _ = self.ask(
                "/api/collections/bus_stop/items",
                data=json.dumps(body).encode(),
                headers=headers,
                method="POST",
            )
            if status == 201:
                self.note()
            time.sleep(dice.uniform(0.1, 0.5))

    def write_by_psql(self, dice: random.Random) -> None:
        while self.is_on():
            edit = dice.choice(EDITS).format(n=dice.randrange(STOPS))
            subprocess.run(["psql", "-qX", self.database, "-c", edit], check=True)
            self.note()
            time.sleep(dice.uniform(0.1, 0.5))

    def write_by_hand(self, dice: random.Random) -> None:
        moved = "UPDATE layer.bus_stop SET geom = ST_Translate(geom, 0, %s) WHERE fid %% 11 = %s"
        while self.is_on():
            with psycopg.connect(self.database) as connection:
                connection.execute(moved, [dice.uniform(-1, 1) / 500, dice.randrange(11)])
                time.sleep(dice.uniform(0, 0.2))
                if is_taken_back := dice.random() < 0.4:
                    connection.rollback()
            if not is_taken_back:
                self.note()
            time.sleep(dice.uniform(0, 0.3))

    def cut_off(self, dice: random.Random) -> None:
        """Cut off whoever waits for nothing: the listeners, and connections that the pool finds dead."""
        while self.is_on():
            time.sleep(dice.uniform(0.5, 1.5))
            with psycopg.connect(self.database) as connection:
                connection.execute(SERVERS)

    def read(self, dice: random.Random) -> None:
        tiles = []
        for _ in range(8):
            z = dice.choice(ZOOMS)
            tiles.append((z, *tile_of(WEST + WIDE * dice.random(), SOUTH + WIDE * dice.random(), z)))
        while self.is_on():
            (z, x, y), begun = dice.choice(tiles), time.monotonic()
            # By a new connection each time, so that both processes are asked.
            status, content = self.ask(
                f"/api/collections/bus_stop/tiles/WebMercatorQuad/{z}/{y}/{x}?properties=code"
            )
            if status in {200, 204}:
                self.given.append((begun, (z, x, y), seen_in(content)))
            else:
                self.not_given.append(status)

    def due(self, zxy: Zxy, version: int) -> Seen:
        """Work out the tile of a version."""
        if version not in self.states:
            with psycopg.connect(self.database) as connection:
                found = connection.execute(STATE, {"v": version}).fetchall()
            self.states[version] = [(one[0], one[1], one[2], one[3]) for one in found]
        z, x, y = zxy
        seen = set()
        for fid, lon, lat, code in self.states[version]:
            across = ((lon + 180) / 360 * 2**z - x) * 4096
            down = (
                (1 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / math.pi) / 2 * 2**z - y
            ) * 4096
            if -64 <= round(across) <= 4160 and -64 <= round(down) <= 4160:
                seen.add((fid, code, round(across), round(down)))
        return frozenset(seen)


def seen_in(content: bytes) -> Seen:
    if not content:
        return frozenset()
    options = {"y_coord_down": True}
    features = mapbox_vector_tile.decode(content, default_options=options)["bus_stop"]["features"]
    return frozenset(
        (one["id"], one["properties"]["code"], *one["geometry"]["coordinates"]) for one in features
    )


@pytest.fixture
def law(
    make_database: Callable[[], str], catalogue: Catalogue, city: Path, tmp_path: Path, unused_port: int
) -> Iterator[Law]:
    database = make_database()
    engine = open_engine(database)
    with transaction(engine) as connection:
        ensure_table(connection, table_of(catalogue.layers[LayerId("bus_stop")]))
        connection.execute(text(STOP), {"west": WEST, "south": SOUTH, "wide": WIDE, "n": STOPS})
        token = make_token(connection, Role.GIS_STAFF, "law")
    engine.dispose()
    environment = {
        **os.environ,
        "GIS_DATABASE_URL": database,
        "GIS_LAYERS_DIR": str(city),
        "GIS_DATA_DIR": str(tmp_path),
        "GIS_PORT": str(unused_port),
        "GIS_WEB_PROCESSES": "2",
    }
    url = f"http://127.0.0.1:{unused_port}"
    with subprocess.Popen([sys.executable, ROOT / "scripts" / "_serve.py"], env=environment) as watcher:
        try:
            wait_until_ready(f"{url}/readyz")
            yield Law(url, database, token)
        finally:
            watcher.send_signal(signal.SIGINT)
            watcher.wait(30)


def wait_until_ready(url: str) -> None:
    ends = time.monotonic() + START_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  our own
                return
        except OSError:
            assert time.monotonic() < ends, "the service does not answer"
            time.sleep(0.1)


@pytest.mark.slow
def test_whoever_asks_a_second_after_a_commit_gets_what_the_tables_hold(law: Law) -> None:
    law.note()
    law.ends = time.monotonic() + SECONDS
    work = (
        law.write_by_service,
        law.write_by_psql,
        law.write_by_hand,
        law.cut_off,
        law.read,
        law.read,
        law.read,
    )
    with ThreadPoolExecutor(len(work)) as pool:
        asked = [
            pool.submit(one, random.Random(number))  # noqa: S311  reproducible, no secret
            for number, one in enumerate(work)
        ]
        for each in asked:
            each.result()
    law.note()
    last = law.committed[-1][1]
    assert last >= 8
    assert len(law.given) > 50
    # Who was cut off in the middle of a question is told so, and by nothing else.
    assert set(law.not_given) <= {503}
    for begun, zxy, seen in law.given:
        oldest = max(version for at, version in law.committed if at < begun - FRESH_S or version == 1)
        states = range(oldest, last + 1)
        assert any(law.due(zxy, version) == seen for version in states), (begun, zxy, oldest)
    old = sum(seen != law.due(zxy, last) for _, zxy, seen in law.given)
    assert old, "the tiles did change"
