"""What the schema cannot say about a tileset: its query, its style, and the layers they speak of."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gis_service.catalogue.document import Document
from gis_service.catalogue.schema import did_you_mean
from gis_service.catalogue.tileset_definition import BIND_PARAMETERS, bind_parameters, code_of
from gis_service.catalogue.values import Entry
from gis_service.errors import Fault

_FIELD_READERS = frozenset({"get", "has"})


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
        text = f"the id is '{entry['id']}', the folder is {folder}/; both must be the same"
        yield document.fault(text, "id")
    if entry["minzoom"] > entry["maxzoom"]:
        text = f"minzoom {entry['minzoom']} is more than maxzoom {entry['maxzoom']}"
        yield document.fault(text, "minzoom")
    for index, layer in enumerate(entry["layers"]):
        yield from _check_layer(document, layer, index, layers)


def _check_layer(
    document: Document, layer: Entry, index: int, layers: Mapping[str, Entry | None]
) -> Iterator[Fault]:
    name = layer["id"]
    if name not in layers:
        text = f"there is no layer '{name}'{did_you_mean(name, list(layers))}"
        yield document.fault(text, "layers", index, "id")
        return
    definition = layers[name]
    if definition is None:
        return
    if definition["visibility"] == "personal":
        yield document.fault(
            f"the layer '{name}' is personal and never goes into tiles", "layers", index, "id"
        )
    if definition["geometry"] == "None":
        yield document.fault(f"the layer '{name}' has no geometry to draw", "layers", index, "id")
    fields = [field["name"] for field in definition["fields"]]
    for position, field in enumerate(layer["fields"]):
        if field not in fields:
            text = f"the layer '{name}' has no field '{field}'{did_you_mean(field, fields)}"
            yield document.fault(text, "layers", index, "fields", position)


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
            yield Fault(f"{name}:{line}", f"unknown parameter :{parameter}; a tile query takes {allowed}")
    for parameter in sorted(BIND_PARAMETERS - found.keys()):
        yield Fault(f"{name}:1", f"the parameter :{parameter} is not used; a tile query takes {allowed}")
    code = code_of(query)
    words = code.split(maxsplit=1)
    if not words or words[0].lower() not in {"select", "with"}:
        yield Fault(f"{name}:1", "a tile query begins with SELECT or WITH")
    end = code.find(";")
    if end >= 0 and code[end + 1 :].strip():
        yield Fault(
            f"{name}:{code.count(chr(10), 0, end) + 1}", "a tile query is one statement; found a second one"
        )


def read_style(path: Path, name: str) -> tuple[Mapping[str, Any], list[Fault]]:
    """Read ``style.json``; a fault stands for what is not JSON or has no ``layers``."""
    try:
        style = json.loads(path.read_text("utf-8"))
    except json.JSONDecodeError as error:
        return {}, [Fault(f"{name}:{error.lineno}", f"not JSON: {error.msg}")]
    if not isinstance(style, dict) or not isinstance(style.get("layers"), list):
        return {}, [Fault(f"{name}:1", "the style needs a list 'layers' of MapLibre style layers")]
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
        title = f"style layer '{layer.get('id')}'"
        if layer.get("source") != entry["id"]:
            yield Fault(where, f"{title}: the source must be '{entry['id']}', found {layer.get('source')!r}")
        source_layer = layer.get("source-layer")
        if source_layer not in fields:
            hint = did_you_mean(str(source_layer), list(fields))
            yield Fault(where, f"{title}: the tile has no source-layer {source_layer!r}{hint}")
            continue
        for field in sorted(set(_fields_read(layer)) - set(fields[source_layer])):
            hint = did_you_mean(field, fields[source_layer])
            yield Fault(where, f"{title}: the tile has no field '{field}' in '{source_layer}'{hint}")


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
