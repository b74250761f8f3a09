"""``roadmap``: what each phase of the programme brings; as words, tables and a PDF."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from gis_service.cli.study_inputs import inputs_in
from gis_service.cli.tables import print_table
from gis_service.cli.users import AUTHOR, operator
from gis_service.errors import ErrorCode, WrongUse
from gis_service.messages.terminal import language_of
from gis_service.services import studies
from gis_service.services.audit import note_study
from gis_service.services.context import Context, open_context
from gis_service.services.roadmap_names import names_of
from gis_service.services.roadmap_out import KINDS, TABLES, TableName, require_roadmap, write_out
from gis_service.services.roadmap_request import PROCESS
from gis_service.services.roadmap_words import fault_text, phase_table
from gis_service.services.study_words import answer, notice_text
from gis_service.services.transactions import computing
from gis_service.settings import read_settings
from gis_service.types import Language

_FAULTS = 20
"""Faults of projects that are shown."""


@click.group()
def roadmap() -> None:
    """Run and show roadmaps: phases, budgets, and whom each phase reaches."""


@roadmap.command("run")
@click.option(
    "--inputs",
    "file",
    type=click.File("r", encoding="utf-8"),
    help="Inputs as YAML or JSON; - is standard input. Options below replace them.",
)
@click.option("--day", metavar="YYYY-MM-DD", help="Day of the plan.  [default: today]")
@click.option("--standard", multiple=True, metavar="SERVICE=ID", help="Standard that a service is judged by.")
@click.option("--budget", multiple=True, metavar="PHASE=MILLION", help="Million dong in a phase.")
@click.option("--carry-over", is_flag=True, default=None, help="What a phase leaves is there in the next.")
@click.option("--cut", type=int, metavar="P", help="Per cent off every budget, to see what slips.")
@click.option("--seconds", type=float, metavar="S", help="Patience of each search for the best roadmap.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole study document.")
def run_roadmap(file: Any, *, as_json: bool, **options: Any) -> None:  # noqa: ANN401 (click gives an open text file, and values of options)
    """Run a roadmap on the loaded layers and keep it; its projects are those of the layer projects."""
    given = inputs_in(file)
    asked = {name: value for name, value in options.items() if value not in (None, ())}
    for option, name in (("standard", "standards"), ("budget", "budgets")):
        if option in asked:
            asked[name] = _pairs(f"--{option}", asked.pop(option))
    if asked.get("budgets"):
        asked["budgets"] = {phase: _amount(amount) for phase, amount in asked["budgets"].items()}
    inputs = given | asked if isinstance(given, dict) else given
    with open_context(read_settings()) as context:
        found = studies.run_alone(context, PROCESS, inputs, AUTHOR)
        note_study(context, operator(), found.document, "roadmap run")
        _print(context, found, as_json=as_json)


@roadmap.command()
@click.argument("study_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the whole study document.")
def show(study_id: str, *, as_json: bool) -> None:
    """Show a kept roadmap."""
    with open_context(read_settings()) as context:
        found = _kept(context, study_id, "show")
        _print(context, found, as_json=as_json)


@roadmap.command()
@click.argument("study_id", metavar="ID")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="FILE.pdf, FILE.csv or FILE.xlsx."
)
@click.option("--table", type=click.Choice(TABLES), default="projects", show_default=True)
@click.option(
    "--language", type=click.Choice(["vi", "en"]), help="Of the report.  [default: of the terminal]"
)
def export(study_id: str, out: Path, table: TableName, language: Language | None) -> None:
    """Write a kept roadmap: a PDF of all, or one of its tables."""
    if out.suffix.lower().removeprefix(".") not in KINDS:
        known = " ".join(f".{kind}" for kind in KINDS)
        raise WrongUse(ErrorCode.OUTPUT_FORMAT_UNKNOWN, suffix=out.suffix or out.name, known=known)
    with open_context(read_settings()) as context:
        document = _kept(context, study_id, "export").document
        write_out(out, document, names_of(context.catalogue), table, language or language_of())
    click.echo(out)


def _kept(context: Context, study_id: str, verb: str) -> studies.Study:
    """Give a kept roadmap, and note who reads it."""
    with computing(context) as connection:
        found = studies.get(connection, study_id)
    require_roadmap(found.document)
    note_study(context, operator(), found.document, f"roadmap {verb} {study_id}")
    return found


def _print(context: Context, found: studies.Study, *, as_json: bool) -> None:
    document = found.document
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True))
        return
    language = language_of()
    click.echo(answer(document, context.catalogue).in_language(language))
    click.echo()
    print_table(phase_table(document, names_of(context.catalogue).services, language))
    click.echo()
    for fault in document["faults"][:_FAULTS]:
        click.echo(f"! {fault['project'] or '–'}: {fault_text(fault).in_language(language)}")
    for notice in document["notices"]:
        click.echo(f"  {notice_text(notice).in_language(language)}")
    click.echo(found.id)


def _pairs(option: str, said: Sequence[str]) -> dict[str, str]:
    """Read NAME=VALUE."""
    found = {}
    for one in said:
        name, sign, value = one.partition("=")
        if not sign:
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=option, value=one, expected="NAME=VALUE")
        found[name] = value
    return found


def _amount(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        expected = "PHASE=MILLION"
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--budget", value=text, expected=expected) from error
