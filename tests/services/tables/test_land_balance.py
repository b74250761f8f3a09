"""Hectares and m² for each person by use, counted by hand on a street."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis_service.analysis.zones import sorted_zones
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.coverage import CoverageInputs, run_coverage
from gis_service.services.coverage_inputs import LandUse
from gis_service.services.disclosure import public_view
from gis_service.services.tables.scene import Row
from tests.street import WALK_800_M, X, Y, points, street

ASKED = replace(WALK_800_M, tables=("land_balance",))


def with_land(*patches: tuple[float, float, str]) -> CoverageInputs:
    shapes = [shapely.box(X + west, Y - 100, X + east, Y + 100) for west, east, _ in patches]
    land = LandUse(np.array(shapes, dtype=object), tuple(use for *_, use in patches))
    return replace(street(), land_use=land)


def by_row(rows: list[Row]) -> dict[tuple[str, str], Row]:
    return {(row["id"], row["use"]): row for row in rows}


def test_a_unit_is_told_its_hectares_shares_and_area_for_each_person() -> None:
    document = run_coverage(with_land((0, 2000, "village"), (2000, 2500, "field")), ASKED).document
    rows = by_row(document["tables"]["land_balance"])
    assert rows["7", "village"] == {
        "id": "7", "name": "Xã Đông", "use": "village",
        "ha": 28, "share": 28 / 150, "m2_per_person": 280_000 / 140.5,
    }  # fmt: skip
    assert [rows["12", use]["ha"] for use in ("field", "village", "none")] == [10, 12, 238]
    assert [rows["all", use]["ha"] for use in ("field", "village", "none")] == [10, 40, 360]
    assert rows["all", "village"]["m2_per_person"] == 400_000 / 360.5
    assert document["notices"] == run_coverage(street(), WALK_800_M).document["notices"]


def test_patches_that_overlap_are_counted_once_and_told() -> None:
    document = run_coverage(with_land((0, 1000, "village"), (500, 1200, "field")), ASKED).document
    rows = by_row(document["tables"]["land_balance"])
    assert (rows["all", "village"]["ha"], rows["all", "field"]["ha"]) == (20, 4)
    notice = {"code": "land_use_overlaps", "params": {"pairs": 1, "ha": 10}}
    assert notice in document["notices"]


def test_land_for_each_person_is_hidden_with_the_people_and_hectares_are_not() -> None:
    shown = public_view(run_coverage(with_people([5_000, 0, 0, 90_000, 90_000, 0, 0]), ASKED).document)
    assert [zone["total"] for zone in shown["zones"]] == [None, None]
    rows = by_row(shown["tables"]["land_balance"])
    assert {row["m2_per_person"] for row in rows.values()} == {None}
    assert rows["7", "village"]["ha"] == 20


def test_everybody_reads_the_land_for_each_person_where_the_people_are_shown() -> None:
    document = run_coverage(with_people([50_000, 0, 0, 90_000, 90_000, 0, 0]), ASKED).document
    shown = public_view(document)
    assert shown["tables"] == document["tables"]


def with_people(thousandths: list[int]) -> CoverageInputs:
    inputs = with_land((0, 1000, "village"))
    demand = replace(inputs.demand, people={"all": np.array(thousandths)})
    return replace(inputs, demand=demand)


def test_units_that_are_known_by_points_have_no_land() -> None:
    inputs = with_land((0, 1000, "village"))
    zones = sorted_zones(["7", "12"], ["Xã Đông", "Xã Tây"], points([X, Y], [X + 2000, Y]))
    with pytest.raises(RefusedInput) as refused:
        run_coverage(replace(inputs, zones=zones, area=inputs.zones), ASKED)
    assert refused.value.code == ErrorCode.STUDY_REFUSED
    assert refused.value.params["value"] == "land_balance"
