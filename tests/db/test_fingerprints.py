"""The mark of a table changes with whatever is written to it, by whomever."""

import pytest
from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.fingerprints import layer_fingerprint
from gis_service.db.layers import Column, LayerTable, add_version, ensure_table, lock_layer
from gis_service.types import LayerId

WELL = LayerId("well")
TABLE = LayerTable(WELL, "Point", "code", (Column("code", "text"), Column("depth", "number")))
MARKS = (
    "UPDATE layer.well SET depth = depth + 1 WHERE code = 'a'",
    "UPDATE layer.well SET depth = depth WHERE code = 'a'",
    "INSERT INTO layer.well (code, depth) VALUES ('d', 4)",
    "DELETE FROM layer.well WHERE code = 'b'",
    (
        "WITH gone AS (DELETE FROM layer.well WHERE code = 'b' RETURNING code, depth)"
        " INSERT INTO layer.well (code, depth) SELECT code, depth FROM gone"
    ),
    "TRUNCATE layer.well",
    "ALTER TABLE layer.well ADD COLUMN owner text DEFAULT 'lan'",
)


@pytest.fixture
def wells(connection: Connection) -> Connection:
    ensure_table(connection, TABLE)
    connection.execute(text("INSERT INTO layer.well (code, depth) VALUES ('a', 1), ('b', 2), ('c', 3)"))
    return connection


def test_reading_changes_no_mark(wells: Connection) -> None:
    before = layer_fingerprint(wells, WELL)
    assert wells.execute(text("SELECT count(*) FROM layer.well")).scalar_one() == 3
    assert layer_fingerprint(wells, WELL) == before


@pytest.mark.parametrize("statement", MARKS)
def test_every_direct_edit_changes_the_mark(wells: Connection, statement: str) -> None:
    before = layer_fingerprint(wells, WELL)
    wells.execute(text(statement))
    assert layer_fingerprint(wells, WELL) != before


def test_each_of_two_edits_of_one_transaction_changes_the_mark(wells: Connection) -> None:
    found = {layer_fingerprint(wells, WELL)}
    for depth in range(5):
        wells.execute(text("UPDATE layer.well SET depth = :depth"), {"depth": depth})
        found.add(layer_fingerprint(wells, WELL))
    assert len(found) == 6


def test_a_version_changes_the_mark(wells: Connection) -> None:
    # The rows of the fixture are of this transaction, and a transaction makes one version.
    wells.execute(text("UPDATE gis.version SET xact = NULL WHERE layer = 'well'"))
    before = layer_fingerprint(wells, WELL)
    lock_layer(wells, WELL)
    add_version(wells, WELL, author="lan", message="")
    assert layer_fingerprint(wells, WELL) != before


def test_an_empty_table_has_a_mark(connection: Connection) -> None:
    ensure_table(connection, TABLE)
    assert len(layer_fingerprint(connection, WELL)) == 64
