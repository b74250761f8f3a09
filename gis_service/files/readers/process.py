"""Opens a vector file in a child process and hands its Arrow batches to the parent.

The parent never parses a stranger's file. The child has no password in its environment, no network where the
kernel allows that, one GDAL driver, and limits on time, memory and writing.
"""

import json
import logging
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self, TypeAlias, cast

import pyarrow as pa

from gis_service.errors import ErrorCode, GisError, RefusedInput, Temporary
from gis_service.files.readers.archive import ArchiveLimits
from gis_service.files.readers.closed import without_walls
from gis_service.files.readers.contents import FileContents, LayerContents, read_contents
from gis_service.files.readers.drivers import environment
from gis_service.files.readers.faults import read_params
from gis_service.files.readers.formats import Format
from gis_service.files.readers.laid_out import LaidOut, lay_out
from gis_service.files.readers.osm_definition import load_definition
from gis_service.files.readers.stream import BESIDE, REFUSED_EXIT, Found, Question, read_found
from gis_service.files.rooms import blaming_the_machine, disk_full, home_of, lent, reader_killed
from gis_service.messages.plural import plural
from gis_service.types import Text

if TYPE_CHECKING:
    # The reader process imports this module too, and has no use for the settings, which are slow to import.
    from gis_service.settings import Settings

Header: TypeAlias = Found
_ROOT = Path(__file__).resolve().parents[3]
_PIPE_BYTES = 1 << 20
_LOG = logging.getLogger(__name__)
_LOG_LINES = 10
_WRITTEN_BYTES = 1 << 20
_ROOM_BYTES = 16 << 20
"""A disk with less room than this is taken for the reason why a file could not be written anew."""
_WRITTEN_AGAIN = {
    Format.SHAPEFILE,
    Format.MIF,
    Format.GML,
    Format.KML,
    Format.GPX,
    Format.GEOJSON,
    Format.GEOJSON_SEQUENCE,
    Format.OSM,
}
"""Formats of which an index, the text in UTF-8, or the places of all nodes may have to be written."""
_OFFLINE = "gis_service.files.offline"
_OSM_LAYERS = _ROOT / "layers" / "osm.yaml"
_READER = "gis_service.files.readers.child"


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """What reading one file may cost, and what this installation reads in an OpenStreetMap extract.

    Parameters
    ----------
    seconds
        Wall clock, and time of the processor.
    memory_bytes
        Address space of the reader process.
    archive
        What an archive may cost.
    osm_layers
        Definition of the layers of an OpenStreetMap extract; that of the package when not given.
    home
        Where files are unpacked and written anew, as :func:`gis_service.files.rooms.lent` takes it.
    """

    seconds: int = 900
    memory_bytes: int = 4 << 30
    archive: ArchiveLimits = field(default_factory=ArchiveLimits)
    osm_layers: Path | None = None
    home: Path | None = None

    @classmethod
    def of(cls, settings: "Settings") -> "ReaderLimits":
        """Take the limits from the settings; ``osm.yaml`` stands beside the cities whose layers it feeds."""
        return cls(
            seconds=settings.reader_seconds,
            memory_bytes=settings.reader_memory_mb << 20,
            archive=ArchiveLimits(
                max_bytes=settings.archive_max_mb << 20,
                max_ratio=settings.archive_max_ratio,
                max_entries=settings.archive_max_entries,
                free_bytes=settings.upload_free_mb << 20,
            ),
            osm_layers=settings.layers_dir / "osm.yaml",
            home=home_of(settings),
        )


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
        self.names = tuple(reader.schema.names[header.leading :])

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give the batches of at most 16,384 rows; column 0 is the WKB geometry when the header says so.

        After it stands for each column of ``header.place`` what could not be read there.

        Raises
        ------
        RefusedInput
            Whatever the reader process found wrong on the way; ``file_corrupt`` also when fewer features
            came than the file claims.
        """
        rows = 0
        try:
            for batch in self._reader:
                batch.validate()
                rows += batch.num_rows
                yield batch
        except (pa.ArrowException, OSError) as error:
            raise self._running.failure(rows) from error
        self._running.finish(rows)
        if self.header.total is not None and rows != self.header.total:
            total = self.header.total
            claimed = Text(
                f"tệp ghi có {total} đối tượng", f"it says {total} {plural(total, 'feature', 'features')}"
            )
            raise RefusedInput(ErrorCode.FILE_CORRUPT, file=self._running.file, reason=claimed, readable=rows)


def inspect_file(
    path: Path,
    limits: ReaderLimits | None = None,
    *,
    encoding: str | None = None,
    rebuild_index: bool = False,
    osm_layers: Path | None = None,
) -> FileContents:
    """Tell what a file holds, with no more reading than that takes.

    One reader process looks at it; for an archive with data sets of several formats one for each.

    Text of which nobody knows the encoding is given as ISO-8859-1 here, and said so.

    Parameters
    ----------
    path
        As in :func:`open_vector`.
    limits, encoding, rebuild_index, osm_layers
        As in :func:`open_vector`.

    Raises
    ------
    NotFound
        ``file_not_found``.
    RefusedInput
        As :func:`open_vector`; ``no_features`` for a file without a layer.
    Temporary
        As :func:`open_vector`.
    """
    limits = limits or ReaderLimits()
    with lent(limits.home) as folder:
        with blaming_the_machine(folder):
            sets = lay_out(path, folder, limits.archive, every=True, rebuild_index=rebuild_index)
        layers = [LayerContents(each.name, fault=each.fault) for each in sets if each.fault is not None]
        whole = [each for each in sets if each.fault is None]
        for kind in dict.fromkeys(each.format for each in whole):
            alike = [each for each in whole if each.format is kind]
            question = _question(path, alike[0], limits, encoding, osm_layers)
            told = replace(
                question,
                strict_text=False,
                sets=tuple((str(each.path), each.name) for each in alike),
                several=len(sets) > 1,
            )
            with _started(told, folder) as running:
                layers += _contents(running)
        if not layers:
            raise RefusedInput(ErrorCode.NO_FEATURES, file=path.name)
        return FileContents(sets[0].format, tuple(layers))


def _contents(running: "_Child") -> list[LayerContents]:
    answer = running.pipe.read()
    running.finish()
    return read_contents(answer)


@contextmanager
def open_vector(
    path: Path,
    *,
    name: str | None = None,
    encoding: str | None = None,
    limits: ReaderLimits | None = None,
    strict_text: bool = True,
    rebuild_index: bool = False,
    osm_layers: Path | None = None,
    coordinates: Sequence[str] | None = None,
) -> Iterator[VectorSource]:
    """Open a vector file of unknown make.

    Parameters
    ----------
    path
        Any of the formats of :class:`gis_service.files.readers.formats.Format`, those of several files zipped
        or with their main file named; the bytes decide, not the name.
    name
        Layer in the file, when there are several; data set in an archive; ``set/layer`` when there are
        several of both.
    encoding
        Encoding of the text, for files that do not say. Text in TCVN3, VNI, VISCII or CP1258 is given as
        ISO-8859-1, one sign for one byte, whoever named it.
    limits
        What reading may cost.
    strict_text
        Refuse text of which nobody knows what it is, instead of giving it as ISO-8859-1.
    rebuild_index
        Read a Shapefile without its ``.shx``; ``about["index_rebuilt"]`` says so.
    osm_layers
        Definition of the layers of an OpenStreetMap extract, if not that of the limits.
    coordinates
        Columns of a table that hold x and y, or the one of WKT; empty for none, and told by their names when
        not given.

    Raises
    ------
    NotFound
        ``file_not_found``.
    RefusedInput
        ``format_not_allowed``, ``file_corrupt``, ``file_rejected_reader_limit``, ``xml_forbidden_construct``,
        ``coordinates_choice``, ``too_deeply_nested``, ``coordinate_not_finite``, ``too_many_fields``,
        ``value_too_long``, ``cell_unreadable``, ``text_encoding_unknown`` and the codes of
        :func:`gis_service.files.readers.archive.unpack`.
    Temporary
        ``upload_disk_full``, ``reading_machine_short``: the file is not at fault.
    """
    limits = limits or ReaderLimits()
    with lent(limits.home) as folder:
        with blaming_the_machine(folder):
            (found,) = lay_out(path, folder, limits.archive, name, rebuild_index=rebuild_index)
        question = replace(
            _question(path, found, limits, encoding, osm_layers),
            strict_text=strict_text,
            coordinates=coordinates,
        )
        with _started(question, folder) as running:
            yield _open_stream(running, found)


def _question(
    path: Path, found: LaidOut, limits: ReaderLimits, encoding: str | None, osm_layers: Path | None
) -> Question:
    definition = {}
    if found.format is Format.OSM:
        definition = load_definition(osm_layers or limits.osm_layers or _OSM_LAYERS)
    return Question(
        path=str(found.path),
        format=found.format.value,
        file=path.name,
        layer=found.layer,
        encoding=encoding,
        seconds=limits.seconds,
        memory_bytes=limits.memory_bytes,
        # What is written again is about as long as what was read; where nothing is, a few pages are enough.
        written_bytes=limits.archive.max_bytes if found.format in _WRITTEN_AGAIN else _WRITTEN_BYTES,
        osm=definition,
        name=found.name,
        unpacked_bytes=limits.archive.max_bytes,
    )


def _started(question: Question, folder: Path) -> "_Child":
    with blaming_the_machine(folder):
        return _Child(question, folder)


def _open_stream(running: "_Child", found: LaidOut) -> VectorSource:
    try:
        reader = pa.ipc.open_stream(running.pipe)
        header = read_found(reader.schema)
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise running.failure() from error
    beside = {BESIDE: json.dumps(found.beside)} if found.beside else {}
    if beside or found.about:
        header = replace(header, about={**header.about, **found.about, **beside})
    return VectorSource(running, reader, header)


class _Child:
    """The running reader process, ended at the latest when its scope ends."""

    def __init__(self, question: Question, folder: Path) -> None:
        self.file = question.file
        self._folder = folder
        self._writes = question.written_bytes > _WRITTEN_BYTES
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
                "PYTHONPATH": str(_ROOT),
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

    def finish(self, rows: int = 0) -> None:
        """Wait for the end of the process, and refuse the file when it was not a good one."""
        if self._process.wait() != 0:
            raise self.failure(rows)
        self._lines()

    def _lines(self) -> list[str]:
        self._log.seek(0)
        return without_walls(self._log.read().decode("utf-8", "replace").splitlines())

    def failure(self, rows: int = 0) -> GisError:
        """Say why the process ended: its own refusal, else a limit, a crash, or somebody who killed it.

        Parameters
        ----------
        rows
            Features that came before.
        """
        # Nobody reads on: a child that still writes must find its pipe shut, or both would wait for ever.
        self.pipe.close()
        code = self._process.wait()
        lines = self._lines()
        free = shutil.disk_usage(self._folder).free
        if self._writes and not self._late and free < _ROOM_BYTES:
            # What GDAL says of a write that failed would read like a fault of the file.
            return disk_full(0, free)
        if code == REFUSED_EXIT and lines:
            with suppress(ValueError, KeyError):
                report = json.loads(lines[-1])
                params: dict[str, Any] = read_params(report["params"])
                if report["code"] == ErrorCode.FILE_CORRUPT:
                    params["readable"] = max(int(params.get("readable", 0)), rows)
                if report["code"] == ErrorCode.UPLOAD_DISK_FULL:
                    return Temporary(ErrorCode.UPLOAD_DISK_FULL, **params)
                return RefusedInput(ErrorCode(report["code"]), **params)
        reason = f"{self._seconds} s" if self._late else f"exit {code}"
        # GDAL says of every driver to be left out that it never had it.
        told = [line for line in lines if " to unload from " not in line]
        _LOG.error("reader of %s ended (%s): %s", self.file, reason, " | ".join(told[-_LOG_LINES:]))
        if code == -signal.SIGKILL and not self._late:
            # Its limits end it otherwise, and so do its crashes.
            return reader_killed()
        return RefusedInput(ErrorCode.FILE_REJECTED_READER_LIMIT, file=self.file, reason=reason)
