"""The command that chooses sites: what is printed, what is asked, and the exit code."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gis_service.cli import main
from gis_service.cli.siting_inputs import siting_inputs
from tests.live_town import degrees

Siting = Callable[..., Result]
QUESTION = ("--standard", "one_stop_office_motorbike_10min", "--at", "2026-03-03T10:00", "--limit", "60")


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


@pytest.fixture
def siting(town_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Siting:
    monkeypatch.setenv("GIS_DATABASE_URL", town_url)
    monkeypatch.setenv("GIS_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)

    def run(*words: str, given: str | None = None) -> Result:
        return CliRunner().invoke(main, ["siting", "run", *words], input=given)

    return run


def place(name: str, along: float) -> str:
    lon, lat = degrees(along)
    return f"{lon},{lat},{name}"


def test_a_plan_is_a_sentence_and_a_table(siting: Siting) -> None:
    found = siting(*QUESTION, "--sites", "1", "--candidates", "settlement", "--place", place("x", 1100))
    assert found.exit_code == 0, found.stderr
    lines = found.stdout.splitlines()
    assert lines[0].startswith("1 điểm mới.")
    assert "Đã chứng minh là phương án tốt nhất." in lines[0]
    assert lines[2].split()[:2] == ["Thứ", "tự"]
    assert lines[-1].startswith("siting_")


def test_options_stand_over_the_file(siting: Siting) -> None:
    asked = {"candidates": {"places": [dict(zip(("lon", "lat"), degrees(2300), strict=True))]}, "sites": 3}
    found = siting(*QUESTION, "--inputs", "-", "--sites", "1", "--json", given=json.dumps(asked))
    assert found.exit_code == 0, found.stderr
    document = json.loads(found.stdout)
    assert [one["id"] for one in document["plan"]["sites"]] == ["place.1"]
    refused = siting(*QUESTION, "--inputs", "-", given=json.dumps(asked))
    assert refused.exit_code == 3
    assert "Yêu cầu 3 điểm" in refused.stderr


def test_every_option_is_an_input() -> None:
    options: dict[str, object] = dict.fromkeys(
        (
            *("model", "sites", "budget", "spacing_m", "backup", "draws", "time_limit_s", "thin_m", "most"),
            *("capacity", "chosen_at"),
        ),
        2,
    )
    options |= {"fixed": ("a",), "excluded": ("b",), "outside": ("rivers",), "closable": ("all",)}
    options |= {"group_weights": ("age_60=2",), "min_area_m2": 5.0, "cost_field": "cost"}
    options |= {"capacity_field": "room", "scenario": "scenario_x"}
    options |= {
        "candidate_layers": ("land_use:use=x,y",),
        "candidate_places": ("106.5,20.5",),
        "mode": "walk",
    }
    found = siting_inputs(options, {})
    assert options == {"mode": "walk"}
    assert isinstance(found, dict)
    assert found["candidates"] == {
        "outside": ("rivers",),
        "thin_m": 2,
        "most": 2,
        "layers": [
            {
                "layer": "land_use",
                "where": {"use": ["x", "y"]},
                "min_area_m2": 5.0,
                "cost_field": "cost",
                "capacity_field": "room",
            }
        ],
        "places": [{"lon": 106.5, "lat": 20.5}],
    }
    assert (found["capacity"], found["scenario"]) == (2, {"id": "scenario_x"})
    assert (found["closable"], found["weights"], found["fixed"]) == (True, {"age_60": 2.0}, ("a",))


@pytest.mark.parametrize(
    "wrong", [("--place", "here"), ("--weight", "age_60=much"), ("--candidates", "land_use:use")]
)
def test_what_cannot_be_read_says_what_is_expected(siting: Siting, wrong: tuple[str, str]) -> None:
    found = siting(*QUESTION, "--sites", "1", *wrong)
    assert found.exit_code == 2
    assert wrong[1] in found.stderr
