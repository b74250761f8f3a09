"""Reads what GDAL does not read for us: CSV, and GeoParquet (the wheel's GDAL has no Parquet driver).

Runs in the reader process. CSV values stay text here; the layer's definition says what they mean.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import shapely

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.stream import BATCH_ROWS, Found, told_of
from gis_service.text import search_form

_DELIMITERS = ",;\t|"
_BLOCK_BYTES = 4 << 20
_DEGREE_PAIRS = (
    ("lon", "lat"),
    ("lng", "lat"),
    ("long", "lat"),
    ("longitude", "latitude"),
    ("kinhdo", "vido"),
)
_PLANE_PAIRS = (("x", "y"), ("easting", "northing"), ("dong", "bac"))
_WKT_NAMES = ("wkt", "geom", "geometry")
_DEGREES = "OGC:CRS84"


def read_csv(path: Path, file: str, encoding: str | None) -> tuple[Found, Iterator[pa.RecordBatch]]:
    """Read a table of text with a header line.

    Points are made from a pair of columns named ``lon``/``lat``, ``kinh_do``/``vi_do``, ``x``/``y`` and the
    like, or shapes from a column ``wkt``. Degrees are understood to be WGS 84; for ``x``/``y`` the file names
    no system.

    Parameters
    ----------
    path
        The file; a byte order mark is passed over, the delimiter is found in the header line.
    file
        What the user calls it, for messages.
    encoding
        Other encoding than UTF-8.

    Raises
    ------
    RefusedInput
        ``text_encoding_unknown`` or ``file_corrupt``.
    """
    names, delimiter = _header(path, file, encoding)
    text = pa.string()
    try:
        reader = pyarrow.csv.open_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(block_size=_BLOCK_BYTES, encoding=encoding or "utf8"),
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, text),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise _refusal(file, error) from error
    place = _place_columns(reader.schema.names)
    crs = (
        _DEGREES if place and (len(place) == 1 or _fold(place[0]) in {x for x, _ in _DEGREE_PAIRS}) else None
    )
    found = Found(layer=Path(file).stem, crs=crs, total=None, geometry=bool(place))
    return found, _csv_batches(reader, place, file)


def _header(path: Path, file: str, encoding: str | None) -> tuple[list[str], str]:
    try:
        with path.open(encoding=encoding or "utf-8-sig", newline="") as lines:
            line = lines.readline()
            delimiter = max(_DELIMITERS, key=line.count)
            lines.seek(0)
            return next(csv.reader(lines, delimiter=delimiter)), delimiter
    except (UnicodeDecodeError, LookupError) as error:
        raise RefusedInput(ErrorCode.TEXT_ENCODING_UNKNOWN, file=file) from error
    except (csv.Error, StopIteration) as error:
        raise RefusedInput(ErrorCode.FILE_CORRUPT, file=file, reason=str(error)) from error


def _refusal(file: str, error: Exception) -> RefusedInput:
    if "UTF8" in str(error) or "decode" in str(error):
        return RefusedInput(ErrorCode.TEXT_ENCODING_UNKNOWN, file=file)
    return RefusedInput(ErrorCode.FILE_CORRUPT, file=file, reason=str(error))


def _fold(name: str) -> str:
    return "".join(sign for sign in search_form(name) if sign.isalnum())


def _place_columns(names: list[str]) -> list[str]:
    """Give the pair of coordinate columns, or the one column of WKT, or nothing."""
    folded = {_fold(name): name for name in reversed(names)}
    for x, y in _DEGREE_PAIRS + _PLANE_PAIRS:
        if x in folded and y in folded:
            return [folded[x], folded[y]]
    return [folded[name] for name in _WKT_NAMES if name in folded][:1]


def _csv_batches(reader: Any, place: list[str], file: str) -> Iterator[pa.RecordBatch]:  # noqa: ANN401  untyped
    try:
        for batch in reader:
            others = [name for name in batch.schema.names if name not in place]
            if not place:
                yield batch
                continue
            shapes = _points(batch, place) if len(place) > 1 else _from_wkt(batch[place[0]])
            wkb = pa.array(shapely.to_wkb(shapes).tolist(), pa.binary())
            yield pa.RecordBatch.from_arrays([wkb, *(batch[name] for name in others)], ["geometry", *others])
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise _refusal(file, error) from error


def _points(batch: pa.RecordBatch, place: list[str]) -> np.ndarray[Any, np.dtype[np.object_]]:
    xy = np.column_stack([_numbers(batch[name]) for name in place])
    points = np.full(len(xy), None, dtype=object)
    known = ~np.isnan(xy).any(axis=1)
    points[known] = shapely.points(xy[known])
    return points


def _numbers(column: pa.Array) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Read coordinates; a decimal comma is as good as a point, what is no number becomes nan."""
    text = pc.replace_substring(pc.utf8_trim_whitespace(column), ",", ".")
    number = pc.match_substring_regex(text, r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")
    numbers = pc.cast(pc.if_else(pc.fill_null(number, False), text, None), pa.float64())
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)


def _from_wkt(column: pa.Array) -> np.ndarray[Any, np.dtype[np.object_]]:
    texts = np.asarray(column.to_pylist(), dtype=object)
    return np.asarray(shapely.from_wkt(texts, on_invalid="ignore"), dtype=object)


def read_parquet(path: Path, file: str) -> tuple[Found, Iterator[pa.RecordBatch]]:
    """Read GeoParquet with WKB geometry, or a plain Parquet table without geometry.

    Parameters
    ----------
    path
        The file.
    file
        What the user calls it, for messages.

    Raises
    ------
    RefusedInput
        ``file_corrupt``, or ``format_not_allowed`` for another encoding of geometry.
    """
    try:
        table = pq.ParquetFile(path)
        geo = json.loads((table.schema_arrow.metadata or {}).get(b"geo", b"{}"))
        primary = geo.get("primary_column")
        column = geo["columns"][primary] if primary else {}
        encoding = column.get("encoding", "WKB")
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RefusedInput(ErrorCode.FILE_CORRUPT, file=file, reason=str(error)) from error
    if encoding != "WKB":
        raise RefusedInput(ErrorCode.FORMAT_NOT_ALLOWED, file=file, found=f"GeoParquet {encoding}")
    crs = column.get("crs", _DEGREES) if primary else None
    found = Found(
        layer=Path(file).stem,
        crs=crs if isinstance(crs, str) or crs is None else json.dumps(crs),
        total=table.metadata.num_rows,
        geometry=primary is not None,
        about=_about(table.schema_arrow.metadata or {}),
    )
    return found, _parquet_batches(table, primary, file)


def _about(metadata: Mapping[bytes, bytes]) -> dict[str, str]:
    """Read what our own exports say about themselves."""
    names = ((key.decode("utf-8", "replace"), value) for key, value in metadata.items())
    ours = {
        name.upper(): value.decode("utf-8", "replace") for name, value in names if name.startswith("gis:")
    }
    return told_of(ours, "GIS:")


def _parquet_batches(table: Any, primary: str | None, file: str) -> Iterator[pa.RecordBatch]:  # noqa: ANN401  untyped
    try:
        for batch in table.iter_batches(BATCH_ROWS):
            names = [name for name in batch.schema.names if name != primary]
            arrays = [batch[name] for name in names]
            if primary is not None:
                names.insert(0, "geometry")
                arrays.insert(0, pc.cast(batch[primary], pa.binary()))
            yield pa.RecordBatch.from_arrays(arrays, names)
    except (pa.ArrowException, OSError) as error:
        raise RefusedInput(ErrorCode.FILE_CORRUPT, file=file, reason=str(error)) from error
