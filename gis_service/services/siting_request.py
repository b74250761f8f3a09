"""What somebody asks of siting: a study of coverage, which sites there may be, and how many to choose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from gis_service.analysis.siting import Model
from gis_service.catalogue.loader import Catalogue
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import plain
from gis_service.services.rights import Rights
from gis_service.services.study_request import CoverageRequest
from gis_service.services.study_standard import refused
from gis_service.types import LayerId, Text

PROCESS = "siting"
MEASURES_WITH_SITES = ("network_time", "network_distance", "straight_radius")
"""Measures of ways to places; the others tell nothing of a place where nothing stands yet."""
MOST_SITES = 500
MOST_PLACES = 2000
MOST_LAYERS = 8
MOST_DRAWS = 200
AT_ONCE_S, AT_ONCE_DRAWS = 60.0, 10
"""What an answer that somebody waits for may take: longer work is for a job."""
MOST_CANDIDATES = 5000
"""Candidates that are looked at, at most: a table of them has to stay in memory."""
USUAL_CANDIDATES = 2000
USUAL_TIME_S, MOST_TIME_S = 30.0, 3600.0
OUTSIDE = ("flood_area", "protected_area")
"""Areas that no candidate lies in unless the request says otherwise, where the city has the layers."""
_NAMED = 5

LayerName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
SiteName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.-]+$")]
Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Wanted = Annotated[tuple[str | int | float | bool, ...], Field(min_length=1, max_length=100)]
Share = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]


class CandidateLayer(BaseModel):
    """A layer whose features are candidates: points as they are, areas where they are entered."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layer: LayerName
    version: int | None = Field(None, description="Version of the layer; the current one when left out.")
    where: dict[str, Wanted] = Field(
        {},
        max_length=10,
        description='Values that a feature has to have, by field: {"use": ["public_building"]}.',
    )
    min_area_m2: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="Least area of a feature; points have none."
    )
    cost_field: LayerName | None = Field(None, description="Field that tells what the site would cost.")


class CandidatePlace(BaseModel):
    """A candidate that is given by its place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: SiteName | None = Field(None, description="`place.` and its number when left out.")
    lon: Degrees = Field(description="Degrees in WGS 84.")
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False, description="Degrees in WGS 84.")
    cost: float | None = Field(None, ge=0, allow_inf_nan=False)


class Candidates(BaseModel):
    """Where sites may be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layers: tuple[CandidateLayer, ...] = Field((), max_length=MOST_LAYERS)
    places: tuple[CandidatePlace, ...] = Field((), max_length=MOST_PLACES)
    outside: tuple[LayerName, ...] | None = Field(
        None,
        max_length=MOST_LAYERS,
        description="Layers of areas that no candidate of a layer may lie in; left out: "
        + ", ".join(OUTSIDE)
        + ", where the city has them.",
    )
    thin_m: float | None = Field(
        None,
        ge=10,
        le=100_000,
        allow_inf_nan=False,
        description="Of the candidates in a square of this side the one that reaches most people stays.",
    )
    most: int = Field(
        USUAL_CANDIDATES, ge=1, le=MOST_CANDIDATES, description="More candidates than these are refused."
    )


class SitingRequest(CoverageRequest):
    """Inputs of the process ``siting``: those of ``coverage``, and what may be built."""

    model: Model = Field(
        "mclp",
        description=(
            "mclp: most people within the limit; lscp: fewest sites for all who can be reached within it;"
            " p-median: least sum of people × cost; p-center: least largest cost."
        ),
    )
    sites: int | None = Field(
        None,
        ge=1,
        le=MOST_SITES,
        description=(
            "New sites and those of `closable` that stay, together; none for lscp. With `budget` the most"
            " that may be, or none."
        ),
    )
    budget: int | None = Field(
        None, ge=0, le=10**15, description="What the new sites may cost together, in the unit of their costs."
    )
    candidates: Candidates = Field(
        Candidates(), description="Where sites may be; none where only what stands is chosen of (`closable`)."
    )
    fixed: tuple[SiteName, ...] = Field(
        (), max_length=MOST_SITES, description="Ids of candidates that are chosen whatever they bring."
    )
    excluded: tuple[SiteName, ...] = Field(
        (), max_length=MOST_CANDIDATES, description="Ids of candidates that are not chosen."
    )
    closable: bool | tuple[Annotated[str, Field(max_length=200)], ...] = Field(
        False,
        description="Codes of existing facilities that may close, or true for all; the others stay.",
    )
    spacing_m: float | None = Field(
        None,
        gt=0,
        le=100_000,
        allow_inf_nan=False,
        description="No new site is nearer to another one, or to one that stands, in a straight line.",
    )
    backup: float = Field(
        0.0,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="What people count for whom a second site reaches too, as a share of the first (mclp).",
    )
    weights: dict[str, Share] = Field(
        {},
        max_length=20,
        description="What a person of a group counts for; that of the standard counts 1 when left out.",
    )
    draws: int = Field(
        0,
        ge=0,
        le=MOST_DRAWS,
        description="Draws of the assumption range in which the question is asked again: which sites stay.",
    )
    time_limit_s: float = Field(
        USUAL_TIME_S, gt=0, le=MOST_TIME_S, allow_inf_nan=False, description="The best by then is told."
    )

    @property
    def inputs(self) -> dict[str, Any]:
        """The inputs of the state as it is, with the groups that the weights are of."""
        own = set(SitingRequest.model_fields) - set(CoverageRequest.model_fields)
        found = self.model_dump(mode="json", exclude=own, exclude_unset=True)
        groups = (*self.groups, *(group for group in self.weights if group != "all"))
        return found | ({"groups": list(dict.fromkeys(groups))} if groups else {})


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
        return found


def require_at_once(inputs: object) -> None:
    """Refuse what takes too long for somebody who waits for the answer itself: it can run as a job.

    Raises
    ------
    RefusedInput
        ``study_refused``; nothing of inputs that are refused anyhow.
    """
    given = inputs if isinstance(inputs, Mapping) else {}
    for name, most in (("time_limit_s", AT_ONCE_S), ("draws", AT_ONCE_DRAWS)):
        value = given.get(name)
        if isinstance(value, int | float) and value > most:
            raise refused(name, value, f"≤ {most:g}; Prefer: respond-async")


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
    return SitingAsk(
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
    )


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
