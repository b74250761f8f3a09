"""scripts/site_plan.py: one line of JSON, sites chosen from two tables, and what is refused."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner, Result

from gis_service.settings import ROOT

SCRIPT = ROOT / "scripts" / "site_plan.py"
COSTS = "demand,site,cost\na,S2,5\nb,S2,3\na,S1,5\nb,S1,3\nc,03,2\nb,03,7\n"
DEMAND = "demand,weight\na,10\nb,20\nc,5\n"
Ask = Callable[..., Result]


@pytest.fixture(scope="module")
def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("site_plan_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def ask(tmp_path: Path, program: ModuleType) -> Ask:
    """Run the program in this process on two tables."""

    def run(options: str, costs: str | bytes = COSTS, demand: str | bytes = DEMAND, **env: str) -> Result:
        for name, content in (("costs.csv", costs), ("demand.csv", demand)):
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        files = ["--costs", str(tmp_path / "costs.csv"), "--demand", str(tmp_path / "demand.csv")]
        return CliRunner().invoke(program.main, [*files, *options.split()], env={"LC_ALL": "C", **env})

    return run


def answer(result: Result) -> dict[str, object]:
    assert result.exit_code == 0, result.stderr
    written = json.loads(result.stdout)
    assert isinstance(written, dict)
    assert isinstance(written.pop("seconds"), float)
    return written


def test_the_output_is_the_json_alone(tmp_path: Path) -> None:
    (tmp_path / "costs.csv").write_text(COSTS)
    (tmp_path / "demand.csv").write_text(DEMAND)
    command = [sys.executable, str(SCRIPT), "--costs", "costs.csv", "--demand", "demand.csv"]
    command += ["--model", "p-median", "--sites", "2", "--json"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    (line,) = ran.stdout.splitlines()
    written = json.loads(line)
    assert list(written) == ["objective", "sites", "bound", "gap", "status", "seconds"]
    assert (written["objective"], written["sites"], written["status"]) == (120, ["S2", "03"], "optimal")
    assert "This is proved to be the best possible." in ran.stderr


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--model mclp --limit 5 --sites 1", {"objective": 30, "sites": ["S2"], "bound": 30}),
        ("--model mclp --limit 5 --sites 2", {"objective": 35, "sites": ["S2", "03"], "bound": 35}),
        ("--model mclp --limit 5 --sites 1 --fixed 03", {"objective": 5, "sites": ["03"], "bound": 5}),
        ("--model lscp --limit 5 --excluded S2", {"objective": 2, "sites": ["S1", "03"], "bound": 2}),
        ("--model p-center --sites 2", {"objective": 5, "sites": ["S2", "03"], "bound": 5}),
    ],
)
def test_the_models_choose(ask: Ask, options: str, expected: dict[str, object]) -> None:
    assert answer(ask(f"{options} --json")) == expected | {"gap": 0.0, "status": "optimal"}


def test_demand_that_no_site_covers_is_named(ask: Ask) -> None:
    written = answer(ask("--model lscp --limit 4 --json"))
    assert (written["objective"], written["uncoverable"]) == (2, ["a"])


def test_names_are_text_and_spaces_and_further_columns_are_no_matter(ask: Ask) -> None:
    costs = "\ufeffsite,note,cost,demand\n 007 ,x,1.5,a\n7,y,2.5,a\n"
    written = answer(ask("--model p-median --sites 1 --json", costs, "demand,weight\n a ,2\n"))
    assert (written["objective"], written["sites"]) == (3, ["007"])


def test_the_plan_is_told_in_both_languages(ask: Ask) -> None:
    told = ask("--model mclp --limit 5 --sites 1").stdout.splitlines()
    assert told[0] == "1 site covers 30 of 35 (85.7%) within 5."
    told = ask("--model mclp --limit 5 --sites 1", LC_ALL="vi_VN.UTF-8").stdout.splitlines()
    assert told[0] == "1 điểm phục vụ được 30 trên tổng 35 (85,7 %) trong giới hạn 5."


def test_a_limit_of_time_keeps_the_best(ask: Ask) -> None:
    costs = "demand,site,cost\n" + "".join(
        f"d{row},s{at},{(7 * row + 11 * at * at) % 23 + 1}\n" for row in range(30) for at in range(12)
    )
    demand = "demand,weight\n" + "".join(f"d{row},{row + 1}\n" for row in range(30))
    written = answer(ask("--model p-median --sites 4 --time-limit 0.000001 --json", costs, demand))
    assert written["status"] == "time_limit"
    assert isinstance(written["gap"], float)
    assert written["gap"] > 0


MCLP = "--model mclp --limit 5 --sites 1"
MEDIAN = "--model p-median --sites 1"


@pytest.mark.parametrize(
    ("options", "costs", "demand", "code", "words"),
    [
        ("--model mclp --limit 1 --sites 1", COSTS, DEMAND, 3, ["the least cost is 2", "Raise --limit"]),
        ("--model mclp --limit 5 --sites 4", COSTS, DEMAND, 3, ["there are 3", "Lower --sites"]),
        (f"{MCLP} --fixed S9", COSTS, DEMAND, 3, ["S9", "such as: S2, S1, 03"]),
        (f"{MCLP} --excluded S9", COSTS, DEMAND, 3, ["--excluded", "S9"]),
        (f"{MCLP} --fixed S1 --excluded S1", COSTS, DEMAND, 3, ["Both --fixed and --excluded name: S1"]),
        (f"{MCLP} --fixed S1,S2", COSTS, DEMAND, 3, ["2 sites are fixed, and only 1"]),
        (MEDIAN, COSTS, DEMAND, 3, ["No choice of 1 sites reaches all", "at least 2"]),
        (MEDIAN, COSTS, f"{DEMAND}d,0\n", 3, ["No site reaches 1 demand: d"]),
        (MCLP, COSTS + "a,S3,-1\n", DEMAND, 3, ["line 8: cost = -1"]),
        (MCLP, COSTS + "a,S3,nan\n", DEMAND, 3, ["line 8: cost ="]),
        (MCLP, COSTS + "a,S3,inf\n", DEMAND, 3, ["line 8: cost = inf"]),
        (MCLP, COSTS + "a,S3,\n", DEMAND, 3, ["line 8: cost ="]),
        (MCLP, COSTS + "a,S3,far\n", DEMAND, 3, ["line 8: cost = far"]),
        (MCLP, COSTS + ",S3,1\n", DEMAND, 3, ["line 8: demand ="]),
        (MCLP, COSTS + "a,S2,4\n", DEMAND, 3, ["demand a and site S2 in lines 2 and 8"]),
        (MCLP, COSTS + "z,S2,4\n", DEMAND, 3, ["1 demand that", "z"]),
        (MCLP, COSTS, f"{DEMAND}a,1\n", 3, ["demand a in lines 2 and 5"]),
        (MCLP, COSTS, f"{DEMAND}d,-2\n", 3, ["line 5: weight = -2"]),
        (MCLP, COSTS, f"{DEMAND}d,many\n", 3, ["line 5: weight = many"]),
        (MCLP, "", DEMAND, 3, ["no row of data"]),
        (MCLP, "demand,site,cost\n", DEMAND, 3, ["no row of data"]),
        (MCLP, COSTS, "demand,weight\n", 3, ["no row of data"]),
        (
            MCLP,
            "demand;site;cost\na;S1;2\n",
            DEMAND,
            3,
            ["lacks the columns demand, site, cost", "demand;site"],
        ),
        (MCLP, COSTS, "demand,people\na,1\n", 3, ["lacks the columns weight; it has: demand, people"]),
        (MCLP, COSTS + "a,S3\n", DEMAND, 3, ["cannot be read", "Expected 3 columns"]),
        (MCLP, COSTS.encode() + b"a,\xff,1\n", DEMAND, 3, ["cannot be read"]),
        ("--model mclp --sites 1", COSTS, DEMAND, 2, ["needs --limit", "Add --limit"]),
        ("--model lscp", COSTS, DEMAND, 2, ["needs --limit"]),
        ("--model p-center", COSTS, DEMAND, 2, ["needs --sites"]),
        (f"{MEDIAN} --limit 3", COSTS, DEMAND, 2, ["--limit = 3.0", "--model mclp | lscp"]),
        ("--model mclp --limit nan --sites 1", COSTS, DEMAND, 2, ["--limit = nan"]),
        ("--model mclp --limit 5 --sites 0", COSTS, DEMAND, 2, ["--sites = 0"]),
        (f"{MCLP} --time-limit 0", COSTS, DEMAND, 2, ["--time-limit = 0.0"]),
        ("--model best", COSTS, DEMAND, 2, ["'best' is not one of"]),
        (f"{MCLP} --costs nowhere.csv", COSTS, DEMAND, 4, ["no file nowhere.csv"]),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(
    ask: Ask, options: str, costs: str | bytes, demand: str, code: int, words: list[str]
) -> None:
    result = ask(f"{options} --json", costs, demand)
    assert result.stdout == ""
    assert [word for word in words if word not in result.stderr] == [], result.stderr
    assert result.exit_code == code
    told = ask(f"{options} --json", costs, demand, LC_ALL="vi_VN.UTF-8")
    assert (told.exit_code, told.stdout) == (code, "")


PHASED = "--model mclp --limit 5 --sites-by-phase 1,2 --days 10,20"


def test_sites_open_phase_by_phase_and_stay(ask: Ask) -> None:
    written = answer(ask(f"{PHASED} --json"))
    phases = [{"days": 10, "sites": ["S2"], "covered": 30}, {"days": 20, "sites": ["03"], "covered": 35}]
    plan = {"objective": 1000, "phases": phases}
    others = {**plan, "regret": 0, "regret_at_most": 0}
    proved = {"bound": 1000, "gap": 0.0, "status": "optimal"}
    assert written == {**plan, **proved, "best_now": others, "best_end": others}
    written = answer(ask(f"{PHASED} --fixed 03 --excluded S2 --json"))
    assert written["objective"] == 10 * 5 + 20 * 35
    assert [one["sites"] for one in written["phases"]] == [["03"], ["S1"]]  # type: ignore[attr-defined]


def test_phases_are_told_in_both_languages(ask: Ask) -> None:
    told = ask(PHASED).stdout.splitlines()
    assert told[2] == "Phase 1 (10 days): 1 more site, 30 of 35 (85.7%) covered: S2"
    told = ask(PHASED, LC_ALL="vi_VN.UTF-8").stdout.splitlines()
    assert told[2] == "Giai đoạn 1 (10 ngày): mở thêm 1 điểm, phục vụ 30 trên tổng 35 (85,7 %): S2"


@pytest.mark.parametrize(
    ("options", "demand", "code", "words"),
    [
        ("--model mclp --limit 5 --sites-by-phase 2,2 --days 1,1", DEMAND, 3, ["2, 2"]),
        ("--model mclp --limit 5 --sites-by-phase 1,4 --days 1,1", DEMAND, 3, ["there are 3"]),
        ("--model mclp --limit 5 --sites-by-phase 1,2 --days 1,0", DEMAND, 3, ["phase 2"]),
        (f"{PHASED} --fixed S1,S2", DEMAND, 3, ["2 sites are fixed, and only 1"]),
        ("--model mclp --limit 1 --sites-by-phase 1,2 --days 1,1", DEMAND, 3, ["the least cost is 2"]),
        ("--model mclp --limit 5 --sites-by-phase 1,2 --days 1", DEMAND, 2, ["--days = 1"]),
        ("--model mclp --limit 5 --sites-by-phase 1,x --days 1,1", DEMAND, 2, ["1,x"]),
        ("--model mclp --limit 5 --sites-by-phase 1,2", DEMAND, 2, ["--days"]),
        (f"{PHASED} --sites 2", DEMAND, 2, ["--sites goes with one phase"]),
        ("--model p-median --sites-by-phase 1,2 --days 1,1", DEMAND, 2, ["--model mclp"]),
        (PHASED, f"{DEMAND}d,0.00005\n", 2, ["weight = 5e-05"]),
    ],
)
def test_wrong_phases_are_refused(ask: Ask, options: str, demand: str, code: int, words: list[str]) -> None:
    result = ask(f"{options} --json", COSTS, demand)
    assert (result.exit_code, result.stdout) == (code, ""), result.stderr
    assert [word for word in words if word not in result.stderr] == [], result.stderr
