"""A roadmap as a mixed integer programme, priorities and all, for the HiGHS solver.

Each project has a column for each phase: is it built by then. Rows of demand have one for each phase: are
they covered by then. Priorities need three more kinds: whether anything of a priority or below is
commissioned in a phase, what that costs, and whether a project that waits cannot be paid.
"""

import math
from dataclasses import dataclass, field

import highspy
import numpy as np

from gis_service.analysis.plans.programme import PRIORITIES
from gis_service.analysis.plans.terms import Terms
from gis_service.types import Floats, Int64s

_NONE, _HALF = -1, 0.5
_LARGEST = 1e9
"""Objective that numbers are brought below, for the solver's sake."""


@dataclass(slots=True)
class _Lines:
    """Constraints, written one after the other."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    start: list[int] = field(default_factory=lambda: [0])
    column: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def add(self, terms: list[tuple[int, float]], lower: float, upper: float) -> None:
        self.column.extend(column for column, _ in terms)
        self.value.extend(value for _, value in terms)
        self.start.append(len(self.column))
        self.lower.append(lower)
        self.upper.append(upper)


class RoadmapModel:
    """The programme of a roadmap, and the way from its columns to phases and back."""

    def __init__(self, terms: Terms) -> None:
        self.terms, self.arrays = terms, terms.arrays
        self.never = len(terms.programme.phases)
        self.cost: list[float] = []
        self.top: list[float] = []
        self.whole: list[bool] = []
        self.lines = _Lines()
        may, price = self.arrays.may, self.arrays.cost
        self.coin = int(np.gcd.reduce(price[may], initial=0)) or 1
        self.price = price // self.coin
        self.room: Int64s = np.where(self.arrays.room < 0, -1, self.arrays.room // self.coin)
        lengths = -np.diff(self.arrays.days)
        self.unit = int(np.gcd.reduce(self.arrays.weight, initial=0)) * int(np.gcd.reduce(lengths)) or 1
        could = int((self.arrays.weight * self.arrays.days[0]).sum()) // self.unit
        self.scale = self.unit * max(math.ceil(could / _LARGEST), 1)
        self.built = np.full((len(price), self.never), _NONE)
        self.spending = np.full(self.room.shape, _NONE)
        sectors = len(self.arrays.member_start) - 1
        self.below = np.full((self.never, sectors, PRIORITIES + 2, 2), _NONE)
        """Columns: is anything of this priority or below commissioned, and at what cost."""
        self._projects()
        self._demand()
        self._money()
        self._priorities()

    def _new(self, top: float, *, cost: float = 0.0, whole: bool = False) -> int:
        self.cost.append(cost)
        self.top.append(top)
        self.whole.append(whole)
        return len(self.cost) - 1

    def _commissioned(self, j: int, t: int, times: float) -> list[tuple[int, float]]:
        """Write whether a project is commissioned in a phase, so many times."""
        found = [(int(self.built[j, t]), times)]
        if t and self.built[j, t - 1] != _NONE:
            found.append((int(self.built[j, t - 1]), -times))
        return found if found[0][0] != _NONE else []

    def _before(self, j: int) -> list[int]:
        arrays = self.arrays
        return list(arrays.before[arrays.before_start[j] : arrays.before_start[j + 1]].tolist())

    def _projects(self) -> None:
        arrays, settled = self.arrays, self.terms.programme.settled
        for j in np.flatnonzero(arrays.may).tolist():
            for t in range(int(arrays.soonest[j]), self.never):
                if all(arrays.may[b] or settled[b] <= t for b in self._before(j)):
                    self.built[j, t] = self._new(1.0, whole=True)
                    if t and self.built[j, t - 1] != _NONE:
                        self.lines.add(self._commissioned(j, t, 1.0), 0.0, math.inf)
        for j in np.flatnonzero(arrays.may).tolist():
            for b in self._before(j):
                for t in np.flatnonzero(self.built[j] != _NONE).tolist() if arrays.may[b] else ():
                    first = [(int(self.built[b, t]), -1.0)] if self.built[b, t] != _NONE else []
                    self.lines.add([(int(self.built[j, t]), 1.0), *first], -math.inf, 0.0)

    def _demand(self) -> None:
        terms, lengths = self.terms, -np.diff(self.arrays.days)
        for i, weight in enumerate(self.arrays.weight.tolist()):
            projects = terms.project[terms.start[i] : terms.start[i + 1]]
            for t in range(int(terms.since[i])):
                columns = self.built[projects, t]
                some = columns[columns != _NONE].tolist()
                if some:
                    covered = self._new(1.0, cost=weight * int(lengths[t]) / self.scale)
                    self.lines.add([(covered, 1.0), *((one, -1.0) for one in some)], -math.inf, 0.0)

    def _money(self) -> None:
        arrays = self.arrays
        for t, k in np.argwhere(self.room >= 0).tolist():
            self.spending[t, k] = paid = self._new(float(self.room[t, k]))
            line, first = [(paid, -1.0)], int(arrays.first[t, k])
            for j in np.flatnonzero(arrays.may & (self.price > 0)).tolist():
                if k in {0, int(arrays.sector[j]) + 1} and self.built[j, t] != _NONE:
                    line.append((int(self.built[j, t]), float(self.price[j])))
                    if first and self.built[j, first - 1] != _NONE:
                        line.append((int(self.built[j, first - 1]), -float(self.price[j])))
            self.lines.add(line, 0.0, 0.0)

    def _priorities(self) -> None:
        arrays = self.arrays
        for t in range(self.never):
            for s in range(len(arrays.member_start) - 1):
                members = arrays.member[arrays.member_start[s] : arrays.member_start[s + 1]]
                open_ones = members[arrays.may[members]].tolist()
                if len({int(arrays.priority[j]) for j in open_ones}) > 1:
                    self._below(open_ones, t, s)
                    for a in open_ones:
                        if arrays.earliest[a] <= t:
                            self._keep_turn(a, open_ones, t)

    def _below(self, members: list[int], t: int, s: int) -> None:
        """Sum up what is commissioned of each priority or below."""
        for p in range(PRIORITIES, 1, -1):
            anything, paid = self._new(1.0), self._new(math.inf)
            line = [(paid, -1.0)]
            if p < PRIORITIES:
                more, more_paid = self.below[t, s, p + 1]
                self.lines.add([(int(more), 1.0), (anything, -1.0)], -math.inf, 0.0)
                line.append((int(more_paid), 1.0))
            for j in members:
                if int(self.arrays.priority[j]) == p and (one := self._commissioned(j, t, 1.0)):
                    self.lines.add([*one, (anything, -1.0)], -math.inf, 0.0)
                    line.extend(self._commissioned(j, t, float(self.price[j])))
            self.lines.add(line, 0.0, 0.0)
            self.below[t, s, p] = anything, paid

    def _keep_turn(self, a: int, members: list[int], t: int) -> None:
        """Let nothing lower go ahead in a phase, unless a project is there, cannot be yet, or not be paid."""
        price, p = self.price, int(self.arrays.priority[a])
        lower = [b for b in members if self.arrays.priority[b] > p and self.built[b, t] != _NONE]
        needed = [b for b in lower if self.arrays.needs[a, b]]
        free = [b for b in lower if b not in needed]
        if not free or (excused := self._excuses(a, t)) is None:
            return
        excuses, allowed = excused
        for b in free:
            # Whose money would do for the one that waits never goes ahead of it.
            if price[b] >= price[a]:
                self.lines.add([*self._commissioned(b, t, 1.0), *excuses], -math.inf, allowed)
        cheaper = [b for b in free if price[b] < price[a]]
        if not cheaper or (unpaid := self._unpaid(a, needed, t)) is None:
            return
        excuses = [*excuses, *unpaid]
        if not needed:
            goes_ahead = int(self.below[t, self.arrays.sector[a], p + 1, 0])
            self.lines.add([(goes_ahead, 1.0), *excuses], -math.inf, allowed)
            return
        for b in cheaper:
            self.lines.add([*self._commissioned(b, t, 1.0), *excuses], -math.inf, allowed)

    def _excuses(self, a: int, t: int) -> tuple[list[tuple[int, float]], float] | None:
        """Write that a project is there, or lacks what it requires; None when it lacks it for sure."""
        may, settled = self.arrays.may, self.terms.programme.settled
        excuses, allowed = [], 0.0
        if self.built[a, t] != _NONE:
            excuses.append((int(self.built[a, t]), -1.0))
        for b in self._before(a):
            if may[b]:
                allowed += 1.0
                if self.built[b, t] != _NONE:
                    excuses.append((int(self.built[b, t]), 1.0))
            elif settled[b] > t:
                return None
        return excuses, allowed

    def _unpaid(self, a: int, needed: list[int], t: int) -> list[tuple[int, float]] | None:
        """Write that a project cannot be paid though all lower ones give way; None when it never can."""
        sector, p, unpaid = int(self.arrays.sector[a]), int(self.arrays.priority[a]), []
        paid_below = int(self.below[t, sector, p + 1, 1])
        for k in (0, sector + 1):
            room = int(self.room[t, k])
            lacks = room + 1 - int(self.price[a])
            if room < 0:
                continue
            if lacks <= 0:
                return None
            excuse = self._new(1.0, whole=True)
            unpaid.append((excuse, -1.0))
            line = [(excuse, float(lacks)), (int(self.spending[t, k]), -1.0), (paid_below, 1.0)]
            for b in needed:
                line.extend(self._commissioned(b, t, -float(self.price[b])))
            self.lines.add(line, -math.inf, 0.0)
        return unpaid

    def model(self) -> highspy.HighsLp:
        """Write the programme as the solver takes it."""
        model, lines = highspy.HighsLp(), self.lines
        model.num_col_, model.num_row_ = len(self.cost), len(lines.lower)
        model.sense_ = highspy.ObjSense.kMaximize
        model.col_cost_ = np.array(self.cost)
        model.col_lower_, model.col_upper_ = np.zeros(len(self.cost)), np.array(self.top)
        model.row_lower_, model.row_upper_ = np.array(lines.lower), np.array(lines.upper)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.array(lines.start, dtype=np.int32)
        model.a_matrix_.index_ = np.array(lines.column, dtype=np.int32)
        model.a_matrix_.value_ = np.array(lines.value)
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[whole] for whole in self.whole]
        return model

    def phases(self, values: Floats) -> Int64s:
        """Read the phase of each project out of the columns, ``(n,)``, the number of phases for never."""
        phase = np.where(self.arrays.may, self.never, self.terms.programme.settled).astype(np.int64)
        for t in range(self.never - 1, -1, -1):
            there = self.built[:, t] != _NONE
            is_built = np.zeros(len(phase), np.bool_)
            is_built[there] = values[self.built[there, t]] > _HALF
            phase[is_built & self.arrays.may] = t
        return phase

    def values(self, phase: Int64s) -> dict[int, float]:
        """Give the columns of the projects, for phases to begin with."""
        return {
            int(self.built[j, t]): float(phase[j] <= t) for j, t in np.argwhere(self.built != _NONE).tolist()
        }

    @property
    def fixed(self) -> int:
        """What no choice changes of the objective."""
        terms = self.terms
        return terms.apart + int((self.arrays.weight * self.arrays.days[terms.since]).sum())
