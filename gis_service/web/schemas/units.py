"""Shapes of boundary vintages, and of units through time."""

from datetime import date
from typing import Literal

from pydantic import Field

from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer, Link


class VintageEntry(Answer):
    """Units of one level that are valid from one day to another."""

    id: str
    title: str
    level: Literal["commune", "district"]
    layer: str = Field(description="Collection of the units.")
    valid_from: date
    valid_to: date | None = Field(
        description="First day on which they no longer hold; null: they hold today."
    )
    located: bool = Field(description="Whether results can be told by these units: they have a place.")
    links: list[Link]


class Vintages(Answer):
    """Boundary vintages, those of a level by time."""

    items: list[VintageEntry]
    next: str | None = None


class UnitQuery(Query):
    """Which of the vintages that know the code."""

    vintage: str | None = Field(None, description="Only the unit of this vintage.")
    f: Literal["json", "html"] | None = None


class RelativeEntry(Answer):
    """An earlier or later unit that shares ground with another."""

    vintage: str
    code: str
    name: str
    people: int | None = Field(description="Persons of the unit, as its layer has them.")
    kind: Literal["whole", "part"] = Field(description="Whether the older went into the younger as a whole.")
    steps: int = Field(description="How many changes lie between.")
    people_handed_on: int | None = None
    changed_on: date | None = None
    note: str | None = None
    source: str | None = None
    links: list[Link]


class UnitEntry(Answer):
    """A unit of one vintage: what it was, and what became of it."""

    vintage: str
    title: str
    valid_from: date
    valid_to: date | None
    code: str
    name: str
    people: int | None
    predecessors: list[RelativeEntry]
    successors: list[RelativeEntry]
    links: list[Link]


class UnitLives(Answer):
    """The units that bear a code, one for each vintage that knows it."""

    code: str
    units: list[UnitEntry]
    links: list[Link]
