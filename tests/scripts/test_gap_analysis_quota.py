"""Quotas in the gap analysis: what units have against what they need, in people of units that have enough."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from tests.scripts.gap_town import Town, at, write

NO_LIMIT = ("limit_m",)
ONE_EACH = {"quota": "1", "quota_of": "facilities", "quota_per": "unit"}


@pytest.fixture
def parks(town: Town) -> Town:
    """Give the west two parks of 20 and 16 m², and the east one of 28 m²; 6 and 4 of the people are old."""
    places = [at(0, 0), at(500, 0), at(1900, 0)]
    path = town.folder / "parks.gpkg"
    sizes: dict[str, list[Any]] = {"site_area_m2": [20.0, 16.0, 28.0], "capacity": [5, None, 3]}
    town.options["facilities"] = write(path, places, name=["A", "B", "C"], **sizes)
    homes = gpd.read_file(town.options["population"])
    homes["age_60"] = [1, 2, 3, 4]
    homes.to_file(town.options["population"])
    return town


def test_units_that_have_enough_cover_their_people(town: Town) -> None:
    run = town.run(**ONE_EACH, without=NO_LIMIT)
    assert run.exit_code == 0, run.errors
    summary = run.summary
    assert (summary["residents_covered"], summary["residents_uncovered"]) == (60, 40)
    asked = summary["parameters"]
    assert (asked["measure"], asked["mode"], asked["catchment"]) == ("quota", None, "any")
    assert asked["quota"] == {"amount": 1, "of": "facilities", "per": "unit", "group": "all"}
    rows = pd.read_csv(run.out / "zones.csv", dtype={"id": str})
    assert rows[["id", "have", "needed", "missing"]].to_numpy().tolist() == [
        ["01", 1, 1, 0],
        ["02", 0, 1, 1],
    ]
    gaps = gpd.read_file(run.out / "gaps.gpkg")
    assert gaps[["name", "people"]].to_numpy().tolist() == [["Xã Đông", 40]]


def test_what_is_missing_is_said_at_the_terminal_and_on_the_map(town: Town) -> None:
    run = town.run(**ONE_EACH, without=NO_LIMIT)
    said = "60.0% of the people live in units that meet the quota: 1 facility in each unit."
    assert said in run.output
    assert "40 people live in units where some is missing." in run.output
    assert "There is  Needed  Missing" in run.output
    page = (run.out / "map.html").read_text("utf-8")
    assert "The unit has less than the quota asks for" in page
    assert "People within the standard" not in page
    assert "Beyond the limit" not in page


@pytest.mark.parametrize(
    ("asked", "have", "missing", "covered"),
    [
        # 60 people need 36 m² and have them; 40 need 24.
        ({"quota": "0.6", "quota_of": "site_m2", "quota_per": "person"}, [36, 28], [0, 0], 100),
        ({"quota": "0.601", "quota_of": "site_m2", "quota_per": "person"}, [36, 28], [0.06, 0], 40),
        ({"quota": "80", "quota_of": "capacity", "quota_per": "1000_people"}, [5, 3], [0, 0.2], 60),
        # Of 6 and 4 old people; the answer is theirs.
        (
            {"quota": "7", "quota_of": "site_m2", "quota_per": "person", "quota_group": "60+"},
            [36, 28], [6, 0], 4,
        ),
    ],
)  # fmt: skip
def test_places_and_sites_are_counted_to_the_thousandth(
    parks: Town, asked: dict[str, str], have: list[float], missing: list[float], covered: float
) -> None:
    run = parks.run(**asked, without=NO_LIMIT)
    rows = [row["provision"] for row in run.summary["zones"]]
    assert [row["have"] for row in rows] == have
    assert [row["missing"] for row in rows] == missing
    group = run.summary["parameters"].get("group", "all")
    assert run.summary["totals"][group]["covered"] == covered


def test_a_quota_of_a_group_ranks_its_gaps_and_speaks_of_it(parks: Town) -> None:
    asked = {"quota": "7", "quota_of": "site_m2", "quota_per": "person", "quota_group": "age_60"}
    run = parks.run(**asked, without=NO_LIMIT)
    assert run.summary["parameters"]["group"] == "age_60"
    assert run.output.startswith("40.0% of the people aged 60 and over live in units")
    gaps = gpd.read_file(run.out / "gaps.gpkg")
    assert gaps[["name", "people_age_60"]].to_numpy().tolist() == [["Xã Tây", 6]]


def test_a_table_compares_with_the_quota_whatever_the_study_measures(parks: Town) -> None:
    asked = {"quota": "0.601", "quota_of": "site_m2", "quota_per": "person", "tables": "provision"}
    run = parks.run(**asked)
    assert run.summary["parameters"]["measure"] == "network_distance"
    rows = {row["id"]: row for row in run.summary["tables"]["provision"]}
    assert [rows[unit]["missing"] for unit in ("01", "02", "all")] == [0.06, 0, 0.06]
    assert rows["01"]["standard"] == "quota"
    by_quota = parks.run(**asked, without=NO_LIMIT, out=str(parks.folder / "quota")).summary
    assert {row["id"]: row["missing"] for row in by_quota["tables"]["provision"]} == {
        unit: row["missing"] for unit, row in rows.items()
    }
    assert [row["provision"]["missing"] for row in by_quota["zones"]] == [0.06, 0]


def test_a_study_file_may_hold_a_quota_and_the_command_line_another_limit(parks: Town) -> None:
    lines = [f"{name}: {Path(value).name}" for name, value in parks.options.items() if name != "out"]
    more = ["quota: 1", "quota-of: facilities", "quota-per: unit"]
    lines = [one for one in lines if not one.startswith("limit_m")]
    (parks.folder / "study.yaml").write_text("\n".join([*lines, *more]), "utf-8")
    options = {"study": str(parks.folder / "study.yaml"), "out": parks.options["out"]}
    filed = Town(parks.folder, options, parks.script)
    assert filed.run().summary["residents_covered"] == 100
    ways = ["limit-m: 300", "mode: bicycle", "catchment: own_unit"]
    (parks.folder / "study.yaml").write_text("\n".join([*lines, *ways]), "utf-8")
    assert filed.run(**ONE_EACH).summary["parameters"]["measure"] == "quota"


@pytest.mark.parametrize(
    ("asked", "without", "code", "said"),
    [
        ({"measure": "quota"}, NO_LIMIT, 2, ("--measure", "--quota")),
        ({"quota": "1"}, NO_LIMIT, 2, ("--quota-of", "facilities, site_m2, capacity")),
        ({"quota": "1", "quota_of": "capacity"}, NO_LIMIT, 2, ("--quota-per", "1000_people")),
        ({"quota_of": "capacity"}, (), 2, ("--quota-of", "--quota")),
        ({"quota_group": "age_60"}, (), 2, ("--quota-group",)),
        (ONE_EACH | {"quota": "0"}, NO_LIMIT, 2, ("--quota", "> 0")),
        (ONE_EACH | {"quota": "nan"}, NO_LIMIT, 2, ("nan", "> 0")),
        (ONE_EACH | {"quota_of": "area"}, NO_LIMIT, 2, ("area", "site_m2")),
        (ONE_EACH, (), 2, ("--tables provision", "--limit-m")),
        (ONE_EACH | {"measure": "quota"}, (), 2, ("--measure quota", "--limit-m")),
        (ONE_EACH | {"tables": "od"}, NO_LIMIT, 3, ("tables", "provision")),
        (ONE_EACH | {"start_column": "wait"}, NO_LIMIT, 2, ("--start-column",)),
        (ONE_EACH | {"turnout_s": "5"}, NO_LIMIT, 2, ("--turnout-s",)),
        (ONE_EACH | {"closed_classes": "alley"}, NO_LIMIT, 2, ("--closed-classes",)),
        (ONE_EACH | {"catchment": "own_unit"}, NO_LIMIT, 2, ("--catchment", "own_unit", "--limit-min")),
        (ONE_EACH | {"mode": "walk"}, NO_LIMIT, 2, ("--mode", "walk", "--limit-min")),
        (ONE_EACH | {"direction": "from_facility"}, NO_LIMIT, 2, ("--direction", "--limit-min")),
        (ONE_EACH | {"speed_kmh": "5"}, NO_LIMIT, 2, ("--speed-kmh", "--limit-min")),
        (ONE_EACH | {"speeds": "speeds.yaml"}, NO_LIMIT, 2, ("--speeds", "--limit-min")),
        (ONE_EACH | {"quota_of": "capacity"}, NO_LIMIT, 3, ("capacity",)),
        (ONE_EACH | {"quota_group": "age_61"}, NO_LIMIT, 3, ("age_61",)),
    ],
)
def test_a_quota_that_cannot_be_judged_is_refused(
    asked: dict[str, str], without: tuple[str, ...], code: int, said: tuple[str, ...], town: Town
) -> None:
    run = town.run(**asked, without=without)
    assert run.exit_code == code, run.errors
    assert [word for word in said if word not in run.errors] == []


def test_nobody_walks_at_a_speed_of_their_own_to_a_quota(parks: Town) -> None:
    run = parks.run("--group-speeds", **ONE_EACH, without=NO_LIMIT, groups="age_60")
    assert (run.exit_code, "--group-speeds" in run.errors) == (2, True)


def test_of_a_quota_nothing_is_drawn(town: Town) -> None:
    run = town.run("--catchments", **ONE_EACH, without=NO_LIMIT)
    assert (run.exit_code, "--measure quota" in run.errors) == (2, True)
