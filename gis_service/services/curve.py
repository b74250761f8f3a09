"""The curve of a study of coverage, as a role may see it.

Everybody sees it with steps left out: no two points that are shown, nor a point and a figure of the study
that is shown, may differ by one to nine people (METHODS, People's privacy).
"""

import numpy as np
from numpy.typing import NDArray

from gis_service.analysis.cells import is_small
from gis_service.analysis.curve import STEP_M, STEP_S, reached_within
from gis_service.analysis.field import UNREACHED
from gis_service.services.coverage import CoverageResult
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import PER_UNIT, persons, units
from gis_service.types import Bools, Int64s

LAST_S, LAST_M = 3600, 10_000

Table = NDArray[np.int64]


def curve_document(
    result: CoverageResult, parameters: CoverageParameters, *, personal: bool, told: Bools | None = None
) -> Document:
    """Tell how many people are reached within each cost.

    Parameters
    ----------
    result
        Of the study.
    parameters
        What was asked: its groups have a curve each.
    personal
        Whether the reader may see small counts.
    told
        ``(n_steps,)`` the steps that everybody may read, as the step table of the study has them; all when
        None.

    Returns
    -------
    Document
        ``unit``, ``limit`` and, by group, points ``[cost, people]``; the same costs in every group.
    """
    step, last = (STEP_S, LAST_S) if parameters.is_time else (STEP_M, LAST_M)
    steps = np.arange(0, last + step, step, dtype=np.int64) * PER_UNIT
    groups = parameters.counted_groups
    people = result.demand.people
    costs = {group: result.field_of(group).cost for group in groups}
    reached = np.stack([reached_within(costs[group], people[group], steps) for group in groups])
    if not personal:
        # What the study itself tells: who is within the limit, who arrives at all, who there is.
        ends = np.array([parameters.limit_cost, UNREACHED - 1, UNREACHED], dtype=np.int64)
        known = np.stack([reached_within(costs[group], people[group], ends) for group in groups])
        if told is not None:
            steps, reached = steps[told], reached[:, told]
        kept = shown_steps(_with_rests(reached), _with_rests(known))
        steps, reached = steps[kept], reached[:, kept]
    if parameters.measure == "quota":  # nobody goes anywhere
        steps, reached = steps[:0], reached[:, :0]
    costs_told = [units(cost) for cost in steps.tolist()]
    return {
        "unit": "s" if parameters.is_time else "m",
        "limit": parameters.limit,
        "points": {
            group: [[at, persons(count)] for at, count in zip(costs_told, row, strict=True)]
            for group, row in zip(groups, reached.tolist(), strict=True)
        },
    }


def _with_rests(rows: Table) -> Table:
    """Add what is left of everybody without each group, and without all of them: groups may add up to all.

    The first row is that of `ALL`.
    """
    everybody, groups = rows[:1], rows[1:]
    return np.concatenate([rows, everybody - groups, everybody - groups.sum(axis=0, keepdims=True)])


def shown_steps(reached: Table, known: Table) -> Int64s:
    """Choose the steps of a curve that everybody may see.

    Parameters
    ----------
    reached
        ``(n_rows, n_steps)`` thousandths of people within each step.
    known
        ``(n_rows, n_known)`` numbers of the same people that are shown elsewhere.

    Returns
    -------
    Int64s
        Numbers of the steps.
    """
    safe = ~is_small(np.abs(reached[:, :, None] - known[:, None, :])).any(axis=(0, 2))
    kept: list[int] = []
    before = np.zeros(len(reached), dtype=np.int64)
    for step in np.flatnonzero(safe).tolist():
        if not is_small(np.abs(reached[:, step] - before)).any():
            kept.append(step)
            before = reached[:, step]
    return np.array(kept, dtype=np.int64)
