"""Scenarios as they are kept, with their versions."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, exists, func, insert, select, text, update

from gis_service.db.engine import Connection
from gis_service.db.models import scenario, scenario_version, team_member
from gis_service.db.query import sql


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a scenario; names are those of the table ``gis.scenario_version``.

    Parameters
    ----------
    inputs, edits
        The question it was made for, and what is edited, as they were asked.
    base
        Layer and version by role.
    layers
        What a reader must be allowed to read.
    """

    number: int
    inputs: dict[str, Any]
    edits: list[dict[str, Any]]
    edits_hash: str
    base: dict[str, dict[str, Any]]
    layers: tuple[str, ...]
    author: str
    message: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """A scenario with one of its versions; names are those of the table ``gis.scenario``."""

    id: str
    title: dict[str, str]
    note: str
    owner: str
    account: int | None
    shared: str
    team: str | None
    version: int
    revision: int
    created_at: datetime
    changed_at: datetime
    shown: VersionRow


@dataclass(frozen=True, slots=True)
class PageOf:
    """Which scenarios a reader may be shown.

    Parameters
    ----------
    owner, account
        Who the reader is.
    all
        Whether what others share with nobody is shown too.
    layers
        That the reader may read.
    oldest
        Of a layer the oldest version that the reader may be shown, where there is one.
    """

    owner: str
    account: int | None
    all: bool
    layers: Collection[str]
    oldest: Mapping[str, int]


_OF_VERSION = [column for column in scenario_version.c if column.name != "scenario"]


def _version(row: Row[Any]) -> VersionRow:
    values = {column.name: getattr(row, column.name) for column in _OF_VERSION}
    return VersionRow(**values | {"layers": tuple(row.layers)})


def _row(row: Row[Any]) -> ScenarioRow:
    values = {column.name: getattr(row, column.name) for column in scenario.c}
    return ScenarioRow(**values, shown=_version(row))


def find_scenario(
    connection: Connection, id_: str, number: int | None = None, *, lock: bool = False
) -> ScenarioRow | None:
    """Give a scenario with its newest version, or the one of this number; None without one.

    Parameters
    ----------
    lock
        Whether nobody else may change it until the transaction ends.
    """
    wanted = scenario.c.version if number is None else number
    asked = (
        select(scenario, *_OF_VERSION)
        .join(scenario_version, scenario_version.c.scenario == scenario.c.id)
        .where(scenario.c.id == id_, scenario_version.c.number == wanted)
    )
    if lock:
        # First alone: who waits for a change to end is then given the version that it made.
        connection.execute(select(scenario.c.id).where(scenario.c.id == id_).with_for_update())
    row = connection.execute(asked).one_or_none()
    return None if row is None else _row(row)


def scenarios_page(
    connection: Connection, asked: PageOf, before: tuple[datetime, str] | None, count: int
) -> list[ScenarioRow]:
    """Give up to ``count`` scenarios, the newest first, that come after ``before`` in this order."""
    before_at, before_id = before or (None, None)
    values = {
        "owner": asked.owner,
        "account": asked.account,
        "all": asked.all,
        "layers": [*asked.layers],
        "oldest": json.dumps(dict(asked.oldest)),
        "before_at": before_at,
        "before_id": before_id,
        "count": count,
    }
    return [_row(row) for row in connection.execute(sql("scenarios_page"), values)]


def versions_page(connection: Connection, id_: str, before: int | None, count: int) -> list[VersionRow]:
    """Give up to ``count`` versions of a scenario, the newest first, below the number ``before``."""
    asked = select(*_OF_VERSION).where(scenario_version.c.scenario == id_)
    if before is not None:
        asked = asked.where(scenario_version.c.number < before)
    rows = connection.execute(asked.order_by(scenario_version.c.number.desc()).limit(count))
    return [_version(row) for row in rows]


def count_owned(connection: Connection, owner: str, account: int | None) -> int:
    """Count the scenarios of somebody; nobody adds another one of theirs until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": owner})
    mine = scenario.c.account == account
    if account is None:
        mine = scenario.c.account.is_(None) & (scenario.c.owner == owner)
    return int(connection.execute(select(func.count()).select_from(scenario).where(mine)).scalar_one())


def insert_scenario(connection: Connection, **values: object) -> None:
    """Keep a new scenario; its values are fields of `ScenarioRow`."""
    connection.execute(insert(scenario).values(**values, version=1, revision=1))


def insert_version(connection: Connection, id_: str, **values: object) -> None:
    """Keep a version; its values are fields of `VersionRow`."""
    connection.execute(insert(scenario_version).values(scenario=id_, **values))


def update_scenario(connection: Connection, id_: str, **values: object) -> None:
    """Change a scenario, and count the change."""
    changed = {"revision": scenario.c.revision + 1, "changed_at": func.clock_timestamp()}
    connection.execute(update(scenario).where(scenario.c.id == id_).values(**values, **changed))


def delete_scenario(connection: Connection, id_: str) -> None:
    """Drop a scenario with all its versions."""
    connection.execute(delete(scenario).where(scenario.c.id == id_))


def is_member(connection: Connection, team: str, account: int | None) -> bool:
    """Tell whether somebody belongs to a group."""
    if account is None:
        return False
    asked = exists().where(team_member.c.team == team, team_member.c.account == account)
    return bool(connection.execute(select(asked)).scalar_one())


def team_exists(connection: Connection, team: str) -> bool:
    """Tell whether there is a group of this id."""
    asked = text("SELECT EXISTS (SELECT FROM gis.team WHERE id = :team)")
    return bool(connection.execute(asked, {"team": team}).scalar_one())
