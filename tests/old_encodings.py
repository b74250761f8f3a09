"""Writes Vietnamese as files of before Unicode hold it, and gives the real names to write."""

import unicodedata
from collections.abc import Callable
from functools import cache

from gis_service.analysis.legacy_text import Encoding, decode
from gis_service.files.admin_units import _database

_TONES = {"": "", "\u0301": "ù", "\u0300": "ø", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
_CIRCUMFLEX = {"": "â", "\u0301": "á", "\u0300": "à", "\u0309": "å", "\u0303": "ã", "\u0323": "ä"}
_BREVE = {"": "ê", "\u0301": "é", "\u0300": "è", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë"}
_ALONE = {"đ": "ñ", "ơ": "ô", "ư": "ö", "í": "í", "ì": "ì", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î"}


def written_in(text: str, encoding: Encoding) -> str:
    """Write text as a reader that takes it for Latin-1 gives it; TCVN3 has no capital vowels with tones."""
    for step in reversed(encoding.steps):
        text = _WRITERS[step](text)
    return text


@cache
def _table(encoding: Encoding) -> dict[str, str]:
    """Turn an encoding round, letter by letter."""
    return {str(decode(chr(byte), encoding)): chr(byte) for byte in (*range(0x20), *range(0x80, 0x100))}


def _tcvn3(text: str) -> str:
    table = _table(Encoding.TCVN3)
    return "".join(table.get(char) or table.get(char.lower(), char) for char in text)


def _viscii(text: str) -> str:
    return "".join(_table(Encoding.VISCII).get(char, char) for char in text)


def _vni(text: str) -> str:
    return "".join(_vni_letter(char.lower(), upper=char.isupper()) for char in text)


def _vni_letter(char: str, *, upper: bool) -> str:
    written = _ALONE.get(char)
    if written is None:
        parts = list(unicodedata.normalize("NFD", char))
        base, marks = parts[0], parts[1:]
        if "\u031b" in marks:
            base = {"o": "ô", "u": "ö"}[base]
            marks.remove("\u031b")
        rows = {"\u0302": _CIRCUMFLEX, "\u0306": _BREVE}
        row = next((rows[mark] for mark in marks if mark in rows), _TONES)
        written = base + row["".join(mark for mark in marks if mark in _TONES)]
    return written.upper() if upper else written


def _cp1258(text: str) -> str:
    return "".join(_cp1258_letter(char) for char in text).encode("cp1258").decode("latin-1")


def _cp1258_letter(char: str) -> str:
    """Write a letter as the keyboard of Windows does: with its mark of shape, then its tone."""
    try:
        char.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", char)
        tone = "".join(mark for mark in parts if mark in _TONES)
        shape = unicodedata.normalize("NFC", "".join(part for part in parts if part not in tone))
        return shape + tone
    return char


_WRITERS: dict[Encoding, Callable[[str], str]] = {
    Encoding.TCVN3: _tcvn3,
    Encoding.VISCII: _viscii,
    Encoding.VNI: _vni,
    Encoding.CP1258: _cp1258,
    Encoding.UTF8: lambda text: text.encode().decode("latin-1"),
    Encoding.NFD: lambda text: unicodedata.normalize("NFD", text),
}


@cache
def real_names() -> tuple[str, ...]:
    """Give the names of all communes, districts and provinces of Viet Nam, with and without what they are."""
    columns = [f"{level}{form}" for level in ("province", "district", "ward") for form in ("", "Short")]
    with _database() as database:
        names = {
            row[0]
            for column in columns
            for table in ("admin_units_legacy", "admin_units")
            if column in {about[1] for about in database.execute(f"PRAGMA table_info({table})")}
            for row in database.execute(f"SELECT DISTINCT {column} FROM {table}")  # noqa: S608
        }
    return tuple(sorted(unicodedata.normalize("NFC", name) for name in names if name))
