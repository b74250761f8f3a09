"""What a study says where it reaches nobody: how far the nearest people are, and never one person's way."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gis_service.catalogue.service_standard import Quota
from gis_service.services.coverage import CoverageInputs, CoverageParameters, run_coverage
from gis_service.services.study_words import notice_text
from tests.street import WALK_800_M, street, with_clinics


def said(inputs: CoverageInputs, asked: CoverageParameters) -> dict[str, Any] | None:
    notices = run_coverage(inputs, asked).document["notices"]
    return next((one for one in notices if one["code"] == "nobody_in_limit"), None)


def with_people(*people: float) -> CoverageInputs:
    """Give the street, from the west, these people; the clinic stands 1 km beyond the last home."""
    inputs = with_clinics(street(), 4000)
    thousandths = (np.array(people) * 1000).astype(np.int64)
    return replace(inputs, demand=replace(inputs.demand, people={"all": thousandths}))


TIME = replace(WALK_800_M, measure="network_time", limit=600.0)
STRAIGHT = replace(WALK_800_M, measure="straight_radius", limit=100.0, mode=None)


@pytest.mark.parametrize(
    ("asked", "least", "unit", "english", "vietnamese"),
    [
        # 1,040 m on foot; at 4.8 km/h 780 s, a whole step of the curve.
        (WALK_800_M, 1050, "m", "within 800 m: the nearest people are 1,050 m", "giới hạn 800 m"),
        (TIME, 780, "s", "within 10 min: the nearest people are 13 min", "từ 13 phút trở lên"),
        (STRAIGHT, 1025, "m", "within 100 m: the nearest people are 1,025 m", "cách điểm dịch vụ 1.025 m"),
    ],
)
def test_whoever_reaches_nobody_is_told_how_far_the_nearest_are(
    asked: CoverageParameters, least: float, unit: str, english: str, vietnamese: str
) -> None:
    notice = said(with_people(0, 0, 0, 0, 0, 0, 70), asked)
    assert notice is not None
    assert (notice["params"]["least"], notice["params"]["unit"]) == (least, unit)
    words = notice_text(notice)
    assert english in words.en
    assert vietnamese in words.vi
    # It is a limit that reaches somebody, and the first step that does.
    step = 15 if unit == "s" else 25
    for limit, covered in ((least, 70), (least - step, 0)):
        totals = run_coverage(with_people(0, 0, 0, 0, 0, 0, 70), replace(asked, limit=limit)).document[
            "totals"
        ]
        assert totals["all"]["covered"] == covered


def test_a_few_people_nearer_by_are_not_told_of() -> None:
    notice = said(with_people(0, 0, 0, 0, 6, 4, 9.5), WALK_800_M)
    assert notice is not None
    assert notice["params"]["least"] == 1550  # with those of 1,540 m they are ten and more
    assert said(with_people(0, 0, 0, 0, 0, 0, 9.5), WALK_800_M) is None


def test_nothing_is_said_where_somebody_is_reached_or_nobody_has_a_way() -> None:
    assert said(street(), WALK_800_M) is None
    assert said(with_people(0, 0, 0, 0, 0, 0, 0.001), replace(WALK_800_M, limit=1040)) is None
    nobody = with_people(0, 0, 0, 0, 0, 0, 0)
    assert said(nobody, WALK_800_M) is None
    assert said(with_clinics(street(), 90_000), WALK_800_M) is None  # beyond the border: none counts
    quota = replace(WALK_800_M, measure="quota", limit=0.0, mode=None, quota=Quota(9, "facilities", "unit"))
    assert said(street(), quota) is None


def test_the_people_of_areas_are_asked_for_inside_first() -> None:
    asked = replace(STRAIGHT, measure="inside_area", limit=0.0)
    notice = said(with_people(0, 0, 0, 0, 0, 0, 70), asked)
    assert notice is not None
    assert "within the areas themselves: the nearest people are 1,025 m" in notice_text(notice).en
    assert "giới hạn của chính các vùng ấy" in notice_text(notice).vi
