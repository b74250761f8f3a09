"""Accounts of people: made, changed and closed by the operator; each owner chooses the password."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gis_service.db import accounts as tokens
from gis_service.db import sessions, users
from gis_service.db.engine import Connection
from gis_service.db.users import AccountRow
from gis_service.errors import Conflict, ErrorCode, NotFound, RefusedInput
from gis_service.services import passwords
from gis_service.services.accounts import OPERATOR, Caller, Role, Trail, record
from gis_service.text import normalise, search_form

Account: TypeAlias = AccountRow

CODE_LIFETIME_S = 48 * 3600
_CODE_BYTES = 20
_LOGIN = re.compile(r"[^\W_][\w.@-]{1,63}")
_SERVICE = ("gis service", "ban do", "map")


@dataclass(frozen=True, slots=True)
class Invited:
    """An account, and the one-time code by which its owner chooses a password."""

    account: Account
    code: str


def _hash(code: str) -> bytes:
    # 160 random bits: a plain hash hides them as well as a slow one would.
    return hashlib.sha256(code.encode()).digest()


def get(connection: Connection, login: str, *, lock: bool = False) -> Account:
    """Give the account of a login, however it is written.

    Raises
    ------
    NotFound
        ``account_not_found``.
    """
    found = users.find_account(connection, search_form(login), lock=lock)
    if found is None:
        raise NotFound(ErrorCode.ACCOUNT_NOT_FOUND, login=login)
    return found


def by_number(connection: Connection, number: int) -> Account | None:
    """Give the account of a number; None when there is none."""
    return users.account_by_id(connection, number)


def list_(connection: Connection) -> list[Account]:
    """Give all accounts in the order of their logins."""
    return users.list_accounts(connection)


def add(
    connection: Connection, login: str, role: Role, name: str = "", *, caller: Caller = OPERATOR
) -> Account:
    """Make an account; nobody can sign in to it before it has a password.

    Parameters
    ----------
    login
        2 to 64 letters, digits and ``. _ @ -``; no other account may have it in any spelling.
    role
        What its owner may do.
    name
        What people call the owner.

    Raises
    ------
    RefusedInput
        ``login_invalid``.
    Conflict
        ``login_taken``.
    """
    written = normalise(login)
    if not _LOGIN.fullmatch(written):
        raise RefusedInput(ErrorCode.LOGIN_INVALID, login=login)
    told = {"role": role.value, "name": normalise(name)}
    record(connection, caller, "account.add", written, None, told)
    number = users.insert_account(connection, written, search_form(written), normalise(name), role.value)
    if number is None:
        raise Conflict(ErrorCode.LOGIN_TAKEN, login=written)
    return get(connection, written)


def invite(connection: Connection, login: str, *, caller: Caller = OPERATOR) -> Invited:
    """Make a one-time code by which the owner chooses a password within 48 hours; the one before is void.

    Raises
    ------
    NotFound
        ``account_not_found``.
    """
    account = get(connection, login, lock=True)
    code = secrets.token_urlsafe(_CODE_BYTES)
    record(connection, caller, "account.invite", account.login)
    users.put_code(connection, account.id, _hash(code), CODE_LIFETIME_S)
    return Invited(account, code)


def reset(connection: Connection, login: str, *, caller: Caller = OPERATOR) -> Invited:
    """Take password, sessions and tokens from an account, and make a one-time code for a new beginning.

    Raises
    ------
    NotFound
        ``account_not_found``.
    """
    account = get(connection, login, lock=True)
    record(connection, caller, "account.reset", account.login)
    _end_all(connection, account.id)
    users.change_password(connection, account.id, None)
    return invite(connection, login, caller=caller)


def change_role(connection: Connection, login: str, role: Role, *, caller: Caller = OPERATOR) -> Account:
    """Give an account another role; its sessions and tokens follow at once.

    Raises
    ------
    NotFound
        ``account_not_found``.
    """
    account = get(connection, login, lock=True)
    record(connection, caller, "account.role", account.login, {"role": account.role}, {"role": role.value})
    users.change_role(connection, account.id, role.value)
    return get(connection, login)


def disable(connection: Connection, login: str, *, caller: Caller = OPERATOR) -> Account:
    """Close an account: sessions, tokens and a one-time code end at once; what its owner has made stays.

    Raises
    ------
    NotFound
        ``account_not_found``.
    """
    account = get(connection, login, lock=True)
    record(connection, caller, "account.disable", account.login)
    _end_all(connection, account.id)
    users.disable_account(connection, account.id, closed=True)
    return get(connection, login)


def enable(connection: Connection, login: str, *, caller: Caller = OPERATOR) -> Account:
    """Open a closed account again; the password is the one it had.

    Raises
    ------
    NotFound
        ``account_not_found``.
    """
    account = get(connection, login, lock=True)
    record(connection, caller, "account.enable", account.login)
    users.disable_account(connection, account.id, closed=False)
    return get(connection, login)


def set_password(
    connection: Connection, account: Account, password: str, city: str, *, caller: Caller = OPERATOR
) -> None:
    """Keep another password.

    Parameters
    ----------
    city
        Name of the city, which is no good password here.

    Raises
    ------
    RefusedInput
        ``password_length`` or ``password_common``.
    """
    passwords.require_good(password, (account.login, account.name, city, *_SERVICE))
    record(connection, caller, "account.password", account.login)
    users.change_password(connection, account.id, passwords.hash_password(password))


def owner_of(connection: Connection, code: str, *, lock: bool = False) -> Account:
    """Tell for whom a one-time code was made; nobody else can use it meanwhile when it is locked.

    Raises
    ------
    RefusedInput
        ``code_invalid`` when it is unknown, used, or older than 48 hours.
    """
    found = users.account_by_code(connection, _hash(code.strip()), lock=lock)
    if found is None:
        raise RefusedInput(ErrorCode.CODE_INVALID)
    return found


def use_code(connection: Connection, code: str, password: str, city: str, trail: Trail) -> Account:
    """Let the bearer of a one-time code choose the password; sessions and tokens of before end.

    Raises
    ------
    RefusedInput
        ``code_invalid``, ``password_length`` or ``password_common``.
    """
    account = owner_of(connection, code, lock=True)
    owner = Caller(Role(account.role), account.login, account.id, trail=trail)
    set_password(connection, account, password, city, caller=owner)
    _end_all(connection, account.id)
    return account


def end_all_access(connection: Connection, caller: Caller, why: str, told: Mapping[str, str]) -> None:
    """End every session, revoke every token, void every one-time code; passwords stay as they are.

    Parameters
    ----------
    why
        Action that the audit is told of, as ``db.restore``.
    told
        What the audit is told beside it, by name.
    """
    record(connection, caller, why, "access", None, dict(told))
    tokens.end_all_access(connection)


def _end_all(connection: Connection, number: int) -> None:
    tokens.revoke_tokens(connection, owner=number)
    sessions.end_sessions(connection, number)
