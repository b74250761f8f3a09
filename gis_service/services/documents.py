"""Study documents: canonical JSON, what makes two of them equal, and figures as people read them.

Two studies are equal when their canonical JSON is: sorted keys, no white space, no time stamps, whole numbers
written as such (METHODS, Numbers).
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from gis_service import __version__
from gis_service.types import THOUSANDTHS

PER_UNIT = 1000
"""Milliseconds in a second, millimetres in a metre."""
_PLAIN = frozenset({str, int, bool, type(None)})
_ENGINE_FOLDERS = ("analysis", "catalogue", "files", "services")
_ENGINE_FILES = ("crs.py", "text.py", "types.py")


def canonical_json(value: object) -> bytes:
    """Write a value as the one JSON text that all equal values share.

    Raises
    ------
    ValueError
        For nan and infinity, which JSON does not know.
    """
    text = json.dumps(
        plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def plain(value: Any) -> Any:  # noqa: ANN401 (any JSON value)
    """Write whole floating numbers as whole numbers, at any depth: 500.0 and 500 are the same limit."""
    kind = type(value)
    if kind in _PLAIN:  # most values: asking for an abstract class is slow
        return value
    if kind is float:
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def digest(value: object) -> str:
    """Give the SHA-256 of the canonical JSON of a value."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


@cache
def code_version() -> str:
    """Give the version of the package and the mark of its engine; read once per process."""
    return f"{__version__}+{engine_mark(files('gis_service'))}"


def engine_mark(package: Traversable) -> str:
    """Mark the code that computes: another mark for any change in any of its lines.

    It is all Python between a stored layer, or a file, and a document: the folders `_ENGINE_FOLDERS` with all
    that is in them, and `_ENGINE_FILES`. Versions of the libraries beneath are not in it.
    """
    engine = hashlib.sha256()
    for folder in _ENGINE_FOLDERS:
        _mark(engine, package / folder, folder)
    for name in _ENGINE_FILES:
        engine.update(f"{name}\0".encode() + (package / name).read_bytes())
    return engine.hexdigest()[:12]


def _mark(engine: "hashlib._Hash", folder: Traversable, name: str) -> None:
    """Add all Python files of a folder, under the names they have in the package."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            _mark(engine, entry, f"{name}/{entry.name}")
        elif entry.name.endswith(".py"):
            engine.update(f"{name}/{entry.name}\0".encode() + entry.read_bytes())


def document_id(process: str, inputs: Mapping[str, object], parameters: Mapping[str, object]) -> str:
    """Give the id of a study: it follows from inputs, parameters and code, so equal runs share it."""
    said = {
        "process": process,
        "inputs": dict(inputs),
        "parameters": dict(parameters),
        "code_version": code_version(),
    }
    return f"{process}_{digest(said)[:24]}"


def persons(thousandths: int) -> float:
    """Give people in persons, at most 3 decimals; a whole number stays a whole number."""
    return _exact(thousandths, THOUSANDTHS)


def units(cost: int | None) -> float | None:
    """Give milliseconds in seconds or millimetres in metres, at most 3 decimals."""
    return None if cost is None else _exact(cost, PER_UNIT)


def _exact(value: int, parts: int) -> float:
    return value // parts if value % parts == 0 else value / parts
