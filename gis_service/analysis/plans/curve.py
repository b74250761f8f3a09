"""What the money of a roadmap buys, project by project."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gis_service.analysis.plans.programme import Programme
from gis_service.types import Bools, Int32s, Int64s


@dataclass(frozen=True, slots=True)
class Step:
    """One project of a roadmap, in its turn.

    Parameters
    ----------
    project, phase
        Which, and when.
    cost, spent
        Of it alone and of all up to it, thousandths of a million VND.
    won, covered
        Newly covered by it in its turn, and by all up to it, thousandths of a person.
    alone
        What it would newly cover if it were the only one.
    """

    project: int
    phase: int
    cost: int
    spent: int
    won: int
    covered: int
    alone: int


def curve(programme: Programme, phase: Int32s) -> tuple[Step, ...]:
    """Put the projects of a roadmap in order: by phase, then who wins most people for its cost comes first.

    Parameters
    ----------
    programme
        The question.
    phase
        ``(n,)`` phase of each project, negative for never.

    Notes
    -----
    Within a phase no project comes before what it requires; of equals the first in the input comes first, and
    who costs nothing before all others.
    """
    alone = gains_alone(programme)
    is_left = ~programme.reach.covered_now
    before: list[set[int]] = [set() for _ in range(len(programme))]
    for first, then in programme.requires.tolist():
        before[then].add(first)
    steps: list[Step] = []
    spent = covered = 0
    for t in range(len(programme.phases)):
        here = set(np.flatnonzero(phase == t).tolist())
        # What a project wins only shrinks: it is asked again only when its old figure leads.
        worth = {j: _worth(programme, j, int(alone[j])) for j in sorted(here)}
        while here:
            j = _next(programme, worth, here, before, is_left)
            rows = programme.reach.rows_of(j)
            won = int(programme.reach.weight[rows][is_left[rows]].sum())
            is_left[rows] = False
            here.remove(j)
            del worth[j]
            spent, covered = spent + int(programme.cost[j]), covered + won
            steps.append(Step(j, t, int(programme.cost[j]), spent, won, covered, int(alone[j])))
    return tuple(steps)


def gains_alone(programme: Programme) -> Int64s:
    """Tell what each project would newly cover alone, ``(n,)`` thousandths of a person, built or not."""
    reach = programme.reach
    weight = np.where(reach.covered_now, 0, reach.weight)[reach.row]
    running = np.concatenate([[0], np.cumsum(weight)]).astype(np.int64)
    return np.asarray(running[reach.start[1:]] - running[reach.start[:-1]])


_Worth = tuple[bool, Fraction]
"""Whether it costs nothing, then people for the cost."""


def _worth(programme: Programme, j: int, won: int) -> _Worth:
    cost = int(programme.cost[j])
    return (cost == 0, Fraction(won, cost or 1))


def _next(
    programme: Programme, worth: dict[int, _Worth], here: set[int], before: list[set[int]], is_left: Bools
) -> int:
    """Find the project that wins most for its cost, of those that wait for none that is still to come."""
    asked: set[int] = set()
    # Settled projects may require each other in any way: then none is ready, and all are.
    ready = [j for j in worth if not before[j] & here] or list(worth)
    while True:
        j = max(ready, key=lambda one: (worth[one], -one))
        if j in asked:
            return j
        asked.add(j)
        rows = programme.reach.rows_of(j)
        worth[j] = _worth(programme, j, int(programme.reach.weight[rows][is_left[rows]].sum()))
