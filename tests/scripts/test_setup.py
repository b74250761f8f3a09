"""The set-up functions that need no network: what is missing, who may install it, one at a time."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gis_service.settings import ROOT

SETUP = ROOT / "scripts" / "_setup.sh"


def bash(words: str, checkout: Path | None = None) -> subprocess.CompletedProcess[str]:
    root = f"root={checkout}; venv=$root/.venv; client=$root/client; built=$root/static;" if checkout else ""
    program = f"set -euo pipefail; source {SETUP}; {root} {words}"
    return subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)


NOT_ALLOWED = (
    "may_be_root() { return 1; }; has_postgis() { return 1; }; has_chromium() { return 1; };"
    " has_libatomic() { return 0; };"
)


def test_a_user_without_rights_gets_the_exact_line() -> None:
    done = bash(f"{NOT_ALLOWED} install_packages postgis chromium")
    assert done.returncode == 6
    line = "sudo apt-get install --no-install-recommends postgresql postgresql-postgis chromium"
    assert line in done.stderr.splitlines()[-1]


def test_nothing_is_installed_when_nothing_is_missing() -> None:
    there = (f"has_{each}() {{ return 0; }};" for each in ("postgis", "chromium", "libatomic"))
    present = " ".join([*there, "as_root() { echo installed; };"])
    done = bash(f"{present} install_packages postgis chromium")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_step_says_its_seconds_and_keeps_the_exit_code() -> None:
    done = bash("step 'good' true; step 'bad' bash -c 'exit 3'")
    assert done.returncode == 3
    assert "   good: 0.0 s" in done.stdout.splitlines()
    assert "   bad: 0.0 s (failed, code 3)" in done.stdout.splitlines()


@pytest.mark.parametrize(
    ("state", "answer", "said"),
    [
        ("ready", "echo ten offices", "ten offices\n"),
        (
            "ready",
            "echo refused >&2; return 3",
            "The main study gave no answer (see above); the service starts without it.\n",
        ),
        ("foreign", "echo ten offices", ""),
    ],
)
def test_a_main_study_that_is_refused_keeps_nobody_from_the_map(state: str, answer: str, said: str) -> None:
    run = (ROOT / "scripts" / "run").read_text()
    begin = run.index("main_study() {")
    own = run[begin : run.index("\n}\n", begin) + 3]
    done = bash(f"{own} gis() {{ {answer}; }}; state={state}; main_study; echo served")
    assert (done.returncode, done.stdout) == (0, f"{said}served\n")


def test_bytecode_is_kept_even_where_the_environment_forbids_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    asked = "import sys; print(sys.dont_write_bytecode)"
    assert bash(f'{sys.executable} -c "{asked}"').stdout == "False\n"


def test_a_set_up_stops_at_the_first_step_that_fails() -> None:
    fakes = "install_packages() { return 6; }; python_set() { echo reached; };"
    done = bash(f"{fakes} set_up requirements.txt postgis")
    assert done.returncode == 6
    assert "reached" not in done.stdout


def test_two_set_ups_wait_for_each_other(tmp_path: Path) -> None:
    root = f"root={tmp_path}"
    first = subprocess.Popen(
        ["bash", "-c", f"source {SETUP}; {root}; take_lock; echo in; sleep 1; echo out"], stdout=-1
    )
    assert first.stdout is not None
    assert first.stdout.readline() == b"in\n"
    begin = time.monotonic()
    second = bash("take_lock; echo mine", tmp_path)
    first.communicate()
    assert "waiting" in second.stdout
    assert second.stdout.splitlines()[-1] == "mine"
    assert time.monotonic() - begin > 0.5


def test_the_client_is_built_again_only_after_a_change(tmp_path: Path) -> None:
    for folder in ("client/node_modules", "static", "var"):
        (tmp_path / folder).mkdir(parents=True)
    source = tmp_path / "client" / "main.ts"
    source.write_text("one")
    build = "npm() { echo npm $1; }; client_build"
    assert bash(build, tmp_path).stdout == "npm ci\nnpm run\n"
    (tmp_path / "client/node_modules/new.js").touch()
    assert bash(build, tmp_path).stdout == ""
    source.write_text("two")
    assert bash(build, tmp_path).stdout == "npm ci\nnpm run\n"


def test_a_failed_build_is_tried_again(tmp_path: Path) -> None:
    for folder in ("client/node_modules", "static", "var"):
        (tmp_path / folder).mkdir(parents=True)
    assert bash("npm() { [ $1 = ci ]; }; client_build", tmp_path).returncode != 0
    assert bash("npm() { echo npm $1; }; client_build", tmp_path).stdout == "npm ci\nnpm run\n"


@pytest.mark.parametrize("program", ["run", "test", "stop"])
def test_every_program_can_be_run(program: str) -> None:
    assert os.access(ROOT / "scripts" / program, os.X_OK)


@pytest.mark.parametrize(("program", "argument"), [("run", "--nonsense"), ("stop", "now")])
def test_an_unknown_argument_is_wrong_use(program: str, argument: str) -> None:
    done = subprocess.run([ROOT / "scripts" / program, argument], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert argument in done.stderr


@pytest.mark.parametrize("program", ["run", "test"])
def test_help_is_the_head_of_the_program(program: str) -> None:
    done = subprocess.run([ROOT / "scripts" / program, "--help"], capture_output=True, text=True, check=True)
    assert f"scripts/{program}" in done.stdout
    assert "#" not in done.stdout
