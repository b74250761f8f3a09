"""A roadmap as tables: projects, phases, indicators; CSV and XLSX that no spreadsheet runs anything in."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from gis_service.crs import STORAGE
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.writers.delimited import write_csv
from gis_service.files.writers.spreadsheet import write_xlsx
from gis_service.files.writers.table import GEOMETRY, Table
from gis_service.services.roadmap_names import Names
from gis_service.services.roadmap_projects import COLUMNS, REQUIRES
from gis_service.types import Geometries, Language, Text

_DAYS = frozenset({"planned_from", "planned_to", "actual_from", "actual_to", "counts_from"})
_NUMBERS = frozenset(
    {"cost_million_vnd", "people_reached", "people_alone", "people_in_order", "people_per_billion_vnd"}
)
_WHOLE = frozenset({"priority"})
FOUND = (
    *("counts_from", "counts_in", "facility"),
    *("people_reached", "people_alone", "people_in_order", "people_per_billion_vnd", "best_phase"),
)
"""Columns that a roadmap adds to those of the projects; a table that is read again is read without them."""
LABELS = {
    REQUIRES: Text("Cần có trước", "Requires"),
    "counts_from": Text("Tính từ ngày", "Counts from"),
    "counts_in": Text("Tính trong giai đoạn", "Counts in phase"),
    "facility": Text("Cơ sở đã xây", "Facility built"),
    "people_reached": Text("Người trong tầm", "People reached"),
    "people_alone": Text("Người được thêm nếu một mình", "People won alone"),
    "people_in_order": Text("Người được thêm theo thứ tự", "People won in order"),
    "people_per_billion_vnd": Text("Người được thêm mỗi tỷ đồng", "People won per billion dong"),
    "best_phase": Text("Giai đoạn tốt nhất", "Best phase"),
}
"""What people call the columns that the layer of projects has not."""
PHASE_COLUMNS = (
    *("phase", "from", "to", "kind", "id", "projects"),
    *("cost_million_vnd", "budget_million_vnd", "over_million_vnd"),
    *("total", "covered", "uncovered", "share", "won", "won_by_projects"),
)
_TEXTS = frozenset({"phase", "from", "to", "kind", "id", "sector"})


def project_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give a row for each project, as it was read and with what was found of it."""
    best = {} if document["best"] is None else {one["code"]: one for one in document["best"]["projects"]}
    rows = []
    for project in document["projects"]:
        own = {name: project[name] for name in (*COLUMNS, *FOUND) if name in project}
        chosen = best.get(project["code"])
        more = {"best_phase": None if chosen is None else chosen["best_phase"]}
        rows.append(own | {REQUIRES: ",".join(project["requires"]) or None} | more)
    return rows


def phase_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give rows for each phase: of the whole, of each sector, of each service."""
    rows = []
    for phase in document["phases"]:
        own = {"phase": phase["id"], "from": phase["from"], "to": phase["to"]}
        rows.append(own | {"kind": "all", "id": "all", "won_by_projects": phase["people_won"]} | _of(phase))
        for sector, row in phase["sectors"].items():
            more = {"kind": "sector", "id": sector, "won_by_projects": row["people_won"]}
            rows.append(own | more | _of(row))
        for service, row in phase["services"].items():
            rows.append(own | {"kind": "service", "id": service} | _of(row))
    return [{name: row.get(name) for name in PHASE_COLUMNS} for row in rows]


def _of(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in PHASE_COLUMNS if name in row and name not in _TEXTS}


def write_projects(
    out: Path,
    document: Mapping[str, Any],
    names: Names,
    language: Language,
    geometry: Geometries | None = None,
) -> None:
    """Write the projects as CSV or XLSX, by the ending of the file.

    Parameters
    ----------
    out
        File; one that is there is replaced.
    document
        Of the process ``roadmap``.
    names, language
        Headings of a workbook; a CSV file has the names of the columns.
    geometry
        ``(n,)`` places in longitude and latitude, in the order of the projects; they become WKT.

    Raises
    ------
    RefusedInput
        ``out_not_writable``.
    """
    rows = project_rows(document)
    columns = (*COLUMNS, REQUIRES, *FOUND)
    kinds = {name: _kind(name) for name in columns}
    labels = {**names.columns, **LABELS}
    _write(out, "projects", _arrow(rows, kinds, geometry), labels, language)


def write_rows(out: Path, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of text and numbers as CSV; all rows have the columns of the first. Raises as above."""
    kinds = {
        column: pa.string() if column in _TEXTS else pa.float64() for column in (rows[0] if rows else ())
    }
    _write(out, name, _arrow(rows, kinds, None), {}, "en")


def _kind(name: str) -> pa.DataType:
    if name in _DAYS:
        return pa.date32()
    if name in _WHOLE:
        return pa.int64()
    return pa.float64() if name in _NUMBERS else pa.string()


def _arrow(
    rows: Sequence[Mapping[str, Any]], kinds: Mapping[str, pa.DataType], geometry: Geometries | None
) -> pa.RecordBatch:
    columns = {}
    for name, kind in kinds.items():
        values = [row.get(name) for row in rows]
        if pa.types.is_date(kind):
            columns[name] = pa.array(values, pa.string()).cast(kind)
        else:
            columns[name] = pa.array([_float(value, kind) for value in values], kind)
    if geometry is not None:
        shapes = shapely.to_wkb(np.asarray(geometry, dtype=object)).tolist()
        columns[GEOMETRY] = pa.array(shapes, pa.binary())
    return pa.RecordBatch.from_pydict(columns)


def _float(value: Any, kind: pa.DataType) -> Any:  # noqa: ANN401  a value of a document
    return float(value) if value is not None and pa.types.is_floating(kind) else value


def _write(
    out: Path, name: str, batch: pa.RecordBatch, labels: Mapping[str, Text], language: Language
) -> None:
    geometry = "Geometry" if GEOMETRY in batch.schema.names else None
    table = Table(name, batch.schema, geometry, STORAGE, labels=labels, language=language)
    writer = write_xlsx if out.suffix.lower() == ".xlsx" else write_csv
    batches: Iterator[pa.RecordBatch] = iter([batch])
    try:
        writer(out, table, batches)
    except OSError as error:
        raise RefusedInput(ErrorCode.OUT_NOT_WRITABLE, path=str(out), reason=error.strerror) from error
