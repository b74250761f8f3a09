"""Signing in with login and password, and the growing wait of those who guess.

Three things are counted in the database, by their SHA-256: who is tried from where, from where anything is
tried, and who is tried from anywhere. The last two hold nobody up at a place from which the account has been
signed in to before: strangers cannot keep an owner out, nor can neighbours who try other accounts. Whoever
guesses at the same account from the same address, as behind one router, lets its owner wait too: the service
cannot tell them apart.
"""

import hashlib
import math
from dataclasses import dataclass, replace

from gis_service.db import sign_in as rows
from gis_service.db import users
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotAllowed, Temporary
from gis_service.services import passwords, sessions
from gis_service.services.accounts import ANONYMOUS, Caller, Role, Trail, record
from gis_service.services.context import Context
from gis_service.services.transactions import writing
from gis_service.services.users import Account
from gis_service.text import search_form

_LONGEST_LOGIN = 64


@dataclass(frozen=True, slots=True)
class _Patience:
    """How many tries are free, and the longest wait after more of them, in seconds."""

    free: int
    longest_s: int

    def delay_s(self, failures: int) -> int:
        """Give the wait after so many tries: 2 s after the first that is not free, then twice the last."""
        beyond = failures - self.free
        return 0 if beyond <= 0 else min(self.longest_s, 2 ** min(beyond, 20))


_PATIENCE = (_Patience(5, 900), _Patience(20, 900), _Patience(50, 60))
"""For an account from one place, a place, and an account from anywhere."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody sends to sign in.

    Parameters
    ----------
    place
        Address, shortened to what one household shares.
    browser
        What the browser calls itself.
    request_id
        Of the request in hand.
    """

    login: str
    password: str
    place: str
    browser: str
    request_id: str

    @property
    def key(self) -> str:
        """Search form of the login."""
        return search_form(self.login[:_LONGEST_LOGIN])

    @property
    def trail(self) -> Trail:
        """What the audit is told of it."""
        return Trail("session", self.place, self.request_id)


def sign_in(context: Context, attempt: Attempt) -> str:
    """Begin a session and give its secret.

    Raises
    ------
    NotAllowed
        ``sign_in_failed``, the same for an unknown login and a wrong password, after the same time.
    Temporary
        ``sign_in_too_often`` with the seconds to wait.
    """
    with writing(context) as connection:
        keys = count_try(connection, attempt.key, attempt.place)
        account = users.find_account(connection, attempt.key)
    # Outside of any transaction: the check takes its time, and no row should wait for it.
    right = passwords.is_right(account.password if account else None, attempt.password)
    if account is not None and right:
        secret = _succeed(context, attempt, account, keys)
        if secret is not None:
            return secret
    with writing(context) as connection:
        # What is typed as a login may be a password: only the names of accounts are written down.
        known = account.login if account else "?"
        nobody = replace(ANONYMOUS, trail=replace(attempt.trail, by="nobody"))
        record(connection, nobody, "sign_in.fail", known)
    raise NotAllowed(ErrorCode.SIGN_IN_FAILED)


def _keys(key: str, place: str) -> list[bytes]:
    said = (f"both {place} {key}", f"place {place}", f"account {key}")
    return [hashlib.sha256(words.encode(errors="backslashreplace")).digest() for words in said]


def count_try(connection: Connection, key: str, place: str) -> list[bytes]:
    """Count a try before it is checked, so that many at once are as slow as one after another.

    Parameters
    ----------
    key
        Search form of the login whose password is tried.
    place
        Address, shortened to what one household shares.

    Returns
    -------
    list of bytes
        What was counted, for `forgive`: at a place that is known the tries of others are left out.

    Raises
    ------
    Temporary
        ``sign_in_too_often`` with the seconds to wait.
    """
    keys = _keys(key, place)
    rows.forget_tries(connection)
    found = rows.lock_tries(connection, keys)
    counted = list(zip(keys, found, _PATIENCE, strict=True))[: 1 if found[0].known else 3]
    if wait := max(math.ceil(tried.wait_s) for _, tried, _ in counted):
        raise Temporary(ErrorCode.SIGN_IN_TOO_OFTEN, seconds=wait)
    for name, tried, patience in counted:
        failures = tried.failures + 1
        rows.count_try(connection, name, failures, patience.delay_s(failures))
    return [name for name, _, _ in counted]


def forgive(connection: Connection, counted: list[bytes]) -> None:
    """Take back a try that has proved right; the account is known from this place from now on."""
    for key in counted:
        rows.forgive_try(connection, key, known=key == counted[0])


def _succeed(context: Context, attempt: Attempt, account: Account, keys: list[bytes]) -> str | None:
    """Begin the session; None when the account was closed or its password changed meanwhile."""
    with writing(context) as connection:
        now = users.find_account(connection, attempt.key, lock=True)
        if now is None or now.disabled_at is not None or now.password != account.password:
            return None
        forgive(connection, keys)
        caller = Caller(Role(now.role), now.login, now.id, trail=attempt.trail)
        secret = sessions.begin(connection, context.settings, caller, attempt.browser)
        if account.password is not None and passwords.is_outdated(account.password):
            fresh = passwords.hash_password(attempt.password)
            users.rehash_password(connection, now.id, account.password, fresh)
    return secret
