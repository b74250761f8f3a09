"""Single rows of layers, found by place or by key, and when a layer was last loaded."""

from datetime import datetime

from sqlalchemy import text

from gis_service.crs import STORAGE_SRID
from gis_service.db.engine import Connection
from gis_service.db.query import identifier, sql
from gis_service.types import LayerId


def unit_at(
    connection: Connection, layer: LayerId, key: str, name: str, place: tuple[float, float]
) -> tuple[str, str] | None:
    """Give code and name of the unit that holds a place; of several the lowest code, None without any.

    Parameters
    ----------
    layer
        Areas; its GiST index of ``geom`` is relied on.
    key, name
        Columns of code and name.
    place
        Longitude and latitude in WGS 84.
    """
    table, code = f"layer.{identifier(layer)}", f"t.{identifier(key)}::text"
    shown = f"COALESCE(t.{identifier(name)}::text, {code})"
    point = f"ST_SetSRID(ST_MakePoint(:lon, :lat), {STORAGE_SRID})"
    # In the order of numbers when all codes are whole numbers, else of text: that of the units in studies.
    numbers = f"(SELECT bool_and(u.{identifier(key)}::text ~ '^[0-9]+$') FROM {table} AS u)"  # noqa: S608 as below
    order = f'CASE WHEN {numbers} THEN {code}::numeric END, {code} COLLATE "C"'
    statement = (
        f"SELECT {code}, {shown} FROM {table} AS t"  # noqa: S608 names go through identifier()
        f" WHERE ST_Intersects(t.geom, {point}) ORDER BY {order} LIMIT 1"
    )
    row = connection.execute(text(statement), {"lon": place[0], "lat": place[1]}).one_or_none()
    return None if row is None else (str(row[0]), str(row[1]))


def fid_of(connection: Connection, layer: LayerId, key: str, value: str) -> int | None:
    """Give the item id of the row with this key; None without one."""
    statement = (
        f"SELECT t.fid FROM layer.{identifier(layer)} AS t"  # noqa: S608 names go through identifier()
        f" WHERE t.{identifier(key)}::text = :value ORDER BY t.fid LIMIT 1"
    )
    found: int | None = connection.execute(text(statement), {"value": value}).scalar()
    return found


def key_of(connection: Connection, layer: LayerId, key: str, fid: int) -> str | None:
    """Give the key of the row with this item id, as text; None without one."""
    statement = f"SELECT t.{identifier(key)}::text FROM layer.{identifier(layer)} AS t WHERE t.fid = :fid"  # noqa: S608 names go through identifier()
    found: str | None = connection.execute(text(statement), {"fid": fid}).scalar()
    return found


def committed_at(connection: Connection, layer: LayerId) -> datetime | None:
    """Tell when the newest version of a layer was made; None when nothing has been loaded."""
    newest = connection.execute(sql("layers_newest"), {"layer": layer}).one_or_none()
    return None if newest is None else newest.committed_at
