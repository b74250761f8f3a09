"""Tokens and roles."""

import pytest
from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotAllowed
from gis_service.services.accounts import ANONYMOUS, Caller, Role, caller_of, make_token


@pytest.mark.parametrize("role", Role)
def test_a_token_tells_the_role_of_its_bearer(connection: Connection, role: Role) -> None:
    make_token(connection, Role.VIEWER, "noise")
    token = make_token(connection, role, " Lan ")
    assert caller_of(connection, token) == Caller(role, "Lan")


def test_only_the_hash_of_a_token_is_stored(connection: Connection) -> None:
    token = make_token(connection, Role.ADMIN)
    rows = connection.execute(
        text("SELECT t::text AS stored, octet_length(hash) AS n FROM gis.token t")
    ).all()
    assert rows
    assert all(token not in row.stored and row.n == 32 for row in rows)


def test_two_tokens_are_never_the_same(connection: Connection) -> None:
    tokens = {make_token(connection, Role.VIEWER) for _ in range(20)}
    assert len(tokens) == 20
    assert all(token.startswith("gis_") and len(token) > 40 for token in tokens)


def test_a_token_lasts_twelve_hours(connection: Connection) -> None:
    make_token(connection, Role.VIEWER)
    newest = "SELECT expires_at - created_at FROM gis.token ORDER BY id DESC LIMIT 1"
    lifetime = connection.execute(text(newest)).scalar_one()
    assert lifetime.total_seconds() == 12 * 3600


def test_a_token_that_has_ended_is_refused(connection: Connection) -> None:
    token = make_token(connection, Role.ADMIN)
    connection.execute(text("UPDATE gis.token SET expires_at = now() - interval '1 second'"))
    with pytest.raises(NotAllowed) as refused:
        caller_of(connection, token)
    assert refused.value.code == ErrorCode.TOKEN_INVALID


def test_tokens_long_past_are_dropped(connection: Connection) -> None:
    make_token(connection, Role.ADMIN)
    connection.execute(text("UPDATE gis.token SET expires_at = now() - interval '31 days'"))
    make_token(connection, Role.VIEWER)
    assert connection.execute(text("SELECT count(*) FROM gis.token")).scalar_one() == 1


def test_nobody_is_asked_who_they_are_and_the_wrong_one_is_told_who_may() -> None:
    with pytest.raises(NotAllowed) as unknown:
        ANONYMOUS.require(frozenset({Role.ADMIN}))
    assert unknown.value.code == ErrorCode.TOKEN_MISSING
    with pytest.raises(NotAllowed) as wrong:
        Caller(Role.VIEWER).require(frozenset({Role.ADMIN, Role.PLANNER}))
    assert wrong.value.params == {"role": "viewer", "allowed": "planner, admin"}
