"""What a commit would change is counted as the commit then changes it."""

import pyarrow as pa
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.ingest import Staging
from gis_service.db.layers import Column, LayerTable, add_version, ensure_table, lock_layer
from gis_service.db.publish import Changes, replace_all
from gis_service.db.publish_count import count_changes
from gis_service.types import LayerId

COLUMNS = (Column("code", "text"), Column("depth", "number"))
KEYED = LayerTable(LayerId("counted_well"), "Point", "code", COLUMNS)
KEYLESS = LayerTable(LayerId("counted_pump"), "Point", None, COLUMNS)
ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([None, 1.0, 2.0])), max_size=5)
UNIQUE = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from([None, 1.0, 2.0])),
    max_size=4,
    unique_by=lambda row: row[0],
)
PLACE = shapely.to_wkb(shapely.Point(106.3, 20.4))


def staged(connection: Connection, table: LayerTable, rows: list[tuple[str, float | None]]) -> Staging:
    staging = Staging(connection, table, COLUMNS)
    staging.create()
    with staging.writer() as writer:
        codes = pa.array([code for code, _ in rows], pa.string())
        depths = pa.array([depth for _, depth in rows], pa.float64())
        writer.write(1, pa.array([PLACE] * len(rows), pa.binary()), [codes, depths])
    return staging


def published(connection: Connection, table: LayerTable, rows: list[tuple[str, float | None]]) -> Changes:
    lock_layer(connection, table.id)
    add_version(connection, table.id, author="tests", message="")
    return replace_all(connection, table, staged(connection, table, rows))


def assert_counted_as_done(
    connection: Connection,
    table: LayerTable,
    before: list[tuple[str, float | None]],
    after: list[tuple[str, float | None]],
) -> None:
    with connection.begin_nested() as scope:
        ensure_table(connection, table)
        published(connection, table, before)
        staging = staged(connection, table, after)
        counted = count_changes(connection, table, staging)
        connection.execute(text(f"DROP TABLE {staging.name}"))
        assert counted == published(connection, table, after)
        scope.rollback()


LAW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)


@LAW
@given(UNIQUE, UNIQUE)
def test_of_rows_with_keys(
    connection: Connection, before: list[tuple[str, float | None]], after: list[tuple[str, float | None]]
) -> None:
    assert_counted_as_done(connection, KEYED, before, after)


@LAW
@given(ROWS, ROWS)
def test_of_rows_without_keys_equal_ones_among_them(
    connection: Connection, before: list[tuple[str, float | None]], after: list[tuple[str, float | None]]
) -> None:
    assert_counted_as_done(connection, KEYLESS, before, after)


@pytest.mark.parametrize("table", [KEYED, KEYLESS])
def test_of_a_layer_without_a_table_all_are_added(connection: Connection, table: LayerTable) -> None:
    rows: list[tuple[str, float | None]] = [("a", 1.0), ("b", None)]
    assert count_changes(connection, table, staged(connection, table, rows)) == Changes(2, 0, 0, 0)
