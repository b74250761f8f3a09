"""Makes a source fit to be read: its text, its header and its parts, in the reader process's own folder.

GDAL takes names of other files, and of encodings, out of the file it reads. What can be read without them is
written anew without them.
"""

import re
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.dxf_blocks import refuse_growth
from gis_service.files.readers.encodings import (
    AS_BYTES,
    UTF8,
    Reading,
    asked_reading,
    codec_of,
    is_utf8,
    language_id,
    rewritten,
    stated_reading,
)
from gis_service.files.readers.faults import corrupt
from gis_service.files.readers.formats import Format
from gis_service.files.readers.gdal import pyogrio
from gis_service.files.readers.geojson_faults import refuse_not_finite
from gis_service.files.readers.markup import check_markup, declared_encoding, refuse_declarations

_HEAD_BYTES = 1 << 16
_DBF_HEADER, _DBF_RECORD, _DBF_LANGUAGE = slice(8, 10), slice(10, 12), 29
_DBF_ROWS = slice(4, 8)
_SHX_HEAD, _SHX_ENTRY = 100, 8
_DBF_FIXED, _DBF_NAME, _DBF_SIZE = 32, 11, 16
_EXPAT_KNOWS = {"utf-8", "utf-16", "iso8859-1", "ascii"}
_OPTIONS = {
    # Schemas are read where they lie beside the file, and looked for nowhere else.
    Format.GML: {"WRITE_GFS": "NO", "DOWNLOAD_SCHEMA": "NO", "SKIP_RESOLVE_ELEMS": "ALL"},
    # The file is a link to what somebody else keeps: no journal beside it, no lock on it.
    Format.GEOPACKAGE: {"IMMUTABLE": "YES", "LIST_ALL_TABLES": "NO"},
}
_TAB_LINES = re.compile(
    rb"^\s*(!table\s*|!version\s+\d+\s*|!charset\s+\w+\s*|Definition Table\s*|Fields\s+\d+\s*"
    rb'|Type\s+(NATIVE|DBF)(\s+Charset\s+"\w*")?\s*|[^\s"\\/:]+\s+(Char|Integer|SmallInt|LargeInt|Decimal|Float'
    rb"|Date|DateTime|Time|Logical)\b[^;\"\\/:]*;\s*|)$",
    re.IGNORECASE,
)
_TAB_END = re.compile(rb"^\s*(begin_metadata|ReadOnly)", re.IGNORECASE)
_TAB_REMARK = re.compile(rb'^\s*Description\s+"', re.IGNORECASE)
_CHARSET = re.compile(rb'(^\s*!charset\s+|\bcharset\s+")(\w+)("?)', re.IGNORECASE | re.MULTILINE)
_CODE_PAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+(\S+)")
_BYTES_NAME = rb"ISO8859_1"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A source as GDAL may open it.

    Parameters
    ----------
    path
        The file.
    reading
        How its text is read.
    encoding
        What GDAL is told about its text, where it can be told.
    options
        Options of the driver.
    about
        What was done to it.
    deleted
        Rows that its table holds and has struck out.
    """

    path: str
    reading: Reading = field(default_factory=Reading)
    encoding: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    deleted: int = 0


def prepare(path: Path, kind: Format, file: str, encoding: str | None, *, strict: bool) -> Prepared:
    """Make a source fit to be read.

    Parameters
    ----------
    path
        It, in a folder of this process's own.
    kind
        Its format.
    file
        What the user calls it.
    encoding
        Encoding somebody named for its text.
    strict
        Refuse text of which nobody knows what it is.

    Raises
    ------
    RefusedInput
        ``text_encoding_unknown``, ``format_not_allowed``, ``file_corrupt``, ``xml_forbidden_construct`` or
        ``too_deeply_nested``.
    """
    text = _Text(path, kind, file, encoding, strict)
    ways = {
        Format.SHAPEFILE: text.shapefile,
        Format.DBF: text.dbf,
        Format.TAB: text.tab,
        Format.MIF: text.mif,
        Format.DXF: text.dxf,
        Format.DGN: text.dgn,
        **dict.fromkeys((Format.GML, Format.KML, Format.GPX), text.plain),
        **dict.fromkeys((Format.GEOJSON, Format.GEOJSON_SEQUENCE), text.plain),
    }
    if kind in ways:
        return ways[kind]()
    return Prepared(str(path), Reading(UTF8), options=_OPTIONS.get(kind, {}))


@dataclass(frozen=True, slots=True)
class _Text:
    path: Path
    kind: Format
    file: str
    encoding: str | None
    strict: bool

    def _reading(self, written: str | None, *, utf8: bool) -> Reading:
        if self.encoding:
            return asked_reading(self.encoding, self.file, written)
        return stated_reading(written, utf8=utf8, strict=self.strict, file=self.file)

    def shapefile(self) -> Prepared:
        about = {}
        prepared = self.dbf()
        if not self.path.with_suffix(".shx").exists():
            pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
            about["index_rebuilt"] = "yes"
        return replace(prepared, about=about)

    def dbf(self) -> Prepared:
        """Read the table of a Shapefile, or one that is alone."""
        table = self.path.with_suffix(".dbf")
        with table.open("rb") as opened:
            head = opened.read(_DBF_FIXED)
        if len(head) < _DBF_FIXED:
            raise corrupt(self.file, f".dbf: {len(head)} bytes")
        start = int.from_bytes(head[_DBF_HEADER], "little")
        self._require_rows(table, head)
        named = self.path.with_suffix(".cpg")
        written = named.read_bytes()[:64].strip().decode("ascii", "replace") if named.exists() else None
        utf8 = is_utf8(table, start) and _names_are_utf8(table, start)
        language = language_id(head[_DBF_LANGUAGE])
        reading = self._reading(written, utf8=utf8) if written else self._unnamed(language, utf8=utf8)
        told = UTF8 if reading.codec == "utf-8" else AS_BYTES
        reading = Reading(reading.written, None, reading.as_bytes) if told == UTF8 else reading
        return Prepared(str(self.path), reading, told, deleted=_struck_out(table, head))

    def _require_rows(self, table: Path, head: bytes) -> None:
        """Refuse a table of fewer rows than it or the shapes claim: GDAL gives them without values."""
        start, width = (int.from_bytes(head[place], "little") for place in (_DBF_HEADER, _DBF_RECORD))
        claimed = int.from_bytes(head[_DBF_ROWS], "little")
        index = self.path.with_suffix(".shx")
        shapes = (index.stat().st_size - _SHX_HEAD) // _SHX_ENTRY if index.exists() else claimed
        held = max(table.stat().st_size - start, 0) // max(width, 1)
        if start <= _DBF_FIXED or held < claimed or claimed < shapes:
            reason = f".dbf: {min(held, claimed)} / {max(claimed, shapes)}"
            raise corrupt(self.file, reason, min(held, claimed, max(shapes, 0)))

    def _unnamed(self, language: str | None, *, utf8: bool) -> Reading:
        """Read text whose encoding only the language byte names, which many programs set without thought."""
        reading = self._reading(None, utf8=utf8)
        return Reading(language, reading.codec, reading.as_bytes)

    def tab(self) -> Prepared:
        """Write the header of a MapInfo table anew: GDAL would open any table that it names."""
        content = self.path.read_bytes()
        lines = []
        for line in content[:_HEAD_BYTES].splitlines():
            if _TAB_END.match(line):
                break
            if _TAB_REMARK.match(line):
                continue
            if not _TAB_LINES.match(line):
                shown = line.strip()[:40].decode("ascii", "replace")
                raise RefusedInput(ErrorCode.FORMAT_NOT_ALLOWED, file=self.file, found=shown)
            lines.append(line)
        if not any(re.match(rb"\s*Type\s", line, re.IGNORECASE) for line in lines):
            raise RefusedInput(ErrorCode.FORMAT_NOT_ALLOWED, file=self.file, found="!table")
        head = b"\r\n".join(lines)
        self.path.unlink()
        self.path.write_bytes(_CHARSET.sub(rb"\1" + _BYTES_NAME + rb"\3", head) + b"\r\n")
        rows = self.path.with_suffix(".dat")
        return Prepared(
            str(self.path), self._reading(_charset(head), utf8=rows.exists() and _cells_are_utf8(rows))
        )

    def mif(self) -> Prepared:
        """Write the header of a MapInfo interchange file anew, its text to be given byte by byte."""
        rows = self.path.with_suffix(".mid")
        utf8 = is_utf8(self.path) and (not rows.exists() or is_utf8(rows))
        with self.path.open("rb") as source:
            head = source.read(_HEAD_BYTES)
            reading = self._reading(_charset(head), utf8=utf8)
            fresh = _CHARSET.sub(rb"\1" + _BYTES_NAME + rb"\3", head, count=1)
            if not _CHARSET.search(head):
                fresh = re.sub(
                    rb"^(\s*version\s+\d+[^\n]*\n)",
                    rb'\1Charset "ISO8859_1"\n',
                    head,
                    count=1,
                    flags=re.IGNORECASE,
                )
            self.path.unlink()
            with self.path.open("xb") as out:
                out.write(fresh)
                shutil.copyfileobj(source, out)
        return Prepared(str(self.path), reading)

    def dxf(self) -> Prepared:
        refuse_growth(self.path, self.file)
        with self.path.open("rb") as opened:
            named = _CODE_PAGE.search(opened.read(_HEAD_BYTES))
        utf8 = is_utf8(self.path)
        reading = self._reading(named[1].decode("ascii", "replace") if named else None, utf8=utf8)
        told = UTF8 if reading.codec == "utf-8" else AS_BYTES
        pyogrio.set_gdal_config_options({"DXF_ENCODING": told})
        return Prepared(
            str(self.path), Reading(reading.written, None, reading.as_bytes) if told == UTF8 else reading
        )

    def dgn(self) -> Prepared:
        """Read a drawing that has no word for its encoding."""
        asked = self.encoding
        reading = asked_reading(asked, self.file) if asked else Reading(None, None, as_bytes=True)
        return Prepared(str(self.path), reading, options={"ENCODING": AS_BYTES})

    def plain(self) -> Prepared:
        """Read a document that is all text: what is not UTF-8 is written again as such."""
        with self.path.open("rb") as opened:
            head = opened.read(_HEAD_BYTES)
        written = declared_encoding(head) if self.kind.is_markup else None
        codec = codec_of(written) if written else None
        utf8 = codec in {None, "utf-8", "utf-8-sig"} and is_utf8(self.path)
        known = codec in _EXPAT_KNOWS - {"utf-8"} and self.kind.is_markup and not self.encoding
        path, reading = self.path, Reading(written)
        if not utf8 and not known:
            reading = self._reading(written, utf8=False)
            path = self.path.with_name(f"{self.path.stem}-utf8{self.kind.suffix}")
            rewritten(self.path, path, reading.codec or "latin-1")
            reading = Reading(reading.written, None, reading.as_bytes)
        schema = self.path.with_suffix(".xsd")
        if self.kind is Format.GML and schema.exists():
            refuse_declarations(schema.read_bytes(), self.file)
            if path != self.path:
                shutil.copyfile(schema, path.with_suffix(".xsd"))
        if self.kind.is_markup:
            check_markup(path, self.file, self.kind)
        else:
            refuse_not_finite(path, self.file, sequence=self.kind is Format.GEOJSON_SEQUENCE)
        return Prepared(str(path), reading, options=_OPTIONS.get(self.kind, {}))


def _charset(head: bytes) -> str | None:
    found = _CHARSET.search(head)
    name = found[2].decode("ascii", "replace") if found else None
    return None if name is None or name.lower() == "neutral" else name


def _names_are_utf8(table: Path, end: int) -> bool:
    """Tell whether the field names of a DBF are UTF-8; other bytes of their descriptions may be anything."""
    with table.open("rb") as opened:
        fields = opened.read(min(end, _HEAD_BYTES))[_DBF_FIXED:]
    names = [fields[at : at + _DBF_NAME].split(b"\0")[0] for at in range(0, len(fields) - 1, _DBF_FIXED)]
    try:
        b"\n".join(names).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _cells_are_utf8(table: Path) -> bool:
    """Tell whether the text of a MapInfo table is UTF-8; it is laid out as a DBF, with numbers as bytes."""
    content = np.memmap(table, dtype=np.uint8, mode="r")
    head = content[:_DBF_FIXED].tobytes()
    start, width = (int.from_bytes(head[place], "little") for place in (_DBF_HEADER, _DBF_RECORD))
    count = min(int.from_bytes(head[_DBF_ROWS], "little"), (len(content) - start) // width if width else 0)
    if count <= 0:
        return False
    rows = content[start : start + count * width].reshape(count, width)
    at = 1
    for place in range(_DBF_FIXED, start - 1, _DBF_FIXED):
        field = content[place : place + _DBF_FIXED].tobytes()
        size = field[_DBF_SIZE] if len(field) == _DBF_FIXED else 0
        try:
            if field[_DBF_NAME : _DBF_NAME + 1] == b"C":
                rows[:, at : at + size].tobytes().decode("utf-8")
        except UnicodeDecodeError:
            return False
        at += size
    return True


def _struck_out(table: Path, head: bytes) -> int:
    """Count the rows of a DBF that are marked as deleted: GDAL counts them and does not give them."""
    start, width = (int.from_bytes(head[place], "little") for place in (_DBF_HEADER, _DBF_RECORD))
    rows = int.from_bytes(head[_DBF_ROWS], "little")
    if not width or not rows:
        return 0
    content = np.memmap(table, dtype=np.uint8, mode="r")
    marks = content[start::width][:rows]
    return int(np.count_nonzero(marks == ord("*")))
