"""What owners change of their own accounts, and what the operator takes back meanwhile."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from gis_service.errors import ErrorCode, GisError, NotAllowed, RefusedInput, Temporary
from gis_service.services import audit, own_account, passwords, sessions, users
from gis_service.services.accounts import Caller, Role, Trail, caller_of, list_tokens, make_token
from gis_service.services.context import Context, open_context
from gis_service.services.sessions import Session
from gis_service.services.transactions import reading, writing
from gis_service.settings import Settings

PASSWORD, FRESH = "con trâu ăn cỏ ngoài đê", "lúa chín vàng trên đồng"
HOUR_S = 3600


@pytest.fixture(scope="module")
def service(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    folder = tmp_path_factory.mktemp("var")
    with open_context(Settings(data_dir=folder, database_url=make_database())) as context:
        yield context


@pytest.fixture
def context(service: Context, monkeypatch: pytest.MonkeyPatch) -> Context:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
    passwords._nobodys_hash.cache_clear()
    with writing(service) as connection:
        connection.execute(text("DELETE FROM gis.account"))
        connection.execute(text("DELETE FROM gis.sign_in_failure"))
        account = users.add(connection, "lan", Role.PLANNER)
        users.set_password(connection, account, PASSWORD, "Thái Bình")
    return service


def begin(context: Context) -> Session:
    """Sign lan in with another browser."""
    with writing(context) as connection:
        account = users.get(connection, "lan")
        caller = Caller(Role.PLANNER, "lan", account.id, trail=Trail("session", "192.0.2.7"))
        found = sessions.find(
            connection, context.settings, sessions.begin(connection, context.settings, caller, "")
        )
        assert found is not None
    return Session(found.number, caller, found.idle_s)


@pytest.fixture
def lan(context: Context) -> Session:
    return begin(context)


def change(context: Context, session: Session, present: str = PASSWORD) -> None:
    own_account.change_password(context, session, present, FRESH, "Thái Bình")


def mint(context: Context, session: Session, present: str = PASSWORD) -> None:
    own_account.make_own_token(context, session, present, "script", [], HOUR_S)


DEEDS = [change, mint]


def refusal(deed: Callable[..., None], *arguments: object) -> GisError:
    with pytest.raises((NotAllowed, RefusedInput, Temporary)) as refused:
        deed(*arguments)
    return refused.value


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("taken_back", ["reset", "disable", "end_session", "change_password"])
def test_what_is_taken_back_while_the_password_is_checked_stays_taken_back(
    context: Context,
    lan: Session,
    monkeypatch: pytest.MonkeyPatch,
    deed: Callable[..., None],
    taken_back: str,
) -> None:
    check, other = passwords.is_right, begin(context)

    def check_slowly(kept: str | None, password: str) -> bool:
        monkeypatch.setattr(passwords, "is_right", check)
        if taken_back == "change_password":
            own_account.change_password(context, other, PASSWORD, "người chèo đò sông Trà", "Thái Bình")
        else:
            with writing(context) as connection:
                if taken_back == "end_session":
                    sessions.end(connection, lan.caller, lan.number)
                else:
                    getattr(users, taken_back)(connection, "lan")
        return check(kept, password)

    monkeypatch.setattr(passwords, "is_right", check_slowly)
    assert refusal(deed, context, lan).code is ErrorCode.SESSION_NEEDED
    with reading(context) as connection:
        account = users.get(connection, "lan")
        assert not passwords.is_right(account.password, FRESH)
        assert (account.password is None) is (taken_back == "reset")
        assert list_tokens(connection, account.id) == []


def test_a_reset_waits_for_a_change_that_has_begun_and_wins(context: Context, lan: Session) -> None:
    with own_account.confirmed(context, lan, PASSWORD), writing(context) as connection:
        lock = text("SELECT 1 FROM gis.account FOR UPDATE NOWAIT")
        with pytest.raises(OperationalError) as busy, connection.begin_nested():
            connection.execute(lock)
        assert isinstance(busy.value.orig, psycopg.errors.LockNotAvailable)


def test_another_password_ends_tokens_and_other_sessions(context: Context, lan: Session) -> None:
    other = begin(context)
    with writing(context) as connection:
        token = make_token(connection, Role.PLANNER, "QGIS", caller=lan.caller)
        stranger = make_token(connection, Role.VIEWER, "of the operator")
    change(context, lan)
    with reading(context) as connection:
        open_ = sessions.list_(connection, context.settings, lan.caller.account or 0)
        assert [one.id for one in open_] == [lan.number] != [other.number]
        with pytest.raises(NotAllowed):
            caller_of(connection, token)
        assert caller_of(connection, stranger).role is Role.VIEWER
        told = [one.action for one in audit.list_(connection, limit=3).items]
    assert told == ["session.end_others", "token.end_all", "account.password"]


@pytest.mark.parametrize("deed", DEEDS)
def test_wrong_present_passwords_are_counted_and_told(
    context: Context, lan: Session, deed: Callable[..., None]
) -> None:
    for _ in range(6):
        assert refusal(deed, context, lan, "wrong").code is ErrorCode.PASSWORD_WRONG
    with reading(context) as connection:
        newest = audit.list_(connection, limit=1).items[0]
    assert (newest.action, newest.actor, newest.address) == ("password.fail", "lan", "192.0.2.7")
    held = refusal(deed, context, lan)
    assert (held.code, held.status) == (ErrorCode.SIGN_IN_TOO_OFTEN, 429)


def test_the_right_password_ends_the_counting(context: Context, lan: Session) -> None:
    for _ in range(3):
        for _ in range(4):
            refusal(mint, context, lan, "wrong")
        mint(context, lan)


def test_a_token_follows_the_role_that_the_account_has_then(context: Context, lan: Session) -> None:
    with writing(context) as connection:
        users.change_role(connection, "lan", Role.VIEWER)
    with pytest.raises(RefusedInput) as refused:
        own_account.make_own_token(context, lan, PASSWORD, "x", ["studies"], HOUR_S)
    assert refused.value.code is ErrorCode.SCOPE_UNKNOWN


def test_a_right_password_with_a_wish_that_is_refused_is_no_wrong_try(context: Context, lan: Session) -> None:
    def wish_weakly() -> None:
        own_account.change_password(context, lan, PASSWORD, "short", "Thái Bình")

    def wish_too_much() -> None:
        own_account.make_own_token(context, lan, PASSWORD, "script", ["nothing"], HOUR_S)

    for _ in range(4):
        assert refusal(wish_weakly).code is ErrorCode.PASSWORD_LENGTH
        assert refusal(wish_too_much).code is ErrorCode.SCOPE_UNKNOWN
    with reading(context) as connection:
        assert connection.execute(text("SELECT max(failures) FROM gis.sign_in_failure")).scalar_one() == 0
