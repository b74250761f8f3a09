"""Whom a study speaks of, in words."""

from typing import Any

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.services.gap_words import answer, answer_outside
from gis_service.services.group_words import group_of, people_words


@pytest.mark.parametrize(
    ("group", "vi", "en"),
    [
        ("all", "người", "people"),
        ("age_3_5", "người 3–5 tuổi", "people aged 3–5"),
        ("age_60", "người từ 60 tuổi", "people aged 60 and over"),
        ("women", "người nhóm women", "people of the group women"),
    ],
)
def test_a_group_is_named_alike_with_and_without_the_catalogue(
    catalogue: Catalogue, group: str, vi: str, en: str
) -> None:
    for known in (None, catalogue):
        assert (people_words(group, "vi", known), people_words(group, "en", known)) == (vi, en)


STATES: list[tuple[dict[str, Any], str]] = [
    ({}, "all"),
    ({"group": "age_3_5"}, "age_3_5"),
    ({"group": "age_6_10"}, "all"),  # no figures of it
    ({"before": {"group": "age_3_5"}, "after": {"group": "age_3_5"}}, "age_3_5"),
    ({"before": {}, "after": {"group": "age_3_5"}}, "all"),
]


@pytest.mark.parametrize(("asked", "group"), STATES)
def test_a_study_is_about_the_group_of_its_standard(asked: dict[str, Any], group: str) -> None:
    assert group_of({"parameters": asked, "totals": {"all": {}, "age_3_5": {}}}) == group


def test_a_report_speaks_of_the_group_with_its_figures() -> None:
    asked = {"measure": "network_time", "limit": 900, "mode": "walk", "direction": "to_facility"}
    totals = {
        "all": {"share": 0.41, "uncovered": 1_094_082, "unreachable": 7},
        "age_3_5": {"share": 0.4185, "uncovered": 51_849, "unreachable": 0},
    }
    parameters = asked | {"catchment": "any", "group": "age_3_5"}
    document = {"parameters": parameters, "totals": totals, "generated_data": False}
    said = answer(document)
    assert said.en == "41.9% of the people aged 3–5 reach the nearest facility within 15 minutes on foot."
    assert said.vi == "41,9 % người dân 3–5 tuổi tới được điểm dịch vụ gần nhất trong 15 phút đi bộ."
    assert answer_outside(document).en == "51,849 people are outside."
