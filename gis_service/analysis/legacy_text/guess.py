"""Guesses which old encodings the texts of a file are in, without ever deciding it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis_service.analysis.legacy_text.column import (
    ENOUGH,
    Distinct,
    Texts,
    Verdict,
    as_array,
    distinct,
    judge,
    repaired,
)
from gis_service.analysis.legacy_text.encodings import Encoding
from gis_service.analysis.legacy_text.words import Standing
from gis_service.types import Bools, Floats

SAMPLES = 20
"""Values shown before and after."""
_STRONG = 3
_FOREIGN_PER_STRONG = 50
"""A foreign word becomes a strong Vietnamese syllable by accident less often than once in this many."""
_ALIKE = 0.9
"""Share of the odd values that an encoding explains as well as the likeliest does, to be its alternative."""
_NAMES = ""
"""The column of column names."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A value before and after.

    Parameters
    ----------
    feature
        Number of the first feature with it, from 1; 0 for the name of a column.
    column
        Where it stands, as the file names it.
    before, after
        As read, and as repaired.
    """

    feature: int
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """A column that an encoding concerns.

    Parameters
    ----------
    column, name
        Its name as the file has it, and repaired.
    changed
        Values that would change.
    left
        Values beyond ASCII that are no Vietnamese either way and stay as they are.
    whole
        All of the column is in the encoding: nothing in it is Vietnamese as it stands alone. Pass it on to
        :func:`repair_text`.
    """

    column: str
    name: str
    changed: int
    left: int
    whole: bool


@dataclass(frozen=True, slots=True)
class TextGuess:
    """An encoding that would make text readable.

    Parameters
    ----------
    encoding
        What the text is in.
    score
        Of the values and names that are no Vietnamese as they stand, the share that would be; 0..1.
    columns
        Columns with a value or a name that would change.
    names
        Names of columns that would change, before and after.
    changed
        Values that would change, names not counted.
    samples
        Up to :data:`SAMPLES` distinct values, the most broken first.
    notes
        ``tcvn3_capitals``: capital letters with marks cannot be told from small ones; a value that is
        otherwise all capitals becomes capitals.
    """

    encoding: Encoding
    score: float
    columns: tuple[ColumnGuess, ...]
    names: tuple[tuple[str, str], ...]
    changed: int
    samples: tuple[Sample, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """A column with odd values: ``odd`` of ``values``, judged in every encoding."""

    name: str
    array: pa.Array
    values: Distinct
    odd: Distinct
    verdicts: Mapping[Encoding, Verdict]

    @property
    def unexplained(self) -> int:
        """Odd values that no encoding mends."""
        return int((~np.any([verdict.sure for verdict in self.verdicts.values()], axis=0)).sum())


@dataclass(frozen=True, slots=True)
class _Held:
    """A column in which an encoding holds, with what would change."""

    column: _Column
    before: pa.Array
    changed: int
    whole: bool


def guess_text(columns: Mapping[str, Texts]) -> tuple[TextGuess, ...]:
    """Guess the encodings of a file's texts and names.

    Parameters
    ----------
    columns
        Name of a column → its (n,) texts exactly as a reader gave them; columns of other types are passed
        over.

    Returns
    -------
    tuple[TextGuess, ...]
        The likeliest first; empty where all is clean. Nothing is decided: what is chosen is done by
        :func:`repair_text`.

    Notes
    -----
    A value counts for an encoding when it is no Vietnamese as it stands and is in the encoding, by the
    grammar of syllables. Foreign words become Vietnamese by accident now and then (``Thaï``), so an encoding
    is guessed only when enough speaks for it, and more than there are words that no encoding explains.

    Examples
    --------
    >>> [(guess.encoding.value, guess.changed) for guess in guess_text({"TEN": ["X· Th¸i B×nh", "Café"]})]
    [('tcvn3', 1)]
    """
    texts = {name: as_array(array) for name, array in columns.items()}
    judged = [
        _judged(name, array)
        for name, array in {_NAMES: pa.array(list(columns), pa.string()), **texts}.items()
    ]
    present = [column for column in judged if column is not None]
    likely = _likely(present)
    return tuple(
        _told(
            encoding,
            [column for column in present if _is_concerned(column, encoding, likely)],
            present,
            texts,
        )
        for encoding in likely
    )


def _judged(name: str, array: pa.Array) -> _Column | None:
    values = distinct(array)
    if values is None:
        return None
    odd = values.have(values.standing(Standing.ODD))
    if not odd.any():
        return None
    only = values.only(odd)
    return _Column(name, array, values, only, {encoding: judge(only, encoding) for encoding in Encoding})


def _likely(columns: list[_Column]) -> list[Encoding]:
    """Rank the encodings that are no accident.

    The one with the most weight explains its values; another must hold on what is left, as a file may mix
    them, or explain nearly all itself, which makes it an alternative.
    """
    left = [np.ones(len(column.odd.values), dtype=bool) for column in columns]
    weights = {encoding: _weight(columns, encoding, left) for encoding in Encoding}
    odd = sum(len(column.odd.values) for column in columns)
    found = []
    for encoding in sorted(Encoding, key=lambda each: -weights[each]):
        sure = sum(int(column.verdicts[encoding].sure.sum()) for column in columns)
        alternative = weights[encoding] >= ENOUGH and sure >= _ALIKE * odd
        if alternative or _weight(columns, encoding, left) >= ENOUGH:
            found.append(encoding)
            left = [rest & ~each.verdicts[encoding].sure for rest, each in zip(left, columns, strict=True)]
    return found


def _weight(columns: list[_Column], encoding: Encoding, left: list[Bools]) -> int:
    """Add up what speaks for an encoding, each syllable once, in the columns where it holds."""
    told: dict[str, int] = {}
    backed = False
    for column, among in zip(columns, left, strict=True):
        verdict = column.verdicts[encoding]
        if _holds(column, verdict, among):
            told |= verdict.telling(among)
            backed |= bool((verdict.backed & among).any())
    return sum(told.values()) + backed


def _holds(column: _Column, verdict: Verdict, among: Bools) -> bool:
    """Tell whether more speaks for an encoding in a column than the accidents of foreign words."""
    sure, foreign = int((verdict.sure & among).sum()), column.unexplained
    if sure >= foreign:
        return sure > 0
    strong = sum(weight >= _STRONG for weight in verdict.telling(among).values())
    return strong >= _STRONG + foreign / _FOREIGN_PER_STRONG


def _is_concerned(column: _Column, encoding: Encoding, likely: list[Encoding]) -> bool:
    """Tell whether an encoding holds in a column, and not by accident where a likelier one does."""
    verdict = column.verdicts[encoding]
    every = np.ones(len(column.odd.values), dtype=bool)
    if not _holds(column, verdict, every):
        return False
    weight = sum(verdict.telling(every).values())
    better = [column.verdicts[each] for each in likely if each is not encoding]
    better = [each for each in better if sum(each.telling(every).values()) > weight]
    if not better or verdict.sure.sum() >= _ALIKE * len(every):
        return True
    left = ~np.any([each.sure for each in better], axis=0)
    return sum(verdict.telling(left).values()) >= ENOUGH


def _told(
    encoding: Encoding, concerned: list[_Column], columns: list[_Column], names: Collection[str]
) -> TextGuess:
    held = [_held(encoding, column) for column in concerned]
    renamed = {
        before: after
        for each in held
        if each.column.name == _NAMES
        for before, after in _pairs(encoding, each.before)
    }
    guesses = {each.column.name: _column_guess(each, renamed) for each in held}
    for name, after in renamed.items():
        guesses.setdefault(name, ColumnGuess(name, after, 0, 0, whole=False))
    odd = sum(int(column.odd.counts.sum()) for column in columns)
    mended = sum(int(each.column.odd.counts[each.column.verdicts[encoding].sure].sum()) for each in held)
    shown = tuple(guesses[name] for name in names if name in guesses)
    return TextGuess(
        encoding,
        mended / odd,
        shown,
        tuple((name, renamed[name]) for name in names if name in renamed),
        sum(guess.changed for guess in shown),
        _samples(encoding, held),
        ("tcvn3_capitals",) if Encoding.TCVN3 in encoding.steps else (),
    )


def _held(encoding: Encoding, column: _Column) -> _Held:
    verdict = judge(column.values, encoding)
    chosen = verdict.chosen(whole=verdict.whole)
    before = column.values.values.filter(pa.array(chosen))
    return _Held(column, before, int(column.values.counts[chosen].sum()), verdict.whole)


def _pairs(encoding: Encoding, before: pa.Array) -> list[tuple[str, str]]:
    return list(zip(before.to_pylist(), repaired(before, encoding).to_pylist(), strict=True))


def _column_guess(held: _Held, renamed: Mapping[str, str]) -> ColumnGuess:
    name, odd = held.column.name, held.column.odd
    left = int(odd.counts[~pc.is_in(odd.values, value_set=held.before).to_numpy(zero_copy_only=False)].sum())
    return ColumnGuess(name, renamed.get(name, name), held.changed, left, held.whole)


def _samples(encoding: Encoding, columns: list[_Held]) -> tuple[Sample, ...]:
    """Show the values with the largest share of letters beyond ASCII, names of columns first."""
    found = []
    for held in columns:
        name, array = held.column.name, held.column.array
        broken = _broken(held.before)
        worst = np.argsort(-broken, kind="stable")[:SAMPLES]
        found += [
            (name != _NAMES, -broken[place], name, array, *pair)
            for place, pair in zip(worst, _pairs(encoding, held.before.take(pa.array(worst))), strict=True)
        ]
    found.sort(key=lambda each: each[:2])
    return tuple(
        Sample(pc.index(array, before).as_py() + 1 if named else 0, name, before, after)
        for named, _, name, array, before, after in found[:SAMPLES]
    )


def _broken(values: pa.Array) -> Floats:
    """(n,) octets beyond one for each letter."""
    letters = pc.utf8_length(values).to_numpy().astype(np.float64)
    return np.asarray(pc.binary_length(values).to_numpy() / letters, dtype=np.float64)
