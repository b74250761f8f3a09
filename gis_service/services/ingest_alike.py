"""Columns that are called the same, or fit one field equally well: told apart, and asked about."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers import APART
from gis_service.services.ingest_columns import Matching
from gis_service.services.ingest_faults import FaultList
from gis_service.services.ingest_source import Rows


def tell_alike(faults: FaultList, rows: Rows) -> None:
    """Warn of columns that were called the same, and by which names they are known now.

    Parameters
    ----------
    faults
        Is added to.
    rows
        The source.
    """
    if names := apart_in(rows.header.about):
        faults.add(ErrorCode.COLUMNS_CALLED_ALIKE, len(names), file=rows.file, columns=", ".join(names))


def tell_doubtful(faults: FaultList, rows: Rows, matching: Matching) -> None:
    """Ask which of several columns goes into a field that all of them fit.

    Parameters
    ----------
    faults
        Is added to.
    rows
        The source.
    matching
        Its columns against the fields.
    """
    for name, positions in matching.doubtful.items():
        faults.add(
            ErrorCode.COLUMNS_FIT_ONE_FIELD, len(positions), column=name, **_doubt(rows, name, positions)
        )


def require_no_doubt(rows: Rows, matching: Matching) -> None:
    """Refuse to guess which of several columns goes into a field.

    Parameters
    ----------
    rows, matching
        As in :func:`tell_doubtful`.

    Raises
    ------
    RefusedInput
        ``columns_fit_one_field``, of the first such field.
    """
    if matching.doubtful:
        name, positions = next(iter(matching.doubtful.items()))
        raise RefusedInput(ErrorCode.COLUMNS_FIT_ONE_FIELD, **_doubt(rows, name, positions))


def _doubt(rows: Rows, name: str, positions: Sequence[int]) -> dict[str, Any]:
    names = [rows.names[at] for at in positions]
    return {"file": rows.file, "field": name, "columns": ", ".join(names), "first": names[0]}


def apart_in(about: Mapping[str, str]) -> list[str]:
    """Name the columns that were called as one before them, by the names with a number that they have now.

    Parameters
    ----------
    about
        What the reader of a file tells of it.
    """
    return [str(name) for name in json.loads(about.get(APART, "[]"))]
