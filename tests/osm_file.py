"""Writes a tiny ``.osm.pbf``, so that the rules about tags are tried on a real file of the format."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

Tags = Mapping[str, str]
LonLat = tuple[float, float]

_LENGTH_DELIMITED = 2


def write_osm(
    path: Path, ways: Sequence[tuple[Sequence[LonLat], Tags]], nodes: Mapping[LonLat, Tags] | None = None
) -> Path:
    """Write ways with their nodes; equal coordinates are one node. Nodes may have tags of their own."""
    strings = [""]
    tagged = nodes or {}
    places: dict[LonLat, int] = {}
    for line, tags in ways:
        for place in line:
            places.setdefault(place, len(places) + 1)
        strings += [text for pair in tags.items() for text in pair if text not in strings]
    for tags in tagged.values():
        strings += [text for pair in tags.items() for text in pair if text not in strings]
    points = b"".join(
        _field(1, _node(number, place, tagged.get(place, {}), strings)) for place, number in places.items()
    )
    lines = b"".join(
        _field(3, _way(number, [places[place] for place in line], tags, strings))
        for number, (line, tags) in enumerate(ways, 1)
    )
    table = b"".join(_field(1, text.encode()) for text in strings)
    # granularity 100 is the default of the format: 1e-7 degrees
    block = _field(1, table) + _field(2, points) + _field(2, lines)
    header = _field(4, b"OsmSchema-V0.6")
    path.write_bytes(_blob("OSMHeader", header) + _blob("OSMData", block))
    return path


def _blob(kind: str, content: bytes) -> bytes:
    blob = _field(1, content) + _number(2, len(content))
    head = _field(1, kind.encode()) + _number(3, len(blob))
    return len(head).to_bytes(4, "big") + head + blob


def _node(number: int, place: LonLat, tags: Tags, strings: Sequence[str]) -> bytes:
    longitude, latitude = (round(value * 1e7) for value in place)
    keys = b"".join(_varint(strings.index(key)) for key in tags)
    values = b"".join(_varint(strings.index(value)) for value in tags.values())
    said = _field(2, keys) + _field(3, values) if tags else b""
    return _number(1, _zigzag(number)) + said + _number(8, _zigzag(latitude)) + _number(9, _zigzag(longitude))


def _way(number: int, nodes: Sequence[int], tags: Tags, strings: Sequence[str]) -> bytes:
    keys = b"".join(_varint(strings.index(key)) for key in tags)
    values = b"".join(_varint(strings.index(value)) for value in tags.values())
    steps = [nodes[0], *(after - before for before, after in pairwise(nodes))]
    refs = b"".join(_varint(_zigzag(step)) for step in steps)
    return _number(1, number) + _field(2, keys) + _field(3, values) + _field(8, refs)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _zigzag(value: int) -> int:
    return value * 2 if value >= 0 else -value * 2 - 1


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
