"""Tokens in the database: only their SHA-256 is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Float,
    LargeBinary,
    Select,
    and_,
    any_,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    text,
    update,
)

from gis_service.db.models import account, session, token


@dataclass(frozen=True, slots=True)
class TokenRow:
    """What is known of a token that is still valid.

    Parameters
    ----------
    role
        Of the account now, where it has one; else as it was made.
    account, login
        Whose it is; None for a token of the operator's.
    scopes
        What it is limited to; None is no limit.
    """

    id: int
    role: str
    label: str
    account: int | None
    login: str | None
    scopes: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class TokenEntry:
    """A token as a list shows it, without what it opens."""

    id: int
    role: str
    label: str
    login: str | None
    scopes: tuple[str, ...] | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token to be kept.

    Parameters
    ----------
    hashed
        SHA-256 of the token, 32 bytes.
    role
        One of the roles of the service.
    label
        What people call it.
    lifetime_s
        Seconds from now until it ends.
    account
        Whose it is; None is the operator.
    scopes
        What it is limited to; None is no limit.
    """

    hashed: bytes
    role: str
    label: str
    lifetime_s: int
    account: int | None = None
    scopes: Sequence[str] | None = None


_MOST = 2**63 - 1


def is_number(number: int) -> bool:
    """Tell whether a row can have this number at all."""
    return 0 < number <= _MOST


def seconds(number: int) -> ColumnElement[object]:
    """Give an interval of whole seconds."""
    return func.make_interval(0, 0, 0, 0, 0, 0, number)


def insert_token(connection: Connection, new: NewToken) -> int:
    """Keep the hash of a new token, drop those that are long past, and give the number of the new one.

    Parameters
    ----------
    connection
        Inside a transaction that may write.
    new
        What is kept.
    """
    past = func.now() - text("interval '30 days'")
    connection.execute(delete(token).where(or_(token.c.expires_at < past, token.c.revoked_at < past)))
    made = insert(token).values(
        hash=new.hashed,
        role=new.role,
        label=new.label,
        account=new.account,
        scopes=None if new.scopes is None else list(new.scopes),
        expires_at=func.now() + seconds(new.lifetime_s),
    )
    number: int = connection.execute(made.returning(token.c.id)).scalar_one()
    return number


def _lives() -> ColumnElement[bool]:
    return and_(
        token.c.expires_at > func.clock_timestamp(),
        token.c.revoked_at.is_(None),
        or_(token.c.account.is_(None), account.c.disabled_at.is_(None)),
    )


_OWNED = token.outerjoin(account, token.c.account == account.c.id)
_ROLE = func.coalesce(account.c.role, token.c.role).label("role")


def find_token(connection: Connection, hashed: bytes) -> TokenRow | None:
    """Give the token with this hash unless it has ended, was revoked, or its account is closed."""
    asked = (
        select(token.c.id, _ROLE, token.c.label, token.c.account, account.c.login, token.c.scopes)
        .select_from(_OWNED)
        .where(token.c.hash == hashed, _lives())
    )
    row = connection.execute(asked).one_or_none()
    if row is None:
        return None
    return TokenRow(row.id, row.role, row.label, row.account, row.login, _scopes(row.scopes))


def among(hashes: Sequence[bytes]) -> ColumnElement[Any]:
    """Give any of some hashes, to compare a column with."""
    # One array, so that the statement is the same for however many.
    return any_(literal(list(hashes), ARRAY(LargeBinary)))


def tokens_held(hashes: Sequence[bytes]) -> Select[Any]:
    """Ask which of some tokens are valid: hash, role, scopes, account, and null for no sign of life."""
    return (
        select(token.c.hash, _ROLE, token.c.scopes, token.c.account, cast(null(), Float).label("idle_s"))
        .select_from(_OWNED)
        .where(token.c.hash == among(hashes), _lives())
    )


def list_tokens(connection: Connection, owner: int | None = None) -> list[TokenEntry]:
    """Give the tokens that are valid, the newest first; only those of one account when it is named."""
    columns = (token.c.created_at, token.c.expires_at)
    asked = (
        select(token.c.id, _ROLE, token.c.label, account.c.login, token.c.scopes, *columns)
        .select_from(_OWNED)
        .where(_lives())
        .order_by(token.c.id.desc())
    )
    if owner is not None:
        asked = asked.where(token.c.account == owner)
    return [
        TokenEntry(
            row.id, row.role, row.label, row.login, _scopes(row.scopes), row.created_at, row.expires_at
        )
        for row in connection.execute(asked)
    ]


def revoke_tokens(
    connection: Connection, *, number: int | None = None, owner: int | None = None
) -> list[int]:
    """End tokens at once: one by its number, those of an account, or one if it is that account's.

    Returns
    -------
    list of int
        Numbers of those that ended; none when there was nothing valid to end.
    """
    if number is None and owner is None:
        raise ValueError("name a token or an account")
    if number is not None and not is_number(number):
        return []
    chosen = [token.c.revoked_at.is_(None), token.c.expires_at > func.clock_timestamp()]
    if number is not None:
        chosen.append(token.c.id == number)
    if owner is not None:
        chosen.append(token.c.account == owner)
    ended = update(token).where(*chosen).values(revoked_at=func.clock_timestamp()).returning(token.c.id)
    return list(connection.execute(ended).scalars())


def end_all_access(connection: Connection) -> None:
    """End every session, revoke every token, void every one-time code."""
    connection.execute(delete(session))
    connection.execute(
        update(token).where(token.c.revoked_at.is_(None)).values(revoked_at=func.clock_timestamp())
    )
    connection.execute(
        update(account).where(account.c.code.is_not(None)).values(code=None, code_expires_at=None)
    )


def _scopes(kept: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if kept is None else tuple(kept)
