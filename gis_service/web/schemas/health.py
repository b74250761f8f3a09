"""Shapes of the answers to those who watch the service."""

from typing import Literal

from pydantic import Field

from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer


class HealthQuery(Query):
    """Format of the answer."""

    f: Literal["json"] | None = None


class Alive(Answer):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str


class Ready(Answer):
    """Whether everything that an answer needs is there, check by check."""

    status: Literal["ready", "not_ready"]
    checks: dict[str, bool]
    workers: int | None = Field(
        description="Workers that give signs of life, for information: only jobs wait for one."
    )
