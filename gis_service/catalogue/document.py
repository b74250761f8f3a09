"""Reads one YAML definition and remembers the line of every value.

Definitions are plain data. Anchors and aliases are refused, and so is a key that stands twice: both make a
file say something else than what a reader sees.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, cast

import yaml
from yaml.composer import ComposerError
from yaml.error import Mark
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from gis_service.catalogue.words import say
from gis_service.errors import Fault
from gis_service.types import Text

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"
"""What JSON can say; dates stay text (``2025-07-01``) until a typed object reads them."""

Pointer: TypeAlias = tuple[str | int, ...]
"""Way to a value: keys and list positions from the top."""


@dataclass(frozen=True, slots=True)
class Document:
    """A definition file as plain values, with the line of each.

    Parameters
    ----------
    path
        The file.
    name
        How faults name the file, such as ``layers/thai_binh/health/hospital.yaml``.
    value
        Content; ``None`` when the file is empty or cannot be read.
    lines
        Line of every key and list entry, counted from 1.
    """

    path: Path
    name: str
    value: Value
    lines: dict[Pointer, int] = field(default_factory=dict)

    def fault(self, text: Text, *pointer: str | int) -> Fault:
        """Place a fault at a value, or at the nearest thing around it that stands in the file."""
        while pointer and pointer not in self.lines:
            pointer = pointer[:-1]
        return Fault(f"{self.name}:{self.lines.get(pointer, 1)}", text)


def _compose(loader: yaml.CSafeLoader, content: str) -> Node | None:
    """Compose the nodes of a file without anchors and aliases.

    libyaml reads ten times as fast as PyYAML's own parser: every process reads the whole catalogue.
    """
    if "&" in content or "*" in content:  # else there is none, and no need to look
        for event in yaml.parse(content, yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                told = "anchors (&name) and aliases (*name) are not used"
                raise ComposerError(None, None, told, cast("Mark", event.start_mark))
    return loader.get_single_node()


@dataclass
class _Reading:
    """Values, lines and faults gathered while one file is read."""

    name: str
    lines: dict[Pointer, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def value(self, loader: yaml.CSafeLoader, node: Node, at: Pointer) -> Value:
        self.lines.setdefault(at, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self._mapping(loader, node, at)
        if isinstance(node, SequenceNode):
            return [self.value(loader, entry, (*at, index)) for index, entry in enumerate(node.value)]
        return _scalar(loader, node)

    def _mapping(self, loader: yaml.CSafeLoader, node: MappingNode, at: Pointer) -> Value:
        result: dict[str, Value] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in result:
                first = self.lines[*at, key]
                self.faults.append(Fault(f"{self.name}:{line}", say("stands_twice", key=key, first=first)))
                continue
            self.lines[*at, key] = line
            result[key] = self.value(loader, value_node, (*at, key))
        return result


def _scalar(loader: yaml.CSafeLoader, node: Node) -> Value:
    if not isinstance(node, ScalarNode) or node.tag == "tag:yaml.org,2002:timestamp":
        return str(node.value)
    try:
        value = loader.construct_object(node)
    except ValueError:  # PyYAML takes `0x_` for a number and then fails to read it
        return str(node.value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(node.value)
    return value if isinstance(value, str | int | float | bool | None) else str(node.value)


def read_document(path: Path, root: Path) -> tuple[Document, Sequence[Fault]]:
    """Read one definition file.

    Parameters
    ----------
    path
        YAML file in UTF-8.
    root
        Folder that faults name the file from.

    Returns
    -------
    tuple[Document, Sequence[Fault]]
        The document, and what is wrong with its writing. Nothing is raised for faults in the file, so that
        the faults of all files can be told at once.
    """
    reading = _Reading(path.relative_to(root).as_posix())
    value: Value = None
    try:
        content = path.read_text("utf-8")
        loader = yaml.CSafeLoader(content)
        node = _compose(loader, content)
        value = None if node is None else reading.value(loader, node, ())
    except UnicodeDecodeError as error:
        reading.faults.append(Fault(f"{reading.name}:1", say("not_utf8", at=error.start)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{reading.name}:{mark.line + 1 if mark else 1}"
        reading.faults.append(Fault(where, say("not_yaml", reason=error.problem)))
    except yaml.YAMLError as error:
        reading.faults.append(Fault(f"{reading.name}:1", say("not_yaml", reason=error)))
    return Document(path, reading.name, value, reading.lines), reading.faults
