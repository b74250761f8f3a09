"""Standards applied whole, on a town whose people can be counted by hand.

In the east 10 and 20.5 people live at 100 and 1,100 m of a street; in the west 30 and 40 at 3,900 and 5,500.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.service_standard import Quota, Standard
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection, Engine
from gis_service.errors import RefusedInput
from gis_service.services import studies
from gis_service.services.disclosure import public_view
from gis_service.services.documents import canonical_json
from gis_service.services.study_words import answer, notice_text
from tests.ferry_town import METRIC, X, Y, as_array, town_files_in
from tests.filled_database import filled, load_frame
from tests.street import codes

DAY = "2026-03-03T10:00"
"""A Tuesday."""


@pytest.fixture(scope="module")
def town_files(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Path]]:
    return town_files_in(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def town_engine(
    make_database: Callable[[], str], catalogue: Catalogue, town_files: list[tuple[str, Path]]
) -> Iterator[Engine]:
    yield from filled(make_database(), catalogue, town_files)


def load(
    connection: Connection,
    catalogue: Catalogue,
    layer: str,
    shapes: Sequence[shapely.Geometry],
    **columns: Sequence[object],
) -> None:
    """Load one more layer into the town."""
    degrees = transform(as_array(shapes), METRIC, STORAGE)
    names = {"code": [f"{layer}{row}" for row in range(len(shapes))]}
    frame = gpd.GeoDataFrame(names | {"name": names["code"]} | columns, geometry=list(degrees), crs=STORAGE)
    load_frame(connection, catalogue, layer, frame)


def run(connection: Connection, catalogue: Catalogue, **inputs: object) -> dict[str, Any]:
    return studies.run(connection, catalogue, "coverage", {"at": DAY} | inputs, "lan").document


def covered(document: dict[str, Any]) -> float:
    found: float = document["totals"]["all"]["covered"]
    return found


def with_standard(catalogue: Catalogue, **change: Any) -> Catalogue:  # noqa: ANN401 (fields of a standard)
    """Give the catalogue with one standard more, ``rule``: 2,000 m around offices but for what is changed."""
    known: Standard = catalogue.standards["one_stop_office_motorbike_10min"]
    straight = {"measure": "straight_radius", "mode": None, "limit": 2000.0}
    rule = replace(known, **({"id": "rule"} | straight | change))
    return replace(catalogue, standards={**catalogue.standards, "rule": rule})


def at(*along: float) -> list[shapely.Geometry]:
    return [shapely.Point(X + place, Y) for place in along]


def test_people_near_a_line_are_those_within_the_limit_of_any_place_on_it(
    town: Connection, catalogue: Catalogue
) -> None:
    """The main ends at 1,000 m, so the home at 1,100 m, 10 m off the street, is 100.499 m away."""
    load(town, catalogue, "water_main", [shapely.LineString([(X, Y), (X + 1000, Y)])])
    asked = {"service": "water_main", "measure": "within_line"}
    found = [run(town, catalogue, limit=limit, **asked) for limit in (9, 10, 100, 100.5)]
    assert [covered(document) for document in found] == [0, 10, 10, 30.5]
    assert found[0]["totals"]["all"]["median_s"] is None


def test_the_facility_of_a_home_is_the_line_that_is_nearest(town: Connection, catalogue: Catalogue) -> None:
    lines = [shapely.LineString([(X + west, Y), (X + west + 100, Y)]) for west in (0, 5000)]
    load(town, catalogue, "water_main", lines)
    asked = {"service": "water_main", "measure": "within_line", "limit": 9000, "tables": ["facilities"]}
    rows = run(town, catalogue, **asked)["tables"]["facilities"]
    assert [(row["id"], row["load"]) for row in rows] == [("water_main0", 30.5), ("water_main1", 70)]


def test_inside_an_area_is_covered_without_any_limit(town: Connection, catalogue: Catalogue) -> None:
    load(town, catalogue, "park", [shapely.box(X + 1100, Y, X + 4000, Y + 200)])
    document = run(town, catalogue, service="park", measure="inside_area")
    assert covered(document) == 50.5
    assert document["parameters"]["limit"] == 0
    assert covered(run(town, catalogue, service="park", measure="inside_area", limit=1000)) == 60.5
    assert "its area" in answer(document, catalogue).en


@pytest.mark.parametrize(
    ("layer", "shape", "measure"),
    [
        ("water_main", shapely.LineString([(X, Y), (X + 9, Y)]), "network_distance"),
        ("water_main", shapely.LineString([(X, Y), (X + 9, Y)]), "inside_area"),
        ("health_station", shapely.Point(X, Y), "inside_area"),
    ],
)
def test_a_measure_that_cannot_be_taken_of_the_facilities_is_refused(
    town: Connection, catalogue: Catalogue, layer: str, shape: shapely.Geometry, measure: str
) -> None:
    load(town, catalogue, layer, [shape])
    with pytest.raises(RefusedInput) as refused:
        run(town, catalogue, service=layer, measure=measure, limit=10, mode="walk")
    assert refused.value.params["name"] == "measure"


def test_a_quota_covers_everybody_of_a_unit_that_has_enough(town: Connection, catalogue: Catalogue) -> None:
    quota = with_standard(catalogue, measure="quota", limit=None, quota=Quota(1, "facilities", "unit"))
    document = run(town, quota, standard="rule")
    assert [row["covered"] for row in document["zones"]] == [30.5, 0]
    assert [row["provision"] for row in document["zones"]] == [
        {"have": 1, "needed": 1, "missing": 0},
        {"have": 0, "needed": 1, "missing": 1},
    ]
    everybody = document["totals"]["all"]
    assert (everybody["unreachable"], everybody["median_m"], everybody["access_median_m"]) == (0, None, None)
    assert [(gap["people"], gap["zone"]) for gap in document["gaps"]] == [(70, "commune1")]
    assert document["parameters"]["quota"] == {"amount": 1, "of": "facilities", "per": "unit", "group": "all"}


def test_a_gap_of_a_quota_is_a_unit_and_has_no_nearest_facility(
    town: Connection, catalogue: Catalogue
) -> None:
    quota = with_standard(catalogue, measure="quota", limit=None, quota=Quota(1, "facilities", "unit"))
    asked = {"standard": "rule", "at": DAY, "tables": ["facilities"]}
    document = studies.run(town, quota, "gaps", asked, "lan").document
    assert [(gap["people"], gap["nearest"]) for gap in document["gaps"]] == [(70, None)]
    assert [row["load"] for row in document["tables"]["facilities"]] == [0]


def test_a_quota_of_places_counts_the_people_of_its_group(town: Connection, catalogue: Catalogue) -> None:
    load(town, catalogue, "health_station", at(100, 3000), site_area_m2=[1.4, 3.6])
    quota = Quota(0.5, "site_m2", "person")
    change = {"measure": "quota", "limit": None, "quota": quota, "service": "health_station"}
    document = run(town, with_standard(catalogue, **change, group="age_60"), standard="rule")
    # 3 and 7 elderly people need 1.5 and 3.5 m².
    assert [row["provision"]["missing"] for row in document["zones"]] == [0.1, 0]
    assert covered(document) == 70


def test_a_size_below_nought_is_one_that_is_not_known(town: Connection, catalogue: Catalogue) -> None:
    load(town, catalogue, "health_station", at(100, 200, 3000), site_area_m2=[-1.0, 1.5, 3.6])
    quota = Quota(0.5, "site_m2", "person")
    change = {"measure": "quota", "limit": None, "quota": quota, "service": "health_station"}
    rule = with_standard(catalogue, **change, group="age_60", min_site_m2=1.0)
    document = run(town, rule, standard="rule", tables=["provision"])
    assert [row["provision"]["have"] for row in document["zones"]] == [1.5, 3.6]
    said = {notice["code"]: notice["params"] for notice in document["notices"]}
    assert said["sites_too_small"] == {"count": 0, "least_m2": 1, "unknown": 1}
    told = {row["id"]: row for row in document["tables"]["provision"] if row["group"] == "age_60"}
    assert [told[unit]["site_area_m2"] for unit in ("commune0", "commune1", "all")] == [1.5, 3.6, 5.1]


def test_the_public_is_not_told_what_a_unit_with_a_hidden_number_of_people_needs(
    town: Connection, catalogue: Catalogue
) -> None:
    town.exec_driver_sql("UPDATE layer.residents SET people = 3 WHERE people < 30")
    quota = Quota(0.5, "facilities", "person")
    change = {"measure": "quota", "limit": None, "quota": quota}
    document = run(town, with_standard(catalogue, **change), standard="rule")
    assert [row["provision"]["needed"] for row in document["zones"]] == [3, 35]
    shown = public_view(document)
    assert [row["provision"]["needed"] for row in shown["zones"]] == [None, None]
    assert [row["provision"]["have"] for row in shown["zones"]] == [1, 0]


def test_a_standard_of_some_kinds_of_units_is_for_their_people_only(
    town: Connection, catalogue: Catalogue
) -> None:
    town.exec_driver_sql("UPDATE layer.commune SET unit_type = 'ward' WHERE code = 'commune1'")
    document = run(town, with_standard(catalogue, unit_type=("ward",), limit=4000.0), standard="rule")
    assert [row["total"] for row in document["zones"]] == [0, 70]
    assert covered(document) == 30
    said = {notice["code"]: notice["params"] for notice in document["notices"]}
    assert said["not_subject"] == {"people": 30.5, "types": "ward"}
    assert "people_beyond_study_area" not in said
    assert document["inputs"]["unit_types"] == document["inputs"]["zones"]


def test_where_the_kinds_of_units_are_not_known_everybody_counts_and_it_is_said(
    town: Connection, catalogue: Catalogue
) -> None:
    town.exec_driver_sql("UPDATE layer.commune SET unit_type = NULL")
    document = run(town, with_standard(catalogue, unit_type=("ward",)), standard="rule")
    assert document["totals"]["all"]["total"] == 100.5
    assert "standard_unit_type" in codes(document)


def test_a_facility_on_a_site_that_is_too_small_does_not_count(
    town: Connection, catalogue: Catalogue
) -> None:
    load(town, catalogue, "health_station", at(100, 1100, 3900), site_area_m2=[499.9, 500, None])
    change = {"service": "health_station", "min_site_m2": 500.0, "limit": 50.0}
    document = run(town, with_standard(catalogue, **change), standard="rule")
    assert covered(document) == 50.5
    said = {notice["code"]: notice["params"] for notice in document["notices"]}
    assert said["sites_too_small"] == {"count": 1, "least_m2": 500, "unknown": 1}


@pytest.mark.parametrize(("time", "people"), [("16:59", 30.5), ("17:00", 20.5), ("07:29", 20.5)])
def test_a_facility_that_is_shut_does_not_count(
    town: Connection, catalogue: Catalogue, time: str, people: float
) -> None:
    hours = {"opens": ["07:30", None], "closes": ["17:00", None], "open_days": ["T2-T6", None]}
    load(town, catalogue, "health_station", at(100, 1100), **hours)
    asked = {"service": "health_station", "measure": "straight_radius", "limit": 50, "beside": []}
    document = run(town, catalogue, **(asked | {"at": f"2026-03-03T{time}"}))
    assert covered(document) == people
    assert ("facilities_shut" in codes(document)) == (people < 30)
    assert covered(run(town, catalogue, **(asked | {"at": "2026-03-07T12:00"}))) == 20.5  # a Saturday


def test_a_facility_serves_the_units_that_it_names(town: Connection, catalogue: Catalogue) -> None:
    served = ["commune1; commune9", "commune0,commune1", None]
    load(town, catalogue, "health_station", at(100, 3900, 5500), serves=served)
    asked = {"service": "health_station", "measure": "straight_radius", "catchment": "assigned"}
    document = run(town, catalogue, limit=3000, **asked)
    # Those of the east may use the second one only, those of the west the first and the second.
    assert [row["covered"] for row in document["zones"]] == [20.5, 70]
    said = {notice["code"]: notice["params"] for notice in document["notices"]}
    assert said["assigned_unknown"] == {"count": 1, "codes": "commune9"}


@pytest.mark.parametrize("measure", ["straight_radius", "network_distance"])
def test_any_facility_is_compared_with_the_assigned_ones(
    town: Connection, catalogue: Catalogue, measure: str
) -> None:
    load(town, catalogue, "health_station", at(100, 3900, 5500), serves=["commune1", "commune0", None])
    shared = {"service": "health_station", "measure": measure, "limit": 3000, "at": DAY, "mode": "walk"}
    sides = [shared | {"catchment": one} for one in ("any", "assigned")]
    alone = [covered(run(town, catalogue, beside=[], **one)) for one in sides]
    for before, after in ((0, 1), (1, 0)):
        asked = {"before": sides[before], "after": sides[after]}
        total = studies.run(town, catalogue, "compare", asked, "lan").document["totals"]["all"]
        assert [total["before"], total["after"]] == [alone[before], alone[after]]
        assert alone[0] != alone[1]


def test_without_any_assignment_the_missing_columns_are_named(town: Connection, catalogue: Catalogue) -> None:
    load(town, catalogue, "health_station", at(100))
    asked = {"service": "health_station", "measure": "straight_radius", "limit": 50}
    with pytest.raises(RefusedInput) as refused:
        run(town, catalogue, catchment="assigned", **asked)
    assert "serves" in refused.value.expected("en")


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (None, None, []),
        (date(2026, 3, 3), None, []),
        (date(2026, 3, 4), None, ["standard_not_in_force"]),
        (None, date(2026, 3, 3), ["standard_not_in_force"]),
        (None, date(2026, 3, 4), []),
    ],
)
def test_a_standard_that_is_not_in_force_on_the_day_is_told(
    town: Connection, catalogue: Catalogue, first: date | None, last: date | None, told: list[str]
) -> None:
    known = with_standard(catalogue, in_force_from=first, in_force_to=last)
    document = run(town, known, standard="rule")
    assert [code for code in codes(document) if code == "standard_not_in_force"] == told
    assert document["parameters"].get("in_force", True) == (not told)


def test_a_radius_has_the_same_limit_along_roads_beside_it(town: Connection, catalogue: Catalogue) -> None:
    """The office stands at 5 m of the street, the homes 10 m off it."""
    document = run(town, with_standard(catalogue, limit=3900.0), standard="rule")
    (entry,) = document["beside"]
    assert (covered(document), covered(entry)) == (60.5, 30.5)
    assert (entry["measure"], entry["mode"], entry["limit"]) == ("network_distance", "walk", 3900)
    asked = {"service": "one_stop_office", "mode": "walk", "measure": "network_distance", "limit": 3900}
    alone = run(town, catalogue, **asked)
    assert (entry["totals"], entry["zones"]) == (alone["totals"], alone["zones"])
    assert document["inputs"]["network"]["layer"] == "roads"
    assert answer(document, catalogue).en.count("people") == 2


def test_a_radius_without_roads_has_nothing_beside_it_unless_it_is_asked_for(
    town: Connection, catalogue: Catalogue
) -> None:
    town.exec_driver_sql("DELETE FROM gis.version WHERE layer = 'roads'")
    assert "beside" not in run(town, with_standard(catalogue), standard="rule")
    with pytest.raises(RefusedInput) as refused:
        run(town, with_standard(catalogue), standard="rule", beside=["roads"])
    assert refused.value.params["layer"] == "roads"


WALK = "one_stop_office_walk_15min"


def test_several_rules_are_counted_on_the_same_people(town: Connection, catalogue: Catalogue) -> None:
    load(town, catalogue, "health_station", at(5500))
    asked = {"standard": WALK, "beside": ["health_station_walk_15min"], "groups": ["age_60"]}
    document = run(town, catalogue, **asked)
    (entry,) = document["beside"]
    assert (entry["name"], entry["service"]) == ("health_station_walk_15min", "health_station")
    assert (covered(document), covered(entry)) == (30.5, 40)
    rows = {(row["zone"], row["group"]): row for row in document["together"]}
    assert rows[None, "all"]["exactly"] == [30, 70.5, 0]
    assert rows["commune0", "all"]["exactly"] == [0, 30.5, 0]
    assert rows[None, "age_60"]["exactly"] == [3, 7, 0]
    assert document["inputs"]["health_station_walk_15min_facilities"]["layer"] == "health_station"


def test_what_stands_beside_is_what_a_study_of_its_own_says(town: Connection, catalogue: Catalogue) -> None:
    load(town, catalogue, "health_station", at(5500, 200))
    other = "health_station_motorbike_10min"
    document = run(town, catalogue, standard=WALK, beside=[other])
    alone = run(town, catalogue, standard=other)
    entry = document["beside"][0]
    assert canonical_json([entry["totals"], entry["zones"]]) == canonical_json(
        [alone["totals"], alone["zones"]]
    )
    assert [
        notice["params"]["standard"] for notice in document["notices"] if "standard" in notice["params"]
    ] == [
        WALK,
        other,
    ]


def test_what_stands_beside_has_the_roads_of_the_study(town: Connection, catalogue: Catalogue) -> None:
    load(town, catalogue, "health_station", at(3900, 5500))
    other, closed = "health_station_walk_15min", {"closures": [{"classes": ["alley"]}]}
    document = run(town, catalogue, standard=WALK, beside=[other, "one_stop_office_straight_3km"], **closed)
    alone = run(town, catalogue, standard=other, **closed)
    assert document["beside"][0]["totals"] == alone["totals"]
    assert (covered(alone), covered(run(town, catalogue, standard=other))) == (30, 70)


def test_what_stands_beside_counts_the_same_branches(town: Connection, catalogue: Catalogue) -> None:
    town.execute(text("UPDATE layer.one_stop_office SET open_to = '2026-01-01', branch_rank = 1"))
    other, branches = "one_stop_office_motorbike_10min", {"facilities": {"branch_share": 1.0}}
    document = run(town, catalogue, standard=WALK, beside=[other], **branches)
    alone = run(town, catalogue, standard=other, **branches)
    assert document["beside"][0]["totals"] == alone["totals"]
    assert covered(alone) == 60.5


def test_the_public_sees_no_small_count_beside_and_not_how_many_rules_reach_whom(
    town: Connection, catalogue: Catalogue
) -> None:
    load(town, catalogue, "health_station", at(5500))
    town.exec_driver_sql("UPDATE layer.residents SET people = 4 WHERE people = 10")
    document = run(town, catalogue, standard=WALK, beside=["health_station_motorbike_10min"])
    document["beside"][0]["totals"]["all"] |= {"covered": 7, "uncovered": 87.5}
    shown = public_view(document)
    assert "together" not in shown
    assert shown["beside"][0]["totals"]["all"]["covered"] is None
    assert {"tables_closed", "small_counts_hidden"} <= set(codes(shown))
    assert all(notice_text(notice).vi for notice in shown["notices"])


@pytest.mark.parametrize(
    "asked",
    [
        {"standard": WALK, "beside": ["roads"]},
        {"standard": WALK, "beside": ["no_such"]},
        {"standard": WALK, "beside": [WALK]},
    ],
)
def test_what_cannot_stand_beside_is_refused_by_name(
    town: Connection, catalogue: Catalogue, asked: dict[str, Any]
) -> None:
    with pytest.raises(RefusedInput) as refused:
        run(town, catalogue, **asked)
    assert refused.value.params["name"] == "beside"


@pytest.mark.parametrize("change", [{"beside": [WALK]}, {"measure": "quota", "standard": "rule"}])
def test_a_comparison_takes_neither_quotas_nor_anything_beside(
    town: Connection, catalogue: Catalogue, change: dict[str, Any]
) -> None:
    quota = with_standard(catalogue, measure="quota", limit=None, quota=Quota(1, "facilities", "unit"))
    state = {"standard": "one_stop_office_motorbike_10min", "at": DAY} | change
    with pytest.raises(RefusedInput) as refused:
        studies.check(town, quota, "compare", {"before": state, "after": state}, None)
    assert str(refused.value.params["name"]).startswith("before/")
