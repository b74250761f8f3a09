"""Groups of people, their rights on layers, and the visibility that layers were given."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, literal, null, select, union_all
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from gis_service.db.models import account, layer_right, layer_setting, team, team_member


@dataclass(frozen=True, slots=True)
class LayerRight:
    """What a group may do with a layer."""

    layer: str
    team: str
    right: str


@dataclass(frozen=True, slots=True)
class RightsRow:
    """One fact about a layer: its visibility, or a right of a group.

    Parameters
    ----------
    visibility
        What it was given in place of that of its definition; None in a row about a right.
    right
        ``read`` or ``edit``; None in a row about visibility.
    own
        Whether the account that is asked about belongs to the group.
    """

    layer: str
    visibility: str | None
    right: str | None
    own: bool


def rights_of(connection: Connection, number: int | None) -> list[RightsRow]:
    """Give every visibility and right that was given, and which of the rights are those of an account."""
    member = (
        select(literal(1))
        .where(team_member.c.team == layer_right.c.team, team_member.c.account == number)
        .exists()
    )
    own = literal(False) if number is None else member
    asked = union_all(
        select(layer_setting.c.layer, layer_setting.c.visibility, null(), literal(False)),
        select(layer_right.c.layer, null(), layer_right.c.right, own),
    )
    return [RightsRow(*row) for row in connection.execute(asked)]


def visibility_of(connection: Connection, layer: str) -> str | None:
    """Give the visibility that a layer was given; None when it is that of its definition."""
    asked = select(layer_setting.c.visibility).where(layer_setting.c.layer == layer)
    given: str | None = connection.execute(asked).scalar_one_or_none()
    return given


def put_visibility(connection: Connection, layer: str, visibility: str | None) -> None:
    """Give a layer another visibility; None gives back that of its definition."""
    if visibility is None:
        connection.execute(delete(layer_setting).where(layer_setting.c.layer == layer))
        return
    put = upsert(layer_setting).values(layer=layer, visibility=visibility)
    changed = {"visibility": visibility, "changed_at": func.now()}
    connection.execute(put.on_conflict_do_update(index_elements=["layer"], set_=changed))


def insert_team(connection: Connection, id_: str, title: str) -> bool:
    """Keep a new group; tell whether there was none of this id."""
    made = upsert(team).values(id=id_, title=title).on_conflict_do_nothing().returning(team.c.id)
    return connection.execute(made).scalar_one_or_none() is not None


def delete_team(connection: Connection, id_: str) -> bool:
    """Drop a group with its members and rights; tell whether there was one."""
    gone = delete(team).where(team.c.id == id_).returning(team.c.id)
    return connection.execute(gone).scalar_one_or_none() is not None


def list_teams(connection: Connection) -> list[tuple[str, str, list[str]]]:
    """Give id, title and the logins of the members of each group."""
    logins = func.array_remove(
        func.array_agg(account.c.login),
        None,
    )
    asked = (
        select(team.c.id, team.c.title, logins)
        .select_from(team.outerjoin(team_member).outerjoin(account))
        .group_by(team.c.id)
        .order_by(team.c.id)
    )
    return [(row[0], row[1], sorted(row[2])) for row in connection.execute(asked)]


def put_member(connection: Connection, team_id: str, number: int) -> bool:
    """Let an account join a group; tell whether the group exists."""
    joined = upsert(team_member).values(team=team_id, account=number).on_conflict_do_nothing()
    return _kept(connection, joined)


def drop_member(connection: Connection, team_id: str, number: int) -> bool:
    """Let an account leave a group; tell whether it belonged to it."""
    left = delete(team_member).where(team_member.c.team == team_id, team_member.c.account == number)
    return connection.execute(left.returning(team_member.c.team)).scalar_one_or_none() is not None


def put_right(connection: Connection, given: LayerRight) -> bool:
    """Give a group a right; tell whether the group exists."""
    values = {"layer": given.layer, "team": given.team, "right": given.right}
    return _kept(connection, upsert(layer_right).values(**values).on_conflict_do_nothing())


def drop_right(connection: Connection, taken: LayerRight) -> bool:
    """Take a right from a group; tell whether it had it."""
    gone = delete(layer_right).where(
        layer_right.c.layer == taken.layer,
        layer_right.c.team == taken.team,
        layer_right.c.right == taken.right,
    )
    return connection.execute(gone.returning(layer_right.c.team)).scalar_one_or_none() is not None


def list_rights(connection: Connection, layer: str | None = None) -> list[LayerRight]:
    """Give the rights of groups, on one layer or on all."""
    asked = select(layer_right)
    if layer is not None:
        asked = asked.where(layer_right.c.layer == layer)
    rows = connection.execute(asked.order_by(layer_right.c.layer, layer_right.c.team, layer_right.c.right))
    return [LayerRight(row.layer, row.team, row.right) for row in rows]


def list_settings(connection: Connection) -> dict[str, str]:
    """Give the visibility of each layer that was given one."""
    rows = connection.execute(select(layer_setting.c.layer, layer_setting.c.visibility))
    return {row.layer: row.visibility for row in rows}


def _kept(connection: Connection, statement: Any) -> bool:  # noqa: ANN401 insert of either dialect
    try:
        with connection.begin_nested():
            connection.execute(statement)
    except IntegrityError:
        return False
    return True
