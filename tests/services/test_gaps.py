"""The study of gaps: ranked places, who lives there, and where they turn to."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.service_standard import Quota
from gis_service.db.engine import Connection
from gis_service.errors import RefusedInput
from gis_service.services import studies
from gis_service.services.disclosure import public_view
from gis_service.services.study_words import answer
from tests.merged_town import AFTER, state


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


def run(town: Connection, catalogue: Catalogue, process: str, groups: tuple[str, ...] = ()) -> dict[str, Any]:
    return studies.run(town, catalogue, process, state(AFTER) | {"groups": groups}, "lan").document


def test_places_are_ranked_and_know_their_people_and_their_nearest_facility(
    town: Connection, catalogue: Catalogue
) -> None:
    document = run(town, catalogue, "gaps", groups=("age_60",))
    (place,) = document["gaps"]
    # 40 people at 2,100 are nearest to 1,000; 300.5 at 3,600 and 60 at 4,100 to 5,000: half of all go 1,410 m
    assert (place["rank"], place["people"], place["groups"]) == (1, 400.5, {"age_60": 40.05})
    assert place["nearest"] == {"id": "nc", "name": "C mới", "median_m": 1410}
    assert (place["settlement"], place["zone_name"]) == ("Thôn Bến", "Xã AB")


def test_all_else_is_the_study_of_coverage(town: Connection, catalogue: Catalogue) -> None:
    gaps, coverage = (run(town, catalogue, process) for process in ("gaps", "coverage"))
    assert (gaps["process"], gaps["id"].partition("_")[0]) == ("gaps", "gaps")
    same = coverage.keys() - {"id", "process", "gaps"}
    assert {name: gaps[name] for name in same} == {name: coverage[name] for name in same}
    more = {"rank", "nearest", "groups"}
    plain = [{name: value for name, value in place.items() if name not in more} for place in gaps["gaps"]]
    assert plain == coverage["gaps"]


def test_who_gets_nowhere_has_no_nearest_facility(town: Connection, catalogue: Catalogue) -> None:
    town.exec_driver_sql("UPDATE layer.one_stop_office SET open_to = '2020-01-01'")
    assert [place["nearest"] for place in run(town, catalogue, "gaps")["gaps"]] == [None]


def test_an_equal_run_is_the_equal_document(town: Connection, catalogue: Catalogue) -> None:
    first = run(town, catalogue, "gaps")
    town.exec_driver_sql("DELETE FROM gis.study")
    assert run(town, catalogue, "gaps") == first


def test_the_answer_names_the_largest_place(town: Connection, catalogue: Catalogue) -> None:
    said = answer(run(town, catalogue, "gaps"), catalogue)
    assert "Đông nhất: Thôn Bến, Xã AB (400 người)." in said.vi
    assert "The largest place: Thôn Bến, Xã AB (400 people)." in said.en


def test_a_comparison_is_not_an_input_of_gaps(town: Connection, catalogue: Catalogue) -> None:
    with pytest.raises(RefusedInput):
        studies.run(town, catalogue, "gaps", {"before": {}, "after": {}}, "lan")


def with_rule(catalogue: Catalogue, **change: Any) -> Catalogue:  # noqa: ANN401 (fields of a standard)
    """Give the catalogue with one standard more, ``rule``: 50 m around offices but for what is changed."""
    known = catalogue.standards["one_stop_office_motorbike_10min"]
    rule = {"id": "rule", "measure": "straight_radius", "mode": None, "limit": 50.0}
    changed: Any = rule | change
    return replace(catalogue, standards={**catalogue.standards, "rule": replace(known, **changed)})


def test_a_study_speaks_of_the_group_of_its_standard_and_ranks_gaps_by_it(
    town: Connection, catalogue: Catalogue
) -> None:
    town.exec_driver_sql("UPDATE layer.residents SET age_60 = 35 WHERE people = 40")
    known = with_rule(catalogue, group="age_60")
    asked = {"standard": "rule", "at": AFTER, "beside": ()}
    gaps, coverage = (studies.run(town, known, one, asked, "lan").document for one in ("gaps", "coverage"))
    assert gaps["parameters"]["group"] == "age_60"
    old = [(gap["groups"]["age_60"], gap["people"]) for gap in gaps["gaps"]]
    assert old == [(35, 40), (30.05, 300.5), (20, 200), (10, 100), (6, 60), (0.5, 5)]
    assert [(gap["id"], gap["groups"]) for gap in coverage["gaps"]] == [
        (gap["id"], gap["groups"]) for gap in gaps["gaps"]
    ]
    assert answer(gaps, known).en.startswith("0 of 102 people aged 60 and over (0.0%) have")
    assert "(35 người từ 60 tuổi)." in answer(gaps, known).vi
    shown = public_view(gaps)
    assert [gap["rank"] for gap in shown["gaps"]].count(None) >= 2
    told = [gap["groups"]["age_60"] for gap in shown["gaps"] if gap["rank"] is not None]
    assert None not in told
    plain = studies.run(town, with_rule(catalogue), "gaps", asked, "lan").document
    assert "group" not in plain["parameters"]
    assert answer(plain, catalogue).en.startswith("0 of 706 people (0.0%) have")


@pytest.mark.parametrize(
    ("quota", "told"),
    [
        (Quota(2, "facilities", "unit"), {"have": 1, "needed": 2, "missing": 1}),
        (Quota(1, "facilities", "person"), {"have": 1, "needed": 0, "missing": 0}),
    ],
)
def test_an_empty_unit_of_the_right_kind_has_and_needs_as_any_other(
    town: Connection, catalogue: Catalogue, quota: Quota, told: dict[str, float]
) -> None:
    town.exec_driver_sql("UPDATE layer.commune SET unit_type = 'ward' WHERE code = 'c2'")
    town.exec_driver_sql("DELETE FROM layer.residents WHERE people IN (60, 5)")  # those of c2
    known = with_rule(catalogue, measure="quota", limit=None, unit_type=("ward",), quota=quota)
    asked = {"standard": "rule", "at": AFTER}
    document = studies.run(town, known, "coverage", asked, "lan").document
    assert [row["total"] for row in document["zones"]] == [0, 0]
    assert [row["provision"] for row in document["zones"]] == [None, told]
