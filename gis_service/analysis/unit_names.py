"""Names of administrative units as people write them: with and without kind, marks, spaces, in old spelling.

A name that is written may lack marks (``Dong Hung``), but never contradicts the name it stands for:
``Vũ Tiến`` is another commune than ``Vũ Tiên``.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from gis_service.text import normalise, search_form

LONGEST = 200
"""Signs of a text that may be a name; what is longer is none."""
Kind = Literal["ward", "township", "commune", "town", "city", "district", "urban_district"]

_BEFORE: tuple[tuple[str, frozenset[Kind]], ...] = (
    ("thi tran", frozenset({"township"})),
    ("thi xa", frozenset({"town"})),
    ("thanh pho", frozenset({"city"})),
    ("phuong", frozenset({"ward"})),
    ("huyen", frozenset({"district"})),
    ("quan", frozenset({"urban_district"})),
    ("xa", frozenset({"commune"})),
)
"""Kinds written out before a name, in search form."""
_SHORT: dict[str, frozenset[Kind]] = {
    "tt": frozenset({"township"}),
    "tx": frozenset({"town"}),
    "tp": frozenset({"city"}),
    "p": frozenset({"ward"}),
    "x": frozenset({"commune"}),
    "h": frozenset({"district"}),
    "q": frozenset({"urban_district"}),
}
_AFTER: dict[str, frozenset[Kind]] = {
    "commune": frozenset({"commune"}),
    "ward": frozenset({"ward"}),
    "township": frozenset({"township"}),
    "town": frozenset({"town", "township"}),
    "city": frozenset({"city"}),
    "district": frozenset({"district", "urban_district"}),
}
"""English kinds, which follow a name."""
# Words that carry their own marks: "Xà Phiên" is no "Xã Phiên".
_MARKED = {
    "thi tran": "thị trấn",
    "thi xa": "thị xã",
    "thanh pho": "thành phố",
    "phuong": "phường",
    "huyen": "huyện",
    "quan": "quận",
    "xa": "xã",
}
_SHORT_FORM = re.compile(r"(tt|tx|tp|p|x|h|q)(?:\s*\.\s*|\s+|(?=\d))(?=\S)")
_ROMAN = re.compile(r"x{0,3}(ix|iv|v?i{0,3})")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10}
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
"""Grave, acute, tilde, hook above, dot below."""
_VOWELS = frozenset("aeiouy")
_STROKE = "\u0335"


class Spelling(IntEnum):
    """How near a name as written comes to a name as known; the lower the nearer."""

    SAME = 0
    """Equal but for case, spaces and hyphens."""
    OLD = 1
    """Equal but for the place of the tone, i and y, and the numerals."""
    BARE = 2
    """Equal in letters; some marks are lacking."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter: its base, the marks of its quality, and the tone that it carries; ``""`` for none."""

    base: str
    quality: frozenset[str]
    tone: str


@dataclass(frozen=True, slots=True)
class UnitName:
    """A name that is read.

    Parameters
    ----------
    kinds
        What it calls itself; empty where it does not say.
    syllables
        Its words without the kind, letter by letter.
    """

    kinds: frozenset[Kind]
    syllables: tuple[tuple[Letter, ...], ...]

    @property
    def letters(self) -> tuple[Letter, ...]:
        """All letters in a row."""
        return tuple(letter for syllable in self.syllables for letter in syllable)

    @property
    def key(self) -> str:
        """Letters without marks and spaces, i for y: equal for all names that may stand for each other."""
        return "".join(letter.base for letter in self.letters).replace("y", "i")

    @property
    def has_marks(self) -> bool:
        """Whether anything in it is more than a plain letter."""
        return any(letter.quality or letter.tone for letter in self.letters)


def readings_of(text: str) -> tuple[UnitName, ...]:
    """Read a name of a unit, in all ways that it can be read; none without a letter or far too long.

    Parameters
    ----------
    text
        As written, in any Unicode form: ``Xã Đông Hưng``, ``P.1``, ``TT Diêm Điền``, ``Dong Hung Commune``.

    Returns
    -------
    tuple of UnitName
        Without the kind, where it begins or ends with one; then as a whole, for ``Phuong Cong`` may be a ward
        called Công as well as Phương Công.

    Examples
    --------
    >>> [(sorted(one.kinds), one.key) for one in readings_of("Phường II")]
    [(['ward'], '2'), ([], 'phuong2')]
    """
    return _readings(text) if len(text) <= LONGEST else ()


@lru_cache(maxsize=8192)
def _readings(text: str) -> tuple[UnitName, ...]:
    words = normalise(re.sub(r"[-\u2010-\u2015_]", " ", _split_camel(normalise(text)))).casefold()
    kinds, rest = _without_kind(words)
    found = [UnitName(frozenset(), _syllables(words))]
    if kinds:
        found.insert(0, UnitName(kinds, _syllables(rest)))
    return tuple(one for one in found if one.key)


def spelling_of(written: UnitName, known: UnitName) -> Spelling | None:
    """Tell how near a written name comes to a known one; None when it is another name.

    Parameters
    ----------
    written, known
        With the same key, whatever their kinds.
    """
    letters = written.letters
    if written.key != known.key:
        return None
    at, same, whole = 0, True, True
    for syllable in known.syllables:
        here = letters[at : at + len(syllable)]
        at += len(syllable)
        fit = _fit(here, syllable)
        if fit is None:
            return None
        same, whole = same and fit is Spelling.SAME, whole and fit is not Spelling.BARE
    if not whole:
        return Spelling.BARE
    return Spelling.SAME if same else Spelling.OLD


def kinds_fit(first: frozenset[Kind], second: frozenset[Kind]) -> bool:
    """Tell whether two names may be of one unit by their kinds: they agree, or one does not say."""
    return not first or not second or not first.isdisjoint(second)


def _fit(written: tuple[Letter, ...], known: tuple[Letter, ...]) -> Spelling | None:
    """Compare the letters of one syllable."""
    tones = {letter.tone for letter in written} - {""}
    tone = {letter.tone for letter in known} - {""}
    if not tones <= tone:
        return None
    for at, (mine, yours) in enumerate(zip(written, known, strict=True)):
        if not mine.quality <= yours.quality:
            return None
        if mine.base != yours.base and not _i_or_y(known, at):
            return None
    if tones != tone or any(
        mine.quality != yours.quality for mine, yours in zip(written, known, strict=True)
    ):
        return Spelling.BARE
    return Spelling.SAME if written == known else Spelling.OLD


def _i_or_y(syllable: tuple[Letter, ...], at: int) -> bool:
    """Tell whether i and y say the same here: as the only vowel (``Mỹ``, ``Quí``), not in ``thúy``."""
    bases = "".join(letter.base for letter in syllable)
    start = 2 if bases.startswith("qu") else 0
    others = [one for where, one in enumerate(bases) if where >= start and where != at and one in _VOWELS]
    return not others or start == 2  # noqa: PLR2004  "Quyết" was written "Quiết"


def _split_camel(text: str) -> str:
    """Part words that were written together: ``TháiBình``."""
    parted = [text[:1]]
    for before, sign in pairwise(text):
        if before.islower() and sign.isupper():
            parted.append(" ")
        parted.append(sign)
    return "".join(parted)


def _syllables(words: str) -> tuple[tuple[Letter, ...], ...]:
    parts = words.replace(".", " ").split()
    last = len(parts) - 1
    numbered = [_arabic(part, alone=not last) if at == last else part for at, part in enumerate(parts)]
    return tuple(letters for part in numbered if (letters := _letters(part)))


def _without_kind(words: str) -> tuple[frozenset[Kind], str]:
    plain = search_form(words)
    if len(plain) != len(words):
        return frozenset(), words
    name, _, last = words.rpartition(" ")
    if name and last in _AFTER:
        return _AFTER[last], name
    for word, kinds in _BEFORE:
        if plain.startswith(word) and len(plain) > len(word) and not plain[len(word)].isalpha():
            written = words[: len(word)]
            if written in {word, _MARKED[word]}:
                return kinds, words[len(word) :].strip(" .")
    short = _SHORT_FORM.match(words)
    if short:
        return _SHORT[short[1]], words[short.end() :]
    return frozenset(), words


def _arabic(word: str, *, alone: bool) -> str:
    """Write the numeral at the end of a name in one way: ``ii`` and ``02`` as ``2``.

    Beside other words only strokes are taken for one: ``Vi`` is a word.
    """
    if word.isdecimal():
        return str(int(word))
    if not (_ROMAN.fullmatch(word) if alone else re.fullmatch("i{1,3}", word)):
        return word
    values = [_ROMAN_VALUES[sign] for sign in word]
    after = [*values[1:], 0]
    return str(sum(-one if one < following else one for one, following in zip(values, after, strict=True)))


def _letters(word: str) -> tuple[Letter, ...]:
    letters: list[Letter] = []
    for sign in unicodedata.normalize("NFD", word):
        if not unicodedata.combining(sign):
            base, quality = ("d", frozenset({_STROKE})) if sign == "đ" else (sign, frozenset[str]())
            if base.isalnum():
                letters.append(Letter(base, quality, ""))
        elif letters and sign in _TONES:
            letters[-1] = Letter(letters[-1].base, letters[-1].quality, sign)
        elif letters:
            letters[-1] = Letter(letters[-1].base, letters[-1].quality | {sign}, letters[-1].tone)
    return tuple(letters)
