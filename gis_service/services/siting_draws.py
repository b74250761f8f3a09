"""How much a plan owes to its assumptions: the same question under other speeds, homes and numbers of people.

The draws are those of assumption ranges (METHODS, Range): no confidence interval.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gis_service.analysis.range_ways import RoadGround, RoadWays
from gis_service.analysis.ranges import Draw, People, draw_of
from gis_service.analysis.siting import SitingProblem, UnderDraws, Watch, chosen_under_draws
from gis_service.services.coverage_document import study_id
from gis_service.services.coverage_ways import Ways, ways_on
from gis_service.services.documents import digest
from gis_service.services.siting_ask import SitingAsk
from gis_service.services.siting_choice import Choice, Question, question_of
from gis_service.services.siting_chosen import value_with
from gis_service.services.siting_table import Ground, Table, table_of
from gis_service.services.siting_terms import terms_of

_OFTEN = 0.5
"""Share of the draws from which on a site that is not in the plan is told."""


@dataclass(frozen=True)
class Drawn:
    """What became of the plan under the draws.

    Parameters
    ----------
    draws
        How many were asked for.
    found
        None when the work was ended before the first of them.
    beside
        What another choice brings in each of them; empty when there is none.
    """

    draws: int
    found: UnderDraws | None
    beside: tuple[float, ...] = ()

    def often(self, table: Table, plan: set[int]) -> list[int]:
        """Give the sites that are not in the plan, and were chosen in half of the draws or more."""
        if self.found is None:
            return []
        share = self.found.share[: table.n_sites]
        return [site for site in np.flatnonzero(share >= _OFTEN).tolist() if site not in plan]


def drawn_plan(
    ground: Ground,
    table: Table,
    choice: Choice,
    asked: SitingAsk,
    is_ended: Callable[[], bool],
    beside: Sequence[int] | None = None,
) -> Drawn | None:
    """Ask the question of a plan again in every draw; None when nobody asks for draws.

    Parameters
    ----------
    ground, table, choice, asked
        The plan, and what it was made of.
    is_ended
        Asked now and then: what was drawn until then is told.
    beside
        Numbers of the sites of another choice, which is valued in each draw too.
    """
    if not asked.draws:
        return None
    plain = question_of(table, ground, asked)
    values: list[float] = []
    value = None if beside is None else value_with(table, ground, asked, beside)

    def problems() -> Iterator[SitingProblem]:
        for question in _questions(ground, table, asked):
            if value is not None:
                values.append(value(question))
            yield question.problem

    found = chosen_under_draws(
        problems(),
        asked.model,
        plain.limit,
        plain.count,
        choice.answer,
        terms_of(table, ground, asked, plain.n_standing),
        Watch(None, is_ended),
    )
    # The last one may have been begun only.
    told = 0 if found is None else len(found.objective)
    return Drawn(asked.draws, found, tuple(values[:told]))


def _questions(ground: Ground, table: Table, asked: SitingAsk) -> Iterator[Question]:
    """Give the question in one draw after the other; the sites are the same in all of them."""
    groups = {group: ground.demand.people[group] for group in asked.weights}
    people = People(replace(ground.demand, people=groups), ground.zone, len(ground.inputs.zones))
    ways = _road_ways(ground)
    plain = replace(asked, draws=0, chosen_at=None).as_document()
    seed = int(digest([study_id(ground.inputs, ground.parameters), plain])[:24], 16)
    for number in range(asked.draws):
        drawn = _in_draw(ground, draw_of(seed, number, people), people, ways, asked)
        other = table_of(drawn, table.sites, asked.model, counts_twice=asked.backup > 0)
        yield question_of(other, drawn, asked)


def _road_ways(ground: Ground) -> RoadWays | None:
    roads, parameters = ground.ways.roads, ground.parameters
    if roads is None or ground.graph is None:
        return None
    laid = RoadGround(
        network=roads.network,
        graph=ground.graph,
        costs=roads.costs,
        mode=parameters.mode if parameters.is_time else None,
        homes=roads.homes,
        facilities=roads.facilities,
    )
    return RoadWays(laid, [], direction=parameters.direction, turnout=parameters.turnout_cost)


def _in_draw(ground: Ground, draw: Draw, people: People, ways: RoadWays | None, asked: SitingAsk) -> Ground:
    """Give the people and their ways to the facilities that stay, as a draw has them."""
    weight = np.zeros(len(ground.weight))
    for group, factor in asked.weights.items():
        weight[people.order] += factor * people.drawn(group, draw.total)
    demand, roads, graph = ground.demand, ground.ways.roads, ground.graph
    if ways is None or roads is None:
        demand = replace(demand, xy=demand.xy + draw.moved)
    else:
        costs, graph, homes = ways.ground_in(draw)
        roads = replace(roads, costs=costs, homes=homes)
    owners = ground.inputs.facilities.owners
    stays = np.flatnonzero(ground.border.facilities & ~np.isin(owners, ground.closable))
    found: Ways = ways_on((roads, graph), demand.xy, ground.zone, ground.inputs, stays, ground.parameters)
    return replace(ground, demand=demand, ways=found, weight=weight, graph=graph)
