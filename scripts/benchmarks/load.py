"""How fast does a file become a layer? Ours beside ``GeoDataFrame.to_postgis``.

Ours checks every value and geometry and compares with what is there; the peer only writes. Both work inside a
transaction that is rolled back: nothing is left in the database.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from gis_service.catalogue.layer_definition import FieldDefinition, FieldType, LayerDefinition
from gis_service.services.context import open_context
from gis_service.services.ingest import load_file
from gis_service.settings import read_settings
from gis_service.types import LayerId, Text

ROWS = 200_000
CORNERS = 12
SEED = 20_250_701
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
    """Write the file that both read."""
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


def ours(folder: Path) -> int:
    """Load the file as the service does."""
    with open_context(read_settings()) as context, context.engine.connect() as connection:
        # Begun here, or the peer would begin and commit one of its own.
        connection.begin()
        catalogue = replace(context.catalogue, layers={LAYER.id: LAYER})
        report = load_file(connection, catalogue, folder / "load.gpkg", LAYER.id, author="benchmark")
        connection.rollback()
        return report.features


def geopandas_to_postgis(folder: Path) -> int:
    """Load the file as most scripts do."""
    with open_context(read_settings()) as context, context.engine.connect() as connection:
        # Begun here, or the peer would begin and commit one of its own.
        connection.begin()
        frame = gpd.read_file(folder / "load.gpkg", engine="pyogrio", use_arrow=True)
        frame.to_postgis("benchmark_load", connection, schema="layer", index=False)
        connection.rollback()
        return len(frame)


WAYS: dict[str, Callable[[Path], int]] = {"ours": ours, "geopandas_to_postgis": geopandas_to_postgis}


def main() -> None:
    """Run one step."""
    step, folder = sys.argv[1], Path(sys.argv[2])
    if step == "prepare":
        prepare(folder)
        return
    began = time.perf_counter()
    done = WAYS[step](folder)
    print(json.dumps({"seconds": time.perf_counter() - began, "done": done}))


if __name__ == "__main__":
    main()
