"""What must be said where hardly anybody can get anywhere: the data is more often at fault than the city."""

import numpy as np

from gis_service.analysis.cells import SMALLEST_SHOWN
from gis_service.analysis.coverage import Coverage
from gis_service.analysis.curve import STEP_M, STEP_S
from gis_service.analysis.demand import ALL, Demand
from gis_service.analysis.field import UNREACHED
from gis_service.services.coverage_inputs import Notice
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.coverage_ways import Roads, Ways
from gis_service.services.documents import PER_UNIT
from gis_service.text import cost_words
from gis_service.types import Bools, Language, Text

MANY = 10
"""One person in so many without any way is more than islands explain."""
_ITSELF = Text("của chính các vùng ấy", "the areas themselves")
_LANGUAGES: tuple[Language, ...] = ("vi", "en")


def way_notices(sums: Coverage, roads: Roads | None, counted: Bools) -> list[Notice]:
    """Tell that no facility counts, or that many people have a road but no way to any facility.

    Parameters
    ----------
    sums
        Of the study.
    roads
        Where people and facilities stand on the network; None as the crow flies.
    counted
        ``(n,)`` rows of the facilities that count.

    Notes
    -----
    No number of people is told: it stands in the totals, where a small one is hidden.
    """
    if not counted.any():
        return [Notice("facilities_none", {})]
    total = sums.totals[ALL]
    if roads is None or not (roads.facilities.segment[counted] >= 0).any():
        return []
    return [Notice("roads_in_pieces", {})] if total.no_path * MANY > total.total else []


def nobody_in_limit(demand: Demand, ways: Ways, parameters: CoverageParameters) -> list[Notice]:
    """Tell how far the nearest people are, where facilities count and the limit reaches nobody.

    Parameters
    ----------
    demand, ways
        People of the study area and their ways.
    parameters
        Limit and measure; a quota has no ways.

    Notes
    -----
    It tells nobody's own way: the cost is the first step of the curve, which is a limit that anybody may ask
    for, that reaches ten people. Where not even ten people have a way there is nothing to tell.
    """
    cost, people = ways.field.cost, demand.people[ALL]
    if parameters.measure == "quota" or people[cost <= parameters.limit_cost].any():
        return []
    step, unit = (STEP_S, "s") if parameters.is_time else (STEP_M, "m")
    there = np.flatnonzero((cost < UNREACHED) & (people > 0))
    order = there[np.argsort(cost[there], kind="stable")]
    enough = np.flatnonzero(np.cumsum(people[order]) >= SMALLEST_SHOWN)
    if not len(enough):
        return []
    least = step * -(-int(cost[order[enough[0]]]) // (step * PER_UNIT))
    told = {"limit": parameters.limit, "least": least, "unit": unit}
    words = {f"least_{language}": cost_words(least, unit, language) for language in _LANGUAGES}
    for language in _LANGUAGES:
        limit = cost_words(parameters.limit, unit, language)
        words[f"limit_{language}"] = limit if parameters.limit else _ITSELF.in_language(language)
    return [Notice("nobody_in_limit", told | words)]
