"""Areas that are closed against each other: what that changes and leaves is told before it is published."""

import time

import pytest
from shapely.geometry import Polygon, box

from gis_service.analysis.checks.findings import Repair
from gis_service.errors import AnyCode, ErrorCode
from gis_service.services import ingest_checks
from gis_service.services.ingest_clock import TooMuchAtOnceError
from gis_service.services.ingest_inspect import Inspection, inspect_rows
from gis_service.services.ingest_source import LoadOptions
from tests.row_source import rows_of_shapes
from tests.small_city import city_with, field, layer

CITY = city_with(layer("tiles", "MultiPolygon", [field("name")], key=None, coverage=True))
EAST = box(106.31, 20.4, 106.32, 20.41)
WEST = box(106.3, 20.4, 106.310004, 20.41)
WIDE = box(106.3, 20.4, 106.3105, 20.41)
CLOSING = frozenset({Repair.SLIVERS})


def look(*shapes: Polygon, repairs: frozenset[Repair] = CLOSING, until: float | None = None) -> Inspection:
    rows = rows_of_shapes(list(shapes), {"name": [str(at) for at in range(len(shapes))]}, batch=1)
    return inspect_rows(rows, CITY, CITY.layers["tiles"], LoadOptions(repairs=repairs, until=until))


def codes(found: Inspection) -> list[AnyCode]:
    return [finding.code for finding in found.findings]


def test_a_look_tells_what_closing_would_change() -> None:
    assert codes(look(WEST, EAST, repairs=frozenset())) == [ErrorCode.COVERAGE_OVERLAP]
    found = look(WEST, EAST)
    assert found.findings == ()
    (notice,) = [entry for entry in found.notices if entry["code"] == "repaired_slivers"]
    assert notice["params"]["count"] >= 1  # type: ignore[index]


def test_a_look_tells_what_closing_would_leave() -> None:
    assert codes(look(EAST, EAST)) == [ErrorCode.COVERAGE_OVERLAP]


def test_areas_that_closing_changes_by_over_one_percent_need_a_yes() -> None:
    (asked,) = look(WIDE, EAST).findings
    assert (asked.code, asked.count, asked.remedy) == (ErrorCode.AREA_CHANGED, 1, Repair.AREA)
    (feature,) = asked.features
    assert feature.number in {1, 2}
    assert feature.said("en").endswith(" m²")
    assert feature.lon == pytest.approx(106.31, abs=0.02)
    assert look(WIDE, EAST, repairs=CLOSING | {Repair.AREA}).findings == ()


def test_beyond_the_limit_nothing_is_closed_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_checks, "MOST_VERTICES", 9)
    found = look(WEST, EAST)
    (note,) = found.findings
    assert note.code is ErrorCode.COVERAGE_NOT_CHECKED
    assert "nothing was closed either" in note.detail("en")
    assert found.notices == ()
    (note,) = look(WEST, EAST, repairs=frozenset()).findings
    assert "closed" not in note.detail("en")


def test_nobody_waits_for_areas_to_be_closed() -> None:
    with pytest.raises(TooMuchAtOnceError):
        look(WEST, EAST, until=time.monotonic() + 60)
