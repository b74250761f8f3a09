"""The old Vietnamese encodings, as tables from what a reader took for Latin-1 to what was meant.

A character up to U+00FF stands for its byte; so does a sign of Windows-1252 (``€ ‚ ƒ …``), for text that went
through that code page. ASCII stands for itself in all of them, but for six control bytes of VISCII.

References
----------
TCVN 5712:1993 (VN3, fonts ``.VnTime``, also called ABC); RFC 1456 (VISCII); Microsoft code page 1258; the
VNI-Windows fonts (``VNI-Times``), whose letters are a base letter and a mark.
"""

import re
import unicodedata
from enum import StrEnum
from types import MappingProxyType

_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
_CIRCUMFLEX, _BREVE = "\u0302", "\u0306"
_BYTE, _C1 = 0x100, range(0x80, 0xA0)


class Encoding(StrEnum):
    """How text came to be unreadable; several steps are named in the order in which they are undone."""

    UTF8 = "utf8"
    """UTF-8 that was read as 8-bit text: ``PhÆ°á»ng``."""
    UTF8_TWICE = "utf8_twice"
    TCVN3 = "tcvn3"
    VNI = "vni"
    VISCII = "viscii"
    CP1258 = "cp1258"
    UTF8_TCVN3 = "utf8_tcvn3"
    UTF8_VNI = "utf8_vni"
    UTF8_VISCII = "utf8_viscii"
    UTF8_CP1258 = "utf8_cp1258"
    NFD = "nfd"
    """Unicode with letters and marks apart: the same text, but no equal string."""

    @property
    def steps(self) -> tuple["Encoding", ...]:
        """Single steps, the first to be undone first."""
        if self is Encoding.UTF8_TWICE:
            return (Encoding.UTF8, Encoding.UTF8)
        return tuple(Encoding(step) for step in self.value.split("_"))


def decode(text: str, encoding: Encoding) -> str | None:
    """Read text in an encoding, whatever comes of it.

    Parameters
    ----------
    text
        As a reader gave it.
    encoding
        What to read it in.

    Returns
    -------
    str or None
        Text in NFC; signs that mean nothing in the encoding stay as they are. None where the text cannot have
        come from the encoding: it holds a letter beyond bytes, or is no UTF-8.

    Examples
    --------
    >>> decode("Th¸i B×nh", Encoding.TCVN3), decode("Thaùi Bình", Encoding.VNI), decode("Hưng", Encoding.VNI)
    ('Thái Bình', 'Thái Bình', None)
    """
    result: str | None = text
    for step in encoding.steps:
        if step is Encoding.NFD:
            break
        result = _one_step(str(result), step)
        if result is None:
            return None
    return unicodedata.normalize("NFC", str(result))


def stands_for_bytes(text: str) -> bool:
    """Tell whether each character stands for one byte."""
    return all(ord(char) < _BYTE or ord(char) in _SIGN_BYTES for char in text)


def _one_step(text: str, step: Encoding) -> str | None:
    if not stands_for_bytes(text):
        return None
    as_bytes = text.translate(_SIGN_BYTES)
    if step is Encoding.UTF8:
        try:
            return as_bytes.encode("latin-1").decode("utf-8")
        except UnicodeDecodeError:
            return None
    if step is Encoding.VNI:
        return _VNI_LETTER.sub(
            lambda found: _VNI[found[0].lower()][found[0][0].isupper()], as_bytes
        ).translate(_BYTE_SIGNS)
    return as_bytes.translate(_SINGLE[step])


def _windows_signs() -> dict[int, str]:
    """Give the signs that Windows-1252 has where Latin-1 has control codes."""
    signs = {byte: bytes([byte]).decode("cp1252", "ignore") for byte in _C1}
    return {byte: sign for byte, sign in signs.items() if sign}


_BYTE_SIGNS = _windows_signs()
_SIGN_BYTES = {ord(sign): byte for byte, sign in _BYTE_SIGNS.items()}


def _rows(rows: dict[int, str]) -> dict[int, str]:
    return {first + place: char for first, row in rows.items() for place, char in enumerate(row)}


# The fonts of TCVN3 leave 80-9F to the dashes and quotation marks of Windows. Capital vowels with a tone have
# no bytes of their own: they are small ones in a font of capitals.
_TCVN3 = _BYTE_SIGNS | _rows(
    {
        0xA1: "ĂÂÊÔƠƯĐăâêôơưđ",
        0xB5: "àảãáạ",
        0xBB: "ằẳẵắ",
        0xC6: "ặầẩẫấậè",
        0xCE: "ẻẽéẹềểễếệìỉ",
        0xDC: "ĩíịò",
        0xE1: "ỏõóọồổỗốộờởỡớợù",
        0xF1: "ủũúụừửữứựỳỷỹýỵ",
    }
)
_VISCII = _rows(
    {
        0x02: "Ẳ",
        0x05: "ẴẪ",
        0x14: "Ỷ",
        0x19: "Ỹ",
        0x1E: "Ỵ",
        0x80: "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐ",
        0x90: "ỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ",
        0xA0: "Õắằặấầẩậẽẹếềểễệố",
        0xB0: "ồổỗỠƠộờởịỰỨỪỬơớƯ",
        0xC0: "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ",
        0xD0: "ĐứÒÓÔạỷừửÙÚỹỵÝỡư",
        0xE0: "àáâãảăữẫèéêẻìíĩỉ",
        0xF0: "đựòóôõỏọụùúũủýợỮ",
    }
)
_CP1258 = {byte: bytes([byte]).decode("cp1258", "ignore") or chr(byte) for byte in range(0x80, _BYTE)}
_SINGLE = MappingProxyType({Encoding.TCVN3: _TCVN3, Encoding.VISCII: _VISCII, Encoding.CP1258: _CP1258})

_VNI_TONES = {"": "", "ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ï": _DOT}
_VNI_ROUND = {"â": "", "á": _ACUTE, "à": _GRAVE, "å": _HOOK, "ã": _TILDE, "ä": _DOT}
_VNI_SHORT = {"ê": "", "é": _ACUTE, "è": _GRAVE, "ú": _HOOK, "ü": _TILDE, "ë": _DOT}
_VNI_SINGLE = {"ñ": "đ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI_BASES = {"a": "a", "e": "e", "o": "o", "u": "u", "y": "y", "ô": "ơ", "ö": "ư"}


def _vni_letters() -> dict[str, tuple[str, str]]:
    """Give each letter of VNI-Windows, written small, with what it means small and as a capital."""
    letters = dict(_VNI_SINGLE)
    for byte, base in _VNI_BASES.items():
        letters |= {byte + mark: base + tone for mark, tone in _VNI_TONES.items()}
    for base in "aeo":
        letters |= {base + mark: base + _CIRCUMFLEX + tone for mark, tone in _VNI_ROUND.items()}
    letters |= {"a" + mark: "a" + _BREVE + tone for mark, tone in _VNI_SHORT.items()}
    meant = {written: unicodedata.normalize("NFC", letter) for written, letter in letters.items()}
    return {written: (letter, letter.upper()) for written, letter in meant.items()}


_VNI = _vni_letters()
_VNI_LETTER = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)), re.IGNORECASE)
