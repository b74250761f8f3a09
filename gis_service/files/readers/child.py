"""The reader process: parses one file and pipes Arrow batches to its parent.

Started by ``process.py`` with one GDAL driver, limits and an environment that holds no password. Whatever a
hostile file does, it does here.
"""

import json
import os
import resource
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.drivers import environment
from gis_service.files.readers.sniff import Format
from gis_service.files.readers.stream import (
    BATCH_ROWS,
    REFUSED_EXIT,
    Found,
    Question,
    told_of,
    write_stream,
)
from gis_service.files.readers.tables import read_csv, read_parquet

# pyogrio would import both if it could: half a second for nothing, as only its Arrow door is used here.
_UNUSED = ("geopandas", "pandas")
for _name in _UNUSED:
    sys.modules[_name] = None  # type: ignore[assignment]
import pyogrio  # noqa: E402  after the lines above, which it must find

for _name in _UNUSED:
    del sys.modules[_name]

_WRITTEN_BYTES = 1 << 20
_UTF8_NAMES = {"utf-8", "utf8", "65001"}
_DBF_HEADER = slice(8, 10)


def main(arguments: Sequence[str]) -> int:
    """Answer one question; the exit code is 0, or 3 for a refusal."""
    question = Question(**json.loads(arguments[0]))
    _leave_one_driver(question)
    # Libraries that print must not print into the stream.
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _close_in(question)
    try:
        with pipe:
            _answer(question, pipe)
    except (RefusedInput, pyogrio.errors.DataSourceError, OSError, ValueError, MemoryError) as error:
        traceback.print_exc()
        code, params = _reason(question, error)
        print(json.dumps({"code": code.value, "params": params}), file=sys.stderr)  # noqa: T201  a refusal's way
        return REFUSED_EXIT
    return 0


def _leave_one_driver(question: Question) -> None:
    """Start once more without the drivers of a GDAL that has some we do not know."""
    left_over = tuple(name for name in pyogrio.list_drivers() if name != Format(question.format).driver)
    if left_over:
        if set(left_over) <= set(os.environ.get("OGR_SKIP", "").split(",")):
            raise SystemExit(f"this GDAL does not leave out {left_over}")
        env = {**os.environ, **environment(Format(question.format), left_over)}
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], env)  # noqa: S606  our own command line


def _close_in(question: Question) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (question.memory_bytes, question.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (question.seconds, question.seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # SQLite writes a few pages of shared memory beside a file in WAL mode; nothing else writes.
    resource.setrlimit(resource.RLIMIT_FSIZE, (_WRITTEN_BYTES, _WRITTEN_BYTES))


def _answer(question: Question, sink: BinaryIO) -> None:
    path = Path(question.path)
    with ExitStack() as stack:
        if question.format == Format.CSV:
            found, batches = read_csv(path, question.file, question.encoding)
        elif question.format == Format.PARQUET:
            found, batches = read_parquet(path, question.file)
        else:
            found, batches = _read_gdal(question, stack)
        first = next(batches, None)
        if first is None:
            write_stream(replace(found, empty=True), pa.schema([]), batches, sink)
        else:
            write_stream(found, first.schema, chain([first], batches), sink)


def _read_gdal(question: Question, stack: ExitStack) -> tuple[Found, Iterator[pa.RecordBatch]]:
    layer, total, about = (None, None, {}) if question.format == Format.GEOJSON else _choose(question)
    encoding = question.encoding
    if question.format == Format.SHAPEFILE and encoding is None:
        encoding = _shapefile_encoding(Path(question.path), question.file)
    meta, stream = stack.enter_context(
        pyogrio.raw.open_arrow(
            question.path, layer=layer, encoding=encoding, batch_size=BATCH_ROWS, datetime_as_string=True
        )
    )
    reader = pa.RecordBatchReader.from_stream(stream)
    has_geometry = meta["geometry_type"] is not None
    geometry = (meta["geometry_name"] or "wkb_geometry") if has_geometry else None
    found = Found(layer or Path(question.file).stem, meta["crs"], total, has_geometry, about=about)
    return found, _geometry_first(reader, geometry)


def _choose(question: Question) -> tuple[str, int | None, dict[str, str]]:
    """Name the layer to read, how many features it claims, and what it says about itself."""
    layers = {str(name): kind for name, kind in pyogrio.list_layers(question.path)}
    spatial = [name for name, kind in layers.items() if kind is not None]
    candidates = list(layers) if len(layers) == 1 else spatial
    # A Shapefile is chosen in its archive and lies here under our own name.
    asked = question.layer if question.format != Format.SHAPEFILE else None
    if asked is None and len(candidates) == 1:
        name = candidates[0]
    elif asked in layers:
        name = str(asked)
    elif not layers:
        raise RefusedInput(ErrorCode.NO_FEATURES, file=question.file)
    else:
        listed = ", ".join(layers)
        raise RefusedInput(ErrorCode.FILE_LAYER_CHOICE, file=question.file, asked=asked or "-", layers=listed)
    told = pyogrio.read_info(question.path, layer=name)
    count = int(told["features"])
    return name, count if count >= 0 else None, told_of(told["layer_metadata"] or {})


def _geometry_first(reader: pa.RecordBatchReader, geometry: str | None) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        names = [name for name in batch.schema.names if name != geometry]
        arrays = [batch[name] for name in names]
        if geometry is not None:
            names.insert(0, "geometry")
            arrays.insert(0, batch[geometry].cast(pa.binary()))
        yield pa.RecordBatch.from_arrays(arrays, names)


def _shapefile_encoding(path: Path, file: str) -> str | None:
    """Find out how the text of a Shapefile is encoded, or refuse to guess.

    Without a ``.cpg`` GDAL takes Latin-1 and Vietnamese text comes out garbled without a word. UTF-8 is hard
    to meet by chance, so text that reads as UTF-8 is UTF-8.

    Returns
    -------
    str or None
        None when the file itself names another encoding in its ``.cpg``.
    """
    named = path.with_suffix(".cpg")
    if named.exists() and named.read_bytes().strip().decode("ascii", "replace").lower() not in _UTF8_NAMES:
        return None
    table = path.with_suffix(".dbf").read_bytes()
    records = table[int.from_bytes(table[_DBF_HEADER], "little") :]
    try:
        records.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedInput(ErrorCode.TEXT_ENCODING_UNKNOWN, file=file) from error
    return "UTF-8"


def _reason(question: Question, error: Exception) -> tuple[ErrorCode, dict[str, str]]:
    """Say why a file cannot be read, without the folder it lies in for the moment."""
    text = str(error).replace(question.path, question.file).replace(str(Path(question.path).parent), "")
    told = {"file": question.file, "reason": text[:500]}
    if any(isinstance(each, MemoryError) for each in (error, error.__cause__)) or "out of memory" in text:
        return ErrorCode.FILE_REJECTED_READER_LIMIT, told | {"reason": f"{question.memory_bytes >> 20} MiB"}
    if isinstance(error, RefusedInput):
        return error.code, {name: str(value) for name, value in error.params.items()}
    return (ErrorCode.TEXT_ENCODING_UNKNOWN if "UTF8" in text else ErrorCode.FILE_CORRUPT), told


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
