"""The file of a compact product: a head of JSON and columns of numbers, little-endian (docs/contract.md)."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from gis_service.files.store import Array
from gis_service.services.documents import canonical_json

MAGIC = b"GISP"
_WIDE = 8
"""Bytes: columns begin at whole multiples, so that a reader can look at them in place."""
_LENGTH = 4


def packed(head: Mapping[str, Any], columns: Mapping[str, Array]) -> bytes:
    """Write a product.

    Parameters
    ----------
    head
        What stands in its head beside ``columns``.
    columns
        Numbers by name, each of one of the types ``u2 i4 u4 f8``.

    Returns
    -------
    bytes
        The same for equal arguments.
    """
    told, bodies, offset = [], [], 0
    for name, values in columns.items():
        kind = values.dtype.newbyteorder("<")
        body = _padded(np.ascontiguousarray(values, dtype=kind).tobytes(), b"\0")
        told.append({"name": name, "type": kind.str[1:], "shape": list(values.shape), "offset": offset})
        bodies.append(body)
        offset += len(body)
    text = _padded(canonical_json({**head, "columns": told}), b" ")
    return b"".join([MAGIC, len(text).to_bytes(_LENGTH, "little"), text, *bodies])


def unpacked(product: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """Read a product again: its head, and its columns by name."""
    start = len(MAGIC) + _LENGTH
    end = start + int.from_bytes(product[len(MAGIC) : start], "little")
    head = json.loads(product[start:end])
    columns = {}
    for told in head["columns"]:
        count = int(np.prod(told["shape"]))
        values = np.frombuffer(product, f"<{told['type']}", count, end + told["offset"])
        columns[told["name"]] = values.reshape(told["shape"])
    return head, columns


def _padded(body: bytes, filler: bytes) -> bytes:
    return body + filler * (-len(body) % _WIDE)
