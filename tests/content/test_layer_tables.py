import pytest
from sqlalchemy import Connection, text

from gis_service.db.layers import ensure_table
from gis_service.services.layers import table_of
from tests.demo_city import catalogue as real_catalogue

CATALOGUE = real_catalogue()


@pytest.mark.parametrize("layer", CATALOGUE.layers)
def test_every_definition_makes_a_table(connection: Connection, layer: str) -> None:
    table = table_of(CATALOGUE.layers[layer])
    ensure_table(connection, table)
    columns = connection.execute(text(f"SELECT * FROM {table.name}")).keys()  # noqa: S608 - a quoted identifier
    expected = {field.name for field in CATALOGUE.layers[layer].fields} | {"fid", "geom"}
    assert expected <= set(columns)
