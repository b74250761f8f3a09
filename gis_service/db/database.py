"""Questions about the database as a whole."""

from dataclasses import dataclass

from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.query import sql


def layers_with_versions(connection: Connection) -> list[str]:
    """Name the layers that have been loaded at least once, in the order of their ids."""
    return list(connection.execute(sql("database_layers")).scalars())


def tables_of_layers(connection: Connection) -> list[str]:
    """Name all tables of the schema ``layer``, those made by hand too."""
    return list(
        connection.execute(
            text("SELECT tablename::text FROM pg_tables WHERE schemaname = 'layer' ORDER BY tablename")
        ).scalars()
    )


def tables_under_history(connection: Connection) -> list[str]:
    """Name the tables of the schema ``layer`` that can have a history: a key ``fid`` and a geometry."""
    return list(
        connection.execute(
            text(
                "SELECT tablename::text FROM pg_tables"
                " WHERE schemaname = 'layer' AND gis.fits_history(tablename) ORDER BY tablename"
            )
        ).scalars()
    )


def has_version_by(connection: Connection, author: str) -> bool:
    """Tell whether this author has committed a version of any layer."""
    found = text("SELECT EXISTS (SELECT FROM gis.version WHERE author = :author)")
    return bool(connection.execute(found, {"author": author}).scalar_one())


@dataclass(frozen=True, slots=True)
class NewestVersion:
    """Who made the newest version of a layer, and what they said about it."""

    author: str
    message: str


def newest_versions(connection: Connection, author: str | None = None) -> dict[str, NewestVersion]:
    """Give the newest version of every layer that has been loaded at least once, of all or by one author."""
    query = sql("database_newest") if author is None else sql("database_newest_by")
    rows = connection.execute(query, {} if author is None else {"author": author})
    return {row.layer: NewestVersion(row.author, row.message) for row in rows}
