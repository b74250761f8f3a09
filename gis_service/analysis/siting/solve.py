"""One door to all models."""

from typing import Literal, TypeAlias

from gis_service.analysis.siting.answer import SitingAnswer
from gis_service.analysis.siting.capacitated import solve_with_rooms
from gis_service.analysis.siting.least_cost import solve_lscp_within
from gis_service.analysis.siting.lscp import solve_lscp
from gis_service.analysis.siting.mclp import solve_mclp, solve_mclp_within
from gis_service.analysis.siting.p_center import solve_p_center, solve_p_center_within
from gis_service.analysis.siting.p_median import solve_p_median, solve_p_median_within
from gis_service.analysis.siting.problem import SitingProblem
from gis_service.analysis.siting.terms import NO_TERMS, SitingTerms, require_terms
from gis_service.analysis.siting.watch import Watch
from gis_service.errors import ErrorCode, WrongUse

Model: TypeAlias = Literal["mclp", "lscp", "p-median", "p-center"]
MODELS: tuple[Model, ...] = ("mclp", "lscp", "p-median", "p-center")
NEEDS_LIMIT: tuple[Model, ...] = ("mclp", "lscp")
NEEDS_COUNT: tuple[Model, ...] = ("mclp", "p-median", "p-center")


def require_options(
    model: Model, limit: float | None, count: int | None, terms: SitingTerms = NO_TERMS
) -> None:
    """Refuse a model without what it needs, and with what it has no use for.

    Parameters
    ----------
    model, limit, count, terms
        As `solve`.

    Raises
    ------
    WrongUse
        ``siting_option_missing``, ``wrong_argument``.
    """
    for option, value, models in (("--limit", limit, NEEDS_LIMIT), ("--sites", count, NEEDS_COUNT)):
        stands_for = terms.budget is not None and option == "--sites"
        if value is None and model in models and not stands_for:
            raise WrongUse(ErrorCode.SITING_OPTION_MISSING, model=model, option=option)
        if value is not None and model not in models:
            expected = f"--model {' | '.join(models)}"
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=option, value=value, expected=expected)


def solve(
    problem: SitingProblem,
    model: Model,
    limit: float | None,
    count: int | None,
    watch: Watch,
    terms: SitingTerms = NO_TERMS,
) -> SitingAnswer:
    """Choose sites by a model.

    Parameters
    ----------
    problem
        Demand and sites.
    model
        ``mclp`` and ``lscp`` cover within a limit; ``p-median`` and ``p-center`` look at all costs.
    limit
        Cost up to which demand is covered, in the unit of the costs.
    count
        Number of sites, the fixed ones included. With a budget the most, or None.
    watch
        Told how far it is; ends the work with the best that there is.
    terms
        What the choice has to keep to beside.

    Raises
    ------
    WrongUse, RefusedInput, Temporary
        As the models say.
    """
    require_options(model, limit, count, terms)
    if not terms.is_none:
        require_terms(model, terms)
        return _solve_within(problem, model, limit, count, watch, terms)
    if model == "mclp" and limit is not None and count is not None:
        return solve_mclp(problem, limit, count, watch)
    if model == "lscp" and limit is not None:
        return solve_lscp(problem, limit, watch)
    if model == "p-median" and count is not None:
        return solve_p_median(problem, count, watch)
    if model == "p-center" and count is not None:
        return solve_p_center(problem, count, watch)
    raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--model", value=model, expected=" | ".join(MODELS))


def _solve_within(
    problem: SitingProblem,
    model: Model,
    limit: float | None,
    count: int | None,
    watch: Watch,
    terms: SitingTerms,
) -> SitingAnswer:
    if terms.capacity is not None:
        return solve_with_rooms(problem, limit, count, watch, terms, terms.capacity)
    if model == "mclp" and limit is not None:
        return solve_mclp_within(problem, limit, count, watch, terms)
    if model == "lscp" and limit is not None:
        return solve_lscp_within(problem, limit, watch, terms)
    if model == "p-median":
        return solve_p_median_within(problem, count, watch, terms)
    return solve_p_center_within(problem, count, watch, terms)
