"""Shapes of the live answers of coverage."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, NaiveDatetime, WithJsonSchema
from pydantic_core import PydanticCustomError

from gis_service.services.closure_rules import Hour, RoadClass
from gis_service.services.coverage_parameters import (
    MAX_LIMIT,
    MAX_TURNOUT_S,
    CoverageCatchment,
    CoverageMeasure,
)
from gis_service.services.rank_rules import RANK_COLUMN
from gis_service.services.start_waits import START_COLUMN
from gis_service.services.why import MOST_NEAREST
from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer, Link
from gis_service.web.schemas.studies import StudyDocument

_ID = r"^[a-z][a-z0-9_]{0,47}$"
_BAND = r"^[a-z0-9_]{1,48}$"
_BAND_WORDS = "number (from 1) or name of the band; the only one when left out."
_GROUPS_EXPECTED, _TABLES_EXPECTED = "age_60,age_3_5", "facilities"
_BESIDE_EXPECTED = "roads,health_station_walk_15min"
_AT_EXPECTED = "2026-01-06T10:00"


def _groups(value: object) -> tuple[str, ...]:
    return _names(value, _GROUPS_EXPECTED)


def _tables(value: object) -> tuple[str, ...]:
    return _names(value, _TABLES_EXPECTED)


def _beside(value: object) -> tuple[str, ...]:
    return _names(value, _BESIDE_EXPECTED)


def _names(value: object, expected: str) -> tuple[str, ...]:
    names = tuple(str(value).split(","))
    if not all(re.fullmatch(_ID, name) for name in names):
        raise PydanticCustomError("gis_expected", "expected {expected}", {"expected": expected})
    return names


def _split(value: object) -> list[str]:
    return str(value).split(",")


def _at(value: object) -> datetime:
    """Read a local time; a number of seconds, which a library would take, is none."""
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        raise PydanticCustomError("gis_expected", "expected {expected}", {"expected": _AT_EXPECTED}) from None


class CoverageQuery(Query):
    """What is asked; what is left out comes from the standard, else from the city."""

    standard: str | None = Field(None, pattern=_ID, description="Standard the service is judged by.")
    service: str | None = Field(None, pattern=_ID, description="Layer of the facilities.")
    measure: CoverageMeasure | None = None
    mode: Literal["walk", "bicycle", "motorbike", "car"] | None = None
    limit: float | None = Field(
        None,
        gt=0,
        le=MAX_LIMIT,
        allow_inf_nan=False,
        description=(
            "Seconds for network_time, else metres: a multiple of 15 s or 25 m, or that of the standard;"
            " any for those who may see personal detail."
        ),
    )
    at: Annotated[
        NaiveDatetime | None,
        BeforeValidator(_at),
        WithJsonSchema({"type": "string", "example": _AT_EXPECTED}),
    ] = Field(None, description="Local time: who is open, which ferry runs.")
    vintage: str | None = Field(None, pattern=_ID, description="Boundary vintage that the answer is told by.")
    catchment: CoverageCatchment | None = None
    direction: Literal["to_facility", "from_facility"] | None = None
    turnout_s: float | None = Field(
        None, ge=0, le=MAX_TURNOUT_S, allow_inf_nan=False, description="Seconds; in steps as the limit."
    )
    start_column: str | None = Field(None, pattern=_ID, description=f"{START_COLUMN} In steps as the limit.")
    demand: str | None = Field(
        None, pattern=_ID, description="Layer of the people; a raster holds persons per cell."
    )
    demand_band: str | None = Field(None, pattern=_BAND, description=f"Of a raster of people: {_BAND_WORDS}")
    weights: str | None = Field(
        None, pattern=_ID, description="Raster layer that the people of areas in `demand` are spread by."
    )
    weights_band: str | None = Field(None, pattern=_BAND, description=f"Of the weights: {_BAND_WORDS}")
    groups: Annotated[
        tuple[str, ...] | None, BeforeValidator(_groups), WithJsonSchema({"type": "string"})
    ] = Field(None, description="Groups of people that are counted too, with commas between.")
    tables: Annotated[
        tuple[str, ...] | None, BeforeValidator(_tables), WithJsonSchema({"type": "string"})
    ] = Field(None, description="Further tables of the answer, with commas between.")
    beside: Annotated[
        tuple[str, ...] | None, BeforeValidator(_beside), WithJsonSchema({"type": "string"})
    ] = Field(
        None,
        description=(
            "What is told beside the answer, with commas between: roads (for straight_radius), and ids of"
            " standards."
        ),
    )
    group_speeds: bool | None = Field(
        None, description="Whether elderly people and children walk at their own speed, on foot."
    )
    closed_classes: Annotated[
        tuple[RoadClass, ...] | None,
        BeforeValidator(_split),
        WithJsonSchema({"type": "string", "example": "village_lane,alley"}),
    ] = Field(
        None,
        description=(
            "Closed classes of road, with commas between; with closed_areas only where they touch an area."
        ),
    )
    closed_areas: str | None = Field(
        None, pattern=_ID, description="Layer of areas, as of a flood: roads on the ground that touch one."
    )
    closed_hours: Annotated[
        tuple[Hour, Hour] | None,
        BeforeValidator(_split),
        WithJsonSchema({"type": "string", "example": "22,5"}),
    ] = Field(None, description="Hours of the day of the closure, from and to; all day when left out.")
    rank_column: str | None = Field(
        None, pattern=_ID, description=f"{RANK_COLUMN} For those who may see personal detail."
    )
    branch_share: float | None = Field(
        None, ge=0, le=1, description="Share of the closed facilities that stay as branches."
    )
    scenario: str | None = Field(
        None,
        max_length=48,
        pattern=r"^scenario_[a-z0-9_]+$",
        description="Scenario whose state is asked about; what is said here goes before its own question.",
    )
    scenario_version: int | None = Field(
        None, ge=1, le=2**31 - 1, description="Version of the scenario; the newest when left out."
    )
    f: Literal["json", "html"] | None = Field(None, description="Format; else the Accept header tells.")

    def inputs(self) -> dict[str, Any]:
        """Give the inputs of a study that stand here under their own names."""
        apart = {"branch_share", "f", "lon", "lat", "detail", "k"}
        return self.model_dump(mode="json", exclude=apart, exclude_none=True)


class CellsQuery(CoverageQuery):
    """What is asked, and in which detail."""

    detail: Literal["cells", "points"] = Field(
        "cells", description="Points are homes: for those who may see personal detail."
    )


class WhyQuery(CoverageQuery):
    """What is asked, and of which place."""

    lon: float = Field(ge=-180, le=180, description="Degrees in WGS 84.")
    lat: float = Field(ge=-90, le=90, description="Degrees in WGS 84.")
    k: int | None = Field(
        None, ge=1, le=MOST_NEAREST, description="How many of the nearest facilities are told, however far."
    )


class LiveCoverage(StudyDocument):
    """A study that is not stored, with its curve and its words."""

    answer: dict[str, str] | None = Field(description="In one sentence, in both languages.")
    notice_texts: list[dict[str, str]]
    curve: dict[str, Any] = Field(description="People reached within each cost, by group.")
    links: list[Link]


class LiveCells(Answer):
    """People outside the standard, as GeoJSON."""

    type: Literal["FeatureCollection"]
    study: str
    detail: Literal["cells", "points"]
    generated_data: bool
    uncovered: float | None
    features: list[dict[str, Any]]
    size_m: float | None = None
    shown: float | None = None
    small_cells: int | None = None
    links: list[Link]


class LiveWhy(Answer):
    """Why a place is reached or not."""

    study: str
    place: tuple[float, float]
    generated_data: bool
    zone: dict[str, Any] | None
    zones: list[dict[str, Any]]
    settlement: dict[str, Any] | None
    status: Literal["covered", "uncovered", "roadless", "no_path", "no_facility"]
    unit: Literal["s", "m"]
    cost: float | None
    limit: float
    over: float | None
    parts: dict[str, float] | None
    distance_m: float | None
    provision: dict[str, Any] | None = Field(
        description="What the unit of the place has, needs and lacks; null but for a quota."
    )
    nearest: dict[str, Any] | None
    second: dict[str, Any] | None
    k_nearest: list[dict[str, Any]] | None = Field(
        description="The `k` nearest of different sites, by `rank`; null when nobody asked."
    )
    beside: list[dict[str, Any]] = Field(
        description="The way along roads, where `beside=roads` stands beside a straight radius."
    )
    route: dict[str, Any] | None
    rule: dict[str, Any]
    cell: dict[str, Any] | None
    inputs: list[dict[str, Any]]
    sentence: dict[str, str]
    links: list[Link]
