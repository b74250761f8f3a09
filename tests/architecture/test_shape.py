"""The sizes and the imports that keep the sources readable."""

import ast
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from gis_service.settings import ROOT

FILE_LINES = 400
FUNCTION_LINES = 60
DATA_FOLDERS = {"layers", "tiles", "scripts", "tests"}
"""Top-level folders that hold no importable package: their names belong to anybody."""
NOT_OURS = {"node_modules", "static", "__pycache__"}


def files_of(folder: str, *endings: str) -> list[Path]:
    found = (path for path in (ROOT / folder).rglob("*") if path.suffix in endings and path.is_file())
    return sorted(path for path in found if not NOT_OURS & set(path.relative_to(ROOT).parts))


PYTHON = [path for folder in ("gis_service", "scripts", "tests") for path in files_of(folder, ".py")]
CLIENT = files_of("gis_service/web/client/src", ".ts", ".tsx", ".css")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1 if docstring else 0)


def functions_of(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", code_lines(node)


def test_the_sources_are_found() -> None:
    assert ROOT / "gis_service/db/cluster.py" in PYTHON
    assert Path(__file__) in PYTHON


def test_no_file_is_longer_than_a_sitting() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text("utf-8").splitlines()) for path in PYTHON + CLIENT}
    assert {path: length for path, length in lengths.items() if length > FILE_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {name: lines for path in PYTHON for name, lines in functions_of(path) if lines > FUNCTION_LINES}
    assert long == {}


def test_no_function_imports_to_dodge_a_circle() -> None:
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files_of("gis_service", ".py")
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_imports_the_folders_of_data_and_programs(path: Path) -> None:
    # Tests may share helpers with tests; nothing that is shipped may reach for either.
    allowed = {"tests"} if path.is_relative_to(ROOT / "tests") else set()
    assert set(imports_of(path)) & DATA_FOLDERS <= allowed


def test_nothing_installed_takes_the_name_of_a_folder() -> None:
    assert DATA_FOLDERS & set(packages_distributions()) == set()


@pytest.mark.parametrize("folder", ["layers", "tiles"])
def test_definitions_hold_no_code(folder: str) -> None:
    assert (ROOT / folder).is_dir()
    assert files_of(folder, ".py", ".pyc", ".js", ".ts", ".sh") == []


RIGHTS = ROOT / "gis_service/services/rights.py"
OVER_RIGHTS = [
    path
    for folder in ("services", "web", "cli")
    for path in files_of(f"gis_service/{folder}", ".py")
    if path != RIGHTS
]


def judged_visibilities(source: str) -> list[int]:
    """Give the lines that compare a visibility, look something up by it, or match on it."""
    found = []
    for node in ast.walk(ast.parse(source)):
        parts: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.Subscript):
            parts = [node.slice]
        elif isinstance(node, ast.Match):
            parts = [node.subject]
        if any(isinstance(part, ast.Attribute) and part.attr == "visibility" for part in parts):
            found += [part.lineno for part in parts[:1]]
    return found


@pytest.mark.parametrize("path", OVER_RIGHTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_who_may_read_a_layer_is_told_in_one_place(path: Path) -> None:
    assert judged_visibilities(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("layer.visibility == 'public'", [1]),
        ("x = 1\nREADERS[layer.visibility]", [2]),
        ("if a.visibility in {'public'}: pass", [1]),
        ("match a.visibility:\n    case 'public': pass", [1]),
        ("shown = layer.visibility", []),
    ],
)
def test_a_judgement_elsewhere_would_be_found(source: str, lines: list[int]) -> None:
    assert judged_visibilities(source) == lines
