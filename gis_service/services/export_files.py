"""A layer as a file for a reader: written whole in a folder of its own, handed over, gone.

The file has no name any more when it is handed over, so nothing is left of it however the reader goes away.
"""

import hashlib
import os
import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layers import version_of
from gis_service.errors import ErrorCode, RefusedInput, Temporary
from gis_service.files.raster_store import RasterStore
from gis_service.files.readers.raster_limits import RasterLimits
from gis_service.files.writers import Note
from gis_service.services.accounts import Caller, record
from gis_service.services.context import Context
from gis_service.services.export import Wanted, export_layer
from gis_service.services.export_formats import Format
from gis_service.services.export_names import file_name
from gis_service.services.raster_export import file_in, row_of
from gis_service.services.rights import is_personal, is_public
from gis_service.services.transactions import writing
from gis_service.settings import Settings

_EDITION = "2"
"""Another number when files are written in another way: readers who hold one get the new one."""
_LEFT_OVER_S = 3600
"""A folder older than the longest writing by this is of a process that died."""
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class LayerFile:
    """A file that is ready.

    Parameters
    ----------
    content
        Open at its beginning; whoever takes it closes it.
    size
        Bytes.
    notes
        What the format could not take as it is.
    """

    content: BinaryIO
    size: int
    notes: list[Note]


class Desk:
    """Where files are written for readers, a few at a time.

    Parameters
    ----------
    settings
        Tell how many at once, how long, how large, and where.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._places = threading.BoundedSemaphore(settings.exports_at_once)
        self._folder = settings.data_dir / "exports"

    def write(
        self,
        connection: Connection,
        catalogue: Catalogue,
        definition: LayerDefinition,
        format_: Format,
        wanted: Wanted,
    ) -> LayerFile:
        """Write a layer, or a part of it.

        Parameters
        ----------
        connection
            Any connection that may read, of one state of the data.
        catalogue
            Definitions of the city.
        definition
            Layer that the caller may read.
        format_, wanted
            In which format, and what of it.

        Raises
        ------
        Temporary
            ``exports_busy`` when too many files are being written.
        RefusedInput
            ``export_too_large``; and as :func:`gis_service.services.export.export_layer`.
        """
        with self.room() as folder:
            if definition.is_raster:
                return self._raster(connection, definition, wanted, folder)
            version = wanted.version or version_of(connection, definition.id)
            out = folder / plain_name(definition, format_, version, wanted)
            limit = _Limit(self._settings, folder)
            report = export_layer(connection, catalogue, definition.id, out, wanted, progress=limit.check)
            content = out.open("rb")
        return LayerFile(content, os.fstat(content.fileno()).st_size, report.notes)

    def _raster(
        self, connection: Connection, definition: LayerDefinition, wanted: Wanted, folder: Path
    ) -> LayerFile:
        settings = self._settings
        limits = replace(RasterLimits.of(settings), seconds=settings.export_seconds)
        store = RasterStore.of(settings)
        kept = definition, row_of(connection, definition, wanted)
        path, notes = file_in(store, kept, wanted, folder, limits)
        content = path.open("rb")
        return LayerFile(content, os.fstat(content.fileno()).st_size, notes)

    @contextmanager
    def room(self) -> Iterator[Path]:
        """Lend one of the places where files are written, with a folder of its own.

        Raises
        ------
        Temporary
            ``exports_busy`` when all of them are taken.
        """
        if not self._places.acquire(blocking=False):
            raise Temporary(ErrorCode.EXPORTS_BUSY, limit=self._settings.exports_at_once)
        try:
            with self._own_folder() as folder:
                yield folder
        finally:
            self._places.release()

    @contextmanager
    def _own_folder(self) -> Iterator[Path]:
        """Lend a folder that nobody else of this machine may look into, and remove it with all it holds."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        folder = self._folder / uuid.uuid4().hex
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _sweep(self) -> None:
        """Remove what processes left that died while they wrote."""
        oldest = time.time() - self._settings.export_seconds - _LEFT_OVER_S
        for folder in self._folder.iterdir():
            try:
                if folder.stat().st_mtime < oldest:
                    shutil.rmtree(folder, ignore_errors=True)
            except FileNotFoundError:
                # Its owner has just removed it.
                continue


class _Limit:
    """Ends an export that takes too long or grows too large."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings, self._folder = settings, folder
        self._end = time.monotonic() + settings.export_seconds

    def check(self, done: int, total: int | None) -> None:
        """Look at the clock and at the folder; called after every batch.

        Raises
        ------
        RefusedInput
            ``export_too_large``.
        """
        size = sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())
        if time.monotonic() > self._end or size > self._settings.export_max_mb * _MIB:
            raise RefusedInput(
                ErrorCode.EXPORT_TOO_LARGE,
                done=done,
                total=total,
                seconds=self._settings.export_seconds,
                limit_mb=self._settings.export_max_mb,
            )


def tag_of(definition: LayerDefinition, version: int | None, format_: Format, wanted: Wanted) -> str:
    """Name what a file holds: another layer, version, part, system, format or language has another tag."""
    told = (_EDITION, definition, version, format_, wanted)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def plain_name(definition: LayerDefinition, format_: Format, version: int | None, wanted: Wanted) -> str:
    """Give the name of a file that programs read.

    Parameters
    ----------
    version
        Version that the file holds; it stands in the name when it was asked for, and where the file itself
        has no room for it.
    """
    if format_.tells:
        return file_name(definition, format_.suffix, wanted.version)
    return file_name(definition, format_.suffix, version, part=wanted.is_part)


def spoken_name(definition: LayerDefinition, format_: Format, version: int | None, wanted: Wanted) -> str:
    """Give the name of a file that people read: the layer's title, and in brackets what machines call it."""
    title = definition.title.in_language(wanted.language)
    plain = "".join(" " if sign in '/\\:*?"<>|' or not sign.isprintable() else sign for sign in title)
    stem = plain_name(definition, format_, version, wanted).removesuffix(format_.suffix)
    return f"{' '.join(plain.split())} ({stem}){format_.suffix}"


def note_taking(
    context: Context, caller: Caller, definition: LayerDefinition, visibility: str, query: str
) -> None:
    """Note who takes rows of a layer out that is not public; of personal ones every reading is noted anyway.

    Parameters
    ----------
    visibility
        How far the layer is open now.
    query
        Parameters of the address as they were sent.
    """
    if is_public(visibility) or is_personal(definition):
        return
    with writing(context) as connection:
        record(connection, caller, "layer.export", definition.id, None, {"query": query})
