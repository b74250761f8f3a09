from collections.abc import Callable

import pytest
from sqlalchemy import text

from gis_service.db.engine import Connection, open_engine, transaction
from gis_service.db.history_check import check
from gis_service.db.layer_changes import (
    LayerChange,
    add_missing_columns,
    apply_change,
    changes,
    follow,
)
from gis_service.db.layers import Column, LayerTable, columns_of, ensure_table
from gis_service.db.query import sql
from gis_service.db.snapshot import snapshot
from gis_service.types import LayerId

OLD = LayerTable(LayerId("library"), "Point", "code", (Column("code", "text"),))
NEW = LayerTable(LayerId("library"), "Point", "code", (*OLD.columns, Column("seats", "integer")))


def test_a_column_that_a_definition_has_gained_is_added_empty(connection: Connection) -> None:
    ensure_table(connection, OLD)
    connection.execute(text("INSERT INTO layer.library (code) VALUES ('a')"))
    assert add_missing_columns(connection, NEW) == ("seats",)
    ensure_table(connection, NEW)
    assert connection.execute(text("SELECT code, seats FROM layer.library")).all() == [("a", None)]
    assert add_missing_columns(connection, NEW) == ()


def test_a_column_of_another_type_is_left_as_it_is(connection: Connection) -> None:
    other = LayerTable(LayerId("library"), "Point", "code", (Column("code", "text"), Column("seats", "text")))
    ensure_table(connection, other)
    assert add_missing_columns(connection, NEW) == ()
    assert columns_of(connection, NEW.id)["seats"] == "text"


def test_without_a_table_nothing_is_made(connection: Connection) -> None:
    assert add_missing_columns(connection, NEW) == ()
    assert columns_of(connection, NEW.id) == {}


def library(geometry: str, key: str | None, **columns: str) -> LayerTable:
    fields = tuple(Column(name, kind) for name, kind in columns.items())
    return LayerTable(LayerId("library"), geometry, key, fields)


BEFORE = library("Point", "code", code="text", seats="integer", opened="date")
AFTER = [
    (library("Point", "code", code="text", seats="integer", opened="date"), []),
    (
        library("Point", "code", code="text", seats="number", opened="timestamp"),
        [
            LayerChange("type", "seats", "bigint", "double precision"),
            LayerChange("type", "opened", "date", "timestamp with time zone"),
        ],
    ),
    (
        library("Geometry", None, code="text", seats="text", fee="boolean"),
        [
            LayerChange("type", "seats", "bigint", "text"),
            LayerChange("add", "fee", "", "boolean"),
            LayerChange("geometry", "geom", "geometry(Point,4326)", "geometry(Geometry,4326)"),
            LayerChange("drop", "opened", "date", ""),
            LayerChange("key", "library_key_idx", "code", ""),
        ],
    ),
    (
        library("MultiPoint", "seats", code="text", seats="integer", opened="date"),
        [
            LayerChange("geometry", "geom", "geometry(Point,4326)", "geometry(MultiPoint,4326)"),
            LayerChange("key", "library_key_idx", "code", "seats"),
        ],
    ),
]
IN_THE_WAY = [
    (library("Point", "code", code="integer", seats="integer", opened="date"), ("code", -1)),
    (library("Point", "code", code="text", seats="boolean", opened="date"), ("seats", -1)),
    (library("Point", "code", code="text", seats="date", opened="date"), ("seats", -1)),
    (library("Polygon", "code", code="text", seats="integer", opened="date"), ("geom", 2)),
    (library("Point", "opened", code="text", seats="integer", opened="date"), ("library_key_idx", 1)),
]


@pytest.fixture
def filled(connection: Connection) -> Connection:
    """Give a transaction in which a layer has two rows, and a third in its past."""
    ensure_table(connection, BEFORE)
    rows = "INSERT INTO layer.library (geom, code, seats, opened) VALUES "
    rows += "(ST_Point(106, 20, 4326), 'a', 3, '2026-01-06'), (ST_Point(106, 21, 4326), 'b', 9, '2026-01-06')"
    connection.execute(text(rows))
    connection.execute(text("UPDATE gis.version SET xact = NULL WHERE layer = 'library'"))
    return connection


def of_library(connection: Connection) -> list[str]:
    return [fault.code for fault in check(connection) if fault.layer == "library"]


@pytest.mark.parametrize(("wanted", "expected"), AFTER)
def test_a_table_is_brought_in_line_and_its_history_with_it(
    filled: Connection, wanted: LayerTable, expected: list[LayerChange]
) -> None:
    found = changes(filled, wanted)
    assert found == expected
    for change in found:
        apply_change(filled, wanted, change)
    follow(filled, wanted)
    assert changes(filled, wanted) == []
    ensure_table(filled, wanted)
    assert of_library(filled) == []
    filled.execute(text("INSERT INTO layer.library (code) VALUES ('c')"))
    assert of_library(filled) == []


@pytest.mark.parametrize(("wanted", "expected"), IN_THE_WAY)
def test_values_that_would_not_come_through_are_counted(
    filled: Connection, wanted: LayerTable, expected: tuple[str, int]
) -> None:
    assert [(one.name, one.in_the_way) for one in changes(filled, wanted)] == [expected]


@pytest.mark.parametrize("kind", ["text", "number"])
def test_a_table_that_never_held_a_row_changes_to_any_type(connection: Connection, kind: str) -> None:
    ensure_table(connection, BEFORE)
    wanted = library("Point", "code", code="text", seats=kind, opened="date")
    (change,) = changes(connection, wanted)
    assert (change.kind, change.in_the_way) == ("type", 0)
    apply_change(connection, wanted, change)
    follow(connection, wanted)
    assert of_library(connection) == []


def test_a_column_made_by_hand_of_which_the_past_knows_nothing_is_looked_at_in_the_table(
    filled: Connection,
) -> None:
    filled.execute(text("ALTER TABLE layer.library ADD COLUMN fee text DEFAULT '5'"))
    wanted = library("Point", "code", code="text", seats="integer", opened="date", fee="integer")
    (change,) = changes(filled, wanted)
    assert (change.name, change.in_the_way) == ("fee", 0)
    apply_change(filled, wanted, change)
    follow(filled, wanted)
    assert of_library(filled) == []
    assert list(filled.execute(text("SELECT DISTINCT fee FROM layer.library")).scalars()) == [5]


def test_a_number_too_large_for_the_new_type_is_counted(filled: Connection) -> None:
    filled.execute(text("UPDATE layer.library SET seats = 9007199254740993 WHERE code = 'a'"))
    wanted = library("Point", "code", code="text", seats="number", opened="date")
    assert [(one.name, one.in_the_way) for one in changes(filled, wanted)] == [("seats", 1)]


def test_a_value_of_the_past_is_in_the_way_too(filled: Connection) -> None:
    filled.execute(text("UPDATE layer.library SET code = fid"))
    wanted = library("Point", "code", code="integer", seats="integer", opened="date")
    assert [(one.name, one.in_the_way) for one in changes(filled, wanted)] == [("code", -1)]


def test_a_column_that_is_dropped_stays_in_the_history(filled: Connection) -> None:
    wanted = library("Point", "code", code="text", opened="date")
    (change,) = changes(filled, wanted)
    apply_change(filled, wanted, change)
    follow(filled, wanted)
    assert "seats" not in columns_of(filled, wanted.id)
    kept = "SELECT seats FROM history.library ORDER BY fid"
    assert list(filled.execute(text(kept)).scalars()) == [3, 9]


def test_a_field_that_comes_back_with_another_type_leaves_the_old_values_beside_it(
    filled: Connection,
) -> None:
    for wanted in (
        library("Point", "code", code="text", opened="date"),
        library("Point", "code", code="text", opened="date", seats="date"),
    ):
        for change in changes(filled, wanted):
            apply_change(filled, wanted, change)
        follow(filled, wanted)
    filled.execute(text("UPDATE layer.library SET seats = '2026-01-06'"))
    assert of_library(filled) == []


def test_without_a_table_nothing_differs(connection: Connection) -> None:
    assert changes(connection, NEW) == []


def test_what_was_made_by_hand_goes_along_with_a_column_of_another_type(filled: Connection) -> None:
    filled.execute(text("ALTER TABLE layer.library ALTER COLUMN seats SET NOT NULL, ADD CHECK (seats < 100)"))
    filled.execute(text("CREATE INDEX by_seats ON layer.library (seats, code) WHERE seats > 1"))
    wanted = library("Point", "code", code="text", seats="number", opened="date")
    for change in changes(filled, wanted):
        apply_change(filled, wanted, change)
    follow(filled, wanted)
    parts = {"layer": "library", "column": "seats"}
    made = "\n".join(filled.execute(sql("layers_column_parts"), parts).scalars())
    assert [part in made for part in ("SET NOT NULL", "seats < (100)", "by_seats")] == [True] * 3


@pytest.mark.parametrize("table", ["layer.library", "history.library"])
def test_whoever_reads_an_older_state_still_sees_its_rows(
    make_database: Callable[[], str], table: str
) -> None:
    engine = open_engine(make_database())
    wanted = library("Geometry", "code", code="text", seats="text", opened="timestamp")
    with transaction(engine) as connection:
        ensure_table(connection, BEFORE)
        connection.execute(
            text("INSERT INTO layer.library (geom, code) VALUES (ST_Point(106, 20, 4326), 'a')")
        )
    with snapshot(engine) as reader:
        assert reader.execute(text("SELECT count(*) FROM gis.version")).scalar_one() == 1
        with transaction(engine) as connection:
            for change in changes(connection, wanted):
                apply_change(connection, wanted, change)
            follow(connection, wanted)
        assert reader.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1  # noqa: S608
    engine.dispose()
