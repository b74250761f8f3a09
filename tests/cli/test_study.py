"""The commands of studies, from the shell's side: what is printed, and the exit code."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from gis_service.cli import main
from gis_service.cli.users import operator
from gis_service.db.engine import open_engine, transaction
from gis_service.services import audit
from tests.merged_town import AFTER, BEFORE, state


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


Study = Callable[..., Result]


@pytest.fixture
def study(town_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Study:
    monkeypatch.setenv("GIS_DATABASE_URL", town_url)
    monkeypatch.setenv("GIS_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)

    def run(*words: str, given: str | None = None) -> Result:
        return CliRunner().invoke(main, ["study", *words], input=given)

    return run


STRAIGHT = ("--standard", "one_stop_office_straight_3km", "--at", AFTER)


def test_the_merger_is_one_sentence_and_one_table(study: Study) -> None:
    found = study("merger", "--branch-share", "0.5")
    lines = found.stdout.splitlines()
    assert found.exit_code == 0
    assert lines[0].startswith("Khi 3 bộ phận một cửa cấp xã còn 2")
    assert lines[2].split() == [
        "cách",
        "đi",
        "trong",
        "3",
        "điểm",
        "2",
        "+",
        "1",
        "2",
        "điểm",
        "mất",
        "(người)",
    ]
    assert len(lines) == 18
    assert lines[-1] == "* trong số người tới được"
    assert study("merger", "--branch-share", "0.5", "--kept").stdout == found.stdout


def test_the_merger_speaks_the_language_of_the_terminal(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "C.UTF-8")
    said = study("merger", "--catchment", "own_unit", "--details").stdout
    assert said.startswith("When 3 one-stop offices become 2")
    assert "the office of their own commune" in said
    assert "Communes that lose most people within 10 minutes by motorbike (communes_2024)" in said
    assert "computed from generated data" in said


def test_a_study_is_run_by_its_options_listed_and_shown(study: Study) -> None:
    made = study("run", "coverage", *STRAIGHT)
    id_ = made.stdout.splitlines()[-1]
    assert "bán kính 3.000 m đường chim bay" in made.stdout
    assert id_ in study("list", "--process", "coverage").stdout
    assert id_ not in study("list", "--process", "gaps").stdout
    assert study("show", id_).stdout == made.stdout
    document = json.loads(study("show", id_, "--json").stdout)
    assert (document["id"], document["parameters"]["limit"]) == (id_, 3000)


def test_whoever_sees_all_counts_of_homes_is_told(study: Study, town_url: str) -> None:
    id_ = study("run", "coverage", *STRAIGHT).stdout.splitlines()[-1]
    study("show", id_, "--json")
    study("merger", "--branch-share", "0.5", "--kept")
    engine = open_engine(town_url)
    with transaction(engine) as connection:
        told = audit.list_(connection, limit=3).items
    engine.dispose()
    assert {(one.actor, one.by, one.action, one.object) for one in told} == {
        (operator().name, "command", "personal.read", "residents")
    }
    assert [one.after for one in told] == [
        {"command": "study merger"},
        {"command": f"study show {id_}"},
        {"command": "study run coverage"},
    ]


def test_options_stand_over_the_inputs_of_a_file(study: Study, tmp_path: Path) -> None:
    request = tmp_path / "request.yaml"
    request.write_text(yaml.safe_dump(state(AFTER)), "utf-8")
    more = ("--limit", "900", "--branch-share", "1", "--group", "age_60")
    document = json.loads(study("run", "gaps", "--inputs", str(request), *more, "--json").stdout)
    parameters = document["parameters"]
    assert (document["process"], parameters["limit"], parameters["branch_share"]) == ("gaps", 900, 1)
    assert parameters["groups"] == ["all", "age_60"]


def test_further_tables_are_named_with_commas_between(study: Study) -> None:
    asked = ("run", "coverage", *STRAIGHT, "--json", "--tables")
    document = json.loads(study(*asked, "backup,provision").stdout)
    assert set(document["tables"]) == {"backup", "provision"}
    assert study(*asked, "squares").exit_code == 3


def test_a_comparison_is_read_from_standard_input(study: Study) -> None:
    asked = json.dumps({"before": state(BEFORE), "after": state(AFTER), "limits": [1000]})
    made = study("run", "compare", "--inputs", "-", given=asked)
    assert made.stdout.startswith("360 người mất và 0 người có thêm bộ phận một cửa trong 800 m đi bộ")
    assert made.stdout.splitlines()[-1].startswith("compare_")


def test_other_standards_stand_beside_a_study_and_groups_walk_at_their_own_speed(study: Study) -> None:
    other = "one_stop_office_motorbike_10min"
    asked = ("--standard", "one_stop_office_walk_15min", "--beside", other, "--group", "age_60")
    tables = ("--tables", "inequality,backup", "--rank-column", "people")
    made = study("run", "coverage", *asked, "--group-speeds", *tables, "--at", AFTER)
    assert made.exit_code == 0, made.stderr
    lines = made.stdout.splitlines()
    assert lines[0].startswith("405 trong 706 người (57,4 %) có bộ phận một cửa trong 15 phút đi bộ")
    assert lines[1].startswith("Bộ phận một cửa: 10 phút xe máy: 706 trong 706 người (100,0 %)")
    assert not any("Cả 2 tiêu chuẩn" in line for line in lines)
    whole = study("run", "coverage", *asked, "--group-speeds", "--at", AFTER, "--together").stdout
    assert "\nCả 2 tiêu chuẩn: 405 người; không tiêu chuẩn nào: 0 người.\n" in whole
    assert study("show", whole.splitlines()[-1]).stdout == whole
    document = json.loads(study("show", made.stdout.splitlines()[-1], "--json").stdout)
    assert [entry["name"] for entry in document["beside"]] == [other]
    assert document["parameters"]["group_speeds_kmh"] == {"age_60": 3.2}
    assert document["together"][0]["rules"] == 2
    assert -1 <= document["tables"]["inequality"][0]["concentration"] <= 1
    assert {row["group"] for row in document["tables"]["backup"]} == {"all", "age_60"}


def test_lists_tell_where_to_go_on(study: Study) -> None:
    for limit in ("2000", "2500"):
        study("run", "coverage", *STRAIGHT, "--limit", limit)
    key = study("list", "--limit", "1").stdout.split("--after ")[1].strip()
    assert study("list", "--limit", "1", "--after", key).exit_code == 0


@pytest.mark.parametrize(
    ("words", "given", "code"),
    [
        (("show", "coverage_0"), None, 4),
        (("run", "coverage", "--inputs", "-"), "{standard: no_such}", 3),
        (("run", "coverage", "--standard", "no_such"), None, 3),
        (("run", "coverage", "--inputs", "-"), "{", 3),
        (("run", "coverage", "--inputs", "-"), "[1, 2]", 3),
        (("run", "coverage", "--inputs", "-", "--limit", "9"), "[1, 2]", 3),
        (("run", "coverage", "--inputs", "-", "--limit", "9"), "{facilities: roads}", 3),
        (("run", "compare", "--standard", "one_stop_office_straight_3km"), None, 3),
        (("run", "magic"), None, 2),
        (("list", "--limit", "0"), None, 2),
        (("run", "coverage", "--inputs", "nowhere.yaml"), None, 2),
        (("merger", "--branch-share", "2"), None, 3),
        (("merger", "--catchment", "assigned"), None, 2),
    ],
)
def test_errors_have_their_exit_code_and_words(
    study: Study, words: tuple[str, ...], given: str | None, code: int
) -> None:
    found = study(*words, given=given)
    assert found.exit_code == code
    assert found.stderr.strip()


def test_a_study_is_published_as_a_layer_and_again_as_its_next_version(study: Study) -> None:
    id_ = study("run", "coverage", *STRAIGHT).stdout.splitlines()[-1]
    asked = ("publish", id_, "--layer", "straight_by_unit")
    made = study(*asked, "--title-vi", "Theo xã", "--title-en", "By unit", "--visibility", "public")
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith(f"Đã công bố {id_} thành lớp straight_by_unit")
    assert study(*asked).exit_code == 0
    layer = CliRunner().invoke(main, ["layers", "describe", "straight_by_unit"])
    told = yaml.safe_load(layer.stdout)
    assert (told["title"]["vi"], told["visibility"]) == ("Theo xã", "public")
    history = CliRunner().invoke(main, ["layers", "history", "straight_by_unit"]).stdout
    assert history.count(f"{id_} (zones)") == 2


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (("coverage_none", "--layer", "mine"), 4),
        (("coverage_none", "--layer", "mine", "--title-vi", "Một"), 2),
        (("coverage_none",), 2),
        (("coverage_none", "--layer", "mine", "--visibility", "open"), 2),
    ],
)
def test_what_cannot_be_published_ends_with_its_exit_code(
    study: Study, words: tuple[str, ...], exit_code: int
) -> None:
    refused = study("publish", *words)
    assert refused.exit_code == exit_code
    assert refused.stderr


def test_people_are_named_by_layer_and_band(study: Study) -> None:
    told = study("run", "coverage", *STRAIGHT, "--demand", "residents", "--demand-band", "1")
    assert (told.exit_code, "demand/band" in told.stderr) == (3, True)
    weighed = ("--demand", "commune_2024", "--weights", "commune_2024")
    told = study("run", "coverage", *STRAIGHT, *weighed)
    assert (told.exit_code, "demand/weights" in told.stderr) == (3, True)
