"""Who is calling, what each role may do, and the tokens by which callers are known."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from gis_service.db import accounts as rows
from gis_service.db.accounts import NewToken, TokenEntry
from gis_service.db.audit import insert_audit
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotAllowed, NotFound, RefusedInput, WrongUse

__all__ = [
    "ANONYMOUS",
    "OPERATOR",
    "Caller",
    "Role",
    "Scope",
    "TokenEntry",
    "Trail",
    "caller_of",
    "hash_of",
    "list_tokens",
    "make_token",
    "read_scopes",
    "record",
    "revoke_token",
]

HOUR_S = 3600
TOKEN_LIFETIME_S = 12 * HOUR_S
TOKEN_MOST_HOURS = 366 * 24
_TOKEN_BYTES = 32
_PREFIX = "gis_"
"""Lets secret scanners recognise a token that went astray."""


class Role(StrEnum):
    """Roles, from the one that only reads to the one that may do everything."""

    VIEWER = "viewer"
    GIS_STAFF = "gis_staff"
    PLANNER = "planner"
    ANALYST = "analyst"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a token may be limited to; it never gives more than the role of its bearer."""

    READ = "read"
    """Layers that are not open to everybody, but for personal detail."""
    PERSONAL = "personal"
    """Personal detail, and small counts of people."""
    STUDIES = "studies"
    """Run studies, keep them, end jobs; keep scenarios."""
    LAYERS = "layers"
    """Bring in and change layers."""
    ADMIN = "admin"
    """See the audit and whatever else only administrators do."""


EVERYBODY = frozenset(Role)
SCOPES_OF = {
    Role.VIEWER: frozenset({Scope.READ}),
    Role.GIS_STAFF: frozenset({Scope.READ, Scope.LAYERS}),
    Role.PLANNER: frozenset({Scope.READ, Scope.PERSONAL, Scope.STUDIES}),
    Role.ANALYST: frozenset({Scope.READ, Scope.PERSONAL, Scope.STUDIES}),
    Role.ADMIN: frozenset(Scope),
}
"""What each role may do at all."""

By: TypeAlias = Literal["token", "session", "command", "nobody"]


@dataclass(frozen=True, slots=True)
class Trail:
    """By what way somebody calls, for the audit.

    Parameters
    ----------
    by
        How the caller is known.
    address
        From where, shortened; None for those who are not known.
    request_id
        Of the request in hand.
    """

    by: By = "command"
    address: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """The one who calls; without a role nobody in particular.

    Parameters
    ----------
    role
        What the caller's account or token says.
    name
        Under which name the caller's work is stored: the login, or the label of an operator's token.
    account
        Number of the account; None for a token of the operator's.
    scopes
        What the token is limited to; None is no limit.
    trail
        By what way the caller comes; two callers are the same whatever their way.
    """

    role: Role | None = None
    name: str = "anonymous"
    account: int | None = None
    scopes: frozenset[Scope] | None = None
    trail: Trail = field(default=Trail(), compare=False)

    def holds(self, scope: Scope) -> bool:
        """Tell whether both the role and the token of the caller reach so far."""
        if self.role is None or scope not in SCOPES_OF[self.role]:
            return False
        return self.scopes is None or scope in self.scopes

    def require(self, roles: frozenset[Role], scope: Scope | None = None) -> None:
        """Refuse a caller who has none of these roles, or whose token is limited to other things.

        Raises
        ------
        NotAllowed
            ``token_missing`` when nobody has said who they are, else ``role_insufficient`` or
            ``scope_insufficient``.
        """
        if self.role is None:
            raise NotAllowed(ErrorCode.TOKEN_MISSING)
        if self.role not in roles:
            allowed = ", ".join(role for role in Role if role in roles)
            raise NotAllowed(ErrorCode.ROLE_INSUFFICIENT, role=self.role.value, allowed=allowed)
        if scope is not None and self.scopes is not None and scope not in self.scopes:
            raise NotAllowed(ErrorCode.SCOPE_INSUFFICIENT, scope=scope.value, scopes=_listed(self.scopes))


ANONYMOUS = Caller(trail=Trail("nobody"))
OPERATOR = Caller(Role.ADMIN, "operator")
"""Whoever calls from the machine itself and has not said more."""


def record(
    connection: Connection,
    caller: Caller,
    action: str,
    object_: str,
    before: object = None,
    after: object = None,
) -> None:
    """Write into the audit what a caller is about to do, in the transaction in which it is done.

    Call it before the change: the triggers that note what comes by SQL then know that this has been noted.

    Parameters
    ----------
    connection
        Inside the transaction of the change.
    caller
        Who does it.
    action
        ``noun.verb``, such as ``account.role``.
    object_
        What it is done to: a login, a layer, a number.
    before, after
        JSON values, without secrets; None where there is nothing to tell.
    """
    trail = caller.trail
    insert_audit(
        connection,
        actor=caller.name,
        role=None if caller.role is None else caller.role.value,
        by=trail.by,
        address=trail.address,
        action=action,
        object=object_,
        before=before,
        after=after,
        request_id=trail.request_id,
    )


def hash_of(token: str) -> bytes:
    """Give what is kept of a token."""
    # A token is 256 random bits: a plain hash hides it as well as a slow one would.
    return hashlib.sha256(token.encode()).digest()


def _listed(scopes: Iterable[Scope]) -> str:
    return ", ".join(scope for scope in Scope if scope in set(scopes))


def read_scopes(given: Iterable[str], role: Role) -> frozenset[Scope] | None:
    """Read the scopes that somebody asks for; none asked for is no limit.

    Raises
    ------
    RefusedInput
        ``scope_unknown`` for one that does not exist or that the role does not reach.
    """
    asked = list(given)
    open_ = SCOPES_OF[role]
    for scope in asked:
        if scope not in open_:
            raise RefusedInput(ErrorCode.SCOPE_UNKNOWN, scope=scope, role=role.value, allowed=_listed(open_))
    return frozenset(Scope(scope) for scope in asked) or None


def make_token(
    connection: Connection,
    role: Role,
    label: str = "",
    *,
    scopes: frozenset[Scope] | None = None,
    lifetime_s: int = TOKEN_LIFETIME_S,
    caller: Caller = OPERATOR,
) -> str:
    """Make a token for a role, valid for 12 hours unless said otherwise; it is shown once and never stored.

    Parameters
    ----------
    connection
        Inside a transaction that may write.
    role
        What its bearer may do.
    label
        Whom it is for; studies run with an operator's token carry this name.
    scopes
        What it is limited to; None is no limit.
    lifetime_s
        Seconds until it ends, at most a year's.
    caller
        Who makes it; of somebody with an account it is that account's.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a lifetime out of range.
    """
    if not HOUR_S <= lifetime_s <= TOKEN_MOST_HOURS * HOUR_S:
        hours = lifetime_s / HOUR_S
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT, name="hours", value=f"{hours:g}", expected=f"1 – {TOKEN_MOST_HOURS}"
        )
    token, kept = _PREFIX + secrets.token_urlsafe(_TOKEN_BYTES), label.strip()
    limited = None if scopes is None else sorted(scopes)
    told = {"role": role.value, "label": kept, "scopes": limited, "hours": lifetime_s // HOUR_S}
    record(connection, caller, "token.make", caller.name, None, told)
    new = NewToken(hash_of(token), role.value, kept, lifetime_s, caller.account, limited)
    rows.insert_token(connection, new)
    return token


def caller_of(connection: Connection, token: str) -> Caller:
    """Tell who bears a token.

    Raises
    ------
    NotAllowed
        ``token_invalid`` when it is unknown, has ended or was revoked, or when its account is closed.
    """
    found = rows.find_token(connection, hash_of(token))
    if found is None:
        raise NotAllowed(ErrorCode.TOKEN_INVALID)
    # The name of an account's token is the login: a label is what its owner likes, and work is owned by name.
    name = found.login or found.label or f"{found.role} {found.id}"
    scopes = None if found.scopes is None else frozenset(Scope(scope) for scope in found.scopes)
    return Caller(Role(found.role), name, found.account, scopes, Trail("token"))


def list_tokens(connection: Connection, owner: int | None = None) -> list[TokenEntry]:
    """Give the tokens that are valid, the newest first; only those of one account when it is named."""
    return rows.list_tokens(connection, owner)


def revoke_token(connection: Connection, number: int, caller: Caller = OPERATOR) -> None:
    """End a token at once: of somebody with an account one of their own, of the operator any.

    Raises
    ------
    NotFound
        ``token_not_found``.
    """
    record(connection, caller, "token.revoke", str(number))
    if not rows.revoke_tokens(connection, number=number, owner=caller.account):
        raise NotFound(ErrorCode.TOKEN_NOT_FOUND, number=number)
