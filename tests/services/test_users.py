"""Accounts: who has one, what becomes of it."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.errors import Conflict, ErrorCode, NotAllowed, NotFound, RefusedInput
from gis_service.services import accounts, sessions, users
from gis_service.services.accounts import Caller, Role, Trail, caller_of, make_token
from gis_service.settings import Settings

PASSWORD = "con trâu ăn cỏ ngoài đê"  # noqa: S105 of the tests
WEB = Trail("session", "192.0.2.7", "request-1")


def test_an_account_is_found_however_its_login_is_written(connection: Connection) -> None:
    users.add(connection, "noise", Role.VIEWER)
    made = users.add(connection, "Đặng.Lân", Role.PLANNER, " Đặng  Lân ")
    assert (made.login, made.name, made.role, made.password) == ("Đặng.Lân", "Đặng Lân", "planner", None)
    for written in ("dang.lan", "ĐẶNG.LÂN", "đặng.lân"):
        assert users.get(connection, written) == made
    with pytest.raises(Conflict) as taken:
        users.add(connection, "dang.lan", Role.ADMIN)
    assert taken.value.code == ErrorCode.LOGIN_TAKEN
    assert [one.login for one in users.list_(connection)] == ["Đặng.Lân", "noise"]


@pytest.mark.parametrize("login", ["", "a", "two words", ".lan", "lan\x00", "lan/..", "l" * 65, "<b>lan</b>"])
def test_a_login_of_other_signs_is_refused(connection: Connection, login: str) -> None:
    with pytest.raises(RefusedInput) as refused:
        users.add(connection, login, Role.VIEWER)
    assert refused.value.code == ErrorCode.LOGIN_INVALID


@pytest.mark.parametrize(
    "change",
    [
        lambda c: users.change_role(c, "nobody", Role.ADMIN),
        lambda c: users.reset(c, "nobody"),
        lambda c: users.disable(c, "nobody"),
        lambda c: users.enable(c, "nobody"),
        lambda c: users.invite(c, "nobody"),
    ],
)
def test_what_is_not_there_cannot_be_changed(
    connection: Connection, change: Callable[[Connection], object]
) -> None:
    with pytest.raises(NotFound) as absent:
        change(connection)
    assert absent.value.code == ErrorCode.ACCOUNT_NOT_FOUND


def test_a_one_time_code_lets_its_bearer_choose_a_password_once(connection: Connection) -> None:
    users.add(connection, "lan", Role.PLANNER)
    old, new = (users.invite(connection, "lan").code for _ in range(2))
    with pytest.raises(RefusedInput):
        users.use_code(connection, new, "password1234567", "Thái Bình", WEB)
    assert users.use_code(connection, f" {new} ", PASSWORD, "Thái Bình", WEB).login == "lan"
    assert (users.get(connection, "lan").password or "").startswith("$argon2id$")
    for code in (old, new, "", "made up"):
        with pytest.raises(RefusedInput) as refused:
            users.use_code(connection, code, PASSWORD, "Thái Bình", WEB)
        assert refused.value.code == ErrorCode.CODE_INVALID


def test_a_code_ends_after_two_days_and_with_the_account(connection: Connection) -> None:
    users.add(connection, "lan", Role.PLANNER)
    code = users.invite(connection, "lan").code
    lifetime = "SELECT code_expires_at - changed_at FROM gis.account WHERE login = 'lan'"
    seconds: float = connection.execute(text(lifetime)).scalar_one().total_seconds()
    assert seconds == pytest.approx(48 * 3600, abs=1)
    assert users.owner_of(connection, code).login == "lan"
    connection.execute(text("UPDATE gis.account SET code_expires_at = now() - interval '1 second'"))
    with pytest.raises(RefusedInput):
        users.owner_of(connection, code)
    code = users.invite(connection, "lan").code
    users.disable(connection, "lan")
    with pytest.raises(RefusedInput):
        users.owner_of(connection, code)
    users.enable(connection, "lan")
    with pytest.raises(RefusedInput):
        users.owner_of(connection, code)


def with_session_and_token(connection: Connection, settings: Settings) -> tuple[str, str]:
    account = users.add(connection, "lan", Role.PLANNER)
    users.set_password(connection, account, PASSWORD, "Thái Bình")
    owner = Caller(Role.PLANNER, "lan", account.id, trail=WEB)
    token = make_token(connection, Role.PLANNER, "script", caller=owner)
    return sessions.begin(connection, settings, owner, "a browser"), token


@pytest.mark.parametrize("end", [users.reset, users.disable])
def test_a_reset_and_a_closure_end_sessions_and_tokens(
    connection: Connection, settings: Settings, end: Callable[[Connection, str], object]
) -> None:
    secret, token = with_session_and_token(connection, settings)
    noise = make_token(connection, Role.VIEWER, "noise")
    end(connection, "lan")
    assert sessions.find(connection, settings, secret) is None
    with pytest.raises(NotAllowed):
        caller_of(connection, token)
    assert caller_of(connection, noise).role is Role.VIEWER


def test_another_role_holds_at_once_for_sessions_and_tokens(
    connection: Connection, settings: Settings
) -> None:
    secret, token = with_session_and_token(connection, settings)
    users.change_role(connection, "lan", Role.VIEWER)
    found = sessions.find(connection, settings, secret)
    assert found is not None
    assert (found.caller.role, caller_of(connection, token).role) == (Role.VIEWER, Role.VIEWER)


def test_the_token_of_an_account_bears_the_login_and_not_its_label(connection: Connection) -> None:
    account = users.add(connection, "lan", Role.PLANNER)
    owner = Caller(Role.PLANNER, "lan", account.id, trail=WEB)
    token = make_token(connection, Role.PLANNER, "minh", caller=owner)
    assert caller_of(connection, token) == owner
    (listed,) = accounts.list_tokens(connection, account.id)
    assert (listed.login, listed.label) == ("lan", "minh")


def test_no_secret_is_stored_as_it_is(connection: Connection, settings: Settings) -> None:
    secret, token = with_session_and_token(connection, settings)
    code = users.invite(connection, "lan").code
    tables = ("account", "session", "token", "audit")
    kept = "".join(
        str(row)
        for table in tables
        for row in connection.execute(text(f"SELECT t::text FROM gis.{table} AS t"))  # noqa: S608 names of ours
    )
    assert "lan" in kept
    assert not [shown for shown in (secret, token, code, PASSWORD) if shown in kept]
