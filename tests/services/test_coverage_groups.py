"""Groups that walk at a speed of their own, and people who may use some facilities only."""

from dataclasses import replace

import numpy as np

from gis_service.analysis.modes import mode
from gis_service.services.coverage import run_coverage
from gis_service.services.coverage_inputs import Assigned
from tests.street import WALK_800_M, street, with_clinics

ELDERLY = replace(WALK_800_M, measure="network_time", limit=600.0, groups=("age_60",))
"""4.8 km/h reach 800 m in ten minutes, 3.2 km/h no more than 533 m."""


def test_a_group_walks_at_its_own_speed_and_everybody_else_as_before() -> None:
    plain, own = (
        run_coverage(street(), replace(ELDERLY, group_speeds=speeds)) for speeds in (None, (("age_60", 3.2),))
    )
    totals = own.document["totals"]
    assert totals["all"] == plain.document["totals"]["all"]
    assert plain.document["totals"]["age_60"]["covered"] == 11.05
    assert totals["age_60"]["covered"] == 10  # 540 m to the second home
    assert totals["age_60"]["total"] == totals["age_60"]["covered"] + totals["age_60"]["uncovered"]
    assert own.document["zones"][0]["groups"]["age_60"]["covered"] == 10
    assert own.document["parameters"]["group_speeds_kmh"] == {"age_60": 3.2}
    assert "group_speeds_kmh" not in plain.document["parameters"]


def test_the_times_of_a_slower_group_are_those_of_a_study_at_its_speed() -> None:
    own = run_coverage(street(), replace(ELDERLY, group_speeds=(("age_60", 3.2),)))
    alone = run_coverage(street(), replace(ELDERLY, mode=mode("walk", flat_kmh=3.2)))
    assert own.document["totals"]["age_60"] == alone.document["totals"]["age_60"]
    assert own.field_of("age_60").cost.tolist() == alone.field.cost.tolist()
    assert own.field_of("all").cost.tolist() == own.field.cost.tolist()


def test_people_assigned_to_a_facility_may_use_that_one_only() -> None:
    """Home by home: the first to the far clinic, the second to both, the others to none."""
    inputs = with_clinics(street(), 0, 3000)
    part = np.array([0, 1, -1, -1, -1, -1, -1], dtype=np.int32)
    assigned = Assigned(part, (np.array([1]), np.array([0, 1])), None)
    asked = replace(WALK_800_M, catchment="assigned")
    result = run_coverage(replace(inputs, assigned=assigned), asked)
    assert result.field.facility.tolist() == [1, 0, -1, -1, -1, -1, -1]
    everybody = result.document["totals"]["all"]
    assert (everybody["covered"], everybody["unreachable"]) == (10.5, 0)
    assert {gap["kind"] for gap in result.document["gaps"]} == {"network", "no_facility"}
