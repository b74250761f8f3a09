"""Reads single pictures out of an MBTiles file that the operator has named; the file is never written to."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

_TILE = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ? LIMIT 1"
_MOST_STEPS = 1_000_000
"""Steps of SQLite's machine for one picture; with its index a file needs some hundred."""
_STEPS_AT_ONCE = 1_000


class UnreadableTiles(Exception):
    """The file is not there, is no MBTiles, or takes too long."""


def read_picture(path: Path, zxy: tuple[int, int, int]) -> bytes | None:
    """Read what lies at a place of the grid.

    Parameters
    ----------
    path
        An MBTiles file.
    zxy
        Zoom, column from the west, row from the north.

    Returns
    -------
    bytes or None
        As they lie there, whatever they are; None where nothing does.

    Raises
    ------
    UnreadableTiles
        When the file cannot be read so.
    """
    zoom, column, row = zxy
    # Rows are counted from the south there. "immutable": nothing is written beside the file, not even a lock.
    address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as file:
            left = [_MOST_STEPS // _STEPS_AT_ONCE]

            def is_too_long() -> bool:
                left[0] -= 1
                return left[0] < 0

            file.set_progress_handler(is_too_long, _STEPS_AT_ONCE)
            # Nothing that the file itself defines may call a function with a side effect.
            file.execute("PRAGMA trusted_schema = OFF")
            found = file.execute(_TILE, (zoom, column, (1 << zoom) - 1 - row)).fetchone()
    except sqlite3.Error as error:
        raise UnreadableTiles(type(error).__name__) from error
    return bytes(found[0]) if found and isinstance(found[0], bytes) else None
