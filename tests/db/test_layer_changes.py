from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.layer_changes import add_missing_columns
from gis_service.db.layers import Column, LayerTable, columns_of, ensure_table
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
