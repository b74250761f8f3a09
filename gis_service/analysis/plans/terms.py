"""A programme as the arrays that the search and the proof work on: demand put together, rules laid out."""

from dataclasses import dataclass

import numpy as np

from gis_service.analysis.kernels import PlanState, PlanTerms, lay_columns, place_project
from gis_service.analysis.plans.programme import NOT_BUILT, NOT_SETTLED, PRIORITIES, Programme
from gis_service.analysis.plans.rules import needs_of, purses_of
from gis_service.analysis.siting.cover import Cover
from gis_service.types import Int32s, Int64s


@dataclass(frozen=True, slots=True)
class Terms:
    """The arrays of a programme.

    Parameters
    ----------
    programme
        The question.
    arrays
        For the kernels; of the demand only what projects that are still to be decided on can change, put
        together where the same ones cover it from the same phase on.
    since
        ``(r,)`` phase from which settled projects cover each row, the number of phases for never.
    start, project
        ``(r + 1,)`` and ``(pairs,)``: the projects of each row that are still to be decided on.
    apart
        What the settled projects bring to all other demand, in thousandths of a person times days.
    """

    programme: Programme
    arrays: PlanTerms
    since: Int32s
    start: Int64s
    project: Int32s
    apart: int

    def state(self) -> PlanState:
        """Begin with the settled projects alone."""
        arrays, n, never = self.arrays, len(self.programme), len(self.programme.phases)
        sectors = len(self.programme.sector_ids)
        value = self.apart + int((arrays.weight * arrays.days[self.since]).sum())
        state = PlanState(
            np.full(n, never, np.int64),
            np.zeros((never, sectors + 1), np.int64),
            np.zeros((never, sectors, PRIORITIES + 1), np.int64),
            np.zeros((never, sectors, PRIORITIES + 1), np.int64),
            np.zeros((len(self.since), never), np.int64),
            self.since.astype(np.int64),
            np.array([value]),
        )
        # Settled projects have no rows of their own here: these are covered for good.
        covered = np.flatnonzero(self.since < never)
        state.times[covered, self.since[covered]] = 1
        for j in np.flatnonzero(~arrays.may).tolist():
            place_project(arrays, state, j, int(self.programme.settled[j]))
        return state

    def within(self, phase: Int32s) -> Int64s:
        """Bring phases, ``(n,)``, to the way that the arrays have them: the number of phases for never."""
        return np.where(phase == NOT_BUILT, len(self.programme.phases), phase).astype(np.int64)

    def told(self, phase: Int64s) -> Int32s:
        """Bring phases of the arrays, ``(n,)``, back: `NOT_BUILT` for never."""
        return np.where(phase == len(self.programme.phases), NOT_BUILT, phase).astype(np.int32)


def terms_of(programme: Programme, soonest: Int32s | None = None) -> Terms:
    """Lay out a programme.

    Parameters
    ----------
    programme
        The question.
    soonest
        ``(n,)`` first phase that is looked at for each project, if that is later than the rules allow: the
        rules still ask what could have been before.
    """
    never, may = len(programme.phases), programme.is_open
    soonest = programme.earliest if soonest is None else np.maximum(soonest, programme.earliest)
    since, start, project, weight, apart = _merged(programme, soonest)
    zeros = np.zeros(len(project))
    column, row, _ = lay_columns(start, project, zeros, len(programme))
    purses = purses_of(programme)
    requires = programme.requires[may[programme.requires[:, 1]]]
    before_start, before = _lists(requires[:, 1], requires[:, 0], len(programme))
    after_start, after = _lists(requires[:, 0], requires[:, 1], len(programme))
    members = np.arange(len(programme), dtype=np.int32)
    member_start, member = _lists(programme.sector, members, len(programme.sector_ids))
    arrays = PlanTerms(
        programme.sector.astype(np.int64),
        programme.priority.astype(np.int64),
        programme.cost,
        may,
        np.minimum(programme.earliest, never).astype(np.int64),
        np.minimum(soonest, never).astype(np.int64),
        before_start,
        before,
        after_start,
        after,
        needs_of(programme),
        purses.first.astype(np.int64),
        purses.room,
        member_start,
        member,
        column,
        row.astype(np.int64),
        weight,
        programme.phases.days_left,
    )
    return Terms(programme, arrays, since, start, project, apart)


def _lists(owner: Int32s, item: Int32s, n: int) -> tuple[Int64s, Int64s]:
    """Lay pairs as one list of items for each owner, in the order of the input."""
    order = np.argsort(owner, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=n))]).astype(np.int64)
    return start, item[order].astype(np.int64)


def _merged(programme: Programme, soonest: Int32s) -> tuple[Int32s, Int64s, Int32s, Int64s, int]:
    """Put rows together that the same undecided projects cover, and settled ones from the same phase on."""
    reach, never, n = programme.reach, len(programme.phases), len(programme)
    since = np.full(len(reach.weight), never, np.int32)
    settled = programme.settled[reach.project]
    is_settled = settled != NOT_SETTLED
    np.minimum.at(since, reach.row[is_settled], settled[is_settled])
    counts = ~reach.covered_now & (reach.weight > 0)
    days = programme.phases.days_left
    total = int((reach.weight * days[since])[counts].sum())
    # What comes no sooner than what is settled brings nothing there.
    is_of_use = ~is_settled & counts[reach.row]
    is_of_use &= soonest[reach.project] < since[reach.row]
    row, project = reach.row[is_of_use], reach.project[is_of_use]
    kept, at = np.unique(row, return_inverse=True)
    # The phase stands as one more member of the set, so that rows of different phases stay apart.
    owner = np.concatenate([at, np.arange(len(kept))]).astype(np.int32)
    member = np.concatenate([project, n + since[kept]]).astype(np.int32)
    order = np.lexsort((member, owner))
    start = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(kept)))]).astype(np.int64)
    sets = Cover(start, member[order], reach.weight[kept].astype(np.float64), n + never + 1).merged()
    is_last = np.zeros(len(sets.site), np.bool_)
    is_last[sets.start[1:] - 1] = True
    since_of_sets = (sets.site[is_last] - n).astype(np.int32)
    weight = sets.weight.astype(np.int64)
    apart = total - int((weight * days[since_of_sets]).sum())
    start = sets.start - np.arange(len(sets.start))
    return since_of_sets, start, sets.site[~is_last], weight, apart
