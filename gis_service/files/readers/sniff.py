"""Tells what a file is by its first bytes, never by what its name claims.

A GDAL VRT named ``.geojson`` makes stock GDAL read any other file of the machine. So the bytes decide which
one driver may look at the file, and everything without a known beginning is refused.
"""

import json
import re
from pathlib import Path

from gis_service.errors import ErrorCode, NotFound, RefusedInput
from gis_service.files.readers.formats import WKT_NAMES, Format
from gis_service.files.readers.markup import sniff_markup
from gis_service.text import search_form

__all__ = ["Format", "sniff"]

_HEAD_BYTES = 1 << 16
_LINE_BYTES = 16 << 20
"""A line of a sequence longer than this is taken for no sequence."""
_MAGIC = (
    (b"PK\x03\x04", Format.ZIP),
    (b"PK\x05\x06", Format.ZIP),
    (b"\x1f\x8b", Format.GZIP),
    (b"fgb\x03", Format.FLATGEOBUF),
    (b"PAR1", Format.PARQUET),
    (b"\x00\x00\x27\x0a", Format.SHAPEFILE),
    # Element 9 of level 8, flat or solid: how every DGN of version 7 begins.
    (b"\x08\x09\xfe\x02", Format.DGN),
    (b"\xc8\x09\xfe\x02", Format.DGN),
)
_DBF_VERSIONS = b"\x03\x30\x31\x83\x8b\xf5"
_DBF_FIXED, _DBF_TYPE, _DBF_END = 32, 11, 0x0D
"""Length of a table's head and of each description; where the type of a column stands; what ends them."""
_MONTHS, _DAYS = 12, 31
_OSM_MAGIC = b"\n\tOSMHeader"
_OSM_PLACE = slice(4, 4 + len(_OSM_MAGIC))
_SQLITE = b"SQLite format 3\x00"
_APPLICATION_ID = slice(68, 72)
_GEOPACKAGE_IDS = (b"GPKG", b"GP10", b"GP11")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_RECORD_SEPARATOR = b"\x1e"
_GEOJSON = re.compile(
    rb'"type"\s*:\s*"(FeatureCollection|Feature|GeometryCollection|(Multi)?(Point|LineString|Polygon))"'
)
_FOREIGN_JSON = re.compile(rb'"type"\s*:\s*"(Topology|gdal_streamed_alg)"')
_LAWFUL_TEXT = (
    (re.compile(rb"!table\s", re.IGNORECASE), Format.TAB),
    (re.compile(rb"version\s+\d+\s[\s\S]*?(charset|delimiter|columns)\s", re.IGNORECASE), Format.MIF),
    (re.compile(rb"(999[ \t]*\r?\n[^\n]*\n\s*)*0[ \t]*\r?\n[ \t]*SECTION[ \t]*\r?\n"), Format.DXF),
)


def sniff(path: Path, file: str | None = None) -> Format:
    """Name the format of a file by its first bytes.

    Parameters
    ----------
    path
        The file.
    file
        What the user calls it, if not by its name.

    Raises
    ------
    NotFound
        ``file_not_found``.
    RefusedInput
        ``format_not_allowed``, ``xml_forbidden_construct``, or ``no_features`` for a file without a single
        byte.
    """
    if not path.is_file():
        raise NotFound(ErrorCode.FILE_NOT_FOUND, path=str(path))
    file = file or path.name
    with path.open("rb") as opened:
        head = opened.read(_HEAD_BYTES)
    if not head.strip():
        raise RefusedInput(ErrorCode.NO_FEATURES, file=file)
    found = _by_magic(head) or sniff_markup(head, file) or _by_text(head, path)
    if found is None:
        raise RefusedInput(ErrorCode.FORMAT_NOT_ALLOWED, file=file, found=describe(head))
    return found


def _by_magic(head: bytes) -> Format | None:
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if _is_dbf(head):
        return Format.DBF
    if head[_OSM_PLACE] == _OSM_MAGIC:
        return Format.OSM
    if head.startswith(_SQLITE):
        # Old writers left the application id empty; the table of contents then stands on the first page.
        known = head[_APPLICATION_ID] in _GEOPACKAGE_IDS or b"gpkg_contents" in head
        return Format.GEOPACKAGE if known else None
    return None


def _is_dbf(head: bytes) -> bool:
    """Tell a table of dBASE or FoxPro: a version, a day, and descriptions of columns that come to an end."""
    if len(head) <= _DBF_FIXED or head[0] not in _DBF_VERSIONS or head[2] > _MONTHS or head[3] > _DAYS:
        return False
    end = int.from_bytes(head[8:10], "little")
    places = range(_DBF_FIXED, min(end, len(head)), _DBF_FIXED)
    ends = next((place for place in places if head[place] == _DBF_END), None)
    return ends is not None and all(
        chr(head[place + _DBF_TYPE]).isupper() for place in range(_DBF_FIXED, ends, _DBF_FIXED)
    )


def _by_text(head: bytes, path: Path) -> Format | None:
    if head.startswith(_WIDE_MARKS):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
        return Format.CSV if b"\x00" not in text and _is_table(text) else None
    if b"\x00" in head:
        return None
    text = head.removeprefix(_BYTE_ORDER_MARK).lstrip(b" \t\r\n")
    for pattern, found in _LAWFUL_TEXT:
        if pattern.match(text):
            return found
    if text[:1] not in {b"{", b"[", _RECORD_SEPARATOR}:
        return Format.CSV if _is_table(text) else None
    if not _GEOJSON.search(text) or _FOREIGN_JSON.search(text):
        return None
    in_sequence = text.startswith(_RECORD_SEPARATOR) or _is_sequence(path)
    return Format.GEOJSON_SEQUENCE if in_sequence else Format.GEOJSON


def _is_table(text: bytes) -> bool:
    """Tell a table by its header line: it has more than one column, or one of shapes, and is no markup."""
    header = text.removeprefix(_BYTE_ORDER_MARK).lstrip(b" \t\r\n").split(b"\n", 1)[0]
    if any(sign in header for sign in b",;\t|"):
        return header[:1] != b"<"
    name = search_form(header.decode("utf-8", "replace")).strip('"')
    return name.removeprefix("place_") in WKT_NAMES


def _is_sequence(path: Path) -> bool:
    """Tell whether the first line is a whole JSON object, and another follows it."""
    with path.open("rb") as file:
        lines = (file.readline(_LINE_BYTES) for _ in range(1000))
        told = (line.removeprefix(_BYTE_ORDER_MARK).strip() for line in lines)
        first = next((line for line in told if line), b"")
        second = next((line for line in told if line), b"")
    if not (first.startswith(b"{") and first.endswith(b"}") and second.startswith(b"{")):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def describe(head: bytes) -> str:
    """Show the beginning of a file as harmless text."""
    start = head[:24].decode("ascii", "replace").replace("\ufffd", "?")
    return "".join(sign if sign.isprintable() else "?" for sign in start)
