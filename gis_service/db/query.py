"""SQL by name from ``db/sql/``, and the one function that quotes identifiers."""

import re
from functools import cache
from importlib.resources import files

from sqlalchemy import TextClause, text

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


@cache
def _source(name: str) -> str:
    return (files("gis_service.db") / "sql" / f"{name}.sql").read_text("utf-8")


def sql(name: str) -> TextClause:
    """Load ``db/sql/<name>.sql``; values are bound as ``:name``.

    Parameters
    ----------
    name
        ``<noun>_<verb>``, the file's name without its ending.
    """
    return text(_source(name))


def identifier(name: str) -> str:
    """Quote the name of a table, column or schema for composed SQL.

    Only names that need no quoting get through; the quotes guard words that SQL reserves.

    Raises
    ------
    ValueError
        When the name has any other sign than small letters, digits and ``_``.

    Examples
    --------
    >>> identifier("commune_2024")
    '"commune_2024"'
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"not an identifier: {name!r}")
    return f'"{name}"'
