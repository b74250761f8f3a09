"""Questions about the database as a whole."""

from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.query import sql


def layers_with_versions(connection: Connection) -> list[str]:
    """Name the layers that have been loaded at least once, in the order of their ids."""
    return list(connection.execute(sql("database_layers")).scalars())


def has_version_by(connection: Connection, author: str) -> bool:
    """Tell whether this author has committed a version of any layer."""
    found = text("SELECT EXISTS (SELECT FROM gis.version WHERE author = :author)")
    return bool(connection.execute(found, {"author": author}).scalar_one())
