"""``study``: run studies on the loaded layers, and show those that are kept."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import click

from gis_service.catalogue.loader import Catalogue
from gis_service.cli.study_inputs import coverage_options, inputs_in, inputs_of
from gis_service.cli.study_merger import run_merger
from gis_service.cli.study_publish import publish
from gis_service.cli.study_why import why
from gis_service.cli.users import AUTHOR, operator
from gis_service.messages.terminal import language_of
from gis_service.services import studies
from gis_service.services.audit import note_study
from gis_service.services.context import open_context
from gis_service.services.study_retold import retold
from gis_service.services.study_words import (
    answer,
    answer_together,
    answers_beside,
    notice_text,
)
from gis_service.services.transactions import computing, reading
from gis_service.settings import read_settings
from gis_service.types import Text


@click.group()
def study() -> None:
    """Run and show studies."""


study.add_command(run_merger)
study.add_command(why)
study.add_command(publish)


@study.command("run")
@click.argument("process", metavar="PROCESS", type=click.Choice(studies.PROCESSES))
@click.option(
    "--inputs",
    "file",
    type=click.File("r", encoding="utf-8"),
    help="Inputs as YAML or JSON; - is standard input. Options below add to them, or replace them.",
)
@click.option("--together", is_flag=True, help="Also say whom all standards reach, and whom none of them.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole study document.")
@coverage_options
def run_study(process: str, file: Any, *, together: bool, as_json: bool, **options: Any) -> None:  # noqa: ANN401 (click gives an open text file, and values of options)
    """Run a study and keep it: PROCESS is coverage, gaps, compare, catchment, what_if or roadmap.

    The least that coverage, gaps and catchment need is --standard one_stop_office_motorbike_10min. A
    comparison is asked for in a file: {before: {...}, after: {...}, limits: [...]}; so is what a catchment
    draws: {shapes: [edges, polygons, surface, allocation, od], limits: [...]}. What if asks with
    {edits: [{op: close, id: CODE}, {op: add, geometry: {type: Point, coordinates: [LON, LAT]}}]}. Siting
    and roadmaps have nouns of their own: siting run, roadmap run.

    Each standard that --beside names is told in a line of its own; with --together also whom all of them
    reach.
    """
    inputs = inputs_of(inputs_in(file), options)
    with open_context(read_settings()) as context:
        found = studies.run_alone(context, process, inputs, AUTHOR)
        note_study(context, operator(), found.document, f"study run {process}")
        _print_study(found, _said(found, context.catalogue, together=together), as_json=as_json)


@study.command("list")
@click.option("--process", type=click.Choice(studies.PROCESSES), default=None, help="Only of this process.")
@click.option("--limit", default=20, show_default=True, help="Studies at most.")
@click.option("--after", default=None, help="Key that the page before ended with.")
def list_studies(process: str | None, limit: int, after: str | None) -> None:
    """List the kept studies, the newest first."""
    with open_context(read_settings()) as context, reading(context) as connection:
        page = studies.list_(connection, process=process, limit=limit, after=after)
    for item in page.items:
        click.echo(f"{item.id}  {item.created_at:%Y-%m-%d %H:%M}  {item.seconds:.1f} s  {item.author}")
    if page.next:
        click.echo(f"--after {page.next}")


@study.command()
@click.argument("study_id", metavar="ID")
@click.option("--vintage", help="Summed again from its points by these units.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole study document.")
def show(study_id: str, *, vintage: str | None, as_json: bool) -> None:
    """Show one study: its answer and notices, or its document."""
    with open_context(read_settings()) as context, computing(context) as connection:
        found = studies.get(connection, study_id)
        note_study(context, operator(), found.document, f"study show {study_id}")
        if vintage is not None:
            document = retold(connection, context.catalogue, found.document, vintage, context.prepared)
            found = replace(found, id=document["id"], document=document)
        _print_study(found, _said(found, context.catalogue, together=True), as_json=as_json)


def _said(found: studies.Study, catalogue: Catalogue, *, together: bool) -> list[Text]:
    """Give the lines of a study: its answer, those of the standards beside it, and what all rules give."""
    document = found.document
    all_of_them = answer_together(document, catalogue) if together else None
    more = [] if all_of_them is None else [all_of_them]
    return [answer(document, catalogue), *answers_beside(document, catalogue), *more]


def _print_study(found: studies.Study, said: Sequence[Text], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found.document, ensure_ascii=False, indent=2, sort_keys=True))
        return
    language = language_of()
    for line in said:
        click.echo(line.in_language(language))
    for notice in found.document["notices"]:
        click.echo(f"  {notice_text(notice).in_language(language)}")
    click.echo(found.id)
