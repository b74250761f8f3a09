"""Groups of people in the gap analysis: counted beside everybody, at the common speed or at their own."""

import csv
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine

from tests.scripts.gap_town import EAST, NORTH, Run, Town, at, box, write


@pytest.fixture
def grouped(town: Town) -> Town:
    """Of 10, 20, 30 and 40 people 1, 2, 3 and 4 are old, and 2, 0, 0 and 5 are small children."""
    homes = gpd.read_file(town.options["population"])
    homes["age_60"], homes["age_3_5"], homes["women"] = [1, 2, 3, 4], [2, 0, 0, 5], [5.5, 9, 16, 20]
    homes.to_file(town.options["population"])
    return town


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def words_of_page(run: Run) -> str:
    """Read the page of the map, the signs of its script as they are shown."""
    page = (run.out / "map.html").read_text("utf-8")
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), page).replace('\\"', '"')


def test_groups_stand_in_totals_units_and_gaps(grouped: Town) -> None:
    run = grouped.run(groups="age_60,women")
    totals = run.summary["totals"]
    assert run.summary["parameters"]["groups"] == ["all", "age_60", "women"]
    assert [(totals[one]["total"], totals[one]["covered"]) for one in totals] == [
        (10, 3),
        (100, 30),
        (50.5, 14.5),
    ]
    assert run.summary["zones"][0]["groups"]["women"]["covered"] == 14.5
    told = rows_of(run.out / "zones_groups.csv")
    assert [(row["id"], row["group"], float(row["total"]), float(row["covered"])) for row in told] == [
        ("01", "age_60", 6, 3), ("01", "women", 30.5, 14.5), ("02", "age_60", 4, 0), ("02", "women", 20, 0),
    ]  # fmt: skip
    assert str(run.out / "zones_groups.csv") in run.output
    gaps = gpd.read_file(run.out / "gaps.gpkg", layer="gaps")
    assert (gaps["people_age_60"].sum(), gaps["people_women"].sum()) == (7, 36)


def test_the_units_keep_their_columns_and_no_groups_leave_no_table(grouped: Town) -> None:
    plain = grouped.run()
    columns = rows_of(plain.out / "zones.csv")[0].keys()
    told = grouped.run(groups="age_60")
    assert rows_of(told.out / "zones.csv")[0].keys() == columns
    assert (told.out / "zones_groups.csv").is_file()
    grouped.run()
    assert not (plain.out / "zones_groups.csv").exists()


def test_terminal_and_map_say_how_many_of_each_group_are_within(grouped: Town) -> None:
    run = grouped.run(groups="age_60,age_3_5")
    said = "by group: people aged 60 and over: 3 of 10 (30.0%); people aged 3–5: 2 of 7 (28.6%)."
    assert said in run.output
    assert "người từ 60 tuổi: 3 trong 10 (30,0 %)" in (run.out / "map.html").read_text("utf-8")


def test_the_windows_of_the_map_tell_of_each_group(grouped: Town) -> None:
    run = grouped.run(groups="age_60")
    page = words_of_page(run)
    units_and_office = len(run.summary["zones"]) + 1
    assert page.count(">People aged 60 and over within the standard<") == units_and_office
    assert page.count(">Người từ 60 tuổi trong chuẩn<") == units_and_office
    assert page.count(">People aged 60 and over<") == len(run.summary["gaps"])
    assert "3\u00a0of\u00a06" in page
    assert "age_60" not in page
    assert "aged 60" not in words_of_page(grouped.run())


def test_the_map_names_gap_places_in_both_languages(grouped: Town) -> None:
    homes = gpd.read_file(grouped.options["population"])
    homes.assign(people=[10, 20, 5, 5]).to_file(grouped.options["population"])
    page = words_of_page(grouped.run())
    assert '<span lang="vi">Rải rác, Xã Tây</span><span lang="en">Scattered, Xã Tây</span>' in page


def test_ages_stand_for_the_columns_that_cities_name_by_them(grouped: Town) -> None:
    by_age, by_name = (grouped.run(groups=names).summary for names in ("60+, 3-5,60+", "age_60,age_3_5"))
    assert by_age == by_name


def test_groups_walk_at_their_own_speed_when_that_is_asked_for(grouped: Town) -> None:
    asked = {"groups": "age_60,women,age_3_5", "limit_min": "6.5"}
    common = grouped.run(**asked, without=("limit_m",)).summary
    own = grouped.run("--group-speeds", **asked, without=("limit_m",)).summary
    # In 6.5 minutes 520 m at 4.8 km/h, 346 m at 3.2 and 390 m at 3.6.
    assert {name: one["covered"] for name, one in common["totals"].items()} == {
        "all": 60, "age_60": 6, "women": 30.5, "age_3_5": 2,
    }  # fmt: skip
    assert {name: one["covered"] for name, one in own["totals"].items()} == {
        "all": 60, "age_60": 3, "women": 30.5, "age_3_5": 2,
    }  # fmt: skip
    assert own["parameters"]["group_speeds_kmh"] == {"age_60": 3.2, "age_3_5": 3.6}
    alone = grouped.run(groups="age_60", limit_min="6.5", speed_kmh="3.2", without=("limit_m",)).summary
    assert own["totals"]["age_60"] == alone["totals"]["age_60"]


def test_own_speeds_are_for_those_who_walk(grouped: Town) -> None:
    asked = {"groups": "age_60", "limit_min": "2", "mode": "motorbike"}
    ridden = grouped.run("--group-speeds", **asked, without=("limit_m",)).summary
    assert ridden["parameters"]["group_speeds_kmh"] == {}
    assert ridden["totals"] == grouped.run(**asked, without=("limit_m",)).summary["totals"]


def test_a_turn_out_stands_before_every_time(town: Town) -> None:
    asked = {"limit_min": "6.5", "direction": "from_facility"}
    plain = town.run(**asked, without=("limit_m",)).summary["totals"]["all"]
    later = town.run(**asked, turnout_s="165", without=("limit_m",)).summary["totals"]["all"]
    # 225 s remain, for 300 m on foot.
    assert (plain["covered"], later["covered"]) == (60, 30)
    assert later["median_s"] == plain["median_s"] + 165


@pytest.mark.parametrize(
    "asked",
    [
        {"turnout_s": "60"},
        {"turnout_s": "60", "direction": "from_facility"},
        {"turnout_s": "-1"},
        {"turnout_s": "nan"},
    ],
)
def test_a_turn_out_where_nobody_sets_out_is_a_wrong_call(asked: dict[str, str], town: Town) -> None:
    run = town.run(**asked)
    assert (run.exit_code, "--turnout-s" in run.errors) == (2, True)


def test_a_group_without_a_column_is_refused_with_those_that_there_are(grouped: Town) -> None:
    run = grouped.run(groups="age_61")
    assert (run.exit_code, "age_61" in run.errors, "age_60" in run.errors) == (3, True, True)


@pytest.mark.parametrize(("value", "said"), [(-1.0, "-1"), (None, "age_60")])
def test_a_group_of_fewer_than_nobody_is_refused(value: float | None, said: str, grouped: Town) -> None:
    homes = gpd.read_file(grouped.options["population"])
    homes["age_60"] = [1, value, 3, 4]
    homes.to_file(grouped.options["population"])
    run = grouped.run(groups="age_60")
    assert (run.exit_code, said in run.errors, "row 2" in run.errors) == (3, True, True)


def test_a_raster_tells_no_groups(town: Town) -> None:
    with rasterio.open(
        town.folder / "people.tif", "w", driver="GTiff", height=1, width=1, count=1, dtype="float32",
        crs="EPSG:9209", transform=Affine(400, 0, EAST, 0, -400, NORTH + 400),
    ) as raster:  # fmt: skip
        raster.write(np.array([[10]], dtype=np.float32), 1)
    run = town.run(population=str(town.folder / "people.tif"), groups="age_60")
    assert (run.exit_code, "--groups" in run.errors) == (2, True)
    asked = {"quota": "1", "quota_of": "facilities", "quota_per": "unit", "quota_group": "60+"}
    run = town.run(population=str(town.folder / "people.tif"), **asked, without=("limit_m",))
    assert (run.exit_code, "--quota-group" in run.errors) == (2, True)
    run = town.run(**asked, without=("limit_m",))
    assert (run.exit_code, "--quota-group" in run.errors) == (3, True)


def test_groups_of_areas_are_spread_like_everybody(town: Town) -> None:
    areas = write(
        town.folder / "areas.gpkg", [box(0, -500, 1000, 500), box(1000, -500, 2000, 500)],
        people=[100, 50], age_60=[11, 7], code=["a", "b"],
    )  # fmt: skip
    houses = write(
        town.folder / "houses.gpkg", [box(100, 0, 110, 10), box(1500, 0, 1510, 10)], use=["house", "house"]
    )
    for more in ({}, {"buildings": houses}):
        summary = town.run(population=areas, groups="age_60", limit_m="5000", **more).summary
        assert summary["totals"]["age_60"]["total"] == 18
        assert [zone["groups"]["age_60"]["total"] for zone in summary["zones"]] == [11, 7]


def test_other_people_of_a_group_are_another_study(grouped: Town) -> None:
    before = grouped.run(groups="age_60").summary
    homes = gpd.read_file(grouped.options["population"])
    homes["age_60"] = [1, 2, 3, 5]
    homes.to_file(grouped.options["population"])
    after = grouped.run(groups="age_60").summary
    assert {role for role in before["inputs"] if before["inputs"][role] != after["inputs"][role]} == {
        "groups"
    }
    assert before["id"] != after["id"]


def test_groups_and_ranks_move_no_draw(grouped: Town) -> None:
    plain = grouped.run(tables="range").summary["tables"]["range"]
    told = grouped.run(tables="range,inequality", groups="age_60", rank_column="women").summary["tables"][
        "range"
    ]
    assert [row for row in told if row["group"] == "all"] == plain


def test_people_of_a_group_without_a_place_are_left_out(grouped: Town) -> None:
    people = write(
        grouped.folder / "lost.gpkg", [at(100, 0), None, None], people=[10, 2, 0], age_60=[1, 1, 1]
    )
    summary = grouped.run(population=people, groups="age_60").summary
    assert (summary["totals"]["age_60"]["total"], summary["totals"]["all"]["total"]) == (1, 10)


def test_homes_are_ranked_by_a_column_of_the_people_else_of_the_zones(grouped: Town) -> None:
    homes = gpd.read_file(grouped.options["population"])
    homes["income"] = [4, 3, 2, 1]
    homes.to_file(grouped.options["population"])
    zones = gpd.read_file(grouped.options["zones"])
    zones["poverty"], zones["income"] = [30.5, 10], [0, 0]
    zones.to_file(grouped.options["zones"])
    asked = {"tables": "inequality,way_inequality", "groups": "age_60", "limit_m": "2000"}
    own = grouped.run(**asked, rank_column="income").summary
    assert (own["parameters"]["rank_of"], own["parameters"]["rank_column"]) == ("population", "income")
    way = next(row for row in own["tables"]["inequality"] if (row["of"], row["group"]) == ("way", "all"))
    # From the poorest: 40 at 1,900 m, 30 at 520, 20 at 300, 10 at 100; those who have more have shorter ways.
    amounts = np.array([40 * 1900, 30 * 520, 20 * 300, 10 * 100])
    places = np.array([0.2, 0.55, 0.8, 0.95])
    assert way["concentration"] == pytest.approx(2 * (amounts @ places) / amounts.sum() - 1)
    of_ways = [row for row in own["tables"]["inequality"] if row["of"] == "way"]
    assert own["tables"]["way_inequality"] == of_ways
    by_unit = grouped.run(**asked | {"tables": "way_inequality"}, rank_column="poverty").summary
    assert by_unit["parameters"]["rank_of"] == "zones"
    way = by_unit["tables"]["way_inequality"][0]
    west = amounts[1:].sum()
    assert way["concentration"] == pytest.approx(2 * (west * 0.3 + amounts[0] * 0.8) / amounts.sum() - 1)
    assert "rank" in by_unit["inputs"]
    assert own["id"] != by_unit["id"]


@pytest.mark.parametrize(
    ("asked", "exit_code", "said"),
    [
        ({"rank_column": "people"}, 2, "--tables inequality | way_inequality"),
        ({"rank_column": "wealth", "tables": "inequality"}, 2, "wealth"),
        ({"rank_column": "", "tables": "inequality"}, 2, "concentration index"),
    ],
)
def test_a_column_that_nothing_is_ranked_by_is_refused(
    asked: dict[str, str], exit_code: int, said: str, town: Town
) -> None:
    run = town.run(**asked)
    assert (run.exit_code, said in run.errors) == (exit_code, True)
