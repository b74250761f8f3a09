"""A kept roadmap as a file to keep: a PDF, or one of its tables as CSV or XLSX."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from gis_service.errors import ErrorCode, NotFound, RefusedInput, RoadmapCode
from gis_service.files.writers.pdf import write_pdf
from gis_service.services.roadmap_names import Names
from gis_service.services.roadmap_report import roadmap_report
from gis_service.services.roadmap_request import PROCESS
from gis_service.services.roadmap_tables import phase_rows, write_projects, write_rows
from gis_service.types import Language

FileKind = Literal["pdf", "csv", "xlsx"]
TableName = Literal["projects", "phases", "indicators"]
KINDS: tuple[FileKind, ...] = ("pdf", "csv", "xlsx")
TABLES: tuple[TableName, ...] = ("projects", "phases", "indicators")


def require_roadmap(document: Mapping[str, Any]) -> None:
    """Refuse a study of another process.

    Raises
    ------
    NotFound
        ``roadmap_not_one``.
    """
    if document["process"] != PROCESS:
        raise NotFound(RoadmapCode.ROADMAP_NOT_ONE, id=document["id"], process=document["process"])


def file_name(document: Mapping[str, Any], kind: FileKind, table: TableName) -> str:
    """Give the name that a file bears unless somebody chooses another; generated data says so."""
    what = PROCESS if kind == "pdf" else f"{PROCESS}_{table}"
    generated = "_generated" if document["generated_data"] else ""
    return f"{what}{generated}.{kind}"


def write_out(
    out: Path, document: Mapping[str, Any], names: Names, table: TableName, language: Language
) -> None:
    """Write a roadmap, or one of its tables, by the ending of the file.

    Parameters
    ----------
    out
        File ending in one of `KINDS`; one that is there is replaced.
    document
        Of a roadmap, as its reader may see it.
    names, language
        What people call things.
    table
        Which table, for CSV and XLSX.

    Raises
    ------
    RefusedInput
        ``out_not_writable``.
    """
    if out.suffix.lower() == ".pdf":
        try:
            write_pdf(out, roadmap_report(document, names, language))
        except OSError as error:
            raise RefusedInput(ErrorCode.OUT_NOT_WRITABLE, path=str(out), reason=error.strerror) from error
    elif table == "projects":
        write_projects(out, document, names, language)
    else:
        rows = phase_rows(document) if table == "phases" else document["indicators"]
        write_rows(out, table, rows)


def file_bytes(
    document: Mapping[str, Any], names: Names, kind: FileKind, table: TableName, language: Language
) -> bytes:
    """Give what `write_out` writes, for an answer that somebody waits for: a few hundred kilobytes."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"{table}.{kind}"
        write_out(out, document, names, table, language)
        return out.read_bytes()
