"""scripts/site_plan.py on files of the ground: a plan is what the gap analysis finds once its sites stand."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import pytest

from gis_service.settings import ROOT
from tests.scripts.gap_town import Run, Town, at, box, write
from tests.scripts.test_site_plan import program  # noqa: F401  a fixture

PLACES = {"A": 450, "B": 700, "C": 1700, "D": 1000}


@pytest.fixture
def planned(town: Town, program: ModuleType) -> Town:  # noqa: F811  the fixture
    """The town of the gap analysis with four candidates on its road, and the program that chooses of them."""
    folder = town.folder
    candidates = write(
        folder / "candidates.gpkg",
        [at(along, 0) for along in PLACES.values()],
        id=list(PLACES),
        cost=[5, 3, 4, 1],
    )
    asked = {"candidates": candidates, "model": "mclp", "sites": "1"}
    return replace(town, options=town.options | asked, script=program)


def plan_of(run: Run) -> dict[str, Any]:
    assert run.exit_code == 0, run.errors
    found: dict[str, Any] = json.loads((run.out / "plan.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize(
    ("asked", "sites"),
    [
        ({"sites": "1"}, ["C"]),  # 40 people at 1,900 m
        ({"sites": "2"}, ["C", "A"]),
        ({"sites": "1", "limit_m": "80"}, ["A"]),
        ({"sites": "2", "excluded": "C"}, ["A", "B"]),
        ({"sites": "2", "fixed": "D"}, ["C", "D"]),
    ],
)
def test_a_plan_is_what_the_gap_analysis_finds(
    town: Town, planned: Town, asked: dict[str, str], sites: list[str]
) -> None:
    run = planned.run(**asked)
    found = plan_of(run)
    plan, total = found["plan"], found["totals"]["all"]
    assert [one["id"] for one in plan["sites"]] == sites
    stand = [at(0, 0), *(at(PLACES[name], 0) for name in sites)]
    offices = write(town.folder / "more.gpkg", stand, name=["x"] * len(stand))
    limit = {"limit_m": asked.get("limit_m", "300")}
    after = town.run(**limit, facilities=offices, out=str(town.folder / "after")).summary
    before = town.run(**limit, out=str(town.folder / "before")).summary
    assert (total["before"], total["after"]) == (before["residents_covered"], after["residents_covered"])
    covered = {row["id"]: row["covered"] for row in after["zones"]}
    for row in found["zones"]:
        assert row["after"] == covered[row["id"]]
    assert plan["objective"] == total["won"]
    assert gpd.read_file(run.out / "sites.gpkg", layer="sites")["id"].tolist() == sites
    assert (run.out / "sites.csv").read_text("utf-8").splitlines()[1].startswith(sites[0])
    assert "proved to be the best possible" in run.output


def test_nobody_is_served_above_the_capacities(planned: Town) -> None:
    found = plan_of(planned.run(sites="1", capacity="35", limit_m="300"))
    (site,) = found["plan"]["sites"]
    assert (site["id"], site["capacity"], site["served"]) == ("C", 35, 35)
    assert found["plan"]["objective"] == 35
    assert found["plan"]["room"]["without"] == found["totals"]["all"]["won"] - 35 == 5
    by_column = planned.run(sites="1", capacity_column="cost", limit_m="300")
    assert [(one["id"], one["served"]) for one in plan_of(by_column)["plan"]["sites"]] == [("A", 5)]
    assert "have a place" in by_column.output
    refused = planned.run(sites="1", capacity="30", model="p-center")
    assert (refused.exit_code, "mclp" in refused.errors) == (2, True)


def test_areas_and_money(planned: Town) -> None:
    flood = write(planned.folder / "flood.gpkg", [box(1600, -50, 1800, 50)], name=["x"])
    plan = plan_of(planned.run(outside=flood, cost_column="cost", budget="4", sites="2"))["plan"]
    assert plan["cost"] <= 4
    assert plan["candidates"]["left_out"] == {"inside": 1}
    plots = write(planned.folder / "plots.gpkg", [box(1650, 20, 1750, 90)], name=["Lô 1"])
    entered = plan_of(planned.run(candidates=plots))["plan"]
    assert [(one["id"], one["name"]) for one in entered["sites"]] == [("1", "Lô 1")]


@pytest.mark.parametrize(
    ("asked", "code", "told"),
    [
        ({"sites": "9"}, 3, "9 sites are asked for"),
        ({"fixed": "A", "excluded": "A"}, 3, "A"),
        ({"fixed": "Z"}, 3, "Z"),
        ({"budget": "1"}, 3, "no cost"),
        ({"limit_m": "2000"}, 3, "already"),
        ({"model": "lscp"}, 2, "--sites"),
        ({"model": "p-median", "backup": "0.5"}, 2, "--backup"),
        ({"spacing_m": "-1"}, 2, "--spacing-m"),
        ({"limit": "5"}, 2, "--costs"),
    ],
)
def test_what_cannot_be_answered_says_why(planned: Town, asked: dict[str, str], code: int, told: str) -> None:
    run = planned.run(**asked)
    assert run.exit_code == code, run.output
    assert told in run.errors


def test_a_file_that_is_missing_is_asked_for(planned: Town) -> None:
    run = planned.run(without=("candidates",))
    assert run.exit_code == 2
    assert "Missing option '--candidates'" in run.errors
    table = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "site_plan.py"), "--model", "mclp", "--mode", "walk"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path.cwd(),
    )
    assert (table.returncode, "--mode goes with --facilities" in table.stderr) == (2, True)
