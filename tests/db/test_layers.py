"""Tables of layers and their versions, in a real PostGIS."""

import threading
import time
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gis_service.db.engine import Connection, Engine, open_engine, transaction
from gis_service.db.history_check import check
from gis_service.db.layers import (
    Column,
    LayerTable,
    add_version,
    ensure_table,
    lock_layer,
    make_indexes,
    state_of,
    version_of,
    waiting_at_most,
)
from gis_service.errors import Conflict, ErrorCode, RefusedInput
from gis_service.types import LayerId

TABLE = LayerTable(LayerId("well"), "Point", "code", (Column("code", "text"), Column("depth", "number")))


def insert(connection: Connection, code: str, x: float = 106.3) -> int:
    statement = "INSERT INTO layer.well (geom, code) VALUES (ST_Point(:x, 20.4, 4326), :code) RETURNING fid"
    return int(connection.execute(text(statement), {"x": x, "code": code}).scalar_one())


def test_a_table_is_made_once_and_found_again(connection: Connection) -> None:
    ensure_table(connection, TABLE)
    insert(connection, "a")
    ensure_table(connection, TABLE)
    assert connection.execute(text("SELECT count(*) FROM layer.well")).scalar_one() == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Column("depth", "integer"), "depth double precision ≠ bigint"),
        (Column("width", "number"), "width - ≠ double precision"),
    ],
)
def test_a_table_that_is_not_as_defined_is_refused(connection: Connection, change: Column, told: str) -> None:
    ensure_table(connection, TABLE)
    with pytest.raises(Conflict) as caught:
        ensure_table(connection, LayerTable(TABLE.id, "Point", "code", (TABLE.columns[0], change)))
    assert caught.value.code == ErrorCode.LAYER_TABLE_DIFFERS
    assert caught.value.params["columns"] == told


def test_a_table_of_another_geometry_is_refused(connection: Connection) -> None:
    ensure_table(connection, TABLE)
    with pytest.raises(Conflict, match=r"geom geometry\(Point,4326\) ≠ geometry\(MultiPolygon,4326\)"):
        ensure_table(connection, LayerTable(TABLE.id, "MultiPolygon", "code", TABLE.columns))


def test_the_number_of_a_row_may_be_given_but_is_not_given_twice(connection: Connection) -> None:
    ensure_table(connection, TABLE)
    first = insert(connection, "a")
    connection.execute(text("DELETE FROM layer.well"))
    assert insert(connection, "b") > first
    connection.execute(text("INSERT INTO layer.well (fid, code) VALUES (:fid, 'a')"), {"fid": first})


def test_a_version_tells_who_and_why_and_a_transaction_makes_one(connection: Connection) -> None:
    assert version_of(connection, TABLE.id) is None
    assert state_of(connection, TABLE).version is None
    ensure_table(connection, TABLE)
    first = add_version(connection, TABLE.id, author="lan", message="một")
    insert(connection, "a")
    assert add_version(connection, TABLE.id, author="minh", message="hai") == first
    state = state_of(connection, TABLE)
    assert (state.version, state.author, state.message, state.features) == (first, "minh", "hai", 1)
    assert version_of(connection, TABLE.id) == first


@pytest.fixture
def own_engine(make_database: Callable[[], str]) -> Engine:
    """Give a pool over a database in which this test may commit."""
    return open_engine(make_database())


def test_a_second_writer_waits_for_the_first(own_engine: Engine) -> None:
    with transaction(own_engine) as first:
        lock_layer(first, TABLE.id)
        with transaction(own_engine) as second:
            second.execute(text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(Exception, match="lock timeout"):
                lock_layer(second, TABLE.id)
        with transaction(own_engine) as other:
            other.execute(text("SET LOCAL lock_timeout = '50ms'"))
            lock_layer(other, LayerId("another_layer"))
    with transaction(own_engine) as third:
        third.execute(text("SET LOCAL lock_timeout = '50ms'"))
        lock_layer(third, TABLE.id)
    own_engine.dispose()


@pytest.mark.parametrize("state", ["40P01", "40001", "55P03"])
def test_who_gives_way_to_another_writer_is_told_so(connection: Connection, state: str) -> None:
    with (
        pytest.raises(Conflict) as caught,
        waiting_at_most(connection, TABLE.id, 1),
        connection.begin_nested(),
    ):
        connection.execute(text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"))
    assert caught.value.code == ErrorCode.LAYER_BUSY
    assert connection.execute(text("SELECT 1")).scalar_one() == 1


def test_another_failure_stays_what_it_is(connection: Connection) -> None:
    with pytest.raises(DBAPIError), waiting_at_most(connection, TABLE.id, 1), connection.begin_nested():
        connection.execute(text("SELECT 1 / 0"))


def test_two_who_wait_for_each_other_do_not_for_ever(
    own_engine: Engine, cluster_admin: Callable[[str], str]
) -> None:
    with transaction(own_engine) as connection:
        ensure_table(connection, TABLE)
    url = cluster_admin(own_engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    impatient = open_engine(url)
    with psycopg.connect(url) as editor, transaction(impatient) as ours:
        ours.execute(text("SET LOCAL deadlock_timeout = '50ms'"))
        lock_layer(ours, LayerId("another_layer"))
        editor.execute("SET deadlock_timeout = '60s'")
        editor.execute("LOCK TABLE layer.well IN EXCLUSIVE MODE")
        waiting = threading.Thread(target=editor.execute, args=("SELECT gis.lock_layer('another_layer')",))
        waiting.start()
        while not ours.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one():
            time.sleep(0.01)
        with pytest.raises(Conflict) as caught, waiting_at_most(ours, TABLE.id, 30), ours.begin_nested():
            ours.execute(text("UPDATE layer.well SET depth = 1"))
        assert caught.value.code == ErrorCode.LAYER_BUSY
        ours.rollback()
        waiting.join()
    impatient.dispose()
    own_engine.dispose()


def test_a_writer_by_sql_and_one_of_ours_wait_in_the_same_order(own_engine: Engine) -> None:
    with transaction(own_engine) as connection:
        ensure_table(connection, TABLE)
    with transaction(own_engine) as ours:
        lock_layer(ours, TABLE.id)
        held = "SELECT mode FROM pg_locks WHERE relation = 'layer.well'::regclass AND pid = pg_backend_pid()"
        assert ours.execute(text(held)).scalars().all() == ["RowExclusiveLock"]
    own_engine.dispose()


def test_a_time_of_commit_is_never_before_the_one_waited_for(connection: Connection) -> None:
    began = connection.execute(text("SELECT now()")).scalar_one()
    add_version(connection, TABLE.id, author="lan", message="")
    committed = connection.execute(text("SELECT max(committed_at) FROM gis.version")).scalar_one()
    assert committed > began


def test_a_name_that_something_else_has_is_told_and_no_key_goes_unkept(connection: Connection) -> None:
    ensure_table(connection, LayerTable(LayerId("well_key_idx"), "Point", None, (Column("code", "text"),)))
    with pytest.raises(Conflict) as caught:
        ensure_table(connection, TABLE)
    assert caught.value.code == ErrorCode.LAYER_TABLE_DIFFERS
    assert caught.value.params["columns"] == "well_key_idx"


def test_an_index_made_by_hand_that_lets_keys_come_twice_is_told(connection: Connection) -> None:
    ensure_table(connection, TABLE)
    connection.execute(text("DROP INDEX layer.well_key_idx"))
    connection.execute(text("CREATE INDEX well_key_idx ON layer.well (code)"))
    with pytest.raises(Conflict):
        make_indexes(connection, TABLE)


@pytest.mark.parametrize("x", ["NaN", "Infinity", "-Infinity"])
def test_a_coordinate_is_a_number(connection: Connection, x: str) -> None:
    ensure_table(connection, TABLE)
    with pytest.raises(DBAPIError, match="well_geom_finite"):
        insert(connection, "a", float(x))


def test_a_row_that_came_past_the_constraint_is_told_by_the_check(connection: Connection) -> None:
    ensure_table(connection, TABLE)
    connection.execute(text("ALTER TABLE layer.well DROP CONSTRAINT well_geom_finite"))
    insert(connection, "a")
    assert [one for one in check(connection) if one.layer == TABLE.id] == []
    insert(connection, "b", float("nan"))
    assert [(one.code, one.params) for one in check(connection) if one.layer == TABLE.id] == [
        ("history_coordinates_infinite", {"count": 1})
    ]


def test_more_than_the_database_can_keep_is_refused(connection: Connection) -> None:
    columns = ", ".join(f"c{number} bigint" for number in range(1700))
    with (
        pytest.raises(RefusedInput) as caught,
        connection.begin_nested(),
        waiting_at_most(connection, TABLE.id, 1),
    ):
        connection.execute(text(f"CREATE TEMPORARY TABLE wide ({columns})"))
    assert caught.value.code == ErrorCode.LAYER_TOO_WIDE
