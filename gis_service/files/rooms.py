"""Folders in which files of strangers are unpacked and written anew while they are read.

They lie with the data of the service, on a disk whose room is known, and each is held by a lock that ends
with its process, however that ends: what nobody holds any more can be removed at any time.
"""

import errno
import fcntl
import os
import re
import shutil
import signal
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gis_service.errors import ErrorCode, GisError, Temporary
from gis_service.types import Text

if TYPE_CHECKING:
    # The reader process imports this module too, and has no use for the settings, which are slow to import.
    from gis_service.settings import Settings

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What a system says when the disk, or the share of it that the service may use, is full."""
DISK_FULL = re.compile("|".join(re.escape(os.strerror(number)) for number in sorted(FULL)))
"""What libraries pass on of it in their own words."""
_SHORT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.EIO})
"""What it says when the machine itself cannot go on; no file is to blame for that."""
_LOCK = ".lock"
_MIB = 1 << 20


def home_of(settings: "Settings") -> Path:
    """Tell where an installation unpacks, and writes anew, what it reads."""
    return settings.data_dir / "reading"


@contextmanager
def lent(home: Path | None) -> Iterator[Path]:
    """Lend an empty folder, and remove it with all it holds.

    Parameters
    ----------
    home
        Folder of all these folders, made when the first is lent; without one it lies where the system keeps
        what is temporary, and goes only with its process.

    Raises
    ------
    Temporary
        ``upload_disk_full``, ``reading_machine_short``.
    """
    if home is None:
        with tempfile.TemporaryDirectory(prefix="gis-read-") as temporary:
            yield Path(temporary)
        return
    with blaming_the_machine(home):
        folder, handle = _held(home.absolute())
    try:
        yield folder
    finally:
        _remove(folder)
        os.close(handle)


def sweep_rooms(home: Path) -> int:
    """Remove the folders whose processes have died; tell how many.

    Parameters
    ----------
    home
        As of :func:`lent`.
    """
    removed = 0
    for lock in list(home.glob(f"*{_LOCK}")):
        # What another process has removed meanwhile is gone as well; what somebody holds is in use.
        with suppress(FileNotFoundError, BlockingIOError):
            handle = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(lock.with_suffix(""))
                removed += 1
            finally:
                os.close(handle)
    return removed


def require_room(folder: Path, bytes_: int, free_bytes: int) -> None:
    """Refuse to write what the disk has no room for.

    Parameters
    ----------
    folder
        On the disk in question.
    bytes_
        What is to be written.
    free_bytes
        Room that is to be left over.

    Raises
    ------
    Temporary
        ``upload_disk_full``.
    """
    free = shutil.disk_usage(folder).free
    if free - bytes_ < free_bytes:
        raise disk_full(bytes_, free)


def disk_full(bytes_: int, free: int) -> Temporary:
    """Say that the disk has no room.

    Parameters
    ----------
    bytes_
        What was to be written.
    free
        Room that there is.
    """
    return Temporary(ErrorCode.UPLOAD_DISK_FULL, needed_mb=-(-bytes_ // _MIB), free_mb=free // _MIB)


def fault_of_machine(error: BaseException, folder: Path, bytes_: int = 0) -> Temporary | None:
    """Tell of an error that the machine is to blame for, not the file; None for all others.

    Parameters
    ----------
    error
        What a call of the system ended with.
    folder
        Where was written.
    bytes_
        How much was to be written, as far as that is known.
    """
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, MemoryError):
        # Nothing but the machine limits memory here; a reader process, which has a limit, tells of it itself.
        number = errno.ENOMEM
    if number in FULL:
        return disk_full(bytes_, _free(folder))
    if number in _SHORT:
        return Temporary(ErrorCode.READING_MACHINE_SHORT, reason=os.strerror(number))
    return None


def reader_killed() -> Temporary:
    """Say that somebody else has ended the reader process: no file does that of itself.

    A file may still be why: the kernel ends what takes the last memory of the machine.
    """
    reason = Text(
        "tiến trình đọc tệp bị dừng từ bên ngoài (SIGKILL)", "the process that reads it was killed (SIGKILL)"
    )
    return Temporary(ErrorCode.READING_MACHINE_SHORT, reason=reason, signal=int(signal.SIGKILL))


def is_killed(error: GisError) -> bool:
    """Tell of an error that :func:`reader_killed` has given, or that was kept and read again."""
    return error.code is ErrorCode.READING_MACHINE_SHORT and error.params.get("signal") == signal.SIGKILL


@contextmanager
def blaming_the_machine(folder: Path) -> Iterator[None]:
    """Turn what the machine is to blame for into an error that says so.

    Parameters
    ----------
    folder
        Where is written.

    Raises
    ------
    Temporary
        ``upload_disk_full``, ``reading_machine_short``.
    """
    try:
        yield
    except OSError as error:
        fault = fault_of_machine(error, folder)
        if fault is None:
            raise
        raise fault from error


def _held(home: Path) -> tuple[Path, int]:
    """Make a folder and hold it; one that a sweep has taken before it was held is made anew."""
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)  # files that nobody has looked at yet are for the service alone
    while True:
        folder = home / str(uuid.uuid4())
        lock = _lock_of(folder)
        # Beside the folder, and before it: so there is none without a lock, on a shared disk either.
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if lock.exists():
                folder.mkdir(mode=0o700)
                return folder, handle
        except BaseException:
            lock.unlink(missing_ok=True)
            os.close(handle)
            raise
        os.close(handle)


def _remove(folder: Path) -> None:
    """Remove a folder that is held; while anything of it stays, so does its lock, for another sweep."""
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        _lock_of(folder).unlink(missing_ok=True)


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}{_LOCK}")


def _free(folder: Path) -> int:
    """Tell the room on a disk; a folder that could not so much as be made lies on that of the next above."""
    there = next((each for each in (folder, *folder.parents) if each.is_dir()), Path("/"))
    return shutil.disk_usage(there).free
