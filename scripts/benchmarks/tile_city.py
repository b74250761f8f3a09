"""A city for questions about tiles: many buildings, dense in the middle, and large areas with long outlines.

Both are layers of the service, under history as all of them; the peers read the same tables.
"""

import io
import math
import shutil
from pathlib import Path

import numpy as np
import psycopg
import shapely

from gis_service.catalogue.loader import load_catalogue
from gis_service.db.engine import open_engine, transaction
from gis_service.db.layers import ensure_table
from gis_service.services.layers import table_of
from gis_service.services.overview_recipes import recipe_of
from gis_service.services.overviews import digest
from gis_service.services.tile_grid import tile_of
from gis_service.settings import ROOT
from gis_service.types import Floats, Geometries, LayerId

BUILDINGS, AREAS = "bench_building", "bench_area"
CITY = "thai_binh"
LONGITUDE, LATITUDE = 106.34, 20.45
HALF_M = 12_000.0
SPREAD_M = 5_800.0
"""Of the buildings around the middle: 10,000 of 400,000 then lie in the tile of zoom 14 there."""
CORNERS = 6_000
SEED = 20_250_701
_M_PER_DEGREE = 111_320.0
_ACROSS = math.cos(math.radians(LATITUDE))

FIELDS = {"code": "text", "name": "text", "kind": "text", "floors": "integer", "area_m2": "number"}
_DEFINITION = """
id: {id}
title: {{vi: Đo tốc độ, en: Benchmark}}
description: {{vi: Đo tốc độ, en: Benchmark}}
category: {category}
geometry: MultiPolygon
key: null
fields:
{fields}
source: {{vi: sinh ra để đo, en: made to measure}}
licence: CC0-1.0
visibility: public
generated: true
"""


def write_definitions(folder: Path) -> Path:
    """Write the definitions of a city that has both layers beside its own; give their folder."""
    layers = folder / "layers"
    shutil.copytree(ROOT / "layers" / CITY, layers / CITY)
    for layer in (BUILDINGS, AREAS):
        fields = "\n".join(
            f"  - {{name: {name}, type: {kind}, label: {{vi: {name}, en: {name}}}}}"
            for name, kind in FIELDS.items()
        )
        text = _DEFINITION.format(id=layer, category="land_use", fields=fields)
        (layers / CITY / "land_use" / f"{layer}.yaml").write_text(text, "utf-8")
    return layers


def fill(url: str, layers: Path, tiles: Path, buildings: int, areas: int) -> None:
    """Make both tables with their overviews and fill them."""
    draw = np.random.default_rng(SEED)
    catalogue, engine = load_catalogue(layers, tiles, CITY), open_engine(url)
    with transaction(engine) as connection:
        for layer in (BUILDINGS, AREAS):
            ensure_table(connection, table_of(catalogue.layers[LayerId(layer)]))
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as editor:
        _copy(editor, BUILDINGS, l_shapes(draw, buildings))
        _copy(editor, AREAS, outlines(draw, areas))
        for layer in (BUILDINGS, AREAS):
            editor.execute(f"VACUUM ANALYZE layer.{layer}".encode())
            # All of it is in memory before the first of the ways begins.
            editor.execute(f"SELECT sum(ST_NPoints(geom)) FROM layer.{layer}".encode())  # noqa: S608  ours
    # As the worker does after each commit.
    engine = open_engine(url)
    for layer in (BUILDINGS, AREAS):
        digest(engine, recipe_of(catalogue, catalogue.layers[LayerId(layer)]))
    engine.dispose()


def l_shapes(draw: np.random.Generator, count: int) -> Geometries:
    """Make houses with a wing, turned any way; most of them near the middle of the city."""
    centres = np.empty((0, 2))
    while len(centres) < count:
        drawn = draw.normal(0, SPREAD_M, (count, 2))
        centres = np.concatenate([centres, drawn[np.abs(drawn).max(axis=1) < HALF_M]])
    corners = np.array([[0, 0], [14, 0], [14, 6], [6, 6], [6, 12], [0, 12], [0, 0]], float)
    turn, size = draw.uniform(0, 2 * np.pi, count), draw.uniform(0.6, 1.6, count)
    x, y = (corners[None, :, axis] * size[:, None] for axis in (0, 1))
    turned = np.stack(
        [
            x * np.cos(turn)[:, None] - y * np.sin(turn)[:, None],
            x * np.sin(turn)[:, None] + y * np.cos(turn)[:, None],
        ],
        axis=2,
    )
    return _many(_degrees(centres[:count, None, :] + turned))


def outlines(draw: np.random.Generator, count: int) -> Geometries:
    """Make areas of one to three kilometres with rough outlines of 6,000 corners."""
    centres = draw.uniform(-HALF_M, HALF_M, (count, 2))
    angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    waves = sum(
        draw.uniform(0.02, 0.1, (count, 1)) * np.sin(k * angle + draw.uniform(0, 7, (count, 1)))
        for k in (3, 7, 19, 61, 211)
    )
    radius = draw.uniform(1_000, 3_000, (count, 1)) * (1 + waves)
    ring = np.stack([np.cos(angle) * radius, np.sin(angle) * radius], axis=2) + centres[:, None, :]
    return _many(_degrees(ring))


def _many(rings: Floats) -> Geometries:
    return np.asarray(shapely.multipolygons(np.asarray(shapely.polygons(rings), object)[:, None]), object)


def _degrees(metres: Floats) -> Floats:
    return metres / (_M_PER_DEGREE * _ACROSS, _M_PER_DEGREE) + (LONGITUDE, LATITUDE)


def _copy(
    editor: "psycopg.Connection[tuple[object, ...]]",
    layer: str,
    shapes: Geometries,
) -> None:
    hexes = shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True)
    names = f"geom, {', '.join(FIELDS)}"
    kinds = ("nhà ở", "cửa hàng", "trường học")
    lines = io.StringIO()
    for number, shape in enumerate(hexes):
        area = 40 + number % 900 / 10
        lines.write(f"{shape}\tTB{number:07d}\tSố nhà {number}\t{kinds[number % 3]}\t{number % 5}\t{area}\n")
    with editor.cursor() as cursor, cursor.copy(f"COPY layer.{layer} ({names}) FROM STDIN".encode()) as copy:
        copy.write(lines.getvalue())


def tiles_of(zooms: range) -> list[tuple[int, int, int]]:
    """Give the tiles of some zooms: all that the city meets, but of great zooms those around the middle."""
    found = []
    for z in zooms:
        reach = HALF_M if z < _NEAR_FROM else _NEAR_M * 2.0 ** (_NEAR_FROM - z)
        east, north = reach / (_M_PER_DEGREE * _ACROSS), reach / _M_PER_DEGREE
        left, top = tile_of(LONGITUDE - east, LATITUDE + north, z)
        right, bottom = tile_of(LONGITUDE + east, LATITUDE - north, z)
        found += [(z, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]
    return found


_NEAR_FROM, _NEAR_M = 14, 7_500.0
