"""How fast does a file become a layer? The whole way of ours, and its first step beside others.

The whole way checks every value and geometry, compares with what is there, writes history and indexes, and
ends when others see the rows. The step is what the peers do: the rows of the file in a plain table, without
an index (which ``to_postgis`` makes of itself). All write into a server that is nobody else's; the CPU of the
server is told in the notes, the table has that of the client.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psycopg
import shapely
from ground import (  # type: ignore[import-not-found]  # beside this program, in a folder that is no package
    begin_server,
    copied,
    end_server,
    server_cpu,
    server_of,
)
from sqlalchemy import create_engine

from gis_service.catalogue.layer_definition import FieldDefinition, FieldType, LayerDefinition

# From below the services: the step alone, without what the service does before and after it.
from gis_service.db.ingest import StagingWriter
from gis_service.db.layers import SQL_TYPES
from gis_service.files.readers import open_vector
from gis_service.services.context import open_context
from gis_service.services.ingest import Rows, load_file
from gis_service.services.transactions import writing
from gis_service.settings import Settings
from gis_service.types import LayerId, Text

if TYPE_CHECKING:
    import geopandas as gpd

ROWS = 200_000
CORNERS = 12
SEED = 20_250_701
CHANGED = 3_000
"""Rows of the second file that differ, 1.5 %."""
KINDS: dict[str, FieldType] = {
    "code": "text",
    "name": "text",
    "address": "text",
    "land_use": "text",
    "floors": "integer",
    "people": "integer",
    "area_m2": "number",
    "height_m": "number",
}
WORDS = Text("Đo tốc độ", "Benchmark")
LAYER = LayerDefinition(
    id=LayerId("benchmark_load"),
    title=WORDS,
    description=WORDS,
    category="land_use",
    geometry="MultiPolygon",
    key="code",
    fields=tuple(FieldDefinition(name, kind, False, None, WORDS, None) for name, kind in KINDS.items()),
    source=WORDS,
    licence="CC0-1.0",
    visibility="draft",
    generated=True,
)


def prepare(folder: Path) -> None:
    """Make the server, and write the files."""
    begin_server(folder)
    frame = write_file(folder)
    frame.loc[:: ROWS // CHANGED, "people"] += 1
    frame.to_file(folder / "changed.gpkg", engine="pyogrio")


def write_file(folder: Path) -> "gpd.GeoDataFrame":
    """Write the file that all ways read."""
    import geopandas as gpd  # noqa: PLC0415  ours does without, and its memory is measured

    draw = np.random.default_rng(SEED)
    centres = np.column_stack([draw.uniform(106.15, 106.63, ROWS), draw.uniform(20.28, 20.70, ROWS)])
    turns = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    circle = np.column_stack([np.cos(turns), np.sin(turns)]) * 1e-4
    shapes = shapely.polygons(centres[:, None, :] + circle[None, :, :])
    numbers = np.arange(ROWS)
    frame = gpd.GeoDataFrame(
        {
            "code": [f"TB{number:07d}" for number in numbers],
            "name": [f"Thửa đất số {number}" for number in numbers],
            "address": [f"Thôn {number % 97}, xã Đông Hưng, tỉnh Thái Bình" for number in numbers],
            "land_use": np.array(["đất ở", "đất lúa", "đất vườn"])[numbers % 3],
            "floors": numbers % 5,
            "people": numbers % 9,
            "area_m2": draw.uniform(50, 900, ROWS),
            "height_m": draw.uniform(3, 20, ROWS),
        },
        geometry=shapes,
        crs="EPSG:4326",
    )
    frame.to_file(folder / "load.gpkg", engine="pyogrio")
    return frame


@dataclass(frozen=True, slots=True)
class Ground:
    """Where one way works: the folder of the question, and a database of its own."""

    folder: Path
    url: str

    def load(self, file: str) -> float:
        """Load a file as the service does, and tell the seconds from the file to what others see."""
        opened = open_context(Settings(data_dir=self.folder / "var", database_url=self.url))
        with opened as context:
            catalogue = replace(context.catalogue, layers={LAYER.id: LAYER})
            begin = time.perf_counter()
            with writing(context) as connection:
                load_file(connection, catalogue, self.folder / file, LAYER.id, author="benchmark")
            return time.perf_counter() - begin


def whole_ours(ground: Ground) -> float:
    """Read, check, stage, publish and index the file in an empty layer."""
    return ground.load("load.gpkg")


def again_ours(ground: Ground) -> float:
    """Read, check, stage and compare the file with a layer that has all but 1.5 % of it, and publish that."""
    ground.load("load.gpkg")
    return ground.load("changed.gpkg")


def step_ours(ground: Ground) -> float:
    """Bring the file into a plain table by the reader and the writer of the service; nothing is checked."""
    fields = ", ".join(f'"{name}" {SQL_TYPES[kind]}' for name, kind in KINDS.items())
    begin = time.perf_counter()
    with (
        psycopg.connect(ground.url) as connection,
        open_vector(ground.folder / "load.gpkg") as source,
        connection.cursor() as cursor,
    ):
        cursor.execute(f"CREATE TABLE step (_row bigint, geom geometry(Polygon, 4326), {fields})".encode())
        with cursor.copy(b"COPY step FROM STDIN (FORMAT BINARY)") as copy:
            writer = StagingWriter(copy)
            done = 1
            for batch in Rows("load.gpkg", source.header, source.names, source.batches()).pieces():
                writer.write(done, batch.column(0), batch.columns[1:])
                done += batch.num_rows
            writer.finish()
    return time.perf_counter() - begin


def step_geopandas(ground: Ground) -> float:
    """Bring the file into a plain table as most scripts do."""
    import geopandas as gpd  # noqa: PLC0415  as above

    engine = create_engine(ground.url.replace("postgresql://", "postgresql+psycopg://", 1))
    begin = time.perf_counter()
    with engine.begin() as connection:
        frame = gpd.read_file(ground.folder / "load.gpkg", engine="pyogrio", use_arrow=True)
        frame.to_postgis("step", connection, index=False)
    spent = time.perf_counter() - begin
    engine.dispose()
    return spent


def step_ogr2ogr(ground: Ground) -> float:
    """Bring the file into a plain table by GDAL's own program, by COPY and without an index."""
    options = ["-nln", "step", "-lco", "SPATIAL_INDEX=NONE", "-lco", "GEOMETRY_NAME=geom"]
    command = ["ogr2ogr", "--config", "PG_USE_COPY", "YES", "-f", "PostgreSQL", f"PG:{ground.url}"]
    begin = time.perf_counter()
    subprocess.run([*command, str(ground.folder / "load.gpkg"), *options], check=True)  # noqa: S603  our own arguments
    return time.perf_counter() - begin


WAYS: dict[str, Callable[[Ground], float]] = {
    "whole: ours": whole_ours,
    "again: ours": again_ours,
    "step: ours": step_ours,
    "step: geopandas.to_postgis": step_geopandas,
    "step: ogr2ogr": step_ogr2ogr,
}


def run(way: str, folder: Path) -> dict[str, object]:
    """Take one way, on its own copy of the database."""
    cluster = server_of(folder)
    with copied(cluster, f"way_{list(WAYS).index(way)}") as url:
        before = server_cpu(cluster)
        seconds = WAYS[way](Ground(folder, url))
        note = f"server CPU {server_cpu(cluster) - before:.1f} s"
    return {"seconds": seconds, "done": ROWS, "note": note}


def main() -> None:
    """Take one step."""
    step, folder = sys.argv[1], Path(sys.argv[2])
    if step in {"prepare", "finish"}:
        {"prepare": prepare, "finish": end_server}[step](folder)
        return
    print(json.dumps(run(step, folder)))


if __name__ == "__main__":
    main()
