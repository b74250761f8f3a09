"""Vector tiles, encoded in the database from the rows of a layer or of its overview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from psycopg import sql as pg
from sqlalchemy import Connection, text

from gis_service.crs import STORAGE_SRID, TILE_SRID
from gis_service.db.engine import driver
from gis_service.db.filters import Condition
from gis_service.db.history import rows_at
from gis_service.db.overview_tables import kept, summed
from gis_service.db.query import identifier
from gis_service.types import BBox, LayerId, VersionId

EXTENT = 4096
"""Units along one side of a tile."""
BUFFER = 64
"""Units that geometries reach beyond the tile, so that lines do not end at its border."""
BUDGET = 500_000
"""Bytes that a tile may take before it is packed."""
COUNT = "gis:count"
"""Attribute of what stands for many rows: how many."""
SUM = "sum:"
"""Begins the attributes of what stands for many rows, before the name of the field that is summed up."""
_SIZES: Mapping[int | None, tuple[str, ...]] = {
    0: (),
    1: ("$length",),
    2: ("$area",),
    None: ("$area", "$length"),
}
_AIMS = (0.97, 0.8, 0.55)
"""Shares of the budget that thinned tiles aim at, all made at once: how long rows become is not known."""
_OF_FEATURE, _OF_ATTRIBUTE, _OF_VALUE = 24, 14, 10
"""Bytes, never too few: of a feature without its shape, of an attribute beside its text, of a number."""
_OF_LAYER, _OF_KEY = 64, 4


@dataclass(frozen=True, slots=True)
class TileContent:
    """A tile, and how much of what lies in it is in it.

    Parameters
    ----------
    content
        Its bytes; empty where nothing lies in it.
    shown, of
        Features in it, and features that would be in it were there no budget.
    wider
        How many times as wide as at this zoom its cells are, since those would take too much.
    """

    content: bytes
    shown: int
    of: int
    wider: int = 1


@dataclass(frozen=True, slots=True)
class Importance:
    """What stays when a tile has to be thinned.

    Parameters
    ----------
    dimension
        0 points, 1 lines, 2 areas, None for mixed ones: the larger area and the longer line stay.
    ranked
        Field of a class, and its values from the most important one; None where there is none.
    measure
        Numeric field, such as people: the larger stays.
    """

    dimension: int | None
    ranked: tuple[str, tuple[str, ...]] | None = None
    measure: str | None = None

    @property
    def order(self) -> tuple[str, ...]:
        """Name what decides, the first first: fields, ``$area`` and ``$length``.

        Roads by what they are for, areas by what one sees of them, places by whom they are for.
        """
        by_class = (self.ranked[0],) if self.ranked else ()
        by_measure = (self.measure,) if self.measure else ()
        sizes = _SIZES[self.dimension]
        parts = (by_class, sizes, by_measure) if self.dimension == 1 else (sizes, by_measure, by_class)
        return tuple(one for part in parts for one in part)

    @property
    def fields(self) -> tuple[str, ...]:
        """Name the fields among what decides."""
        return tuple(name for name in self.order if not name.startswith("$"))

    def sql(self, columns: Mapping[str, str]) -> str:
        """Compose the order, the most important first.

        Parameters
        ----------
        columns
            SQL of each field that the rows have.
        """
        known = {name: f"{column} DESC NULLS LAST" for name, column in columns.items()}
        if self.ranked is not None and self.ranked[0] in columns:
            words = pg.SQL(", ").join(map(pg.Literal, self.ranked[1])).as_string(None).replace(":", "\\:")
            name = self.ranked[0]
            known[name] = f"array_position(ARRAY[{words}]\\:\\:text[], {columns[name]}) NULLS LAST"
        known |= {"$area": "ST_Area(t.geom) DESC", "$length": "ST_Length(t.geom) DESC"}
        # What nothing else tells apart is drawn by lot, always alike: the oldest rows lie close together.
        return ", ".join([*(known[name] for name in self.order if name in known), "hashint8(t.fid)", "t.fid"])


@dataclass(frozen=True, slots=True)
class Rows:
    """What the features of a tile are taken from.

    Parameters
    ----------
    source
        What stands behind ``FROM``, as ``t``.
    geom
        SQL of the geometry in Web Mercator.
    fid
        SQL of the number of a feature.
    where
        Condition, in which the tile's address and box are open.
    columns
        SQL of each attribute, by its name.
    ranked_by
        SQL of further fields, by name, which tell what is important and are no attributes.
    """

    source: str
    geom: str
    fid: str
    where: str
    columns: Mapping[str, str]
    ranked_by: Mapping[str, str] = field(default_factory=dict)

    def features(self, more: str = "") -> str:
        """Compose the query of the features of a tile, in no order, with one more column."""
        names = "".join(f', {column} AS "{name}"' for name, column in self.columns.items())
        return (
            f"SELECT {self.fid} AS fid{names}{more},"  # noqa: S608  names go through identifier()
            f" ST_AsMVTGeom({self.geom}, ST_TileEnvelope(:z, :x, :y), :extent, :buffer, true) AS geom"
            f" FROM {self.source} AS t WHERE {self.where}"
        )

    @property
    def whole(self) -> str:
        """Compose the query of the tile with all features, and their number."""
        order = "t.fid" if self.fid == "t.fid" else "t.x, t.y"
        # OFFSET 0: else the condition is moved inside, and every geometry is cut to the tile twice.
        return (
            "SELECT ST_AsMVT(shown, :name, :extent, 'geom', 'fid'), count(*)"  # noqa: S608
            f" FROM ({self.features()} ORDER BY {order} OFFSET 0) AS shown WHERE shown.geom IS NOT NULL"
        )

    def thinned(self, importance: Importance, aims: int) -> str:
        """Compose the query of tiles with the most important features, several of them at once.

        Rows are ranked and their shapes are cut once, however many tiles are tried.

        Parameters
        ----------
        importance
            What stays.
        aims
            Tiles, each with its number of features: of the share ``:aim_0``, ``:aim_1`` … of all weight, but
            at least of ``:sure`` bytes.
        """
        # No field can have a name with a colon.
        order = importance.sql({**self.ranked_by, **self.columns})
        rank = f', row_number() OVER (ORDER BY {order}) AS "gis:rank"'
        names = "".join(f', met."{name}"' for name in self.columns)
        tiles = ", ".join(
            f"ST_AsMVT(row, :name, :extent, 'geom', 'fid') {of_aim}, count(*) {of_aim}"
            for of_aim in (
                # The first row stays, however long it is.
                'FILTER (WHERE "gis:rank" = 1'
                f' OR "gis:so_far" <= greatest(:sure, "gis:total" * :aim_{number}))'
                for number in range(aims)
            )
        )
        return (
            f"SELECT {tiles} FROM ("  # noqa: S608  names go through identifier()
            'SELECT row, "gis:rank", sum("gis:weight") OVER (ORDER BY "gis:rank") AS "gis:so_far",'
            ' sum("gis:weight") OVER () AS "gis:total" FROM ('
            f"SELECT (SELECT one FROM (SELECT met.fid{names}, met.geom) AS one) AS row,"
            f' met."gis:rank", {self._weight} AS "gis:weight"'
            f" FROM ({self.features(rank)} OFFSET 0) AS met WHERE met.geom IS NOT NULL"
            ') AS ranked ORDER BY "gis:rank") AS shown'
        )

    @property
    def _weight(self) -> str:
        """SQL of what a feature takes in a tile, never too little: no side is longer than 8,191 units."""
        values = (f'CAST(met."{name}" AS text)' for name in self.columns)
        attributes = "".join(
            f" + coalesce({_OF_ATTRIBUTE} + greatest({_OF_VALUE}, octet_length({value})), 0)"
            for value in values
        )
        corners = (
            "4 * ST_NPoints(met.geom) + 4 * ST_NumGeometries(met.geom) + coalesce(ST_NRings(met.geom), 0)"
        )
        return f"{_OF_FEATURE} + {corners}{attributes}"

    def sure(self, budget: int, name: str) -> int:
        """Give how much weight surely keeps a tile within a budget, beside what stands once in it."""
        return budget - _OF_LAYER - len(name) - sum(len(key.encode()) + _OF_KEY for key in self.columns)


def layer_rows(
    layer: LayerId, fields: Sequence[str], where: str | None = None, version: VersionId | None = None
) -> Rows:
    """Take a tile from the rows of a layer.

    The box arrives in the storage system: the literal is transformed, not the column, so the GiST index of
    ``geom`` serves. Only what the index finds is brought to Web Mercator.

    Parameters
    ----------
    layer
        Layer whose rows are drawn.
    fields
        Columns that become attributes.
    where
        Condition on the rows of ``t`` as SQL, its values literals of the driver; None draws all of them.
    version
        A version that is kept, whose rows have no spatial index; None for the rows of now.
    """
    # A colon in a literal begins no parameter.
    further = "" if where is None else " AND " + where.replace(":", "\\:")
    box = f"ST_MakeEnvelope(:west, :south, :east, :north, {STORAGE_SRID})"
    return Rows(
        rows_at(layer, version),
        f"ST_Transform(t.geom, {TILE_SRID})",
        "t.fid",
        f"t.geom && {box}{further}",
        {name: f"t.{identifier(name)}" for name in fields},
    )


def ranked_rows(rows: Rows, importance: Importance | None) -> Rows:
    """Let the rows of a layer stand in the order of importance, whatever of it becomes an attribute."""
    fields = () if importance is None else importance.fields
    return replace(rows, ranked_by={name: f"t.{identifier(name)}" for name in fields})


def overview_rows(layer: LayerId, level: int, columns: Mapping[str, str], *, is_gathered: bool) -> Rows:
    """Take a tile from a level of the overview of a layer.

    Parameters
    ----------
    layer, level
        Which.
    columns
        Column of the overview by the name of the attribute.
    is_gathered
        Whether its rows stand for many, and so have no number.
    """
    box = f"ST_TileEnvelope(:z, :x, :y, margin => {BUFFER / EXTENT})"
    return Rows(
        f"overview.{identifier(layer)}",
        "t.geom",
        # Of no number: what stands for many cannot be asked for.
        "CAST(NULL AS bigint)" if is_gathered else "t.fid",
        f"t.level = {level} AND t.geom && {box}",
        {name: f"t.{column}" for name, column in columns.items()},
    )


def kept_columns(fields: Sequence[str]) -> dict[str, str]:
    """Give the attributes of shapes in an overview."""
    return {name: kept(name) for name in fields}


def cell_columns(sums: Sequence[str]) -> dict[str, str]:
    """Give the attributes of cells."""
    return {COUNT: "n", **{f"{SUM}{name}": f"{summed(name)}\\:\\:float8" for name in sums}}


def joined_columns(joined_by: Sequence[str]) -> dict[str, str]:
    """Give the attributes of lines that are joined: the fields they agree in, and their number."""
    return {**kept_columns(joined_by), COUNT: "n"}


def draw(
    connection: Connection,
    rows: Rows,
    name: str,
    zxy: tuple[int, int, int],
    box: BBox,
    importance: Importance | None = None,
    *,
    budget: int | None = None,
) -> TileContent:
    """Make a tile; one beyond the budget keeps what is most important.

    Parameters
    ----------
    connection
        Any connection that may read.
    rows
        What it is made of.
    name
        Of the layer inside the tile.
    zxy
        Zoom, column, row in the matrix set WebMercatorQuad.
    box
        The tile with its buffer, in longitude and latitude.
    importance
        None for a tile that is never thinned.
    budget
        Bytes that it may take; `BUDGET` when left out.
    """
    budget = BUDGET if budget is None else budget
    z, x, y = zxy
    west, south, east, north = box
    values: dict[str, object] = {"west": west, "south": south, "east": east, "north": north, "name": name}
    values |= {"z": z, "x": x, "y": y, "extent": EXTENT, "buffer": BUFFER}
    tile, count = connection.execute(text(rows.whole), values).one()
    content = bytes(tile or b"")
    if importance is None or len(content) <= budget:
        return TileContent(content, count, count)
    share = budget / len(content)
    values |= {f"aim_{number}": aim * share for number, aim in enumerate((*_AIMS, 0.0))}
    values["sure"] = rows.sure(budget, name)
    found = connection.execute(text(rows.thinned(importance, len(_AIMS) + 1)), values).one()
    tries = list(zip(found[::2], found[1::2], strict=True))
    thinned, shown = next((one for one in tries if len(one[0] or b"") <= budget), tries[-1])
    return TileContent(bytes(thinned or b""), shown, count)


def vector_tile(
    connection: Connection,
    layer: LayerId,
    fields: Sequence[str],
    zxy: tuple[int, int, int],
    box: BBox,
    *,
    condition: Condition | None = None,
    version: VersionId | None = None,
    importance: Importance | None = None,
) -> TileContent:
    """Make one tile of the rows of a layer, as `draw` does.

    Parameters
    ----------
    connection
        Any connection that may read.
    layer
        Layer whose table is read; also the name of the layer inside the tile.
    fields
        Columns that become attributes.
    zxy, box, importance
        As in `draw`.
    condition
        Only rows that fulfil it are drawn.
    version
        A version that is kept; None for the rows of now.
    """
    where = None if condition is None else condition.sql().as_string(driver(connection))
    rows = ranked_rows(layer_rows(layer, fields, where, version), importance)
    return draw(connection, rows, layer, zxy, box, importance)
