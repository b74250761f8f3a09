"""Tells what a file is by its first bytes, never by what its name claims.

A GDAL VRT named ``.geojson`` makes stock GDAL read any other file of the machine. So the bytes decide which
one driver may look at the file, and everything without a known beginning is refused.
"""

import re
from enum import StrEnum
from pathlib import Path

from gis_service.errors import ErrorCode, NotFound, RefusedInput


class Format(StrEnum):
    """A format that may be loaded; the value is GDAL's name of the driver where GDAL reads it."""

    GEOPACKAGE = "GPKG"
    GEOJSON = "GeoJSON"
    SHAPEFILE = "ESRI Shapefile"
    FLATGEOBUF = "FlatGeobuf"
    PARQUET = "Parquet"
    CSV = "CSV"
    ZIP = "ZIP"

    @property
    def suffix(self) -> str:
        """The ending our own copy of such a file gets."""
        return _SUFFIXES[self]

    @property
    def driver(self) -> str | None:
        """The GDAL driver that may open it; none for what GDAL is not asked to read."""
        return None if self in {Format.PARQUET, Format.CSV, Format.ZIP} else self.value


_SUFFIXES = {
    Format.GEOPACKAGE: ".gpkg",
    Format.GEOJSON: ".geojson",
    Format.SHAPEFILE: ".shp",
    Format.FLATGEOBUF: ".fgb",
    Format.PARQUET: ".parquet",
    Format.CSV: ".csv",
    Format.ZIP: ".zip",
}
_HEAD_BYTES = 1 << 16
_MAGIC = (
    (b"PK\x03\x04", Format.ZIP),
    (b"PK\x05\x06", Format.ZIP),
    (b"fgb\x03", Format.FLATGEOBUF),
    (b"PAR1", Format.PARQUET),
    (b"\x00\x00\x27\x0a", Format.SHAPEFILE),
)
_SQLITE = b"SQLite format 3\x00"
_APPLICATION_ID = slice(68, 72)
_GEOPACKAGE_IDS = (b"GPKG", b"GP10", b"GP11")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_GEOJSON = re.compile(
    rb'"type"\s*:\s*"(FeatureCollection|Feature|GeometryCollection|(Multi)?(Point|LineString|Polygon))"'
)
_FOREIGN_JSON = re.compile(rb'"type"\s*:\s*"(Topology|gdal_streamed_alg)"')


def sniff(path: Path) -> Format:
    """Name the format of a file by its first bytes.

    Raises
    ------
    NotFound
        ``file_not_found``.
    RefusedInput
        ``format_not_allowed``, or ``no_features`` for a file without a single byte.
    """
    if not path.is_file():
        raise NotFound(ErrorCode.FILE_NOT_FOUND, path=str(path))
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip():
        raise RefusedInput(ErrorCode.NO_FEATURES, file=path.name)
    found = _by_magic(head) or _by_text(head)
    if found is None:
        raise RefusedInput(ErrorCode.FORMAT_NOT_ALLOWED, file=path.name, found=_describe(head))
    return found


def _by_magic(head: bytes) -> Format | None:
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if head.startswith(_SQLITE):
        # Old writers left the application id empty; the table of contents then stands on the first page.
        known = head[_APPLICATION_ID] in _GEOPACKAGE_IDS or b"gpkg_contents" in head
        return Format.GEOPACKAGE if known else None
    return None


def _by_text(head: bytes) -> Format | None:
    if b"\x00" in head or head.startswith(_SQLITE):
        return None
    text = head.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if text[:1] in b"{[":
        return Format.GEOJSON if _GEOJSON.search(text) and not _FOREIGN_JSON.search(text) else None
    # XML of any kind (VRT, KML, GML, service descriptions) is no table, and a table has more than one column.
    header = text.split(b"\n", 1)[0]
    return Format.CSV if text[:1] != b"<" and any(sign in header for sign in b",;\t|") else None


def _describe(head: bytes) -> str:
    """Show the beginning of the file as harmless text."""
    start = head[:24].decode("ascii", "replace").replace("\ufffd", "?")
    return "".join(sign if sign.isprintable() else "?" for sign in start)
