"""The command that tells why a place is reached, on the town whose ways are counted by hand."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gis_service.cli import main
from tests.live_town import MOTORBIKE, degrees

RULE = ("--standard", MOTORBIKE["standard"], "--at", MOTORBIKE["at"])


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


def why(place: tuple[float, float], *more: str, rule: tuple[str, ...] = RULE, given: str = "") -> Result:
    return CliRunner().invoke(main, ["study", "why", *map(str, place), *rule, *more], input=given)


@pytest.fixture(autouse=True)
def town(town_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIS_DATABASE_URL", town_url)
    monkeypatch.setenv("GIS_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)


def test_a_place_beyond_the_ferry_is_told_its_way_by_part() -> None:
    said = why(degrees(5000.0)).stdout.splitlines()
    document = json.loads(why(degrees(5000.0), "--json").stdout)
    parts = document["parts"]
    assert said[0] == document["sentence"]["en"]
    assert "  waiting for ferries: 600.0 s" in said
    assert parts["access"] + parts["road"] + parts["ferry"] + parts["turnout"] == document["cost"]
    assert document["rule"]["limit"] == 600


def test_a_place_beyond_the_city_is_refused_with_what_to_do() -> None:
    refused = why((10.0, 50.0))
    assert refused.exit_code == 3
    assert "10" in refused.stderr


def test_what_is_closed_is_named_as_in_a_file() -> None:
    """The alley lies beyond the ferry."""
    named = why(degrees(5000.0), "--closed-classes", "alley").stdout
    asked = f"{{standard: {RULE[1]}, at: '{RULE[3]}', closures: [{{classes: [alley]}}]}}"
    assert why(degrees(5000.0), "--inputs", "-", rule=(), given=asked).stdout == named
    assert "no road within" in named
    late = why(degrees(5000.0), "--closed-classes", "alley", "--closed-hours", "22", "5").stdout
    assert late == why(degrees(5000.0)).stdout
    area = json.loads(why(degrees(1000.0), "--closed-areas", "rivers", "--json").stdout)
    assert "closure_1" in [one["role"] for one in area["inputs"]]


def test_a_file_that_is_no_yaml_and_an_unknown_class_are_refused() -> None:
    broken = why(degrees(1000.0), "--inputs", "-", rule=(), given="{")
    assert (broken.exit_code, "--inputs" in broken.stderr) == (3, True)
    unknown = why(degrees(1000.0), "--closed-classes", "goat_track")
    assert (unknown.exit_code, "goat_track" in unknown.stderr) == (3, True)


def test_the_nearest_are_ranked_and_a_radius_says_that_it_is_straight() -> None:
    name, made = "Một cửa Đông", " Computed from generated data."
    day = ("--at", "2025-06-30T10:00", "--service", "one_stop_office")
    radius = ("--measure", "straight_radius", "--limit", "1000", "--beside", "roads", "--k", "3")
    said = why(degrees(1004.0), *radius, rule=day).stdout.splitlines()
    assert said == [
        f"{name} is 999 m away in a straight line, within 1,000 m as the crow flies: 1 m to spare.{made}",
        "  in a straight line: 999.0 m",
        f"Along roads: {name} is 999 m away, within 1,000 m on foot: 1 m to spare.",
        "  on roads: 999.0 m",
        f"  1. {name}: 999 m, 1 m to spare",
        "  2. Một cửa Tây: 4,796 m, 3,796 m beyond",
    ]


def test_the_wait_of_a_facility_is_told_as_a_part_of_its_own() -> None:
    """The western office, open in 2025, has the number 1 in that column."""
    rule = (RULE[0], RULE[1], "--at", "2025-06-30T10:00", "--start-column", "branch_rank")
    said = why(degrees(5000.0), rule=rule).stdout.splitlines()
    assert "  waiting at the start: 1.0 s" in said
    assert "(1 s of waiting at the start included)" in said[0]
    refused = why(degrees(5000.0), rule=(*rule, "--measure", "straight_radius", "--limit", "900"))
    assert (refused.exit_code, "start_column" in refused.stderr) == (3, True)
