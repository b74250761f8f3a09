"""Signing in, and the wait of those who guess."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from gis_service.errors import ErrorCode, GisError, NotAllowed, Temporary
from gis_service.services import audit, passwords, sessions, users
from gis_service.services.accounts import Role
from gis_service.services.context import Context, open_context
from gis_service.services.sign_in import Attempt, sign_in
from gis_service.services.transactions import reading, writing
from gis_service.settings import Settings

PASSWORD = "con trâu ăn cỏ ngoài đê"  # noqa: S105 of the tests
LAN = Attempt("lan", PASSWORD, "192.0.2.7", "a browser", "request-1")
WRONG = replace(LAN, password="something else")  # noqa: S106 of the tests


@pytest.fixture(scope="module")
def service(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    folder = tmp_path_factory.mktemp("var")
    with open_context(Settings(data_dir=folder, database_url=make_database())) as context:
        yield context


@pytest.fixture
def context(service: Context, monkeypatch: pytest.MonkeyPatch) -> Context:
    """Give a database with two people in it and nothing tried yet; hashes are quick ones."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
    passwords._nobodys_hash.cache_clear()
    with writing(service) as connection:
        connection.execute(text("DELETE FROM gis.account"))
        connection.execute(text("DELETE FROM gis.sign_in_failure"))
        for login in ("lan", "minh"):
            users.set_password(connection, users.add(connection, login, Role.PLANNER), PASSWORD, "Thái Bình")
    return service


def refusal(context: Context, attempt: Attempt) -> GisError:
    with pytest.raises((NotAllowed, Temporary)) as refused:
        sign_in(context, attempt)
    return refused.value


def pass_time(context: Context, seconds: int) -> None:
    moved = "SET last_at = last_at - :s * interval '1 s', next_at = next_at - :s * interval '1 s'"
    with writing(context) as connection:
        connection.execute(text(f"UPDATE gis.sign_in_failure {moved}"), {"s": seconds})


def test_the_right_password_begins_a_session(context: Context) -> None:
    secret = sign_in(context, replace(LAN, login="LÂN"))
    with reading(context) as connection:
        found = sessions.find(connection, context.settings, secret)
        newest = audit.list_(connection, limit=1).items[0]
    assert found is not None
    assert (found.caller.name, found.caller.role) == ("lan", Role.PLANNER)
    assert (newest.action, newest.actor, newest.by) == ("session.begin", "lan", "session")
    assert sign_in(context, LAN) != secret


@pytest.mark.parametrize(
    "attempt",
    [WRONG, replace(LAN, login="nobody"), replace(LAN, login=""), replace(LAN, login="x" * 10_000)],
)
def test_a_wrong_password_and_an_unknown_login_are_answered_alike(context: Context, attempt: Attempt) -> None:
    refused = refusal(context, attempt)
    assert (refused.code, refused.params) == (ErrorCode.SIGN_IN_FAILED, {})


@pytest.mark.parametrize("change", ["disabled_at = now()", "password = NULL"])
def test_a_closed_account_and_one_without_a_password_are_not_signed_in_to(
    context: Context, change: str
) -> None:
    with writing(context) as connection:
        connection.execute(text(f"UPDATE gis.account SET {change}"))  # noqa: S608 ours
    assert refusal(context, LAN).code == ErrorCode.SIGN_IN_FAILED


def test_a_failure_is_told_without_what_was_typed(context: Context) -> None:
    refusal(context, WRONG)
    refusal(context, replace(LAN, login="my password by mistake"))
    with reading(context) as connection:
        unknown, known = audit.list_(connection, limit=2).items
    assert (known.action, known.object, known.by) == ("sign_in.fail", "lan", "nobody")
    assert (unknown.actor, unknown.object) == ("anonymous", "?")


def test_guessing_waits_longer_and_longer(context: Context) -> None:
    for _ in range(5):
        assert refusal(context, WRONG).code == ErrorCode.SIGN_IN_FAILED
    waits = []
    for _ in range(12):
        assert refusal(context, WRONG).code == ErrorCode.SIGN_IN_FAILED
        held = refusal(context, LAN)
        assert (held.code, held.status) == (ErrorCode.SIGN_IN_TOO_OFTEN, 429)
        waits.append(int(str(held.params["seconds"])))
        pass_time(context, waits[-1])
    assert waits[:4] == [2, 4, 8, 16]
    assert max(waits) == waits[-1] == 900
    assert sign_in(context, LAN)


def test_the_right_password_ends_the_counting(context: Context) -> None:
    for _ in range(3):
        for _ in range(4):
            refusal(context, WRONG)
        assert sign_in(context, LAN)


def test_an_hour_without_tries_is_a_new_beginning(context: Context) -> None:
    for _ in range(9):
        refusal(context, WRONG)
    pass_time(context, 3601)
    for _ in range(5):
        assert refusal(context, WRONG).code == ErrorCode.SIGN_IN_FAILED
    assert sign_in(context, LAN)


def test_one_place_cannot_try_many_accounts(context: Context) -> None:
    for number in range(21):
        attempt = replace(WRONG, login=f"guess{number}")
        assert refusal(context, attempt).code == ErrorCode.SIGN_IN_FAILED
    assert refusal(context, replace(LAN, login="minh")).code == ErrorCode.SIGN_IN_TOO_OFTEN
    assert sign_in(context, replace(LAN, place="192.0.2.8"))


def test_strangers_keep_nobody_out_of_the_place_where_they_work(context: Context) -> None:
    assert sign_in(context, LAN)
    for number in range(51):
        refusal(context, replace(WRONG, place=f"198.51.100.{number}"))
    assert sign_in(context, LAN)
    held = refusal(context, replace(LAN, place="203.0.113.1"))
    assert held.code == ErrorCode.SIGN_IN_TOO_OFTEN
    assert int(str(held.params["seconds"])) <= 60


def test_neighbours_keep_nobody_out_of_the_place_where_they_work(context: Context) -> None:
    assert sign_in(context, LAN)
    for number in range(25):
        refusal(context, replace(WRONG, login=f"guess{number}"))
    assert sign_in(context, LAN)
    assert refusal(context, replace(LAN, login="minh")).code == ErrorCode.SIGN_IN_TOO_OFTEN


def test_many_tries_at_once_are_counted_one_by_one(context: Context) -> None:
    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(lambda _: refusal(context, WRONG).code, range(12)))
    assert codes.count(ErrorCode.SIGN_IN_FAILED) == 6
    assert codes.count(ErrorCode.SIGN_IN_TOO_OFTEN) == 6


def test_an_outdated_hash_is_renewed_by_signing_in(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=2048, parallelism=1))
    sign_in(context, LAN)
    with reading(context) as connection:
        kept = users.get(connection, "lan").password or ""
    assert "m=2048,t=2" in kept
    assert sign_in(context, LAN)


def test_old_tries_are_forgotten_and_known_places_kept_for_long(context: Context) -> None:
    sign_in(context, LAN)
    refusal(context, WRONG)
    pass_time(context, 86_401)
    sign_in(context, replace(LAN, login="minh", place="192.0.2.9"))
    with reading(context) as connection:
        assert connection.execute(text("SELECT count(*) FROM gis.sign_in_failure")).scalar_one() == 4
