"""Every command that the documents name exists, with its options."""

import os
import re
from pathlib import Path

import click
import pytest

from gis_service.cli import NOUNS, main
from gis_service.settings import ROOT

DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "layers").rglob("*.md"),
        *ROOT.glob("tests/**/*.md"),
    ]
)
MESSAGES = sorted((ROOT / "gis_service" / "messages").glob("*.yaml"))
COMMAND = re.compile(r"python -m gis_service ([a-z][a-z-]*) ([a-z][a-z-]*)((?:\\\n|[^\n`|)#;\"])*)")
SCRIPT = re.compile(r"(?<![\w/.])scripts/[\w.-]*\w")
OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*")
LISTED = re.compile(r"^\* `([a-z]+) ([a-z]+)([^`]*)`: ", re.MULTILINE)
OF_THE_WORKER = {("jobs", "run"), ("jobs", "overviews")}
"""Commands that nobody else is to rely on."""


def commands() -> list[tuple[str, str, str, tuple[str, ...]]]:
    """List every command: where it stands, noun, verb, options."""
    found = {
        (path.relative_to(ROOT).as_posix(), noun, verb, tuple(OPTION.findall(rest)))
        for path in (*DOCUMENTS, *MESSAGES)
        for noun, verb, rest in COMMAND.findall(path.read_text("utf-8"))
    }
    return sorted(found)


def scripts() -> list[tuple[str, str]]:
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in (*DOCUMENTS, *MESSAGES)
        for name in SCRIPT.findall(path.read_text("utf-8"))
    }
    return sorted(found)


def command_of(noun: str, verb: str) -> click.Command | None:
    context = click.Context(main)
    group = main.get_command(context, noun)
    return group.get_command(context, verb) if isinstance(group, click.Group) else None


def test_the_documents_are_read() -> None:
    assert {"README.md", "docs/operator.md", "docs/gis-staff.md"} <= {where for where, *_ in commands()}
    assert {"scripts/run", "scripts/test", "scripts/stop"} <= {name for _, name in scripts()}


@pytest.mark.parametrize(("where", "noun", "verb", "options"), commands())
def test_a_named_command_exists_with_its_options(
    where: str, noun: str, verb: str, options: tuple[str, ...]
) -> None:
    command = command_of(noun, verb)
    assert command is not None, f"{where}: python -m gis_service {noun} {verb}"
    known = {option for parameter in command.params for option in parameter.opts}
    assert set(options) <= known, f"{where}: {noun} {verb}"


@pytest.mark.parametrize(("where", "name"), scripts())
def test_a_named_script_exists(where: str, name: str) -> None:
    path = ROOT / name
    assert path.exists(), where
    runs = Path(name).suffix in {".py", ".sh"} or path.is_dir() or os.access(path, os.X_OK)
    assert runs, where


def test_no_command_but_the_real_one_is_believed() -> None:
    assert command_of("layers", "nonsense") is None
    assert command_of("nonsense", "list") is None


def listed() -> dict[tuple[str, str], tuple[str, ...]]:
    """Give every command that the contract lists, with its options."""
    whole = (ROOT / "docs" / "contract.md").read_text("utf-8")
    section = whole[whole.index("\n## Commands") : whole.index("\n## HTTP")]
    found = LISTED.findall(section)
    assert len({each[:2] for each in found}) == len(found), "a command is listed twice"
    return {(noun, verb): tuple(re.findall(r"--[a-z][a-z-]*", rest)) for noun, verb, rest in found}


def test_the_contract_lists_every_command_with_options_that_it_has() -> None:
    context = click.Context(main)
    groups = {noun: main.get_command(context, noun) for noun in NOUNS}
    there = {
        (noun, verb)
        for noun, group in groups.items()
        if isinstance(group, click.Group)
        for verb in group.list_commands(context)
    }
    told = listed()
    assert set(told) == there - OF_THE_WORKER
    for (noun, verb), options in told.items():
        command = command_of(noun, verb)
        assert command is not None
        known = {option for each in command.params for option in each.opts if option.startswith("--")}
        assert set(options) <= known, (noun, verb)
        # Those of a study are told as "…": analyst.md has them.
        assert noun in {"study", "siting"} or set(options) == known, (noun, verb)
