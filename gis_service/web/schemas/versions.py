"""Shapes of the versions of a layer, of what differs between two of them, and of going back."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gis_service.services.history import MAX_PAGE
from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer, Link

HISTORY_REL = "version-history"
"""Link relation of RFC 5829."""
VERSION_HEADER = "Layer-Version"
"""Header that tells which version of a layer an answer was read from."""
CSV = "text/csv"
_GREATEST = 2**63 - 1
_MAX_FIDS = 10_000
_MESSAGE = 2_000

Fid = Annotated[int, Field(ge=0, le=_GREATEST)]


class VersionEntry(Answer):
    """One version of a layer."""

    id: int
    author: str | None = Field(None, description="Who made it; shown to those who have a role.")
    message: str
    committed_at: datetime
    kept: bool = Field(description="Whether its rows can be read; those of before the history cannot.")
    added: int | None = Field(None, description="Rows that it added; with changed and removed where kept.")
    changed: int | None = None
    removed: int | None = None
    links: list[Link]


class Versions(Answer):
    """Versions of a layer, the newest first."""

    items: list[VersionEntry]
    next: str | None = Field(None, description="Address of the next page.")


class VersionsQuery(Query):
    """How many versions at once."""

    limit: int = Field(100, ge=1, le=MAX_PAGE)
    after: int | None = Field(None, ge=1, description="As the address of the next page has it.")
    f: Literal["json", "html"] | None = None


class DiffQuery(Query):
    """Which versions are compared."""

    from_: int = Field(alias="from", ge=1, description="Version to begin with.")
    to: int | None = Field(
        None, ge=1, description="Version to end with, also an earlier one; else the newest."
    )
    limit: int = Field(
        100,
        ge=1,
        description="Length of a page in rows of the layer; a larger number is taken as the maximum.",
        json_schema_extra={"maximum": MAX_PAGE},
    )
    after: int = Field(0, ge=0, description="Only rows whose id is greater; the link `next` sets it.")
    f: Literal["json", "geojson", "csv", "html"] | None = Field(
        None, description="Format of the answer; else the Accept header tells."
    )


class DifferenceProperties(Answer):
    """How one row differs."""

    op: Literal["insert", "update", "delete"]
    changed: list[str] = Field(description="Fields that differ; geom is the geometry.")
    before: dict[str, Any] | None = Field(description="All fields as they were; null for a new row.")
    after: dict[str, Any] | None = Field(
        description="All fields as they are then; null for one that is gone."
    )


class DifferenceFeature(Answer):
    """One row that differs; its geometry is that of after, or of before where the row is gone."""

    type: Literal["Feature"]
    id: int
    geometry: dict[str, Any] | None
    properties: DifferenceProperties
    geometry_before: dict[str, Any] | None = Field(description="Where the geometry differs, as it was.")


class TallyOf(Answer):
    """Numbers of rows."""

    added: int
    changed: int
    removed: int
    others: int = Field(description="Rows that differ only in columns that the definition does not have.")


class Differences(Answer):
    """A page of what differs between two versions of a layer, as GeoJSON."""

    type: Literal["FeatureCollection"]
    from_: int = Field(alias="from")
    to: int
    tally: TallyOf = Field(description="Of the whole difference.")
    numberReturned: int = Field(ge=0)  # noqa: N815 the name that OGC gives it
    features: list[DifferenceFeature]
    links: list[Link]


class Restoring(BaseModel):
    """What is to be put back, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    message: str | None = Field(None, max_length=_MESSAGE, description="Kept with the new version.")
    fids: list[Fid] | None = Field(
        None,
        min_length=1,
        max_length=_MAX_FIDS,
        description="Only these rows; one that was not there in that version is removed. Else all.",
    )


class Unchanged(Answer):
    """Nothing had to be put back; there is no new version."""

    version: int | None = Field(description="The newest version, as before.")
    detail: str
    links: list[Link]
