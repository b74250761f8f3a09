"""Checks of all rows together end, whatever the rows are."""

import time

import numpy as np
import pytest
from shapely import box
from shapely.geometry import Polygon

from gis_service.services import ingest_areas, ingest_checks
from gis_service.services.ingest_clock import TooMuchAtOnceError
from gis_service.services.ingest_inspect import Inspection, inspect_rows
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


def look_at_overlap(until: float | None = None) -> Inspection:
    west, east = box(106.30, 20.40, 106.311, 20.41), box(106.31, 20.40, 106.32, 20.41)
    rows = rows_of_shapes([west, east], {"name": ["a", "b"]})
    return inspect_rows(rows, CITY, CITY.layers[LayerId("tiles")], LoadOptions(until=until))


def test_overlaps_are_looked_for_no_longer_than_they_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.code.value for one in look_at_overlap().findings] == ["coverage_overlap"]
    monkeypatch.setattr(ingest_areas, "AREAS_S", -1.0)
    (finding,) = look_at_overlap().findings
    assert finding.code == "coverage_not_checked"
    assert "takes too long" in finding.detail("en")


def test_overlaps_are_left_to_a_job_when_somebody_waits_for_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(TooMuchAtOnceError):
        look_at_overlap(until=time.monotonic() - 1)
    soon = time.monotonic() + 60
    assert [one.code.value for one in look_at_overlap(until=soon).findings] == ["coverage_overlap"]
    monkeypatch.setattr(ingest_checks, "AT_ONCE_VERTICES", 9)
    with pytest.raises(TooMuchAtOnceError):
        look_at_overlap(until=soon)
    assert look_at_overlap().findings
