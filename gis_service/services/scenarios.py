"""Scenarios: kept, changed, dropped; another question or another edit is a version, which never changes."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gis_service.catalogue.loader import Catalogue
from gis_service.db import scenarios as rows
from gis_service.db.engine import Connection
from gis_service.db.scenarios import ScenarioRow
from gis_service.errors import Conflict, ErrorCode, NotAllowed, RefusedInput
from gis_service.services.accounts import Caller, Role, record
from gis_service.services.scenario_edits import Content, checked
from gis_service.services.scenario_reading import TEAM, found, owns, tag_of
from gis_service.types import Text

__all__ = ["ANY_STATE", "Draft", "ScenarioRow", "add_version", "create", "drop", "held", "replace", "tag_of"]

MOST_OWNED, MOST_VERSIONS = 500, 1000
"""Scenarios of one owner, versions of one scenario."""
ANY_STATE: None = None
"""Whatever the scenario is like now."""
_SCENARIOS = Text("kịch bản", "scenarios")
_VERSIONS = Text("phiên bản", "versions")


@dataclass(frozen=True)
class Draft:
    """What somebody asks to be kept.

    Parameters
    ----------
    title, note
        What people read.
    shared, team
        ``nobody``, ``everybody`` who is signed in, or ``team`` with the id of one.
    inputs, edits
        The question, and what is edited.
    message
        Why this version was made.
    """

    title: Text
    note: str
    shared: str
    team: str | None
    inputs: Mapping[str, Any]
    edits: Sequence[Mapping[str, Any]]
    message: str = ""

    @property
    def told(self) -> dict[str, Any]:
        """What stands beside the versions, as it is kept."""
        title = {"vi": self.title.vi, "en": self.title.en}
        return {"title": title, "note": self.note, "shared": self.shared, "team": self.team}


def create(connection: Connection, catalogue: Catalogue, draft: Draft, *, caller: Caller) -> ScenarioRow:
    """Keep a new scenario, made on the layers as they are.

    Parameters
    ----------
    connection
        Inside a transaction; the caller commits.
    caller
        Whose it will be; that the role may keep scenarios is known.

    Raises
    ------
    RefusedInput, NotAllowed
        As `checked`; ``scenario_team_unknown``.
    Conflict
        ``scenarios_full``.
    """
    _require_team(connection, draft, caller)
    content = checked(connection, catalogue, draft.inputs, draft.edits, caller)
    count = rows.count_owned(connection, caller.name, caller.account)
    if count >= MOST_OWNED:
        raise Conflict(ErrorCode.SCENARIOS_FULL, count=count, what=_SCENARIOS)
    id_ = f"scenario_{secrets.token_hex(8)}"
    record(connection, caller, "scenario.create", id_, None, _told(draft.told, 1, content))
    rows.insert_scenario(connection, id=id_, **draft.told, owner=caller.name, account=caller.account)
    _insert(connection, id_, 1, content, caller, draft.message)
    return found(connection, id_, caller)


def replace(
    connection: Connection,
    catalogue: Catalogue,
    id_: str,
    draft: Draft,
    *,
    expected: frozenset[str] | None,
    caller: Caller,
) -> ScenarioRow:
    """Change a scenario; another question or other edits are a new version, on the base of the one before.

    Parameters
    ----------
    connection, caller
        As of `create`.
    expected
        Tags of which one is that of the scenario as it is, or `ANY_STATE`.

    Raises
    ------
    NotFound
        ``scenario_not_found``.
    NotAllowed
        ``scenario_not_owned``; as `checked`.
    RefusedInput
        As `create`.
    Conflict
        ``scenario_changed``, ``scenarios_full``; ``study_version_gone``.
    """
    row = held(connection, id_, expected, caller)
    _require_team(connection, draft, caller)
    shown = row.shown
    content = checked(connection, catalogue, draft.inputs, draft.edits, caller, shown.base)
    is_new = (content.inputs, content.edits) != (shown.inputs, shown.edits)
    if not is_new and draft.told == _beside(row):
        return row
    if is_new:
        return add_version(connection, row, content, draft.message, caller, "scenario.change", draft.told)
    record(connection, caller, "scenario.change", id_, _beside(row), draft.told)
    rows.update_scenario(connection, id_, **draft.told)
    return found(connection, id_, caller)


def drop(connection: Connection, id_: str, *, expected: frozenset[str] | None, caller: Caller) -> None:
    """Drop a scenario with its versions; studies of it stay, for they name the edits themselves.

    Raises
    ------
    NotFound, NotAllowed, Conflict
        As `held`.
    """
    row = held(connection, id_, expected, caller)
    before = _beside(row) | {"version": row.version, "edits_hash": row.shown.edits_hash}
    record(connection, caller, "scenario.drop", id_, before, None)
    rows.delete_scenario(connection, id_)


def held(connection: Connection, id_: str, expected: frozenset[str] | None, caller: Caller) -> ScenarioRow:
    """Give a scenario that somebody may change, and let nobody else change it until the transaction ends.

    Raises
    ------
    NotFound
        ``scenario_not_found``.
    NotAllowed
        ``scenario_not_owned``.
    Conflict
        ``scenario_changed`` when it is not as expected any more.
    """
    row = found(connection, id_, caller, lock=True)
    if not owns(row, caller) and caller.role is not Role.ADMIN:
        raise NotAllowed(ErrorCode.SCENARIO_NOT_OWNED, id=id_, owner=row.owner)
    if expected is not ANY_STATE and tag_of(row) not in expected:
        given = ", ".join(f'"{tag}"' for tag in sorted(expected)) or "?"
        raise Conflict(ErrorCode.SCENARIO_CHANGED, id=id_, given=given, newest=f'"{tag_of(row)}"')
    return row


def add_version(
    connection: Connection,
    row: ScenarioRow,
    content: Content,
    message: str,
    caller: Caller,
    action: str,
    told: Mapping[str, Any] | None = None,
) -> ScenarioRow:
    """Give a scenario another version.

    Parameters
    ----------
    row
        As `held` gives it.
    content, message
        The version, and why it was made.
    action
        For the audit.
    told
        What stands beside the versions from now on; None for what stands there.

    Raises
    ------
    Conflict
        ``scenarios_full``.
    """
    if row.version >= MOST_VERSIONS:
        raise Conflict(ErrorCode.SCENARIOS_FULL, count=row.version, what=_VERSIONS)
    number, beside = row.version + 1, _beside(row) if told is None else dict(told)
    before = _beside(row) | {"version": row.version, "edits_hash": row.shown.edits_hash}
    record(connection, caller, action, row.id, before, _told(beside, number, content))
    _insert(connection, row.id, number, content, caller, message)
    rows.update_scenario(connection, row.id, **beside, version=number)
    return found(connection, row.id, caller)


def _insert(
    connection: Connection, id_: str, number: int, content: Content, caller: Caller, message: str
) -> None:
    rows.insert_version(
        connection,
        id_,
        number=number,
        inputs=content.inputs,
        edits=content.edits,
        edits_hash=content.edits_hash,
        base=content.base,
        layers=list(content.layers),
        author=caller.name,
        message=message,
    )


def _beside(row: ScenarioRow) -> dict[str, Any]:
    return {"title": row.title, "note": row.note, "shared": row.shared, "team": row.team}


def _told(beside: Mapping[str, Any], number: int, content: Content) -> dict[str, Any]:
    return {**beside, "version": number, "edits_hash": content.edits_hash}


def _require_team(connection: Connection, draft: Draft, caller: Caller) -> None:
    if draft.shared != TEAM and draft.team is None:
        return
    team = draft.team
    is_own = team is not None and (
        rows.is_member(connection, team, caller.account)
        or (caller.role is Role.ADMIN and rows.team_exists(connection, team))
    )
    if draft.shared != TEAM or not is_own:
        raise RefusedInput(ErrorCode.SCENARIO_TEAM_UNKNOWN, team=team or "–")
