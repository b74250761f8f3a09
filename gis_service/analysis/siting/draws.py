"""How much a plan owes to its assumptions: the same question asked on several tables of costs."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gis_service.analysis.ranges import ends
from gis_service.analysis.siting.answer import SitingAnswer
from gis_service.analysis.siting.problem import SitingProblem
from gis_service.analysis.siting.solve import Model, solve
from gis_service.analysis.siting.terms import NO_TERMS, SitingTerms
from gis_service.analysis.siting.value import value_of
from gis_service.analysis.siting.watch import Watch
from gis_service.errors import RefusedInput, Temporary
from gis_service.types import Floats


@dataclass(frozen=True, slots=True)
class UnderDraws:
    """What became of a plan under several draws.

    Parameters
    ----------
    share
        ``(m,)`` share of the answered draws in whose own plan each site was.
    always
        Numbers of the sites that were chosen in every answered draw.
    objective
        ``(draws,)`` what the plain plan brings in each draw; infinite where it leaves out demand that has to
        be served.
    low, high
        The ends of that range: the least objectives that 5, and that 95, per cent of the draws do not exceed.
    proved
        Draws whose own plan is proved to be the best.
    unanswered
        Draws in which no choice was possible, or none was found in time.
    """

    share: Floats
    always: tuple[int, ...]
    objective: Floats
    low: float
    high: float
    proved: int
    unanswered: int


def chosen_under_draws(
    draws: Iterable[SitingProblem],
    model: Model,
    limit: float | None,
    count: int | None,
    plain: SitingAnswer,
    terms: SitingTerms = NO_TERMS,
    watch: Watch | None = None,
    draw_s: float = 2.0,
) -> UnderDraws | None:
    """Ask the same question on every draw, and value the plain plan there.

    Parameters
    ----------
    draws
        Tables with the same demand and sites as the plain one, and costs and weights of their own.
    model, limit, count, terms
        As the plain question.
    plain
        Its answer.
    watch
        Ends the work: what was drawn until then is told.
    draw_s
        Seconds for the plan of one draw.

    Returns
    -------
    UnderDraws or None
        None when the watch was over before the first draw.
    """
    watch = watch or Watch()
    times = np.zeros(0)
    values: list[float] = []
    proved = unanswered = 0
    for problem in draws:
        if watch.is_over:
            break
        times = times if len(times) else np.zeros(len(problem.site_ids))
        patience = Watch(min(draw_s, watch.left_s), watch.is_cancelled)
        try:
            answer = solve(problem, model, limit, count, patience, terms)
        except (RefusedInput, Temporary):
            answer = None
        if watch.is_over and (answer is None or answer.status != "optimal"):
            break  # this draw was not given its time
        values.append(value_of(problem, model, limit, plain, terms))
        unanswered += answer is None
        if answer is not None:
            times[list(answer.sites)] += 1
            proved += answer.status == "optimal"
    if not values:
        return None
    answered = len(values) - unanswered
    low, high = ends(np.array(values))
    always = np.flatnonzero((times == answered) & (answered > 0)).tolist()
    return UnderDraws(
        *(times / max(answered, 1), tuple(always), np.array(values), float(low), float(high)),
        *(proved, unanswered),
    )
