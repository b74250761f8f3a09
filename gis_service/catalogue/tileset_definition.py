"""What a vector tile holds: the typed form of ``tiles/<tileset>/``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gis_service.catalogue.values import Entry, text_of
from gis_service.types import LayerId, Text

BIND_PARAMETERS = frozenset({"z", "x", "y"})
"""What a tile query may ask for: the tile's address, nothing else."""

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_PARAMETER = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")


@dataclass(frozen=True, slots=True)
class Tileset:
    """One set of vector tiles.

    Parameters
    ----------
    id, title
        Name for machines and for people.
    layers
        Layers in the tile, bottom first; each is a source layer of the same name.
    minzoom, maxzoom
        Zooms of WebMercatorQuad at which tiles are made.
    fields
        Attributes of each layer that get into the tile.
    query
        SQL with the parameters ``:z :x :y`` that answers one row with one ``bytea`` column ``tile``.
    style
        ``layers`` of a MapLibre style whose ``source`` is the tileset's id.
    """

    id: str
    title: Text
    layers: tuple[LayerId, ...]
    minzoom: int
    maxzoom: int
    fields: Mapping[str, tuple[str, ...]]
    query: str
    style: Mapping[str, Any]


def tileset_from(entry: Entry, query: str, style: Mapping[str, Any]) -> Tileset:
    """Build a tileset from a checked document, its query and its style."""
    return Tileset(
        id=entry["id"],
        title=text_of(entry["title"]),
        layers=tuple(LayerId(layer["id"]) for layer in entry["layers"]),
        minzoom=entry["minzoom"],
        maxzoom=entry["maxzoom"],
        fields={layer["id"]: tuple(layer["fields"]) for layer in entry["layers"]},
        query=query,
        style=style,
    )


def code_of(query: str) -> str:
    """Blank out the comments of a query, keeping its line breaks."""
    return _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), query)


def bind_parameters(query: str) -> dict[str, int]:
    """Give the parameters of a query, each with the line of its first use."""
    code = code_of(query)
    found: dict[str, int] = {}
    for match in _PARAMETER.finditer(code):
        found.setdefault(match.group(1), code.count("\n", 0, match.start()) + 1)
    return found
