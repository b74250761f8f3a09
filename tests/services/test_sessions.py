"""Sessions end by themselves, by their owners, and are seen to be used."""

import pytest
from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.errors import NotFound
from gis_service.services import sessions, users
from gis_service.services.accounts import OPERATOR, Caller, Role, Trail
from gis_service.settings import Settings


@pytest.fixture
def lan(connection: Connection) -> Caller:
    account = users.add(connection, "lan", Role.ANALYST)
    return Caller(Role.ANALYST, "lan", account.id, trail=Trail("session", "192.0.2.7"))


def test_a_session_tells_who_has_signed_in(connection: Connection, settings: Settings, lan: Caller) -> None:
    secrets = {sessions.begin(connection, settings, lan, "B" * 900) for _ in range(3)}
    assert len(secrets) == 3
    for secret in secrets:
        found = sessions.find(connection, settings, secret)
        assert found is not None
        assert found.caller == lan
    listed = sessions.list_(connection, settings, lan.account or 0)
    assert [(one.address, len(one.browser)) for one in listed] == [("192.0.2.7", 200)] * 3
    assert sessions.find(connection, settings, "made up") is None
    assert sessions.find(connection, settings, "\ud800") is None


@pytest.mark.parametrize(
    ("change", "valid"),
    [
        ("seen_at = now() - interval '119 min'", True),
        ("seen_at = now() - interval '121 min'", False),
        ("expires_at = now() - interval '1 s'", False),
    ],
)
def test_a_session_ends_when_idle_and_in_any_case(
    connection: Connection,
    settings: Settings,
    lan: Caller,
    change: str,
    valid: bool,  # noqa: FBT001 - a table
) -> None:
    secret = sessions.begin(connection, settings, lan, "")
    lifetime = connection.execute(text("SELECT expires_at - created_at FROM gis.session")).scalar_one()
    assert lifetime.total_seconds() == pytest.approx(12 * 3600, abs=60)
    connection.execute(text(f"UPDATE gis.session SET {change}"))  # noqa: S608 ours
    assert (sessions.find(connection, settings, secret) is not None) is valid
    assert len(sessions.list_(connection, settings, lan.account or 0)) == valid


def test_owners_end_their_own_sessions_only(connection: Connection, settings: Settings, lan: Caller) -> None:
    other = users.add(connection, "minh", Role.VIEWER)
    minh = Caller(Role.VIEWER, "minh", other.id)
    kept, ended, _ = (sessions.begin(connection, settings, lan, "") for _ in range(3))
    noise = sessions.begin(connection, settings, minh, "")
    found = {secret: sessions.find(connection, settings, secret) for secret in (kept, ended, noise)}
    numbers = {secret: one.number for secret, one in found.items() if one is not None}
    with pytest.raises(NotFound):
        sessions.end(connection, lan, numbers[noise])
    with pytest.raises(NotFound):
        sessions.end(connection, OPERATOR, numbers[kept])
    sessions.end(connection, lan, numbers[ended])
    assert sessions.end_others(connection, lan, numbers[kept]) == 1
    assert [sessions.find(connection, settings, s) is not None for s in (kept, ended, noise)] == [
        True,
        False,
        True,
    ]
