"""People by unit, group and step of cost, and at which steps everybody may read them.

A mark is a cost that people are counted up to: each step, then all who arrive at all, then everybody. What
everybody may read are the sums up to the marks that a unit *tells*. Between two told marks of a unit there
live, of each group, nobody or ten people at least: a step of one to nine is merged with its neighbours. The
groups of a unit tell the same marks, and a unit tells none that the unit around it does not tell, so that a
reader can take only like from like (docs/decisions/019-step-tables.md).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_service.analysis.cells import is_small
from gis_service.analysis.step_rests import hide_rests
from gis_service.types import Bools, Int64s

AFTER_STEPS = 2
"""Marks behind the steps: all who arrive, and everybody."""
ROUND = (40, 20, 4, 2, 1)
"""Steps that are kept first, where not all can be: 10 minutes or 1 km, and so on down to one step."""

Sums = NDArray[np.int64]
"""``(n_units, n_series, n_marks)`` whole thousandths of people up to each mark."""


@dataclass(frozen=True)
class Series:
    """People who are counted by one kind of cost.

    Parameters
    ----------
    mark
        ``(n,)`` first mark that holds each row of people, as `marks_of` gives it.
    people
        ``(n,)`` whole thousandths.
    """

    mark: Int64s
    people: Int64s


def marks_of(cost: Int64s, arrives: Bools, steps: Int64s) -> Int64s:
    """Give the first mark up to which each row of people is counted.

    Parameters
    ----------
    cost
        ``(n,)`` ms or mm; `gis_service.analysis.field.UNREACHED` without an answer.
    arrives
        ``(n,)`` whether a way leads to any facility, of the catchment or not.
    steps
        ``(m,)`` rising costs in the same unit.

    Returns
    -------
    Int64s
        ``(n,)``; ``m`` for those who arrive later than the last step, ``m + 1`` for those who never do.
    """
    found = np.searchsorted(steps, cost, side="left").astype(np.int64)
    return np.where(arrives, found, len(steps) + 1)


def sums_within(label: Int64s, n_units: int, series: Sequence[Series], n_marks: int) -> Sums:
    """Add people up by unit, series and mark.

    Parameters
    ----------
    label
        ``(n,)`` unit of each row of people.
    n_units
        How many units there are.
    series
        Who is counted.
    n_marks
        How many marks there are.
    """
    found = np.zeros((n_units, len(series), n_marks), dtype=np.int64)
    for number, one in enumerate(series):
        part = np.zeros(n_units * n_marks, dtype=np.int64)
        np.add.at(part, label * n_marks + one.mark, one.people)
        found[:, number] = np.cumsum(part.reshape(n_units, n_marks), axis=1)
    return found


def nested(labels: Sequence[Int64s]) -> Iterator[tuple[Int64s, Int64s]]:
    """Cut units of several divisions into pieces of which each lies in one piece of the division before.

    Parameters
    ----------
    labels
        ``(n,)`` unit of each row of people, for each division; those with the fewest units come first.

    Yields
    ------
    Int64s, Int64s
        Piece of each row of people, and the piece before that holds each of these.
    """
    before = np.zeros(len(labels[0]) if labels else 0, dtype=np.int64)
    for label in labels:
        width = int(label.max(initial=0)) + 1
        both, piece = np.unique(before * width + label, return_inverse=True)
        yield piece.reshape(-1).astype(np.int64), both // width
        before = piece.reshape(-1).astype(np.int64)


@dataclass(frozen=True)
class Told:
    """The marks that everybody may read.

    Parameters
    ----------
    city
        ``(n_marks,)`` of every group of the whole city.
    everybody
        ``(n_marks,)`` of all people of the city together: those of ``city`` among them.
    units
        ``(n_units, n_marks)`` of every group of the units of each division. A unit without anybody tells all.
    """

    city: Bools
    everybody: Bools
    units: list[Bools]


def told_by(labels: Sequence[Int64s], series: Sequence[Series], everybody: Series, n_marks: int) -> Told:
    """Choose the marks that everybody may read, of the whole city and of the units of several divisions.

    Parameters
    ----------
    labels
        ``(n,)`` unit of each row of people, 0 and up, for each division, as of `nested`.
    series
        Whoever must not be told when they are one to nine: groups of which no two share anybody.
    everybody
        All people.
    n_marks
        How many marks there are, `AFTER_STEPS` among them.

    Notes
    -----
    A unit that was cut into pieces tells what each of them tells: its sums are sums of theirs, and nothing
    that a reader adds up is new.
    """
    whole = np.zeros(len(everybody.mark), dtype=np.int64)
    every_mark = np.ones((1, n_marks), dtype=np.bool_)
    city = greedy(sums_within(whole, 1, series, n_marks), every_mark)
    of_all = greedy(sums_within(whole, 1, [everybody], n_marks), every_mark, city)
    told, found = city, []
    for label, (piece, parent) in zip(labels, nested(labels), strict=True):
        within = sums_within(piece, len(parent), series, n_marks)
        mine = greedy(within, told[parent])
        for above in range(len(told)):
            inside = np.flatnonzero(parent == above)
            mine[inside] = hide_rests(within[inside], mine[inside], told[above])
        told = mine
        units = np.ones((int(label.max(initial=-1)) + 1, n_marks), dtype=np.bool_)
        unit_of = np.zeros(len(told), dtype=np.int64)
        unit_of[piece] = label
        np.logical_and.at(units, unit_of, told)
        found.append(units)
    return Told(city[0], of_all[0], found)


def greedy(within: Sums, may: Bools, kept: Bools | None = None) -> Bools:
    """Choose marks of each unit by itself, the round ones first.

    Parameters
    ----------
    within
        Of the units.
    may
        ``(n_units, n_marks)`` marks that each may choose from.
    kept
        ``(n_units, n_marks)`` marks that are chosen already; none when None.
    """
    n_marks = within.shape[2]
    last = n_marks - 1
    is_open: Bools = may[:, last] & ~is_small(within[:, :, last]).any(axis=1)
    told = np.zeros(may.shape, dtype=np.bool_) if kept is None else kept.copy()
    told[:, last] = is_open
    for mark in _order(n_marks):
        rows = np.flatnonzero(may[:, mark] & is_open & ~told[:, mark])
        here = within[rows, :, mark]
        behind = mark + 1 + told[rows, mark + 1 :].argmax(axis=1)
        upper = within[rows, :, behind]
        lower = np.zeros_like(here)
        if mark:
            before = mark - 1 - told[rows, mark - 1 :: -1].argmax(axis=1)
            # Where none is told before, argmax gives the one just before all the same.
            known = told[rows, before][:, None]
            lower = np.where(known, within[rows, :, before], 0)
        small = is_small(upper - here) | is_small(here - lower)
        told[rows[~small.any(axis=1)], mark] = True
    return told


def _order(n_marks: int) -> list[int]:
    """Give the marks before the last one in the order of their keeping: those who arrive, then steps."""
    n_steps = n_marks - AFTER_STEPS
    found = [n_steps]
    for size in ROUND:
        found += [step for step in range(size, n_steps, size) if step not in set(found)]
    return [*found, *([0] if n_steps else [])]
