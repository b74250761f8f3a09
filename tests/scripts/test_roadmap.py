"""scripts/roadmap.py: phases told by hand, tables that are read again, and what is refused."""

import csv
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from gis_service.crs import STORAGE, parse_crs, transform
from gis_service.settings import ROOT
from tests.live_town import as_array
from tests.scripts.gap_town import Town, at

SCRIPT = ROOT / "scripts" / "roadmap.py"
HEADS = (
    "Mã,Tên,Lĩnh vực,service,Giai đoạn,Ưu tiên,Tình trạng,planned_to,actual_to,Chi phí (triệu đồng),lon,lat"
)
PEOPLE = ("--service", "health_station", "--limit-m", "300")
Ask = Callable[..., Result]


def place(x: float) -> str:
    (point,) = transform(as_array([at(x, 0)]), parse_crs("EPSG:9209"), STORAGE)
    return f"{point.x},{point.y}"


def rows(*told: str) -> str:
    return "\n".join([HEADS, *told]) + "\n"


EAST = f'east,Trạm Đông,Y tế,health_station,phase_3,1,đề xuất,31/12/2027,,"1.200,5",{place(1900)}'
MIDDLE = f"mid,=1+1,health,health_station,phase_1,2,commissioned,2021-06-01,2021-07-01,500,{place(480)}"
CAMERA = "eye,Camera,safety,camera,phase_2,3,approved,2025-06-01,,10,,"
PROGRAMME = rows(MIDDLE, EAST, CAMERA)


@pytest.fixture(scope="module")
def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("roadmap_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def ask(town: Town, program: ModuleType) -> Ask:
    """Run the program in this process on the files of the town."""

    def run(*options: str, projects: str = PROGRAMME, people: bool = True) -> Result:
        file = town.folder / "projects.csv"
        file.write_text(projects, "utf-8")
        given = ["--projects", str(file), "--out", str(town.folder / "out"), "--day", "2026-06-30"]
        if people:
            names = ("facilities", "roads", "population", "zones")
            given += [part for name in names for part in (f"--{name}", town.options[name])]
            given += [*PEOPLE]
        return CliRunner().invoke(program.main, [*given, *options], env={"LC_ALL": "C.UTF-8"})

    return run


def document(town: Town) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((town.folder / "out" / "roadmap.json").read_text("utf-8"))
    return found


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_phases_are_told_by_hand(town: Town, ask: Ask) -> None:
    """300 m: the office has 30 of 100 people, the middle 50 of them more, the east the last 40 but one."""
    result = ask()
    assert result.exit_code == 0, result.stderr
    found = document(town)
    covered = [phase["services"]["health_station"]["covered"] for phase in found["phases"]]
    assert found["services"][0]["before"]["covered"] == 30
    assert covered == [60, 60, 100]
    projects = {row["code"]: row for row in found["projects"]}
    assert [projects[code]["people_in_order"] for code in ("mid", "east", "eye")] == [30, 40, None]
    assert projects["east"]["cost_million_vnd"] == 1200.5
    assert projects["east"]["sector"] == "health"
    assert [row["cost_million_vnd"] for row in found["indicators"]] == [1700.5, 10, 1710.5]
    assert (town.folder / "out" / "roadmap.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_table_that_was_written_is_read_again(town: Town, ask: Ask, ending: str) -> None:
    assert ask().exit_code == 0
    first = document(town)
    out = town.folder / "out"
    own = out.rename(town.folder / "first") / f"projects.{ending}"
    result = ask("--projects", str(own))
    assert result.exit_code == 0, result.stderr
    again = document(town)
    assert again["projects"] == first["projects"]
    assert again["phases"] == first["phases"]


def test_no_spreadsheet_runs_a_name(town: Town, ask: Ask) -> None:
    assert ask().exit_code == 0
    assert table(town.folder / "out" / "projects.csv")[0]["name"] == "'=1+1"
    book = openpyxl.load_workbook(town.folder / "out" / "projects.xlsx")
    cell = next(cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value == "=1+1")
    assert cell.data_type == "s" or cell.quotePrefix


def test_numbers_and_costs_are_told_without_people(town: Town, ask: Ask) -> None:
    assert ask(people=False).exit_code == 0
    found = document(town)
    assert found["services"] == []
    assert [phase["cost_million_vnd"] for phase in found["phases"]] == [500, 0, 1210.5]
    assert {notice["code"] for notice in found["notices"]} >= {"roadmap_service_unjudged"}


def test_each_fault_is_told_with_its_project(town: Town, ask: Ask) -> None:
    wrong = rows(
        "a,A,magic,health_station,phase_9,7,sold,x,,-5,,",
        "a,B,health,,,,,,,,,",
        ",C,health,,,,,,,,,",
        "d,D,health,,phase_1,,commissioned,2025-05-05,,1,,",
    )
    result = ask(projects=wrong, people=False)
    assert result.exit_code == 0, result.stderr
    told = {(fault["project"], fault["code"].removeprefix("roadmap_")) for fault in document(town)["faults"]}
    assert told >= {
        ("a", "sector_unknown"),
        ("a", "phase_unknown"),
        ("a", "priority_unknown"),
        ("a", "status_unknown"),
        ("a", "date_unreadable"),
        ("a", "cost_unreadable"),
        ("a", "undated"),
        ("a", "code_twice"),
        ("–", "code_missing"),
        ("d", "commissioned_without_date"),
        ("d", "phase_other"),
    }


CYCLE = (
    "phases:\n- {id: one, from: 2020-01-01, to: 2023-01-01}\n- {id: two, from: 2019-01-01, to: 2020-01-01}\n"
)
REFUSED: list[tuple[list[str], str | None, int, str]] = [
    ([], "code,name\n1,A\n", 3, "sector"),
    ([], HEADS + "\n", 3, "0 rows"),
    ([], rows(",x,health,,,,,,,,,"), 3, "1 row,"),
    (["--budget", "phase_7=5"], None, 3, "phase_7"),
    (["--sector-budget", "phase_1/magic=5"], None, 3, "magic"),
    (["--sector-budget", "phase_1=5"], None, 2, "PHASE/SECTOR"),
    (["--budget", "phase_1"], None, 2, "NAME=MILLION"),
    (["--budget", "phase_1=-4"], None, 3, "-4"),
    (["--phases", "cycle.yaml"], None, 3, "two"),
    (["--phases", "none.yaml"], None, 4, "none.yaml"),
    (["--facilities", "x.gpkg"], None, 2, "--service"),
    (["--service", "health_station"], None, 2, "--facilities"),
]


@pytest.mark.parametrize(("options", "projects", "code", "said"), REFUSED)
def test_what_is_wrong_is_told_with_what_to_do(
    town: Town, ask: Ask, monkeypatch: pytest.MonkeyPatch, options: list[str], projects: str | None,
    code: int, said: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(town.folder)
    (town.folder / "cycle.yaml").write_text(CYCLE)
    result = ask(*options, projects=projects or PROGRAMME, people=False)
    assert result.exit_code == code, result.output
    assert said in result.stderr
