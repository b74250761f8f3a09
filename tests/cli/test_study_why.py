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


def why(place: tuple[float, float], *more: str) -> Result:
    return CliRunner().invoke(main, ["study", "why", *map(str, place), *RULE, *more])


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
