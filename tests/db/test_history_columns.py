"""Tables that people change with SQL: types, columns, names, numbers; the history follows."""

from collections.abc import Callable, Iterator
from datetime import date

import psycopg
import pytest
from sqlalchemy import text

from gis_service.db.engine import Engine, open_engine, transaction
from gis_service.db.history import rows_at
from gis_service.db.history_check import check
from gis_service.db.layers import Column, LayerTable, add_version, ensure_table
from gis_service.types import LayerId, VersionId

WELL = LayerId("well")
TABLE = LayerTable(WELL, "Point", None, (Column("code", "text"), Column("depth", "number")))
TWO = "INSERT INTO layer.well (code, depth) VALUES ('7', 1.5), ('08', 2)"
TOUCH = "UPDATE layer.well SET geom = ST_Point(106, 20, 4326) WHERE fid = 1"
DAY = date(2026, 1, 6)
Rows = list[tuple[object, ...]]


@pytest.fixture
def wells(make_database: Callable[[], str]) -> Iterator[Engine]:
    """Give a pool over a database in which one layer of two rows has been committed."""
    engine = open_engine(make_database())
    with transaction(engine) as connection:
        ensure_table(connection, TABLE)
    write(engine, TWO)
    yield engine
    engine.dispose()


def write(engine: Engine, *statements: str) -> VersionId:
    with transaction(engine) as connection:
        for statement in statements:
            connection.execute(text(statement))
    with transaction(engine) as connection:
        return VersionId(connection.execute(text("SELECT max(id) FROM gis.version")).scalar_one())


def rows(engine: Engine, version: VersionId | None, columns: str, layer: LayerId = WELL) -> Rows:
    statement = f"SELECT {columns} FROM {rows_at(layer, version)} AS t ORDER BY fid"  # noqa: S608  written here
    with transaction(engine) as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def faults(engine: Engine) -> set[str]:
    with transaction(engine) as connection:
        return {fault.code for fault in check(connection)}


def past_columns(engine: Engine) -> set[str]:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = 'history.well'::regclass AND attnum > 0"
    with transaction(engine) as connection:
        return set(connection.execute(text(f"{query} AND NOT attisdropped")).scalars())


@pytest.mark.parametrize(
    ("alter", "now"),
    [
        ("ALTER COLUMN depth TYPE text", [("7", "1.5"), ("08", "2")]),
        ("ALTER COLUMN depth TYPE bigint USING 10 * depth", [("7", 15), ("08", 20)]),
        ("ALTER COLUMN depth TYPE numeric(4, 1)", [("7", 1.5), ("08", 2)]),
        ("ALTER COLUMN code TYPE bigint USING code::bigint", [(7, 1.5), (8, 2)]),
        ("ALTER COLUMN code TYPE varchar(1) USING left(code, 1)", [("7", 1.5), ("0", 2)]),
        ("ALTER COLUMN code TYPE date USING '2026-01-06'", [(DAY, 1.5), (DAY, 2)]),
    ],
)
def test_a_type_that_is_changed_by_hand_keeps_nobody_from_writing_and_every_version_its_values(
    wells: Engine, alter: str, now: Rows
) -> None:
    with transaction(wells) as connection:
        first = VersionId(connection.execute(text("SELECT max(id) FROM gis.version")).scalar_one())
    made = write(wells, f"ALTER TABLE layer.well {alter}", TOUCH)
    assert rows(wells, made, "code, depth") == rows(wells, None, "code, depth") == now
    assert faults(wells) == set()
    aside = [name for name in past_columns(wells) if name.startswith(("code_", "depth_"))]
    before = "".join(f", {name}" for name in aside)
    kept = {str(value) for row in rows(wells, first, f"code, depth{before}") for value in row}
    assert {"7", "08", "1.5"} <= kept


def test_two_changes_of_type_put_two_columns_aside(wells: Engine) -> None:
    there_and_back = (
        "ALTER TABLE layer.well ALTER COLUMN code TYPE date USING '2026-01-06'",
        TOUCH,
        "ALTER TABLE layer.well ALTER COLUMN code TYPE boolean USING true",
        TOUCH,
    )
    made = write(wells, *there_and_back)
    assert rows(wells, made, "code") == [(True,), (True,)]
    assert len({name for name in past_columns(wells) if name.startswith("code_")}) == 2
    assert faults(wells) == set()


def test_a_column_that_comes_with_a_value_is_kept_with_it_for_every_row(wells: Engine) -> None:
    made = write(wells, "ALTER TABLE layer.well ADD COLUMN seats bigint NOT NULL DEFAULT 5", TOUCH)
    assert rows(wells, made, "seats") == [(5,), (5,)]
    assert faults(wells) == set()


def test_what_a_table_demands_its_history_does_not(wells: Engine) -> None:
    write(
        wells,
        "CREATE TABLE layer.spring (fid bigint PRIMARY KEY, geom geometry NOT NULL, code text NOT NULL)",
        "INSERT INTO layer.spring VALUES (1, ST_Point(106, 20, 4326), 'a')",
        "SELECT gis.keep_history('spring')",
    )
    alter = "ALTER TABLE layer.spring ALTER COLUMN code TYPE date USING '2026-01-06'"
    made = write(wells, alter, TOUCH.replace("well", "spring"))
    assert rows(wells, made, "code", LayerId("spring")) == [(DAY,)]
    assert faults(wells) == set()


def test_a_table_that_was_dropped_and_made_again_ends_the_rows_of_before(wells: Engine) -> None:
    with transaction(wells) as connection:
        first = VersionId(connection.execute(text("SELECT max(id) FROM gis.version")).scalar_one())
        connection.execute(text("DROP TABLE layer.well"))
    with transaction(wells) as connection:
        ensure_table(connection, TABLE)
        made = add_version(connection, WELL, author="lan", message="again")
        connection.execute(text("INSERT INTO layer.well (code) VALUES ('new')"))
    assert faults(wells) == set()
    assert rows(wells, made, "fid, code") == [(3, "new")]
    assert [row[0] for row in rows(wells, first, "code")] == ["7", "08"]
    with transaction(wells) as connection:
        told = "SELECT author, message FROM gis.version ORDER BY id DESC LIMIT 1"
        assert connection.execute(text(told)).one() == ("lan", "again")


def test_a_table_that_gets_another_name_is_written_to_and_begins_a_history_there(wells: Engine) -> None:
    made = write(wells, "ALTER TABLE layer.well RENAME TO spring", TOUCH.replace("well", "spring"))
    again = write(wells, "DELETE FROM layer.spring WHERE fid = 2")
    spring = LayerId("spring")
    assert [row[0] for row in rows(wells, made, "code", spring)] == ["7", "08"]
    assert [row[0] for row in rows(wells, again, "code", spring)] == ["7"]
    assert faults(wells) == {"history_table_gone"}, "the old name has a past and no table"


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_an_older_view_does_not_empty_a_table(wells: Engine, level: str) -> None:
    url = wells.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as early:
        early.execute(f"SET TRANSACTION ISOLATION LEVEL {level}".encode())
        early.execute("SELECT 1")
        write(wells, "INSERT INTO layer.well (code) VALUES ('late')")
        with pytest.raises(psycopg.errors.SerializationFailure, match="read committed"):
            early.execute("TRUNCATE layer.well")
    assert (len(rows(wells, None, "fid")), faults(wells)) == (3, set())


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO layer.{} (fid, code) VALUES (0, 'a')",
        "INSERT INTO layer.{} (fid, code) VALUES (-1, 'a')",
        "UPDATE layer.{} SET fid = -fid",
    ],
)
@pytest.mark.parametrize("table", ["well", "by_hand"])
def test_numbers_of_features_begin_with_one(wells: Engine, statement: str, table: str) -> None:
    write(
        wells,
        "CREATE TABLE layer.by_hand (fid bigint PRIMARY KEY, geom geometry, code text)",
        "INSERT INTO layer.by_hand VALUES (1, NULL, 'x')",
        "SELECT gis.keep_history('by_hand')",
    )
    url = wells.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as editor, pytest.raises(psycopg.errors.CheckViolation):
        editor.execute(statement.format(table).encode())
    assert faults(wells) == set()


def test_a_layer_that_was_empty_when_its_history_began_has_a_state_to_go_back_to(wells: Engine) -> None:
    write(
        wells,
        "DROP TABLE layer.well, history.well",
        "UPDATE gis.version SET xact = NULL",
        "CREATE TABLE layer.well (fid bigint PRIMARY KEY, geom geometry, code text)",
        "SELECT gis.keep_history('well')",
    )
    with transaction(wells) as connection:
        kept = text("SELECT kept FROM gis.version WHERE layer = 'well' ORDER BY id")
        assert list(connection.execute(kept).scalars()) == [False, True], "the rows of the first one are gone"
