"""Which of the old offices to keep, as files: the documents, and their rows as tables for a spreadsheet."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.documents import canonical_json
from gis_service.text import BYTE_ORDER_MARK, plain_cell

Row = Mapping[str, Any]


def write_keep(found: Mapping[str, Mapping[str, Any]], out: Path) -> list[Path]:
    """Write for each objective its document, and its offices, communes and exchanges as CSV.

    Parameters
    ----------
    found
        Documents of the process ``siting``, by objective.
    out
        Folder that exists; files of the same names in it are replaced.

    Returns
    -------
    list of Path
        ``OBJECTIVE.json``, ``OBJECTIVE_offices.csv``, ``OBJECTIVE_communes.csv``, ``OBJECTIVE_swaps.csv``.

    Raises
    ------
    RefusedInput
        ``out_not_writable``.
    """
    paths = []
    try:
        for name, document in found.items():
            plan = document["plan"]
            whole = out / f"{name}.json"
            whole.write_bytes(canonical_json(document) + b"\n")
            paths.append(whole)
            tables = {
                "offices": plan["existing"],
                "communes": [_by_group(row) for row in plan["chosen"]["zones"]],
                "swaps": [_swap(row) for row in plan["chosen"]["swaps"]],
            }
            for table, rows in tables.items():
                path = out / f"{name}_{table}.csv"
                path.write_text(_csv(rows), "utf-8", newline="")
                paths.append(path)
    except OSError as error:
        raise RefusedInput(ErrorCode.OUT_NOT_WRITABLE, path=str(out), reason=error.strerror) from error
    return paths


def _by_group(row: Row) -> dict[str, Any]:
    """Put the figures of groups beside those of everybody: ``age_60_lost_plan``."""
    told = {name: value for name, value in row.items() if name != "groups"}
    for group, figures in row.get("groups", {}).items():
        told |= {f"{group}_{name}": value for name, value in figures.items()}
    return told


def _swap(row: Row) -> dict[str, Any]:
    named = {f"{side}_{part}": row[side][part] for side in ("close", "open") for part in ("id", "name")}
    return named | {"gain": row["gain"]}


def _csv(rows: Sequence[Row]) -> str:
    """Write rows so that a spreadsheet opens them with their Vietnamese, running nothing in them."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = csv.writer(out)
    lines.writerow(columns)
    for row in rows:
        lines.writerow(_cell(row.get(column)) for column in columns)
    return out.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, str):
        return plain_cell(value)
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else repr(value)
