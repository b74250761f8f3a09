"""Hiding small counts of people, and whatever they could be told from (METHODS, People's privacy).

A count of 1-9 is hidden. Where figures add up, a single hidden one among shown ones follows from these; so
the smallest shown one is hidden with it, until no sum has exactly one hidden part.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from heapq import heappop, heappush
from typing import Any, TypeAlias

from gis_service.services.suppression_audit import Key, equations, given_away, key_of

SMALLEST_SHOWN = 10
"""Persons."""
NOTICE = "small_counts_hidden"
UNTOLD = "–"
CLOSED = "closed"
"""Member of a document that names the figures which the public may not see for the sake of other vintages."""

Row: TypeAlias = dict[str, Any]
Cell: TypeAlias = tuple[Row, str]
"""A row and the name of one of its figures; None is hidden."""


def is_few(value: float) -> bool:
    """Tell whether a count of people is too small to be shown."""
    return 0 < value < SMALLEST_SHOWN


def difference(value: float, *others: float) -> float:
    """Subtract persons, exactly in thousandths."""
    return (round(value * 1000) - sum(round(other * 1000) for other in others)) / 1000


def is_small(cell: Cell) -> bool:
    """Tell whether a figure is a count too small to be shown."""
    row, name = cell
    value = row.get(name)
    return isinstance(value, int | float) and is_few(value)


def complete(parts: Sequence[Cell], hide: Callable[[Cell], None]) -> bool:
    """Hide a second part of a sum of which only one is hidden; tell whether that was needed."""
    hidden = [cell for cell in parts if cell[0].get(cell[1]) is None]
    others = [cell for cell in parts if cell[0].get(cell[1])]
    if len(hidden) != 1 or not others:
        return False
    hide(min(others, key=lambda cell: cell[0][cell[1]]))
    return True


def settle(sums: Iterable[Sequence[Cell]], hide: Callable[[Cell], None]) -> bool:
    """Hide the small parts of sums, and others with them until all are at rest; tell whether any was.

    Parameters
    ----------
    sums
        Each holds all figures of one equation, the whole among its parts.
    hide
        Hides one figure, and what gives it away beside it.
    """
    sums = [*sums]
    exact = equations(sums)
    hidden = [cell for parts in sums for cell in parts if is_small(cell)]
    for cell in hidden:
        hide(cell)
    if hidden or any(cell[0].get(cell[1]) is None for parts in sums for cell in parts):
        resting = _Resting(sums, hide)
        resting.settle(range(len(sums)))
        _guard(exact, {key_of(cell) for cell in hidden}, resting)
    return bool(hidden)


def _guard(
    exact: Sequence[Sequence[Cell]],
    small: set[Key],
    resting: "_Resting",
) -> None:
    """Hide more until no small count follows from several sums together."""
    while found := set(given_away(exact, small)):
        beside = _beside(exact, found)
        if not beside:
            return
        resting.hide(min(beside, key=lambda cell: cell[0][cell[1]]))


def _beside(exact: Sequence[Sequence[Cell]], hidden: set[Key]) -> list[Cell]:
    """Give the shown figures that stand nearest to hidden ones: in a sum with them, or a sum further on."""
    reached, before = set(hidden), 0
    while len(reached) > before:
        before = len(reached)
        near = [parts for parts in exact if any(key_of(cell) in reached for cell in parts)]
        if shown := [cell for parts in near for cell in parts if cell[0].get(cell[1])]:
            return shown
        reached |= {key_of(cell) for parts in near for cell in parts if cell[0].get(cell[1]) is None}
    return []


class _Resting:
    """Sums of which none has a single hidden part.

    Hiding a part of one sum may leave another with a single one. Only sums that hold something of a row that
    has changed are looked at again: the others would stay as they are.

    Parameters
    ----------
    sums
        In the order in which they are completed.
    hide
        Hides one figure, and what gives it away in its row.
    """

    def __init__(self, sums: Sequence[Sequence[Cell]], hide: Callable[[Cell], None]) -> None:
        self._sums, self._hide = sums, hide
        self._holding: dict[int, list[int]] = {}
        for number, parts in enumerate(sums):
            for row in {id(cell[0]) for cell in parts}:
                self._holding.setdefault(row, []).append(number)

    def hide(self, cell: Cell) -> None:
        """Hide a figure, and what the sums that hold its row ask for."""
        self._hide(cell)
        self.settle(self._holding[id(cell[0])])

    def settle(self, numbers: Iterable[int]) -> None:
        """Complete these sums, in their order and from the first again, until all are at rest."""
        now, later = list(numbers), set[int]()  # a sorted list is a heap
        waiting = set(now)

        def look_again(number: int, cell: Cell) -> None:
            self._hide(cell)
            for other in self._holding[id(cell[0])]:
                if other <= number:
                    later.add(other)
                elif other not in waiting:
                    waiting.add(other)
                    heappush(now, other)

        while now:
            number = heappop(now)
            waiting.discard(number)
            complete(self._sums[number], partial(look_again, number))
            if not now:
                now, later = sorted(later), set()
                waiting = set(now)


def hide_in_words(params: Row) -> bool:
    """Write small counts of people in a notice as ``<10``, and take away what they could be told from."""
    people, inside = params.get("people"), params.get("inside")
    hidden = {name: f"<{SMALLEST_SHOWN}" for name in ("people", "inside") if is_small((params, name))}
    if isinstance(people, int | float) and isinstance(inside, int | float) and is_few(people - inside):
        hidden["inside"] = UNTOLD
    if hidden:
        hidden |= {name: UNTOLD for name in ("share", "near_share") if name in params}
    params.update(hidden)
    return bool(hidden)


def say_hidden(document: Row) -> None:
    """Add the notice that something was hidden."""
    notice = {"code": NOTICE, "params": {"below": SMALLEST_SHOWN}}
    document["notices"] = [*document.get("notices", []), notice]
