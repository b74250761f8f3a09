"""Tokens in the database: only their SHA-256 is there."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, text

from gis_service.db.models import token


@dataclass(frozen=True, slots=True)
class TokenRow:
    """What is known of a token that is still valid."""

    id: int
    role: str
    label: str


def insert_token(connection: Connection, hashed: bytes, role: str, label: str, lifetime_s: int) -> None:
    """Keep the hash of a new token, and drop those that are long past.

    Parameters
    ----------
    connection
        Inside a transaction that may write.
    hashed
        SHA-256 of the token, 32 bytes.
    role
        One of the roles of the service.
    label
        What people call its owner.
    lifetime_s
        Seconds from now until it ends.
    """
    connection.execute(delete(token).where(token.c.expires_at < func.now() - text("interval '30 days'")))
    connection.execute(
        insert(token).values(
            hash=hashed,
            role=role,
            label=label,
            expires_at=func.now() + func.make_interval(0, 0, 0, 0, 0, 0, lifetime_s),
        )
    )


def find_token(connection: Connection, hashed: bytes) -> TokenRow | None:
    """Give the token with this hash unless it has ended."""
    found = connection.execute(
        select(token.c.id, token.c.role, token.c.label).where(
            token.c.hash == hashed, token.c.expires_at > func.clock_timestamp()
        )
    ).one_or_none()
    return TokenRow(found.id, found.role, found.label) if found else None
