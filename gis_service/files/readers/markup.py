"""Looks at XML before any other reader does: what it is, and that it holds no entity and no outer reference.

Whatever a document type declares (entities that grow, files and addresses to be fetched) stands before the
root element, so a parser that stops there sees all of it, in any encoding an XML parser knows.
"""

import re
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.faults import corrupt, on_line, too_deep
from gis_service.files.readers.formats import Format

_DEEPEST = 200
"""Nested elements; a document of places needs some twenty, and readers recurse."""
_CHUNK_BYTES = 1 << 20
_TAG = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)([^<>]*)")
_PASSED_OVER = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(\[.*?\]\s*)?>", re.DOTALL)
_DECLARED = re.compile(r"""^<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_GML = "http://www.opengis.net/gml"
_SERVICES = (
    "capabilities",
    "datasource",
    "describecoverage",
    "exception",
    "gdal",
    "wms",
    "wfs",
    "vrt",
    "schema",
)
_FEATURE = {Format.KML: "Placemark", Format.GPX: "wpt"}


def head_text(head: bytes) -> str:
    """Read the beginning of a document as an XML parser would, as far as its name can be told from it."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return head[: len(head) // 4 * 4].decode(encoding, "replace")
    return head.decode("utf-8", "replace")


def declared_encoding(head: bytes) -> str | None:
    """Give the encoding a document names in its first line, else by its byte order mark, else none."""
    text = head_text(head)
    named = _DECLARED.match(text.lstrip())
    if named:
        return named[1]
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)


def sniff_markup(head: bytes, file: str) -> Format | None:
    """Name the kind of an XML document, none when it is no XML of a kind that is read here.

    Raises
    ------
    RefusedInput
        ``xml_forbidden_construct`` for a document of places that declares a document type, or for any
        other that declares an entity.
    """
    text = head_text(head).lstrip()
    if not text.startswith("<"):
        return None
    rest = _PASSED_OVER.sub("", text)
    root = _TAG.search(rest)
    name = root[2] if root else ""
    found = {"kml": Format.KML, "gpx": Format.GPX}.get(name.lower())
    if found is None and root and _GML in rest and not any(word in name.lower() for word in _SERVICES):
        found = Format.GML
    # A web page has a document type as well; only what declares something with it is refused for that.
    declares = found or not root or name.lower() == "osm" or "<!ENTITY" in text.upper()
    if "<!DOCTYPE" in text.upper() and declares:
        raise RefusedInput(ErrorCode.XML_FORBIDDEN_CONSTRUCT, file=file, construct="DOCTYPE")
    return found


class _RootReachedError(Exception):
    """Nothing that is forbidden may stand behind the beginning of the root element."""


def refuse_declarations(content: bytes, file: str) -> None:
    """Refuse a document, or the beginning of one, that declares a document type.

    Raises
    ------
    RefusedInput
        ``xml_forbidden_construct``.
    """
    parser = _wary(file)
    parser.StartElementHandler = _stop
    try:
        parser.Parse(content, False)
    except (_RootReachedError, expat.ExpatError, LookupError):
        return


def _stop(*_: object) -> NoReturn:
    raise _RootReachedError


def _wary(file: str) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")

    def refuse(*_: object) -> NoReturn:
        raise RefusedInput(ErrorCode.XML_FORBIDDEN_CONSTRUCT, file=file, construct="DOCTYPE")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    return parser


def check_markup(path: Path, file: str, kind: Format) -> None:
    """Read through a document: no declarations, no nesting beyond reason, well-formed to its end.

    Raises
    ------
    RefusedInput
        ``xml_forbidden_construct``, ``too_deeply_nested``, or ``file_corrupt`` with the line and the number
        of features that stand before it.
    """
    parser = _wary(file)
    depth, whole = 0, 0
    feature = _FEATURE.get(kind)

    def enter(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            line = parser.CurrentLineNumber
            raise too_deep(file, _DEEPEST, on_line(line), line=line)

    def leave(name: str) -> None:
        nonlocal depth, whole
        depth -= 1
        local = name.rpartition(" ")[2]
        whole += local == feature if feature else local in {"featureMember", "member"}

    parser.StartElementHandler = enter
    parser.EndElementHandler = leave
    with path.open("rb") as document:
        try:
            while chunk := document.read(_CHUNK_BYTES):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise corrupt(file, f"XML: {error}", whole) from error
