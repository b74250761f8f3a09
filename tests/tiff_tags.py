"""Looks into small TIFFs, little end first, and changes what their tags say."""

import struct
from pathlib import Path
from typing import Any


def add_ascii_tag(path: Path, tag: int, text: bytes) -> None:
    """Add a tag to the first directory of a small TIFF of little end first."""
    data = bytearray(path.read_bytes())
    assert data[:4] == b"II*\x00"
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    entries = [bytes(data[start + 2 + 12 * i : start + 14 + 12 * i]) for i in range(count)]
    entries = [one for one in entries if struct.unpack_from("<H", one)[0] != tag]
    place = len(data)
    data += text + b"\x00" * (len(text) % 2)
    entries.append(struct.pack("<HHII", tag, 2, len(text), place))
    entries.sort(key=lambda one: struct.unpack_from("<H", one)[0])
    struct.pack_into("<I", data, 4, len(data))
    data += struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", 0)
    path.write_bytes(data)


def tags_of(data: bytes) -> dict[int, int]:
    """Give the places of the values of tags in the first directory, little end first."""
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    return {struct.unpack_from("<H", data, start + 2 + 12 * i)[0]: start + 10 + 12 * i for i in range(count)}


def tile_of(path: Path) -> bytes:
    data = path.read_bytes()
    tags = tags_of(data)
    start, size = (struct.unpack_from("<I", data, tags[tag])[0] for tag in (324, 325))
    return data[start : start + size]


def set_tile(data: bytearray, place: int, size: int) -> None:
    tags = tags_of(bytes(data))
    struct.pack_into("<I", data, tags[324], place)
    # The count of bytes may be a short number.
    kind = struct.unpack_from("<H", data, tags[325] - 6)[0]
    struct.pack_into("<H" if kind == 3 else "<I", data, tags[325], min(size, 65_535) if kind == 3 else size)


def tiles(side: int) -> dict[str, Any]:
    return {"tiled": True, "blockxsize": side, "blockysize": side, "compress": "deflate"}
