"""Single rows of layers, found by place or by key, and when a layer was last loaded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from gis_service.crs import STORAGE_SRID
from gis_service.db.engine import Connection
from gis_service.db.history import rows_at
from gis_service.db.query import identifier, sql
from gis_service.types import LayerId, VersionId


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


@dataclass(frozen=True, slots=True)
class KeyedRow:
    """One row of a layer, found by its key.

    Parameters
    ----------
    wkb
        Its geometry, longitude and latitude in WGS 84; None without one.
    values
        The columns that were asked for.
    """

    fid: int
    wkb: bytes | None
    values: dict[str, object]


def rows_by_key(
    connection: Connection,
    layer: LayerId,
    key: str,
    keys: Collection[str],
    columns: Sequence[str] = (),
    version: VersionId | None = None,
) -> dict[str, KeyedRow]:
    """Give the rows that have one of some keys, as they are now or were in a version that is kept.

    Parameters
    ----------
    layer
        Layer that has a table.
    key, keys
        Column, and its values as text; ``fid`` is a column too.
    columns
        Read beside the geometry.
    version
        None for the rows of now.
    """
    names = "".join(f", t.{identifier(name)}" for name in columns)
    statement = (
        f"SELECT t.{identifier(key)}::text, t.fid, ST_AsBinary(t.geom){names}"  # noqa: S608 names go through identifier()
        f" FROM {rows_at(layer, version)} AS t WHERE t.{identifier(key)}::text = ANY (:keys)"
        " ORDER BY t.fid DESC"
    )
    found = {}
    for value, fid, wkb, *rest in connection.execute(text(statement), {"keys": list(keys)}):
        values = dict(zip(columns, rest, strict=True))
        found[str(value)] = KeyedRow(int(fid), None if wkb is None else bytes(wkb), values)
    return found


def is_near(connection: Connection, layer: LayerId, place: tuple[float, float], metres: float) -> bool:
    """Tell whether anything of a layer lies within so many metres of a place.

    Parameters
    ----------
    layer
        Its GiST index of ``geom`` is relied on.
    place
        Longitude and latitude in WGS 84.
    """
    point = f"ST_SetSRID(ST_MakePoint(:lon, :lat), {STORAGE_SRID})"
    # A degree of latitude has at least 110,574 m, one of longitude as many times the cosine of the latitude.
    box = f"ST_Expand({point}, :metres / 110574.0 / greatest(cos(radians(:lat)), 0.01), :metres / 110574.0)"
    statement = (
        f"SELECT EXISTS (SELECT FROM layer.{identifier(layer)} AS t WHERE t.geom && {box}"  # noqa: S608 as above
        f" AND ST_DWithin(t.geom::geography, {point}::geography, :metres))"
    )
    values = {"lon": place[0], "lat": place[1], "metres": metres}
    return bool(connection.execute(text(statement), values).scalar_one())
