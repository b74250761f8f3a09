"""Opens a vector file in a child process and hands its Arrow batches to the parent.

The parent never parses a stranger's file. The child has no password in its environment, no network where the
kernel allows that, one GDAL driver, and limits on time, memory and writing.
"""

import json
import logging
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self, TypeAlias, cast

import pyarrow as pa

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.archive import ArchiveLimits, format_inside, loose_parts, unpack
from gis_service.files.readers.drivers import environment
from gis_service.files.readers.sniff import Format, sniff
from gis_service.files.readers.stream import REFUSED_EXIT, Found, Question, read_found
from gis_service.settings import ROOT, Settings

Header: TypeAlias = Found
_PIPE_BYTES = 1 << 20
_LOG = logging.getLogger(__name__)
_LOG_LINES = 10
_OFFLINE = "gis_service.files.offline"
_READER = "gis_service.files.readers.child"


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """What reading one file may cost.

    Parameters
    ----------
    seconds
        Wall clock, and time of the processor.
    memory_bytes
        Address space of the reader process.
    archive
        What an archive may cost.
    """

    seconds: int = 900
    memory_bytes: int = 4 << 30
    archive: ArchiveLimits = field(default_factory=ArchiveLimits)

    @classmethod
    def of(cls, settings: Settings) -> "ReaderLimits":
        """Take the limits from the settings."""
        return cls(
            seconds=settings.reader_seconds,
            memory_bytes=settings.reader_memory_mb << 20,
            archive=ArchiveLimits(
                max_bytes=settings.archive_max_mb << 20,
                max_ratio=settings.archive_max_ratio,
                max_entries=settings.archive_max_entries,
            ),
        )


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A file under a name of ours, with the one format it may be."""

    path: Path
    format: Format
    layer: str | None


class VectorSource:
    """An open source: its header, and its rows once.

    Parameters
    ----------
    header
        What the source says about itself.
    names
        Columns without the geometry, in the order of the file.
    """

    def __init__(self, running: "_Child", reader: pa.RecordBatchReader, header: Header) -> None:
        self._running = running
        self._reader = reader
        self.header = header
        self.names = tuple(reader.schema.names[1 if header.geometry else 0 :])

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give the batches of at most 65,536 rows; column 0 is the WKB geometry when the header says so.

        Raises
        ------
        RefusedInput
            Whatever the reader process found wrong on the way, or ``file_truncated`` when fewer features came
            than the file claims.
        """
        rows = 0
        try:
            for batch in self._reader:
                batch.validate()
                rows += batch.num_rows
                yield batch
        except (pa.ArrowException, OSError) as error:
            raise self._running.failure() from error
        self._running.finish()
        if self.header.total is not None and rows != self.header.total:
            raise RefusedInput(
                ErrorCode.FILE_TRUNCATED, file=self._running.file, claimed=self.header.total, found=rows
            )


@contextmanager
def open_vector(
    path: Path,
    *,
    name: str | None = None,
    encoding: str | None = None,
    limits: ReaderLimits | None = None,
) -> Iterator[VectorSource]:
    """Open a vector file of unknown make.

    Parameters
    ----------
    path
        GeoPackage, GeoJSON, Shapefile (zipped, or the ``.shp`` of an unpacked one), FlatGeobuf, GeoParquet or
        CSV; the bytes decide, not the name.
    name
        Layer in the file, when there are several.
    encoding
        Encoding of the text, for files that do not say.
    limits
        What reading may cost.

    Raises
    ------
    NotFound
        ``file_not_found``.
    RefusedInput
        ``format_not_allowed``, ``file_corrupt``, ``file_rejected_reader_limit`` and the codes of
        :func:`gis_service.files.readers.archive.unpack`.
    """
    limits = limits or ReaderLimits()
    with tempfile.TemporaryDirectory(prefix="gis-read-") as folder:
        prepared = _prepare(path, Path(folder), name, limits)
        question = Question(
            path=str(prepared.path),
            format=prepared.format.value,
            file=path.name,
            layer=prepared.layer,
            encoding=encoding,
            seconds=limits.seconds,
            memory_bytes=limits.memory_bytes,
        )
        with _Child(question, Path(folder)) as running:
            yield _open_stream(running)


def _prepare(path: Path, folder: Path, name: str | None, limits: ReaderLimits) -> _Prepared:
    """Put the file under a name of ours: GDAL reads meaning into names (prefixes, endings, /vsi…)."""
    found = sniff(path)
    if found is Format.SHAPEFILE:
        for suffix, part in loose_parts(path).items():
            (folder / f"data{suffix}").symlink_to(part.resolve())
        return _Prepared(folder / "data.shp", found, None)
    if found is not Format.ZIP:
        linked = folder / f"data{found.suffix}"
        linked.symlink_to(path.resolve())
        return _Prepared(linked, found, name)
    main, _ = unpack(path, folder, limits.archive, name)
    inside = format_inside(main)
    if inside is Format.SHAPEFILE:
        return _Prepared(main, inside, None)
    return _Prepared(main.rename(folder / f"inside{inside.suffix}"), inside, name)


def _open_stream(running: "_Child") -> VectorSource:
    try:
        reader = pa.ipc.open_stream(running.pipe)
        header = read_found(reader.schema)
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise running.failure() from error
    return VectorSource(running, reader, header)


class _Child:
    """The running reader process, ended at the latest when its scope ends."""

    def __init__(self, question: Question, folder: Path) -> None:
        self.file = question.file
        self._seconds = question.seconds
        self._late = False
        self._log = (folder / "reader.log").open("w+b")
        self._process = subprocess.Popen(  # noqa: S603  our own program, the question is one argument
            [sys.executable, "-P", "-m", _OFFLINE, _READER, question.to_json()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=folder,
            pipesize=_PIPE_BYTES,
            env={
                "PATH": "/usr/bin:/bin",
                "LANG": "C.UTF-8",
                "PYTHONPATH": str(ROOT),
                "PYTHONDONTWRITEBYTECODE": "1",
                **environment(Format(question.format)),
            },
        )
        self.pipe = cast("IO[bytes]", self._process.stdout)
        self._clock = threading.Timer(question.seconds, self._kill_late)

    def __enter__(self) -> Self:
        self._clock.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._clock.cancel()
        self._process.kill()
        self._process.wait()
        with suppress(OSError):
            self.pipe.close()
        self._log.close()

    def _kill_late(self) -> None:
        self._late = True
        self._process.kill()

    def finish(self) -> None:
        """Wait for the end of the process, and refuse the file when it was not a good one."""
        if self._process.wait() != 0:
            raise self.failure()

    def failure(self) -> RefusedInput:
        """Say why the process ended: its own refusal, else a limit or a crash."""
        # Nobody reads on: a child that still writes must find its pipe shut, or both would wait for ever.
        self.pipe.close()
        code = self._process.wait()
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").splitlines()
        if code == REFUSED_EXIT and lines:
            with suppress(ValueError, KeyError):
                report = json.loads(lines[-1])
                return RefusedInput(ErrorCode(report["code"]), **report["params"])
        reason = f"{self._seconds} s" if self._late else f"exit {code}"
        # GDAL says of every driver to be left out that it never had it.
        told = [line for line in lines if " to unload from " not in line]
        _LOG.error("reader of %s ended (%s): %s", self.file, reason, " | ".join(told[-_LOG_LINES:]))
        return RefusedInput(ErrorCode.FILE_REJECTED_READER_LIMIT, file=self.file, reason=reason)
