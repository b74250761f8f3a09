"""Finding layers by words as people type them: no diacritics, either language, a slip of the finger.

Over the merged catalogue and not in the database: the words stand in files as well as in rows, there are tens
to thousands of layers and not millions, and what the caller may not read must not be found. A slip is told by
the letters that differ and not by shared trigrams: Vietnamese words have two to six letters, and of ``tarm``
for ``tram`` hardly any trigram is the same.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.text import search_form
from gis_service.types import Text

_WORD = re.compile(r"[^\W_]+")
_TITLE, _ID, _CATEGORY, _TEXT = 10.0, 8.0, 4.0, 2.0
"""How much a word counts by where it stands."""
_EXACT, _BEGIN, _SLIP = 1.0, 0.6, 0.4
"""How much it counts by how well it fits."""
_PHRASE, _SECTOR, _WHOLE = 12.0, 8.0, 2.0
"""What a layer gains whose title, or whose sector, holds the words side by side as they were typed; and how
many times that when there are no others."""
_BEGIN_LETTERS, _SWAP_LETTERS, _SLIP_LETTERS, _LONG_WORD = 2, 3, 4, 8
_MOST_WORDS, _MOST_SLIPS = 8, 4
"""Words of a question that count, and how many of those that no layer knows are taken for slips."""


@lru_cache(maxsize=8192)
def words_of(text: str) -> tuple[str, ...]:
    """Give the words of a text in their search form."""
    return tuple(_WORD.findall(search_form(text)))


def distance(one: str, other: str, most: int) -> int:
    """Count the letters that differ between two words: changed, missing, too many, or two in the wrong order.

    Parameters
    ----------
    most
        Beyond this nothing is counted: the answer is ``most + 1``.

    Examples
    --------
    >>> distance("tarm", "tram", 2), distance("hospitl", "hospital", 2), distance("cho", "truong", 2)
    (1, 1, 3)
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    earlier: list[int] = []
    before = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        earlier, before = before, row
    return min(before[-1], most + 1)


@dataclass(frozen=True, slots=True)
class _Page:
    """The words of one layer: title and sector in order, and for each word the most that it counts.

    Only a name is taken for what was meant by a slip: names are few and short, descriptions are neither.
    """

    phrases: tuple[tuple[float, tuple[str, ...]], ...]
    weights: Mapping[str, float]

    def names(self) -> Iterator[str]:
        """Give the words of title, id and sector."""
        return (word for word, weight in self.weights.items() if weight >= _CATEGORY)


def _page(definition: LayerDefinition, categories: Mapping[str, Text]) -> _Page:
    weights: dict[str, float] = {}
    category = categories.get(definition.category)
    told: tuple[tuple[float, Iterable[Text | str]], ...] = (
        (_TITLE, [definition.title]),
        (_ID, [definition.id]),
        (_CATEGORY, [definition.category, *([category] if category else [])]),
        (_TEXT, [definition.description, definition.source]),
    )
    for weight, texts in told:
        for text in texts:
            for said in (text,) if isinstance(text, str) else (text.vi, text.en):
                for word in words_of(said):
                    weights.setdefault(word, weight)
    gains = [(_PHRASE, definition.title), *([(_SECTOR, category)] if category else [])]
    phrases = tuple((gain, words_of(one)) for gain, text in gains for one in (text.vi, text.en))
    return _Page(phrases, weights)


def search(
    definitions: Sequence[LayerDefinition], categories: Mapping[str, Text], asked: str
) -> dict[str, float]:
    """Find the layers that hold every word that was typed; how well each fits, by id.

    A word fits where it stands and where another word begins with it; when no layer knows it so, also where a
    title, an id or a sector has a word that differs by a letter (two letters when it is long). The first
    eight words count, and of those that no layer knows the first four are taken for slips.

    Parameters
    ----------
    definitions
        Layers to look among.
    categories
        Words of the city for its sectors.
    asked
        What was typed; nothing but signs and blanks finds every layer.
    """
    wanted = words_of(asked)[:_MOST_WORDS]
    pages = {one.id: _page(one, categories) for one in definitions}
    known = {word for page in pages.values() for word in page.weights}
    fits = {word: _fitting(word, known) for word in wanted}
    names: dict[int, set[str]] = {}
    for name in {name for page in pages.values() for name in page.names()}:
        names.setdefault(len(name), set()).add(name)
    for word in [word for word, fitting in fits.items() if not fitting][:_MOST_SLIPS]:
        fits[word] = _slips(word, names)
    found: dict[str, float] = {}
    for id_, page in pages.items():
        scores = [_score(page, fitting) for fitting in fits.values()]
        if all(scores):
            found[id_] = sum(scores) + _side_by_side(page, wanted)
    return found


def _fitting(word: str, known: Iterable[str]) -> dict[str, float]:
    """Give the words that stand for one that was typed, with how well they fit."""
    return {
        other: _EXACT if other == word else _BEGIN
        for other in known
        if other == word or (len(word) >= _BEGIN_LETTERS and other.startswith(word))
    }


def _slips(word: str, names: Mapping[int, Iterable[str]]) -> dict[str, float]:
    """Give the words, by their length, of which one may have been meant, with how well they fit."""
    if len(word) < _SWAP_LETTERS:
        return {}
    most = 2 if len(word) >= _LONG_WORD else 1
    return {
        other: _SLIP / slips
        for letters in range(len(word) - most, len(word) + most + 1)
        for other in names.get(letters, ())
        if _is_slip(word, other) and (slips := distance(word, other, most)) <= most
    }


def _is_slip(word: str, other: str) -> bool:
    """Tell whether one word may stand for another; of short ones only when letters have changed places."""
    if len(word) < _SLIP_LETTERS:
        return sorted(word) == sorted(other)
    return len(other) >= _SLIP_LETTERS - 1


def _score(page: _Page, fitting: Mapping[str, float]) -> float:
    return max(
        (page.weights[word] * fit for word, fit in fitting.items() if word in page.weights), default=0.0
    )


def _side_by_side(page: _Page, wanted: tuple[str, ...]) -> float:
    size = len(wanted)
    return max(
        (
            gain * (_WHOLE if phrase == wanted else 1.0)
            for gain, phrase in page.phrases
            if size and any(phrase[at : at + size] == wanted for at in range(len(phrase) - size + 1))
        ),
        default=0.0,
    )
