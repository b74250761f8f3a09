"""Who may see which scenario: its owner, those it is shared with, administrators.

A scenario tells codes and places of its layers, so whoever may not read one of these may not read it either.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gis_service.db import scenarios as rows
from gis_service.db.engine import Connection
from gis_service.db.scenarios import PageOf, ScenarioRow, VersionRow
from gis_service.errors import ErrorCode, NotAllowed, NotFound
from gis_service.services.accounts import EVERYBODY, Caller, Role
from gis_service.services.list_pages import page_key, read_page_key, require_limit
from gis_service.services.openings import oldest_open_of
from gis_service.services.rights import Rights
from gis_service.services.study_rights import DEMAND, require_inputs, require_versions
from gis_service.types import LayerId, VersionId

__all__ = [
    "ScenarioPage",
    "ScenarioRow",
    "VersionPage",
    "VersionRow",
    "get",
    "list_",
    "owns",
    "tag_of",
    "versions",
]

NOBODY, TEAM, ALL = "nobody", "team", "everybody"
"""Whom a scenario is shared with."""


@dataclass(frozen=True)
class ScenarioPage:
    """Some scenarios, and the key of the page after them; None on the last one."""

    items: Sequence[ScenarioRow]
    next: str | None


@dataclass(frozen=True)
class VersionPage:
    """Some versions of a scenario, and the number to ask the next page before; None on the last one."""

    items: Sequence[VersionRow]
    next: int | None


def owns(row: ScenarioRow, caller: Caller) -> bool:
    """Tell whether a scenario is somebody's own: by account, or by name for tokens of the operator."""
    if row.account is not None or caller.account is not None:
        return row.account == caller.account
    return row.owner == caller.name


def tag_of(row: ScenarioRow) -> str:
    """Give what tells the state of a scenario from any other."""
    return str(row.revision)


def found(
    connection: Connection, id_: str, caller: Caller, number: int | None = None, *, lock: bool = False
) -> ScenarioRow:
    """Give a scenario that somebody knows of, in a version; its layers are not asked about.

    Parameters
    ----------
    caller
        Who asks.
    number
        Of the version; None for the newest.
    lock
        Whether nobody else may change it until the transaction ends.

    Raises
    ------
    NotFound
        ``scenario_not_found``, also for one that is not shared with the caller.
    """
    row = rows.find_scenario(connection, id_, number, lock=lock)
    if row is None or not _is_shown(connection, row, caller):
        raise NotFound(ErrorCode.SCENARIO_NOT_FOUND, id=id_ if number is None else f"{id_}, {number}")
    return row


def _is_shown(connection: Connection, row: ScenarioRow, caller: Caller) -> bool:
    if caller.role is Role.ADMIN or owns(row, caller) or row.shared == ALL:
        return True
    return (
        row.shared == TEAM and row.team is not None and rows.is_member(connection, row.team, caller.account)
    )


def get(connection: Connection, rights: Rights, id_: str, number: int | None = None) -> ScenarioRow:
    """Give a scenario that somebody may read, in its newest version or another one.

    Parameters
    ----------
    rights
        Of who asks.
    number
        Of the version; None for the newest.

    Raises
    ------
    NotFound
        ``scenario_not_found``.
    NotAllowed
        ``token_missing``; ``role_insufficient`` or ``version_closed`` for one of its layers.
    """
    rights.caller.require(EVERYBODY)
    row = found(connection, id_, rights.caller, number)
    require_readable(connection, rights, row.shown)
    return row


def require_readable(connection: Connection, rights: Rights, version: VersionRow) -> None:
    """Refuse who may not read a layer of a version of a scenario, or not in the version of its base.

    Raises
    ------
    NotAllowed
        ``role_insufficient``, ``version_closed``.
    """
    require_inputs(rights, map(LayerId, version.layers))
    base = [
        (LayerId(one["layer"]), VersionId(one["version"]))
        for role, one in version.base.items()
        if role != DEMAND
    ]
    require_versions(connection, rights, base)


def list_(
    connection: Connection, rights: Rights, *, after: str | None = None, limit: int = 100
) -> ScenarioPage:
    """Give the scenarios that somebody may read, the newest first.

    Parameters
    ----------
    rights
        Of who asks.
    after
        ``next`` of the page before.
    limit
        Scenarios at most, 1 to 1,000.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a limit out of range or a key that no page gave.
    """
    require_limit(limit)
    caller, layers = rights.caller, rights.readable()
    oldest = {
        str(layer): int(version) for layer, version in oldest_open_of(connection, rights, layers).items()
    }
    asked = PageOf(caller.name, caller.account, caller.role is Role.ADMIN, layers, oldest)
    items = rows.scenarios_page(connection, asked, read_page_key(after), limit + 1)
    more = len(items) > limit
    items = items[:limit]
    return ScenarioPage(items, page_key(items[-1].created_at, items[-1].id) if more else None)


def versions(
    connection: Connection, row: ScenarioRow, rights: Rights, *, before: int | None = None, limit: int = 100
) -> VersionPage:
    """Give the versions of a scenario, the newest first; one that its reader may not read ends the list.

    Parameters
    ----------
    row
        As `get` gives it.
    before
        ``next`` of the page before.
    limit
        Versions at most, 1 to 1,000.
    """
    require_limit(limit)
    items = rows.versions_page(connection, row.id, before, limit + 1)
    shown: list[VersionRow] = []
    for item in items[:limit]:
        try:
            require_readable(connection, rights, item)
        except NotAllowed:
            return VersionPage(shown, None)
        shown.append(item)
    return VersionPage(shown, shown[-1].number if len(items) > limit else None)
