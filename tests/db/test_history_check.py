"""What goes past the history of a layer is found, told apart, and written down on request."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import text

from gis_service.db.engine import Connection, Engine, driver, open_engine, transaction
from gis_service.db.history import rows_at, version
from gis_service.db.history_check import catch_up, check
from gis_service.db.layers import Column, LayerTable, ensure_table
from gis_service.types import LayerId, VersionId

WELL = LayerId("well")
TABLE = LayerTable(WELL, "Point", None, (Column("code", "text"), Column("depth", "integer")))
TWO = "INSERT INTO layer.well (geom, code, depth) VALUES (ST_Point(106, 20, 4326), 'a', 1), (NULL, 'b', 2)"
ALWAYS = """
DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT tgname FROM pg_trigger WHERE tgrelid = 'layer.well'::regclass AND NOT tgisinternal LOOP
        EXECUTE format('ALTER TABLE layer.well ENABLE ALWAYS TRIGGER %I', one);
    END LOOP;
END $$
"""
ROW_BY_ROW = """
CREATE OR REPLACE TRIGGER gis_history_insert AFTER INSERT ON layer.well
    FOR EACH STATEMENT EXECUTE FUNCTION gis.history_lock();
ALTER TABLE layer.well ENABLE ALWAYS TRIGGER gis_history_insert
"""


def past(statement: str) -> str:
    """Go past the triggers, and leave them as they were."""
    off, on = (f"ALTER TABLE layer.well {word} TRIGGER USER" for word in ("DISABLE", "ENABLE"))
    return f"{off}; {statement}; {on}; {ALWAYS}"


BY_HAND = """
CREATE TABLE layer.by_hand (fid bigint PRIMARY KEY, geom geometry, note json);
INSERT INTO layer.by_hand VALUES (7, NULL, '{}')
"""
TWICE = """
SET LOCAL gis.history_writes = 'on';
ALTER TABLE history.well DROP CONSTRAINT well_pkey;
INSERT INTO history.well SELECT * FROM history.well LIMIT 1
"""
BACKWARDS = """
UPDATE layer.well SET depth = 3;
SET LOCAL gis.history_writes = 'on';
UPDATE history.well SET version_to = version_from WHERE version_to IS NOT NULL
"""
MENDED = [
    ("DROP TABLE history.well", {"history_missing"}),
    ("DROP TRIGGER gis_history_update ON layer.well", {"history_triggers_missing"}),
    ("ALTER TABLE layer.well DISABLE TRIGGER gis_history_delete", {"history_triggers_off"}),
    ("ALTER TABLE layer.well ENABLE TRIGGER gis_history_insert", {"history_triggers_off"}),
    ("ALTER TABLE layer.well ENABLE REPLICA TRIGGER gis_history_lock", {"history_triggers_off"}),
    (ROW_BY_ROW, {"history_triggers_other"}),
    ("ALTER TABLE layer.well ADD COLUMN owner text", {"history_columns_differ"}),
    ("ALTER TABLE layer.well ALTER COLUMN depth TYPE text", {"history_columns_differ"}),
    (
        "ALTER TABLE layer.well ALTER COLUMN code TYPE date USING '2026-01-06'::date",
        {"history_columns_differ", "history_rows_differ"},
    ),
    ("ALTER TABLE layer.well ADD COLUMN seats bigint DEFAULT 5", {"history_columns_differ"}),
    ("ALTER TABLE layer.well ALTER COLUMN depth TYPE bigint USING depth * 100", {"history_rows_differ"}),
    (past("DELETE FROM layer.well WHERE code = 'a'"), {"history_rows_differ"}),
    (past("UPDATE layer.well SET geom = NULL"), {"history_rows_differ"}),
    (past("INSERT INTO layer.well (code) VALUES ('c')"), {"history_rows_differ"}),
    (past("TRUNCATE layer.well"), {"history_rows_differ"}),
    ("ALTER TABLE layer.well ALTER COLUMN fid RESTART WITH 1", {"history_numbers_behind"}),
    (BY_HAND, {"history_missing", "history_triggers_missing"}),
]
LEFT = [
    ("DROP TABLE layer.well", {"history_table_gone"}),
    ('CREATE TABLE layer."Bảng: 1%" (id bigint)', {"history_table_unfit"}),
    ("ALTER TABLE layer.well DROP CONSTRAINT well_pkey", {"history_table_unfit"}),
    (TWICE, {"history_open_twice", "history_states_overlap"}),
    (BACKWARDS, {"history_states_overlap"}),
    ("DELETE FROM gis.version", {"history_version_unknown"}),
    (
        "INSERT INTO gis.version (layer, author, committed_at) VALUES ('well', 'x', '2001-01-01')",
        {"history_times_fall"},
    ),
]


@pytest.fixture(scope="module")
def own_engine(make_database: Callable[[], str]) -> Iterator[Engine]:
    """Give a pool over a database that holds nothing else: a check looks at all of it."""
    engine = open_engine(make_database())
    yield engine
    engine.dispose()


@pytest.fixture
def wells(own_engine: Engine) -> Iterator[Connection]:
    """Give a sound layer of two rows and two versions, inside a transaction that is taken back."""
    with own_engine.connect() as opened:
        outer = opened.begin()
        ensure_table(opened, TABLE)
        opened.execute(text(TWO))
        end_transaction(opened)
        yield opened
        outer.rollback()


def end_transaction(connection: Connection) -> None:
    """Let the versions so far be those of an earlier transaction."""
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    connection.execute(text("UPDATE gis.version SET xact = NULL"))


def codes(connection: Connection) -> set[str]:
    return {fault.code for fault in check(connection)}


def rows_of(connection: Connection, number: VersionId | None) -> list[tuple[object, ...]]:
    query = f"SELECT fid, code FROM {rows_at(WELL, number)} AS t ORDER BY fid"  # noqa: S608  written here
    return [tuple(row) for row in connection.execute(text(query))]


def spoil(connection: Connection, statements: str) -> None:
    # Through a plain cursor: it takes several statements at once, and a percent sign is a percent sign.
    driver(connection).execute(statements.encode())


def test_a_layer_that_was_only_written_to_is_sound(wells: Connection) -> None:
    wells.execute(text("UPDATE layer.well SET depth = 5; DELETE FROM layer.well WHERE code = 'a'"))
    assert list(check(wells)) == []


RASTERS = """
INSERT INTO gis.layer_definition (id, document) VALUES ('made', '{"geometry": "Raster"}');
WITH made AS (
    INSERT INTO gis.version (layer, author) VALUES ('made', 'x'), ('of_files', 'x') RETURNING id, layer)
INSERT INTO gis.raster
SELECT id, layer, repeat('0', 64), 1, 1, 1, 'EPSG:9209', '{}', '{}', '[]', 'values' FROM made
WHERE layer = 'of_files'
"""


def test_a_raster_layer_has_versions_and_no_table_and_is_sound(wells: Connection) -> None:
    spoil(wells, RASTERS)
    assert list(check(wells)) == []
    # A layer of rows is still missed, though it was a raster before.
    spoil(wells, """UPDATE gis.layer_definition SET document = '{"geometry": "Point"}' WHERE id = 'made'""")
    assert codes(wells) == {"history_table_gone"}


@pytest.mark.parametrize(("statements", "expected"), MENDED)
def test_what_can_be_mended_is_found_then_mended_and_the_version_before_stays(
    wells: Connection, statements: str, expected: set[str]
) -> None:
    before = rows_of(wells, None)
    first = wells.execute(text("SELECT max(id) FROM gis.version WHERE layer = 'well'")).scalar_one()
    spoil(wells, statements)
    found = list(check(wells))
    assert {fault.code for fault in found} == expected
    assert all(fault.mended for fault in found)
    made = [catch_up(wells, layer, "db check", "past") for layer in {fault.layer for fault in found}]
    assert list(check(wells)) == []
    if "history_rows_differ" in expected:
        told = version(wells, WELL, made[0] or 0)
        assert told
        assert (told.author, told.kept, told.id > first) == ("db check", True, True)
        assert rows_of(wells, told.id) == rows_of(wells, None)
    if "date" not in statements and "DROP TABLE" not in statements:
        assert rows_of(wells, first) == before


@pytest.mark.parametrize(("statements", "expected"), LEFT)
def test_what_nobody_can_know_is_found_and_left_to_people(
    wells: Connection, statements: str, expected: set[str]
) -> None:
    spoil(wells, statements)
    found = list(check(wells))
    assert {fault.code for fault in found} == expected
    assert not any(fault.mended for fault in found)


def test_catching_up_with_a_sound_layer_makes_no_version(wells: Connection) -> None:
    assert catch_up(wells, WELL, "db check", "past") is None


def test_values_that_do_not_become_the_new_type_stay_beside_it(wells: Connection) -> None:
    spoil(wells, "ALTER TABLE layer.well ALTER COLUMN code TYPE date USING '2026-01-06'::date")
    catch_up(wells, WELL, "db check", "past")
    old = "SELECT to_jsonb(h) ->> (SELECT attname FROM pg_attribute WHERE attrelid = 'history.well'::regclass"
    old += " AND attname LIKE 'code\\_%') FROM history.well AS h WHERE version_to IS NOT NULL ORDER BY fid"
    assert list(wells.execute(text(old)).scalars()) == ["a", "b"]


def test_a_writer_after_the_repair_is_under_history_again(wells: Connection) -> None:
    spoil(wells, "DROP TRIGGER gis_history_insert ON layer.well")
    catch_up(wells, WELL, "db check", "past")
    wells.execute(text("INSERT INTO layer.well (code) VALUES ('c')"))
    assert codes(wells) == set()


def test_a_session_that_says_it_replays_others_is_under_history_too(
    make_database: Callable[[], str], cluster_admin: Callable[[str], str]
) -> None:
    url = make_database()
    engine = open_engine(url)
    with transaction(engine) as opened:
        ensure_table(opened, TABLE)
    with psycopg.connect(cluster_admin(url)) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(TWO)
    with transaction(engine) as opened:
        assert list(check(opened)) == []
        assert opened.execute(text("SELECT count(*) FROM history.well")).scalar_one() == 2
    engine.dispose()
