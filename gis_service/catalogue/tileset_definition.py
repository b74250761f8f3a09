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
class LayerZooms:
    """At which zooms a tileset shows a layer, and each class of its rows.

    Parameters
    ----------
    minzoom, maxzoom
        First and last zoom at which it shows any row; None for those of the tileset.
    field
        Holds the class of a row; None where all come in together.
    classes
        Zoom from which rows of a class are shown, None for never.
    others
        The same for rows of any other class, and of none.
    """

    minzoom: int | None = None
    maxzoom: int | None = None
    field: str | None = None
    classes: tuple[tuple[str, int | None], ...] = ()
    others: int | None = 0

    def has(self, zoom: int) -> bool:
        """Tell whether it shows the layer at a zoom at all."""
        within = (self.minzoom or 0) <= zoom and (self.maxzoom is None or zoom <= self.maxzoom)
        return within and any(_is_from(one, zoom) for one in (self.others, *dict(self.classes).values()))

    def shown(self, zoom: int) -> tuple[tuple[str, ...], bool]:
        """Tell which rows it shows at a zoom that it has.

        Returns
        -------
        Classes, and whether these are shown; else all but these are.
        """
        is_listed = not _is_from(self.others, zoom)
        return tuple(name for name, first in self.classes if _is_from(first, zoom) is is_listed), is_listed


def _is_from(first: int | None, zoom: int) -> bool:
    return first is not None and first <= zoom


ALL_ZOOMS = LayerZooms()
"""All rows at all zooms of the tileset."""


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
    zooms
        At which zooms the query is given a layer, and which of its rows; of others all.
    """

    id: str
    title: Text
    layers: tuple[LayerId, ...]
    minzoom: int
    maxzoom: int
    fields: Mapping[str, tuple[str, ...]]
    query: str
    style: Mapping[str, Any]
    zooms: Mapping[LayerId, LayerZooms]


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
        zooms={LayerId(layer["id"]): _zooms_from(layer) for layer in entry["layers"]},
    )


def _zooms_from(layer: Entry) -> LayerZooms:
    told = layer.get("classes", {})
    return LayerZooms(
        layer.get("minzoom"),
        layer.get("maxzoom"),
        told.get("field"),
        tuple((name, _first(zoom)) for name, zoom in told.get("from", {}).items()),
        _first(told.get("others", 0)),
    )


def _first(zoom: int | str) -> int | None:
    return None if isinstance(zoom, str) else zoom


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
