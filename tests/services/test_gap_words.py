from typing import Any, get_args

import pytest

from gis_service.analysis.gaps import Kind
from gis_service.services.gap_words import GAP_KINDS, answer, answer_outside, gap_kind, method


def document(share: float | None = 0.8049, *, generated: bool = False, **asked: Any) -> dict[str, Any]:  # noqa: ANN401  any parameter
    parameters = {
        "service": "offices",
        "measure": "network_time",
        "limit": 600,
        "mode": "motorbike",
        "direction": "to_facility",
        "catchment": "any",
    }
    everybody = {"share": share, "uncovered": 362235.4, "unreachable": 0}
    return {"parameters": parameters | asked, "totals": {"all": everybody}, "generated_data": generated}


SENTENCES = [
    (
        {},
        "80,5 % người dân tới được điểm dịch vụ gần nhất trong 10 phút đi xe máy.",
        "80.5% of the people reach the nearest facility within 10 minutes by motorbike.",
    ),
    (
        {"limit": 450, "mode": "bicycle"},
        "80,5 % người dân tới được điểm dịch vụ gần nhất trong 7,5 phút đi xe đạp.",
        "80.5% of the people reach the nearest facility within 7.5 minutes by bicycle.",
    ),
    (
        {"measure": "network_distance", "limit": 1500, "mode": "walk"},
        "80,5 % người dân tới được điểm dịch vụ gần nhất trong 1.500 m đi bộ.",
        "80.5% of the people reach the nearest facility within 1,500 m on foot.",
    ),
    (
        {"catchment": "own_unit"},
        "80,5 % người dân tới được điểm dịch vụ của đơn vị mình trong 10 phút đi xe máy.",
        "80.5% of the people reach their own unit's facility within 10 minutes by motorbike.",
    ),
    (
        {"direction": "from_facility", "mode": "car"},
        "Từ điểm dịch vụ gần nhất tới được 80,5 % người dân trong 10 phút đi ô tô.",
        "80.5% of the people are reached from the nearest facility within 10 minutes by car.",
    ),
]


@pytest.mark.parametrize(("asked", "vi", "en"), SENTENCES)
def test_the_answer_is_a_sentence(asked: dict[str, Any], vi: str, en: str) -> None:
    said = answer(document(**asked))
    assert (said.vi, said.en) == (vi, en)


def test_without_people_there_is_no_share() -> None:
    assert answer(document(share=None)).en.startswith("– of the people")


def test_the_people_outside_are_counted() -> None:
    assert answer_outside(document()).vi == "362.235 người ở ngoài."


def test_those_without_any_way_are_named() -> None:
    said = document()
    said["totals"]["all"]["unreachable"] = 1200
    assert answer_outside(said).en == "362,235 people are outside; 1,200 of them cannot reach any facility."


def test_generated_data_is_said_in_the_sentence() -> None:
    assert answer_outside(document(generated=True)).vi.endswith("Tính từ dữ liệu minh hoạ.")


def test_the_method_names_the_measure() -> None:
    assert method(document(measure="straight_radius")).vi.startswith("bán kính đường chim bay")


def test_every_kind_of_gap_place_says_why() -> None:
    assert set(GAP_KINDS) == set(get_args(Kind))
    assert all(words.vi and words.en for words in GAP_KINDS.values())


QUOTAS = [
    (
        {"amount": 0.65, "of": "site_m2", "per": "person"},
        "80,5 % người dân ở đơn vị đủ định mức: 0,65 m² khu đất mỗi người.",
        "80.5% of the people live in units that meet the quota: 0.65 m² of site for each person.",
    ),
    (
        {"amount": 50, "of": "capacity", "per": "1000_people"},
        "80,5 % người dân ở đơn vị đủ định mức: 50 chỗ mỗi 1.000 người.",
        "80.5% of the people live in units that meet the quota: 50 places for 1,000 people.",
    ),
]


@pytest.mark.parametrize(("quota", "vi", "en"), QUOTAS)
def test_a_quota_is_told_of_units_that_have_enough(quota: dict[str, Any], vi: str, en: str) -> None:
    said = document(measure="quota", quota=quota, limit=0, mode=None)
    assert (answer(said).vi, answer(said).en) == (vi, en)
    assert answer_outside(said).vi == "362.235 người ở đơn vị còn thiếu."
    assert gap_kind({"kind": "cluster"}, said).en == "The unit has less than the quota asks for"
