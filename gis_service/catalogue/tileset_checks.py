"""What the schema cannot say about a tileset: its query, its style, and the layers they speak of."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gis_service.catalogue.document import Document
from gis_service.catalogue.tileset_definition import BIND_PARAMETERS, bind_parameters, code_of
from gis_service.catalogue.values import Entry
from gis_service.catalogue.words import did_you_mean, say
from gis_service.errors import Fault

_LAST_ZOOM = 24
_FIELD_READERS = frozenset({"get", "has"})
_DRAWN = re.compile(r"\bdrawn_(\w+)")
_TABLE = re.compile(
    r"\b(?:from|join)\s+(?:lateral\s+)?(\"?\w+\"?\s*\.\s*\w+)|\b((?:layer|overview|history|gis)\"?\s*\.\s*\"?\w+)",
    re.IGNORECASE,
)
"""A table that a query names itself: of a schema of ours, or any with a schema before its name."""


def check_tileset(document: Document, layers: Mapping[str, Entry | None]) -> Iterator[Fault]:
    """Find what contradicts itself, or names something that is not there, in ``tileset.yaml``.

    Parameters
    ----------
    document
        Accepted by the schema.
    layers
        Every layer that has a file; ``None`` where that file is faulty.
    """
    entry: Any = document.value
    folder = document.path.parent.name
    if entry["id"] != folder:
        yield document.fault(say("id_and_folder", id=entry["id"], folder=folder), "id")
    if entry["minzoom"] > entry["maxzoom"]:
        text = say("zooms_crossed", least=entry["minzoom"], most=entry["maxzoom"])
        yield document.fault(text, "minzoom")
    for index, layer in enumerate(entry["layers"]):
        yield from _check_layer(document, layer, index, layers)


def _check_layer(
    document: Document, layer: Entry, index: int, layers: Mapping[str, Entry | None]
) -> Iterator[Fault]:
    name = layer["id"]
    if name not in layers:
        text = say("no_layer", layer=name, hint=did_you_mean(name, list(layers)))
        yield document.fault(text, "layers", index, "id")
        return
    definition = layers[name]
    if definition is None:
        return
    if definition["visibility"] == "personal":
        yield document.fault(say("layer_personal", layer=name), "layers", index, "id")
    if definition["geometry"] in {"None", "Raster"}:
        yield document.fault(say("layer_without_shape", layer=name), "layers", index, "id")
    fields = [field["name"] for field in definition["fields"]]
    for position, field in enumerate(layer["fields"]):
        if field not in fields:
            hint = did_you_mean(field, fields)
            text = say("layer_without_field", layer=name, field=field, hint=hint)
            yield document.fault(text, "layers", index, "fields", position)
    yield from _check_zooms(document, layer, index, definition)


def _check_zooms(document: Document, layer: Entry, index: int, definition: Entry) -> Iterator[Fault]:
    least, most = layer.get("minzoom", 0), layer.get("maxzoom", _LAST_ZOOM)
    if least > most:
        yield document.fault(say("zooms_crossed", least=least, most=most), "layers", index, "minzoom")
    classes = layer.get("classes")
    if classes is None:
        return
    place, name = ("layers", index, "classes"), classes["field"]
    if name not in layer["fields"]:
        # Joined lines keep no other fields, so the class would be lost.
        hint = did_you_mean(name, layer["fields"])
        yield document.fault(say("class_not_in_tile", field=name, hint=hint), *place, "field")
        return
    known = next((one.get("values") for one in definition["fields"] if one["name"] == name), None) or ()
    for value in classes["from"] if known else ():
        if value not in known:
            hint = did_you_mean(value, [str(one) for one in known])
            text = say("class_unknown", field=name, value=repr(value), hint=hint)
            yield document.fault(text, *place, "from", value)


def check_query(query: str, name: str) -> Iterator[Fault]:
    """Find what a tile query may not do: ask for other parameters, or hold more than one statement.

    Parameters
    ----------
    query
        Content of ``query.sql``.
    name
        How faults name the file.
    """
    found = bind_parameters(query)
    allowed = ", ".join(f":{key}" for key in sorted(BIND_PARAMETERS))
    for parameter, line in found.items():
        if parameter not in BIND_PARAMETERS:
            text = say("parameter_unknown", parameter=parameter, allowed=allowed)
            yield Fault(f"{name}:{line}", text)
    for parameter in sorted(BIND_PARAMETERS - found.keys()):
        yield Fault(f"{name}:1", say("parameter_unused", parameter=parameter, allowed=allowed))
    code = code_of(query)
    words = code.split(maxsplit=1)
    if not words or words[0].lower() not in {"select", "with"}:
        yield Fault(f"{name}:1", say("query_begins"))
    end = code.find(";")
    if end >= 0 and code[end + 1 :].strip():
        yield Fault(f"{name}:{code.count(chr(10), 0, end) + 1}", say("query_twice"))


def check_reads(query: str, entry: Entry, name: str) -> Iterator[Fault]:
    """Find what a tile query may not read, and layers of the tileset that it does not read.

    Parameters
    ----------
    query
        Content of ``query.sql``.
    entry
        The tileset's document.
    name
        How faults name the file.
    """
    code = code_of(query)
    layers = [layer["id"] for layer in entry["layers"]]

    def where(at: int) -> str:
        return f"{name}:{code.count(chr(10), 0, at) + 1}"

    for found in _TABLE.finditer(code):
        at = found.lastindex or 0
        yield Fault(where(found.start(at)), say("query_reads_table", table=found.group(at)))
    read = {found.group(1): found.start() for found in reversed([*_DRAWN.finditer(code)])}
    for layer, at in sorted(read.items(), key=lambda one: one[1]):
        if layer not in layers:
            hint = did_you_mean(layer, layers)
            yield Fault(where(at), say("query_reads_other", layer=layer, hint=hint))
    for layer in layers:
        if layer not in read:
            yield Fault(f"{name}:1", say("query_reads_not", layer=layer))


def read_style(path: Path, name: str) -> tuple[Mapping[str, Any], list[Fault]]:
    """Read ``style.json``; a fault stands for what is not JSON or has no ``layers``."""
    try:
        style = json.loads(path.read_text("utf-8"))
    except json.JSONDecodeError as error:
        return {}, [Fault(f"{name}:{error.lineno}", say("not_json", reason=error.msg))]
    if not isinstance(style, dict) or not isinstance(style.get("layers"), list):
        return {}, [Fault(f"{name}:1", say("style_without_layers"))]
    return style, []


def check_style(style: Mapping[str, Any], entry: Entry, path: Path, name: str) -> Iterator[Fault]:
    """Find style layers that draw what is not in the tile.

    Parameters
    ----------
    style
        What ``read_style`` gave.
    entry
        The tileset's document.
    path, name
        The style's file, and how faults name it.
    """
    fields = {layer["id"]: layer["fields"] for layer in entry["layers"]}
    lines = path.read_text("utf-8").splitlines()
    for layer in style["layers"]:
        where = f"{name}:{_line_of(lines, str(layer.get('id')))}"
        id_ = layer.get("id")
        if layer.get("source") != entry["id"]:
            value = repr(layer.get("source"))
            yield Fault(where, say("style_source", id=id_, wanted=entry["id"], value=value))
        source_layer = layer.get("source-layer")
        if source_layer not in fields:
            hint = did_you_mean(str(source_layer), list(fields))
            yield Fault(where, say("style_source_layer", id=id_, value=repr(source_layer), hint=hint))
            continue
        for field in sorted(set(_fields_read(layer)) - set(fields[source_layer])):
            hint = did_you_mean(field, fields[source_layer])
            yield Fault(where, say("style_field", id=id_, field=field, layer=source_layer, hint=hint))


def _line_of(lines: list[str], layer_id: str) -> int:
    """Give the line on which a style layer says its id; JSON parsers keep no lines."""
    wanted = json.dumps(layer_id, ensure_ascii=False)
    places = (number for number, line in enumerate(lines, 1) if '"id"' in line and wanted in line)
    return next(places, 1)


def _fields_read(value: Any) -> Iterator[str]:  # noqa: ANN401 - any part of a style
    """Give every field that an expression such as ``["get", "name"]`` reads."""
    if isinstance(value, dict):
        for part in value.values():
            yield from _fields_read(part)
    elif isinstance(value, list):
        if len(value) == 2 and value[0] in _FIELD_READERS and isinstance(value[1], str):  # noqa: PLR2004 - ["get", name]
            yield value[1]
        for part in value:
            yield from _fields_read(part)
