"""Further services beside that of a gap analysis, and results told by the units of another vintage."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from tests.scripts.gap_town import Run, Town, at, box, line, write

HALL = "hall,limit_m=520"


@pytest.fixture
def school(town: Town) -> str:
    """Give a rule: a school 100 m from the last home, within 200 m on foot."""
    source = write(town.folder / "schools.gpkg", [at(2000, 0)], name=["Trường"])
    return f"school={source},limit_m=200,mode=walk"


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def test_who_is_reached_by_all_any_and_none_is_counted_by_unit_and_group(town: Town, school: str) -> None:
    """The office reaches 10 and 20 people within 300 m, 30 more within 520 m; the school the other 40."""
    people = gpd.read_file(town.options["population"])
    people["age_60"] = [1, 2, 3, 4]
    people.to_file(town.options["population"])
    run = town.run("--beside", school, "--beside", HALL, groups="age_60")
    assert run.exit_code == 0, run.errors
    entries = {entry["name"]: entry for entry in run.summary["beside"]}
    assert {name: entry["totals"]["all"]["covered"] for name, entry in entries.items()} == {
        "school": 40,
        "hall": 60,
    }
    assert (entries["school"]["service"], entries["hall"]["service"]) == ("school", "facilities")
    exactly = {(row["zone"], row["group"]): row["exactly"] for row in run.summary["together"]}
    assert exactly[None, "all"] == [0, 70, 30, 0]
    assert exactly["01", "all"] == [0, 30, 30, 0]
    assert exactly["02", "age_60"] == [0, 4, 0, 0]
    told = {(row["zone"], row["group"]): row for row in rows_of(run.out / "together.csv")}
    row = told["", "age_60"]
    assert [row[name] for name in ("none", "any", "all", "exactly_1")] == ["0", "10", "0", "7"]
    beside = {(row["name"], row["zone"], row["group"]): row for row in rows_of(run.out / "beside.csv")}
    assert beside["school", "02", "age_60"]["covered"] == "4"
    assert len(beside) == 2 * 3 * 2


def test_terminal_and_map_tell_of_each_service_and_of_all(town: Town, school: str) -> None:
    run = town.run("--beside", school, "--together")
    assert run.exit_code == 0, run.errors
    assert "school: 40" in run.output
    assert "none of them reaches 30" in run.output
    page = (run.out / "map.html").read_text("utf-8")
    assert all(said in page for said in ("All services", "schools.gpkg", "none of them reaches 30"))
    alone = town.run()
    assert "together" not in alone.summary
    assert not (alone.out / "together.csv").exists()


@pytest.mark.parametrize(
    ("asked", "covered"),
    [
        ({"limit_min": "9", "mode": "motorbike", "start_column": "wait"}, 100),
        ({"limit_min": "9", "mode": "car", "start_column": "wait"}, 60),
        ({"limit_m": "450", "measure": "straight_radius"}, 60),
        ({"limit_min": "9", "mode": "motorbike", "direction": "from_facility", "turnout_s": "500"}, 30),
        ({"quota": "1", "quota_of": "facilities", "quota_per": "unit", "quota_group": "women"}, 60),
    ],
)
def test_a_rule_gives_what_a_study_of_its_own_gives(
    asked: dict[str, str], covered: float, town: Town
) -> None:
    """A ferry that takes no cars leads to the last home; a lane to it is closed."""
    lines = [line((0, 0), (1000, 0)), line((1500, 0), (2000, 0)), line((1000, 0), (1500, 0))]
    classes = ["commune", "commune", "alley"]
    roads = write(town.folder / "parted.gpkg", lines, **{"class": classes})
    ferries = write(town.folder / "ferries.gpkg", lines[2:], wait_min=[1], takes_cars=["no"])
    hours: dict[str, list[Any]] = {"opens": ["08:00", None], "wait": [30, None]}
    source = write(town.folder / "halls.gpkg", [at(0, 0), at(900, 0)], name=["A", "B"], **hours)
    people = gpd.read_file(town.options["population"])
    people["women"] = people["people"] / 2
    people.to_file(town.options["population"])
    ground = {"roads": roads, "ferries": ferries, "at": "Tuesday 09:00", "closed_classes": "alley"}
    rule = ",".join([f"hall={source}", *(f"{name}={value}" for name, value in asked.items())])
    run = town.run("--beside", rule, **ground)
    assert run.exit_code == 0, run.errors
    on_roads = "limit_min" in asked
    own = {"facilities": source, "out": str(town.folder / "alone"), **asked}
    closed = () if on_roads else ("closed_classes",)
    alone = town.run(without=("limit_m",) * ("limit_m" not in asked) + closed, **(ground | own))
    assert alone.exit_code == 0, alone.errors
    (entry,) = run.summary["beside"]
    assert (entry["totals"], entry["zones"]) == (alone.summary["totals"], alone.summary["zones"])
    assert entry["totals"]["all"]["covered"] == covered
    assert "hall: " in run.output
    assert "start_counted" not in run.notices


def test_other_rules_and_facilities_are_another_study(town: Town, school: str) -> None:
    ids = set()
    for rule in (school, school.replace("200", "201"), "school,limit_m=200"):
        ids.add(town.run("--beside", rule).summary["id"])
    assert len(ids | {town.run().summary["id"]}) == 4
    assert set(town.run("--beside", school).summary["inputs"]) >= {"school_facilities", "beside"}


def test_a_study_file_names_services_and_vintages_relative_to_itself(town: Town, school: str) -> None:
    assert school.endswith("mode=walk")
    folder = town.folder / "elsewhere"
    folder.mkdir()
    study = folder / "study.yaml"
    study.write_text(
        "beside: ['school=../schools.gpkg,limit_m=200']\n"
        "vintage_zones: old=../zones.gpkg\n"
        "closed_hours: [22, 5]\nclosed_classes: alley\n",
        "utf-8",
    )
    run = town.run(study=str(study))
    assert run.exit_code == 0, run.errors
    assert run.summary["beside"][0]["totals"]["all"]["covered"] == 40
    assert run.summary["parameters"]["closures"] == [{"classes": ["alley"], "hours": [22, 5]}]
    assert (run.out / "vintages" / "old" / "zones.csv").exists()


def test_a_comparison_leaves_aside_what_stands_beside(town: Town, school: str) -> None:
    before = str(town.folder / "schools.gpkg")
    alone, both = (
        town.run(*more, before=before, out=str(town.folder / name)).summary
        for name, more in (("alone", ()), ("both", ("--beside", school)))
    )
    assert both["change"] == alone["change"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--beside", "School=schools.gpkg,limit_m=5"), 2, "NAME=FILE"),
        (("--beside", "school=schools.gpkg"), 2, "limit_min="),
        (("--beside", "school=schools.gpkg,limit_m=5,limit_min=5"), 2, "--beside"),
        (("--beside", "school=schools.gpkg,limit_m=far"), 2, "limit_m=far"),
        (("--beside", "school=schools.gpkg,limit_m=-1"), 2, "--beside"),
        (("--beside", "school=schools.gpkg,limit_m=5,mode=goat"), 2, "motorbike"),
        (("--beside", "school=schools.gpkg,limit_m=5,goat=1"), 2, "start_column"),
        (("--beside", "school=schools.gpkg,limit_m=5,turnout_s=5"), 2, "--beside school: --turnout-s"),
        (("--beside", "school=nowhere.gpkg,limit_m=5"), 4, "nowhere.gpkg"),
        (("--beside", "a,limit_m=5", "--beside", "a,limit_m=6"), 2, "each name once"),
        (tuple(part for n in range(9) for part in ("--beside", f"a{n},limit_m=5")), 2, "≤ 8"),
        (("--beside", "roads"), 2, "straight_radius"),
        (("--together",), 2, "--beside"),
        (("--beside", "poor,limit_m=5,quota=1"), 2, "--quota-of"),
        (("--catchment-limits", "5"), 2, "--catchments"),
        (("--catchments", "--catchment-limits", "5,far"), 2, "far"),
        (("--closed-hours", "22", "5"), 2, "--closed-classes"),
        (("--closed-hours", "5", "5", "--closed-classes", "alley"), 2, "22 5"),
        (("--closed-hours", "5", "25", "--closed-classes", "alley"), 2, "5 25"),
        (("--measure", "straight_radius", "--closed-classes", "alley"), 2, "--closed-classes"),
        (("--measure", "straight_radius", "--closed-areas", "water.gpkg"), 2, "--measure network"),
        (("--vintage-zones", "nowhere.gpkg"), 4, "nowhere.gpkg"),
        (("--vintage-zones", "a=zones.gpkg", "--vintage-zones", "a=zones.gpkg"), 2, "each name once"),
    ],
)  # fmt: skip
def test_what_cannot_stand_beside_is_refused_before_anything_is_read(
    arguments: tuple[str, ...], code: int, said: str, town: Town, school: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(town.folder)
    assert school.startswith("school=")
    run = town.run(*arguments, roads="not_looked_at.gpkg")
    assert (run.exit_code, said in run.errors) == (code, True), run.errors


def test_a_service_that_stands_on_no_road_is_refused_by_its_file(town: Town) -> None:
    source = write(town.folder / "hill.gpkg", [at(0, 4000)], name=["Đồi"])
    run = town.run("--beside", f"hill={source},limit_m=200")
    assert (run.exit_code, "hill.gpkg" in run.errors) == (3, True), run.errors


def vintage(run: Run, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((run.out / "vintages" / name / "summary.json").read_text("utf-8"))
    return document


def test_results_are_told_by_the_units_of_another_vintage(town: Town, school: str) -> None:
    """One unit holds the first two homes, one those from 400 to 1,000 m; nobody holds the last one."""
    units = [box(-500, -500, 400, 500), box(400, -500, 1000, 500)]
    old = write(town.folder / "Xã cũ.gpkg", units, ma=["a", "b"], name=["A", "B"])
    run = town.run("--beside", school, "--vintage-zones", f"old={old}", tables="backup")
    assert run.exit_code == 0, run.errors
    told, plain = vintage(run, "old"), run.summary
    assert told["totals"] == plain["totals"]
    assert {row["id"]: (row["total"], row["covered"]) for row in told["zones"]} == {
        "a": (30, 30),
        "b": (30, 0),
        "outside": (40, 0),
    }
    assert told["parameters"]["vintage"] == "old"
    assert (told["inputs"]["area"], told["id"] != plain["id"]) == (plain["inputs"]["zones"], True)
    exactly = {row["zone"]: row["exactly"] for row in told["together"]}
    assert exactly == {None: [30, 70, 0], "a": [0, 30, 0], "b": [30, 0, 0], "outside": [0, 40, 0]}
    folder = run.out / "vintages" / "old"
    assert {path.name for path in folder.iterdir()} == {
        "summary.json", "zones.csv", "beside.csv", "together.csv", "backup.csv",
    }  # fmt: skip
    (folder / "own.csv").write_text("a\n", "utf-8")
    town.run("--vintage-zones", f"new={old}")
    assert [path.name for path in folder.iterdir()] == ["own.csv"]


def test_files_of_others_in_the_folder_of_results_stay(town: Town) -> None:
    own = [town.folder / "vintages" / "2019" / name for name in ("summary.json", "zones.csv", "people.csv")]
    own[0].parent.mkdir(parents=True)
    for path in own:
        path.write_text("{}", "utf-8")
    assert town.run().exit_code == 0
    assert all(path.read_text("utf-8") == "{}" for path in own)


def test_what_an_earlier_run_told_more_is_removed(town: Town) -> None:
    first = town.run("--tables", "backup", "--catchments")
    assert {"backup.csv", "catchments.gpkg"} <= {path.name for path in first.out.iterdir()}
    second = town.run()
    assert {"backup.csv", "catchments.gpkg"} & {path.name for path in second.out.iterdir()} == set()


def test_the_units_of_the_study_still_say_who_may_use_what(town: Town) -> None:
    units = write(town.folder / "whole.gpkg", [box(-500, -500, 2500, 500)], code=["w"], name=["W"])
    run = town.run("--catchment", "own_unit", "--vintage-zones", units, limit_m="3000")
    assert run.exit_code == 0, run.errors
    told = vintage(run, "whole")
    assert [(row["id"], row["covered"]) for row in told["zones"]] == [("w", 60)]
    assert told["parameters"]["catchment_vintage"] == "zones"
    assert told["inputs"]["catchment_zones"] == run.summary["inputs"]["zones"]


def test_units_of_another_place_are_refused(town: Town) -> None:
    far = write(town.folder / "far.gpkg", [box(90_000, 0, 90_100, 100)], code=["f"])
    run = town.run("--vintage-zones", far)
    assert (run.exit_code, "far.gpkg" in run.errors) == (3, True)


def test_roads_are_closed_at_their_hours_only(town: Town) -> None:
    pieces = [line((0, 0), (600, 0)), line((600, 0), (2000, 0))]
    roads = write(town.folder / "pieces.gpkg", pieces, **{"class": ["commune", "alley"]})
    closed = ("--closed-classes", "alley", "--closed-hours", "22", "5")
    reached = [
        town.run(*closed, "--at", time, roads=roads, limit_m="2000").summary["residents_covered"]
        for time in ("21:59", "22:00", "4:59", "5:00")
    ]
    assert reached == [100, 60, 60, 100]


def test_catchments_are_drawn_at_several_limits(town: Town) -> None:
    run = town.run("--catchments", "--catchment-limits", "100,600")
    assert run.exit_code == 0, run.errors
    file = run.out / "catchments.gpkg"
    edges = gpd.read_file(file, layer="reached_edges")
    assert edges.length.groupby(edges["limit"]).sum().round(3).to_dict() == {100: 100, 300: 200, 600: 300}
    polygons = gpd.read_file(file, layer="polygons")
    assert polygons["limit"].tolist() == [100, 300, 600]
    assert polygons.area.is_monotonic_increasing
    homes = gpd.read_file(file, layer="allocation")
    assert homes.groupby("limit", dropna=False)["people"].sum().tolist() == [10, 20, 30, 40]
    assert homes.loc[homes["within"], "people"].sum() == run.summary["residents_covered"]
    surface = gpd.read_file(file, layer="surface")
    assert (surface["within"] == (surface["limit"] <= 300)).all()
