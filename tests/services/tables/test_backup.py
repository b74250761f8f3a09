"""Who has two sites within the limit, counted by hand on a street."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.zones import NO_UNIT
from gis_service.services.coverage import CoverageInputs, run_coverage
from gis_service.services.tables.scene import Row
from tests.street import WALK_800_M, street, with_clinics

ASKED = replace(WALK_800_M, tables=("backup",))


def rows_of(inputs: CoverageInputs) -> dict[str, Row]:
    rows = run_coverage(inputs, ASKED).document["tables"]["backup"]
    return {row["id"]: row for row in rows}


def test_a_home_between_two_clinics_is_covered_twice() -> None:
    rows = rows_of(with_clinics(street(), 0, 1000))
    assert rows["7"] == {
        "id": "7", "name": "Xã Đông", "group": "all", "total": 140.5, "covered": 140.5,
        "covered_twice": 10.5, "share_twice": 10.5 / 140.5,
    }  # fmt: skip
    assert (rows["12"]["covered_twice"], rows["all"]["covered_twice"]) == (0, 10.5)


def test_two_entrances_of_one_site_cover_nobody_twice() -> None:
    inputs = with_clinics(street(), 0, 1000, owner=[0, 0])
    one_site = replace(inputs.facilities, site=np.zeros(2, dtype=np.int32))
    assert rows_of(replace(inputs, facilities=one_site))["all"]["covered_twice"] == 0


def test_people_without_a_unit_have_a_row_when_there_are_any() -> None:
    inputs = with_clinics(street(), 0, 1000)
    zone = inputs.zone.copy()
    zone[1] = NO_UNIT
    rows = rows_of(replace(inputs, zone=zone))
    assert list(rows) == ["7", "12", "outside", "all"]
    assert rows["outside"]["covered_twice"] == 10.5
    assert "outside" not in rows_of(inputs)


@given(st.lists(st.integers(-2000, 5000), min_size=1, max_size=4, unique=True), st.integers(-2000, 5000))
def test_rows_add_up_and_one_clinic_more_covers_nobody_less(clinics: list[int], more: int) -> None:
    rows = rows_of(with_clinics(street(), *clinics))
    grown = rows_of(with_clinics(street(), *clinics, more))
    for found in (rows, grown):
        assert found["7"]["covered_twice"] + found["12"]["covered_twice"] == found["all"]["covered_twice"]
        assert found["all"]["covered_twice"] <= found["all"]["covered"]
    assert rows["all"]["covered_twice"] <= grown["all"]["covered_twice"]
