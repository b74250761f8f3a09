"""Columns that are called the same, or fit one field equally well: told apart, and asked about."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gis_service.errors import ErrorCode, Fault, RefusedInput
from gis_service.files.readers import APART
from gis_service.services.ingest_columns import Matching
from gis_service.services.ingest_faults import FaultList
from gis_service.services.ingest_source import Rows
from gis_service.types import Text


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


def require_fields(rows: Rows, matching: Matching, lacking: Sequence[str]) -> None:
    """Refuse to guess which of several columns goes into a field, and to do without a field that has to be.

    Parameters
    ----------
    rows, matching
        As in :func:`tell_doubtful`.
    lacking
        Fields that have to be, and for which there is no column.

    Raises
    ------
    RefusedInput
        ``columns_fit_one_field``, else ``field_missing``; each field is a fault of its own where there are
        several, so that nobody hears of one only after the other.
    """
    doubts = {
        name: RefusedInput(ErrorCode.COLUMNS_FIT_ONE_FIELD, **_doubt(rows, name, positions))
        for name, positions in matching.doubtful.items()
    }
    missing = {name: _missing(rows, [name]) for name in lacking}
    told = doubts | missing
    if not told:
        return
    first = next(iter(doubts.values())) if doubts else _missing(rows, lacking)
    faults = [
        Fault(Text(f"trường {name}", f"field {name}"), Text(one.detail("vi"), one.detail("en")))
        for name, one in told.items()
        if doubts and len(told) > 1
    ]
    raise RefusedInput(first.code, faults, **first.params)


def _missing(rows: Rows, fields: Sequence[str]) -> RefusedInput:
    columns = ", ".join(rows.names)
    return RefusedInput(ErrorCode.FIELD_MISSING, file=rows.file, fields=", ".join(fields), columns=columns)


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
