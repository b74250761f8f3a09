"""What somebody asks of siting: a study of coverage, which sites there may be, and how many to choose."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime

from gis_service.analysis.siting import Model
from gis_service.services.study_request import CoverageRequest
from gis_service.services.study_standard import refused
from gis_service.services.what_if_request import MAX_CAPACITY

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

LayerName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
SiteName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.-]+$")]
Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Wanted = Annotated[tuple[str | int | float | bool, ...], Field(min_length=1, max_length=100)]
Share = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
Room = Annotated[float, Field(ge=0, le=MAX_CAPACITY, allow_inf_nan=False)]
WITH_ROOM: tuple[Model, ...] = ("mclp", "p-median")
"""Models that capacities have a meaning for."""


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
    capacity_field: LayerName | None = Field(
        None, description="Field that tells how many people the site would have room for."
    )


class CandidatePlace(BaseModel):
    """A candidate that is given by its place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: SiteName | None = Field(None, description="`place.` and its number when left out.")
    lon: Degrees = Field(description="Degrees in WGS 84.")
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False, description="Degrees in WGS 84.")
    cost: float | None = Field(None, ge=0, allow_inf_nan=False)
    capacity: Room | None = Field(None, description="How many people it would have room for.")


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
    capacity: Room | None = Field(
        None,
        description=(
            "How many people a new site has room for, where nothing else tells it (mclp, p-median). With this"
            " or any other capacity of candidates nobody is served above the capacities; those of what stands"
            " are of its layer."
        ),
    )
    chosen_at: NaiveDatetime | None = Field(
        None,
        description=(
            "Local time at which a choice that was made is in force: its facilities are told beside the plan,"
            " and what exchanging them would bring. With `closable`."
        ),
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
