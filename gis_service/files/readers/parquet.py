"""Reads GeoParquet, in the reader process: the wheel's GDAL has no driver for it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.encodings import UTF8
from gis_service.files.readers.faults import corrupt
from gis_service.files.readers.places import DEGREES
from gis_service.files.readers.stream import BATCH_ROWS, Found, Opened, told_of


def read_parquet(path: Path, file: str, name: str | None = None, most_bytes: int = 0) -> Opened:
    """Read GeoParquet with WKB geometry, or a plain Parquet table without geometry.

    Parameters
    ----------
    path
        The file.
    file
        What the user calls it, for messages.
    name
        What the table is called, if not as the file.
    most_bytes
        What its columns may hold, unpacked; without a limit when it is 0.

    Raises
    ------
    RefusedInput
        ``file_corrupt``, ``archive_too_large`` here or on the way, or
        ``format_not_allowed`` for another encoding of geometry.
    """
    try:
        table = pq.ParquetFile(path)
        groups = range(table.metadata.num_row_groups)
        unpacked = sum(table.metadata.row_group(number).total_byte_size for number in groups)
        schema = table.schema_arrow
        geo = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
        primary = geo.get("primary_column")
        column = geo["columns"][primary] if primary else {}
        encoding = column.get("encoding", "WKB")
        kinds = tuple(str(kind) for kind in column.get("geometry_types", ()))
        place = schema.get_field_index(primary) if primary is not None else None
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise corrupt(file, str(error)) from error
    _require_within(unpacked, most_bytes, file)
    if encoding != "WKB":
        raise RefusedInput(ErrorCode.FORMAT_NOT_ALLOWED, file=file, found=f"GeoParquet {encoding}"[:40])
    if place is not None and (place < 0 or not _is_binary(schema.field(place).type)):
        raise corrupt(file, f"no binary column {primary}")
    crs = column.get("crs", DEGREES) if primary else None
    found = Found(
        layer=name or Path(file).stem,
        crs=crs if isinstance(crs, str) or crs is None else json.dumps(crs),
        total=table.metadata.num_rows,
        geometry=primary is not None,
        about=_about(schema.metadata or {}),
        encoding=UTF8,
        kinds=kinds,
    )
    empty = pa.RecordBatch.from_arrays([pa.array([], each.type) for each in schema], schema.names)
    return Opened(
        found, _placed(empty, place).schema, _batches(table, place, file, most_bytes), table.metadata.num_rows
    )


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind))


def _about(metadata: Mapping[bytes, bytes]) -> dict[str, str]:
    """Read what our own exports say about themselves."""
    names = ((key.decode("utf-8", "replace"), value) for key, value in metadata.items())
    ours = {
        name.upper(): value.decode("utf-8", "replace") for name, value in names if name.startswith("gis:")
    }
    return told_of(ours, "GIS:")


def _placed(batch: pa.RecordBatch, place: int | None) -> pa.RecordBatch:
    if place is None:
        return batch
    order = [place, *(index for index in range(batch.num_columns) if index != place)]
    arrays = [
        pc.cast(batch.column(index), pa.binary()) if index == place else batch.column(index)
        for index in order
    ]
    return pa.RecordBatch.from_arrays(
        arrays, ["geometry", *(batch.schema.names[index] for index in order[1:])]
    )


def _require_within(bytes_: int, most_bytes: int, file: str) -> None:
    """Refuse what grows too large: a few words of a dictionary may stand for gigabytes of text."""
    if most_bytes and bytes_ > most_bytes:
        raise RefusedInput(
            ErrorCode.ARCHIVE_TOO_LARGE, file=file, what="bytes", value=bytes_, limit=most_bytes
        )


def _batches(
    table: Any,  # noqa: ANN401  untyped
    place: int | None,
    file: str,
    most_bytes: int,
) -> Iterator[pa.RecordBatch]:
    done = bytes_ = 0
    try:
        for batch in table.iter_batches(BATCH_ROWS):
            bytes_ += batch.nbytes
            _require_within(bytes_, most_bytes, file)
            yield _placed(batch, place)
            done += batch.num_rows
    except MemoryError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise corrupt(file, str(error), done) from error
