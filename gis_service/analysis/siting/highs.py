"""The fewest sites that cover all demand, by the HiGHS solver of mixed integer programmes."""

import math
from dataclasses import dataclass

import highspy
import numpy as np

from gis_service.analysis.siting.cover import Cover
from gis_service.analysis.siting.watch import Tell, Watch
from gis_service.types import Bools

_SLACK = 1e-6
"""What the bound of the solver may be above the truth."""
_BELOW_ONE = 0.999
"""Numbers of sites that are nearer than this are the same number."""


@dataclass(frozen=True, slots=True)
class Fewest:
    """What the solver has found.

    Parameters
    ----------
    is_open
        ``(n_sites,)`` sites that cover all.
    bound
        Number of sites that no cover has fewer than.
    """

    is_open: Bools
    bound: int


def fewest(cover: Cover, begin: Bools, watch: Watch, tell: Tell, enough: int | None = None) -> Fewest:
    """Find the fewest sites that cover all demand.

    Parameters
    ----------
    cover
        Demand, each with a site at least.
    begin
        ``(n_sites,)`` sites that cover all, to begin with.
    watch
        Ends the work.
    tell
        Told the number of sites and its bound.
    enough
        A number of sites: once it is known whether so few cover all the work ends.
    """
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # its constructor has no types
    asked = np.unique(cover.site)
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", _BELOW_ONE),
    ):
        solver.setOptionValue(name, value)
    if math.isfinite(watch.left_s):
        solver.setOptionValue("time_limit", max(watch.left_s, 0.0))
    solver.passModel(_model(cover, asked))
    start = highspy.HighsSolution()
    start.col_value = begin[asked].astype(float).tolist()
    solver.setSolution(start)
    best, bound = int(begin.sum()), 1

    def look(event: highspy.HighsCallbackEvent) -> None:
        nonlocal best, bound
        primal, dual = event.data_out.mip_primal_bound, event.data_out.mip_dual_bound
        now_best = min(best, round(primal)) if math.isfinite(primal) and primal < len(asked) + 1 else best
        now_bound = max(bound, min(_up(dual), now_best)) if math.isfinite(dual) else bound
        if (now_best, now_bound) != (best, bound):
            best, bound = now_best, now_bound
            tell(best, bound)
        if watch.is_over or (enough is not None and (best <= enough or bound > enough)):
            event.interrupt()

    solver.cbMipInterrupt.subscribe(look)
    solver.run()
    info = solver.getInfo()
    if math.isfinite(info.mip_dual_bound):
        bound = max(bound, _up(info.mip_dual_bound))
    is_open = begin
    values = np.array(solver.getSolution().col_value)
    if len(values) == len(asked):
        found = np.zeros(cover.n_sites, dtype=np.bool_)
        found[asked[np.rint(values) > 0]] = True
        if found.sum() < begin.sum() and cover.reached(found).all():
            is_open = found
    return Fewest(is_open, min(bound, int(is_open.sum())))


def _up(bound: float) -> int:
    return math.ceil(bound - _SLACK)


def _model(cover: Cover, asked: np.ndarray) -> highspy.HighsLp:
    """Write the programme: the fewest of the sites that are asked, one of each set at least."""
    n, m = len(cover.weight), len(asked)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = m, n
    model.col_cost_ = np.ones(m)
    model.col_lower_, model.col_upper_ = np.zeros(m), np.ones(m)
    model.row_lower_, model.row_upper_ = np.ones(n), np.full(n, highspy.kHighsInf)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = cover.start.astype(np.int32)
    model.a_matrix_.index_ = np.searchsorted(asked, cover.site).astype(np.int32)
    model.a_matrix_.value_ = np.ones(len(cover.site))
    model.integrality_ = [highspy.HighsVarType.kInteger] * m
    return model
