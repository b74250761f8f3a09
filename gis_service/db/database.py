"""Questions about the database as a whole."""

from gis_service.db.engine import Connection
from gis_service.db.query import sql


def layers_with_versions(connection: Connection) -> list[str]:
    """Name the layers that have been loaded at least once, in the order of their ids."""
    return list(connection.execute(sql("database_layers")).scalars())
