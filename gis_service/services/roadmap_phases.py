"""What each phase brings: whom every service reaches at its end, what each project adds, in order and alone.

All sums are of whole thousandths of people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from gis_service.analysis.zones import Zones
from gis_service.catalogue.phase_plan import Phase
from gis_service.services.roadmap_projects import BEFORE, NEVER, Project, Timed
from gis_service.types import Bools, Int32s, Int64s


@dataclass(frozen=True)
class Units:
    """Units that the people of a service are told by.

    Parameters
    ----------
    zones
        The units.
    of
        ``(n,)`` number of the unit of each row of people; negative for those in none.
    """

    zones: Zones
    of: Int32s


@dataclass(frozen=True)
class Judged:
    """A service judged by one standard, and whom projects reach with it.

    Parameters
    ----------
    service, standard
        Their ids; a rule of files has no standard.
    people
        ``(n,)`` thousandths of people of the group that the standard is for.
    now
        ``(n,)`` whom the facilities of today reach, those of commissioned projects among them.
    base
        Whom the facilities reach that no project has built: before the first phase, then at the end of each
        phase; ``n_phases + 1`` arrays ``(n,)``.
    reach
        Rows that each project reaches, by number of the project.
    facility
        Names of the facilities that stand already, by number of the project that has built them.
    units
        Where people live; the units are the same for every service of a programme.
    """

    service: str
    standard: str | None
    people: Int64s
    now: Bools
    base: tuple[Bools, ...]
    reach: Mapping[int, Int64s]
    facility: Mapping[int, str]
    units: Units

    @property
    def total(self) -> int:
        """Everybody of the group."""
        return int(self.people.sum())

    def counted(self, rows: Bools) -> int:
        """Count people."""
        return int(self.people[rows].sum())


@dataclass(frozen=True, slots=True)
class Gain:
    """What a project brings to one service, in thousandths of people.

    Parameters
    ----------
    reached
        All whom its facility reaches.
    alone
        Those of them whom nothing else reaches, were it the only project.
    in_order
        Those whom neither a facility nor a project before it reaches; None for one that never counts.
    """

    reached: int
    alone: int
    in_order: int | None


@dataclass(frozen=True, slots=True)
class PhaseCover:
    """Whom a service reaches at the end of a phase, in thousandths of people.

    Parameters
    ----------
    covered
        At its end.
    won
        More than at the end of the one before.
    by_projects
        Of these, those whom its projects bring in order; the others come and go with facilities of the layer.
    """

    covered: int
    won: int
    by_projects: int


@dataclass(frozen=True)
class ServiceCover:
    """A service through the phases.

    Parameters
    ----------
    before
        Whom it reaches before the first phase.
    phases
        At the end of each.
    gains
        By number of the project.
    """

    before: int
    phases: tuple[PhaseCover, ...]
    gains: Mapping[int, Gain]


def with_commissioned(
    covered: Bools, reach: Mapping[int, Int64s], projects: Sequence[Project], today: date
) -> Bools:
    """Add whom commissioned projects reach, also those that the layer does not have yet.

    Parameters
    ----------
    covered
        ``(n,)`` whom the facilities of the layer reach today.
    reach
        Rows that each project reaches, by its number.
    projects, today
        The projects, and the day of the plan.
    """
    found = covered.copy()
    for at, rows in reach.items():
        done = projects[at].actual_to or projects[at].planned_to
        if projects[at].is_done and (done is None or done <= today):
            found[rows] = True
    return found


def in_order(projects: Sequence[Project], timing: Sequence[Timed], phases: Sequence[Phase]) -> list[int]:
    """Put the projects that count in the order of their commissioning; of one day by code."""

    def key(at: int) -> tuple[int, date, str]:
        when = timing[at]
        day = when.day or (phases[when.phase].end if when.phase >= 0 else phases[0].start)
        return when.phase, day, projects[at].code

    return sorted((at for at, when in enumerate(timing) if when.phase != NEVER), key=key)


def cover_of(judged: Judged, order: Sequence[int], timing: Sequence[Timed]) -> ServiceCover:
    """Follow a service through the phases.

    Parameters
    ----------
    judged
        The service.
    order
        Numbers of the projects that count, as `in_order` gives them.
    timing
        When each project counts.
    """
    added = np.zeros(len(judged.people), dtype=np.bool_)
    gains: dict[int, Gain] = {}
    covered = []
    by_projects = []
    for phase, base in enumerate(judged.base, BEFORE):
        brought = 0
        state = base | added
        for at in order:
            if timing[at].phase != phase or at not in judged.reach:
                continue
            rows = judged.reach[at]
            new = int(judged.people[rows[~state[rows]]].sum())
            gains[at] = _gain(judged, rows, base, new)
            state[rows] = added[rows] = True
            brought += new
        covered.append(judged.counted(state))
        by_projects.append(brought)
    for at, rows in judged.reach.items():
        if at not in gains:
            gains[at] = _gain(judged, rows, judged.base[-1], None)
    told = tuple(
        PhaseCover(covered[at], covered[at] - covered[at - 1], by_projects[at])
        for at in range(1, len(covered))
    )
    return ServiceCover(covered[0], told, gains)


def _gain(judged: Judged, rows: Int64s, base: Bools, new: int | None) -> Gain:
    reached = int(judged.people[rows].sum())
    return Gain(reached, int(judged.people[rows[~base[rows]]].sum()), new)
