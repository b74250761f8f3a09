"""Who may use which facility, as units or people say it."""

from dataclasses import replace

import numpy as np
import pytest

from gis_service.errors import RefusedInput
from gis_service.services.assigned import column_of, find_assigned
from gis_service.services.coverage_inputs import Notice
from tests.street import street, with_clinics

INPUTS = street()
"""Three homes live in the unit 7, four in the unit 12."""


def test_people_with_the_same_facilities_are_one_part() -> None:
    facilities = replace(with_clinics(INPUTS, 0, 500, 900).facilities, serves=("7; 12", None, "12,7,7"))
    found = find_assigned(facilities, INPUTS.zones, INPUTS.zone, None, [])
    assert found.part.tolist() == [0] * 7
    assert [part.tolist() for part in found.facilities] == [[0, 2]]
    assert found.by_unit is not None
    assert found.by_unit.tolist() == [0, 0]


def test_people_beyond_all_units_and_of_units_that_nobody_serves_have_no_part() -> None:
    facilities = replace(with_clinics(INPUTS, 0).facilities, serves=("12",))
    zone = np.array([0, 1, -1, -2], dtype=np.int32)
    assert find_assigned(facilities, INPUTS.zones, zone, None, []).part.tolist() == [-1, 0, -1, -1]


def test_people_name_facilities_by_code_or_by_site() -> None:
    known = replace(
        with_clinics(INPUTS, 0, 500, 900).facilities, ids=("a", "b", "c"), site_ids=("s", "s", None)
    )
    notices: list[Notice] = []
    found = find_assigned(known, INPUTS.zones, INPUTS.zone, ["a", "s", "c;a", None, "z", "b, a", ""], notices)
    parts = [[] if part < 0 else found.facilities[part].tolist() for part in found.part]
    assert parts == [[0], [0, 1], [0, 2], [], [], [0, 1], []]
    assert found.by_unit is None
    assert [(notice.code, dict(notice.params)) for notice in notices] == [
        ("assigned_unknown", {"count": 1, "codes": "z"})
    ]


def test_without_a_column_of_either_the_study_is_refused() -> None:
    with pytest.raises(RefusedInput) as refused:
        find_assigned(INPUTS.facilities, INPUTS.zones, INPUTS.zone, None, [])
    assert refused.value.params["name"] == "catchment"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["assigned", "assigned_school"], "assigned_school"),
        (["assigned", "assigned_market"], "assigned"),
        (["assigned_market"], None),
    ],
)
def test_the_column_of_the_service_itself_goes_first(names: list[str], expected: str | None) -> None:
    assert column_of(names, "school") == expected
