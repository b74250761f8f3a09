"""A programme of component projects: what may be built, in which phases, with what money, for whom."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from gis_service.types import Bools, Int32s, Int64s

NOT_BUILT = -1
"""Phase of a project that a roadmap leaves out."""
NOT_SETTLED = -1
"""Phase of a project that is still to be decided on."""
NOT_LIMITED = -1
"""Budget of a phase that may cost whatever it costs."""
PRIORITIES = 5
"""The lowest priority; 1 is the highest."""
DAYS_A_YEAR = Fraction(1461, 4)
"""Days of a year, leap years shared out: person-years are person-days divided by this."""


@dataclass(frozen=True, slots=True)
class Phases:
    """The periods of a programme, one after the other, and their money.

    Parameters
    ----------
    days
        ``(t,)`` exact length of each phase in days, at least 1.
    budget
        ``(t,)`` thousandths of a million VND for all sectors together; `NOT_LIMITED` where nothing is set.
    sector_budget
        ``(t, n_sectors)`` the same for each sector, which holds beside that of all; None for none.
    carry_over
        Whether what a phase leaves of a budget is there in the next one; a phase without a limit leaves none.
    """

    days: Int64s
    budget: Int64s
    sector_budget: Int64s | None = None
    carry_over: bool = False

    def __len__(self) -> int:
        return len(self.days)

    @property
    def days_left(self) -> Int64s:
        """``(t + 1,)`` days from the first day of each phase to the end of the last; 0 for never."""
        return np.append(np.cumsum(self.days[::-1])[::-1], 0).astype(np.int64)

    def cut(self, percent: int) -> "Phases":
        """Take so many per cent off every budget; what is left is rounded down."""

        def less(budget: Int64s) -> Int64s:
            # Parted first: the product of a large budget would not fit.
            whole, rest = np.divmod(budget, 100)
            left = whole * (100 - percent) + rest * (100 - percent) // 100
            return np.where(budget == NOT_LIMITED, NOT_LIMITED, left).astype(np.int64)

        each = None if self.sector_budget is None else less(self.sector_budget)
        return replace(self, budget=less(self.budget), sector_budget=each)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom each project would bring within the standard of its service.

    Parameters
    ----------
    start
        ``(n_projects + 1,)`` where the rows of each project begin.
    row
        ``(pairs,)`` rows of each project, each once; none for a project that reaches nobody by itself.
    weight
        ``(rows,)`` thousandths of a person. A row is one demand point of one service: who is covered by two
        services is two rows.
    service
        ``(rows,)`` number of the service of each row.
    covered_now
        ``(rows,)`` who is covered before the first phase, by what stands today.
    """

    start: Int64s
    row: Int32s
    weight: Int64s
    service: Int32s
    covered_now: Bools

    def rows_of(self, project: int) -> Int32s:
        """Give the rows of one project."""
        return self.row[self.start[project] : self.start[project + 1]]

    @property
    def project(self) -> Int32s:
        """``(pairs,)`` the project of each pair."""
        return np.repeat(np.arange(len(self.start) - 1, dtype=np.int32), np.diff(self.start))


@dataclass(frozen=True, slots=True)
class Programme:
    """The question of a roadmap.

    Parameters
    ----------
    project_ids, sector_ids, service_ids
        Names, in the order of the input: ties go to the projects first in it.
    sector
        ``(n,)`` number of the sector of each project.
    priority
        ``(n,)`` 1 (highest) to 5.
    cost
        ``(n,)`` whole thousandths of a million VND, paid in the phase in which the project is commissioned.
    earliest
        ``(n,)`` first phase in which each can be commissioned; the number of phases for never.
    settled
        ``(n,)`` phase of a project that is commissioned or under way, `NOT_SETTLED` of one still open.
        Settled projects are paid first; priorities and prerequisites do not ask them.
    requires
        ``(k, 2)`` pairs: the second is commissioned no earlier than the first, and not without it.
    phases
        Periods and budgets.
    reach
        Whom each project brings within the standard.

    Notes
    -----
    A project counts from the first day of the phase in which it is commissioned to the last day of the last
    phase. What is commissioned within a phase counts for all of it, in every plan alike.
    """

    project_ids: Sequence[str]
    sector_ids: Sequence[str]
    service_ids: Sequence[str]
    sector: Int32s
    priority: Int32s
    cost: Int64s
    earliest: Int32s
    settled: Int32s
    requires: Int32s
    phases: Phases
    reach: Reach

    def __len__(self) -> int:
        return len(self.project_ids)

    @property
    def is_open(self) -> Bools:
        """``(n,)`` projects that are still to be decided on."""
        still: Bools = self.settled == NOT_SETTLED
        return still


def person_years(person_days: int) -> float:
    """Turn thousandths of a person times days into years of persons; rounded once, to be shown.

    Examples
    --------
    >>> person_years(1000 * 1461)
    4.0
    """
    return float(Fraction(person_days, 1000) / DAYS_A_YEAR)
