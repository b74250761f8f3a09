"""Checks of all rows together end, whatever the rows are."""

import numpy as np
from shapely.geometry import Polygon

from gis_service.services.ingest_inspect import inspect_rows
from gis_service.services.ingest_source import LoadOptions
from gis_service.types import LayerId
from tests.row_source import rows_of_shapes
from tests.small_city import city_with, field, layer

CITY = city_with(layer("tiles", "Polygon", [field("name")], key=None, coverage=True))


def test_areas_that_lie_over_one_another_without_end_are_not_compared() -> None:
    turns = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    draw = np.random.default_rng(1)

    def blob() -> Polygon:
        far = 0.01 * (1 + 0.3 * draw.uniform(-1, 1, 200))
        return Polygon(np.column_stack([106.3 + far * np.cos(turns), 20.4 + far * np.sin(turns)]))

    rows = rows_of_shapes([blob() for _ in range(300)], {"name": [str(at) for at in range(300)]})
    (finding,) = inspect_rows(rows, CITY, CITY.layers[LayerId("tiles")], LoadOptions()).findings
    assert finding.code == "coverage_not_checked"
    assert "overlap too much" in finding.detail("en")
