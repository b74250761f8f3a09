"""Where next: sites chosen on a sparse table of costs, with a bound on what any choice can bring."""

from gis_service.analysis.siting.answer import Served, SitingAnswer, gap_of
from gis_service.analysis.siting.draws import UnderDraws, chosen_under_draws
from gis_service.analysis.siting.problem import SitingProblem
from gis_service.analysis.siting.solve import MODELS, Model, require_options, solve
from gis_service.analysis.siting.steps import Step, steps
from gis_service.analysis.siting.swaps import Swap, way_of_swaps
from gis_service.analysis.siting.terms import NO_TERMS, SitingTerms
from gis_service.analysis.siting.value import value_of
from gis_service.analysis.siting.watch import Watch

__all__ = [
    "MODELS",
    "NO_TERMS",
    "Model",
    "Served",
    "SitingAnswer",
    "SitingProblem",
    "SitingTerms",
    "Step",
    "Swap",
    "UnderDraws",
    "Watch",
    "chosen_under_draws",
    "gap_of",
    "require_options",
    "solve",
    "steps",
    "value_of",
    "way_of_swaps",
]
