"""Opens a raster in a child process: the parent never parses a stranger's file.

The child has no password in its environment, no network where the kernel allows that, GeoTIFF as its only
format (of an MBTiles those of its pictures, too), and limits on time, memory and writing.
"""

import json
import logging
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from gis_service.errors import ErrorCode, GisError, NotFound, RefusedInput, Temporary
from gis_service.files.readers.closed import without_walls
from gis_service.files.readers.raster_contents import RasterContents, read_raster_contents
from gis_service.files.readers.raster_drivers import raster_environment
from gis_service.files.readers.raster_limits import Kind, RasterLimits, RasterQuestion
from gis_service.files.readers.stream import REFUSED_EXIT
from gis_service.files.rooms import blaming_the_machine, lent, reader_killed
from gis_service.settings import ROOT

_OFFLINE = "gis_service.files.offline"
_READER = "gis_service.files.readers.raster_child"
_LOG = logging.getLogger(__name__)
_LOG_LINES = 10
_ROOM_BYTES = 64 << 20
"""A disk with less room than this is taken for the reason why nothing could be written."""
_SQLITE = b"SQLite format 3\x00"
_APPLICATION_ID = slice(68, 72)
_GEOPACKAGE_IDS, _MBTILES_ID = (b"GPKG", b"GP10", b"GP11"), b"MPBX"
_HEAD_BYTES = 1 << 16
_MAGIC = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
"""Both byte orders, of 4 GiB at most and of any size (BigTIFF)."""


def is_geotiff(path: Path) -> bool:
    """Tell by its first bytes whether a file may be a GeoTIFF.

    Raises
    ------
    NotFound
        ``file_not_found``.
    """
    if not path.is_file():
        raise NotFound(ErrorCode.FILE_NOT_FOUND, path=str(path))
    with path.open("rb") as file:
        return file.read(4) in _MAGIC


def is_mbtiles(path: Path) -> bool:
    """Tell by its first page whether a file may be an MBTiles: a database of tiles, and no GeoPackage.

    Raises
    ------
    NotFound
        ``file_not_found``.
    """
    if not path.is_file():
        raise NotFound(ErrorCode.FILE_NOT_FOUND, path=str(path))
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.startswith(_SQLITE):
        return False
    # Most writers leave the application id empty: the schema then stands on the first page.
    is_geopackage = head[_APPLICATION_ID] in _GEOPACKAGE_IDS or b"gpkg_contents" in head
    return not is_geopackage and (head[_APPLICATION_ID] == _MBTILES_ID or b"tile_column" in head)


def is_raster(path: Path) -> bool:
    """Tell by its first bytes whether a file goes the way of rasters: a GeoTIFF, or pictures as MBTiles.

    Raises
    ------
    NotFound
        ``file_not_found``.
    """
    return is_geotiff(path) or is_mbtiles(path)


def inspect_raster_file(path: Path, question: RasterQuestion | None = None) -> RasterContents:
    """Look at a GeoTIFF or an MBTiles of pictures: its header, figures by some of its lines, a small picture.

    Parameters
    ----------
    path
        The file; the bytes decide, not the name.
    question
        What is called how, what was chosen, and what it may cost; ``task`` and ``path`` are set here.

    Raises
    ------
    NotFound
        ``file_not_found``.
    RefusedInput
        ``format_not_allowed``, ``file_corrupt``, ``file_rejected_reader_limit``, ``raster_too_large``,
        ``raster_block_too_large``, ``raster_type_unfit``, ``raster_rotated``, ``raster_not_placed``,
        ``raster_nodata_unfit``; ``mbtiles_empty``, ``mbtiles_place_unfit``, ``mbtiles_vector``,
        ``mbtiles_picture_unfit``.
    Temporary
        ``upload_disk_full``, ``reading_machine_short``.
    """
    asked = question or RasterQuestion("inspect", "", path.name)
    home = asked.limits.home
    with lent(None if home is None else Path(home)) as folder:
        return _ask(path, folder, replace(asked, task="inspect", out=None))


def make_raster_file(path: Path, out: Path, question: RasterQuestion | None = None) -> RasterContents:
    """Make a cloud-optimised GeoTIFF of a GeoTIFF, or of the finest pictures of an MBTiles, cell by cell.

    Parameters
    ----------
    path
        The file.
    out
        What is made, in a folder for it alone: drafts are written beside it.
    question
        As of :func:`inspect_raster_file`; its ``crs``, ``nodata`` and ``kind`` are written.

    Raises
    ------
    NotFound, RefusedInput
        As :func:`inspect_raster_file`.
    Temporary
        ``raster_disk_full``, ``reading_machine_short``.
    """
    asked = question or RasterQuestion("make", "", path.name)
    return _ask(path, out.parent, replace(asked, task="make", out=str(out)))


def warp_raster_file(
    path: Path, out: Path, crs: str, kind: Kind, limits: RasterLimits, *, summed: tuple[int, ...] = ()
) -> RasterContents:
    """Make a cloud-optimised GeoTIFF of one of ours in another system, north up.

    Parameters
    ----------
    path
        A file of ours.
    out
        As of :func:`make_raster_file`.
    crs
        The system, as WKT.
    kind
        ``classes`` take the nearest cell, ``values`` what lies between four.
    limits
        What it may cost.
    summed
        Bands whose cells hold numbers of things, as persons, which are shared out among the new cells.

    Raises
    ------
    RefusedInput
        ``raster_warp_too_large``, ``file_rejected_reader_limit``.
    Temporary
        ``raster_disk_full``, ``reading_machine_short``.
    """
    question = RasterQuestion("warp", "", path.name, limits, str(out), crs=crs, kind=kind, summed=summed)
    return _ask(path, out.parent, question)


def _ask(path: Path, folder: Path, question: RasterQuestion) -> RasterContents:
    pictures = is_mbtiles(path)
    if not pictures and not is_geotiff(path):
        with path.open("rb") as file:
            head = file.read(24).decode("ascii", "replace")
        found = "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in head)
        raise RefusedInput(ErrorCode.FORMAT_NOT_ALLOWED, file=question.file, found=found)
    # A name of ours in a folder of ours: GDAL reads meaning into names, and looks for files beside them.
    link = folder / "source.tif"
    with blaming_the_machine(folder):
        link.symlink_to(path.resolve())
    try:
        return _answer(replace(question, path=str(link), pictures=pictures), folder)
    finally:
        link.unlink()


def _answer(question: RasterQuestion, folder: Path) -> RasterContents:
    with blaming_the_machine(folder), tempfile.TemporaryFile(dir=folder) as log:
        try:
            done = subprocess.run(  # noqa: S603  our own program, the question is one argument
                [sys.executable, "-P", "-m", _OFFLINE, _READER, question.to_json()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=folder,
                timeout=question.limits.seconds,
                check=False,
                env={
                    "PATH": "/usr/bin:/bin",
                    "LANG": "C.UTF-8",
                    "PYTHONPATH": str(ROOT),
                    "PYTHONDONTWRITEBYTECODE": "1",
                    **raster_environment(question.task, pictures=question.pictures),
                },
            )
        except subprocess.TimeoutExpired as error:
            reason = f"{question.limits.seconds} s"
            raise _limit(question.file, reason) from error
        log.seek(0)
        lines = without_walls(log.read().decode("utf-8", "replace").splitlines())
    if done.returncode == 0:
        with suppress(ValueError, KeyError, TypeError):
            return read_raster_contents(done.stdout)
    free = shutil.disk_usage(folder).free
    if question.out is not None and free < _ROOM_BYTES:
        # What GDAL says of a write that failed would read like a fault of the file.
        raise Temporary(ErrorCode.RASTER_DISK_FULL, file=question.file, free_mb=free >> 20)
    raise _failure(question.file, done.returncode, lines)


def _failure(file: str, code: int, lines: list[str]) -> GisError:
    """Say why the process ended: its own refusal, else a limit, a crash, or somebody who killed it."""
    if code == REFUSED_EXIT and lines:
        with suppress(ValueError, KeyError):
            report = json.loads(lines[-1])
            if report["code"] == ErrorCode.RASTER_DISK_FULL:
                return Temporary(ErrorCode.RASTER_DISK_FULL, **report["params"])
            return RefusedInput(ErrorCode(report["code"]), **report["params"])
    # GDAL says of every driver to be left out that it never had it.
    told = [line for line in lines if " to unload from " not in line]
    _LOG.error("reader of %s ended (exit %s): %s", file, code, " | ".join(told[-_LOG_LINES:]))
    if code == -signal.SIGKILL:
        # Its limits end it otherwise, and so do its crashes.
        return reader_killed()
    return _limit(file, f"exit {code}")


def _limit(file: str, reason: str) -> RefusedInput:
    return RefusedInput(ErrorCode.FILE_REJECTED_READER_LIMIT, file=file, reason=reason)
