"""Back-ups on disk: a dump, and beside it a manifest that tells what must come out of it.

::

    <name>           the dump          <name>.json   format, hash of the dump, what was counted
    <name>.part      while it is written

A dump without its manifest is not a back-up yet: the manifest is put into place last.
"""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gis_service.errors import Conflict, ErrorCode, NotFound, RefusedInput, Temporary

FORMAT = 1
_MEMBERS = {"taken_at": str, "revision": str, "roles": list, "tables": dict}
"""What a manifest must tell beside format and hash."""
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class BackupFiles:
    """The files of one back-up.

    Parameters
    ----------
    dump
        As it is named by who asks for it.
    """

    dump: Path

    @property
    def manifest(self) -> Path:
        """What must come out of the dump."""
        return self.dump.with_name(self.dump.name + ".json")

    @property
    def draft(self) -> Path:
        """The dump while it is written."""
        return self.dump.with_name(self.dump.name + ".part")

    def refuse_to_overwrite(self) -> None:
        """Refuse a name that is in use.

        Raises
        ------
        Conflict
            ``output_exists``.
        NotFound
            ``file_not_found`` when there is no such folder.
        """
        if not self.dump.absolute().parent.is_dir():
            raise NotFound(ErrorCode.FILE_NOT_FOUND, path=self.dump.parent)
        for file in (self.dump, self.manifest):
            if file.exists():
                raise Conflict(ErrorCode.OUTPUT_EXISTS, path=file)

    def refuse_without_space(self, needed: int) -> None:
        """Refuse a disk that has no place for a number of bytes.

        Raises
        ------
        Temporary
            ``backup_no_space``.
        """
        free = shutil.disk_usage(self.dump.absolute().parent).free
        if free < needed:
            raise Temporary(
                ErrorCode.BACKUP_NO_SPACE,
                path=self.dump.absolute().parent,
                needed=f"{needed / _MIB:,.0f}",
                free=f"{free / _MIB:,.0f}",
            )

    def begin(self) -> Path:
        """Make the empty draft, which only its owner reads; what a dump that was cut short has left goes."""
        self.draft.unlink(missing_ok=True)
        os.close(os.open(self.draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return self.draft

    def drop_draft(self) -> None:
        """Leave nothing of a dump that failed."""
        self.draft.unlink(missing_ok=True)

    def finish(self, content: dict[str, Any]) -> int:
        """Put the dump and its manifest into place, safe against a power failure; give the bytes of the dump.

        Parameters
        ----------
        content
            What must come out of the dump.
        """
        size = self.draft.stat().st_size
        told = {"format": FORMAT, "sha256": _hash(self.draft), "bytes": size, **content}
        _sync(self.draft)
        self.draft.rename(self.dump)
        draft = self.manifest.with_name(self.manifest.name + ".part")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(told, file, indent=2, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self.manifest)
        _sync(self.dump.absolute().parent)
        return size

    def read(self) -> dict[str, Any]:
        """Read the manifest, and find the dump to be the one that it tells of.

        Raises
        ------
        NotFound
            ``file_not_found``, ``backup_manifest_missing``.
        RefusedInput
            ``backup_damaged`` when either is not as it was written, ``backup_too_new``.
        """
        if not self.dump.is_file():
            raise NotFound(ErrorCode.FILE_NOT_FOUND, path=self.dump)
        if not self.manifest.is_file():
            raise NotFound(ErrorCode.BACKUP_MANIFEST_MISSING, path=self.dump, manifest=self.manifest)
        try:
            told: dict[str, Any] = json.loads(self.manifest.read_text("utf-8"))
            known, digest = int(told["format"]), str(told["sha256"])
        except (ValueError, KeyError, TypeError) as error:
            raise RefusedInput(ErrorCode.BACKUP_DAMAGED, path=self.manifest) from error
        if known > FORMAT:
            raise RefusedInput(ErrorCode.BACKUP_TOO_NEW, path=self.dump, found=known, known=FORMAT)
        if any(not isinstance(told.get(name), kind) for name, kind in _MEMBERS.items()):
            raise RefusedInput(ErrorCode.BACKUP_DAMAGED, path=self.manifest)
        if _hash(self.dump) != digest:
            raise RefusedInput(ErrorCode.BACKUP_DAMAGED, path=self.dump)
        return told


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
