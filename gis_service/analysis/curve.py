"""The curve of a study: how many people are reached within each cost, not only within the limit."""

import numpy as np

from gis_service.types import Int64s

STEP_S, STEP_M = 15, 25
"""Steps of a curve, seconds or metres: limits that anybody may ask for."""


def reached_within(cost: Int64s, people: Int64s, steps: Int64s) -> Int64s:
    """Count the people whose way costs no more than each step.

    Parameters
    ----------
    cost
        ``(n,)`` ms or mm; `gis_service.analysis.field.UNREACHED` without an answer.
    people
        ``(n,)`` whole thousandths of a person.
    steps
        ``(m,)`` rising costs in the same unit.

    Returns
    -------
    Int64s
        ``(m,)`` whole thousandths, never falling. At the limit of a study it is the number of its covered
        people: both count ``cost <= limit``.
    """
    sums = np.zeros(len(steps) + 1, dtype=np.int64)
    np.add.at(sums, np.searchsorted(steps, cost, side="left"), people)
    return np.cumsum(sums[:-1])
