"""Changes to the tables of layers that lose nothing."""

from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.layers import SQL_TYPES, LayerTable, columns_of
from gis_service.db.query import identifier


def add_missing_columns(connection: Connection, table: LayerTable) -> tuple[str, ...]:
    """Add the columns that a definition has gained since the table was made; they are empty.

    Parameters
    ----------
    connection
        Inside a transaction.
    table
        What the definition asks for; nothing happens while there is no such table.

    Returns
    -------
    tuple of str
        Names of the columns added. Columns of another type are left as they are: a load tells of them.
    """
    there = columns_of(connection, table.id)
    if not there:
        return ()
    missing = [column for column in table.columns if column.name not in there]
    for column in missing:
        added = f"{identifier(column.name)} {SQL_TYPES[column.type]}"
        connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {added}"))
    return tuple(column.name for column in missing)
