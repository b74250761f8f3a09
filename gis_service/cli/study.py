"""``study``: run studies on the loaded layers, and show those that are kept."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import click

from gis_service.catalogue.loader import Catalogue
from gis_service.cli.study_inputs import coverage_options, inputs_in, inputs_of
from gis_service.cli.study_publish import publish
from gis_service.cli.study_why import why
from gis_service.cli.users import operator
from gis_service.messages.terminal import language_of
from gis_service.services import merger, merger_words, studies
from gis_service.services.audit import note_study
from gis_service.services.context import open_context
from gis_service.services.coverage_parameters import CATCHMENTS, CoverageCatchment
from gis_service.services.study_retold import retold
from gis_service.services.study_words import (
    answer,
    answer_together,
    answers_beside,
    notice_text,
)
from gis_service.services.transactions import computing, reading, writing
from gis_service.settings import read_settings
from gis_service.types import Text

AUTHOR = "command line"
"""Author of the studies run here; those of the service bear the label of their token."""


@click.group()
def study() -> None:
    """Run and show studies."""


study.add_command(why)
study.add_command(publish)


@study.command("merger")
@click.option(
    "--branch-share",
    type=float,
    default=merger.BRANCH_SHARE,
    show_default=True,
    help="Share 0..1 of the closed offices that stay as branches.",
)
@click.option(
    "--catchment",
    type=click.Choice([one for one in CATCHMENTS if one != "assigned"]),
    default="any",
    show_default=True,
    help="Tell of any office, or of that of the own commune.",
)
@click.option("--details", is_flag=True, help="Also name the communes that lose most, and what must be said.")
@click.option("--kept", is_flag=True, help="Show kept studies of the same versions instead of new ones.")
def run_merger(*, branch_share: float, catchment: CoverageCatchment, details: bool, kept: bool) -> None:
    """Answer whom the merged communes move away from their one-stop office.

    Runs and keeps the studies: on foot and by motorbike, any office and that of the own commune, with and
    without branches, told by the communes before and after.
    """
    with open_context(read_settings()) as context:

        def keep(made: studies.Computed) -> studies.Study:
            with writing(context) as connection:
                return studies.keep(connection, made, AUTHOR)

        with computing(context) as connection:
            found = merger.run_merger(
                connection, context.catalogue, keep, context.prepared, branch_share=branch_share, reuse=kept
            )
        how = "study merger --details" if details else "study merger"
        note_study(context, operator(), found.states[0].document, how)  # all are of the same people
    language = language_of()
    click.echo(merger_words.sentence(found, catchment).in_language(language))
    click.echo()
    print_table(merger_words.table(found, language, catchment))
    click.echo(merger_words.FOOTNOTE.in_language(language))
    if not details:
        return
    for heading, rows in merger_words.communes(found, language, catchment):
        click.echo(f"\n{heading}")
        print_table(rows)
    click.echo()
    for text in dict.fromkeys(
        notice_text(notice) for one in found.states for notice in one.document["notices"]
    ):
        click.echo(f"  {text.in_language(language)}")


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


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows under each other: figures to the right, a column of words to the left."""
    columns = [*zip(*rows, strict=True)]
    for row in rows:
        cells = [_aligned(text, column) for text, column in zip(row, columns, strict=True)]
        click.echo("  ".join(cells).rstrip())


def _aligned(text: str, column: Sequence[str]) -> str:
    width = max(map(len, column))
    has_figures = any(cell[:1].isdigit() for cell in column)
    return text.rjust(width) if has_figures else text.ljust(width)
