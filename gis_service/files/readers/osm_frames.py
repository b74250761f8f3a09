"""Walks through the blocks of an ``.osm.pbf`` file: GDAL gives what it can of one cut short, and is silent.

A block is a length of four bytes, a header that tells how long its data is, and the data
(https://wiki.openstreetmap.org/wiki/PBF_Format).
"""

from pathlib import Path
from typing import BinaryIO

from gis_service.files.readers.faults import corrupt

_LENGTH_BYTES = 4
_LONGEST_HEADER = 64 << 10
_LONGEST_DATA = 32 << 20
"""Both stand in the format's own description."""
_KIND, _DATA_SIZE = 1, 3
_NUMBER, _BYTES = 0, 2
_KINDS = {b"OSMHeader", b"OSMData"}


def refuse_broken(path: Path, file: str) -> None:
    """Refuse an extract whose blocks do not end where the file ends.

    Parameters
    ----------
    path
        The extract.
    file
        What the user calls it.

    Raises
    ------
    RefusedInput
        ``file_corrupt``, with the byte where the broken block begins.
    """
    size = path.stat().st_size
    with path.open("rb") as opened:
        while (place := opened.tell()) < size:
            data = _data_size(opened)
            if data is None or opened.tell() + data > size:
                raise corrupt(file, f"PBF: {place} / {size}")
            opened.seek(data, 1)


def _data_size(opened: BinaryIO) -> int | None:
    """Read the header of a block and give the length of its data, none where it is no header."""
    length = int.from_bytes(opened.read(_LENGTH_BYTES), "big")
    if not 0 < length <= _LONGEST_HEADER:
        return None
    header = opened.read(length)
    fields = _fields(header) if len(header) == length else None
    if fields is None or fields.get(_KIND) not in _KINDS:
        return None
    size = fields.get(_DATA_SIZE)
    return size if isinstance(size, int) and size <= _LONGEST_DATA else None


def _fields(header: bytes) -> dict[int, int | bytes] | None:
    """Read the fields of a header; none where they do not end with it."""
    found: dict[int, int | bytes] = {}
    place = 0
    while place < len(header):
        tag, place = _varint(header, place)
        value, place = _varint(header, place)
        if tag & 7 == _NUMBER:
            found[tag >> 3] = value
        elif tag & 7 == _BYTES:
            found[tag >> 3] = header[place : place + value]
            place += value
        else:
            return None
    return found if place == len(header) else None


def _varint(content: bytes, place: int) -> tuple[int, int]:
    value, shift = 0, 0
    while place < len(content):
        byte = content[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004  the last one of a number
            return value, place
    return value, len(content) + 1
