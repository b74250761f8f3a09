"""Groups of people, what they may do with layers, and how far each layer is open."""

import re
from typing import Literal, TypeAlias, get_args

from gis_service.catalogue.loader import Catalogue
from gis_service.db import rights as rows
from gis_service.db.engine import Connection
from gis_service.db.rights import LayerRight
from gis_service.errors import Conflict, ErrorCode, NotFound, RefusedInput
from gis_service.services import users
from gis_service.services.accounts import OPERATOR, Caller, record
from gis_service.services.layer_personal import require_agreed
from gis_service.services.layers import definition_of
from gis_service.services.rights import PERSONAL, PUBLIC, rights_by_definition
from gis_service.text import normalise

__all__ = [
    "RIGHTS",
    "VISIBILITIES",
    "LayerRight",
    "Right",
    "Visibility",
    "add",
    "give",
    "join",
    "layer_rights",
    "leave",
    "list_",
    "remove",
    "set_visibility",
    "settings",
    "take",
]

Right: TypeAlias = Literal["read", "edit"]
Visibility: TypeAlias = Literal["public", "internal", "draft"]
RIGHTS: tuple[str, ...] = get_args(Right)
VISIBILITIES: tuple[str, ...] = get_args(Visibility)
_ID = re.compile(r"[a-z][a-z0-9_]{0,47}")


def add(connection: Connection, id_: str, title: str = "", *, caller: Caller = OPERATOR) -> None:
    """Make a group.

    Raises
    ------
    RefusedInput
        ``team_invalid`` when the id is none.
    Conflict
        ``team_taken``.
    """
    if not _ID.fullmatch(id_):
        raise RefusedInput(ErrorCode.TEAM_INVALID, team=id_)
    record(connection, caller, "team.add", id_, None, {"title": normalise(title)})
    if not rows.insert_team(connection, id_, normalise(title)):
        raise Conflict(ErrorCode.TEAM_TAKEN, team=id_)


def remove(connection: Connection, id_: str, *, caller: Caller = OPERATOR) -> None:
    """Drop a group, its members and its rights.

    Raises
    ------
    NotFound
        ``team_not_found``.
    """
    before = {
        "members": next((logins for team, _, logins in list_(connection) if team == id_), []),
        "rights": [f"{one.layer} {one.right}" for one in rows.list_rights(connection) if one.team == id_],
    }
    record(connection, caller, "team.remove", id_, before)
    if not rows.delete_team(connection, id_):
        raise NotFound(ErrorCode.TEAM_NOT_FOUND, team=id_)


def list_(connection: Connection) -> list[tuple[str, str, list[str]]]:
    """Give id, title and the logins of the members of each group."""
    return rows.list_teams(connection)


def join(connection: Connection, team: str, login: str, *, caller: Caller = OPERATOR) -> None:
    """Let somebody join a group.

    Raises
    ------
    NotFound
        ``account_not_found`` or ``team_not_found``.
    """
    account = users.get(connection, login)
    record(connection, caller, "team.join", team, None, {"login": account.login})
    if not rows.put_member(connection, team, account.id):
        raise NotFound(ErrorCode.TEAM_NOT_FOUND, team=team)


def leave(connection: Connection, team: str, login: str, *, caller: Caller = OPERATOR) -> None:
    """Let somebody leave a group.

    Raises
    ------
    NotFound
        ``account_not_found``, or ``team_not_found`` when there is no such member of such a group.
    """
    account = users.get(connection, login)
    record(connection, caller, "team.leave", team, {"login": account.login})
    if not rows.drop_member(connection, team, account.id):
        raise NotFound(ErrorCode.TEAM_NOT_FOUND, team=team)


def give(
    connection: Connection, catalogue: Catalogue, given: LayerRight, *, caller: Caller = OPERATOR
) -> None:
    """Give a group a right on a layer.

    Raises
    ------
    NotFound
        ``layer_unknown`` or ``team_not_found``.
    RefusedInput
        ``visibility_personal``: personal detail is open to roles, and no group can open it further.
    """
    visibility = _visibility(catalogue, given.layer)
    if visibility == PERSONAL and given.right == "read":
        raise RefusedInput(ErrorCode.VISIBILITY_PERSONAL, layer=given.layer)
    record(connection, caller, "right.give", given.layer, None, {"team": given.team, "right": given.right})
    if not rows.put_right(connection, given):
        raise NotFound(ErrorCode.TEAM_NOT_FOUND, team=given.team)


def take(connection: Connection, taken: LayerRight, *, caller: Caller = OPERATOR) -> None:
    """Take a right on a layer from a group.

    Raises
    ------
    NotFound
        ``right_not_found``.
    """
    record(connection, caller, "right.take", taken.layer, {"team": taken.team, "right": taken.right})
    if not rows.drop_right(connection, taken):
        raise NotFound(ErrorCode.RIGHT_NOT_FOUND, layer=taken.layer, team=taken.team, right=taken.right)


def layer_rights(connection: Connection, layer: str | None = None) -> list[LayerRight]:
    """Give the rights of groups, on one layer or on all."""
    return rows.list_rights(connection, layer)


def set_visibility(
    connection: Connection,
    catalogue: Catalogue,
    layer: str,
    visibility: Visibility | None,
    *,
    caller: Caller = OPERATOR,
    agreed: bool = False,
) -> bool:
    """Open or close a layer; None gives back the visibility of its definition.

    Parameters
    ----------
    agreed
        Whether somebody has said yes to opening columns that look like personal data; without it such a layer
        is not opened to everybody.

    Returns
    -------
    bool
        Whether the layer is open to everybody from now on, and was not so before.

    Raises
    ------
    NotFound
        ``layer_unknown``.
    RefusedInput
        ``visibility_personal``: a layer of personal detail stays one; ``personal_opened``.
    """
    defined = _visibility(catalogue, layer)
    if defined == PERSONAL:
        raise RefusedInput(ErrorCode.VISIBILITY_PERSONAL, layer=layer)
    before = rows.visibility_of(connection, layer) or defined
    after = visibility or defined
    if not agreed and after == PUBLIC != before:
        require_agreed(connection, definition_of(catalogue, layer))
    record(connection, caller, "layer.visibility", layer, {"visibility": before}, {"visibility": after})
    rows.put_visibility(connection, layer, visibility)
    return after == PUBLIC != before


def settings(connection: Connection) -> dict[str, str]:
    """Give the visibility of each layer that was given another one than that of its definition."""
    return rows.list_settings(connection)


def _visibility(catalogue: Catalogue, layer: str) -> str:
    return rights_by_definition(catalogue).visibility(definition_of(catalogue, layer).id)
