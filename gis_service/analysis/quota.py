"""What administrative units have of a service against what a quota asks for, compared in whole numbers."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Literal

import numpy as np

from gis_service.types import THOUSANDTHS, Bools, Floats, Int32s, Int64s

Per = Literal["person", "1000_people", "unit"]

_PEOPLE = 1000
"""People that the amount of a quota ``per`` ``1000_people`` is for."""


@dataclass(frozen=True)
class Provision:
    """What each unit has of a service, and needs.

    Parameters
    ----------
    have
        ``(n_units,)`` thousandths of a facility, of a m² or of a place, of the facilities of the unit.
    needed
        ``(n_units,)`` the same, what the quota asks for; a part of a thousandth is rounded up.
    """

    have: Int64s
    needed: Int64s

    @property
    def missing(self) -> Int64s:
        """``(n_units,)`` thousandths that the unit lacks; 0 where it has enough."""
        lacking: Int64s = np.maximum(self.needed - self.have, 0)
        return lacking

    @property
    def enough(self) -> Bools:
        """``(n_units,)`` whether the unit has what it needs: exactly so much is enough."""
        return self.have >= self.needed


def exact(amount: float) -> Fraction:
    """Give a figure as people wrote it: 0.65 is 13/20, not the binary number next to it.

    Examples
    --------
    >>> exact(0.65), exact(50)
    (Fraction(13, 20), Fraction(50, 1))
    """
    return Fraction(str(amount))


def known_sizes(figures: Floats) -> Floats:
    """Give m² or places as they may be counted: nan where they are not known, as what is below nought is not.

    Parameters
    ----------
    figures
        ``(n,)`` as somebody wrote them down.
    """
    return np.where(np.isfinite(figures) & (figures >= 0), figures, np.nan)


def people_by_unit(zone: Int32s, people: Int64s, n_units: int) -> Int64s:
    """Add the people of each unit up.

    Parameters
    ----------
    zone
        ``(n,)`` unit of each row, negative without one.
    people
        ``(n,)`` whole thousandths of people.
    n_units
        Number of units.
    """
    found = np.zeros(n_units, dtype=np.int64)
    np.add.at(found, zone[zone >= 0], people[zone >= 0])
    return found


def provision(
    people: Int64s, unit: Int32s, size: Floats | None, amount: Fraction | float, per: Per
) -> Provision:
    """Compare what units have of a service with what they need.

    Parameters
    ----------
    people
        ``(n_units,)`` whole thousandths of people, as `people_by_unit` gives them.
    unit
        ``(n_facilities,)`` the one unit of each facility, negative without one: then it counts nowhere.
    size
        ``(n_facilities,)`` m² of the site or places, rounded half up to whole thousandths; nan where it is
        not known, which counts as nothing, as what is below zero does. None counts the facilities themselves.
    amount
        The least that is asked for; a decimal figure is taken as it is written.
    per
        For each ``person``, for ``1000_people``, or for each ``unit`` however many people it has.

    Returns
    -------
    Provision
        ``have >= needed`` holds exactly where the figures without any rounding say so, because ``have`` is a
        whole number and ``needed`` is rounded up.
    """
    asked = amount if isinstance(amount, Fraction) else exact(amount)
    held = np.ones(len(unit)) if size is None else np.where(np.isfinite(size) & (size > 0), size, 0.0)
    have = people_by_unit(unit, np.floor(held * THOUSANDTHS + 0.5).astype(np.int64), len(people))
    if per == "unit":
        needed = np.full(len(people), ceil(asked * THOUSANDTHS), dtype=np.int64)
    else:
        each = asked / _PEOPLE if per == "1000_people" else asked
        needed = np.array([ceil(each * count) for count in people.tolist()], dtype=np.int64)
    return Provision(have, needed)
