"""What many readers may be known by now, asked in one question: for those who keep what they were told."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, union_all

from gis_service.db.accounts import tokens_held
from gis_service.db.models import layer_right, team_member
from gis_service.db.sessions import sessions_held


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """A token or a session that is valid, and what decides what its bearer may read.

    Parameters
    ----------
    hashed
        SHA-256 of the token, or of what the cookie holds.
    role
        Of the bearer now.
    scopes
        What the token is limited to; None is no limit.
    read
        Layers that a group of the bearer may read.
    idle_s
        Seconds since the last sign of life of a session; None for a token.
    """

    hashed: bytes
    role: str
    scopes: tuple[str, ...] | None
    read: frozenset[str]
    idle_s: float | None


def readers_now(
    connection: Connection, tokens: Sequence[bytes], sessions: Sequence[bytes], idle_s: int
) -> list[ReaderRow]:
    """Give those of some tokens and sessions that are valid, all of one state.

    Parameters
    ----------
    connection
        Any that may read.
    tokens, sessions
        Hashes, 32 bytes each.
    idle_s
        Seconds without a sign of life after which a session has ended.
    """
    held = union_all(tokens_held(tokens), sessions_held(sessions, idle_s)).subquery()
    read = (
        select(func.array_agg(layer_right.c.layer))
        .join(team_member, team_member.c.team == layer_right.c.team)
        .where(layer_right.c.right == "read", team_member.c.account == held.c.account)
        .scalar_subquery()
    )
    asked = select(held.c.hash, held.c.role, held.c.scopes, read, held.c.idle_s)
    return [
        ReaderRow(hashed, role, None if scopes is None else tuple(scopes), frozenset(layers or ()), idle)
        for hashed, role, scopes, layers, idle in connection.execute(asked)
    ]
