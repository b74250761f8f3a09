"""The syllables that Vietnamese spelling allows, and those of the minority languages' place names.

A syllable is an onset, a rime and a tone. Rimes are written down; where the tone stands and which onset goes
before which rime are rules, so that some 20,000 spellings need no word list. Both ways of setting the tone of
``oa``, ``oe`` and ``uy`` (``hoà``, ``hòa``) and both of ``i`` and ``y`` (``Mĩ``, ``Mỹ``) are good spelling.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Before a, ă, â, o, ô, ơ, u, ư; before e, ê, i; before the rounded oa …, uy …; before y.
_ONSETS_BACK = (*_listed("b c ch d đ g h kh l m n ng nh p ph r s t th tr v x"), "")
_ONSETS_FRONT = (*_listed("b ch d đ gh h k kh l m n ngh nh p ph r s t th tr v x"), "")
_ONSETS_Y = (*_listed("d h k l m n p ph r s t th tr v x"), "")

_RIMES_BACK = _listed(
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây "
    "o oc oi om on ong op ot oong ooc ô ôc ôi ôm ôn ông ôp ôt ôông ơ ơi ơm ơn ơp ơt ơng "
    "u uc ui um un ung up ut ua uôc uôi uôm uôn uông uôt "
    "ư ưc ưi ưm ưn ưng ưt ưu ưa ươc ươi ươm ươn ương ươp ươt ươu"
)
_RIMES_FRONT = _listed(
    "e ec em en eng eo ep et ê êch êm ên ênh êp êt êu "
    "i ich im in inh ip it iu ia iêc iêm iên iêng iêp iêt iêu"
)
_RIMES_ROUND = _listed(
    "oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet "
    "uân uâng uât uây uê uêch uên uênh uêt uơ uy uych uyn uynh uyt uyu uyp uya uyên uyêt"
)
_RIMES_QU = _listed(
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc ân âng ât ây "
    "e en eo et ê ên ênh êt êch i in inh it y ych ynh yt yên yêt yêu ơ ơi ơn ơt ôc"
)
_RIMES_ALONE = _listed("y yêm yên yêng yêt yêu")
_RIMES_GI = _listed("e eo en em et êc êng ên êm êt êu êp")  # with the i of gi: giêng, giết
_RIMES_G = _listed("i in im")  # gì, gìn: gi is written g before i

_TONES = "\u0301\u0300\u0309\u0303\u0323"
_STOPPED_TONES = "\u0301\u0323"
_STOPS = ("c", "ch", "p", "t", "k")
_VOWELS = "aăâeêioôơuưy"
_SHAPED = "ăâêôơư"
_MEDIAL = ("oa", "oe", "uy")
_GLIDES = 3


@lru_cache(maxsize=1)
def syllables() -> frozenset[str]:
    """Give every syllable of Vietnamese spelling, in small letters and NFC."""
    return frozenset(_all())


def is_syllable(word: str) -> bool:
    """Tell whether a word is one Vietnamese syllable, written in small, capital or title letters."""
    return (word.islower() or word.isupper() or word[1:].islower()) and word.lower() in syllables()


def is_minority_syllable(word: str) -> bool:
    """Tell whether a word is spelt as names of the minority languages are: ``Đắk``, ``Krông``, ``KDăm``.

    A looser rule than :func:`is_syllable`: it lets a value be repaired, and is never a reason to repair one.
    """
    clustered = word[:2].isupper() and word[2:].islower() and not set(word[:2].lower()) & set(_VOWELS)
    if not (word.islower() or word.isupper() or word[1:].islower() or clustered):
        return False
    decomposed = unicodedata.normalize("NFD", word.lower())
    bare = "".join(char for char in decomposed if char not in _TONES)
    tones = len(decomposed) - len(bare)
    return tones <= 1 and _MINORITY.fullmatch(unicodedata.normalize("NFC", bare)) is not None


_MINORITY = re.compile(
    r"(?:[bcdđfghjklmnprstvwxyz]{0,2}|chr|djr|gi|qu)"
    r"(?:(?:[aăâeêioôơuưy]|iê|ia|iơ|yê|uô|ua|uă|uơ|uy|uê|uyê|ươ|ưa|oa|oă|oe|êê|ơơ)(?:[cklmnprsth]|ch|ng|nh|)"
    r"|(?:a[iouy]|â[uy]|eo|êu|iu|iêu|o[aă]?i|oay|ôi|ơi|ui|uôi|ư[iu]|ươ[iu]|ăi)h?)"
)


def _all() -> Iterator[str]:
    for onsets, rimes in (
        (_ONSETS_BACK, _RIMES_BACK),
        (_ONSETS_FRONT, _RIMES_FRONT),
        (_ONSETS_BACK, _RIMES_ROUND),
        (_ONSETS_Y, ("y",)),
        (("",), _RIMES_ALONE),
        (("qu",), _RIMES_QU),
        (("gi",), _RIMES_BACK + _RIMES_GI),
        (("g",), _RIMES_G),
    ):
        for rime in rimes:
            for toned in _toned(rime):
                yield from (onset + toned for onset in onsets)


def _toned(rime: str) -> Iterator[str]:
    """Set every tone that a rime can bear, in every place where it is set."""
    yield rime
    vowels = sum(char in _VOWELS for char in rime)
    tones = _STOPPED_TONES if rime[vowels:] in _STOPS else _TONES
    for place in _places(rime, vowels):
        for tone in tones:
            yield unicodedata.normalize("NFC", rime[: place + 1] + tone + rime[place + 1 :])


def _places(rime: str, vowels: int) -> set[int]:
    """Give the letters of a rime that may bear the tone."""
    shaped = [place for place in range(vowels) if rime[place] in _SHAPED]
    if shaped:
        return {shaped[-1]}
    # `hòan` for `hoàn` is no good spelling, but too frequent to be taken for broken text.
    wrong = {0} if rime.startswith(_MEDIAL) else set()
    if vowels < len(rime):
        return {vowels - 1} | wrong
    if vowels == _GLIDES:
        return {1} | wrong
    return {0, 1} if rime in _MEDIAL else {0}
