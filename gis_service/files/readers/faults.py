"""Refusals that several readers share."""

from collections.abc import Mapping

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.types import Text

MOST_COLUMNS = 1000
"""Columns of one layer. A table of PostgreSQL ends at 1,600, and no person maps a thousand columns by hand;
so this is no setting."""
LONGEST_TEXT = 1 << 20
"""Bytes of one text value. Names and remarks need some hundred; a megabyte is another document in a cell, and
would stand in every tile and table that shows the feature; so this is no setting."""


def corrupt(file: str, reason: str, readable: int = 0) -> RefusedInput:
    """Say that a file cannot be read to its end.

    Parameters
    ----------
    file
        What the user calls it.
    reason
        What the reader found, as it said it.
    readable
        Features that were read before.
    """
    return RefusedInput(ErrorCode.FILE_CORRUPT, file=file, reason=reason[:500], readable=readable)


def too_deep(file: str, depth: int, where: Text, **place: int) -> RefusedInput:
    """Say that a file is nested deeper than anything people make.

    Parameters
    ----------
    file
        What the user calls it.
    depth
        How deep it may be.
    where
        Where it is deeper, in words.
    place
        The same as a number: ``line`` or ``feature``.
    """
    return RefusedInput(ErrorCode.TOO_DEEPLY_NESTED, (), file=file, depth=depth, where=where, **place)


def on_line(line: int) -> Text:
    """Say on which line of a text."""
    return Text(f"ở dòng {line}", f"on line {line}")


def read_params(told: Mapping[str, object]) -> dict[str, object]:
    """Read values of a message as they come from the reader process; words in both languages are a table."""
    return {name: Text(**value) if isinstance(value, dict) else value for name, value in told.items()}


def require_columns(count: int, file: str) -> None:
    """Refuse more columns than :data:`MOST_COLUMNS`.

    Raises
    ------
    RefusedInput
        ``too_many_fields``.
    """
    if count > MOST_COLUMNS:
        raise RefusedInput(ErrorCode.TOO_MANY_FIELDS, file=file, count=count, limit=MOST_COLUMNS)
