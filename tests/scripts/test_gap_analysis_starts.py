"""Waits of the facilities of a file: counted where their column is named, refused where no time is asked."""

import geopandas as gpd
import pytest

from tests.scripts.gap_town import Town, at, write

IN_TIME = ("limit_m",)
ASKED = {"limit_min": "6.5", "start_column": "wait"}


@pytest.fixture
def waiting(town: Town) -> Town:
    """Two offices, 100 m from the first and from the last home, with a wait of 165 s at the first."""
    offices = [at(0, 0), at(2000, 0)]
    path = town.folder / "waiting.gpkg"
    town.options["facilities"] = write(path, offices, name=["A", "B"], wait=[165, None], note=["x", "y"])
    return town


def test_a_column_of_the_file_delays_each_facility(waiting: Town) -> None:
    plain = waiting.run(limit_min="6.5", without=IN_TIME).summary
    found = waiting.run(**ASKED, without=IN_TIME)
    covered = [one["totals"]["all"]["covered"] for one in (plain, found.summary)]
    # 520 m on foot in 390 s, 300 m in the 225 s that the wait leaves; the other office is as before.
    assert covered == [100, 70]
    assert found.notices["start_counted"] == {"column": "wait", "count": 1, "facilities": 2, "most_s": 165}
    assert found.notices["start_unknown"] == {"column": "wait", "count": 1}
    assert found.summary["parameters"]["start_column"] == "wait"
    assert plain["id"] != found.summary["id"]
    assert "start_column" not in plain["parameters"]


def test_other_waits_are_another_study_with_tables_and_catchments_of_their_own(waiting: Town) -> None:
    found = waiting.run("--catchments", **ASKED, tables="facilities,od,accessibility", without=IN_TIME)
    first = found.summary
    loads = {row["id"]: row["load"] for row in first["tables"]["facilities"]}
    assert loads == {"1": 30, "2": 40}
    assert sum(row["people"] for row in first["tables"]["od"]) == 70
    edges = gpd.read_file(found.out / "catchments.gpkg", layer="reached_edges")
    length = edges.length.groupby(edges["facility"]).sum().to_dict()
    assert length == pytest.approx({"1": 300, "2": 520}, abs=0.1)
    offices = gpd.read_file(waiting.options["facilities"])
    ids = []
    for other in (60, 61):  # told in no notice: neither is the longest
        offices["wait"] = [165, other]
        offices.to_file(waiting.options["facilities"])
        ids.append(waiting.run(**ASKED, without=IN_TIME).summary["id"])
    assert len({first["id"], *ids}) == 3


@pytest.mark.parametrize(
    ("asked", "without", "code", "said"),
    [
        ({"start_column": "wait"}, (), 2, "--limit-min"),
        ({"start_column": "wait", "measure": "straight_radius"}, (), 2, "--limit-min"),
        ({"limit_min": "6", "start_column": "nothing"}, IN_TIME, 2, "wait"),
        ({"limit_min": "6", "start_column": "note"}, IN_TIME, 3, "says x"),
    ],
)
def test_a_wait_that_cannot_be_counted_is_a_wrong_call_or_a_refusal(
    waiting: Town, asked: dict[str, str], without: tuple[str, ...], code: int, said: str
) -> None:
    run = waiting.run(**asked, without=without)
    assert (run.exit_code, said in run.errors) == (code, True), run.errors
    assert "start" in run.errors
