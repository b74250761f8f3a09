"""What units that hide a mark would tell together: the sum around them, less all that the others tell.

Marks are numbered from 1 here; 0 stands before the first one, where nobody is counted and nothing is hidden.
Between two marks a and b that the unit around them tells, a reader knows how many people are in those parts
of steps that no unit tells whole: the *rest* of (a, b]. It must be nobody, or ten people at least, of each
group. Beside the steps themselves these rests are all that adding up can tell.

Where the unit around them tells that a group has nobody between two marks, nobody of it is there in any unit:
a unit that tells one of the two marks tells the other as well, of that group, though it hides it.
"""

import numpy as np
from numpy.typing import NDArray

from gis_service.analysis.cells import is_small
from gis_service.types import Bools, Int64s

Sums = NDArray[np.int64]
_A_PAIR = 2


def hide_rests(within: Sums, told: Bools, above: Bools) -> Bools:
    """Hide more marks of units until no rest is of one to nine people, and no unit hides one alone.

    Parameters
    ----------
    within
        ``(n_units, n_series, n_marks)`` people up to each mark, of the units that share one unit around them.
    told
        ``(n_units, n_marks)`` what each may tell by itself.
    above
        ``(n_marks,)`` what the unit around them tells.

    Returns
    -------
    Bools
        ``(n_units, n_marks)``.
    """
    marks = np.flatnonzero(above)
    if not len(marks):
        return np.zeros_like(told)
    if len(told) < _A_PAIR:
        return told
    sums = np.zeros((*within.shape[:2], len(marks) + 1), dtype=np.int64)
    sums[:, :, 1:] = within[:, :, marks]
    open_ = np.ones((len(told), len(marks) + 1), dtype=np.bool_)
    open_[:, 1:] = told[:, marks]
    runs = _runs(sums)
    while _hide_small(sums, open_, runs) or _hide_lonely(sums, open_):
        pass
    found = told.copy()
    found[:, marks] = open_[:, 1:]
    found[~open_[:, -1]] = False
    return found


def rests(people: Int64s, told: Bools) -> Int64s:
    """Give the people of a group in the rest of each range of marks.

    Parameters
    ----------
    people
        ``(n_units, n_marks)`` thousandths up to each mark.
    told
        ``(n_units, n_marks)``; all tell the first.

    Returns
    -------
    Int64s
        ``(n_marks, n_marks)`` for the range behind the first mark up to the second.
    """
    n_marks = people.shape[1]
    before, after = _neighbours(told)
    excess = (people - np.take_along_axis(people, before, axis=1)).sum(axis=0)
    unit, mark = np.nonzero(~told & (after < n_marks))
    end = after[unit, mark]
    ended = np.zeros(n_marks * n_marks, dtype=np.int64)
    np.add.at(ended, mark * n_marks + end, people[unit, end] - people[unit, before[unit, mark]])
    found: Int64s = np.cumsum(ended.reshape(n_marks, n_marks), axis=1)
    found += excess[None, :] - excess[:, None]
    return found


def _runs(sums: Sums) -> Int64s:
    """Give marks numbers by group, the same to those between which nobody is.

    Parameters
    ----------
    sums
        Of the units.

    Returns
    -------
    Int64s
        ``(n_series, n_marks)``, rising.
    """
    whole = sums.sum(axis=0)
    found: Int64s = np.cumsum(np.diff(whole, axis=1, prepend=whole[:, :1]) != 0, axis=1)
    return found


def _known(told: Bools, run: Int64s) -> Bools:
    """Tell which marks each unit tells of a group, or tells by another mark of the same run."""
    starts = np.flatnonzero(np.diff(run, prepend=-1))
    found: Bools = np.logical_or.reduceat(told, starts, axis=1)[:, run]
    return found


def _neighbours(told: Bools) -> tuple[Int64s, Int64s]:
    """Give the told mark at or before each mark, and the one at or behind it; else the number of marks."""
    n_marks = told.shape[1]
    place = np.arange(n_marks)
    before = np.maximum.accumulate(np.where(told, place, 0), axis=1)
    after = np.minimum.accumulate(np.where(told, place, n_marks)[:, ::-1], axis=1)[:, ::-1]
    return before, after


def _hide_small(sums: Sums, told: Bools, runs: Int64s) -> bool:
    """Hide a mark for each small rest, the narrowest first; tell whether any was hidden.

    Of two ranges that overlap the wider one waits for the next round: one change may do for both.
    """
    n_marks = told.shape[1]
    rising = np.tri(n_marks, k=-1, dtype=np.bool_).T
    small = np.stack(
        [is_small(rests(sums[:, number], _known(told, run))) & rising for number, run in enumerate(runs)]
    )
    series, low, high = np.nonzero(small)
    before = int(told.sum())
    order = np.lexsort((low, high - low))
    done = np.zeros(n_marks, dtype=np.bool_)
    for number in order.tolist():
        a, b, which = int(low[number]), int(high[number]), int(series[number])
        if not done[a + 1 : b + 1].any():
            done[a + 1 : b + 1] = True
            _widen(sums[:, which], told, runs[which], a, b)
    return int(told.sum()) < before


def _widen(people: Int64s, told: Bools, run: Int64s, a: int, b: int) -> None:
    """Hide marks of one more unit, so that ten of its people or more come into the rest of (a, b].

    A mark that is hidden takes along the others of its run, which would tell it. Where no unit alone can
    help, all hide the marks of the range: then its rest is that of a wider one.
    """
    n_marks = told.shape[1]
    last = n_marks - 1
    found: list[tuple[int, int, int, int, int]] = []
    for unit in range(len(told)):
        known = np.flatnonzero(told[unit])
        counts = people[unit, known]
        for low, high in (_from_above(known, counts, a, b), _from_below(known, counts, a, b)):
            if low > high:
                continue
            first = int(np.searchsorted(run, run[low]))
            end = int(np.searchsorted(run, run[high], side="right")) - 1
            if first > 0:  # before the first mark nobody is counted, whoever hides it
                lost = n_marks if end == last else int(told[unit, first : end + 1].sum())
                found.append((lost, int(people[unit, last]), unit, first, end))
    if found:
        _, _, unit, first, end = min(found)
        told[unit, first : end + 1] = False
    else:
        told[:, max(a, 1) : b + 1] = False
    told[~told[:, last], 1:] = False


_NOTHING = (1, 0)


def _from_above(known: Int64s, counts: Int64s, a: int, b: int) -> tuple[int, int]:
    """Give the marks to hide so that the last people before ``b`` are not told apart from those behind it."""
    at = int(np.searchsorted(known, b, side="right")) - 1
    first = int(np.searchsorted(counts, counts[at], side="left"))
    if first < 1 or known[first - 1] < a:
        return _NOTHING
    return int(known[first]), int(known[at])


def _from_below(known: Int64s, counts: Int64s, a: int, b: int) -> tuple[int, int]:
    """Give the marks to hide so that the first people behind ``a`` are not told apart from those before."""
    at = int(np.searchsorted(known, a, side="left"))
    if at == len(known):
        return _NOTHING
    end = int(np.searchsorted(counts, counts[at], side="right")) - 1
    if at < 1 or end + 1 >= len(known) or known[end + 1] > b:
        return _NOTHING
    return int(known[at]), int(known[end])


def _hide_lonely(sums: Sums, told: Bools) -> bool:
    """Hide each mark that one unit alone hides in a second one, the smallest; tell whether there was any."""
    people = sums[:, :, -1].sum(axis=1)
    changed = False
    for mark in np.flatnonzero((~told).sum(axis=0) == 1).tolist():
        here = sums[:, :, mark].sum(axis=1)
        others = np.flatnonzero(told[:, mark] & (people > 0))
        if len(others):
            inside = (here[others] > 0) & (here[others] < people[others])
            unit = int(others[np.lexsort((others, people[others], ~inside))[0]])
            told[unit, mark] = False
            changed = True
            if mark == told.shape[1] - 1:
                told[unit, 1:] = False
    return changed
