"""The audit: rows that are added and never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, text

from gis_service.db.models import audit

_ANNOUNCE = text("SELECT set_config('gis.audited', pg_current_xact_id()::text, true)")


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One thing that was done; names are those of the table ``gis.audit``."""

    id: int
    at: datetime
    actor: str
    role: str | None
    by: str
    address: str | None
    action: str
    object: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows are asked for; None is no limit.

    Parameters
    ----------
    actor, action, object
        Exactly these; an action that ends in ``.`` stands for all that begin so.
    since, until
        From and until when, both included.
    """

    actor: str | None = None
    action: str | None = None
    object: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def has_audit(connection: Connection) -> bool:
    """Tell whether the database is of a schema that has an audit; older ones have none yet."""
    return bool(connection.execute(text("SELECT to_regclass('gis.audit') IS NOT NULL")).scalar_one())


def insert_audit(connection: Connection, **values: object) -> None:
    """Add a row, and tell the triggers that this transaction audits its changes itself."""
    connection.execute(_ANNOUNCE)
    connection.execute(insert(audit).values(**values))


def page_of_audit(
    connection: Connection, asked: AuditFilter, before: int | None, count: int
) -> list[AuditRow]:
    """Give up to ``count`` rows, the newest first, whose number is below ``before``."""
    chosen = []
    if asked.actor is not None:
        chosen.append(audit.c.actor == asked.actor)
    if asked.action is not None:
        begins = asked.action.endswith(".")
        chosen.append(
            audit.c.action.startswith(asked.action, autoescape=True)
            if begins
            else audit.c.action == asked.action
        )
    if asked.object is not None:
        chosen.append(audit.c.object == asked.object)
    if asked.since is not None:
        chosen.append(audit.c.at >= asked.since)
    if asked.until is not None:
        chosen.append(audit.c.at <= asked.until)
    if before is not None:
        chosen.append(audit.c.id < before)
    rows = connection.execute(select(audit).where(*chosen).order_by(audit.c.id.desc()).limit(count))
    return [AuditRow(*row) for row in rows]
