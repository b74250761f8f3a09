"""Shapes of processes, their execution, and studies."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer, Link


class ProcessEntry(Answer):
    """A process in a list."""

    id: str
    title: str
    description: str
    version: str
    jobControlOptions: list[str] = Field(["sync-execute", "async-execute", "dismiss"])  # noqa: N815 the name that OGC gives it
    outputTransmission: list[str] = Field(["value"])  # noqa: N815 the name that OGC gives it
    links: list[Link]


class Processes(Answer):
    """What can be computed."""

    processes: list[ProcessEntry]
    links: list[Link]


class Process(ProcessEntry):
    """A process with what it takes and gives."""

    inputs: dict[str, Any]
    outputs: dict[str, Any]


class StudyDocument(Answer):
    """A study: its inputs by version, its parameters, its results. Equal studies are equal documents."""

    schema_: int = Field(alias="schema")
    id: str
    process: str
    inputs: dict[str, Any]
    parameters: dict[str, Any]
    code_version: str
    artefacts: dict[str, Any]
    totals: dict[str, Any] = Field(
        description=(
            "Figures of each group of people; `all` is everybody. `arrived` holds the quantiles of those who"
            " arrive; `unreachable` is `no_road` and `no_path`; `access_median_s` (`_m` in studies of"
            " distance) is the median of the way between home, road and facility."
        )
    )
    zones: list[dict[str, Any]] = Field(description="Figures of each unit, `arrived` among them.")
    gaps: list[dict[str, Any]] = Field(
        description="Places outside; `kind`: network, no_path, roadless, cluster, no_facility or scattered."
    )
    beside: list[dict[str, Any]] | None = Field(
        None, description="Other rules on the same people: each with its rule, `totals` and `zones`."
    )
    together: list[dict[str, Any]] | None = Field(
        None, description="People whom exactly so many of the rules reach; for those who see personal detail."
    )
    plan: dict[str, Any] | None = Field(
        None,
        description=(
            "Of `siting`: `model`, `objective`, `bound`, `gap`, `status`, the `sites` in the order in which"
            " they bring most, those that close, and whom no candidate can serve; `existing` facilities that"
            " might have closed, `room` where capacities count, and `chosen`, a choice that was made."
        ),
    )
    scenario: dict[str, Any] | None = Field(
        None,
        description="Of `siting`: `inputs` and `edits`, to be sent to `POST /api/scenarios` with a title.",
    )
    services: list[dict[str, Any]] | None = Field(
        None, description="Of a roadmap: each service with its rule, today and before the first phase."
    )
    phases: list[dict[str, Any]] | None = Field(
        None, description="Of a roadmap: cost, budget and people of each phase, by service and by sector."
    )
    projects: list[dict[str, Any]] | None = Field(
        None, description="Of a roadmap: each project, when it counts, and whom it brings alone and in order."
    )
    cumulative: list[dict[str, Any]] | None = Field(
        None, description="Of a roadmap: cost and people added up in the order of commissioning."
    )
    indicators: list[dict[str, Any]] | None = Field(
        None, description="Of a roadmap: the programme summed up by sector; the last row is all of them."
    )
    units: list[dict[str, Any]] | None = Field(
        None, description="Of a roadmap: each unit, by service today, before the first phase and after each."
    )
    best: dict[str, Any] | None = Field(
        None, description="Of a roadmap: the best one within the budgets, its bound, and the planned one."
    )
    faults: list[dict[str, Any]] | None = Field(
        None, description="Of a roadmap: what is wrong with which project."
    )
    notices: list[dict[str, Any]]
    generated_data: bool


class StudyEntry(Answer):
    """A study in a list, with what is known of its run."""

    id: str
    process: str
    created_at: datetime
    seconds: float
    author: str | None = Field(None, description="For whom it ran; shown to those who have a role.")
    links: list[Link]


class Studies(Answer):
    """Studies, the newest first."""

    items: list[StudyEntry]
    next: str | None = Field(None, description="Address of the next page.")


class StudyQuery(Query):
    """By which units a study is told."""

    vintage: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9_]{0,47}$",
        description=(
            "Boundary vintage: the study summed again from its points, by other units than it is kept with."
        ),
    )
    f: Literal["json", "html"] | None = None


class StudiesQuery(Query):
    """Which studies, and how many at once."""

    process: str | None = Field(None, description="Only studies of this process.")
    limit: int = Field(100, ge=1, le=1000)
    after: str | None = Field(None, description="As the address of the next page has it.")
    f: Literal["json", "html"] | None = None
