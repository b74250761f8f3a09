"""Shapes of the audit."""

from datetime import MAXYEAR, MINYEAR, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints

from gis_service.services.audit import LARGEST_PAGE
from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer

_BIGINT = 2**63 - 1
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _between_years(value: datetime) -> datetime:
    # The first and last years of Python's calendar leave it when they are brought to UTC.
    if not MINYEAR < value.year < MAXYEAR:
        raise ValueError("out of range")
    return value


Moment = Annotated[AwareDatetime, AfterValidator(_between_years)]


class AuditQuery(Query):
    """Which entries are asked for."""

    who: Name | None = Field(None, description="Login, or label of an operator's token.")
    action: Name | None = Field(None, description="Action; `account.` stands for all that begin so.")
    object: Name | None = Field(None, description="What it was done to: a login, a layer, a path.")
    since: Moment | None = Field(None, alias="from", description="From this moment on.")
    until: Moment | None = Field(None, alias="to", description="Until this moment.")
    after: int | None = Field(None, ge=1, le=_BIGINT, description="`next` of the page before.")
    limit: int = Field(100, ge=1, le=LARGEST_PAGE, description="Entries at most.")
    f: Literal["json", "html", "csv"] | None = None


class AuditEntry(BaseModel):
    """One thing that was done."""

    id: int
    at: datetime
    actor: str
    role: str | None
    by: Literal["token", "session", "command", "sql", "nobody"]
    address: str | None
    action: str
    object: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str | None


class Audit(Answer):
    """Entries, the newest first."""

    items: list[AuditEntry]
    next: str | None
