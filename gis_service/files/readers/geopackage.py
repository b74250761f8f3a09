"""Which tables of a GeoPackage may be read: those it lists itself, that hold rows and compute nothing.

A view, a virtual table or a computed column is a program of a stranger that would run while it is read.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

_COMPUTED = {2, 3}


def plain_tables(path: Path) -> set[str]:
    """Name the tables that may be read.

    Parameters
    ----------
    path
        The file; it is opened for reading only and nothing of it runs.

    Raises
    ------
    sqlite3.Error
        The file is no sound database.
    """
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as database:
        # Text of strangers need not be UTF-8.
        database.text_factory = lambda raw: raw.decode("utf-8", "replace")
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA query_only = ON")
        names = [
            name
            for name, sql in database.execute(
                "SELECT m.name, m.sql FROM gpkg_contents c JOIN sqlite_master m"
                " ON lower(m.name) = lower(c.table_name) WHERE m.type = 'table'"
            )
            if not str(sql).lstrip().upper().startswith("CREATE VIRTUAL")
        ]
        return {name for name in names if not _computes(database, name)}


def _computes(database: sqlite3.Connection, table: str) -> bool:
    columns = database.execute("SELECT hidden FROM pragma_table_xinfo(?)", (table,))
    return any(hidden in _COMPUTED for (hidden,) in columns)
