"""What is asked of a history before rows are put back."""

import pytest
from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.history_back import (
    Bounds,
    TakenKey,
    Touched,
    count_at,
    kept_bounds,
    taken_keys,
    touched_by,
    unheard_of,
    version_before,
)
from gis_service.db.layers import Column, LayerTable, ensure_table
from gis_service.types import LayerId, VersionId

WELL = LayerId("well")
TABLE = LayerTable(WELL, "Point", "code", (Column("code", "text"),))
STATES = """
INSERT INTO history.well (fid, code, version_from, version_to) VALUES
    (1, 'a', 10, 20), (1, 'a', 20, NULL), (2, 'b', 10, 30),
    (3, 'c', 20, NULL), (4, 'b', 30, NULL), (5, NULL, 10, 20)
"""
VERSIONS = """
INSERT INTO gis.version (id, layer, author, message, kept) OVERRIDING SYSTEM VALUE
SELECT 1000000 + number, 'well', 'lan', '', number > 5 FROM unnest(ARRAY[5, 10, 20, 30]) AS number
"""


@pytest.fixture
def wells(connection: Connection) -> Connection:
    """Give three versions of a layer: 10, 20 and 30, of which only the states are written."""
    ensure_table(connection, TABLE)
    connection.execute(text("INSERT INTO layer.well (fid, code) VALUES (1, 'a'), (3, 'c'), (4, 'b')"))
    connection.execute(text("SET LOCAL gis.history_writes = 'on'"))
    connection.execute(text("DELETE FROM history.well"))
    connection.execute(text("DELETE FROM gis.version WHERE layer = 'well'"))
    connection.execute(text(STATES))
    connection.execute(text(VERSIONS))
    connection.execute(
        text(
            "UPDATE history.well SET version_from = version_from + 1000000, version_to = version_to + 1000000"
        )
    )
    return connection


def number(short: int) -> VersionId:
    return VersionId(1_000_000 + short)


def test_bounds_are_the_oldest_that_is_kept_and_the_newest(wells: Connection) -> None:
    assert kept_bounds(wells, WELL) == Bounds(number(10), number(30))
    assert kept_bounds(wells, LayerId("nothing")) == Bounds(None, None)


@pytest.mark.parametrize(("of", "before"), [(30, 20), (20, 10), (10, 5), (5, None)])
def test_the_version_before_is_the_next_older_one_kept_or_not(
    wells: Connection, of: int, before: int | None
) -> None:
    found = version_before(wells, WELL, number(of))
    assert (found and found.id) == (before and number(before))


@pytest.mark.parametrize(
    ("version", "touched"),
    [
        (10, Touched((1, 2, 5), 3)),
        (20, Touched((1, 3, 5), 0)),
        (30, Touched((2, 4), 0)),
        (15, Touched((), 0)),
    ],
)
def test_rows_that_a_version_touched_are_known_and_which_were_touched_again(
    wells: Connection, version: int, touched: Touched
) -> None:
    assert touched_by(wells, WELL, number(version)) == touched


@pytest.mark.parametrize(("version", "rows"), [(5, 0), (10, 3), (15, 3), (20, 3), (30, 3)])
def test_rows_of_a_state_are_counted(wells: Connection, version: int, rows: int) -> None:
    assert count_at(wells, WELL, number(version)) == rows


def test_numbers_that_no_row_has_had_are_found(wells: Connection) -> None:
    assert unheard_of(wells, WELL, [9, 2, 5, 7]) == [7, 9]
    assert unheard_of(wells, WELL, []) == []


@pytest.mark.parametrize(
    ("version", "fids", "taken"),
    [(10, [2], [TakenKey(2, "b", 4)]), (10, [2, 4], []), (10, [1, 5], []), (30, [2, 4], []), (10, [], [])],
)
def test_a_key_that_another_row_bears_is_found(
    wells: Connection, version: int, fids: list[int], taken: list[TakenKey]
) -> None:
    assert taken_keys(wells, TABLE, number(version), fids) == taken


def test_a_layer_without_a_key_has_none_to_take(wells: Connection) -> None:
    keyless = LayerTable(WELL, "Point", None, TABLE.columns)
    assert taken_keys(wells, keyless, number(10), [2]) == []
