"""The sizes and the imports that keep the sources readable."""

import ast
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import cast

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


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1 if docstring else 0)


@dataclass
class Source:
    """What the rules below ask of a file: found in one walk, since the sources are large."""

    imports: set[str] = field(default_factory=set)
    hidden: list[int] = field(default_factory=list)
    functions: list[tuple[str, int]] = field(default_factory=list)
    judged: list[int] = field(default_factory=list)


@cache
def source_of(path: Path) -> Source:
    source, left = Source(), [(cast("ast.AST", ast.parse(path.read_text("utf-8"))), False)]
    while left:
        node, inside = left.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            source.imports |= imported(node)
            source.hidden += [node.lineno] if inside else []
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = True
            source.functions.append((f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", code_lines(node)))
        source.judged += judged(node)
        left += [(child, inside) for child in ast.iter_child_nodes(node)]
    return source


def imported(node: ast.Import | ast.ImportFrom) -> set[str]:
    if isinstance(node, ast.Import):
        return {name.name.split(".")[0] for name in node.names}
    return {node.module.split(".")[0]} if node.module and not node.level else set()


def test_the_sources_are_found() -> None:
    assert ROOT / "gis_service/db/cluster.py" in PYTHON
    assert Path(__file__) in PYTHON


def test_no_file_is_longer_than_a_sitting() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text("utf-8").splitlines()) for path in PYTHON + CLIENT}
    assert {path: length for path, length in lengths.items() if length > FILE_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        name: lines for path in PYTHON for name, lines in source_of(path).functions if lines > FUNCTION_LINES
    }
    assert long == {}


def test_no_function_imports_to_dodge_a_circle() -> None:
    hidden = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in files_of("gis_service", ".py")
        for line in source_of(path).hidden
    ]
    assert hidden == []


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_imports_the_folders_of_data_and_programs(path: Path) -> None:
    # Tests may share helpers with tests; nothing that is shipped may reach for either.
    allowed = {"tests"} if path.is_relative_to(ROOT / "tests") else set()
    assert source_of(path).imports & DATA_FOLDERS <= allowed


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


def judged(node: ast.AST) -> list[int]:
    """Give the line of what compares a visibility, looks something up by it, or matches on it."""
    parts: list[ast.expr] = []
    if isinstance(node, ast.Compare):
        parts = [node.left, *node.comparators]
    elif isinstance(node, ast.Subscript):
        parts = [node.slice]
    elif isinstance(node, ast.Match):
        parts = [node.subject]
    if any(isinstance(part, ast.Attribute) and part.attr == "visibility" for part in parts):
        return [parts[0].lineno]
    return []


@pytest.mark.parametrize("path", OVER_RIGHTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_who_may_read_a_layer_is_told_in_one_place(path: Path) -> None:
    assert source_of(path).judged == []


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
    assert [line for node in ast.walk(ast.parse(source)) for line in judged(node)] == lines
