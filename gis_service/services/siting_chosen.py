"""A choice that somebody has made of what stood, beside the best one: what is in both, what exchanges bring.

Facilities of two days are the same where they have one code, or stand on one site (``site_id``): a new office
in an old building is that building kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gis_service.analysis.siting import SitingAnswer, Swap, value_of, way_of_swaps
from gis_service.services.coverage_inputs import Facilities
from gis_service.services.siting_ask import SitingAsk
from gis_service.services.siting_choice import Choice, Question, question_of
from gis_service.services.siting_table import Ground, Table
from gis_service.services.siting_terms import terms_of

_OF_SWAPS = ("mclp", "p-median")
"""Models whose objective is a sum, so that the gains of exchanges add up."""


@dataclass(frozen=True)
class Made:
    """A choice that was made.

    Parameters
    ----------
    count
        Number of its facilities.
    sites
        Numbers in the table of the facilities that might have closed and are among them.
    elsewhere
        Codes of those that stand where none of the study stands.
    is_subset
        Whether it is a choice of what the plan is a choice of: nothing elsewhere, and nothing closed that
        the plan keeps in any case.
    """

    count: int
    sites: tuple[int, ...]
    elsewhere: tuple[str, ...]
    is_subset: bool


def made_choice(ground: Ground, facilities: Facilities) -> Made:
    """Find the facilities of a choice among those of the study.

    Parameters
    ----------
    ground
        The facilities of the study, those that may close among them.
    facilities
        Of the choice, in the same metric system.
    """
    known = ground.inputs.facilities
    by_code = {code: owner for owner, code in enumerate(known.ids)}
    by_site = {site: owner for owner, site in enumerate(known.site_ids) if site is not None}
    sites = facilities.site_ids or (None,) * len(facilities.ids)
    found, elsewhere = set(), []
    owners = np.unique(facilities.owners).tolist()
    for owner in owners:
        code = facilities.ids[owner]
        same = by_code.get(code, by_site.get(sites[owner]))
        if same is None:
            elsewhere.append(code)
        else:
            found.add(same)
    place = {owner: site for site, owner in enumerate(ground.closable.tolist())}
    stays = set(known.owners[ground.border.facilities].tolist()) - set(place)
    return Made(
        len(owners),
        tuple(sorted(place[owner] for owner in found if owner in place)),
        tuple(elsewhere),
        not elsewhere and stays <= found,
    )


def value_with(
    table: Table, ground: Ground, asked: SitingAsk, sites: Sequence[int]
) -> Callable[[Question], float]:
    """Give what values some sites of the table, beside what stays, by the objective of the model.

    Parameters
    ----------
    table, ground, asked
        As of `gis_service.services.siting_choice.choose`.
    sites
        Their numbers.
    """

    def value(question: Question) -> float:
        standing = range(table.n_sites, table.n_sites + question.n_standing)
        answer = SitingAnswer(0.0, (*sites, *standing), 0.0, "optimal")
        terms = terms_of(table, ground, asked, question.n_standing)
        return float(value_of(question.problem, asked.model, question.limit, answer, terms))

    return value


@dataclass(frozen=True)
class Weighed:
    """What a choice brings beside the best one.

    Parameters
    ----------
    value
        By the objective of the model, as the solver counts it; infinite where it leaves out somebody who has
        to be served.
    swaps
        The way from it to the best one, an exchange at a time.
    """

    value: float
    swaps: tuple[Swap, ...]


def weighed(table: Table, ground: Ground, asked: SitingAsk, choice: Choice, made: Made) -> Weighed | None:
    """Weigh a choice against the best one; None for one that is not made of the same facilities."""
    if not made.is_subset:
        return None
    question = question_of(table, ground, asked)
    value = value_with(table, ground, asked, made.sites)(question)
    if asked.model not in _OF_SWAPS or asked.backup or asked.is_capacitated:
        return Weighed(value, ())
    standing = range(table.n_sites, table.n_sites + question.n_standing)
    best = [*(step.site for step in choice.steps), *choice.kept, *standing]
    return Weighed(
        value, tuple(way_of_swaps(question.problem, question.limit, [*made.sites, *standing], best))
    )
