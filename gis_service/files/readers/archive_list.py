"""Opens a zip archive only when its list of contents is no longer than it may be.

zipfile reads the whole list, and makes an object of each entry, before anybody can count them. A list of
16 MiB holds 357,000 entries; one of 2 GiB would take the memory of the machine. So what zipfile reads of the
list is measured and counted on its way: wherever the end of the archive says that the list lies, however it
says it, and whatever it says of the number of entries.
"""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.types import Text

_ENTRY = b"PK\x01\x02"
_ENTRY_BYTES = 1 << 10
"""What an entry may take of the list: its name, and what programs note beside it, are some hundred bytes."""
_END_BYTES = 1 << 17
"""Where the list lies stands within the last 64 KiB."""
_LIST = Text("độ dài danh mục tính bằng byte", "its list of contents in bytes")


def too_large(file: str, what: Text | str, value: object, limit: int) -> RefusedInput:
    """Say that an archive is beyond a limit.

    Parameters
    ----------
    file
        What the user calls it.
    what
        Which limit.
    value
        What it comes to.
    limit
        How much that may be.
    """
    return RefusedInput(ErrorCode.ARCHIVE_TOO_LARGE, file=file, what=what, value=value, limit=limit)


class Watched(io.BufferedReader):
    """An archive of which, until :meth:`release`, no more is read at once than a list of contents may be.

    Parameters
    ----------
    path
        The archive.
    max_entries
        Files and folders that may be listed.
    """

    def __init__(self, path: Path, max_entries: int) -> None:
        super().__init__(io.FileIO(path))
        self._file, self._length = path.name, path.stat().st_size
        self._max_entries, self._watching = max_entries, True

    def release(self) -> None:
        """Let everything be read from now on."""
        self._watching = False

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as any file is read.

        Raises
        ------
        RefusedInput
            ``archive_too_large``.
        """
        if not self._watching:
            return super().read(size)
        # Of a list that claims more than there is, as much is taken as there is.
        left = max(self._length - self.tell(), 0)
        to_end = size is None or size < 0
        wanted = left if size is None or size < 0 else min(size, left)
        most = _END_BYTES + self._max_entries * _ENTRY_BYTES
        if wanted > most:
            raise too_large(self._file, _LIST, wanted, most)
        content = super().read(wanted)
        # Only the end of an archive is read to its end, and may repeat some of the list.
        entries = 0 if to_end else content.count(_ENTRY)
        if entries > self._max_entries:
            raise too_large(self._file, "entries", entries, self._max_entries)
        return content


@contextmanager
def open_archive(path: Path, max_entries: int) -> Iterator[zipfile.ZipFile]:
    """Open an archive with at most so many entries.

    Parameters
    ----------
    path
        The archive.
    max_entries
        Files and folders that may be listed.

    Raises
    ------
    RefusedInput
        ``archive_too_large``.
    zipfile.BadZipFile
        Of what is no archive, and the other faults that zipfile meets.
    """
    with Watched(path, max_entries) as file, zipfile.ZipFile(file) as archive:
        file.release()
        yield archive
