"""Rows of a list find their unit by code or by name; what is not certain is told, never picked.

A name finds a unit when exactly one comes nearest to it, in the order of :class:`Spelling`; names that
contradict each other in a mark or in their kind never meet. A column without a single mark is read as one
whose marks were lost: there a name that happens to have none is no nearer than the others.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np

from gis_service.analysis.unit_names import Kind, Spelling, UnitName, kinds_fit, readings_of, spelling_of
from gis_service.analysis.unit_similar import MOST_SUGGESTED, NEAR_CODE, NEAR_NAME, similar
from gis_service.types import Int64s

By = Literal["code", "name"]
MOST_LOOKED_AT = 200
"""Different rows that suggestions are looked for; nobody reads more."""
_FRACTION = re.compile(r"(?<=\d)[.,]0+$")


class How(StrEnum):
    """How a value found its unit, or why it did not."""

    CODE = "code"
    NAME = "name"
    """As written, but for case, spaces, kind and old spelling."""
    BARE = "bare"
    """The letters agree; marks are lacking, and no other unit comes as near."""
    EMPTY = "empty"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit that values may stand for.

    Parameters
    ----------
    code
        As its layer has it.
    names
        All that it is called, the fullest first: with and without its kind, in Vietnamese and in English.
    parent_code, parent_name
        The unit that it lies in; empty when not known.
    """

    code: str
    names: tuple[str, ...]
    parent_code: str = ""
    parent_name: str = ""


@dataclass(frozen=True, slots=True)
class UnitMatches:
    """What values found.

    Parameters
    ----------
    units
        (n,) the place of the unit among those known, -1 where none is certain.
    how
        (n,) how it was found, or why not.
    candidates
        By row without a unit: those among which nobody can choose, or those that look like it, at most five.
    """

    units: Int64s
    how: tuple[How, ...]
    candidates: Mapping[int, tuple[int, ...]]

    def count(self, *ways: How) -> int:
        """Count rows of some ways."""
        return sum(one in ways for one in self.how)

    @property
    def share(self) -> float:
        """Share of the values, 0..1, that name a unit or one of several; empty ones do not count."""
        said = len(self.how) - self.count(How.EMPTY)
        return (said - self.count(How.UNKNOWN)) / said if said else 0.0


_Answer = tuple[How, tuple[int, ...]]


class UnitMatcher:
    """Finds units of one vintage.

    Parameters
    ----------
    units
        All of them.
    """

    def __init__(self, units: Sequence[KnownUnit]) -> None:
        self._units = units
        self._codes: defaultdict[str, list[int]] = defaultdict(list)
        self._names: defaultdict[str, list[tuple[int, UnitName]]] = defaultdict(list)
        self._kinds: list[frozenset[Kind]] = []
        for at, unit in enumerate(units):
            self._codes[_code_key(unit.code)].append(at)
            read = dict.fromkeys(one for name in unit.names for one in readings_of(name))
            # "Phuong Cong" alone may be read as a ward called Công: the fullest name tells the kind.
            kinds = next((one.kinds for one in read if one.kinds), frozenset())
            self._kinds.append(kinds)
            for one in read:
                if kinds_fit(one.kinds, kinds):
                    self._names[one.key].append((at, one))
        self._code_looks = [(_code_key(unit.code),) for unit in units]
        self._name_looks = [_looks(*unit.names) for unit in units]
        parents = dict.fromkeys((unit.parent_code, unit.parent_name) for unit in units)
        self._parents = [one for one in parents if any(one)]

    def match(
        self,
        values: Sequence[str | None],
        by: By,
        within: Sequence[str | None] | None = None,
        *,
        suggest: bool = True,
    ) -> UnitMatches:
        """Find the unit of each value.

        Parameters
        ----------
        values
            (n,) as the file has them.
        by
            Whether they are codes or names.
        within
            (n,) names or codes of the units that those lie in; a value that is none of these says nothing.
        suggest
            Look for units that resemble a value that is none.

        Returns
        -------
        UnitMatches
            Equal values find the same unit, whatever their order.
        """
        within = [None] * len(values) if within is None else within
        parents = self._read_parents(within)
        bare = by == "name" and not any(_has_marks(value) for value in set(values))
        known: dict[tuple[str | None, str | None], _Answer] = {}
        looked = 0
        for pair in dict.fromkeys(zip(values, within, strict=True)):
            value, parent = pair[0] or "", parents[pair[1]]
            answer = self._find(value, by, parent, bare=bare)
            if suggest and answer == (How.UNKNOWN, ()) and looked < MOST_LOOKED_AT:
                looked += 1
                answer = How.UNKNOWN, self._similar(value, by, parent)
            known[pair] = answer
        answers = [known[pair] for pair in zip(values, within, strict=True)]
        found = [at[0] if how in _FOUND else -1 for how, at in answers]
        unsure = {row: at for row, (how, at) in enumerate(answers) if how not in _FOUND and at}
        return UnitMatches(np.array(found, dtype=np.int64), tuple(how for how, _ in answers), unsure)

    def share_of_parents(self, within: Sequence[str | None]) -> float:
        """Tell which share of the values, 0..1, names a unit that others lie in; empty ones do not count."""
        said = [value for value in within if value]
        parents = self._read_parents(said)
        return sum(parents[value] is not None for value in said) / len(said) if said else 0.0

    def _read_parents(
        self, within: Sequence[str | None]
    ) -> dict[str | None, frozenset[tuple[str, str]] | None]:
        """Tell for each value which parents it may name; None when it names none."""
        read: dict[str | None, frozenset[tuple[str, str]] | None] = dict.fromkeys(within)
        if not self._parents:
            return read
        upper = UnitMatcher([KnownUnit(code, (name,) if name else ()) for code, name in self._parents])
        given = list(read)
        for by in ("name", "code"):
            found = upper.match(given, by, suggest=False)
            for row, value in enumerate(given):
                at = (int(found.units[row]),) if found.units[row] >= 0 else found.candidates.get(row, ())
                if at:
                    read[value] = frozenset(self._parents[one] for one in at)
        return read

    def _find(self, value: str, by: By, parents: frozenset[tuple[str, str]] | None, *, bare: bool) -> _Answer:
        if not value.strip():
            return How.EMPTY, ()
        answer = self._by_code(value) if by == "code" else self._by_name(value, parents, bare=bare)
        how, found = answer
        if how is How.UNKNOWN and parents is not None and by == "name":
            # It is there, but elsewhere than the row says: shown, not taken.
            return How.UNKNOWN, self._by_name(value, None, bare=bare)[1][:MOST_SUGGESTED]
        if how is How.CODE and not self._lies_in(found[0], parents):
            return How.UNKNOWN, found
        return answer

    def _by_code(self, value: str) -> _Answer:
        found = tuple(self._codes.get(_code_key(value), ()))
        if len(found) > 1:
            same = tuple(at for at in found if self._units[at].code == value.strip())
            found = same or found
        return _answer(found, How.CODE)

    def _by_name(self, value: str, parents: frozenset[tuple[str, str]] | None, *, bare: bool) -> _Answer:
        ranks: dict[int, tuple[int, int, Spelling]] = {}
        for written in readings_of(value):
            for at, name in self._names.get(written.key, ()):
                spelling = spelling_of(written, name)
                if spelling is None or not kinds_fit(written.kinds, self._kinds[at]):
                    continue
                if self._lies_in(at, parents):
                    kind = 0 if written.kinds and self._kinds[at] else 1
                    rank = (Spelling.BARE if bare else spelling, kind, spelling)
                    ranks[at] = min(rank, ranks.get(at, rank))
        if not ranks:
            return How.UNKNOWN, ()
        best = min(ranks.values())
        found = sorted(at for at, rank in ranks.items() if rank[:2] == best[:2])
        return _answer(tuple(found), How.BARE if best[2] is Spelling.BARE else How.NAME)

    def _lies_in(self, at: int, parents: frozenset[tuple[str, str]] | None) -> bool:
        unit = self._units[at]
        mine = (unit.parent_code, unit.parent_name)
        return parents is None or not any(mine) or mine in parents

    def _similar(self, value: str, by: By, parents: frozenset[tuple[str, str]] | None) -> tuple[int, ...]:
        here = None
        if parents is not None:
            here = {at for at in range(len(self._units)) if self._lies_in(at, parents)}
        if by == "code":
            return similar([_code_key(value)], self._code_looks, here, NEAR_CODE)
        return similar(_looks(value), self._name_looks, here, NEAR_NAME)


def match_units(
    values: Sequence[str | None],
    units: Sequence[KnownUnit],
    by: By,
    within: Sequence[str | None] | None = None,
) -> UnitMatches:
    """Find the unit of each value; see :meth:`UnitMatcher.match`.

    Examples
    --------
    >>> found = match_units(["p.tran lam", "Minh Tân"], [
    ...     KnownUnit("12454", ("Phường Trần Lãm",)),
    ...     KnownUnit("12553", ("Xã Minh Tân",), "341", "Huyện Hưng Hà"),
    ...     KnownUnit("13102", ("Xã Minh Tân",), "343", "Huyện Kiến Xương"),
    ... ], "name")
    >>> found.units.tolist(), [how.value for how in found.how], dict(found.candidates)
    ([0, -1], ['bare', 'ambiguous'], {1: (1, 2)})
    """
    return UnitMatcher(units).match(values, by, within)


_FOUND = frozenset({How.CODE, How.NAME, How.BARE})


def _answer(found: tuple[int, ...], how: How) -> _Answer:
    if not found:
        return How.UNKNOWN, ()
    return (how, found) if len(found) == 1 else (How.AMBIGUOUS, found)


def _code_key(code: str) -> str:
    """Write a code as it is after a spreadsheet: without leading zeros, without the ``.0`` of a number."""
    plain = "".join(code.split()).lstrip("'").casefold()
    if plain.lstrip("0")[:1].isdecimal():
        plain = _FRACTION.sub("", plain)
    return plain.lstrip("0") or plain[:1]


def _looks(*names: str) -> frozenset[str]:
    """Write names without kind, marks and spaces, as they are compared for likeness."""
    return frozenset(readings_of(name)[0].key for name in names if readings_of(name))


def _has_marks(value: str | None) -> bool:
    return value is not None and any(one.has_marks for one in readings_of(value))


def distinct(values: Iterable[str | None]) -> list[str]:
    """Give the different values that say something, in the order in which they come."""
    return list(dict.fromkeys(value for value in values if value is not None and value.strip()))
