"""Tells whether the table of a layer still holds what it held, without reading it out."""

import hashlib

from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.query import identifier, sql
from gis_service.types import LayerId


def layer_fingerprint(connection: Connection, layer: LayerId) -> str:
    """Give a mark of what a layer that has a table holds now: another one after any write, by any program.

    A version does not tell as much: one transaction makes one, whatever it writes after, and who goes past
    the triggers makes none. Equal marks are equal contents of one table in one database; rows written anew,
    or moved, have another mark whatever they hold.
    """
    statement = sql("layers_fingerprint").text.replace("{table}", f"layer.{identifier(layer)}")
    row = connection.execute(text(statement), {"layer": layer}).one()
    return hashlib.sha256("|".join(map(str, row)).encode()).hexdigest()
