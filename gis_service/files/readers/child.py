"""The reader process: parses one file and pipes Arrow batches to its parent.

Started by ``process.py`` with one GDAL driver, limits and an environment that holds no password. Whatever a
hostile file does, it does here.
"""

import json
import mimetypes
import os
import shutil
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow as pa

from gis_service.crs_text import settled_system
from gis_service.errors import AnyCode, ErrorCode, RefusedInput
from gis_service.files.readers.closed import close_in
from gis_service.files.readers.drivers import environment
from gis_service.files.readers.faults import require_columns
from gis_service.files.readers.formats import Format
from gis_service.files.readers.gdal import leave_out_frames, pyogrio
from gis_service.files.readers.names import told_apart
from gis_service.files.readers.places import coordinates_choice
from gis_service.files.readers.prepared import prepare
from gis_service.files.readers.stream import REFUSED_EXIT, Opened, Question, write_stream
from gis_service.files.readers.tables import read_csv
from gis_service.files.readers.vector import FAULTS, VectorFile
from gis_service.files.readers.walls import limit
from gis_service.files.rooms import DISK_FULL, FULL, disk_full
from gis_service.types import Text

# Slow to import, and few files are theirs.
_WORKBOOK = "gis_service.files.readers.workbook"
_OSM = "gis_service.files.readers.osm_layers"
_PARQUET = "gis_service.files.readers.parquet"
_NO_ROOM = ("out of memory", "Failed to launch worker thread")
"""So libraries say that memory is at its limit; the latter means the stack of a thread."""
_TABLES = {Format.CSV, Format.XLSX}
"""Formats in which columns hold the coordinates."""
_REFUSALS = (RefusedInput, *FAULTS, ValueError, MemoryError)


class _Source(Protocol):
    def names(self) -> list[str]:
        """Name the layers."""
        ...

    def open(self, asked: str | None) -> Opened:
        """Open one of them."""
        ...


class _Table:
    """A format of one table, which is called by its file."""

    def __init__(self, question: Question, path: Path, name: str) -> None:
        self._question, self._path, self._name = question, path, name

    def names(self) -> list[str]:
        """Name the one table."""
        return [self._name]

    def open(self, asked: str | None) -> Opened:  # noqa: ARG002  there is no other
        """Open it."""
        asks = self._question
        if asks.format == Format.PARQUET:
            read = import_module(_PARQUET).read_parquet
            table: Opened = read(self._path, asks.file, self._name, asks.unpacked_bytes)
            return table
        return read_csv(
            self._path,
            asks.file,
            asks.encoding,
            strict=asks.strict_text,
            name=self._name,
            coordinates=asks.coordinates,
        )


def main(arguments: Sequence[str]) -> int:
    """Answer one question; the exit code is 0, or 3 for a refusal."""
    leave_out_frames()
    question = Question(**json.loads(arguments[0]))
    _leave_one_driver(question)
    # Libraries that print must not print into the stream.
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limit(question.seconds, question.memory_bytes, question.written_bytes)
    paths = [Path(path) for path, _ in question.sets] or [Path(question.path)]
    parts = [part for path in paths for part in path.parent.glob(f"{path.stem}.*")]
    close_in([*paths, *parts], paths[0].parent)
    try:
        with pipe:
            if question.sets:
                _tell(question, pipe)
            else:
                _answer(question, pipe)
    except _REFUSALS as error:
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


def _source(question: Question, path: Path, name: str, stack: ExitStack) -> _Source:
    kind = Format(question.format)
    if question.coordinates is not None and kind not in _TABLES:
        raise coordinates_choice(question.file, question.coordinates, ())
    if kind in {Format.CSV, Format.PARQUET}:
        return _Table(question, path, name)
    if kind is Format.XLSX:
        # It would read the machine's own list of types, which this process may not.
        mimetypes.knownfiles.clear()
        workbook: _Source = import_module(_WORKBOOK).Workbook(
            path, question.file, stack, question.coordinates
        )
        return workbook
    if kind is Format.OSM:
        osm = import_module(_OSM).OsmFile
        extract: _Source = osm(path, question.file, question.osm, path.parent, stack)
        return extract
    made = prepare(path, kind, question.file, question.encoding, strict=question.strict_text)
    return VectorFile(made, kind, question.file, name, stack)


def _answer(question: Question, sink: BinaryIO) -> None:
    with ExitStack() as stack:
        name = question.name or Path(question.file).stem
        source = _source(question, Path(question.path), name, stack)
        with _explained(source):
            opened = told_apart(source.open(question.layer))
            first = next(opened.batches, None)
            if first is None:
                write_stream(replace(opened.found, empty=True), pa.schema([]), iter(()), sink)
            else:
                batches = chain([first], opened.batches)
                write_stream(opened.found, first.schema, batches, sink, question.file)


@contextmanager
def _explained(source: _Source) -> Iterator[None]:
    """Turn a fault that GDAL met into a refusal that says where it stands."""
    try:
        yield
    except MemoryError:
        raise
    except FAULTS as error:
        if isinstance(source, VectorFile):
            raise source.refusal(error) from error
        raise


def _tell(question: Question, sink: BinaryIO) -> None:
    """Write what the data sets hold, without reading more of them than that takes.

    A fault of one layer among several is told with that layer.
    """
    told: list[dict[str, object]] = []
    for path, name in question.sets:
        with ExitStack() as stack:
            try:
                source = _source(question, Path(path), name, stack)
                with _explained(source):
                    layers = source.names()
            except RefusedInput as error:
                if not question.several:
                    raise
                told.append(_faulty(question, name, error))
                continue
            for layer in layers:
                shown = _shown_name(name, layer, len(layers), several=question.several)
                try:
                    with _explained(source):
                        opened = told_apart(source.open(layer))
                    require_columns(len(opened.schema) - opened.found.leading, question.file)
                    told.append(_told(opened, shown))
                except RefusedInput as error:
                    if not question.several and len(layers) == 1:
                        raise
                    told.append(_faulty(question, shown, error))
    sink.write(json.dumps(told).encode())


def _shown_name(data_set: str, layer: str, layers: int, *, several: bool) -> str:
    """Give the name by which a layer is opened again."""
    if not several:
        return layer
    return data_set if layers == 1 else f"{data_set}/{layer}"


def _faulty(question: Question, name: str, error: RefusedInput) -> dict[str, object]:
    code, params = _reason(question, error)
    return {"name": name, "fault": {"code": code.value, "params": params}}


def _told(opened: Opened, name: str) -> dict[str, object]:
    found = opened.found
    return {
        "name": name,
        "kinds": list(found.kinds),
        "geometry": found.geometry,
        "features": opened.features,
        "columns": [(field.name, str(field.type)) for field in opened.schema][found.leading :],
        "crs": settled_system(found.crs),
        "encoding": found.encoding,
        "as_bytes": found.as_bytes,
        "about": dict(found.about),
    }


def _reason(question: Question, error: BaseException) -> tuple[AnyCode, dict[str, object]]:
    """Say why a file cannot be read, without the folder it lies in for the moment."""
    causes = (error, error.__cause__)
    told = error.params if isinstance(error, RefusedInput) else {"reason": str(error), "readable": 0}
    params = {name: _shown(question, value) for name, value in told.items()}
    text = str(params.get("reason", ""))
    if any(isinstance(each, OSError) and each.errno in FULL for each in causes) or DISK_FULL.search(text):
        free = shutil.disk_usage(Path(question.path).parent).free
        return ErrorCode.UPLOAD_DISK_FULL, dict(disk_full(0, free).params)
    if any(isinstance(each, MemoryError) for each in causes) or any(words in text for words in _NO_ROOM):
        reason = f"{question.memory_bytes >> 20} MiB"
        return ErrorCode.FILE_REJECTED_READER_LIMIT, {"file": question.file, "reason": reason}
    code = error.code if isinstance(error, RefusedInput) else ErrorCode.FILE_CORRUPT
    if code is ErrorCode.FILE_CORRUPT and "UTF8" in text:
        return ErrorCode.TEXT_ENCODING_UNKNOWN, {"file": question.file}
    return code, {"file": question.file, **params}


def _shown(question: Question, value: object) -> object:
    if isinstance(value, int | float):
        return value
    if isinstance(value, Text):
        return {"vi": value.vi, "en": value.en}
    text = str(value)
    for path in [question.path, *(path for path, _ in question.sets)]:
        ours = Path(path)
        text = text.replace(path, question.file).replace(str(ours.with_suffix("")), Path(question.file).stem)
        text = text.replace(str(ours.parent), "")
    return text[:500]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
