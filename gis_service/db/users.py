"""Accounts of people in the database."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from gis_service.db.accounts import seconds
from gis_service.db.models import account


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as it is kept.

    Parameters
    ----------
    login
        As it was written when the account was made.
    password
        Argon2id hash; None until a password has been chosen.
    code_expires_at
        Until when a one-time code waits; None without one.
    disabled_at
        Since when it is closed; None while it is open.
    """

    id: int
    login: str
    name: str
    role: str
    password: str | None
    code_expires_at: datetime | None
    disabled_at: datetime | None
    created_at: datetime


_COLUMNS = (
    account.c.id,
    account.c.login,
    account.c.name,
    account.c.role,
    account.c.password,
    account.c.code_expires_at,
    account.c.disabled_at,
    account.c.created_at,
)


def insert_account(connection: Connection, login: str, key: str, name: str, role: str) -> int | None:
    """Keep a new account and give its number; None when another one has this search form of the login."""
    made = insert(account).values(login=login, key=key, name=name, role=role).returning(account.c.id)
    try:
        with connection.begin_nested():
            number: int = connection.execute(made).scalar_one()
    except IntegrityError:
        return None
    return number


def _one(connection: Connection, which: ColumnElement[bool], *, lock: bool = False) -> AccountRow | None:
    asked = select(*_COLUMNS).where(which)
    row = connection.execute(asked.with_for_update() if lock else asked).one_or_none()
    return None if row is None else AccountRow(*row)


def find_account(connection: Connection, key: str, *, lock: bool = False) -> AccountRow | None:
    """Give the account whose login has this search form; kept from others' changes when it is locked."""
    return _one(connection, account.c.key == key, lock=lock)


def account_by_id(connection: Connection, number: int, *, lock: bool = False) -> AccountRow | None:
    """Give an account by its number; kept from others' changes when it is locked."""
    return _one(connection, account.c.id == number, lock=lock)


def account_by_code(connection: Connection, hashed: bytes, *, lock: bool = False) -> AccountRow | None:
    """Give the open account for which a one-time code waits; it is kept from others when it is locked."""
    which = (
        (account.c.code == hashed)
        & (account.c.code_expires_at > func.clock_timestamp())
        & account.c.disabled_at.is_(None)
    )
    return _one(connection, which, lock=lock)


def list_accounts(connection: Connection) -> list[AccountRow]:
    """Give all accounts in the order of their logins."""
    rows = connection.execute(select(*_COLUMNS).order_by(account.c.key))
    return [AccountRow(*row) for row in rows]


def _change(connection: Connection, number: int, **values: object) -> None:
    changed = update(account).where(account.c.id == number)
    connection.execute(changed.values(**values, changed_at=func.clock_timestamp()))


def change_role(connection: Connection, number: int, role: str) -> None:
    """Give an account another role."""
    _change(connection, number, role=role)


def change_password(connection: Connection, number: int, hashed: str | None) -> None:
    """Keep the hash of another password; a one-time code that waits is void. None is no password."""
    _change(connection, number, password=hashed, code=None, code_expires_at=None)


def rehash_password(connection: Connection, number: int, old: str, new: str) -> None:
    """Keep the same password under newer parameters, unless it has been changed meanwhile."""
    same = update(account).where(account.c.id == number, account.c.password == old)
    connection.execute(same.values(password=new))


def put_code(connection: Connection, number: int, hashed: bytes, lifetime_s: int) -> None:
    """Let a one-time code wait; the one before is void."""
    _change(connection, number, code=hashed, code_expires_at=func.clock_timestamp() + seconds(lifetime_s))


def disable_account(connection: Connection, number: int, *, closed: bool) -> None:
    """Close an account, or open it again; a one-time code that waits is void in either case."""
    closed_at = func.clock_timestamp() if closed else None
    _change(connection, number, disabled_at=closed_at, code=None, code_expires_at=None)
