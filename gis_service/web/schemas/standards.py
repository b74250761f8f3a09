"""Shapes of service standards."""

from datetime import date
from typing import Any

from pydantic import Field

from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer, Link

_ID = r"^[a-z][a-z0-9_]{0,47}$"


class StandardsQuery(Query):
    """Which standards, and whether they are in force on which day."""

    service: str | None = Field(None, pattern=_ID, description="Only those of a service.")
    on: date | None = Field(None, description="Day for `in_force`; today when left out.")
    f: str | None = Field(None, pattern="^(json|html)$", description="json or html.")


class StandardEntry(Answer):
    """A rule that a service is judged by."""

    id: str
    title: str
    service: str = Field(description="Layer of the facilities.")
    group: str
    measure: str
    mode: str | None
    limit: float | None = Field(description="Seconds for network_time, else metres.")
    catchment: str
    direction: str
    turnout_s: float
    unit_type: list[str] = Field(description="Kinds of units that it holds in; empty: every kind.")
    min_site_m2: float | None = Field(description="Facilities on a smaller site do not count.")
    quota: dict[str, Any] | None
    note: str | None
    source: str
    in_force_from: date | None
    in_force_to: date | None = Field(description="First day on which it no longer holds.")
    in_force: bool
    verified: bool = Field(description="Whether somebody has compared it with the law text.")
    links: list[Link]


class Standards(Answer):
    """The standards of the city, by service."""

    items: list[StandardEntry]
    next: str | None = None
