"""Reads tables of text, in the reader process.

Values stay text here; the layer's definition says what they mean.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.encodings import Reading, asked_reading, is_utf8, stated_reading
from gis_service.files.readers.faults import LONGEST_TEXT, corrupt, require_columns
from gis_service.files.readers.names import unique_names
from gis_service.files.readers.places import crs_of_columns, kinds_of, place_columns, placed, srid_of
from gis_service.files.readers.stream import Found, Opened
from gis_service.text import unmarked_cell

_DELIMITERS = ",;\t|"
_BLOCK_BYTES = 4 << 20
_SEARCHED_ROWS = 1000
"""Rows among which the first shape of a table tells the system of all."""
_ROW = re.compile(r"Row #(\d+)")
_AXES = re.compile(r"(lon|x)(_\d+)? (lat|y)\2$|(lon lat|x y)$")
"""Columns of the places in our own tables: ``lon lat``, ``x_9209 y_9209``."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_csv(
    path: Path,
    file: str,
    encoding: str | None,
    *,
    strict: bool = True,
    name: str | None = None,
    coordinates: Sequence[str] | None = None,
) -> Opened:
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
    strict
        Refuse text of which nobody knows what it is.
    name
        What the table is called, if not as the file.
    coordinates
        Columns of coordinates as somebody chose; told by their names when not given.

    Raises
    ------
    RefusedInput
        ``coordinates_choice``, ``text_encoding_unknown``, ``too_many_fields``, ``value_too_long`` or
        ``file_corrupt``.
    """
    reading = _reading(path, file, encoding, strict=strict)
    codec = "latin-1" if reading.as_bytes else str(reading.codec)
    names, delimiter = _header(path, file, codec)
    require_columns(len(names), file)
    try:
        reader = _csv_reader(path, names, codec, delimiter)
    except (pa.ArrowInvalid, UnicodeError) as error:
        raise _refusal(path, file, codec, delimiter, error) from error
    called, apart = unique_names(reader.schema.names)
    place = place_columns(called, coordinates, file)
    of_ours = _has_our_columns(names, place)
    ours = of_ours and _is_marked(path)
    first = _first_value(path, codec, delimiter, place[0]) if len(place) == 1 else None
    srid = srid_of(first)
    found = Found(
        layer=name or Path(file).stem,
        crs=crs_of_columns(called, place, first),
        total=None,
        geometry=bool(place),
        place=tuple(called[index] for index in place),
        about={"delimiter": delimiter}
        | ({"our_columns": "yes"} if of_ours else {})
        | ({"marks_taken_off": "yes"} if ours else {})
        | apart,
        encoding=reading.written,
        as_bytes=reading.as_bytes,
        kinds=kinds_of(place),
    )
    empty = pa.RecordBatch.from_arrays([pa.array([], each.type) for each in reader.schema], called)
    named = (pa.RecordBatch.from_arrays(batch.columns, called) for batch in reader)
    source = map(_unmarked, named) if ours else named
    rows = _told(source, lambda error, done: _refusal(path, file, codec, delimiter, error, done))
    batches = (placed(batch, place, srid) for batch in rows)
    return Opened(found, placed(empty, place).schema, batches)


def _csv_reader(
    path: Path, names: Sequence[str], codec: str, delimiter: str
) -> pyarrow.csv.CSVStreamingReader:
    """Open a table of which every value is text."""
    return pyarrow.csv.open_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(
            block_size=_BLOCK_BYTES, encoding="utf8" if codec == "utf-8" else codec, use_threads=False
        ),
        parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def _has_our_columns(names: list[str], place: list[int]) -> bool:
    """Tell a table that may have been exported here: ``fid`` first, the columns of its places last."""
    last = [name.removeprefix("place_") for name in names[-2:]]
    return names[0] == "fid" and (not place or last[-1] == "wkt" or bool(_AXES.match(" ".join(last))))


def _is_marked(path: Path) -> bool:
    """Tell a byte order mark, which our exports have, and keep when a spreadsheet saves them as UTF-8.

    A foreign table would have to have it, and our columns, and an apostrophe before what a spreadsheet runs,
    for a value of it to be read otherwise than written.
    """
    with path.open("rb") as opened:
        return opened.read(3) == _MARKS[0][0]


def _unmarked(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Take off the apostrophes that our export put before texts which a spreadsheet would run."""
    columns = [
        pa.array([None if text is None else unmarked_cell(text) for text in column.to_pylist()], pa.string())
        if pc.any(pc.starts_with(column, "'"), min_count=0).as_py()
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _first_value(path: Path, codec: str, delimiter: str, column: int) -> str | None:
    """Give the first value of a column among the first rows; none where they are not to be read."""
    csv.field_size_limit(LONGEST_TEXT)
    with path.open(encoding="utf-8-sig" if codec == "utf-8" else codec, newline="") as lines:
        rows = csv.reader(lines, delimiter=delimiter)
        values = (row[column] for row in islice(rows, 1, _SEARCHED_ROWS) if len(row) > column)
        try:
            return next((value for value in values if value.strip()), None)
        except (csv.Error, UnicodeError):
            # What is wrong with them is told when they are read.
            return None


def _reading(path: Path, file: str, encoding: str | None, *, strict: bool) -> Reading:
    if encoding:
        return asked_reading(encoding, file)
    with path.open("rb") as opened:
        head = opened.read(4)
    marked = next((codec for mark, codec in _MARKS if head.startswith(mark)), None)
    if marked == "utf-16":
        return Reading("UTF-16", "utf-16")
    return stated_reading("UTF-8" if marked else None, utf8=is_utf8(path), strict=strict, file=file)


def _header(path: Path, file: str, codec: str) -> tuple[list[str], str]:
    try:
        with path.open(encoding="utf-8-sig" if codec == "utf-8" else codec, newline="") as lines:
            line = lines.readline(LONGEST_TEXT)
            delimiter = max(_DELIMITERS, key=line.count)
            lines.seek(0)
            return next(csv.reader(lines, delimiter=delimiter)), delimiter
    except UnicodeError as error:
        raise RefusedInput(ErrorCode.TEXT_ENCODING_UNKNOWN, file=file) from error
    except (csv.Error, StopIteration) as error:
        raise corrupt(file, str(error)) from error


def _told(reader: Any, refusal: Any) -> Iterator[pa.RecordBatch]:  # noqa: ANN401  untyped
    done = 0
    try:
        for batch in reader:
            yield batch
            done += batch.num_rows
    except (pa.ArrowInvalid, UnicodeError) as error:
        raise refusal(error, done) from error


def _refusal(
    path: Path, file: str, codec: str, delimiter: str, error: Exception, done: int = 0
) -> RefusedInput:
    text = str(error)
    if "UTF8" in text or "decode" in text:
        return RefusedInput(ErrorCode.TEXT_ENCODING_UNKNOWN, file=file)
    if "straddling" in text:
        return _long_value(path, file, codec, delimiter) or corrupt(file, text, done)
    row = _ROW.search(text)
    # The line of the header counts as a row there.
    return corrupt(file, text, max(done, int(row[1]) - 2 if row else 0))


def _long_value(path: Path, file: str, codec: str, delimiter: str) -> RefusedInput | None:
    """Find the value that no block has room for."""
    csv.field_size_limit(path.stat().st_size + 1)
    with path.open(encoding="utf-8-sig" if codec == "utf-8" else codec, newline="") as lines:
        rows = csv.reader(lines, delimiter=delimiter)
        names = next(rows)
        for feature, row in enumerate(rows, 1):
            for column, value in zip(names, row, strict=False):
                size = len(value.encode())
                if size > LONGEST_TEXT:
                    return RefusedInput(
                        ErrorCode.VALUE_TOO_LONG,
                        file=file,
                        column=column[:64],
                        feature=feature,
                        bytes=size,
                        limit=LONGEST_TEXT,
                    )
    return None
