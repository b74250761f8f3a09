"""What somebody asks of a comparison: two states of a service, for the same people."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from gis_service.catalogue.loader import Catalogue
from gis_service.services.catchment_request import DRAWN, CatchmentRequest
from gis_service.services.coverage_parameters import MAX_LIMIT, MEASURES, CoverageParameters
from gis_service.services.rights import Rights
from gis_service.services.roadmap_request import RoadmapRequest
from gis_service.services.siting_request import SitingRequest
from gis_service.services.study_request import CoverageRequest, CoverageTask, complete
from gis_service.services.study_standard import refused
from gis_service.services.what_if_request import WhatIfRequest

MAX_LIMITS = 20
Limit = Annotated[float, Field(gt=0, le=MAX_LIMIT, allow_inf_nan=False)]

_MAY_DIFFER = {
    "service",
    "standard",
    "catchment",
    "vintage",
    "catchment_vintage",
    "at",
    "closures",
    "open_on",
    "branch_share",
    "in_force",
    "min_site_m2",
}
"""Parameters in which two states may differ; all else would compare ways and not services."""
SHARED_LAYERS = ("demand", "buildings", "residential_land", "weights", "network")
"""Roles that are the same in both states, layer, version and band."""


class CompareRequest(BaseModel):
    """Inputs of the process ``compare``: two states of a service, each as for ``coverage``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    before: CoverageRequest = Field(description="The state that is compared with.")
    after: CoverageRequest = Field(
        description="The other state: of the same people, roads, mode, measure, limit and groups; the"
        " closures and the time of day may be others."
    )
    limits: tuple[Limit, ...] = Field(
        (), max_length=MAX_LIMITS, description="Further limits to count at, seconds or metres."
    )
    vintage: str | None = Field(
        None, description="Boundary vintage that the difference is told by; that of `after` when left out."
    )


def _kind(inputs: object) -> str:
    sides = {"before", "after"}
    named = inputs if isinstance(inputs, dict) else getattr(inputs, "model_fields_set", ())
    if _SITED & set(named):
        return "~siting"
    if sides & set(named):
        return "~compare"
    if _PLANNED & set(named):
        return "~roadmap"
    if _EDITED & set(named):
        return "~what_if"
    return "~catchment" if DRAWN & set(named) else "~coverage"


_EDITED = frozenset({"edits"})

_SITED = frozenset(SitingRequest.model_fields) - frozenset(CoverageRequest.model_fields)
_PLANNED = frozenset(RoadmapRequest.model_fields) - frozenset(CoverageRequest.model_fields)

AnyRequest = Annotated[
    Annotated[CoverageRequest, Tag("~coverage")]
    | Annotated[CompareRequest, Tag("~compare")]
    | Annotated[CatchmentRequest, Tag("~catchment")]
    | Annotated[WhatIfRequest, Tag("~what_if")]
    | Annotated[SitingRequest, Tag("~siting")]
    | Annotated[RoadmapRequest, Tag("~roadmap")],
    Discriminator(_kind),
]
"""Inputs of any process; told by its two states, what is drawn, the edits, candidates, or what is planned."""


@dataclass(frozen=True)
class CompareTask:
    """A complete request for a comparison.

    Parameters
    ----------
    before, after
        The two states.
    told
        The state afterwards in the vintage that the difference is told by: its layer ``zones`` counts.
    limits
        Further limits, each once, rising; seconds or metres.
    """

    before: CoverageTask
    after: CoverageTask
    told: CoverageTask
    limits: tuple[float, ...]

    @property
    def shares_ways(self) -> bool:
        """Whether both states ask for the same closures at the same time of the day."""
        before, after = self.before, self.after
        return before.parameters.closures == after.parameters.closures and before.time == after.time

    @property
    def parameters(self) -> CoverageParameters:
        """The parameters that both states share."""
        return self.before.parameters

    def as_document(self) -> dict[str, object]:
        """Give the parameters as they stand in the document of the comparison."""
        return {
            "before": self.before.parameters.as_document(),
            "after": self.after.parameters.as_document(),
            "vintage": self.told.parameters.vintage,
            "limits": list(self.limits),
        }


def complete_comparison(
    request: CompareRequest, catalogue: Catalogue, today: date, rights: Rights | None = None
) -> CompareTask:
    """Fill in what a comparison leaves open.

    A state whose catchment is ``any`` facility does not depend on units, so it takes those of the answer.
    Arguments as of `gis_service.services.study_request.complete`.

    Raises
    ------
    RefusedInput
        ``study_refused`` when one of the states cannot be completed, or when they differ in more than the
        facilities and whom these are for.
    """
    units = {} if request.vintage is None else {"vintage": request.vintage, "zones": None}
    told_request = request.after.model_copy(update=units)
    told = complete(told_request, catalogue, today, rights)
    # Named, for each state would else take the units of its own day.
    named = told.parameters.vintage if told_request.zones is None else told_request.vintage
    of_answer = {"vintage": named, "zones": told_request.zones}
    sides = []
    for asked in (request.before, request.after):
        task = complete(asked, catalogue, today, rights)
        if task.parameters.catchment == "any":
            task = complete(asked.model_copy(update=of_answer), catalogue, today, rights)
        sides.append(task)
    before, after = sides
    _require_same(before, after)
    return CompareTask(before, after, told, tuple(sorted(set(request.limits))))


def _require_same(before: CoverageTask, after: CoverageTask) -> None:
    for side, task in (("before", before), ("after", after)):
        if task.parameters.measure == "quota":
            known = ", ".join(measure for measure in MEASURES if measure != "quota")
            raise refused(f"{side}/measure", "quota", known)
        for name in ("beside", "group_speeds", "tables"):
            if value := getattr(task.parameters, name):
                raise refused(f"{side}/{name}", _shown([str(one) for one in value]), "–")
    for name in [one.name for one in fields(CoverageParameters) if one.name not in _MAY_DIFFER]:
        was, is_ = getattr(before.parameters, name), getattr(after.parameters, name)
        if was != is_:
            raise refused(f"after/{name}", _shown(is_), _shown(was))
    for role in SHARED_LAYERS:
        if before.layers.get(role) != after.layers.get(role):
            shown = [_shown(task.layers.get(role)) for task in (after, before)]
            raise refused(f"after/{role}", *shown)


def _shown(value: object) -> str:
    """Write a parameter as somebody asked for it: a mode by its id, groups parted by commas; nothing as –."""
    if value is None or value == ():
        return "–"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return str(getattr(value, "id", value))
