"""Who is calling, what each role may read, and the tokens by which callers are known."""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

from gis_service.db import accounts as rows
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotAllowed

TOKEN_LIFETIME_S = 12 * 3600
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


EVERYBODY = frozenset(Role)

READERS = {
    "internal": EVERYBODY,
    "draft": frozenset({Role.GIS_STAFF, Role.ADMIN}),
    "personal": frozenset({Role.PLANNER, Role.ANALYST, Role.ADMIN}),
}
"""Roles that read layers of each visibility; ``public`` is for everybody, known or not."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The one who calls; without a role nobody in particular.

    Parameters
    ----------
    role
        What the caller's token says.
    name
        Under which name the caller's work is stored.
    """

    role: Role | None = None
    name: str = "anonymous"

    def require(self, roles: frozenset[Role]) -> None:
        """Refuse a caller who has none of these roles.

        Raises
        ------
        NotAllowed
            ``token_missing`` when nobody has said who they are, else ``role_insufficient``.
        """
        if self.role is None:
            raise NotAllowed(ErrorCode.TOKEN_MISSING)
        if self.role not in roles:
            allowed = ", ".join(role for role in Role if role in roles)
            raise NotAllowed(ErrorCode.ROLE_INSUFFICIENT, role=self.role.value, allowed=allowed)

    def may_read(self, visibility: str) -> bool:
        """Tell whether layers of this visibility are open to the caller."""
        return visibility == "public" or self.role in READERS.get(visibility, frozenset())

    def require_reading(self, visibility: str) -> None:
        """Refuse a caller to whom layers of this visibility are closed.

        Raises
        ------
        NotAllowed
            ``token_missing`` or ``role_insufficient``.
        """
        if not self.may_read(visibility):
            self.require(READERS.get(visibility, frozenset({Role.ADMIN})))


ANONYMOUS = Caller()


def _hash(token: str) -> bytes:
    # A token is 256 random bits: a plain hash hides it as well as a slow one would.
    return hashlib.sha256(token.encode()).digest()


def make_token(connection: Connection, role: Role, label: str = "") -> str:
    """Make a token for a role, valid for 12 hours; it is shown once and never stored.

    Parameters
    ----------
    connection
        Inside a transaction that may write.
    role
        What its bearer may do.
    label
        Whom it is for; studies run with it carry this name.
    """
    token = _PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
    rows.insert_token(connection, _hash(token), role.value, label.strip(), TOKEN_LIFETIME_S)
    return token


def caller_of(connection: Connection, token: str) -> Caller:
    """Tell who bears a token.

    Raises
    ------
    NotAllowed
        ``token_invalid`` when it is unknown or has ended.
    """
    found = rows.find_token(connection, _hash(token))
    if found is None:
        raise NotAllowed(ErrorCode.TOKEN_INVALID)
    return Caller(Role(found.role), found.label or f"{found.role} {found.id}")
