"""Reads small YAML (or JSON) files of keys and values that a user writes by hand."""

from collections.abc import Collection
from pathlib import Path

import yaml

from gis_service.errors import ErrorCode, NotFound, RefusedInput


def read_mapping(source: str | Path, known: Collection[str]) -> dict[str, object]:
    """Read keys and values; a hyphen in a key counts as an underscore.

    Parameters
    ----------
    source
        Path of the file.
    known
        Keys that may stand in it.

    Raises
    ------
    NotFound
        ``file_not_found``.
    RefusedInput
        ``study_file_faulty`` when it is no YAML of keys and values, or a key is not known.
    """
    path = Path(source)
    if not path.is_file():
        raise NotFound(ErrorCode.FILE_NOT_FOUND, path=str(source))
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _faulty(path, " ".join(str(error).split()), known) from error
    if not isinstance(content, dict):
        raise _faulty(path, f"{type(content).__name__}, not keys and values", known)
    read = {str(key).replace("-", "_"): value for key, value in content.items()}
    unknown = sorted(read.keys() - set(known))
    if unknown:
        raise _faulty(path, f"unknown: {', '.join(unknown)}", known)
    return read


def _faulty(path: Path, reason: str, known: Collection[str]) -> RefusedInput:
    return RefusedInput(
        ErrorCode.STUDY_FILE_FAULTY, path=str(path), reason=reason, known=", ".join(sorted(known))
    )
