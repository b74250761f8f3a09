"""A check of the whole database: sound, or every fault in words; repairs are told."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import text

from gis_service.db.cluster import Cluster
from gis_service.db.engine import Engine, open_engine, transaction
from gis_service.db.guards import TRIGGERS
from gis_service.db.query import sql
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.accounts import Caller, Role
from gis_service.services.audit import list_
from gis_service.services.database_check import check_database, check_engine
from gis_service.settings import Settings


@pytest.fixture
def own(make_database: Callable[[], str]) -> Iterator[Engine]:
    """Give a pool over a database in which this test may commit."""
    engine = open_engine(make_database())
    yield engine
    engine.dispose()


def write(engine: Engine, *statements: str) -> None:
    with transaction(engine) as connection:
        for statement in statements:
            connection.execute(text(statement))


MADE = "CREATE TABLE layer.{} (fid bigint PRIMARY KEY, geom geometry(Point, 4326), name text)"


def test_an_empty_database_is_sound(settings: Settings, make_database: Callable[[], str]) -> None:
    found = check_database(settings.model_copy(update={"database_url": make_database()}))
    assert (found.tables, found.repaired) == (0, {})


def test_every_fault_is_told_with_its_place_in_both_languages(own: Engine) -> None:
    write(own, MADE.format("well"), "CREATE TABLE layer.heap (id integer)")
    with pytest.raises(RefusedInput) as caught:
        check_engine(own, defined=lambda: ["heap"])
    error = caught.value
    assert (error.code, error.params["count"]) == (ErrorCode.DATABASE_UNSOUND, 3)
    assert [fault.place("vi") for fault in error.faults] == ["heap", "well", "well"]
    assert "không có lịch sử" in error.faults[1].words("vi")
    assert "not under history" in error.faults[1].words("en")


def test_what_can_be_repaired_is_and_what_is_left_is_still_told(own: Engine) -> None:
    write(
        own, MADE.format("well"), "INSERT INTO layer.well VALUES (7)", "CREATE TABLE layer.heap (id integer)"
    )
    with pytest.raises(RefusedInput) as caught:
        check_engine(own, repair=True, defined=lambda: ["heap"])
    assert [fault.place("en") for fault in caught.value.faults] == ["heap"]
    write(own, "DROP TABLE layer.heap")
    assert check_engine(own).tables == 1
    with transaction(own) as connection:
        author = "SELECT author FROM gis.version WHERE layer = 'well'"
        assert connection.execute(text(author)).scalar_one() == "db check"


def test_a_repair_tells_the_version_it_made(own: Engine) -> None:
    write(own, MADE.format("well"), "INSERT INTO layer.well VALUES (7)", MADE.format("pump"))
    repaired = check_engine(own, repair=True).repaired
    assert repaired["pump"] is None
    assert repaired["well"]


def test_a_table_that_is_no_layer_is_told_and_no_fault(
    settings: Settings, own: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = own.url.set(drivername="postgresql").render_as_string(hide_password=False)
    there = settings.model_copy(update={"database_url": url})
    write(own, "CREATE TABLE layer.layer_styles (id serial PRIMARY KEY)")
    assert check_database(there).beside == ("layer_styles",)
    write(own, "CREATE TABLE layer.wifi (id integer)")
    with pytest.raises(RefusedInput) as caught:
        check_database(there)
    assert [fault.place("en") for fault in caught.value.faults] == ["wifi"]
    write(own, "DROP TABLE layer.wifi")
    nowhere = there.model_copy(update={"layers_dir": settings.layers_dir / "nowhere"})
    with pytest.raises(RefusedInput) as caught:
        check_database(nowhere)
    assert [fault.place("en") for fault in caught.value.faults] == ["layer_styles"], "it may be a layer"
    monkeypatch.setattr("gis_service.services.database_check.load_catalogue", None)
    write(own, "DROP TABLE layer.layer_styles")
    assert check_database(there).beside == (), "definitions are read only when they are asked for"


def test_a_table_that_had_a_history_and_can_have_none_any_more_is_a_fault(own: Engine) -> None:
    write(own, MADE.format("well"), "INSERT INTO layer.well VALUES (7)", "SELECT gis.keep_history('well')")
    write(own, "ALTER TABLE layer.well DROP CONSTRAINT well_pkey")
    with pytest.raises(RefusedInput) as caught:
        check_engine(own)
    assert [fault.place("en") for fault in caught.value.faults] == ["well"]


@pytest.fixture(scope="module")
def guarded(make_database: Callable[[], str]) -> Iterator[Engine]:
    """Give a pool over a database that is sound before and after each test."""
    engine = open_engine(make_database())
    yield engine
    engine.dispose()


REPLACED = """
CREATE OR REPLACE TRIGGER audit_direct AFTER INSERT ON gis.team
    FOR EACH ROW EXECUTE FUNCTION gis.audit_direct();
ALTER TABLE gis.team ENABLE ALWAYS TRIGGER audit_direct
"""
BREAKS = [
    ("ALTER TABLE gis.audit DISABLE TRIGGER audit_is_append_only", "gis.audit"),
    ("ALTER TABLE gis.version ENABLE TRIGGER audit_version", "gis.version"),
    ("ALTER TABLE gis.version DISABLE TRIGGER version_commit", "gis.version"),
    ("DROP TRIGGER audit_version ON gis.version", "gis.version"),
    ("DROP TRIGGER audit_direct ON gis.version", "gis.version"),
    ("ALTER TABLE gis.account DISABLE TRIGGER USER", "gis.account"),
    ("DROP TRIGGER note_definition ON gis.layer_definition", "gis.layer_definition"),
    ("DROP TRIGGER note_visibility ON gis.layer_setting", "gis.layer_setting"),
    ("ALTER TABLE gis.session ENABLE REPLICA TRIGGER audit_direct", "gis.session"),
    (REPLACED, "gis.team"),
    ("GRANT DELETE ON gis.audit TO CURRENT_USER", "gis.audit"),
    ("GRANT UPDATE (actor) ON gis.audit TO PUBLIC", "gis.audit"),
    ("GRANT ALL ON gis.dirty TO CURRENT_USER WITH GRANT OPTION", "gis.dirty"),
]


@pytest.mark.parametrize(("statement", "table"), BREAKS)
def test_what_guards_the_audit_is_looked_at_put_in_order_and_told(
    guarded: Engine, statement: str, table: str
) -> None:
    write(guarded, statement)
    with pytest.raises(RefusedInput) as caught:
        check_engine(guarded)
    assert [fault.place("en") for fault in caught.value.faults] == [table]
    assert check_engine(guarded, repair=True, caller=Caller(Role.ADMIN, "thu")).guards == (table,)
    assert check_engine(guarded).guards == ()
    with transaction(guarded) as connection:
        told = list_(connection, limit=1).items[0]
    assert (told.actor, told.action, told.object) == ("thu", "db.check", table)


def test_every_trigger_that_fires_always_is_looked_at(guarded: Engine) -> None:
    with transaction(guarded) as connection:
        connection.execute(text("SET LOCAL search_path = pg_catalog"))
        found = {(row.of_table, row.name) for row in connection.execute(sql("guards_triggers")) if row.always}
    assert found == TRIGGERS.keys()


def test_a_setting_that_opens_the_past_for_good_is_told_and_not_taken_away(
    guarded: Engine, cluster: Cluster
) -> None:
    name = guarded.url.database
    with psycopg.connect(cluster.admin_url(), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} SET gis.history_writes = 'on'".encode())
        with pytest.raises(RefusedInput) as caught:
            check_engine(guarded, repair=True)
        admin.execute(f"ALTER DATABASE {name} RESET gis.history_writes".encode())
    (fault,) = caught.value.faults
    assert fault.place("en") == "*"
    assert "gis.history_writes=on" in fault.words("en")
    # A connection that was opened while it stood has it still.
    guarded.dispose()
    assert check_engine(guarded).tables == 0


def test_a_setting_that_comes_from_elsewhere_is_seen_too(guarded: Engine) -> None:
    url = guarded.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, options="-c gis.history_writes=on") as opened:
        asked = opened.execute(sql("guards_settings").text.encode()).fetchall()
    assert asked == [("*", "gis.history_writes=on")]
