"""``python -m gis_service users`` and ``teams``."""

import csv
import io
import os
import pwd
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result

from gis_service.cli import main
from gis_service.cli.users import operator
from gis_service.db.engine import Engine, open_engine, transaction
from gis_service.errors import NotAllowed
from gis_service.services import passwords, users
from gis_service.services.accounts import Caller, Role, Scope, Trail, caller_of

PASSWORD = "con trâu ăn cỏ ngoài đê"  # noqa: S105 of the tests
Run = Callable[..., Result]


@pytest.fixture
def engine_of_commands(make_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    url = make_database()
    monkeypatch.setenv("GIS_DATABASE_URL", url)
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def run(engine_of_commands: Engine) -> Run:
    """Give a function that runs a command and expects it to end well, or with the code that is named."""
    del engine_of_commands

    def call(*arguments: str, typed: str | None = None, code: int = 0) -> Result:
        result = CliRunner().invoke(main, [*arguments], input=typed)
        assert result.exit_code == code, result.output
        return result

    return call


@pytest.mark.parametrize("role", Role)
def test_the_last_line_is_a_token_of_the_role(run: Run, engine_of_commands: Engine, role: Role) -> None:
    result = run("users", "token", "--role", role.value, "--label", "Lan")
    with transaction(engine_of_commands) as connection:
        assert caller_of(connection, result.stdout.splitlines()[-1]) == Caller(role, "Lan")


@pytest.mark.parametrize(
    "arguments", [["token"], ["token", "--role", "king"], ["add", "lan"], ["revoke", "x"]]
)
def test_what_is_missing_or_unknown_is_wrong_use(arguments: list[str]) -> None:
    assert CliRunner().invoke(main, ["users", *arguments]).exit_code == 2


def test_a_token_is_limited_listed_and_revoked(run: Run, engine_of_commands: Engine) -> None:
    made = run("users", "token", "--role", "planner", "--scope", "read", "--hours", "24", "--label", "QGIS")
    token = made.stdout.splitlines()[-1]
    with transaction(engine_of_commands) as connection:
        assert caller_of(connection, token).scopes == frozenset({Scope.READ})
    number, *rest = run("users", "tokens").stdout.split()
    assert rest[2:] == ["UTC", "planner", "read", "-", "QGIS"]
    run("users", "revoke", number)
    with transaction(engine_of_commands) as connection, pytest.raises(NotAllowed):
        caller_of(connection, token)
    assert run("users", "tokens").stdout == ""
    run("users", "revoke", number, code=4)
    run("users", "token", "--role", "viewer", "--scope", "admin", code=3)
    run("users", "token", "--role", "viewer", "--hours", "999999", code=2)


def test_an_account_is_made_with_a_password_from_the_input(run: Run, engine_of_commands: Engine) -> None:
    run("users", "add", "lan", "--role", "planner", "--name", "Bà Lan", typed=f"{PASSWORD}\n")
    with transaction(engine_of_commands) as connection:
        assert passwords.is_right(users.get(connection, "lan").password, PASSWORD)
    run("users", "add", "minh", "--role", "viewer", typed="short\n", code=3)
    run("users", "add", "Lân", "--role", "viewer", typed=f"{PASSWORD}\n", code=5)
    listed = run("users", "list").stdout.splitlines()
    assert [line.split() for line in listed] == [["lan", "planner", "open", "Bà", "Lan"]]


def test_a_code_is_the_last_line_of_an_invitation_and_of_a_reset_and_in_no_address(
    run: Run, engine_of_commands: Engine
) -> None:
    told = [run("users", "add", "lan", "--role", "planner", "--invite")]
    assert "no password yet" in run("users", "list").stdout
    told.append(run("users", "reset", "lan"))
    codes = [result.stdout.splitlines()[-1] for result in told]
    with transaction(engine_of_commands) as connection:
        assert users.owner_of(connection, codes[1]).login == "lan"
        assert users.use_code(connection, codes[1], PASSWORD, "Thái Bình", Trail()).login == "lan"
    assert codes[0] != codes[1]
    for result, code in zip(told, codes, strict=True):
        assert "http://127.0.0.1:8000/welcome" in result.stderr
        assert code not in result.stderr


def test_roles_change_and_accounts_close_and_open(run: Run) -> None:
    run("users", "add", "lan", "--role", "planner", "--invite")
    assert run("users", "role", "lan", "analyst").stdout.split() == ["lan", "analyst"]
    run("users", "disable", "lan")
    assert "closed" in run("users", "list").stdout
    run("users", "enable", "lan")
    assert "closed" not in run("users", "list").stdout
    for command in (("role", "nobody", "viewer"), ("reset", "nobody"), ("disable", "nobody")):
        run("users", *command, code=4)


ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.mark.parametrize(
    ("number", "sudo", "name"),
    [(1000, None, ME), (1000, "lan", ME), (0, "lan", f"{ME} (sudo: lan)"), (0, ME, ME), (0, None, ME)],
)
def test_nobody_runs_a_command_under_another_name(
    monkeypatch: pytest.MonkeyPatch, number: int, sudo: str | None, name: str
) -> None:
    entry = pwd.getpwuid(os.getuid())
    monkeypatch.setattr("gis_service.cli.users.os.getuid", lambda: number)
    monkeypatch.setattr("gis_service.cli.users.pwd.getpwuid", lambda _: entry)
    for variable in ("LOGNAME", "USER"):
        monkeypatch.setenv(variable, "minh")
    monkeypatch.delenv("SUDO_USER", raising=False)
    if sudo:
        monkeypatch.setenv("SUDO_USER", sudo)
    assert operator() == Caller(Role.ADMIN, name)


def test_what_was_done_is_shown_with_who_did_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "thu")
    monkeypatch.delenv("SUDO_USER", raising=False)
    run("users", "add", "lan", "--role", "planner", "--invite")
    run("users", "role", "lan", "viewer")
    shown = run("users", "audit", "--limit", "1")
    newest = shown.stdout
    assert f"{ME} (admin, command)" in newest
    assert "thu" not in newest
    assert "account.role" in newest
    assert " UTC " in newest
    assert run("users", "audit", "--who", "nobody").stdout == ""
    table = run("users", "audit", "--action", "account.", "--csv").stdout
    assert [row["action"] for row in csv.DictReader(io.StringIO(table))] == [
        "account.role",
        "account.invite",
        "account.add",
    ]
    following = shown.stderr.split()
    assert following[0] == "--before"
    assert "account.invite" in run("users", "audit", *following, "--limit", "1").stdout


def test_the_audit_is_found_by_object_and_time_and_written_as_a_table_to_its_end(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gis_service.services.audit.LARGEST_PAGE", 2)
    for login in ("lan", "minh", "thu"):
        run("users", "add", login, "--role", "planner", "--invite")

    def objects(*arguments: str) -> list[str]:
        table = run("users", "audit", "--csv", *arguments).stdout
        return [row["object"] for row in csv.DictReader(io.StringIO(table))]

    assert objects() == ["thu", "thu", "minh", "minh", "lan", "lan"]
    assert objects("--limit", "3") == ["thu", "thu", "minh"]
    assert objects("--object", "lan", "--action", "account.add") == ["lan"]
    assert objects("--from", "2020-01-01", "--to", "2020-01-02T10:00") == []
    assert objects("--from", "2020-01-01", "--limit", "1") == ["thu"]
    assert len(run("users", "audit", "--limit", "5").stdout.splitlines()) == 5
    for wrong in (("--limit", "0"), ("--from", "yesterday"), ("--before", "0")):
        run("users", "audit", *wrong, code=2)


def test_groups_have_members_rights_and_layers_a_visibility(run: Run) -> None:
    run("users", "add", "lan", "--role", "planner", "--invite")
    run("teams", "add", "roads", "--title", "Phòng Đường bộ")
    run("teams", "join", "roads", "lan")
    run("teams", "give", "roads", "commune", "edit")
    run("teams", "show", "market", "draft")
    assert run("teams", "list").stdout == "roads  Phòng Đường bộ\n  lan\n  edit  commune\nmarket: draft\n"
    run("teams", "take", "roads", "commune", "edit")
    run("teams", "leave", "roads", "lan")
    run("teams", "show", "market", "defined")
    assert run("teams", "list").stdout == "roads  Phòng Đường bộ\n  -\n"
    for visibility, told in (("draft", 0), ("public", 1), ("public", 0), ("draft", 0), ("defined", 1)):
        assert run("teams", "show", "market", visibility).stdout.count("market") == told
    run("teams", "show", "residents", "public", code=3)
    run("teams", "give", "roads", "nowhere", "read", code=4)
    run("teams", "remove", "roads")
    run("teams", "remove", "roads", code=4)
    assert run("teams", "list").stdout == ""
