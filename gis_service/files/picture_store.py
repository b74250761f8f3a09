"""Keeps pictures on disk by the content that they were drawn from; only the newest of each name stays."""

import os
import re
import uuid
from pathlib import Path

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_MARK = re.compile(r"[0-9a-f]{8,64}")


class PictureStore:
    """Pictures in one folder, as ``<name>-<mark>.png``.

    Parameters
    ----------
    folder
        Made when the first picture is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, name: str, mark: str) -> bytes | None:
        """Give a picture; None when it was never drawn or has been thrown away."""
        try:
            return self._path(name, mark).read_bytes()
        except FileNotFoundError:
            return None

    def keep(self, name: str, mark: str, picture: bytes) -> None:
        """Keep a picture in the place of older ones of its name; whoever reads meanwhile sees a whole one."""
        path = self._path(name, mark)
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f".{uuid.uuid4().hex}.part"
        part.write_bytes(picture)
        part.replace(path)
        for older in self._folder.glob(f"{name}-*.png"):
            if older != path:
                older.unlink(missing_ok=True)

    def _path(self, name: str, mark: str) -> Path:
        if not (_NAME.fullmatch(name) and _MARK.fullmatch(mark)):
            raise ValueError(f"no name of a picture: {os.fspath(name)!r}, {mark!r}")
        return self._folder / f"{name}-{mark}.png"
