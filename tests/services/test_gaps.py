"""The study of gaps: ranked places, who lives there, and where they turn to."""

from collections.abc import Callable
from typing import Any

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import RefusedInput
from gis_service.services import studies
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
