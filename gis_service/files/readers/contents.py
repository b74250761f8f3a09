"""What a file holds, as far as a look at it tells."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.faults import read_params
from gis_service.files.readers.formats import Format


@dataclass(frozen=True, slots=True)
class LayerContents:
    """One layer of a file, as the file describes it.

    Parameters
    ----------
    name
        By this name :func:`open_vector` opens it.
    geometry
        Whether it has places.
    kinds
        Kinds of geometry as the file names them (``Point``, ``MultiPolygon``, ``3D Point``); empty when it
        does not.
    features
        Features it claims to hold, none when it does not say.
    columns
        ``(name, type)`` of the columns without the geometry, in order; types as Arrow names them.
    crs
        Coordinate system as the file has it (authority code, WKT or PROJJSON), none when it does not say.
    encoding
        Encoding of the text as the file names it, none when nothing says.
    as_bytes
        Whether text stands as ISO-8859-1, because nobody knows its encoding.
    about
        As :class:`gis_service.files.readers.stream.Found` has it.
    fault
        Why this one of several layers cannot be read; then nothing else of it is known.
    """

    name: str
    geometry: bool = False
    kinds: tuple[str, ...] = ()
    features: int | None = None
    columns: tuple[tuple[str, str], ...] = ()
    crs: str | None = None
    encoding: str | None = None
    as_bytes: bool = False
    about: Mapping[str, str] = field(default_factory=dict)
    fault: RefusedInput | None = None


@dataclass(frozen=True, slots=True)
class FileContents:
    """What a file holds.

    Parameters
    ----------
    format
        What it is, told by its bytes; of an archive what its first data set is.
    layers
        Its layers, in the order of the file.
    """

    format: Format
    layers: tuple[LayerContents, ...]


def read_contents(answer: bytes) -> list[LayerContents]:
    """Read what the reader process told of the layers of a file."""
    return [_layer(told) for told in json.loads(answer)]


def _layer(told: Mapping[str, Any]) -> LayerContents:
    fault = told.get("fault")
    if fault:
        return LayerContents(
            told["name"], fault=RefusedInput(ErrorCode(fault["code"]), (), **read_params(fault["params"]))
        )
    columns = tuple((name, kind) for name, kind in told["columns"])
    return LayerContents(**{**told, "kinds": tuple(told["kinds"]), "columns": columns})
