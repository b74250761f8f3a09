"""What owners change of their own accounts, each time after typing the present password."""

from collections.abc import Iterator
from contextlib import contextmanager

from gis_service.db import accounts as tokens
from gis_service.db import sessions as session_rows
from gis_service.db import users as rows
from gis_service.db.engine import Connection
from gis_service.db.users import AccountRow
from gis_service.errors import ErrorCode, NotAllowed, RefusedInput
from gis_service.services import passwords, sessions, sign_in, users
from gis_service.services.accounts import Caller, Role, Scope, make_token, read_scopes, record
from gis_service.services.context import Context
from gis_service.services.sessions import Session
from gis_service.services.transactions import writing
from gis_service.text import search_form


@contextmanager
def confirmed(context: Context, session: Session, password: str) -> Iterator[tuple[Connection, AccountRow]]:
    """Open a scope that writes in the name of an owner who has typed the present password.

    Tries are counted together with those to sign in, so a browser left open is no place to guess. Inside, the
    account is kept from others: what the operator takes back meanwhile stays taken back.

    Parameters
    ----------
    session
        Of the browser in which the password was typed; its caller says from where.
    password
        As it was typed.

    Raises
    ------
    RefusedInput
        ``password_wrong``.
    Temporary
        ``sign_in_too_often`` with the seconds to wait.
    NotAllowed
        ``session_needed`` when the session, the account or the password has been taken back meanwhile.
    """
    owner = session.caller
    with writing(context) as connection:
        tried = sign_in.count_try(connection, search_form(owner.name), owner.trail.address or "-")
        before = _account(connection, owner)
    # Outside of any transaction: the check takes its time, and no row should wait for it.
    if not passwords.is_right(before.password, password):
        with writing(context) as connection:
            record(connection, owner, "password.fail", owner.name)
        raise RefusedInput(ErrorCode.PASSWORD_WRONG)
    # On its own: what is refused afterwards, such as a weak new password, makes no wrong try of a right one.
    with writing(context) as connection:
        _unchanged(connection, session, before)
        sign_in.forgive(connection, tried)
    with writing(context) as connection:
        yield connection, _unchanged(connection, session, before)


def _unchanged(connection: Connection, session: Session, before: AccountRow) -> AccountRow:
    """Hold the account, unless it, its password or the session has been taken back meanwhile."""
    now = _account(connection, session.caller, lock=True)
    if now.password != before.password or not session_rows.lasts(connection, session.number):
        raise NotAllowed(ErrorCode.SESSION_NEEDED)
    return now


def _account(connection: Connection, owner: Caller, *, lock: bool = False) -> AccountRow:
    found = None if owner.account is None else rows.account_by_id(connection, owner.account, lock=lock)
    if found is None or found.disabled_at is not None:
        raise NotAllowed(ErrorCode.SESSION_NEEDED)
    return found


def change_password(context: Context, session: Session, present: str, password: str, city: str) -> None:
    """Keep another password; all tokens and all other sessions of the account end.

    Parameters
    ----------
    present, password
        The one until now and the one from now on.
    city
        Name of the city, which is no good password here.

    Raises
    ------
    RefusedInput
        ``password_wrong``, ``password_length`` or ``password_common``.
    Temporary, NotAllowed
        As `confirmed` does.
    """
    owner = session.caller
    with confirmed(context, session, present) as (connection, account):
        users.set_password(connection, account, password, city, caller=owner)
        record(connection, owner, "token.end_all", owner.name)
        tokens.revoke_tokens(connection, owner=account.id)
        sessions.end_others(connection, owner, session.number)


def make_own_token(
    context: Context, session: Session, present: str, label: str, asked: list[str], lifetime_s: int
) -> str:
    """Make an API token for the owner of an account, and give it; it is shown once and never stored.

    Parameters
    ----------
    present
        The owner's password.
    label
        What it is for.
    asked
        Scopes that it is limited to; none is no limit.
    lifetime_s
        Seconds until it ends.

    Raises
    ------
    RefusedInput
        ``password_wrong`` or ``scope_unknown``.
    WrongUse
        ``wrong_argument`` for a lifetime out of range.
    Temporary, NotAllowed
        As `confirmed` does.
    """
    with confirmed(context, session, present) as (connection, account):
        role = Role(account.role)
        scopes: frozenset[Scope] | None = read_scopes(asked, role)
        return make_token(
            connection, role, label, scopes=scopes, lifetime_s=lifetime_s, caller=session.caller
        )
