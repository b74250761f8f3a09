"""The facilities of two states under one numbering: which are the same, which are there in one state only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gis_service.analysis.change import Answers
from gis_service.services.compare_document import Facility
from gis_service.services.coverage_inputs import CoverageInputs, Facilities
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.types import Bools, Int32s

Places = Mapping[int, frozenset[tuple[float, float]]]
"""Where each facility of a state is entered, by its number."""


@dataclass(frozen=True)
class Side:
    """One of two states.

    Parameters
    ----------
    inputs, parameters
        What was read of it, and what is asked; both states share all but facilities and ways.
    source
        Where the facilities come from: in two states of one source those with the same id are the same one.
    ids
        Code of each facility; its number in the input when None.
    """

    inputs: CoverageInputs
    parameters: CoverageParameters
    source: str
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Numbered:
    """The facilities of two states.

    Parameters
    ----------
    rows
        Those of both states, in the order of their numbers.
    answers
        Everybody's way before and afterwards, with these numbers.
    closed, opened
        ``(n,)`` at whose place there is one only before, and only afterwards.
    """

    rows: list[Facility]
    answers: tuple[Answers, Answers]
    closed: Bools
    opened: Bools


def numbered(sides: Sequence[Side], counted: Sequence[Bools], ways: Sequence[Answers]) -> Numbered:
    """Give the facilities of both states one numbering: one that is open in both has one number.

    Parameters
    ----------
    sides
        The state before and the one afterwards.
    counted
        Of each ``(n_rows,)`` rows of the facilities that count.
    ways
        Of each everybody's way; facilities are rows of the state.
    """
    keys: list[list[tuple[str, str]]] = []
    known: dict[tuple[str, str], Facility] = {}
    for side in sides:
        given = side.inputs.facilities
        ids = side.ids or tuple(str(row + 1) for row in range(int(given.owners.max(initial=-1)) + 1))
        keys.append([(side.source, id_) for id_ in ids])
        known |= dict(zip(keys[-1], map(Facility, ids, given.names or ids), strict=True))
    number = {key: row for row, key in enumerate(sorted(known))}
    answers, places = [], []
    for side, own, rows, found in zip(sides, keys, counted, ways, strict=True):
        of_facility = np.array([number[key] for key in own], dtype=np.int32)
        numbers = of_facility[side.inputs.facilities.owners]
        answers.append(Answers(found.cost, np.append(numbers, -1)[found.facility].astype(np.int32)))
        places.append(places_of(numbers, side.inputs.facilities, rows))
    return Numbered(
        rows=[known[key] for key in sorted(known)],
        answers=(answers[0], answers[1]),
        closed=only_in(places[0], places[1], len(known)),
        opened=only_in(places[1], places[0], len(known)),
    )


def places_of(numbers: Int32s, facilities: Facilities, counted: Bools) -> Places:
    """Tell where the facilities of a state stand that count in it.

    Parameters
    ----------
    numbers
        ``(n_rows,)`` facility of each row.
    facilities, counted
        The rows, and which of them count.
    """
    rows = np.flatnonzero(counted)
    entered = defaultdict(set)
    for number, place in zip(numbers[rows].tolist(), facilities.xy[rows].tolist(), strict=True):
        entered[number].add(tuple(place))
    return {number: frozenset(found) for number, found in entered.items()}


def only_in(one: Places, other: Places, n_facilities: int) -> Bools:
    """Tell at whose place there is a facility in one state and none in the other.

    A facility that has moved is one at the new place and none at the old; another one at the same place,
    under whatever code, is none that has opened or closed: the place had one before and has one now.

    Parameters
    ----------
    one, other
        The two states.
    n_facilities
        Of both states.
    """
    there = set(other.values())
    found = np.zeros(n_facilities, dtype=np.bool_)
    found[[number for number, place in one.items() if place not in there]] = True
    return found
