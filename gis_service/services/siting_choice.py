"""The choice of sites: the table as a question to the solver, and what its answer brings step by step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gis_service.analysis.siting import SitingAnswer, SitingProblem, Watch, gap_of, solve, value_of
from gis_service.analysis.siting.answer import OPTIMAL_GAP, Status
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.siting_ask import SitingAsk, listed
from gis_service.services.siting_table import COVERING, Ground, Table
from gis_service.services.siting_terms import THOUSANDTHS, terms_of
from gis_service.types import Bools, Floats, Int64s

_STAYS = "stays"
"""Stands for all facilities that stay, as one site that is chosen whatever it brings."""


@dataclass(frozen=True)
class Step:
    """A site in the order in which the sites bring most.

    Parameters
    ----------
    site
        Number in the table.
    gain
        Weight that comes within the limit with it, beside those before it, thousandths; None with
        capacities, where a site takes people over from others.
    """

    site: int
    gain: float | None


@dataclass(frozen=True)
class Choice:
    """What was chosen.

    Parameters
    ----------
    answer
        Of the solver; its sites are numbers in the table.
    offset
        What the facilities that stay bring of its objective.
    steps
        The chosen candidates, in their order.
    kept
        Numbers in the table of the facilities that stay.
    uncoverable
        Rows of the people of the ground that no site can serve, nor any facility that stays.
    """

    answer: SitingAnswer
    steps: tuple[Step, ...]
    kept: tuple[int, ...]
    uncoverable: Int64s
    offset: float = 0.0

    @property
    def status(self) -> Status:
        """How the work ended; it is proved only where what the new sites bring is."""
        gap = gap_of(self.answer.objective - self.offset, self.answer.bound - self.offset)
        is_proved = gap is not None and gap <= OPTIMAL_GAP
        return self.answer.status if is_proved or self.answer.status != "optimal" else "time_limit"


def thinned(table: Table, ground: Ground, side_m: float, fixed: Sequence[str]) -> Table:
    """Keep of the candidates in a square the one that reaches most people, and those that are fixed.

    Parameters
    ----------
    table, ground
        The candidates and what they reach.
    side_m
        Side of the squares of the metric system, metres.
    fixed
        Ids of candidates that stay.
    """
    sites = table.sites
    reaches = _reached(table, ground)[table.n_closable :]
    square = np.floor(sites.xy / side_m).astype(np.int64)
    order = np.lexsort((-reaches, square[:, 1], square[:, 0]))
    first = np.append(True, (np.diff(square[order], axis=0) != 0).any(axis=1))[: len(order)]
    kept = np.isin(np.array(sites.ids, dtype=object), list(fixed))
    kept[order[first]] = True
    return table.only(kept, "thinned")


def _reached(table: Table, ground: Ground) -> Floats:
    """Sum the people whom each site alone brings within the limit, ``(n_sites,)``."""
    near = table.cost <= ground.parameters.limit_cost
    near &= ~ground.covered[table.home]
    weight = ground.weight[table.home[near]]
    return np.bincount(table.site[near], weight, table.n_sites).astype(np.float64)


def choose(table: Table, ground: Ground, asked: SitingAsk, watch: Watch) -> Choice:
    """Choose sites.

    Parameters
    ----------
    table, ground
        The candidates, the people and their ways.
    asked
        The model, how many, and which are fixed.
    watch
        Told the best and its bound; ends the work with the best that there is.

    Raises
    ------
    RefusedInput
        ``siting_nobody_left``, ``siting_out_of_reach``, ``siting_too_few_candidates``,
        ``siting_fixed_above_count``, ``siting_not_all_reached``, ``siting_demand_unreachable``.
    Temporary
        ``siting_ended_early``.
    """
    _require(table, ground, asked)
    question = question_of(table, ground, asked)
    terms = terms_of(table, ground, asked, question.n_standing)
    try:
        answer = solve(question.problem, asked.model, question.limit, question.count, watch, terms)
    except RefusedInput as error:
        raise _in_persons(error) from error
    chosen = [site for site in answer.sites if site < table.n_sites]
    new = [site for site in chosen if site >= table.n_closable]
    kept = tuple(site for site in chosen if site < table.n_closable)
    left = table.rows[~question.served[table.rows]]
    if terms.capacity is None:
        return Choice(answer, _steps(table, ground, new, kept), kept, left, _offset(ground, asked))
    served = served_by_site(answer, table.n_sites)
    order = sorted(new, key=lambda site: (-served[site], site))
    offset = 0.0
    if question.limit is not None:
        only = replace(answer, sites=tuple(np.flatnonzero(ground.stays).tolist()))
        offset = float(value_of(question.problem, asked.model, question.limit, only, terms))
    return Choice(answer, tuple(Step(site, None) for site in order), kept, left, offset)


def _in_persons(error: RefusedInput) -> RefusedInput:
    """Tell too little room in persons, where the solver counts thousandths."""
    if error.code is not ErrorCode.SITING_CAPACITY_TOO_SMALL:
        return error
    told = {name: f"{float(str(value)) / THOUSANDTHS:.0f}" for name, value in error.params.items()}
    return RefusedInput(error.code, (), **told)


def served_by_site(answer: SitingAnswer, n_sites: int) -> Floats:
    """Sum the weight that each site serves, ``(n_sites,)``, where it matters how much it has room for."""
    served = answer.served
    if served is None:
        return np.zeros(n_sites)
    return np.bincount(served.site, served.weight, n_sites).astype(np.float64)[:n_sites]


@dataclass(frozen=True)
class Question:
    """A table as the solver takes it.

    Parameters
    ----------
    problem
        The sites of the table, and behind them what stays.
    limit, count
        As of `gis_service.analysis.siting.solve`.
    n_standing
        Sites behind those of the table.
    served
        ``(n,)`` people of the ground whom a site can serve, or what stays does.
    """

    problem: SitingProblem
    limit: float | None
    count: int | None
    n_standing: int
    served: Bools


def question_of(table: Table, ground: Ground, asked: SitingAsk) -> Question:
    """Write a table as a question.

    Parameters
    ----------
    table, ground, asked
        As of `choose`.
    """
    is_covering = asked.model in COVERING
    rows = table.rows
    served = np.zeros(len(ground.weight), dtype=np.bool_)
    served[table.home] = True
    if not is_covering:
        # Whom nobody can serve has no part in a sum of costs; they are told apart.
        stays = ground.ways.field.facility >= 0
        rows = rows[served[rows] | stays[rows]]
        served |= stays
    elif asked.backup:
        served |= ground.covered
    standing = _standing(ground, rows, asked)
    problem = _problem(table, ground, asked, rows, standing)
    count = None if asked.sites is None else asked.sites + len(standing) + int(ground.stays.sum())
    limit = float(ground.parameters.limit_cost) if is_covering else None
    return Question(problem, limit, count, len(standing), served)


Stand = tuple[Int64s, Int64s]
"""People, counted in the rows of the question, and what it costs them to get to a facility that stays."""


def _standing(ground: Ground, rows: Int64s, asked: SitingAsk) -> list[Stand]:
    """Give what stays as sites that are chosen whatever they bring: the nearest of each, then the second."""
    field = ground.ways.field
    if asked.model in COVERING and not asked.backup:
        return []  # whom they reach is not asked about
    ways = [(field.facility, field.cost)]
    if asked.backup:
        ways.append((field.facility2, field.cost2))
    found = []
    for facility, cost in ways:
        reached = np.flatnonzero(facility[rows] >= 0)
        found.append((reached, cost[rows[reached]]))
    return found


def _offset(ground: Ground, asked: SitingAsk) -> float:
    """Sum what the facilities that stay bring already, where it is part of the objective."""
    if not asked.backup:
        return 0.0
    field, limit = ground.ways.field, ground.parameters.limit_cost
    once, twice = (ground.weight[cost <= limit].sum() for cost in (field.cost, field.cost2))
    return float(once + asked.backup * twice)


def _require(table: Table, ground: Ground, asked: SitingAsk) -> None:
    candidates = table.n_sites - int(ground.stays.sum())
    if asked.sites is not None and asked.sites > candidates:
        raise RefusedInput(ErrorCode.SITING_TOO_FEW_CANDIDATES, sites=asked.sites, candidates=candidates)
    if asked.sites is not None and len(asked.fixed) > asked.sites:
        fixed = len(asked.fixed)
        raise RefusedInput(ErrorCode.SITING_FIXED_ABOVE_COUNT, sites=asked.sites, fixed=fixed)
    if not len(table.rows):
        raise RefusedInput(ErrorCode.SITING_NOBODY_LEFT, limit=f"{ground.parameters.limit:g}")
    if not len(table.home):
        told = table.sites.left_out
        raise RefusedInput(
            ErrorCode.SITING_OUT_OF_REACH,
            limit=f"{ground.parameters.limit:g}",
            candidates=candidates,
            no_road=told.get("no_road", 0),
            beyond=told.get("beyond", 0),
        )


def _problem(
    table: Table, ground: Ground, asked: SitingAsk, rows: Int64s, standing: Sequence[Stand]
) -> SitingProblem:
    """Write the table as a question."""
    place = np.full(len(ground.weight), -1, dtype=np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    names = [*table.codes(ground), *table.sites.ids]
    fixed = [*np.flatnonzero(ground.stays).tolist()]
    fixed += [names.index(id_, table.n_closable) for id_ in asked.fixed]
    parts = [(place[table.home], table.site, table.cost.astype(np.float64))]
    for home, cost in standing:
        site = np.full(len(home), len(names), dtype=np.int32)
        parts.append((home.astype(np.int32), site, cost.astype(np.float64)))
        fixed.append(len(names))
        names.append(_STAYS)
    homes, sites, costs = zip(*parts, strict=True)
    pairs = np.concatenate(homes), np.concatenate(sites), np.concatenate(costs)
    # Numbers in the question, which tell nothing of who they are.
    ids = [str(row) for row in range(1, len(rows) + 1)]
    return SitingProblem.of_pairs(ids, names, ground.weight[rows], pairs, fixed)


def _steps(table: Table, ground: Ground, new: Sequence[int], kept: Sequence[int]) -> tuple[Step, ...]:
    """Put the chosen candidates into an order: whichever brings most beside those before it comes first."""
    near = np.isin(table.site, [*new, *kept]) & (table.cost <= ground.parameters.limit_cost)
    home, of_site = table.home[near], table.site[near]
    homes = {site: home[of_site == site] for site in (*new, *kept)}
    reached: Bools = ground.covered.copy()
    for site in kept:
        reached[homes[site]] = True
    left, steps = list(new), []
    while left:
        gains = [float(ground.weight[homes[site][~reached[homes[site]]]].sum()) for site in left]
        best = int(np.argmax(gains))  # of equals the first in the input
        site = left.pop(best)
        reached[homes[site]] = True
        steps.append(Step(site, gains[best]))
    return tuple(steps)


def reached_with(table: Table, ground: Ground, sites: Sequence[int]) -> Bools:
    """Tell who of the ground is within the limit of some sites of the table, or of what stays, ``(n,)``."""
    near = np.isin(table.site, sites) & (table.cost <= ground.parameters.limit_cost)
    reached: Bools = ground.covered.copy()
    reached[table.home[near]] = True
    return reached


def require_known(asked: SitingAsk, known: Sequence[str]) -> None:
    """Refuse ids that no candidate has.

    Raises
    ------
    RefusedInput
        ``siting_candidate_unknown``.
    """
    every = set(known)
    for option, names in (("fixed", asked.fixed), ("excluded", asked.excluded)):
        if unknown := [name for name in names if name not in every]:
            raise RefusedInput(
                ErrorCode.SITING_CANDIDATE_UNKNOWN,
                option=option,
                names=listed(unknown),
                known=listed(list(known)),
            )
