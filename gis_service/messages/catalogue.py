"""Loads ``messages/*.yaml``: the words of every error code, every notice, every fault of a definition."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from gis_service.messages.plural import counted
from gis_service.types import Text


@dataclass(frozen=True, slots=True)
class Message:
    """The words of one error code; texts may hold ``{placeholders}``, English ones also `Counted` forms."""

    status: int
    title: Text
    detail: Text
    expected: Text
    remedy: Text


_Section = dict[str, dict[str, dict[str, str]]]


def _text(entry: dict[str, str]) -> Text:
    return Text(vi=entry["vi"].strip(), en=counted(entry["en"].strip()))


@cache
def _sections() -> dict[str, dict[str, _Section]]:
    """Read every message file once, by its name."""
    there = sorted(files("gis_service.messages").iterdir(), key=lambda entry: entry.name)
    return {
        # Read by libyaml, ten times as fast: every process begins with it.
        file.name: yaml.load(file.read_text("utf-8"), yaml.CSafeLoader) or {}
        for file in there
        if file.name.endswith(".yaml")
    }


def _entries(kind: str) -> _Section:
    """Merge one section of all message files; a code that stands twice is a mistake."""
    merged: _Section = {}
    for name, sections in _sections().items():
        section = sections.get(kind, {})
        if twice := merged.keys() & section.keys():
            raise ValueError(f"{name}: {sorted(twice)} stand in two message files")
        merged.update(section)
    return merged


@cache
def errors() -> dict[str, Message]:
    """Give the words of every error code."""
    return {
        code: Message(
            status=int(str(entry["status"])),
            title=_text(entry["title"]),
            detail=_text(entry["detail"]),
            expected=_text(entry["expected"]),
            remedy=_text(entry["remedy"]),
        )
        for code, entry in _entries("errors").items()
    }


@cache
def notices() -> dict[str, Text]:
    """Give the words of every notice of a study, by code."""
    return {code: _text(entry) for code, entry in _entries("notices").items()}  # type: ignore[arg-type]


@cache
def faults() -> dict[str, Text]:
    """Give the words of every fault of a definition file, by code."""
    return {code: _text(entry) for code, entry in _entries("faults").items()}  # type: ignore[arg-type]


@cache
def layer_remedies() -> dict[str, Text]:
    """Give what can be done about a fault of a layer, by code, where that differs from a file's."""
    return {code: _text(entry) for code, entry in _entries("layer_remedies").items()}  # type: ignore[arg-type]


def message_of(code: str) -> Message:
    """Give the words of one error code."""
    return errors()[code]
