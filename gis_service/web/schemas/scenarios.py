"""Shapes of scenarios: what is sent, how they are listed and shown, what a rebase and a publication tell."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gis_service.analysis.what_if import ROOM
from gis_service.services.study_request import CoverageRequest
from gis_service.services.what_if_request import EditRequest
from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer, Link

Shared = Literal["nobody", "team", "everybody"]
_Title = Annotated[str, Field(min_length=1, max_length=200)]
_Message = Annotated[str, Field(max_length=400)]
_Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


class ScenarioTitle(BaseModel):
    """A title in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vi: _Title
    en: _Title


class ScenarioBody(BaseModel):
    """A scenario as it is to be: what is not named gets the value that stands here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: _Title | ScenarioTitle = Field(description="One for both languages, or one for each.")
    note: str = Field("", max_length=5000)
    shared: Shared = Field("nobody", description="With a `team`, or everybody who is signed in.")
    team: str | None = Field(None, max_length=48, description="Id of a group of one's own.")
    inputs: CoverageRequest = Field(
        description="The question: inputs of a study, without versions of layers and without `scenario`."
    )
    edits: tuple[EditRequest, ...] = Field(
        max_length=ROOM,
        description="As of `POST /api/what-if`.",
        json_schema_extra={"minItems": 1},
    )
    message: _Message = Field("", description="Why; kept with the version.")


class RebaseBody(BaseModel):
    """What becomes of edits that do not hold any more, by their number from 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    drop: tuple[_Number, ...] = Field((), max_length=ROOM, description="Edits that are left out.")
    keep: tuple[_Number, ...] = Field(
        (), max_length=ROOM, description="Edits that are made over what has happened."
    )
    message: _Message = ""


class ScenarioDiffBody(BaseModel):
    """How facilities of a scenario are to be written into their layer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: _Number | None = Field(None, description="Of the scenario; the newest when left out.")
    features: dict[str, dict[str, Any]] = Field(
        {}, description="Values by field for new facilities, by their `tmp_id`."
    )
    closed_on: date | None = Field(
        None, description="First day on which closed facilities are not open any more; today."
    )


class ScenarioPublishBody(ScenarioDiffBody):
    """What was shown, to be written."""

    diff_hash: str = Field(pattern=r"^[0-9a-f]{64}$", description="Of the diff that was shown.")
    message: str = Field(min_length=1, max_length=400, description="Why; kept with the version of the layer.")


class ScenarioEntry(Answer):
    """A scenario in a list."""

    id: str
    title: dict[str, str]
    note: str
    owner: str
    own: bool = Field(description="Whether the caller may change it.")
    shared: Shared
    team: str | None
    version: int = Field(description="The newest.")
    edits_hash: str
    count: int = Field(description="Edits of the newest version.")
    created_at: datetime
    changed_at: datetime
    links: list[Link]


class Scenarios(Answer):
    """Scenarios, the newest first."""

    items: list[ScenarioEntry]
    next: str | None = Field(None, description="Address of the next page.")


class ScenarioVersionEntry(Answer):
    """A version of a scenario in a list."""

    version: int
    author: str
    message: str
    made_at: datetime
    edits_hash: str
    count: int
    base: dict[str, dict[str, Any]]
    links: list[Link]


class ScenarioVersions(Answer):
    """Versions of a scenario, the newest first."""

    items: list[ScenarioVersionEntry]
    next: str | None = Field(None, description="Address of the next page.")


class ScenarioDocument(ScenarioEntry):
    """A scenario with one of its versions."""

    shown: int = Field(description="The version that follows: the newest, unless another was asked for.")
    author: str
    message: str
    made_at: datetime
    inputs: dict[str, Any] = Field(description="The question it was made for.")
    edits: list[dict[str, Any]] = Field(description="As they are kept; `edits_hash` is that of the version.")
    base: dict[str, dict[str, Any]] = Field(description="Layer and version by role.")


class ScenarioConflict(Answer):
    """An edit that does not hold any more."""

    number: int = Field(description="Of the edit, from 1.")
    code: str
    may_be_kept: bool
    vi: str
    en: str


class RebaseDocument(Answer):
    """A scenario beside the layers as they are now."""

    base: dict[str, dict[str, Any]] = Field(description="The versions now, by role.")
    newer: list[str] = Field(description="Roles that have another version than the scenario was made on.")
    conflicts: list[ScenarioConflict]


class ScenarioChange(Answer):
    """What would be done to one facility."""

    number: int = Field(description="Of the edit, from 1.")
    kind: Literal["added", "moved", "closed", "removed"]
    facility: str
    fid: int | None = None
    state: int | None = Field(None, description="Version of the layer since which the feature is as it is.")
    before: dict[str, Any] | None = Field(None, description="GeoJSON.")
    after: dict[str, Any] | None = Field(None, description="GeoJSON.")
    properties: dict[str, Any] | None = Field(None, description="Values that are written.")
    missing: list[str] = Field(description="Fields that the layer requires and nobody has given yet.")


class ScenarioLeft(Answer):
    """An edit that is not written, and why."""

    number: int
    code: str
    vi: str
    en: str


class ScenarioDiff(Answer):
    """What publishing a scenario would do, or has done, to the layer of its facilities."""

    layer: str
    version: int | None = Field(description="Of the layer: now, or made by it.")
    diff_hash: str
    changes: list[ScenarioChange]
    left: list[ScenarioLeft]
    links: list[Link]


class ScenariosQuery(Query):
    """How many at once."""

    limit: int = Field(100, ge=1, le=1000)
    after: str | None = Field(None, description="As the address of the next page has it.")
    f: Literal["json", "html"] | None = None


class ScenarioQuery(Query):
    """Which version."""

    version: _Number | None = Field(None, description="The newest when left out.")
    f: Literal["json", "html"] | None = None


class VersionsQuery(Query):
    """How many at once."""

    limit: int = Field(100, ge=1, le=1000)
    before: _Number | None = Field(None, description="Only versions below this one.")
