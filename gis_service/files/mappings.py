"""Reads small YAML (or JSON) files of keys and values that a user writes by hand."""

import re
from collections.abc import Collection
from pathlib import Path

import yaml

from gis_service.errors import ErrorCode, NotFound, RefusedInput

_INT, _FLOAT = "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"
_READ_OTHERWISE = (_INT, _FLOAT, "tag:yaml.org,2002:timestamp")


class _PlainLoader(yaml.SafeLoader):
    """Reads plain numbers only: YAML 1.1 takes ``10:00`` for 600, ``010`` for 8, and a date for no text."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _READ_OTHERWISE]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_PlainLoader.add_implicit_resolver(_INT, re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z"), list("-+0123456789"))
_PlainLoader.add_implicit_resolver(
    _FLOAT,
    re.compile(r"(?:[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan)\Z"),
    list("-+.0123456789"),
)


def read_mapping(source: str | Path, known: Collection[str]) -> dict[str, object]:
    """Read keys and values; a hyphen in a key counts as an underscore, a time or a date stays text.

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
        content = yaml.load(path.read_text("utf-8"), _PlainLoader)  # noqa: S506  a SafeLoader that reads less
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
