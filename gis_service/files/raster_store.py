"""Keeps the files of raster layers by their content: ``<sha256>.tif``, written whole, never changed."""

import fcntl
import hashlib
import os
import re
import shutil
import time
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gis_service.settings import Settings

_NAME = re.compile(r"[0-9a-f]{64}")
_DRAFT = ".part-"
LEFT_ALONE_S = 24 * 3600.0
"""A file younger than this may belong to a transaction that has not ended, a draft to a process that runs."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that is kept: its name, and its bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class RasterStore:
    """The files of raster layers below one folder.

    Parameters
    ----------
    folder
        Made when the first file comes; for the service alone, as a raster may be personal detail.
    """

    folder: Path

    @classmethod
    def of(cls, settings: Settings) -> "RasterStore":
        """Give the store of a service."""
        return cls(settings.data_dir / "rasters")

    @contextmanager
    def drafting(self) -> Iterator[Path]:
        """Lend a folder on the disk of the store, and remove it with all it holds."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        draft = self.folder / f"{_DRAFT}{uuid.uuid4().hex}"
        draft.mkdir(mode=0o700)
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def keep(self, draft: Path) -> KeptFile:
        """Take a whole file in, safe against a power failure; one that is there already is not kept twice.

        Parameters
        ----------
        draft
            In a folder of :meth:`drafting`; it is gone afterwards.
        """
        with draft.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        size = draft.stat().st_size
        with self._alone():
            # Also over one that is there: its age begins anew, so that nobody collects it meanwhile.
            draft.rename(self.folder / f"{digest}.tif")
            os.utime(self.folder / f"{digest}.tif")
        _sync(self.folder)
        return KeptFile(digest, size)

    def find(self, sha256: str) -> Path | None:
        """Give the file of this content; None when it is not here."""
        path = self.folder / f"{sha256}.tif"
        return path if _NAME.fullmatch(sha256) and path.is_file() else None

    def collect(self, named: Collection[str], older_s: float = LEFT_ALONE_S) -> int:
        """Remove what no version names, and drafts of processes that died; give the bytes that are free now.

        Parameters
        ----------
        named
            Contents that versions name.
        older_s
            Only what has lain here for longer.
        """
        before, freed = time.time() - older_s, 0
        for path in list(self.folder.iterdir()) if self.folder.is_dir() else ():
            # What another process has removed meanwhile is gone as well.
            with suppress(FileNotFoundError):
                if path.name.startswith(_DRAFT):
                    if path.stat().st_mtime <= before:
                        shutil.rmtree(path, ignore_errors=True)
                elif path.stem not in named and _NAME.fullmatch(path.stem):
                    freed += self._remove(path, before)
        return freed

    def _remove(self, path: Path, before: float) -> int:
        """Remove a file that was last kept before this time; give its bytes."""
        with self._alone():
            # Looked at while nobody can keep it anew: one that is young is somebody's.
            told = path.stat()
            if told.st_mtime > before:
                return 0
            path.unlink()
            return told.st_size

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other process keep or remove a file meanwhile; the lock ends with its process."""
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
