"""A town for overviews: houses close together, communes that share crooked borders, roads of two classes."""

import numpy as np
import shapely
from sqlalchemy import Engine, text

from gis_service.db.engine import transaction
from gis_service.db.layers import Column, LayerTable, ensure_table
from gis_service.db.overview_tables import OverviewTable
from gis_service.db.overviews import withdraw
from gis_service.services.overview_recipes import Recipe
from gis_service.services.overviews import digest
from gis_service.types import BBox, Floats, LayerId

WEST, SOUTH, WIDE = 106.30, 20.40, 0.12
HOUSE, COMMUNE, ROAD = LayerId("house"), LayerId("commune"), LayerId("road")
COLUMNS = {
    HOUSE: (Column("kind", "text"), Column("floors", "integer"), Column("area_m2", "number")),
    COMMUNE: (Column("name", "text"),),
    ROAD: (Column("road_class", "text"), Column("name", "text")),
}
PEOPLE = LayerId("people")
GROUPS = tuple(f"group_{number}" for number in range(8))
COLUMNS |= {PEOPLE: tuple(Column(name, "number") for name in GROUPS)}
GEOMETRY = {HOUSE: "Polygon", COMMUNE: "MultiPolygon", ROAD: "LineString", PEOPLE: "Point"}
SIDE = 5
"""Communes along a side of the town."""
CORNERS = 120
"""Of a border between two communes."""


def recipe(layer: LayerId, *, may_gather: bool = True) -> Recipe:
    """Tell how the overview of a layer of the town is made."""
    summed = {HOUSE: ("floors", "area_m2"), PEOPLE: GROUPS}.get(layer, ())
    by_class = "road_class" if layer == ROAD else None
    table = OverviewTable(layer, COLUMNS[layer], summed, by_class, is_point=layer == PEOPLE)
    dimension = {ROAD: 1, PEOPLE: 0}.get(layer, 2)
    return Recipe(table, dimension, may_gather, is_coverage=layer == COMMUNE)


def build_houses(engine: Engine, count: int = 3000) -> None:
    """Make a layer of small squares, strewn over the town; the lot decides, always alike."""
    _make(engine, HOUSE)
    dice = np.random.default_rng(7)
    places = dice.uniform(0, 1, (count, 2))
    write(
        engine,
        "INSERT INTO layer.house (geom, kind, floors, area_m2)"
        " SELECT ST_MakeEnvelope(x, y, x + s, y + s, 4326),"
        " (ARRAY['nhà ở', 'trường học'])[1 + n % 2], n % 7, n % 90 + 0.25"
        " FROM unnest(CAST(:x AS float8[]), CAST(:y AS float8[])) WITH ORDINALITY AS t (x, y, n),"
        " LATERAL (SELECT 0.00005 + 0.00001 * (n % 5) AS s) AS size",
        x=list(WEST + WIDE * places[:, 0]),
        y=list(SOUTH + WIDE * places[:, 1]),
    )


def build_people(engine: Engine, box: BBox, side: int = 72) -> None:
    """Make a layer of places on a lattice over a box, with people of eight groups, all numbers different."""
    _make(engine, PEOPLE)
    west, south, east, north = box
    write(
        engine,
        f"INSERT INTO layer.people (geom, {', '.join(GROUPS)})"  # noqa: S608  our own
        " SELECT ST_Point(:west + (:east - :west) * (i + 0.5) / :side,"
        " :south + (:north - :south) * (j + 0.5) / :side, 4326)"
        + "".join(f", (i * :side + j) * 8.125 + {number} + 0.001" for number in range(len(GROUPS)))
        + " FROM generate_series(0, :side - 1) AS i, generate_series(0, :side - 1) AS j",
        west=west,
        south=south,
        east=east,
        north=north,
        side=side,
    )


def build_communes(engine: Engine) -> None:
    """Make a layer of areas that fill the town, their borders crooked lines that two of them share."""
    _make(engine, COMMUNE)
    for number, area in enumerate(crooked_areas()):
        write(
            engine,
            "INSERT INTO layer.commune (geom, name) VALUES (ST_Multi(ST_GeomFromWKB(:shape, 4326)), :name)",
            shape=shapely.to_wkb(area),
            name=f"Xã Đông Ưở {number}",
        )


def build_roads(engine: Engine, count: int = 900) -> None:
    """Make a layer of short lines end to end, in rows, every third row of another class."""
    _make(engine, ROAD)
    write(
        engine,
        "INSERT INTO layer.road (geom, road_class, name) SELECT ST_MakeLine(ARRAY["
        "ST_Point(x, y, 4326), ST_Point(x + :s / 2, y + :s * 0.2 * sin(n), 4326),"
        " ST_Point(x + :s, y, 4326)]),"
        " CASE WHEN n / 30 % 3 = 0 THEN 'quốc lộ' ELSE 'ngõ' END, 'Đường ' || n"
        " FROM (SELECT n, :west + :s * (n % 30) AS x, :south + :s * (n / 30) AS y"
        " FROM generate_series(0, :count - 1) AS n) AS t",
        s=WIDE / 30,
        west=WEST,
        south=SOUTH,
        count=count,
    )


def crooked_areas() -> list[shapely.Polygon]:
    """Give the areas of the communes, in longitude and latitude."""
    dice = np.random.default_rng(3)
    along = np.linspace(0, 1, CORNERS)
    step = WIDE / SIDE

    def line(start: tuple[int, int], end: tuple[int, int]) -> Floats:
        first = np.array([WEST + step * start[0], SOUTH + step * start[1]])
        last = np.array([WEST + step * end[0], SOUTH + step * end[1]])
        walk = np.cumsum(dice.normal(0, 1, CORNERS))
        # It never turns back, and near its ends it does not stray into the border that begins there.
        walk *= 0.2 * step / np.abs(walk).max() * np.sin(np.pi * along)
        across = (last - first)[::-1] / step
        corners: Floats = first + along[:, None] * (last - first) + walk[:, None] * across
        return corners

    flat = {(i, j): line((i, j), (i + 1, j)) for i in range(SIDE) for j in range(SIDE + 1)}
    steep = {(i, j): line((i, j), (i, j + 1)) for i in range(SIDE + 1) for j in range(SIDE)}
    return [
        shapely.Polygon(
            np.concatenate([flat[i, j], steep[i + 1, j], flat[i, j + 1][::-1], steep[i, j][::-1]])
        )
        for i in range(SIDE)
        for j in range(SIDE)
    ]


def write(engine: Engine, statement: str, **values: object) -> None:
    """Commit a statement."""
    with transaction(engine) as connection:
        connection.execute(text(statement), values)


def _make(engine: Engine, layer: LayerId) -> None:
    with transaction(engine) as connection:
        ensure_table(connection, LayerTable(layer, GEOMETRY[layer], None, COLUMNS[layer]))


def rows_of(engine: Engine, layer: LayerId) -> list[tuple[object, ...]]:
    """Give all rows of an overview, by what they are of."""
    with transaction(engine) as connection:
        found = connection.execute(
            text(f"SELECT o.*, ST_AsBinary(o.geom) AS shape FROM overview.{layer} AS o")  # noqa: S608  our own
        ).mappings()
        rows = [{**row, "geom": None, "shape": bytes(row["shape"])} for row in found]
    return sorted((tuple(row.values()) for row in rows), key=repr)


def made_anew(engine: Engine, made: Recipe) -> list[tuple[object, ...]]:
    """Give all rows of an overview that is made as a whole now."""
    with transaction(engine) as connection:
        withdraw(connection, made.table.layer)
    digest(engine, made)
    return rows_of(engine, made.table.layer)
