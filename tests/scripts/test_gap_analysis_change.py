"""Two states in the gap analysis: who gains and who loses, by unit and group, and what explains it."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from tests.scripts.gap_town import Run, Town, at, box, line, write

FILES = ("changes.csv", "changes_facilities.csv", "changes.gpkg")


@pytest.fixture
def before(town: Town) -> str:
    """Give the office at 0 and another at 1,900 m that has gone; 1, 2, 3 and 4 of the people are old."""
    homes = gpd.read_file(town.options["population"])
    homes["age_60"] = [1, 2, 3, 4]
    homes.to_file(town.options["population"])
    return write(town.folder / "before.gpkg", [at(1900, 0), at(0, 0)], name=["B", "A"])


def units_of(run: Run) -> dict[tuple[str, str], dict[Hashable, Any]]:
    rows = pd.read_csv(run.out / "changes.csv", dtype={"id": str}).to_dict("records")
    return {(row["id"], row["group"]): row for row in rows}


def causes_of(run: Run) -> list[tuple[str, str, str, float, float]]:
    rows = pd.read_csv(
        run.out / "changes_facilities.csv", dtype={"id": str, "zone": str}, keep_default_na=False
    )
    told = rows[rows["group"] == "all"].to_dict("records")
    return [(row["name"], row["state"], row["zone"], float(row["won"]), float(row["lost"])) for row in told]


def test_who_loses_a_facility_is_counted_by_unit_group_and_facility(town: Town, before: str) -> None:
    run = town.run(before=before, groups="age_60")
    assert run.exit_code == 0, run.errors
    units = units_of(run)
    names = ("total", "before", "after", "won", "lost", "both")
    assert [units["02", "all"][name] for name in names] == [40, 40, 0, 0, 40, 0]
    assert [units["02", "age_60"][name] for name in names] == [4, 4, 0, 0, 4, 0]
    assert [units["01", "all"][name] for name in names] == [60, 30, 30, 0, 0, 30]
    assert [units["all", "age_60"][name] for name in names] == [10, 7, 3, 0, 4, 3]
    assert causes_of(run) == [
        ("B", "closed", "all", 0, 40),
        ("B", "closed", "02", 0, 40),
        ("network", "", "all", 0, 0),
    ]
    change = run.summary["change"]
    assert (change["process"], change["totals"]["all"]["lost"]) == ("compare", 40)
    assert change["totals"]["all"]["after"] == run.summary["residents_covered"]
    assert "40 people lose and 0 people gain a facility within 300 m on foot" in run.output


def test_the_two_states_turned_about_are_the_mirror_image(town: Town, before: str) -> None:
    there = town.run(before=before).summary["change"]
    back = town.run(before=town.options["facilities"], facilities=before).summary["change"]
    for one, other in (("before", "after"), ("won", "lost")):
        assert there["totals"]["all"][one] == back["totals"]["all"][other]
    assert [row["name"] for row in back["facilities"]] == ["B"]


def test_each_state_is_the_study_of_its_own_files(town: Town, before: str) -> None:
    change = town.run(before=before, groups="age_60").summary["change"]
    alone = town.run(facilities=before, groups="age_60", out=str(town.folder / "alone"))
    assert change["base"] == alone.summary["id"]
    for group, row in alone.summary["totals"].items():
        assert change["totals"][group]["before"] == row["covered"]
    assert not (alone.out / "changes.csv").exists()
    assert "change" not in alone.summary


def test_a_study_is_the_same_with_and_without_a_comparison(town: Town, before: str) -> None:
    plain = town.run(out=str(town.folder / "plain"))
    compared = town.run(before=before)
    told = compared.summary
    del told["change"]
    assert told == plain.summary
    for name in ("zones.csv",):
        assert (plain.out / name).read_bytes() == (compared.out / name).read_bytes()
    town.run()
    assert [name for name in FILES if (compared.out / name).exists()] == []


def test_layers_show_units_facilities_and_the_homes_of_those_who_lose(town: Town, before: str) -> None:
    run = town.run(before=before, groups="age_60")
    zones, facilities, homes = (
        gpd.read_file(run.out / "changes.gpkg", layer=layer) for layer in ("zones", "facilities", "homes")
    )
    assert zones[["id", "lost", "lost_age_60"]].to_numpy().tolist() == [["01", 0, 0], ["02", 40, 4]]
    assert facilities.sort_values("name")[["state", "load_before", "load_after"]].to_numpy().tolist() == [
        ["closed", 40, 0],
        ["stays", 30, 30],
    ]
    assert homes[["change", "people", "people_age_60", "facility_name"]].to_numpy().tolist() == [
        ["lost", 40, 4, "B"]
    ]
    assert homes.crs == "EPSG:9209"
    assert "Lose against before" in (run.out / "map.html").read_text("utf-8")


def test_what_is_said_of_the_state_before_alone_names_it(town: Town, before: str) -> None:
    offices = gpd.read_file(before)
    offices["opens"], offices["closes"] = ["20:00", None], ["22:00", None]
    offices.to_file(before)
    run = town.run(before=before)
    assert "! Of the state before: 1 of 2 facilities is shut" in run.output
    assert run.output.count("people live within 10 km") == 1
    assert "Trạng thái trước: 1 trong 2" in (run.out / "map.html").read_text("utf-8")


@pytest.fixture
def flooded(town: Town) -> dict[str, str]:
    """Give a road in three pieces, the second a lane 30 m long, and water over it."""
    pieces = [line((0, 0), (250, 0)), line((250, 0), (280, 0)), line((280, 0), (2000, 0))]
    roads = write(town.folder / "pieces.gpkg", pieces, **{"class": ["commune", "alley", "commune"]})
    return {"roads": roads, "closed_areas": write(town.folder / "water.gpkg", [box(260, -9, 270, 9)])}


@pytest.mark.parametrize(
    "state",
    [
        {"before_closed_areas": "none"},
        {"closed_areas": "", "closed_classes": "alley", "before_closed_classes": "none"},
    ],
    ids=["areas", "classes"],
)
def test_a_flood_takes_people_from_a_service_and_the_network_explains_it(
    town: Town, flooded: dict[str, str], state: dict[str, str]
) -> None:
    asked = {name: value for name, value in (flooded | state).items() if value}
    run = town.run(**asked)
    assert run.exit_code == 0, run.errors
    totals = run.summary["change"]["totals"]["all"]
    assert (totals["before"], totals["after"], totals["lost"]) == (30, 10, 20)
    assert run.summary["change"]["network"] == {"won": 0, "lost": 20}
    dry = town.run(roads=flooded["roads"], out=str(town.folder / "dry")).summary
    assert run.summary["change"]["base"] == dry["id"]
    assert "network_closed_after" in {one["code"] for one in run.summary["change"]["notices"]}


@pytest.mark.parametrize("dry", [{"before_closed_areas": "none"}, {"before_closed_classes": "none"}])
def test_classes_that_were_closed_in_areas_alone_fall_away_with_them(
    town: Town, flooded: dict[str, str], dry: dict[str, str]
) -> None:
    change = town.run(**flooded, closed_classes="alley", **dry).summary["change"]
    totals = change["totals"]["all"]
    assert (totals["before"], totals["after"], totals["lost"]) == (30, 10, 20)
    assert "closures" not in change["parameters"]["before"]


def test_what_was_closed_before_in_other_words_is_as_it_is_said(town: Town, flooded: dict[str, str]) -> None:
    asked = flooded | {"closed_classes": "alley"}
    said = {"before_closed_areas": "none", "before_closed_classes": "commune"}
    change = town.run(**asked, **said).summary["change"]
    assert change["parameters"]["before"]["closures"] == [{"classes": ["commune"]}]
    water = asked.pop("closed_areas")
    unclear = town.run(**asked, before_closed_areas=water)
    assert (unclear.exit_code, "--before-closed-classes" in unclear.errors) == (2, True)
    clear = town.run(**asked, before_closed_areas=water, before_closed_classes="none")
    assert clear.summary["change"]["parameters"]["before"]["closures"][0].get("classes", []) == []


def test_by_night_a_ferry_is_lost(town: Town) -> None:
    roads = write(town.folder / "banks.gpkg", [line((0, 0), (250, 0)), line((350, 0), (2000, 0))])
    ferry = write(town.folder / "ferry.gpkg", [line((250, 0), (350, 0))], headway_min=[4])
    asked = {"roads": roads, "ferries": ferry, "limit_min": "8", "at": "23:00", "before_at": "10:00"}
    change = town.run(**asked, without=("limit_m",)).summary["change"]
    totals = change["totals"]["all"]
    assert (totals["before"], totals["after"]) == (60, 30)
    assert change["network"]["lost"] == 30
    day = town.run(**asked | {"at": "10:00"}, without=("limit_m", "before_at")).summary
    assert change["base"] == day["id"]


def test_codes_tell_the_same_facility_wherever_it_stands(town: Town) -> None:
    old = write(town.folder / "old.gpkg", [at(0, 0)], name=["A"], code=["a"])
    new = write(town.folder / "new.gpkg", [at(1900, 0)], name=["A mới"], code=["a"])
    run = town.run(before=old, facilities=new)
    assert [row[:2] for row in causes_of(run)][:1] == [("A mới", "moved")]
    (moved,) = run.summary["change"]["facilities"]
    assert (moved["id"], moved["won"], moved["lost"]) == ("a", 40, 30)


def states_of(run: Run) -> dict[str, str]:
    told = gpd.read_file(run.out / "changes.gpkg", layer="facilities")
    return dict(zip(told["name"], told["state"], strict=True))


def test_each_facility_is_told_by_where_it_stood_and_stands(town: Town) -> None:
    places = [at(0, 0), at(900, 0), at(1300, 0), at(1900, 0)]
    codes = ["oa", "a", "b", "c"]
    old = write(town.folder / "old.gpkg", places, name=["OA", "A", "B", "C"], code=codes)
    # NA has the place of OA; A moves to the place of B, which closes; D opens where nobody stood; C stays.
    places, codes = [at(0, 0), at(1300, 0), at(1900, 0), at(400, 0)], ["na", "a", "c", "d"]
    new = write(town.folder / "new.gpkg", places, name=["NA", "A", "C", "D"], code=codes)
    run = town.run(before=old, facilities=new)
    assert states_of(run) == {
        "OA": "replaced", "NA": "replaced", "A": "moved", "B": "replaced", "C": "stays", "D": "opened",
    }  # fmt: skip


def test_one_of_two_at_a_place_that_goes_is_closed(town: Town) -> None:
    old = write(town.folder / "old.gpkg", [at(0, 0), at(0, 0)], name=["A", "B"], code=["a", "b"])
    new = write(town.folder / "new.gpkg", [at(0, 0)], name=["A"], code=["a"])
    assert states_of(town.run(before=old, facilities=new)) == {"A": "stays", "B": "closed"}


def test_a_column_of_codes_is_one_that_tells_all_apart_in_both_whole_files(town: Town) -> None:
    """The column code repeats itself in the old file, in a row that is shut: ma tells them apart in both."""
    places, day = [at(1900, 0), at(0, 0), at(400, 0)], ["07:00", "07:00", "20:00"]
    columns = {
        "code": ["1", "2", "1"],
        "ma": ["x", "y", "z"],
        "opens": day,
        "closes": ["17:00"] * 2 + ["22:00"],
    }
    old = write(town.folder / "old.gpkg", places, name=["A", "B", "C"], **columns)
    new = write(town.folder / "new.gpkg", places[1:2], name=["B"], code=["1"], ma=["y"])
    run = town.run(before=old, facilities=new)
    change = run.summary["change"]
    assert change["inputs"]["facility_ids"]["column"] == "ma"
    assert states_of(run) == {"A": "closed", "B": "stays"}
    by_place = town.run(before=old).summary["change"]
    assert by_place["inputs"]["facility_ids"]["column"] is None


def test_further_limits_are_told_of_the_same_two_states(town: Town, before: str) -> None:
    totals = town.run(before=before, change_limits="2000,100,100.0").summary["change"]["totals"]["all"]
    assert [(row["limit"], row["before"], row["after"]) for row in totals["limits"]] == [
        (100, 50, 10),
        (2000, 100, 100),
    ]
    asked = {"limit_min": "5", "change_limits": "6.5"}
    change = town.run(before=before, **asked, without=("limit_m",)).summary["change"]
    assert change["parameters"]["limits"] == [390]
    assert (change["totals"]["all"]["limits"][0]["after"], change["totals"]["all"]["after"]) == (60, 30)


def test_a_radius_is_compared_without_roads(town: Town, before: str) -> None:
    change = town.run("--measure", "straight_radius", before=before).summary["change"]
    assert change["totals"]["all"]["lost"] == 40
    assert "beside" not in change


def test_a_study_file_may_name_the_state_before(town: Town, before: str) -> None:
    lines = [f"{name}: {Path(value).name}" for name, value in town.options.items() if name != "out"]
    more = [f"before: {Path(before).name}", "before-closed-areas: none"]
    (town.folder / "study.yaml").write_text("\n".join([*lines, *more]), "utf-8")
    options = {"study": str(town.folder / "study.yaml"), "out": town.options["out"]}
    filed = Town(town.folder, options, town.script)
    assert filed.run().summary["change"]["totals"]["all"]["lost"] == 40


@pytest.mark.parametrize(
    ("asked", "without", "code", "said"),
    [
        ({"before": "nowhere.gpkg"}, (), 4, "nowhere.gpkg"),
        ({"before_closed_areas": "nowhere.gpkg"}, (), 4, "nowhere.gpkg"),
        ({"before_closed_classes": "goat"}, (), 2, "--before-closed-classes"),
        ({"before_at": "25:00"}, (), 2, "--before-at"),
        ({"before_at": "9:00", "change_limits": "5,far"}, (), 2, "far"),
        ({"before_at": "9:00", "change_limits": "0"}, (), 2, "--change-limits"),
        ({"before_at": "9:00", "change_limits": ",".join(map(str, range(1, 22)))}, (), 2, "≤ 20"),
        ({"change_limits": "5"}, (), 2, "--before"),
        (
            {"before_at": "9:00", "quota": "1", "quota_of": "facilities", "quota_per": "unit"},
            ("limit_m",), 2, "--before-at",
        ),
    ],
)  # fmt: skip
def test_states_that_cannot_be_compared_are_refused(
    asked: dict[str, str], without: tuple[str, ...], code: int, said: str, town: Town
) -> None:
    run = town.run(**asked, without=without)
    assert (run.exit_code, said in run.errors) == (code, True), run.errors


def test_groups_at_their_own_speed_are_not_compared(town: Town, before: str) -> None:
    run = town.run("--group-speeds", before=before, groups="age_60")
    assert (run.exit_code, "--group-speeds" in run.errors) == (2, True)


def test_a_state_before_of_another_place_is_refused(town: Town) -> None:
    far = write(town.folder / "far.gpkg", [at(90_000, 0)], name=["Xa"])
    run = town.run(before=far)
    assert (run.exit_code, "far.gpkg" in run.errors) == (3, True)


def test_a_state_in_which_every_office_is_shut_reaches_nobody(town: Town) -> None:
    hours = {"opens": ["07:30"], "closes": ["17:00"]}
    office = write(town.folder / "day.gpkg", [at(0, 0)], name=["A"], **hours)
    run = town.run(facilities=office, before_at="Sunday 20:00")
    totals = run.summary["change"]["totals"]["all"]
    assert (totals["before"], totals["won"]) == (0, 30)
    assert causes_of(run)[:1] == [("A", "opened", "all", 30, 0)]


def test_a_facility_that_is_shut_in_one_state_keeps_the_number_of_its_row(town: Town) -> None:
    """The first of two in one house is shut at night: it is not taken for the second, which is open."""
    hours = {"opens": ["07:30", None, "07:30"], "closes": ["17:00", None, "17:00"]}
    places = [at(0, 0), at(0, 0), at(1900, 0)]
    offices = write(town.folder / "day.gpkg", places, name=["A", "B", "C"], **hours)
    run = town.run(facilities=offices, at="20:00", before_at="10:00")
    assert states_of(run) == {"A": "closed", "B": "stays", "C": "closed"}
    told = gpd.read_file(run.out / "changes.gpkg", layer="facilities")
    assert dict(zip(told["name"], told["id"], strict=True)) == {"A": "1", "B": "2", "C": "3"}


@pytest.mark.parametrize("catchment", ["own_unit", "assigned"])
def test_whom_a_facility_is_for_holds_in_both_states(town: Town, catchment: str) -> None:
    places = [at(0, 0), at(1900, 0)]
    old = write(town.folder / "old.gpkg", places, name=["A", "B"], serves=["01", "02"])
    new = write(town.folder / "new.gpkg", places, name=["A", "B"], serves=["01", None])
    new = new if catchment == "assigned" else write(town.folder / "one.gpkg", places[:1], name=["A"])
    run = town.run(before=old, facilities=new, catchment=catchment)
    assert run.exit_code == 0, run.errors
    change = run.summary["change"]
    assert (change["totals"]["all"]["before"], change["totals"]["all"]["after"]) == (70, 30)
    # B stands in both files, and is for nobody afterwards; or it has gone.
    assert change["network"]["lost"] == (40 if catchment == "assigned" else 0)


def test_the_rows_of_facilities_add_up_to_those_of_units(town: Town, before: str) -> None:
    run = town.run(before=before, facilities=write(town.folder / "mid.gpkg", [at(450, 0)]), groups="age_60")
    rows = pd.read_csv(run.out / "changes_facilities.csv", dtype={"zone": str})
    sums = rows.groupby(["zone", "group"])[["won", "lost"]].sum()
    by_facility = {key: tuple(told) for key, told in zip(sums.index, sums.to_numpy().tolist(), strict=True)}
    by_unit = {key: (told["won"], told["lost"]) for key, told in units_of(run).items()}
    assert {key: told for key, told in by_unit.items() if any(told)} == {
        key: told for key, told in by_facility.items() if any(told)
    }
    assert by_unit["all", "all"] == (30, 50)  # the home at 500 m; those at 100 and 1,900
