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
    code, shown = f"t.{identifier(key)}", f"t.{identifier(name)}"
    point = f"ST_SetSRID(ST_MakePoint(:lon, :lat), {STORAGE_SRID})"
    # Codes that are whole numbers are in the order of numbers, others in that of text, as in studies.
    order = f"CASE WHEN {code} ~ '^[0-9]+$' THEN {code}::numeric END, {code} COLLATE \"C\""
    statement = (
        f"SELECT {code}::text, {shown}::text FROM layer.{identifier(layer)} AS t"  # noqa: S608 names go through identifier()
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


def committed_at(connection: Connection, layer: LayerId) -> datetime | None:
    """Tell when the newest version of a layer was made; None when nothing has been loaded."""
    newest = connection.execute(sql("layers_newest"), {"layer": layer}).one_or_none()
    return None if newest is None else newest.committed_at
