"""Keeps the bytes of uploads until they are a layer, in one folder each and under no name of a stranger's.

The length of the file is the truth about how much has come, whatever happened to the process that wrote it:
bytes are only ever added at its end, and those with a checksum only after they were found to be right.
"""

import errno
import fcntl
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gis_service.errors import Conflict, ErrorCode, NotFound, RefusedInput, Temporary

CHUNK_BYTES = 1 << 20
"""Bytes written at once."""
CHECKSUMS = ("sha1", "sha256")
"""Algorithms that a part may be checked by."""
_DATA, _PART = "data", "part"
_MIB = 1 << 20
_LOOK_EVERY_BYTES = 64 * _MIB
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the bytes of one part must come to.

    Parameters
    ----------
    algorithm
        One of `CHECKSUMS`.
    digest
        The digest itself, not its text.
    """

    algorithm: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class UploadStore:
    """The folder of all uploads.

    Parameters
    ----------
    folder
        Where they lie; made when the first one comes.
    free_bytes
        Room on the disk that uploads leave alone.
    """

    folder: Path
    free_bytes: int

    def path(self, id_: str) -> Path:
        """Give the file of an upload for reading.

        Raises
        ------
        NotFound
            ``upload_gone`` when its bytes are not here.
        """
        path = self._data(id_)
        if not path.is_file():
            raise NotFound(ErrorCode.UPLOAD_GONE, id=id_)
        return path

    def size(self, id_: str) -> int:
        """Tell how many bytes of an upload are here."""
        try:
            return self._data(id_).stat().st_size
        except FileNotFoundError:
            return 0

    def require_room(self, bytes_: int) -> None:
        """Refuse what the disk has no room for.

        Raises
        ------
        Temporary
            ``upload_disk_full``.
        """
        self._make_folder(self.folder)
        free = shutil.disk_usage(self.folder).free
        if free - bytes_ < self.free_bytes:
            raise _full(bytes_, free)

    def append(
        self,
        id_: str,
        offset: int,
        chunks: Iterable[bytes],
        *,
        most: int,
        checksum: Checksum | None = None,
    ) -> int:
        """Add bytes at the end of an upload, and tell its length afterwards.

        When the chunks end early, by an error of whoever sends them, what has come stays; with a checksum
        nothing of it does. Everything is on the disk when this returns.

        Parameters
        ----------
        id_
            Id of the upload.
        offset
            How long its sender takes the upload to be.
        chunks
            The bytes, in any pieces.
        most
            Length that the upload must not grow beyond.
        checksum
            What the bytes must come to.

        Raises
        ------
        Conflict
            ``upload_busy`` while another process adds to it, ``upload_offset_wrong``.
        RefusedInput
            ``upload_too_large``, ``upload_checksum_wrong``: nothing is added.
        Temporary
            ``upload_disk_full``: what found room stays.
        """
        with self._held(id_) as handle:
            size = os.fstat(handle).st_size
            if size != offset:
                raise Conflict(ErrorCode.UPLOAD_OFFSET_WRONG, id=id_, given=offset, size=size)
            if checksum is None:
                return size + self._write(handle, chunks, most - size)
            part = self._data(id_).with_name(_PART)
            try:
                self._check(part, chunks, most - size, checksum)
                with part.open("rb") as checked:
                    pieces = iter(lambda: checked.read(CHUNK_BYTES), b"")
                    return size + self._write(handle, pieces, most - size)
            finally:
                part.unlink(missing_ok=True)

    def is_left(self, id_: str, idle_s: float) -> bool:
        """Tell whether nobody is adding to an upload, nor has for so long, in seconds."""
        try:
            handle = os.open(self._data(id_), os.O_RDONLY)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return time.time() - os.fstat(handle).st_mtime >= idle_s
        except BlockingIOError:
            return False
        finally:
            os.close(handle)

    def drop(self, id_: str) -> None:
        """Remove the bytes of an upload, if they are here."""
        shutil.rmtree(self._data(id_).parent, ignore_errors=True)

    def kept(self, older_s: float) -> list[str]:
        """List the uploads whose folders were last changed longer ago than this, in seconds."""
        until = time.time() - older_s
        found = []
        with suppress(FileNotFoundError):
            for entry in self.folder.iterdir():
                with suppress(FileNotFoundError, ValueError):
                    if str(uuid.UUID(entry.name)) == entry.name and entry.stat().st_mtime <= until:
                        found.append(entry.name)
        return found

    def _data(self, id_: str) -> Path:
        # Written anew from the number: no text that somebody sent becomes part of a path.
        return self.folder / str(uuid.UUID(id_)) / _DATA

    def _make_folder(self, folder: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)  # files that nobody has looked at yet are for the service alone
        folder.mkdir(exist_ok=True)

    @contextmanager
    def _held(self, id_: str) -> Iterator[int]:
        """Open an upload for adding; the lock ends with the process, however that ends."""
        data = self._data(id_)
        with _refusing_when_full(self.folder, 0):
            self._make_folder(data.parent)
            handle = os.open(data, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Conflict(ErrorCode.UPLOAD_BUSY, id=id_) from error
            yield handle
        finally:
            os.close(handle)

    def _check(self, part: Path, chunks: Iterable[bytes], most: int, checksum: Checksum) -> None:
        """Write bytes beside the upload, and refuse them when they are not what they should be."""
        digest = hashlib.new(checksum.algorithm, usedforsecurity=False)

        def seen() -> Iterator[bytes]:
            for chunk in chunks:
                digest.update(chunk)
                yield chunk

        with part.open("wb", buffering=0) as file:
            self._write(file.fileno(), seen(), most, sync=False)
        if digest.digest() != checksum.digest:
            given, found = checksum.digest.hex(), digest.hexdigest()
            raise RefusedInput(
                ErrorCode.UPLOAD_CHECKSUM_WRONG, algorithm=checksum.algorithm, given=given, found=found
            )

    def _write(self, handle: int, chunks: Iterable[bytes], most: int, *, sync: bool = True) -> int:
        before, done, looked = os.fstat(handle).st_size, 0, 0
        self.require_room(0)
        try:
            for chunk in chunks:
                _require_within(handle, before, done + len(chunk), most)
                with _refusing_when_full(self.folder, len(chunk)):
                    _write_all(handle, chunk)
                done += len(chunk)
                if done - looked >= _LOOK_EVERY_BYTES:
                    looked = done
                    self.require_room(0)
        except BaseException:
            # What has come is kept, as far as the disk still takes it; why it ended is what is told.
            with suppress(OSError):
                os.fsync(handle)
            raise
        if sync:
            with _refusing_when_full(self.folder, 0):
                os.fsync(handle)
        return done


def _require_within(handle: int, before: int, more: int, most: int) -> None:
    """Refuse what grows beyond its limit, and take back all of it."""
    if more > most:
        os.ftruncate(handle, before)
        raise RefusedInput(ErrorCode.UPLOAD_TOO_LARGE, size=before + more, most=before + most)


def _write_all(handle: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(handle, view) :]


@contextmanager
def _refusing_when_full(folder: Path, bytes_: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _full(bytes_, shutil.disk_usage(folder).free) from error
        raise


def _full(bytes_: int, free: int) -> Temporary:
    return Temporary(ErrorCode.UPLOAD_DISK_FULL, needed_mb=-(-bytes_ // _MIB), free_mb=free // _MIB)
