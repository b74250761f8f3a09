"""History stays true whatever else stands on a table, whatever its name becomes, whoever would rewrite it."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import text

from gis_service.db.database import tables_under_history
from gis_service.db.engine import Engine, open_engine, transaction
from gis_service.db.history import rows_at
from gis_service.db.history_check import check
from gis_service.db.layers import Column, LayerTable, add_version, ensure_table
from gis_service.types import LayerId, VersionId

WELL, PUMP = LayerId("well"), LayerId("pump")
COLUMNS = (Column("code", "text"), Column("depth", "integer"))
TWO = "INSERT INTO layer.{} (code, depth) VALUES ('a', 1), ('b', 2)"
NEWEST = "SELECT max(id) FROM gis.version WHERE layer = :layer"
Row = tuple[object, ...]


@pytest.fixture(scope="module")
def own_engine(make_database: Callable[[], str]) -> Iterator[Engine]:
    """Give a pool over a database in which these tests may commit."""
    engine = open_engine(make_database())
    yield engine
    engine.dispose()


@pytest.fixture
def wells(own_engine: Engine) -> Iterator[Engine]:
    """Give two layers of two rows each."""
    for layer in (WELL, PUMP):
        with transaction(own_engine) as connection:
            ensure_table(connection, LayerTable(layer, "Point", None, COLUMNS))
            connection.execute(text(TWO.format(layer)))
    yield own_engine
    drop = "DROP SCHEMA IF EXISTS archive CASCADE; DROP TABLE IF EXISTS layer.well, layer.pump, layer.old,"
    with psycopg.connect(url_of(own_engine)) as owner:
        owner.execute(f"{drop} history.well, history.pump, history.old; DELETE FROM gis.version".encode())  # noqa: S608  written here


def url_of(engine: Engine) -> str:
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def write(engine: Engine, *statements: str, layer: LayerId = WELL) -> VersionId:
    with transaction(engine) as connection:
        for statement in statements:
            connection.execute(text(statement))
    with transaction(engine) as connection:
        return VersionId(connection.execute(text(NEWEST), {"layer": layer}).scalar_one())


def rows(engine: Engine, version: VersionId | None, layer: LayerId = WELL) -> list[Row]:
    query = f"SELECT fid, code, depth FROM {rows_at(layer, version)} AS t ORDER BY fid"  # noqa: S608
    with transaction(engine) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def faults(engine: Engine) -> set[str]:
    with transaction(engine) as connection:
        return {fault.code for fault in check(connection)}


MEDDLING = """
CREATE OR REPLACE FUNCTION public.meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.depth < 100 THEN UPDATE layer.well SET depth = 100 + NEW.depth WHERE fid = NEW.fid; END IF;
    IF NEW.code = 'none' THEN DELETE FROM layer.well WHERE fid = NEW.fid; END IF;
    RETURN NULL;
END $$
"""
MEDDLER = (
    "CREATE TRIGGER {} AFTER INSERT OR UPDATE ON layer.well FOR EACH ROW EXECUTE FUNCTION public.meddle()"
)


@pytest.mark.parametrize(("name", "author"), [("aaa", None), ("zzz", None), ("aaa", "lan"), ("zzz", "lan")])
@pytest.mark.parametrize(
    ("statement", "now"),
    [
        ("UPDATE layer.well SET depth = 5", [(1, "a", 105), (2, "b", 105)]),
        ("UPDATE layer.well SET depth = 5 WHERE fid = 1", [(1, "a", 105), (2, "b", 2)]),
        (
            "INSERT INTO layer.well (fid, code, depth) VALUES (7, 'c', 7), (8, 'none', 200)",
            [(1, "a", 1), (2, "b", 2), (7, "c", 107)],
        ),
        ("UPDATE layer.well SET fid = fid + 1 WHERE fid = 2", [(1, "a", 1), (3, "b", 102)]),
        ("DELETE FROM layer.well WHERE fid = 1", [(2, "b", 2)]),
    ],
)
def test_what_the_triggers_of_others_write_is_in_the_version_and_nothing_else(
    wells: Engine, name: str, author: str | None, statement: str, now: list[Row]
) -> None:
    first = write(wells, MEDDLING, MEDDLER.format(name))
    with transaction(wells) as connection:
        if author:
            add_version(connection, WELL, author=author, message="")
        connection.execute(text(statement))
    made = write(wells)
    assert rows(wells, None) == rows(wells, made) == now
    assert rows(wells, first) == [(1, "a", 1), (2, "b", 2)]
    assert faults(wells) == set()


@pytest.mark.parametrize(
    "statement",
    [
        (
            "WITH gone AS (DELETE FROM layer.well WHERE fid = 1 RETURNING *)"
            " INSERT INTO layer.well (fid, code, depth) SELECT fid, code, depth + 7 FROM gone"
        ),
        "UPDATE layer.well SET fid = fid + 10",
        "INSERT INTO layer.well (fid, code) VALUES (2, 'x') ON CONFLICT (fid) DO UPDATE SET code = 'y'",
    ],
)
def test_a_number_that_goes_and_comes_in_one_statement_has_one_state(wells: Engine, statement: str) -> None:
    made = write(wells, statement, "UPDATE layer.well SET depth = depth + 1")
    assert rows(wells, made) == rows(wells, None)
    assert faults(wells) == set()


def test_a_table_that_takes_the_name_of_another_goes_on_with_its_history(wells: Engine) -> None:
    before = [write(wells, layer=layer) for layer in (WELL, PUMP)]
    states = [rows(wells, None, layer) for layer in (WELL, PUMP)]
    write(wells, "UPDATE layer.pump SET depth = depth + 50")
    swap = ("well RENAME TO old", "pump RENAME TO well", "old RENAME TO pump")
    write(wells, *(f"ALTER TABLE layer.{words}" for words in swap))
    made = write(wells, "DELETE FROM layer.well WHERE code = 'a'")
    assert rows(wells, made) == rows(wells, None) == [(2, "b", 52)]
    write(wells, TWO.format("pump"), layer=PUMP)
    assert [rows(wells, old, layer) for old, layer in zip(before, (WELL, PUMP), strict=True)] == states
    assert faults(wells) == set()
    with transaction(wells) as connection:
        pumps = VersionId(connection.execute(text(NEWEST), {"layer": PUMP}).scalar_one())
    again = write(wells, TWO.format("well"), TWO.format("pump"))
    with transaction(wells) as connection:
        whole = "SELECT count(*) FROM gis.dirty WHERE version > :last AND x IS NULL"
        assert connection.execute(text(whole), {"last": max(made, pumps)}).scalar_one() == 0, "compared once"
    assert rows(wells, again) == rows(wells, None)


def test_a_table_outside_the_schema_is_no_layer_and_is_compared_when_it_comes_back(wells: Engine) -> None:
    first = write(wells)
    write(wells, "CREATE SCHEMA archive", "ALTER TABLE layer.well SET SCHEMA archive")
    assert write(wells, "DELETE FROM archive.well WHERE fid = 1", "TRUNCATE archive.well") == first
    assert rows(wells, first) == [(1, "a", 1), (2, "b", 2)]
    made = write(wells, "ALTER TABLE archive.well SET SCHEMA layer", TWO.format("well"))
    assert rows(wells, made) == rows(wells, None) == [(3, "a", 1), (4, "b", 2)]
    assert faults(wells) == set()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM history.well",
        "UPDATE history.well SET depth = 9 WHERE fid = 1",
        "INSERT INTO history.well (fid, version_from) VALUES (9, 1)",
        "TRUNCATE history.well",
        "UPDATE layer.well SET depth = 9; DELETE FROM history.well",
        "SELECT gis.version_of_write('well', 'lan', ''), gis.tell_version(1, ''); DELETE FROM history.well",
        "SET session_replication_role = replica; DELETE FROM history.well",
    ],
)
def test_not_even_the_owner_rewrites_the_past(
    wells: Engine, cluster_admin: Callable[[str], str], statement: str
) -> None:
    url = url_of(wells)
    if "replica" in statement:
        url = cluster_admin(url)
    with psycopg.connect(url) as owner, pytest.raises(psycopg.errors.InsufficientPrivilege, match="history"):
        owner.execute(statement.encode())


@pytest.mark.parametrize(
    "statement", ["DELETE FROM gis.dirty", "TRUNCATE gis.dirty", "UPDATE gis.dirty SET version = 1"]
)
def test_what_was_touched_is_not_forgotten(wells: Engine, statement: str) -> None:
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege, match="dirty")
    with psycopg.connect(url_of(wells)) as owner, refused:
        owner.execute(statement.encode())


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE gis.version SET author = 'minh' WHERE layer = 'well'", ["version.update"]),
        ("DELETE FROM gis.version WHERE layer = 'well'", ["version.delete"]),
        ("UPDATE layer.well SET depth = 9", ["layer.version"]),
    ],
)
def test_a_version_that_is_rewritten_is_told_of(wells: Engine, statement: str, told: list[str]) -> None:
    newest = "SELECT coalesce(max(id), 0) FROM gis.audit"
    with transaction(wells) as connection:
        before = connection.execute(text(newest)).scalar_one()
        connection.execute(text(statement))
    with transaction(wells) as connection:
        query = text("SELECT action, object FROM gis.audit WHERE id > :before")
        found = connection.execute(query, {"before": before}).all()
    assert found == [(action, "well") for action in told]


@pytest.mark.parametrize(
    "statement",
    ["DROP TRIGGER gis_history_guard ON history.well", "ALTER TABLE history.well DISABLE TRIGGER ALL"],
)
def test_a_history_without_its_guard_is_found(
    wells: Engine, cluster_admin: Callable[[str], str], statement: str
) -> None:
    with psycopg.connect(cluster_admin(url_of(wells))) as admin:
        admin.execute(statement.encode())
    assert faults(wells) == {"history_guard_missing"}
    write(wells, "SELECT gis.history_catch_up('well', 'x', '')")
    assert faults(wells) == set()


@pytest.mark.parametrize(
    "call",
    [
        "gis.version_of_write('well', 'minh', 'forged')",
        "gis.keep_history('well')",
        "gis.begin_history('well')",
        "gis.history_number('well', 1000000)",
        "gis.audit_direct()",
        "gis.mark_definitions()",
        "gis.close_rights()",
    ],
)
def test_an_editor_calls_no_function_that_believes_what_it_is_told(
    wells: Engine, cluster_admin: Callable[[str], str], call: str
) -> None:
    with psycopg.connect(cluster_admin(url_of(wells))) as admin:
        admin.execute("CREATE ROLE editor_minh; GRANT USAGE ON SCHEMA gis, layer TO editor_minh")
        admin.execute("GRANT INSERT, UPDATE, SELECT ON layer.well TO editor_minh")
        admin.execute("SET LOCAL SESSION AUTHORIZATION editor_minh")
        admin.execute("UPDATE layer.well SET depth = 9")
        admin.execute("SELECT gis.cell_x(106), gis.search_form('Đê')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for function"):
            admin.execute(f"SELECT {call}".encode())
        admin.rollback()


@pytest.mark.parametrize("column", ["version_from", "version_to"])
def test_a_column_with_a_name_of_the_historys_own_is_refused_in_words(wells: Engine, column: str) -> None:
    write(wells, f"ALTER TABLE layer.well ADD COLUMN {column} bigint")
    refused = pytest.raises(psycopg.errors.InvalidTableDefinition, match="belong to its history")
    with psycopg.connect(url_of(wells)) as editor, refused:
        editor.execute("UPDATE layer.well SET depth = 9")
    with transaction(wells) as connection:
        (found,) = check(connection)
    assert (found.code, found.params, found.mended) == (
        "history_columns_reserved",
        {"columns": column},
        False,
    )


def test_a_table_of_another_owner_keeps_nobody_from_theirs(
    wells: Engine, cluster_admin: Callable[[str], str]
) -> None:
    with psycopg.connect(cluster_admin(url_of(wells)), autocommit=True) as admin:
        admin.execute("CREATE TABLE layer.old (fid bigint PRIMARY KEY, geom geometry)")
        try:
            assert faults(wells) == {"history_table_unfit"}
            with transaction(wells) as connection:
                assert tables_under_history(connection) == [PUMP, WELL]
        finally:
            admin.execute("DROP TABLE layer.old")


def test_a_long_transaction_finds_its_own_states_by_their_features(wells: Engine) -> None:
    with transaction(wells) as connection:
        source = connection.execute(
            text("SELECT prosrc FROM pg_proc WHERE proname = 'history_write'")
        ).scalar_one()
        assert "h.version_from + 0 = $1" in source
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = connection.execute(
            text(
                "EXPLAIN DELETE FROM history.well AS h USING (SELECT 1::bigint AS fid) AS o"
                " WHERE h.fid = o.fid AND h.version_from + 0 = 7"
            )
        ).scalars()
        assert "well_pkey" in "".join(plan)
