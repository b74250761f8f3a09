"""Versions and row history, whoever writes: the service, psql, one statement or many."""

import json
from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import text

from gis_service.db.engine import Connection, Engine, open_engine, transaction
from gis_service.db.history import Tally, put_back, rows_at, version, version_at, versions
from gis_service.db.history_diff import differences, tally
from gis_service.db.layers import Column, LayerTable, add_version, ensure_table, lock_layer, version_of
from gis_service.types import LayerId, VersionId

WELL = LayerId("well")
TABLE = LayerTable(WELL, "Point", "code", (Column("code", "text"), Column("depth", "number")))
COLUMNS = ("code", "depth")
TWO = (
    "INSERT INTO layer.well (geom, code, depth)"
    " VALUES (ST_Point(106.3, 20.4, 4326), 'a', 1), (ST_Point(106.4, 20.5, 4326), 'b', 2)"
)


@pytest.fixture(scope="module")
def own_engine(make_database: Callable[[], str]) -> Iterator[Engine]:
    """Give a pool over a database in which these tests may commit."""
    engine = open_engine(make_database())
    yield engine
    engine.dispose()


@pytest.fixture
def wells(own_engine: Engine) -> Iterator[Engine]:
    """Give an empty layer that has no version yet."""
    with transaction(own_engine) as connection:
        ensure_table(connection, TABLE)
    yield own_engine
    with transaction(own_engine) as connection:
        connection.execute(text("DROP TABLE layer.well, history.well"))
        connection.execute(text("DROP TABLE IF EXISTS layer.by_hand, history.by_hand"))
        connection.execute(text("GRANT TRUNCATE ON gis.dirty TO CURRENT_USER"))
        connection.execute(text("TRUNCATE gis.version, gis.dirty"))
        connection.execute(text("SELECT gis.close_rights()"))


def write(engine: Engine, *statements: str, author: str | None = None) -> VersionId | None:
    """Run statements in one transaction; give the newest version afterwards."""
    with transaction(engine) as connection:
        if author:
            add_version(connection, WELL, author=author, message="")
        for statement in statements:
            connection.execute(text(statement))
    with transaction(engine) as connection:
        return version_of(connection, WELL)


def rows_of(connection: Connection, number: VersionId | None, columns: str) -> list[tuple[object, ...]]:
    statement = f"SELECT {columns} FROM {rows_at(WELL, number)} AS t ORDER BY fid"  # noqa: S608  written here
    return [tuple(row) for row in connection.execute(text(statement))]


def codes_at(connection: Connection, number: VersionId | None) -> list[tuple[object, ...]]:
    return rows_of(connection, number, "code, depth")


def test_every_way_of_writing_makes_one_version(wells: Engine) -> None:
    made = [
        write(wells, TWO),
        write(
            wells,
            "UPDATE layer.well SET depth = 3 WHERE code = 'a'",
            "DELETE FROM layer.well WHERE code = 'b'",
        ),
        write(wells, "TRUNCATE layer.well"),
        write(wells, TWO, "TRUNCATE layer.well", TWO),
    ]
    states = [[("a", 1), ("b", 2)], [("a", 3)], [], [("a", 1), ("b", 2)]]
    assert made == sorted(one or 0 for one in made)
    with transaction(wells) as connection:
        assert [codes_at(connection, number) for number in made] == states
        assert codes_at(connection, None) == states[-1]
        told = versions(connection, WELL, before=None, count=10)
    assert [one.id for one, _ in told] == made[::-1]
    assert [counted for _, counted in told][::-1] == [
        Tally(2, 0, 0),
        Tally(0, 1, 1),
        Tally(0, 0, 1),
        Tally(2, 0, 0),
    ]
    assert [one.committed_at for one, _ in told] == sorted(
        (one.committed_at for one, _ in told), reverse=True
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE layer.well SET depth = 3 WHERE code = 'nobody'",
        "DELETE FROM layer.well WHERE false",
        "INSERT INTO layer.well (code) SELECT 'c' WHERE false",
        "SELECT * FROM layer.well FOR UPDATE",
    ],
)
def test_what_changes_nothing_makes_no_version(wells: Engine, statement: str) -> None:
    before = write(wells, TWO)
    assert write(wells, statement) == before


def test_truncating_an_empty_table_makes_no_version(wells: Engine) -> None:
    assert write(wells, "TRUNCATE layer.well") is None


def test_a_transaction_that_is_taken_back_leaves_nothing(wells: Engine) -> None:
    before = write(wells, TWO)
    with psycopg.connect(
        wells.url.set(drivername="postgresql").render_as_string(hide_password=False)
    ) as editor:
        editor.execute("DELETE FROM layer.well")
        editor.rollback()
    with transaction(wells) as connection:
        assert version_of(connection, WELL) == before
        assert codes_at(connection, before) == codes_at(connection, None) == [("a", 1), ("b", 2)]


def test_a_savepoint_that_is_taken_back_takes_its_version_with_it(wells: Engine) -> None:
    first = write(wells, TWO)
    with transaction(wells) as connection:
        inner = connection.begin_nested()
        connection.execute(text("DELETE FROM layer.well WHERE code = 'a'"))
        inner.rollback()
        connection.execute(text("DELETE FROM layer.well WHERE code = 'b'"))
    with transaction(wells) as connection:
        (newest, counted), (earlier, _) = versions(connection, WELL, before=None, count=10)
        assert (counted, earlier.id) == (Tally(0, 0, 1), first)
        assert codes_at(connection, newest.id) == [("a", 1)]


def test_the_author_is_who_says_so_else_the_user_of_the_session(wells: Engine) -> None:
    write(wells, TWO, author="lan")
    write(wells, "DELETE FROM layer.well WHERE code = 'a'")
    with transaction(wells) as connection:
        told = versions(connection, WELL, before=None, count=10)
    assert [one.author for one, _ in told] == [wells.url.username, "lan"]


def test_numbers_are_never_given_twice(wells: Engine) -> None:
    write(wells, "INSERT INTO layer.well (fid, code) VALUES (70, 'far')")
    write(wells, "TRUNCATE layer.well RESTART IDENTITY")
    write(wells, TWO)
    with transaction(wells) as connection:
        assert connection.execute(
            text("SELECT array_agg(fid ORDER BY fid) FROM layer.well")
        ).scalar_one() == [71, 72]


def test_the_first_number_may_be_given_by_hand(wells: Engine) -> None:
    write(wells, "INSERT INTO layer.well (fid, code) VALUES (1, 'a')")
    write(wells, "INSERT INTO layer.well (code) VALUES ('b')")
    with transaction(wells) as connection:
        assert connection.execute(text("SELECT max(fid) FROM layer.well")).scalar_one() == 2


def test_a_number_given_by_hand_never_takes_the_numbers_back(wells: Engine) -> None:
    write(wells, "ALTER TABLE layer.well ALTER COLUMN fid RESTART WITH 71")
    write(wells, "INSERT INTO layer.well (fid, code) VALUES (5, 'a')")
    write(wells, "INSERT INTO layer.well (code) VALUES ('b')")
    with transaction(wells) as connection:
        assert connection.execute(text("SELECT max(fid) FROM layer.well")).scalar_one() == 71


def test_a_row_that_stays_where_it_was_notes_its_cell_once(wells: Engine) -> None:
    write(wells, TWO)
    made = write(wells, "UPDATE layer.well SET depth = 9")
    with transaction(wells) as connection:
        noted = connection.execute(text(CELLS), {"version": made}).all()
    assert len(noted) == len(set(noted)) == 2


def test_a_difference_tells_each_row_with_before_and_after(wells: Engine) -> None:
    first = write(wells, TWO)
    second = write(
        wells,
        "UPDATE layer.well SET depth = 9, geom = ST_Point(106.31, 20.4, 4326) WHERE code = 'a'",
        "DELETE FROM layer.well WHERE code = 'b'",
        "INSERT INTO layer.well (code) VALUES (NULL)",
    )
    assert first
    assert second
    with transaction(wells) as connection:
        there = differences(connection, WELL, COLUMNS, (first, second), count=10)
        back = differences(connection, WELL, COLUMNS, (second, first), count=10)
        counted = [tally(connection, WELL, COLUMNS, *pair) for pair in ((first, second), (second, first))]
    assert [(one.op, one.changed) for one in there] == [
        ("update", ("geom", "depth")),
        ("delete", ("geom", "code", "depth")),
        ("insert", ()),
    ]
    assert [one.op for one in back] == ["update", "insert", "delete"]
    assert counted == [Tally(1, 1, 1), Tally(1, 1, 1)]
    feature = json.loads(there[0].geojson)
    assert feature["properties"]["before"] == {"code": "a", "depth": 1}
    assert feature["properties"]["after"] == {"code": "a", "depth": 9}
    assert feature["geometry"]["coordinates"] == [106.31, 20.4]
    assert feature["geometry_before"]["coordinates"] == [106.3, 20.4]
    assert json.loads(there[1].geojson)["geometry"]["coordinates"] == [106.5 - 0.1, 20.5]


def test_a_difference_is_read_page_by_page(wells: Engine) -> None:
    first = write(wells, TWO)
    second = write(wells, "UPDATE layer.well SET depth = depth + 1")
    assert first
    assert second
    with transaction(wells) as connection:
        (one,) = differences(connection, WELL, COLUMNS, (first, second), count=1)
        (two,) = differences(connection, WELL, COLUMNS, (first, second), after=one.fid, count=1)
        assert differences(connection, WELL, COLUMNS, (first, second), after=two.fid, count=1) == []


def test_what_was_changed_and_changed_back_is_no_difference(wells: Engine) -> None:
    first = write(wells, TWO)
    write(wells, "UPDATE layer.well SET depth = 7")
    third = write(wells, "UPDATE layer.well SET depth = CASE code WHEN 'a' THEN 1 ELSE 2 END")
    assert first
    assert third
    with transaction(wells) as connection:
        assert tally(connection, WELL, COLUMNS, first, third) == Tally(0, 0, 0)


def test_a_version_is_put_back_with_its_numbers_even_when_keys_were_swapped(wells: Engine) -> None:
    first = write(wells, TWO)
    assert first
    write(
        wells,
        "UPDATE layer.well SET code = 'x' WHERE code = 'a'",
        "UPDATE layer.well SET code = 'a' WHERE code = 'b'",
        "UPDATE layer.well SET code = 'b' WHERE code = 'x'",
    )
    write(wells, "INSERT INTO layer.well (code) VALUES ('c')")
    with transaction(wells) as connection:
        before = rows_of(connection, first, "fid, code, depth")
        lock_layer(connection, WELL)
        made = add_version(connection, WELL, author="lan", message="back")
        put_back(connection, TABLE, first)
    with transaction(wells) as connection:
        assert rows_of(connection, None, "fid, code, depth") == before
        assert tally(connection, WELL, COLUMNS, first, made) == Tally(0, 0, 0)


def test_one_row_alone_is_put_back(wells: Engine) -> None:
    first = write(wells, TWO)
    assert first
    write(wells, "DELETE FROM layer.well")
    with transaction(wells) as connection:
        fid = max(int(str(row[0])) for row in rows_of(connection, first, "fid"))
        assert put_back(connection, TABLE, first, [fid]) == Tally(1, 0, 0)
        assert put_back(connection, TABLE, first, [fid]) == Tally(0, 0, 0)
    with transaction(wells) as connection:
        assert rows_of(connection, None, "fid, code") == [(fid, "b")]


def test_what_a_version_held_is_found_by_where_it_lay(wells: Engine) -> None:
    number = write(wells, TWO)
    around = "geom && ST_MakeEnvelope(106.2, 20.3, 106.35, 20.45, 4326)"
    with transaction(wells) as connection:
        # As the planner does where there are many rows.
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        query = f"SELECT code FROM {rows_at(WELL, number)} AS t WHERE {around}"  # noqa: S608  written here
        assert connection.execute(text(query)).scalars().all() == ["a"]
        plan = "\n".join(connection.execute(text(f"EXPLAIN {query}")).scalars())
    assert "Index Cond: (geom &&" in plan, plan


def test_the_version_of_a_time_is_the_newest_of_then(wells: Engine) -> None:
    first, second = write(wells, TWO), write(wells, "DELETE FROM layer.well")
    with transaction(wells) as connection:
        one, two = (version(connection, WELL, number or 0) for number in (first, second))
        assert one
        assert two
        assert version_at(connection, WELL, one.committed_at) == one
        assert version_at(connection, WELL, two.committed_at) == two
        assert version_at(connection, WELL, one.committed_at.replace(year=2000)) is None
        assert one.kept


def test_a_column_that_comes_later_is_kept_too(wells: Engine) -> None:
    first = write(wells, TWO)
    last = write(wells, "ALTER TABLE layer.well ADD COLUMN owner text", "UPDATE layer.well SET owner = 'Xã'")
    with transaction(wells) as connection:
        for number, owners in ((first, [None, None]), (last, ["Xã", "Xã"])):
            assert [row[0] for row in rows_of(connection, number, "owner")] == owners


def test_a_table_put_under_history_gets_a_version_that_holds_its_rows(wells: Engine) -> None:
    with transaction(wells) as connection:
        connection.execute(
            text("CREATE TABLE layer.by_hand (fid bigint PRIMARY KEY, geom geometry(Point,4326), name text)")
        )
        connection.execute(text("INSERT INTO layer.by_hand VALUES (5, NULL, 'a')"))
        connection.execute(text("SELECT gis.keep_history('by_hand')"))
    with transaction(wells) as connection:
        ((first, counted),) = versions(connection, LayerId("by_hand"), before=None, count=5)
        assert (counted, first.kept) == (Tally(1, 0, 0), True)
        connection.execute(text("SELECT gis.keep_history('by_hand')"))
        assert version_of(connection, LayerId("by_hand")) == first.id


CELLS = """
SELECT x, y FROM gis.dirty WHERE layer = 'well' AND version = :version ORDER BY x, y
"""


@pytest.mark.parametrize(
    ("geometry", "cells"),
    [
        ("ST_Point(106.3, 20.4, 4326)", [(13029, 7243)]),
        ("NULL", []),
        ("'SRID=4326;POINT EMPTY'", []),
        ("ST_Point(180, 90, 4326)", [(16383, 0)]),
        ("ST_Point(-180, -90, 4326)", [(0, 16383)]),
    ],
)
def test_the_cells_of_what_changed_are_noted(
    wells: Engine, geometry: str, cells: list[tuple[int, int]]
) -> None:
    made = write(wells, f"INSERT INTO layer.well (geom, code) VALUES ({geometry}, 'a')")  # noqa: S608
    with transaction(wells) as connection:
        assert connection.execute(text(CELLS), {"version": made}).all() == cells


def test_a_row_that_moves_touches_the_cells_of_both_places(wells: Engine) -> None:
    write(wells, TWO)
    made = write(wells, "UPDATE layer.well SET geom = ST_Point(106.4, 20.5, 4326) WHERE code = 'a'")
    with transaction(wells) as connection:
        assert len(connection.execute(text(CELLS), {"version": made}).all()) == 2


def test_what_covers_the_land_or_empties_the_table_may_have_touched_any_cell(wells: Engine) -> None:
    write(wells, TWO)
    emptied = write(wells, "TRUNCATE layer.well")
    with transaction(wells) as connection:
        wide = connection.execute(
            text("SELECT * FROM gis.cells_of(ST_MakeEnvelope(100, 8, 110, 24, 4326))")
        ).all()
        assert wide == connection.execute(text(CELLS), {"version": emptied}).all() == [(None, None)]
        tile = text(
            "SELECT count(*) FROM"
            " gis.cells_of(ST_Transform(ST_Buffer(ST_TileEnvelope(14, 13030, 7239), -1), 4326))"
        )
        assert connection.execute(tile).scalar_one() == 1
