"""Vector tiles put together, without decoding what is in their layers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_LAYER, _NAME, _FEATURE = 3, 1, 2
_BYTES = 2
"""Kind of a field that begins with its length."""


@dataclass(frozen=True, slots=True)
class LayerSize:
    """What a layer takes in a tile.

    Parameters
    ----------
    bytes
        All of it.
    features
        Their number.
    """

    bytes: int
    features: int


def layer_sizes(tile: bytes) -> dict[str, LayerSize]:
    """Tell what each layer of a tile takes, by its name.

    Raises
    ------
    ValueError
        When the bytes are no vector tile.
    """
    sizes: dict[str, LayerSize] = {}
    for number, content, raw in _fields(tile):
        if number != _LAYER:
            continue
        name, features = "", 0
        for part, inner, _ in _fields(content):
            name = inner.decode() if part == _NAME else name
            features += part == _FEATURE
        sizes[name] = LayerSize(len(raw), features)
    return sizes


def renamed(tile: bytes, names: Mapping[str, str]) -> bytes:
    """Give a tile in which some layers are called otherwise; everything else stays byte for byte.

    Parameters
    ----------
    tile
        Mapbox Vector Tile.
    names
        New name of a layer by its old one; others keep theirs.

    Raises
    ------
    ValueError
        When the bytes are no vector tile.
    """
    return b"".join(
        _field(_LAYER, _layer_renamed(content, names)) if number == _LAYER else raw
        for number, content, raw in _fields(tile)
    )


def _layer_renamed(layer: bytes, names: Mapping[str, str]) -> bytes:
    parts = []
    for number, content, raw in _fields(layer):
        new = names.get(content.decode()) if number == _NAME else None
        parts.append(raw if new is None else _field(_NAME, new.encode()))
    return b"".join(parts)


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Give number, content and all bytes of each field of a Protocol Buffers message."""
    at = 0
    while at < len(message):
        begin = at
        key, at = _read(message, at)
        if key & 7 == _BYTES:
            length, at = _read(message, at)
            content, at = message[at : at + length], at + length
        elif key & 7 == 0:
            _, at = _read(message, at)
            content = b""
        else:
            raise ValueError("no vector tile")
        if at > len(message):
            raise ValueError("a vector tile that ends too early")
        yield key >> 3, content, message[begin:at]


def _read(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message):
        value |= (message[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if message[at - 1] < 0x80:  # noqa: PLR2004 the last of its bytes
            return value, at
    raise ValueError("a vector tile that ends too early")


def _field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | _BYTES) + varint(len(content)) + content


def varint(number: int) -> bytes:
    """Write a number seven bits at a time, the lowest first."""
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 seven bits
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
