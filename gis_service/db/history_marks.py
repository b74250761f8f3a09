"""Versions that change no row: from here on, everything of a layer may look different."""

from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.layers import add_version
from gis_service.db.query import sql
from gis_service.types import LayerId, VersionId

_NUMBERS_LEFT_OUT = 100_000


def new_version(connection: Connection, layer: LayerId, *, author: str, message: str) -> VersionId:
    """Make a version of a layer that may have touched any tile; the layer is locked until the end.

    Parameters
    ----------
    connection
        Inside a transaction.
    """
    made = add_version(connection, layer, author=author, message=message)
    connection.execute(
        text("INSERT INTO gis.dirty (layer, version) VALUES (:layer, :version)"),
        {"layer": layer, "version": made},
    )
    return made


def forget_server(connection: Connection) -> None:
    """Let nothing in a restored database be told by numbers of the server that it was backed up from.

    No version is that of a transaction of this server, tables have new numbers, and the rights that the owner
    has not are taken again. A range of numbers is left out, of versions as of the features of every layer:
    those that were given between a back-up and the loss that it is put back for may stand in caches,
    documents and links, and must not come to mean something else.

    Parameters
    ----------
    connection
        Inside a transaction.
    """
    connection.execute(text("SELECT gis.close_rights()"))
    connection.execute(text("SELECT set_config('gis.history_writes', 'on', true)"))
    connection.execute(text("UPDATE gis.version SET xact = NULL, begun_at = NULL WHERE xact IS NOT NULL"))
    connection.execute(
        text(
            "SELECT setval(pg_get_serial_sequence('gis.version', 'id'),"
            " (SELECT coalesce(max(id), 0) FROM gis.version) + :more)"
        ),
        {"more": _NUMBERS_LEFT_OUT},
    )
    connection.execute(text("SELECT set_config('gis.history_writes', 'off', true)"))
    # Tiles that were made of what is lost are older than a change of everything.
    connection.execute(
        text(
            "INSERT INTO gis.dirty (layer, version)"
            " SELECT DISTINCT layer, currval(pg_get_serial_sequence('gis.version', 'id')) FROM gis.version"
        )
    )
    connection.execute(sql("history_tables_anew"))
    for layer, given in connection.execute(sql("history_numbers_given")).all():
        connection.execute(
            text("SELECT gis.history_number(:layer, :highest)"),
            {"layer": layer, "highest": given + _NUMBERS_LEFT_OUT},
        )
