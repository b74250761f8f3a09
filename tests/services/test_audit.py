"""What was done is written down with it, and stays."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from gis_service.db.engine import Connection, Engine, open_engine, transaction
from gis_service.errors import WrongUse
from gis_service.services import audit, users
from gis_service.services.accounts import Caller, Role, Trail, make_token, record
from gis_service.services.audit import AuditFilter, Entry, as_csv, list_


@pytest.fixture(scope="module")
def engine(make_database: Callable[[], str]) -> Iterator[Engine]:
    """Give a database of our own: others write into the audit of the shared one."""
    pool = open_engine(make_database())
    yield pool
    pool.dispose()


LAN = Caller(Role.ADMIN, "lan", trail=Trail("session", "192.0.2.7", "request-1"))


def test_a_change_is_told_with_who_whence_before_and_after(connection: Connection) -> None:
    users.add(connection, "minh", Role.VIEWER, caller=LAN)
    users.change_role(connection, "minh", Role.PLANNER, caller=LAN)
    newest = list_(connection).items[0]
    told = (newest.actor, newest.role, newest.by, newest.address, newest.request_id)
    assert told == ("lan", "admin", "session", "192.0.2.7", "request-1")
    assert (newest.action, newest.object) == ("account.role", "minh")
    assert (newest.before, newest.after) == ({"role": "viewer"}, {"role": "planner"})
    assert [one.action for one in list_(connection).items] == ["account.role", "account.add"]


def test_a_change_that_is_taken_back_leaves_no_trace(connection: Connection) -> None:
    with connection.begin_nested() as inner:
        users.add(connection, "minh", Role.VIEWER, caller=LAN)
        inner.rollback()
    assert list_(connection).items == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gis.audit SET actor = 'nobody'",
        "DELETE FROM gis.audit",
        "TRUNCATE gis.audit",
    ],
)
def test_no_row_can_be_changed_or_removed(connection: Connection, statement: str) -> None:
    record(connection, LAN, "test.try", "x")
    for granted in (False, True):
        with connection.begin_nested() as inner:
            if granted:
                # The owner may give itself its rights back; the trigger still says no.
                connection.execute(text("GRANT ALL ON gis.audit TO CURRENT_USER"))
            with pytest.raises(ProgrammingError) as refused:
                connection.execute(text(statement))
            inner.rollback()
        assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)
    assert [one.actor for one in list_(connection).items] == ["lan"]


@pytest.mark.parametrize(
    ("statement", "action", "object_"),
    [
        ("TRUNCATE gis.layer_setting", "layer_setting.truncate", ""),
        ("TRUNCATE gis.layer_right", "layer_right.truncate", ""),
        ("TRUNCATE gis.layer_definition", "layer_definition.truncate", ""),
        ("UPDATE gis.account SET role = 'admin', password = 'x'", "account.update", "minh"),
        ("DELETE FROM gis.account", "account.delete", "minh"),
        ("INSERT INTO gis.team (id) VALUES ('roads')", "team.insert", "roads"),
        (
            "INSERT INTO gis.layer_setting (layer, visibility) VALUES ('commune', 'draft')",
            "layer_setting.insert",
            "commune",
        ),
    ],
)
def test_what_somebody_does_by_sql_is_told_too(
    connection: Connection, statement: str, action: str, object_: str
) -> None:
    users.add(connection, "minh", Role.VIEWER, caller=LAN)
    connection.execute(text("SELECT set_config('gis.audited', '', true)"))  # as in another transaction
    connection.execute(text(statement))
    newest = list_(connection).items[0]
    assert (newest.action, newest.object, newest.by) == (action, object_, "sql")
    assert newest.actor == connection.execute(text("SELECT session_user")).scalar_one()
    if action == "account.update":
        assert newest.before is not None
        assert newest.after is not None
        assert (newest.before["role"], newest.after["role"]) == ("viewer", "admin")
        assert newest.after["password"] == "new"  # noqa: S105 not a secret


def test_what_the_audit_stands_on_fires_in_a_session_that_plays_a_replica_too(connection: Connection) -> None:
    asked = text(
        "SELECT tgrelid::regclass::text || ' ' || tgname, tgenabled FROM pg_trigger"
        " WHERE NOT tgisinternal AND (tgname LIKE 'audit%' OR tgname LIKE 'note%')"
    )
    found = {
        name: bytes(fires, "ascii") if isinstance(fires, str) else fires
        for name, fires in connection.execute(asked)
    }
    assert {name for name, fires in found.items() if fires != b"A"} == set()
    watched = {
        "gis.audit audit_is_append_only",
        "gis.version audit_version",
        "gis.layer_setting note_visibility",
    }
    definitions = {
        f"gis.layer_definition {name}" for name in ("audit_direct", "audit_truncate", "note_definition")
    }
    assert watched | definitions | {"gis.account audit_direct", "gis.token audit_truncate"} <= set(found)


def test_a_session_made_or_given_away_by_sql_is_told_and_its_signs_of_life_are_not(
    connection: Connection,
) -> None:
    users.add(connection, "minh", Role.ADMIN, caller=LAN)
    connection.execute(text("SELECT set_config('gis.audited', '', true)"))
    connection.execute(
        text(
            "INSERT INTO gis.session (hash, account, expires_at)"
            " SELECT sha256('x'), id, now() + interval '1 day' FROM gis.account"
        )
    )
    connection.execute(text("UPDATE gis.session SET seen_at = now()"))
    connection.execute(text("UPDATE gis.session SET expires_at = now()"))
    last, first, *_ = list_(connection).items
    assert (first.action, last.action) == ("session.insert", "session.update")
    assert (first.by, (first.after or {})["hash"]) == ("sql", "new")


def test_saying_for_all_times_that_one_audits_oneself_hides_nothing(emptied: str) -> None:
    with psycopg.connect(emptied) as direct:
        number = direct.execute("SELECT pg_current_xact_id()::text").fetchone()
        assert number is not None
        direct.execute("SELECT set_config('gis.audited', %s, false)", number)
        direct.commit()
        direct.execute("INSERT INTO gis.team (id) VALUES ('roads')")
        direct.execute("SET gis.audited = 'yes'")
        direct.execute("INSERT INTO gis.team (id) VALUES ('parks')")
        told = direct.execute("SELECT object FROM gis.audit ORDER BY id").fetchall()
    assert told == [("roads",), ("parks",)]


def test_versions_that_were_told_are_found_by_an_index(connection: Connection) -> None:
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    told = "told.object = 'roads' AND told.action = 'layer.version' AND told.after -> 'version' = to_jsonb(7)"
    plan = connection.execute(text(f"EXPLAIN SELECT FROM gis.audit AS told WHERE {told}")).scalars()
    assert "audit_version_idx" in "".join(plan)


def test_what_the_service_does_is_told_once(connection: Connection) -> None:
    make_token(connection, Role.VIEWER, caller=LAN)
    assert [one.by for one in list_(connection).items] == ["session"]


@pytest.fixture
def emptied(make_database: Callable[[], str]) -> str:
    """Give the URL of a database of its own, for what is told at the end of a transaction."""
    return make_database()


def test_every_version_of_a_layer_is_told_by_whatever_way_it_came(emptied: str) -> None:
    version = "INSERT INTO gis.version (layer, author, message) VALUES ('roads', '{}', 'm') RETURNING id"
    engine = open_engine(emptied)
    with transaction(engine) as connection:
        connection.execute(text(version.format("before")))
        # The author may be named after the version was begun.
        connection.execute(text("UPDATE gis.version SET author = 'minh'"))
    with transaction(engine) as connection:
        number = connection.execute(text(version.format("lan"))).scalar_one()
        record(connection, LAN, "layer.version", "roads", None, {"version": number})
    with psycopg.connect(emptied) as direct:
        direct.execute(version.format("somebody").encode())
    with transaction(engine) as connection:
        items = list_(connection).items
        made = [one for one in items if one.action == "layer.version"]
        told = [(one.actor, one.by, (one.after or {})["version"]) for one in made]
        newest, owner = connection.execute(text("SELECT max(id), session_user FROM gis.version")).one()
    engine.dispose()
    # Whoever comes by SQL may name any author, and is told by the name of the session.
    assert told == [(owner, "sql", newest), ("lan", "session", number), ("minh", "command", number - 1)]
    assert [one.action for one in items if one not in made] == ["version.update"], "told too"


@pytest.fixture
def three(connection: Connection) -> Connection:
    for actor, action in (("lan", "account.add"), ("minh", "account.role"), ("lan", "team.add")):
        record(connection, Caller(Role.ADMIN, actor), action, "x")
    return connection


NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("asked", "actions"),
    [
        (AuditFilter(), ["team.add", "account.role", "account.add"]),
        (AuditFilter(actor="lan"), ["team.add", "account.add"]),
        (AuditFilter(action="account."), ["account.role", "account.add"]),
        (AuditFilter(action="account"), []),
        (AuditFilter(action="team.add", object="x"), ["team.add"]),
        (AuditFilter(object="y"), []),
        (AuditFilter(action="%."), []),
        (AuditFilter(since=NOW + timedelta(days=1)), []),
        (AuditFilter(until=NOW - timedelta(days=1)), []),
    ],
)
def test_entries_are_found_by_what_they_tell(
    three: Connection, asked: AuditFilter, actions: list[str]
) -> None:
    assert [one.action for one in list_(three, asked).items] == actions


def test_pages_follow_each_other(three: Connection) -> None:
    first = list_(three, limit=2)
    last = list_(three, before=first.next, limit=2)
    assert [one.action for one in [*first.items, *last.items]] == ["team.add", "account.role", "account.add"]
    assert last.next is None
    for limit in (0, audit.LARGEST_PAGE + 1):
        with pytest.raises(WrongUse):
            list_(three, limit=limit)


def test_a_table_runs_nothing_in_a_spreadsheet() -> None:
    entry = Entry(1, NOW, "=cmd()", None, "token", None, "team.add", "+x", None, {"tên": "đê"}, "r")
    header, row = csv.reader(io.StringIO(as_csv([entry])))
    assert header[:4] == ["id", "at", "actor", "role"]
    assert (row[2], row[7], row[9]) == ("'=cmd()", "'+x", '{"tên": "đê"}')
