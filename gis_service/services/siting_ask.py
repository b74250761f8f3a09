"""What is asked of siting, checked: for whom, of which sites, by which terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gis_service.analysis.siting import Model
from gis_service.catalogue.loader import Catalogue
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import plain
from gis_service.services.rights import Rights
from gis_service.services.siting_request import (
    MEASURES_WITH_SITES,
    MOST_SITES,
    OUTSIDE,
    WITH_ROOM,
    Candidates,
    SitingRequest,
)
from gis_service.services.study_standard import refused
from gis_service.types import LayerId, Text

_NAMED = 5


@dataclass(frozen=True)
class SitingAsk:
    """What is asked of a study, checked.

    Parameters
    ----------
    model, sites
        The model, and how many sites to choose (with a budget the most); None where the model or the budget
        says it.
    candidates
        Where sites may be; ``outside`` is filled in.
    fixed, excluded
        Ids of candidates.
    closable
        Codes of existing facilities that may close; None for all of them.
    weights
        What a person counts for, by group.
    time_limit_s
        Seconds after which the best so far is told.
    budget
        What the new sites may cost together.
    spacing_m
        Least distance of a new site from any other.
    backup
        What a second site counts for, as a share of the first.
    draws
        Draws of the assumption range.
    capacity, is_capacitated
        How many people a new site has room for, where nothing else tells it; whether nobody is served above
        the capacities.
    chosen_at
        When a choice is in force that is told beside the plan, as ISO 8601.
    """

    model: Model
    sites: int | None
    candidates: Candidates
    fixed: tuple[str, ...]
    excluded: tuple[str, ...]
    closable: tuple[str, ...] | None
    weights: Mapping[str, float]
    time_limit_s: float
    budget: int | None = None
    spacing_m: float | None = None
    backup: float = 0.0
    draws: int = 0
    capacity: float | None = None
    is_capacitated: bool = False
    chosen_at: str | None = None

    @property
    def may_close(self) -> bool:
        """Whether any existing facility may close."""
        return self.closable is None or bool(self.closable)

    def as_document(self) -> dict[str, Any]:
        """Give what is asked as it stands among the parameters of the document."""
        found: dict[str, Any] = plain(
            {
                "model": self.model,
                "sites": self.sites,
                "candidates": self.candidates.model_dump(mode="json", exclude_defaults=True)
                | {"outside": list(self.candidates.outside or ())},
                "fixed": list(self.fixed),
                "excluded": list(self.excluded),
                "closable": True if self.closable is None else list(self.closable),
                "weights": dict(self.weights),
                "time_limit_s": self.time_limit_s,
                "budget": self.budget,
                "spacing_m": self.spacing_m,
                "backup": self.backup,
                "draws": self.draws,
            }
        )
        more = {"capacity": self.capacity, "chosen_at": self.chosen_at}
        return found | {name: value for name, value in more.items() if value is not None}


def siting_ask(
    request: SitingRequest, parameters: CoverageParameters, catalogue: Catalogue, rights: Rights | None = None
) -> SitingAsk:
    """Check what is asked beside the inputs of a study.

    Parameters
    ----------
    request
        As it was given.
    parameters
        Of the study.
    catalogue
        Which layers the city has.
    rights
        Of who asks: nobody is refused for a layer that they have not named. None is the operator.

    Raises
    ------
    RefusedInput
        ``study_refused`` for a number of sites where the model says it, or none where it is needed, no
        candidates, and a measure or a catchment that a new place has no part in;
        ``siting_fixed_and_excluded``.
    """
    _require_measure(parameters)
    _require_terms(request)
    candidates = request.candidates
    if not (candidates.layers or candidates.places or request.closable):
        raise refused("candidates", "{}", "layers, places")
    if both := [name for name in request.fixed if name in request.excluded]:
        raise RefusedInput(ErrorCode.SITING_FIXED_AND_EXCLUDED, names=listed(both))
    outside = candidates.outside
    if outside is None:
        known = [name for name in OUTSIDE if name in catalogue.layers]
        outside = tuple(name for name in known if rights is None or rights.may_read(LayerId(name)))
    closable = request.closable
    asked = SitingAsk(
        model=request.model,
        sites=request.sites,
        candidates=candidates.model_copy(update={"outside": tuple(dict.fromkeys(outside))}),
        fixed=tuple(dict.fromkeys(request.fixed)),
        excluded=tuple(dict.fromkeys(request.excluded)),
        closable=closable if isinstance(closable, tuple) else None if closable else (),
        weights=request.weights or {parameters.group: 1.0},
        time_limit_s=request.time_limit_s,
        budget=request.budget,
        spacing_m=request.spacing_m,
        backup=request.backup,
        draws=request.draws,
        capacity=request.capacity,
        is_capacitated=_tells_capacity(request),
        chosen_at=None if request.chosen_at is None else request.chosen_at.isoformat(),
    )
    _require_room(asked)
    return asked


def _tells_capacity(request: SitingRequest) -> bool:
    """Tell whether any capacity of a candidate was given."""
    layers = (one.capacity_field for one in request.candidates.layers)
    places = (one.capacity for one in request.candidates.places)
    return any(one is not None for one in (request.capacity, *layers, *places))


def _require_room(asked: SitingAsk) -> None:
    """Refuse capacities where they mean nothing, and a choice beside a plan that closes nothing."""
    if asked.is_capacitated:
        if asked.model not in WITH_ROOM:
            raise refused("capacity", asked.model, f"model: {', '.join(WITH_ROOM)}")
        for name in ("backup", "draws"):
            if value := getattr(asked, name):
                raise refused("capacity", f"{name}: {value:g}", f"{name}: 0")
    if asked.chosen_at is None:
        return
    if not asked.may_close:
        raise refused("chosen_at", asked.chosen_at, "closable: true, [...]")
    if asked.model == "lscp":
        raise refused("chosen_at", asked.model, "model: mclp, p-median, p-center")


def _require_terms(request: SitingRequest) -> None:
    """Refuse what a model has no use for, or lacks."""
    if request.model == "lscp":
        for name in ("sites", "budget"):
            if (value := getattr(request, name)) is not None:
                raise refused(name, value, "model: mclp, p-median, p-center")
    elif request.sites is None and request.budget is None:
        raise refused("sites", None, f"1 – {MOST_SITES}, budget")
    if request.backup and request.model != "mclp":
        raise refused("backup", request.backup, "model: mclp")
    if request.backup and request.draws:
        raise refused("draws", request.draws, "backup: 0")


def _require_measure(parameters: CoverageParameters) -> None:
    if parameters.measure not in MEASURES_WITH_SITES:
        raise refused("measure", parameters.measure, ", ".join(MEASURES_WITH_SITES))
    if parameters.catchment == "assigned":
        expected = Text(
            "any, own_unit (điểm mới chưa được phân công)", "any, own_unit (nobody is assigned to a new site)"
        )
        raise refused("catchment", parameters.catchment, expected)


def listed(names: list[str] | tuple[str, ...]) -> str:
    """Write the first few names."""
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
