"""Judges stretches of text: Vietnamese as they stand, or in another encoding, or neither.

A *stretch* is what stands between ASCII signs, digits and blanks: a whole syllable in every encoding, as all
of them leave ASCII alone. A verdict holds wherever a stretch stands, so each is judged once.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from itertools import pairwise

from gis_service.analysis.legacy_text.encodings import Encoding, decode, stands_for_bytes
from gis_service.analysis.legacy_text.syllables import is_minority_syllable, is_syllable

# ASCII without its letters, and without the six control codes that are capital letters in VISCII.
_BETWEEN = r"\x00\x01\x03\x04\x07-\x13\x15-\x18\x1A-\x1D\x1F-\x40\x5B-\x60\x7B-\x7F"
STRETCH = re.compile(f"[^{_BETWEEN}]+")
_LETTERS = re.compile(r"[^\W\d_²³¹¼½¾]+")
_PLAIN_SIGNS = frozenset("\xa0–—‘’“”…•™€")
_UNITS = ("m", "cm", "dm", "km", "mm")
_MEASURES = frozenset(
    [
        *"×÷±·°²³–—‘’“”…•",
        "µm",
        "µg",
        *(f"°{unit}" for unit in "CFNESWBĐ"),
        *(f"{unit}{sign}" for unit in _UNITS for sign in "²³×"),
    ]
)
"""Stretches that are signs of measures and of print, and never letters: ``5m×7m``."""
_PRODUCT = re.compile("[a-z]×[a-z]")
"""``b×h``, and ``m×n``, which is a word in TCVN3."""
_SHORTEST_PART = 2
_TWO_CAPITALS = 2
_TOLD_BY = 4
"""Letters from which on a syllable that comes out right is hardly an accident."""


class Standing(Enum):
    """What a stretch is as it stands."""

    PLAIN = auto()
    """ASCII, or signs without a foreign letter: says nothing."""
    VIETNAMESE = auto()
    ODD = auto()
    """Letters beyond ASCII that are no Vietnamese syllable: foreign, or broken."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A stretch read in an encoding.

    Parameters
    ----------
    text
        What it means.
    fits
        It is Vietnamese then, or nothing changes and it may stay.
    changes
        It differs from what stands there.
    weight
        How much it speaks for the encoding: 0 where an accident is likely, up to 4.
    """

    text: str
    fits: bool
    changes: bool
    weight: int


@lru_cache(maxsize=1 << 16)
def standing(stretch: str) -> Standing:
    """Judge a stretch as it stands.

    Signs of measures and of print are taken for signs (``5 m²``), other signs and control codes beside
    letters for broken letters (``Th¸i``).
    """
    if stretch in _MEASURES or (stretch.isascii() and stretch.isprintable()):
        return Standing.PLAIN
    words = _words(stretch)
    if not words and len(stretch) == 1:
        return Standing.PLAIN
    # Spelling of the minority languages is loose enough to hold broken text: `Thaùi` is `Thái` in VNI.
    beyond = not stands_for_bytes(stretch)
    if not (_signs_are_plain(stretch) and all(_is_vietnamese(word, loosely=beyond) for word in words)):
        return Standing.ODD
    return Standing.PLAIN if all(word.isascii() for word in words) else Standing.VIETNAMESE


@lru_cache(maxsize=1 << 18)
def reading(stretch: str, encoding: Encoding) -> Reading:
    """Judge a stretch as it would read in an encoding."""
    decoded = None if stretch in _MEASURES else decode(stretch, encoding)
    if decoded is not None and Encoding.TCVN3 in encoding.steps:
        decoded = _capitals(decoded)
    if decoded is None or decoded == stretch:
        # Letters that the encoding leaves alone do no harm; signs among them are broken text it cannot mend.
        stays = standing(stretch) is not Standing.ODD or all(
            char.isalpha() or char in _PLAIN_SIGNS for char in stretch
        )
        return Reading(stretch, fits=stays, changes=False, weight=0)
    words = [word for word in _words(decoded) if not word.isascii()]
    fits = bool(words) and _signs_are_plain(decoded) and all(map(_is_vietnamese, words))
    return Reading(decoded, fits, changes=True, weight=_weight(stretch, words) if fits else 0)


def speaks_capitals(stretch: str, encoding: Encoding) -> bool:
    """Tell whether a stretch, read in TCVN3, has a word of capitals, some of which may be written small."""
    decoded = decode(stretch, encoding) if Encoding.TCVN3 in encoding.steps else None
    words = _LETTERS.findall(_capitals(decoded or ""))
    return any(word.isupper() and sum(map(str.isascii, word)) >= _TWO_CAPITALS for word in words)


def _weight(stretch: str, words: list[str]) -> int:
    """Count what speaks against an accident: a syllable, long, of several foreign letters, with signs."""
    if _PRODUCT.fullmatch(stretch) or not all(map(is_syllable, words)):
        return 0
    longest = max(len(word) for word in words)
    if longest == 1:
        return 0
    if longest < _TOLD_BY:
        return 1
    foreign = [char for char in stretch if not char.isascii()]
    inside = any(not char.isalpha() for char in foreign)
    return 2 + (len(foreign) > 1) + inside


def _is_vietnamese(word: str, *, loosely: bool = True) -> bool:
    return word.isascii() or is_syllable(word) or (loosely and is_minority_syllable(word))


def _words(stretch: str) -> list[str]:
    """Give the runs of letters; ``TháiBình`` is two words."""
    return [word for run in _LETTERS.findall(stretch) for word in _parts(run)]


def _parts(run: str) -> list[str]:
    starts = [0]
    for place in range(1, len(run)):
        if run[place].isupper() and run[place - 1].islower() and place - starts[-1] >= _SHORTEST_PART:
            starts.append(place)
    return [run[start:end] for start, end in pairwise([*starts, len(run)])]


def _signs_are_plain(stretch: str) -> bool:
    beyond = (char for char in stretch if not (char.isascii() and char.isprintable()))
    return all(char.isalpha() or char in _PLAIN_SIGNS for char in beyond)


def _capitals(decoded: str) -> str:
    """Set in capitals what is capitals but for the letters that TCVN3 has no capitals of."""
    return _LETTERS.sub(lambda found: _capital_word(found[0]), decoded)


def _capital_word(word: str) -> str:
    plain = [char for char in word if char.isascii()]
    small = any(char.islower() for char in word if not char.isascii())
    return word.upper() if small and len(plain) >= _TWO_CAPITALS and "".join(plain).isupper() else word
