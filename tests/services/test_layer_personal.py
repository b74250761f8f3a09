"""A layer whose columns look like personal data is opened to everybody only when somebody has said yes."""

import pytest
from shapely.geometry import Point

from gis_service.db.engine import Connection
from gis_service.errors import RefusedInput
from gis_service.services import teams
from gis_service.services.ingest import LoadOptions
from gis_service.services.ingest_load import Load
from tests.row_source import rows_of_shapes
from tests.small_city import city_with, field, layer

CITY = city_with(layer("clinic", fields=[field("code", required=True), field("sdt", "number")]))


def test_nobody_opens_phone_numbers_that_a_spreadsheet_made_decimals_without_a_yes(
    connection: Connection,
) -> None:
    rows = rows_of_shapes([Point(106.3, 20.4)], {"code": ["a"], "sdt": [912345678.0]})
    Load(CITY, CITY.layers["clinic"], rows, LoadOptions()).run(
        connection, author="lan", message="", progress=lambda _done, _total: None
    )
    teams.set_visibility(connection, CITY, "clinic", "draft")
    with pytest.raises(RefusedInput) as caught:
        teams.set_visibility(connection, CITY, "clinic", "public")
    assert caught.value.code == "personal_opened"
    assert "sdt" in str(caught.value)
    assert "912345678" not in str(caught.value)
    assert teams.set_visibility(connection, CITY, "clinic", "public", agreed=True)
