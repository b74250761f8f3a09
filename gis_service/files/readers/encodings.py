"""How the text of a file is encoded: what the file says, and what is done about it.

Nothing is guessed here. Text in UTF-8 is told by reading it; an encoding of the West or of Russia that the
file names is decoded by Python's own table; the old Vietnamese ones are left alone. Their text stands as
ISO-8859-1, one sign for one byte, so that whoever knows the encoding can put it right without loss: GDAL's
tables for TCVN and CP1258 lose letters.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from gis_service.errors import ErrorCode, RefusedInput

AS_BYTES = "ISO-8859-1"
"""Every byte is one sign, and no byte is without one."""
UTF8 = "UTF-8"
_CHUNK_BYTES = 4 << 20
_LEFT_ALONE = re.compile(
    r"^(tcvn|vni|viscii|vps|vscii|x?-?viet|(windows|cp|ansi|ms|ibm)?[-_ ]?1258$|windowsvietnamese)"
)
_NUMBERED = re.compile(r"^(?:ansi|windows|cp|ms|ldid|x-cp|dos|ibm)?[-_ /]?(\d{3,5})$")
_ISO = re.compile(r"^iso[-_ ]?8859[-_ ]?(\d{1,2})$|^8859[-_]?(\d{1,2})$|^88591(\d?)$")
_MAPINFO = {
    "neutral": None,
    "windowslatin1": "cp1252",
    "windowslatin2": "cp1250",
    "windowscyrillic": "cp1251",
    "windowsgreek": "cp1253",
    "windowsturkish": "cp1254",
    "windowshebrew": "cp1255",
    "windowsarabic": "cp1256",
    "windowsbalticrim": "cp1257",
    "windowssimpchinese": "gbk",
    "windowstradchinese": "big5",
    "windowsjapanese": "cp932",
    "windowskorean": "cp949",
}
_LANGUAGE_IDS = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252", 0xC8: "cp1250", 0xC9: "cp1251"}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the text of one source is read.

    Parameters
    ----------
    written
        The encoding as the file names it, none when nothing does.
    codec
        Python's name of the table that turns ISO-8859-1 into what was meant; none when the text is right as
        it comes, or nobody knows.
    as_bytes
        Whether the text stands as ISO-8859-1 because nobody knows its encoding.
    """

    written: str | None = None
    codec: str | None = None
    as_bytes: bool = False


def is_utf8(path: Path, start: int = 0) -> bool:
    """Tell whether a file is UTF-8 from a byte on; that is hard to meet by chance."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        file.seek(start)
        try:
            for chunk in iter(partial(file.read, _CHUNK_BYTES), b""):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def codec_of(name: str) -> str | None:
    """Give Python's name of an encoding, none for one that is left alone or not known.

    Examples
    --------
    >>> codec_of("ANSI 1252"), codec_of("ISO 8859-1"), codec_of("TCVN-5712"), codec_of("windows-1258")
    ('cp1252', 'iso8859-1', None, None)
    """
    short = name.strip().strip('"').lower()
    if not short or is_left_alone(short):
        return None
    if short in _MAPINFO:
        return _MAPINFO[short]
    numbered, iso = _NUMBERED.match(short), _ISO.match(short)
    if numbered and numbered[1] == "65001":
        short = "utf-8"
    elif iso:
        short = f"iso8859-{iso[1] or iso[2] or '1'}{iso[3] or ''}"
    elif numbered:
        short = f"cp{numbered[1]}"
    try:
        return codecs.lookup(short).name
    except LookupError:
        return None


def is_left_alone(name: str) -> bool:
    """Tell an old Vietnamese encoding, or one whose text is asked for as it stands."""
    return bool(_LEFT_ALONE.match(name.strip().lower()))


def asked_reading(encoding: str, file: str, written: str | None = None) -> Reading:
    """Give the reading of text whose encoding somebody has named.

    Raises
    ------
    RefusedInput
        ``text_encoding_unknown`` for a name that nobody knows.
    """
    if is_left_alone(encoding):
        return Reading(written, None, as_bytes=True)
    codec = codec_of(encoding)
    if codec is None:
        raise RefusedInput(ErrorCode.TEXT_ENCODING_UNKNOWN, file=file)
    return Reading(written, codec)


def stated_reading(written: str | None, *, utf8: bool, strict: bool, file: str) -> Reading:
    """Give the reading of text that may or may not say what it is.

    Parameters
    ----------
    written
        What the file says.
    utf8
        Whether its text reads as UTF-8; then it is.
    strict
        Refuse text of which nobody knows what it is.
    file
        What the user calls the file.

    Raises
    ------
    RefusedInput
        ``text_encoding_unknown``.
    """
    if utf8:
        return Reading(written, "utf-8")
    codec = codec_of(written) if written else None
    if codec is not None and codec != "utf-8":
        return Reading(written, codec)
    if strict:
        raise RefusedInput(ErrorCode.TEXT_ENCODING_UNKNOWN, file=file)
    return Reading(written, None, as_bytes=True)


def language_id(number: int) -> str | None:
    """Give the encoding that the language byte of a DBF names; writers set it without thought."""
    return _LANGUAGE_IDS.get(number)


def decoded(text: str, codec: str) -> str:
    """Turn text that stands as ISO-8859-1 into what was meant; bytes the table has no sign for stay."""
    raw = text.encode("latin-1", "replace")
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return "".join(_sign(byte, codec) for byte in raw) if codec.startswith("cp125") else text


def _sign(byte: int, codec: str) -> str:
    try:
        return bytes([byte]).decode(codec)
    except UnicodeDecodeError:
        return chr(byte)


def recoded(batches: Iterator[pa.RecordBatch], codec: str | None) -> Iterator[pa.RecordBatch]:
    """Put the text and the column names of batches right that were read as ISO-8859-1."""
    if codec in {None, "iso8859-1"}:
        yield from batches
        return
    for batch in batches:
        arrays = [_recoded_column(column, str(codec)) for column in batch.columns]
        yield pa.RecordBatch.from_arrays(arrays, [decoded(name, str(codec)) for name in batch.schema.names])


def _recoded_column(column: pa.Array, codec: str) -> pa.Array:
    if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
        return column
    # Values repeat (names of communes, kinds, yes and no): each is decoded once.
    encoded = pc.dictionary_encode(column)
    words = [decoded(word, codec) for word in encoded.dictionary.to_pylist()]
    return pc.take(pa.array(words, pa.string()), encoded.indices)


def rewritten(path: Path, target: Path, codec: str) -> None:
    """Write a text file again in UTF-8, its XML declaration put right."""
    with path.open("rb") as file, target.open("xb") as out:
        decoder = codecs.getincrementaldecoder(codec)("replace")
        declared = re.compile(r"""^(\ufeff?\s*<\?xml[^>]*?)\s+encoding\s*=\s*["'][^"']*["']""")
        first = True
        for chunk in iter(partial(file.read, _CHUNK_BYTES), b""):
            text = decoder.decode(chunk)
            out.write((declared.sub(r"\1", text) if first else text).encode())
            first = False
        out.write(decoder.decode(b"", final=True).encode())
