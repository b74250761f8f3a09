"""Single features as they are now, and since which version; what an edit starts from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.layers import LayerTable
from gis_service.db.query import identifier, sql
from gis_service.types import LayerId, VersionId


@dataclass(frozen=True, slots=True)
class ItemState:
    """One feature with all its values.

    Parameters
    ----------
    wkb
        Its geometry, longitude and latitude; None without one.
    values
        By column; times in ISO 8601.
    """

    fid: int
    wkb: bytes | None
    values: dict[str, object]


def since(connection: Connection, layer: LayerId, fids: Sequence[int]) -> dict[int, VersionId]:
    """Tell since which version each feature is as it is now; features that are not there are left out."""
    statement = text(sql("item_states_since").text.replace("{history}", f"history.{identifier(layer)}"))
    rows = connection.execute(statement, {"fids": list(fids)})
    return {int(row.fid): VersionId(row.version_from) for row in rows}


def states(connection: Connection, table: LayerTable, fids: Sequence[int]) -> dict[int, ItemState]:
    """Give features as they are now, by their ``fid``."""
    names = [column.name for column in table.columns]
    columns = "".join(f", t.{identifier(name)}" for name in names)
    statement = f"SELECT t.fid, ST_AsBinary(t.geom){columns} FROM {table.name} AS t WHERE t.fid = ANY (:fids)"  # noqa: S608
    found = {}
    for fid, wkb, *values in connection.execute(text(statement), {"fids": list(fids)}):
        plain = [value.isoformat() if isinstance(value, date) else value for value in values]
        found[int(fid)] = ItemState(
            int(fid), None if wkb is None else bytes(wkb), dict(zip(names, plain, strict=True))
        )
    return found
