"""Shapes of the quality report of a layer of roads."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer, Link


class QualityQuery(Query):
    """Whose network is looked at."""

    mode: Literal["walk", "bicycle", "motorbike", "car"] = Field(
        "motorbike", description="One-way streets and ferries are told as this mode meets them."
    )
    f: Literal["json", "html"] | None = Field(None, description="Format; else the Accept header tells.")


class Components(BaseModel):
    """Parts of the network that no road joins."""

    count: int
    people_on_islands: float | None = Field(
        description="People joined to another part than the longest; null where not known, or too few."
    )
    people_without_road: float | None = Field(description="Null as above.")
    rows: list[dict[str, Any]] = Field(
        description="The longest part, then the islands: `nodes`, `segments`, `km`, `lon`, `lat`; `people`"
        " for those who may see personal detail."
    )


class LooseEnds(BaseModel):
    """Ends of roads that just miss another road."""

    count: int
    max_gap_m: float
    rows: list[dict[str, Any]] = Field(
        description="`gap_m`, `code`, `other`, `lon`, `lat`; the narrowest gap first."
    )


class NetworkQuality(Answer):
    """What was left out of the network of a layer of roads, and where to look for faults."""

    layer: str
    version: int
    mode: str
    lines: int
    segments: int
    km: float
    removed: dict[str, float] = Field(description="What is drawn twice or is too short to be a road.")
    parallel: dict[str, float] = Field(description="Roads of other classes that lie on each other.")
    unknown_class: dict[str, Any] = Field(description="`lines`, `km`, and lines by class.")
    components: Components
    loose_ends: LooseEnds
    one_ways: dict[str, dict[str, Any]] = Field(
        description="Streets that nobody can leave (`no_way_out`) or come to (`no_way_in`)."
    )
    generated_data: bool
    links: list[Link]
