"""Tells whether the rows of a layer are still those that a load put there."""

import hashlib

from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.query import identifier, sql
from gis_service.types import LayerId, VersionId

_SHOWN = 16


def layer_content(connection: Connection, layer: LayerId) -> str:
    """Give a mark of what the table of a layer holds.

    Unlike `layer_fingerprint` it goes by values alone, not by where rows lie and who wrote them: it can be
    kept for months, and a database that was restored from a dump has the same.

    Parameters
    ----------
    connection
        Inside a transaction.
    layer
        Layer that has a table.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    statement = sql("first_data_content").text.replace("{table}", f"layer.{identifier(layer)}")
    content = connection.execute(text(statement)).scalar_one()
    return hashlib.sha256(content.encode()).hexdigest()[:_SHOWN]


def tell_version(connection: Connection, version: VersionId, message: str) -> None:
    """Replace the message of a version that this transaction has made."""
    connection.execute(sql("first_data_tell"), {"version": version, "message": message})
