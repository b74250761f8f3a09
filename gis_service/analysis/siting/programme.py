"""What is left of a question within rules as a mixed integer programme, for the HiGHS solver.

Rows are written by levels of price (Cornuejols, Nemhauser & Wolsey 1980, *SIAM Journal on Algebraic and
Discrete Methods* 1, 261-272): a row pays each step from one level to the next while no site up to there is
open. With one level this is the textbook form of covering; with many it is smaller than that of assignments.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np

from gis_service.analysis.siting.problem import unit_of
from gis_service.analysis.siting.rows import Rows
from gis_service.analysis.siting.rules import SiteRules
from gis_service.analysis.siting.watch import Watch
from gis_service.types import Bools, Floats, Int8s, Int64s

_SURE = 1e-9
"""Share of a bound that the solver may be wrong by."""
_HALF = 0.5
_LARGEST = 1e6
"""Price that the solver sees at most: its tolerances are those of numbers about one."""
_BELOW_ONE = 0.999
"""Part of the unit that may lie between answer and bound when nothing whole lies between them."""


@dataclass(frozen=True, slots=True)
class Part:
    """Columns beside those of the sites, and rows that tie them to the sites.

    Parameters
    ----------
    price, upper
        ``(columns,)`` what each costs and how large it may be; from 0 on, not whole.
    row_low, row_high
        ``(rows,)``.
    entry_row, entry_column, entry
        ``(entries,)`` of the matrix; columns from ``m`` on are those of this part.
    constant
        What is paid in any case.
    """

    price: Floats
    upper: Floats
    row_low: Floats
    row_high: Floats
    entry_row: Int64s
    entry_column: Int64s
    entry: Floats
    constant: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the solver has found.

    Parameters
    ----------
    is_open
        ``(m,)`` the best choice that it found; None when it found none.
    bound
        What no choice pays less than; infinite when none is possible.
    columns
        ``(columns,)`` of the part, with `is_open`.
    """

    is_open: Bools | None
    bound: float
    columns: Floats | None = None


def steps_of_rows(rows: Rows, state: Int8s, *, must: bool) -> Part:
    """Write rows that pay their cheapest open option.

    Parameters
    ----------
    rows
        The options.
    state
        ``(m,)`` 1 open, 0 undecided, -1 closed.
    must
        Whether each row has to have an open option.
    """
    m, n = rows.n_sites, len(rows.left_out)
    now = rows.paid(state == 1)
    owner = np.repeat(np.arange(n), np.diff(rows.start))
    kept = (state[rows.site] == 0) & (rows.price < now[owner])
    if must:  # a price like that of being left out would serve all the same
        served = np.zeros(n, dtype=np.bool_)
        served[owner[state[rows.site] == 1]] = True
        kept = (state[rows.site] == 0) & ((rows.price < now[owner]) | ~served[owner])
    owner, site, price = owner[kept], rows.site[kept], rows.price[kept]
    is_new = np.ones(len(owner), dtype=np.bool_)
    is_new[1:] = (np.diff(owner) != 0) | (np.diff(price) != 0)
    level = np.cumsum(is_new) - 1
    of, at = owner[is_new], price[is_new]
    is_first = np.ones(len(of), dtype=np.bool_)
    is_first[1:] = np.diff(of) != 0
    is_last = np.append(is_first[1:], True)
    until = np.where(is_last, now[of], np.append(at[1:], 0.0))
    upper = np.ones(len(of))
    lone = np.setdiff1d(np.arange(n), of)
    never = 0  # rows that nothing can serve: they ask for what there is none of
    if must:
        upper[is_last & ~served[of]] = 0.0
        never = int((~served[lone]).sum())
        lone = lone[served[lone]]
    before = np.flatnonzero(~is_first)
    number = np.arange(len(of))
    return Part(
        *(until - at, upper, np.append(is_first.astype(np.float64), np.ones(never))),
        np.full(len(of) + never, highspy.kHighsInf),
        np.concatenate([level, number, before]),
        np.concatenate([site, m + number, m + before - 1]),
        np.concatenate([np.ones(len(level)), np.ones(len(of)), -np.ones(len(before))]),
        float(at[is_first].sum() + now[lone].sum()),
    )


def steps_of_covers(rows: Rows, share: float, state: Int8s) -> Part:
    """Write rows covered for nothing, once and twice: without the second they pay a share of the price."""
    m, n = rows.n_sites, len(rows.left_out)
    owner = np.repeat(np.arange(n), np.diff(rows.start))
    times = np.bincount(owner[state[rows.site] == 1], minlength=n)
    undecided = state[rows.site] == 0
    number = np.cumsum(times < 2) - 1  # noqa: PLR2004  covered twice, nothing is left to pay
    kept = undecided & (times[owner] < 2)  # noqa: PLR2004
    asked = np.flatnonzero(times < 2)  # noqa: PLR2004
    size = len(asked)
    left_out = rows.left_out[asked]
    each = np.arange(size)
    return Part(
        np.concatenate([left_out, share * left_out]),
        np.concatenate([(times[asked] == 0).astype(np.float64), np.ones(size)]),
        (2 - times[asked]).astype(np.float64),
        np.full(size, highspy.kHighsInf),
        np.concatenate([number[owner[kept]], each, each]),
        np.concatenate([rows.site[kept], m + each, m + size + each]),
        np.ones(int(kept.sum()) + 2 * size),
    )


@dataclass(frozen=True, slots=True)
class Programme:
    """A choice of sites within rules, and what it pays.

    Parameters
    ----------
    rules
        Which sites may be chosen.
    state
        ``(m,)`` 1 open, 0 undecided, -1 closed.
    part
        What else is paid.
    site_price
        ``(m,)`` what each open site adds to what is paid.
    unit
        All that can be paid are multiples of it; 0 when that is not known.
    """

    rules: SiteRules
    state: Int8s
    part: Part
    site_price: Floats
    unit: float = 0.0

    def run(self, begin: Bools | None, watch: Watch, tell: Callable[[float], None]) -> Outcome:
        """Solve it until the watch is over.

        Parameters
        ----------
        begin
            ``(m,)`` a possible choice.
        watch
            Ends the work.
        tell
            Told the bound so far.
        """
        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # its constructor has no types
        largest = float(np.abs(np.concatenate([self.part.price, self.site_price])).max(initial=0.0))
        scale = max(self.unit, largest / _LARGEST) or 1.0
        gap = _BELOW_ONE * self.unit / scale
        options = {"output_flag": False, "threads": 1, "mip_rel_gap": _SURE, "mip_abs_gap": gap}
        for name, value in options.items():
            solver.setOptionValue(name, value)
        if math.isfinite(watch.left_s):
            solver.setOptionValue("time_limit", max(watch.left_s, 0.0))
        solver.passModel(self._model(scale))
        m = len(self.state)
        if begin is not None:
            solver.setSolution(m, np.arange(m, dtype=np.int32), begin.astype(np.float64))
        constant = self.part.constant

        def look(event: highspy.HighsCallbackEvent) -> None:
            if math.isfinite(dual := event.data_out.mip_dual_bound):
                tell(_sure(constant + scale * dual))
            if watch.is_over:
                event.interrupt()

        solver.cbMipInterrupt.subscribe(look)
        solver.run()
        return self._outcome(solver, scale)

    def _outcome(self, solver: highspy.Highs, scale: float) -> Outcome:
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return Outcome(None, np.inf)
        dual, bound = solver.getInfo().mip_dual_bound, -np.inf
        if math.isfinite(dual):
            bound = _sure(self.part.constant + scale * dual)
        values = np.array(solver.getSolution().col_value)
        m = len(self.state)
        if len(values) != m + len(self.part.price) or not solver.getSolution().value_valid:
            return Outcome(None, bound)
        is_open: Bools = values[:m] > _HALF
        return Outcome(is_open if self.rules.allow(is_open) else None, bound, values[m:])

    def _model(self, scale: float) -> highspy.HighsLp:
        rules, part, m = self.rules, self.part, len(self.state)
        side = _side_of(rules, m)
        n_side, columns = len(side.row_low), m + len(part.price)
        row = np.concatenate([side.entry_row, part.entry_row + n_side])
        column = np.concatenate([side.entry_column, part.entry_column])
        order = np.lexsort((column, row))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = columns, n_side + len(part.row_low)
        model.col_cost_ = np.concatenate([self.site_price, part.price]) / scale
        model.col_lower_ = np.concatenate([(self.state == 1).astype(np.float64), np.zeros(len(part.price))])
        model.col_upper_ = np.concatenate([(self.state >= 0).astype(np.float64), part.upper])
        model.row_lower_ = np.concatenate([side.row_low, part.row_low])
        model.row_upper_ = np.concatenate([side.row_high, part.row_high])
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        starts = np.searchsorted(row[order], np.arange(model.num_row_ + 1))
        model.a_matrix_.start_ = starts.astype(np.int32)
        model.a_matrix_.index_ = column[order].astype(np.int32)
        model.a_matrix_.value_ = np.concatenate([side.entry, part.entry])[order]
        kinds = [highspy.HighsVarType.kInteger] * m
        model.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * len(part.price)
        return model


def _sure(bound: float) -> float:
    return bound - _SURE * abs(bound)


def _side_of(rules: SiteRules, m: int) -> Part:
    """Write the number of sites, the money, and the conflicts: of groups, and of the pairs beside them."""
    every = np.arange(m)
    group = rules.groups()
    one, two = rules.conflicts.T
    apart = rules.conflicts[group[one] != group[two]]
    _, number, size = np.unique(group, return_inverse=True, return_counts=True)
    grouped = np.flatnonzero(size[number] > 1)
    _, line = np.unique(number[grouped], return_inverse=True)
    n_groups = int(line.max(initial=-1)) + 1
    has_money = rules.has_budget
    # Sums of money are as large as a currency makes them: the solver sees small multiples.
    coin = unit_of(rules.cost) or 1.0
    room = np.floor(rules.room / coin)
    low = [rules.least, *([-highspy.kHighsInf] * has_money), *([0] * n_groups), *([0] * len(apart))]
    high = [rules.most, *([room] * has_money), *([1] * n_groups), *([1] * len(apart))]
    first = 1 + has_money
    rows = [np.zeros(m), *([np.ones(m)] * has_money), first + line]
    rows += [np.repeat(first + n_groups + np.arange(len(apart)), 2)]
    columns = [every, *([every] * has_money), grouped, apart.ravel()]
    entries = [np.ones(m), *([rules.cost / coin] * has_money), np.ones(len(grouped) + 2 * len(apart))]
    none = np.empty(0)
    return Part(
        *(none, none, np.array(low, np.float64), np.array(high, np.float64)),
        *(np.concatenate(rows).astype(np.int64), np.concatenate(columns).astype(np.int64)),
        np.concatenate(entries),
    )
