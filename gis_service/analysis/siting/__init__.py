"""Where next: sites chosen on a sparse table of costs, with a bound on what any choice can bring."""

from gis_service.analysis.siting.answer import SitingAnswer, gap_of
from gis_service.analysis.siting.problem import SitingProblem
from gis_service.analysis.siting.solve import MODELS, Model, require_options, solve
from gis_service.analysis.siting.watch import Watch

__all__ = ["MODELS", "Model", "SitingAnswer", "SitingProblem", "Watch", "gap_of", "require_options", "solve"]
