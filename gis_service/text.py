"""Text as people here write and search it: normal form, search form, numbers."""

import re
import unicodedata

from gis_service.types import Language


def normalise(text: str) -> str:
    """Bring text to Unicode NFC without surrounding or doubled white space.

    Vietnamese arrives composed, decomposed or half of each; equal words must be equal strings.
    """
    return " ".join(unicodedata.normalize("NFC", text).split())


def search_form(text: str) -> str:
    """Fold case and diacritics, so that ``Đông Hưng`` is found by ``dong hung``."""
    folded = normalise(text).casefold().replace("đ", "d")
    decomposed = unicodedata.normalize("NFD", folded)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


BYTE_ORDER_MARK = "\ufeff"
"""First sign of a table in UTF-8, without which Excel takes it for the code page of the machine."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Signs that a spreadsheet takes for the beginning of a formula."""
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def plain_cell(text: str) -> str:
    """Write text for a cell of a table so that no spreadsheet runs anything in it; numbers stay numbers.

    Examples
    --------
    >>> plain_cell("=cmd()"), plain_cell("-12.5"), plain_cell("đê")
    ("'=cmd()", '-12.5', 'đê')
    """
    if not text.startswith(_FORMULA) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


_MARKED = re.compile(r"'*[=+\-@\t\r\n]")


def marked_cell(text: str) -> str:
    """Write text as `plain_cell` does, so that `unmarked_cell` gives back exactly what it was.

    A text that has an apostrophe of its own before such a sign gets one more.

    Examples
    --------
    >>> marked_cell("=1+1"), marked_cell("'=1+1"), marked_cell("-12.5"), marked_cell("'đê'")
    ("'=1+1", "''=1+1", '-12.5', "'đê'")
    """
    return f"'{text}" if _needs_mark(text) else text


def unmarked_cell(text: str) -> str:
    """Read what `marked_cell` wrote.

    Examples
    --------
    >>> unmarked_cell("'=1+1"), unmarked_cell("''=1+1"), unmarked_cell("'đê'")
    ('=1+1', "'=1+1", "'đê'")
    """
    return text[1:] if text.startswith("'") and _needs_mark(text[1:]) else text


def _needs_mark(text: str) -> bool:
    return _MARKED.match(text) is not None and not _NUMBER.fullmatch(text)


_MOST_DIGITS = 18
"""Every number of so many digits fits into a ``bigint``."""


def whole_number(text: str) -> int | None:
    """Read a whole number as a form or an address has it; none for anything else, and for what is too long.

    Examples
    --------
    >>> whole_number("12"), whole_number("²"), whole_number("-1"), whole_number("9" * 19)
    (12, None, None, None)
    """
    plain = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if plain else None


def number(value: float, language: Language, decimals: int = 0) -> str:
    """Write a number as readers of the language expect it, with a true minus sign.

    Examples
    --------
    >>> number(362235, "vi"), number(362235, "en"), number(80.51, "vi", 1)
    ('362.235', '362,235', '80,5')
    """
    english = f"{value:,.{decimals}f}".replace("-", "−")
    if language == "en":
        return english
    return english.translate(str.maketrans(",.", ".,"))


def amount_words(value: float, language: Language, decimals: int = 3) -> str:
    """Write an amount with the decimals that it has, and no more than so many.

    Examples
    --------
    >>> amount_words(0.65, "vi"), amount_words(1000, "en")
    ('0,65', '1,000')
    """
    said = number(value, language, decimals)
    return said.rstrip("0").rstrip(".,") if decimals else said


def percent(share: float, language: Language, decimals: int = 1) -> str:
    """Write a share 0..1 as a percentage: ``80,5 %`` in Vietnamese, ``80.5%`` in English."""
    digits = number(share * 100, language, decimals)
    return f"{digits} %" if language == "vi" else f"{digits}%"


_MINUTE_S = 60


def cost_words(cost: float | None, unit: str, language: Language) -> str:
    """Write what a way costs, in ``s`` or ``m``; nothing for None.

    Examples
    --------
    >>> cost_words(734, "s", "vi"), cost_words(720, "s", "en"), cost_words(3100, "m", "vi")
    ('12 phút 14 giây', '12 min', '3.100 m')
    """
    if cost is None:
        return ""
    if unit == "m":
        return f"{number(round(cost), language)} m"
    minutes, seconds = divmod(round(cost), _MINUTE_S)
    words = {"vi": ("phút", "giây"), "en": ("min", "s")}[language]
    told = [f"{count} {word}" for count, word in zip((minutes, seconds), words, strict=True) if count]
    return " ".join(told) or f"0 {words[1]}"
