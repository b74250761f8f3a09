"""Writers, readers and cuts around two server processes, and what was committed and given meanwhile."""

import json
import random
import subprocess
import time
import urllib.error
import urllib.request
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from itertools import cycle
from typing import Any

import mapbox_vector_tile
import psycopg

from gis_service.services.tile_grid import tile_of
from gis_service.types import LayerId

STOP, AREA = LayerId("bus_stop"), LayerId("commune")
STOPS = 120
WEST, SOUTH, WIDE = 106.30, 20.40, 0.09
VERSION = "SELECT coalesce(max(id), 0) FROM gis.version WHERE layer = %s"
SERVERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    " AND state = 'idle' AND application_name = 'gis-service' AND pid <> pg_backend_pid()"
)
EDITS = (
    (AREA, "UPDATE layer.commune SET name = name || 'ư' WHERE fid % 5 = {n} % 5"),
    (STOP, "UPDATE layer.bus_stop SET geom = ST_Translate(geom, 0.002, 0) WHERE fid % 9 = {n} % 9"),
    (STOP, "UPDATE layer.bus_stop SET name = name || 'p' WHERE fid % 40 = {n} % 40"),
    (STOP, "DELETE FROM layer.bus_stop WHERE fid = {n}"),
    (AREA, "UPDATE layer.commune SET geom = ST_Translate(geom, 0.02, -0.01) WHERE fid = {n} % 30"),
    (AREA, "DELETE FROM layer.commune WHERE fid = {n} % 60"),
)
MOVED = {
    STOP: "UPDATE layer.bus_stop SET geom = ST_Translate(geom, 0, %s) WHERE fid %% 11 = %s",
    AREA: "UPDATE layer.commune SET geom = ST_Translate(geom, 0, 10 * %s) WHERE fid %% 11 = %s",
}
SHOWN = (
    (STOP, (11, 13, 14, 15, 16)),
    (AREA, (9, 10, 11)),
    # Both in one tile.
    (f"{STOP},{AREA}", (10, 14)),
)
Zxy = tuple[int, int, int]
Feature = dict[str, Any]
Features = dict[int, Feature]


@dataclass(frozen=True)
class Given:
    """What was asked, when, and the answer; the same answer at another time is equal."""

    begun: float = field(compare=False)
    layers: tuple[str, ...]
    zxy: Zxy
    content: bytes = field(repr=False)

    @cached_property
    def features(self) -> dict[str, Features]:
        """What lies in it, by layer and number."""
        options = {"y_coord_down": True}
        found = mapbox_vector_tile.decode(self.content, default_options=options) if self.content else {}
        return {
            layer: {one["id"]: one for one in found.get(layer, {"features": []})["features"]}
            for layer in self.layers
        }


@dataclass
class Law:
    """What was committed and what was given, while the writers and the readers are at work."""

    url: str
    database: str
    token: str
    ends: float = 0.0
    committed: dict[str, list[tuple[float, int]]] = field(default_factory=lambda: defaultdict(list))
    given: list[Given] = field(default_factory=list)
    not_given: list[int] = field(default_factory=list)

    def is_on(self) -> bool:
        return time.monotonic() < self.ends

    def note(self, layer: str) -> None:
        """Note that everything up to the newest version of a layer has been committed by now."""
        with psycopg.connect(self.database) as connection:
            (version,) = connection.execute(VERSION, [layer]).fetchall()[0]
        self.committed[layer].append((time.monotonic(), version))

    def overview(self) -> int:
        """Give the number of the last update of the overview of the areas; 0 before there is any to read."""
        query = "SELECT number FROM gis.overview WHERE layer = %s AND level IS NOT NULL"
        with psycopg.connect(self.database) as connection:
            found = connection.execute(query, [AREA]).fetchall()
        return int(found[0][0]) if found else 0

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
                "properties": {"code": f"s{number}", "name": f"Bến {number}"},
            }
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            status, _ = self.ask(
                f"/api/collections/{STOP}/items",
                data=json.dumps(body).encode(),
                headers=headers,
                method="POST",
            )
            if status == 201:
                self.note(STOP)
            time.sleep(dice.uniform(0.1, 0.5))

    def write_by_psql(self, dice: random.Random) -> None:
        # In turn: however slow the machine is, each layer is written.
        for layer, edit in cycle(EDITS):
            if not self.is_on():
                return
            statement = edit.format(n=dice.randrange(STOPS))
            subprocess.run(["psql", "-qX", self.database, "-c", statement], check=True)
            self.note(layer)
            time.sleep(dice.uniform(0.1, 0.4))

    def write_by_hand(self, dice: random.Random) -> None:
        """Write by a connection that often takes back what it wrote."""
        while self.is_on():
            layer = dice.choice((STOP, AREA))
            with psycopg.connect(self.database) as connection:
                connection.execute(MOVED[layer], [dice.uniform(-1, 1) / 500, dice.randrange(11)])
                time.sleep(dice.uniform(0, 0.2))
                if is_taken_back := dice.random() < 0.4:
                    connection.rollback()
            if not is_taken_back:
                self.note(layer)
            time.sleep(dice.uniform(0, 0.3))

    def cut_off(self, dice: random.Random) -> None:
        """Cut off whoever waits for nothing: the listeners, and connections that the pool finds dead."""
        while self.is_on():
            time.sleep(dice.uniform(0.5, 1.5))
            with psycopg.connect(self.database) as connection:
                connection.execute(SERVERS)

    def read(self, dice: random.Random) -> None:
        tiles = []
        for number in range(9):
            layers, zooms = SHOWN[number % len(SHOWN)]
            z = dice.choice(zooms)
            x, y = tile_of(WEST + WIDE * dice.random(), SOUTH + WIDE * dice.random(), z)
            way = f"tiles/{layers}" if "," in layers else f"collections/{layers}/tiles"
            tiles.append((tuple(layers.split(",")), (z, x, y), f"/api/{way}/WebMercatorQuad/{z}/{y}/{x}"))
        while self.is_on():
            layers_asked, zxy, path = dice.choice(tiles)
            begun = time.monotonic()
            # By a new connection each time, so that both processes are asked.
            status, content = self.ask(path)
            if status in {200, 204}:
                self.given.append(Given(begun, layers_asked, zxy, content))
            else:
                self.not_given.append(status)
