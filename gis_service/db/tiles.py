"""Vector tiles, encoded in the database from the rows of a layer."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from gis_service.crs import STORAGE_SRID, TILE_SRID
from gis_service.db.engine import driver
from gis_service.db.filters import Condition
from gis_service.db.history import rows_at
from gis_service.db.query import identifier
from gis_service.types import BBox, LayerId, VersionId

EXTENT = 4096
"""Units along one side of a tile."""
BUFFER = 64
"""Units that geometries reach beyond the tile, so that lines do not end at its border."""


def tile_query(
    layer: LayerId, fields: Sequence[str], where: str | None = None, version: VersionId | None = None
) -> str:
    """Compose the statement of one tile; ``:z :x :y`` and the box ``:west :south :east :north`` stay open.

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
    columns = "".join(f", t.{identifier(name)}" for name in fields)
    box = f"ST_MakeEnvelope(:west, :south, :east, :north, {STORAGE_SRID})"
    return (
        "SELECT ST_AsMVT(shown, :name, :extent, 'geom', 'fid') FROM ("  # noqa: S608 names go through identifier()
        f"SELECT t.fid{columns}, ST_AsMVTGeom(ST_Transform(t.geom, {TILE_SRID}),"
        " ST_TileEnvelope(:z, :x, :y), :extent, :buffer, true) AS geom"
        f" FROM {rows_at(layer, version)} AS t WHERE t.geom && {box}{further} ORDER BY t.fid"
        ") AS shown WHERE shown.geom IS NOT NULL"
    )


def vector_tile(
    connection: Connection,
    layer: LayerId,
    fields: Sequence[str],
    zxy: tuple[int, int, int],
    box: BBox,
    *,
    condition: Condition | None = None,
    version: VersionId | None = None,
) -> bytes:
    """Give one tile as Mapbox Vector Tile bytes; empty when nothing lies in it.

    Parameters
    ----------
    connection
        Any connection that may read.
    layer
        Layer whose table is read; also the name of the layer inside the tile.
    fields
        Columns that become attributes.
    zxy
        Zoom, column, row in the matrix set WebMercatorQuad.
    box
        The tile with its buffer, in longitude and latitude.
    condition
        Only rows that fulfil it are drawn.
    version
        A version that is kept; None for the rows of now.
    """
    z, x, y = zxy
    west, south, east, north = box
    values = {"west": west, "south": south, "east": east, "north": north}
    values |= {"z": z, "x": x, "y": y, "extent": EXTENT, "buffer": BUFFER}
    where = None if condition is None else condition.sql().as_string(driver(connection))
    query = text(tile_query(layer, fields, where, version))
    tile = connection.execute(query, {**values, "name": layer}).scalar_one()
    return bytes(tile or b"")


def answer_tile(connection: Connection, query: str, zxy: tuple[int, int, int]) -> bytes:
    """Run the reviewed query of a tileset; empty when nothing lies in the tile.

    Parameters
    ----------
    connection
        A reading one, whose statements cannot write and end after a limit of time.
    query
        SQL that answers one row with one ``bytea`` column; ``:z :x :y`` are bound, never written into it.
    zxy
        Zoom, column, row in the matrix set WebMercatorQuad.
    """
    z, x, y = zxy
    return bytes(connection.execute(text(query), {"z": z, "x": x, "y": y}).scalar_one() or b"")
