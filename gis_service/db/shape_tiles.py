"""Vector tiles of shapes that stand in no table: they are handed to the database as arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import text

from gis_service.crs import STORAGE_SRID, TILE_SRID
from gis_service.db.engine import Connection
from gis_service.db.query import identifier
from gis_service.db.tiles import BUFFER, EXTENT

ColumnType = Literal["text", "float8", "boolean"]


@dataclass(frozen=True, slots=True)
class ShapeRows:
    """Rows that a tile is made of.

    Parameters
    ----------
    fids
        Numbers of the features.
    shapes
        WKB in longitude and latitude (WGS 84), one each.
    columns
        Attributes by name: their type, and a value or None each.
    """

    fids: Sequence[int]
    shapes: Sequence[bytes]
    columns: Mapping[str, tuple[ColumnType, Sequence[object]]]


def shapes_tile(connection: Connection, name: str, zxy: tuple[int, int, int], rows: ShapeRows) -> bytes:
    """Give one tile as Mapbox Vector Tile bytes; empty when nothing lies in it.

    Parameters
    ----------
    connection
        Any connection that may read.
    name
        Of the layer inside the tile.
    zxy
        Zoom, column, row in the matrix set WebMercatorQuad.
    rows
        What is drawn.
    """
    z, x, y = zxy
    values: dict[str, object] = {"name": name, "extent": EXTENT, "buffer": BUFFER, "z": z, "x": x, "y": y}
    values |= {"fids": list(rows.fids), "shapes": list(rows.shapes)}
    values |= {f"of_{column}": list(given) for column, (_, given) in rows.columns.items()}
    return bytes(connection.execute(text(_query(rows)), values).scalar_one() or b"")


def _query(rows: ShapeRows) -> str:
    names = [identifier(column) for column in rows.columns]
    arrays = "".join(f", CAST(:of_{column} AS {kind}[])" for column, (kind, _) in rows.columns.items())
    shown = "".join(f", t.{name}" for name in names)
    listed = "".join(f", {name}" for name in names)
    return (
        "SELECT ST_AsMVT(shown, :name, :extent, 'geom', 'fid') FROM ("  # noqa: S608 names go through identifier()
        f"SELECT t.fid{shown},"
        f" ST_AsMVTGeom(ST_Transform(ST_GeomFromWKB(t.shape, {STORAGE_SRID}), {TILE_SRID}),"
        " ST_TileEnvelope(:z, :x, :y), :extent, :buffer, true) AS geom"
        f" FROM unnest(CAST(:fids AS bigint[]), CAST(:shapes AS bytea[]){arrays}) AS t(fid, shape{listed})"
        " ORDER BY t.fid) AS shown WHERE shown.geom IS NOT NULL"
    )
