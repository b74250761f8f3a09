"""How fast do vector tiles come, and what do they cost? Ours beside other tile servers, on one database.

*cold*: every tile is asked for once, by eight clients, and nothing is kept from before. *warm*: the tile
nearest to 20 kB again and again by sixteen: to everybody, to a reader with a token, and to one who has it
already. Tiles carry all fields. The CPU of the notes is that of the server's own processes, and beside it
that of PostgreSQL; bytes are those of a tile as it comes when nobody asks for it to be packed (tegola packs
all the same). ``GIS_BENCH_SIZE`` makes a smaller city to try out, such as 0.1.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import psycopg
import tile_city as city  # type: ignore[import-not-found]  # beside this program, in a folder that is no package
import tile_load as load  # type: ignore[import-not-found]  # beside this program, in a folder that is no package
import tile_servers as servers  # type: ignore[import-not-found]  # beside this program, in a folder that is no package
from ground import (  # type: ignore[import-not-found]  # beside this program, in a folder that is no package
    begin_server,
    end_server,
    server_of,
)

from gis_service.db.engine import open_engine, transaction
from gis_service.services.accounts import Role, make_token
from gis_service.settings import ROOT

BUILDINGS, AREAS = 400_000, 300
CLIENTS, WARM_CLIENTS, WARM = 8, 16, 100_000
WARM_KB = 20.0
ALL_FIELDS = "?properties=*"
KEPT_MB = 256
WARM_CITY = "warm"
SIZE = "GIS_BENCH_SIZE"
PARTS = {
    "buildings z14-16": (city.BUILDINGS, range(14, 17)),
    "buildings z9-12": (city.BUILDINGS, range(9, 13)),
    "areas z14-16": (city.AREAS, range(14, 17)),
    "areas z9-12": (city.AREAS, range(9, 13)),
}
"""What is asked for cold."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a way, and the CPU seconds of the server and of the database meanwhile."""

    answers: load.Answers
    server_s: float
    database_s: float

    def told(self, done: int) -> dict[str, object]:
        """Give the line of the table, for so many tiles."""
        answers = self.answers
        note = (
            f"CPU a tile {self.server_s / answers.count * 1e6:,.0f} us and"
            f" {self.database_s / answers.count * 1e3:.1f} ms of the database; mean {answers.mean_ms:.1f},"
            f" p99 {answers.p99_ms:.1f} ms; {answers.mean_kb:.0f} kB a tile, most {answers.most_kb:,.0f}"
            f" ({answers.by})"
        )
        return {"seconds": answers.seconds / answers.count * done, "done": done, "note": note}


def prepare(folder: Path) -> None:
    """Make the server, the definitions and both layers; choose the tile that is asked for again and again."""
    cluster, share = begin_server(folder), float(os.environ.get(SIZE, "1"))
    layers = city.write_definitions(folder)
    city.fill(cluster.url(), layers, ROOT / "tiles", int(BUILDINGS * share), max(1, int(AREAS * share)))
    (folder / "warm.json").write_text(json.dumps(_middling(cluster.url())))


def _middling(url: str) -> tuple[int, int, int]:
    """Give the tile near the middle whose bytes are nearest to what is asked for."""
    asked = (
        "SELECT length(ST_AsMVT(shown, 'x', 4096, 'geom', 'fid')) FROM (SELECT fid, "  # noqa: S608  ours
        f"{', '.join(city.FIELDS)}, ST_AsMVTGeom(ST_Transform(geom, 3857),"
        f" ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64) AS geom FROM layer.{city.BUILDINGS}"
        " WHERE geom && ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4326)) AS shown"
    )
    sizes = {}
    with psycopg.connect(url) as reader:
        for z in range(13, 19):
            x, y = city.tile_of(city.LONGITUDE, city.LATITUDE, z)
            for column in range(x - 3, x + 4):
                found = reader.execute(asked.encode(), {"z": z, "x": column, "y": y}).fetchone()
                sizes[z, column, y] = (found[0] if found else None) or 0
    return min(sizes, key=lambda zxy: abs(sizes[zxy] / 1e3 - WARM_KB))


def cold(ground: servers.Ground, part: str, name: str) -> Measured:
    """Ask a server that has just been started for each tile once."""
    layer, zooms = PARTS[part]
    with servers.ours(ground) if name == "ours" else servers.peer(name, ground) as server:
        # Ours carry what a map draws by unless all fields are asked for, which the peers give always.
        fields = ALL_FIELDS if name == "ours" else ""
        paths = [server.path(layer, zxy) + fields for zxy in city.tiles_of(zooms)]
        # Connections and plans are made before; these tiles lie beside those that are asked for.
        beside = [server.path(layer, (20, x, 0)) + fields for x in range(4 * CLIENTS)]
        load.once_each(server.address, beside, CLIENTS)
        return measured(ground, server, lambda: load.once_each(server.address, paths, CLIENTS))


def warm(ground: servers.Ground, name: str) -> Measured:
    """Ask again and again for one tile that is kept."""
    zxy = tuple(json.loads((ground.folder / "warm.json").read_text()))
    headers = {}
    if name == "ours, with a token":
        headers["Authorization"] = f"Bearer {_token(ground.url)}"
    keeping = replace(ground, kept_mb=KEPT_MB)
    with servers.ours(ground) if name.startswith("ours") else servers.peer(name, keeping) as server:
        # The tile was chosen by its size with all fields, which the peer gives always.
        path = server.path(city.BUILDINGS, zxy) + (ALL_FIELDS if name.startswith("ours") else "")
        if name == "ours, not modified":
            headers["If-None-Match"] = load.tag_of(server.address, path)
        ask = partial(load.again_and_again, server.address, path, headers, WARM_CLIENTS, WARM)
        ask()  # warms what there is to warm
        return measured(ground, server, ask)


def measured(ground: servers.Ground, server: servers.Server, ask: Callable[[], load.Answers]) -> Measured:
    """Measure what it takes to answer."""
    pids = server.pid, ground.postmaster
    before = [load.cpu_of(pid) for pid in pids]
    answers = ask()
    return Measured(answers, *(load.cpu_of(pid) - spent for pid, spent in zip(pids, before, strict=True)))


def _token(url: str) -> str:
    engine = open_engine(url)
    with transaction(engine) as connection:
        made = make_token(connection, Role.VIEWER, "benchmark")
    engine.dispose()
    return made


def run(way: str, folder: Path) -> dict[str, object]:
    """Take one way."""
    part, _, name = way.partition(": ")
    cluster = server_of(folder)
    ground = servers.Ground(folder, cluster.url(), cluster.postmaster())
    if part == WARM_CITY:
        return warm(ground, name).told(WARM)
    found = cold(ground, part, name)
    return found.told(found.answers.count)


def main() -> None:
    """Take one step."""
    step, folder = sys.argv[1], Path(sys.argv[2])
    if step in {"prepare", "finish"}:
        {"prepare": prepare, "finish": end_server}[step](folder)
        return
    print(json.dumps(run(step, folder)))


if __name__ == "__main__":
    main()
