"""What somebody asks of a roadmap: which projects, phases and standards, with which money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field

from gis_service.catalogue.phase_plan import Phase
from gis_service.errors import RefusedInput, RoadmapCode
from gis_service.services.study_shapes import LayerReference
from gis_service.services.study_standard import refused
from gis_service.types import Text

PROCESS = "roadmap"
PROJECTS = "projects"
"""Layer of the projects, unless another is named."""
MAX_SECONDS, AT_ONCE_SECONDS = 120.0, 20.0
"""Patience of a search at most: of a job, and of somebody who waits for the answer itself."""
_ID = r"^[a-z][a-z0-9_]{0,47}$"
_Money = Mapping[str, float]


class Words(BaseModel):
    """A title in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vi: str = Field(max_length=200)
    en: str = Field(max_length=200)


class PhaseRequest(BaseModel):
    """One period of the programme, from its first day to the day before the next one."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)

    id: str = Field(pattern=_ID)
    title: Words | None = Field(None, description="That of the city when left out, else the id.")
    from_: date = Field(alias="from", description="First day.")
    to: date = Field(description="First day after it.")
    budget_million_vnd: float | None = Field(
        None, ge=0, allow_inf_nan=False, description="For all sectors; no limit when left out."
    )
    sector_budgets_million_vnd: Mapping[str, float] = Field(
        default_factory=dict, max_length=50, description="The same for single sectors, beside that of all."
    )


class RoadmapRequest(BaseModel):
    """Inputs of the process ``roadmap``; what is left out comes from the city."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    projects: LayerReference | None = Field(None, description="Component projects; the layer `projects`.")
    network: LayerReference | None = Field(None, description="Roads.")
    demand: LayerReference | None = Field(None, description="People at places.")
    zones: LayerReference | None = Field(None, description="Units, for the study area.")
    day: date | None = Field(
        None, description="Day of the plan: what is not commissioned then comes later. Today when left out."
    )
    standards: Mapping[str, str] = Field(
        default_factory=dict,
        max_length=50,
        description="Standard that each service is judged by; its first one along roads when left out.",
    )
    phases: tuple[PhaseRequest, ...] = Field(
        (), max_length=20, description="Phases instead of those of the city."
    )
    budgets: Mapping[str, float] = Field(
        default_factory=dict,
        max_length=20,
        description="Million dong by phase, instead of those of the city.",
    )
    sector_budgets: Mapping[str, _Money] = Field(
        default_factory=dict, max_length=20, description="Million dong by phase and sector."
    )
    carry_over: bool = Field(False, description="Whether what a phase leaves is there in the next one.")
    cut: int | None = Field(
        None, ge=1, le=99, description="Per cent by which every budget is cut, to see what slips."
    )
    seconds: float = Field(
        20.0, gt=0, le=MAX_SECONDS, description="Patience of each search for the best roadmap."
    )


def require_at_once(inputs: object) -> None:
    """Refuse what takes too long for somebody who waits for the answer itself: it can run as a job.

    Raises
    ------
    RefusedInput
        ``study_refused``; nothing of inputs that are refused anyhow.
    """
    seconds = inputs.get("seconds") if isinstance(inputs, Mapping) else None
    if isinstance(seconds, int | float) and seconds > AT_ONCE_SECONDS:
        raise refused("seconds", seconds, f"≤ {AT_ONCE_SECONDS:g}; Prefer: respond-async")


@dataclass(frozen=True)
class Plan:
    """Phases with their money, and how it may be spent.

    Parameters
    ----------
    phases
        In their order, each beginning where the one before ends.
    carry_over, cut, seconds
        As of `RoadmapRequest`.
    today
        Day of the plan.
    """

    phases: tuple[Phase, ...]
    today: date
    carry_over: bool = False
    cut: int | None = None
    seconds: float = 20.0

    @property
    def is_limited(self) -> bool:
        """Whether there is any budget."""
        return any(phase.budget is not None or phase.sector_budgets for phase in self.phases)

    def as_document(self) -> dict[str, object]:
        """Give the plan as it stands in the parameters of the study."""
        return {
            "day": self.today.isoformat(),
            "phases": [
                {
                    "id": phase.id,
                    "title": {"vi": phase.title.vi, "en": phase.title.en},
                    "from": phase.start.isoformat(),
                    "to": phase.end.isoformat(),
                    "budget_million_vnd": phase.budget,
                    "sector_budgets_million_vnd": dict(sorted(phase.sector_budgets.items())),
                }
                for phase in self.phases
            ],
            "carry_over": self.carry_over,
            "cut": self.cut,
            "seconds": self.seconds,
        }


def plan_of(request: RoadmapRequest, of_city: Sequence[Phase], sectors: Sequence[str], today: date) -> Plan:
    """Complete the phases and budgets that somebody asks for.

    Parameters
    ----------
    request
        What is asked.
    of_city
        Phases of the city, for what is left out.
    sectors
        Sectors that may have a budget.
    today
        Unless the request names a day.

    Raises
    ------
    RefusedInput
        ``roadmap_phases_apart`` for phases that overlap, leave days out, or go round in a circle;
        ``study_refused`` without any phase, and for a budget of an unknown phase or sector, or below 0.
    """
    phases = [*of_city] if not request.phases else _own_phases(request, of_city)
    phases = [_with_budget(phase, request) for phase in phases]
    ids = [phase.id for phase in phases]
    for name, budgets in (("budgets", request.budgets), ("sector_budgets", request.sector_budgets)):
        for named in budgets:
            if named not in ids:
                raise refused(name, named, ", ".join(ids))
    for phase in phases:
        for name, amount in {"": phase.budget or 0.0, **phase.sector_budgets}.items():
            where = f"{phase.id}/{name}".rstrip("/")
            if name and name not in sectors:
                raise refused(f"sector_budgets/{phase.id}", name, ", ".join(sectors))
            if not 0 <= amount < float("inf"):
                raise refused(f"budgets/{where}", amount, ">= 0")
    require_phases(phases)
    return Plan(tuple(phases), request.day or today, request.carry_over, request.cut, request.seconds)


def _own_phases(request: RoadmapRequest, of_city: Sequence[Phase]) -> list[Phase]:
    """Give the phases of a request, with the titles that the city has for them."""
    known = {phase.id: phase.title for phase in of_city}
    return [
        Phase(
            one.id,
            known.get(one.id, Text(one.id, one.id))
            if one.title is None
            else Text(one.title.vi, one.title.en),
            one.from_,
            one.to,
            one.budget_million_vnd,
            one.sector_budgets_million_vnd,
        )
        for one in request.phases
    ]


def _with_budget(phase: Phase, request: RoadmapRequest) -> Phase:
    budget = request.budgets.get(phase.id, phase.budget)
    return replace(
        phase, budget=budget, sector_budgets=request.sector_budgets.get(phase.id, phase.sector_budgets)
    )


def require_phases(phases: Sequence[Phase]) -> None:
    """Refuse phases that do not follow each other; errors as of `plan_of`."""
    if not phases:
        raise refused("phases", "[]", "[{id, from, to}, ...]")
    ids = [phase.id for phase in phases]
    for phase in phases:
        if phase.end <= phase.start or ids.count(phase.id) > 1:
            raise _apart(phase, phase)
    for before, phase in pairwise(phases):
        if phase.start != before.end:
            raise _apart(before, phase)


def _apart(before: Phase, phase: Phase) -> RefusedInput:
    return RefusedInput(
        RoadmapCode.ROADMAP_PHASES_APART,
        first=before.id,
        second=phase.id,
        first_to=before.end.isoformat(),
        second_from=phase.start.isoformat(),
    )
