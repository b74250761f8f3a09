"""In which order: component projects laid out over phases and budgets, with a bound on the best order."""

from gis_service.analysis.plans.check import requires_of, sectors_of
from gis_service.analysis.plans.curve import Step, curve, gains_alone
from gis_service.analysis.plans.cut import Cut, Slip, cut_budget
from gis_service.analysis.plans.programme import (
    NOT_BUILT,
    NOT_LIMITED,
    NOT_SETTLED,
    Phases,
    Programme,
    Reach,
    person_years,
)
from gis_service.analysis.plans.regret import Regret, nested_sites, regret
from gis_service.analysis.plans.roadmap import PlanStatus, Roadmap, person_days
from gis_service.analysis.plans.rules import Fault, Overrun, faults, out_of_turn, overruns
from gis_service.analysis.plans.solve import evaluated, greedy, solve

__all__ = [
    "NOT_BUILT",
    "NOT_LIMITED",
    "NOT_SETTLED",
    "Cut",
    "Fault",
    "Overrun",
    "Phases",
    "PlanStatus",
    "Programme",
    "Reach",
    "Regret",
    "Roadmap",
    "Slip",
    "Step",
    "curve",
    "cut_budget",
    "evaluated",
    "faults",
    "gains_alone",
    "greedy",
    "nested_sites",
    "out_of_turn",
    "overruns",
    "person_days",
    "person_years",
    "regret",
    "requires_of",
    "sectors_of",
    "solve",
]
