"""Shapes of executions and jobs, with the names that OGC API Processes gives."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from gis_service.services.compare_request import AnyRequest
from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer, Link
from gis_service.web.schemas.studies import StudyDocument

JOB_LIST_REL = "http://www.opengis.net/def/rel/ogc/1.0/job-list"
RESULTS_REL = "http://www.opengis.net/def/rel/ogc/1.0/results"
Interval: TypeAlias = tuple[datetime | None, datetime | None]
Status = Literal["accepted", "running", "successful", "failed", "dismissed"]

_QUALIFIED = {"value", "mediaType", "encoding", "schema", "format"}
"""What a value may be wrapped in, as OGC has it; only the value itself is looked at."""
_TIME_EXPECTED = "2025-07-01T00:00:00Z, 2025-07-01T00:00:00Z/.."


def _plain(inputs: object) -> object:
    """Take the values of inputs out of the wrapping that OGC allows around each of them."""
    if not isinstance(inputs, Mapping):
        return inputs
    return {
        name: value["value"]
        if isinstance(value, Mapping) and "value" in value and value.keys() <= _QUALIFIED
        else value
        for name, value in inputs.items()
    }


class OutputFormat(BaseModel):
    """The one format of all outputs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mediaType: Literal["application/json"] = "application/json"  # noqa: N815 the name that OGC gives it


class OutputWanted(BaseModel):
    """In which form an output is wanted; there is one of each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    transmissionMode: Literal["value"] = "value"  # noqa: N815 the name that OGC gives it
    format: OutputFormat = OutputFormat()


class OutputsWanted(BaseModel):
    """Which outputs are wanted; all of them when nothing is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    study: OutputWanted = OutputWanted()


class Execution(BaseModel):
    """What a process is to be run with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inputs: Annotated[AnyRequest, BeforeValidator(_plain)]
    outputs: OutputsWanted = OutputsWanted()
    response: Literal["raw", "document"] = Field(
        "raw", description="The study itself, or a document with the study under its name."
    )


class FoundSite(Answer):
    """A site of the best plan so far."""

    id: str = Field(description="Id of the candidate.")
    lon: float = Field(description="Degrees in WGS 84.")
    lat: float


class StatusInfo(Answer):
    """Where a job stands."""

    jobID: str  # noqa: N815 the name that OGC gives it
    type: Literal["process"] = "process"
    processID: str  # noqa: N815 the name that OGC gives it
    status: Status
    message: str = Field(description="Where it stands, in the reader's language.")
    progress: int = Field(ge=0, le=100, description="Percent.")
    best: float | None = Field(
        None,
        description="While `siting` or `roadmap` searches: the objective of the best plan so far"
        " (of a roadmap person-years).",
    )
    bound: float | None = Field(None, description="What no plan can be better than.")
    gap: float | None = Field(None, description="Distance of the bound as a share of the best.")
    sites: list[FoundSite] | None = Field(
        None, description="Sites of the best plan so far, in no order; empty for `lscp`."
    )
    created: datetime
    started: datetime | None = None
    finished: datetime | None = None
    updated: datetime
    links: list[Link]


class Jobs(Answer):
    """Jobs, the newest first."""

    jobs: list[StatusInfo]
    links: list[Link]


def _expected(text: str) -> PydanticCustomError:
    return PydanticCustomError("gis_expected", "expected {expected}", {"expected": text})


def _words(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


def _moment(text: str) -> datetime | None:
    if text in {"", ".."}:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)


def _interval(value: object) -> object:
    """Read a moment or an interval as RFC 3339 has them; either end of an interval may be open."""
    if not isinstance(value, str):
        return value
    parts = value.split("/")
    try:
        ends = [_moment(part) for part in parts]
    except (ValueError, OverflowError):
        raise _expected(_TIME_EXPECTED) from None
    known = [end for end in ends if end is not None]
    if len(ends) > 2 or not known or known != sorted(known):  # noqa: PLR2004 the two ends of an interval
        raise _expected(_TIME_EXPECTED)
    return ends[0], ends[-1]


class JobsQuery(Query):
    """Which jobs, and how many at once."""

    type: Annotated[list[str], BeforeValidator(_words)] = Field(
        [], description="Kinds of job; there is `process`."
    )
    processID: Annotated[list[str], BeforeValidator(_words)] = Field(  # noqa: N815 the name that OGC gives it
        [], description="Only jobs of these processes."
    )
    status: Annotated[list[Status], BeforeValidator(_words)] = Field(
        [], description="Only jobs in these states."
    )
    datetime: Annotated[Interval | None, BeforeValidator(_interval), WithJsonSchema({"type": "string"})] = (
        Field(None, description="Only jobs made at this moment or in this interval (RFC 3339).")
    )
    minDuration: int | None = Field(None, ge=0, le=10**9, description="Least duration, in seconds.")  # noqa: N815 OGC
    maxDuration: int | None = Field(None, ge=0, le=10**9, description="Most duration, in seconds.")  # noqa: N815 OGC
    limit: int = Field(100, ge=1, le=1000)
    after: str | None = Field(None, description="As the address of the next page has it.")
    f: Literal["json", "html"] | None = None


class ProcessesQuery(Query):
    """How many processes at once."""

    limit: int = Field(100, ge=1, le=1000)
    after: str | None = Field(None, description="As the address of the next page has it.")
    f: Literal["json", "html"] | None = None


class Results(Answer):
    """Outputs of an execution, by name."""

    study: StudyDocument
