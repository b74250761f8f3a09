"""A temporary file first, renamed when it is whole.

A reader of the folder never meets half a file, and an export that fails leaves what was there before.
"""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from gis_service.errors import Conflict, ErrorCode, WrongUse
from gis_service.files.writers.delimited import write_csv
from gis_service.files.writers.gdal import write_flatgeobuf, write_geojson, write_geopackage
from gis_service.files.writers.parquet import write_parquet
from gis_service.files.writers.shapefile import write_shapefile
from gis_service.files.writers.spreadsheet import write_xlsx
from gis_service.files.writers.table import Note, Table

_Writer = Callable[[Path, Table, Iterator[pa.RecordBatch]], list[Note]]

_WRITERS: dict[str, _Writer] = {
    ".gpkg": write_geopackage,
    ".geojson": write_geojson,
    ".fgb": write_flatgeobuf,
    ".parquet": write_parquet,
    ".shp.zip": write_shapefile,
    ".csv": write_csv,
    ".xlsx": write_xlsx,
}
"""Ending → what writes such a file."""
SUFFIXES = tuple(_WRITERS)
_ZIP = ".zip"


def suffix_of(out: Path) -> str | None:
    """Give the ending that a file is written by; None for one that nobody here writes.

    Any ``.zip`` holds a Shapefile: a bare ``.shp`` would be a part of one only.
    """
    name = out.name.lower()
    if name.endswith(_ZIP):
        return ".shp.zip"
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix)), None)


def check_out(out: Path, *, overwrite: bool) -> None:
    """Refuse an ending nobody can write, and a file that is already there.

    Raises
    ------
    WrongUse
        ``output_format_unknown``.
    Conflict
        ``output_exists``.
    """
    if suffix_of(out) is None:
        known = " ".join(SUFFIXES)
        raise WrongUse(ErrorCode.OUTPUT_FORMAT_UNKNOWN, suffix=out.suffix or out.name, known=known)
    if out.exists() and not overwrite:
        raise Conflict(ErrorCode.OUTPUT_EXISTS, path=str(out))


def write_table(
    out: Path, table: Table, batches: Iterator[pa.RecordBatch], *, overwrite: bool = False
) -> list[Note]:
    """Write rows in the format that the file's ending says.

    Parameters
    ----------
    out
        The file.
    table
        What the rows are.
    batches
        Rows of ``table.schema``.
    overwrite
        Replace a file that is there.

    Returns
    -------
    list[Note]
        What the format could not take as it is.

    Raises
    ------
    WrongUse, Conflict
        As :func:`check_out`.
    RefusedInput
        ``export_rows_too_many`` for a spreadsheet, ``export_shapefile_too_large``; and whatever ``batches``
        raises.
    """
    check_out(out, overwrite=overwrite)
    suffix = suffix_of(out) or ""
    out.parent.mkdir(parents=True, exist_ok=True)
    # GDAL goes by the ending, so the temporary name keeps it.
    part = out.with_name(f".{table.name}.{uuid.uuid4().hex[:8]}.part{suffix}")
    try:
        notes = _WRITERS[suffix](part, table, batches)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(out)
    finally:
        _remove(part)
    return notes


def _remove(part: Path) -> None:
    """Remove what a writer left behind: its file, what GDAL or SQLite keeps beside one, a folder of parts."""
    for left in part.parent.glob(f"{part.name}*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            with suppress(FileNotFoundError):
                left.unlink()
