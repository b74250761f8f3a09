"""Which artefact answers a question that was asked before: names that point into the artefact store.

A question is everything that an artefact follows from: the content of tables, parameters, code. What it is
called here is the SHA-256 of all that, so a name never has to be changed; a name that points to an artefact
that was collected meanwhile is as good as none.
"""

import os
import re
import uuid
from pathlib import Path

FOLDER = "names"
_NAME = re.compile(r"[0-9a-f]{64}")


class ArtefactNames:
    """Names beside the artefacts of a store.

    Parameters
    ----------
    folder
        That of the store; made at the first name.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def find(self, question: str) -> str | None:
        """Give the hash of the artefact that answers a question, or None."""
        try:
            known = self._path(question).read_text("ascii")
        except (FileNotFoundError, NotADirectoryError):
            return None
        return known if _NAME.fullmatch(known) else None

    def remember(self, question: str, key: str) -> None:
        """Keep the hash of the artefact that answers a question, for every process of the machine."""
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f".part-{uuid.uuid4().hex}"
        with part.open("w", encoding="ascii") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path(question))

    def _path(self, question: str) -> Path:
        if not _NAME.fullmatch(question):
            raise ValueError(f"not a SHA-256: {question!r}")
        return self._folder / question
