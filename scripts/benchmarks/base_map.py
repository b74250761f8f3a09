"""What do tiles of the base map cost from afar? Each of the demo city at a zoom, made once, nothing kept.

The layers stand on overviews, as the worker keeps them. All tiles are made once before the clock, so that
what is read lies in memory. The CPU of the notes is that of the connection's process in PostgreSQL, which is
the same on a busy machine; bytes are those of a tile before it is packed.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ground import (  # type: ignore[import-not-found]  # beside this program, in a folder that is no package
    begin_server,
    end_server,
    server_of,
)
from sqlalchemy import text

from gis_service.db.snapshot import snapshot
from gis_service.services.context import Context, open_context
from gis_service.services.first_data import load_first_data
from gis_service.services.overviews import digest
from gis_service.services.tile_grid import tile_of
from gis_service.services.tileset_tiles import TilesetTile
from gis_service.services.tilesets import layers_of
from gis_service.settings import Settings

TILESET = "base"


@contextmanager
def service(folder: Path) -> Iterator[Context]:
    """Open the service on the database that was prepared."""
    with open_context(Settings(data_dir=folder / "var", database_url=server_of(folder).url())) as context:
        yield context


def prepare(folder: Path) -> None:
    """Make the server, fill it as a first start does, and make the overviews."""
    begin_server(folder)
    with service(folder) as context:
        load_first_data(context)
        for layer in layers_of(context.catalogue, context.catalogue.tilesets[TILESET]):
            digest(context.engine, layer.recipe)


def addresses(context: Context, zoom: int) -> list[tuple[int, int, int]]:
    """Give all tiles of the city's box."""
    west, south, east, north = context.catalogue.city.bbox
    (left, top), (right, bottom) = tile_of(west, north, zoom), tile_of(east, south, zoom)
    return [(zoom, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


def run(zoom: int, folder: Path) -> dict[str, object]:
    """Make each tile of a zoom once."""
    spent, sizes = [], []
    with service(folder) as context:
        tileset = context.catalogue.tilesets[TILESET]
        layers = layers_of(context.catalogue, tileset)
        tiles = [TilesetTile(context.engine, tileset.query, layers, zxy) for zxy in addresses(context, zoom)]
        for tile in tiles:
            tile.make()
        began = time.perf_counter()
        for tile in tiles:
            with snapshot(context.engine, is_small=True) as connection:
                pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
                before = cpu_of(pid)
                content, _ = tile.made_in(connection)
                spent.append(1e3 * (cpu_of(pid) - before))
                sizes.append(len(content.content) / 1e3)
        seconds = time.perf_counter() - began
    note = (
        f"CPU a tile {sum(spent) / len(spent):.1f} ms of the database, most {max(spent):.1f};"
        f" {sum(sizes) / len(sizes):.0f} kB a tile, most {max(sizes):.0f}"
    )
    return {"seconds": seconds, "done": len(tiles), "note": note}


def cpu_of(pid: int) -> float:
    """Tell the CPU seconds of one process, as Linux counts them."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def main() -> None:
    """Take one step."""
    step, folder = sys.argv[1], Path(sys.argv[2])
    if step in {"prepare", "finish"}:
        {"prepare": prepare, "finish": end_server}[step](folder)
        return
    print(json.dumps(run(int(step.partition(":")[0].removeprefix("z")), folder)))


if __name__ == "__main__":
    main()
