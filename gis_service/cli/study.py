"""``study``: run studies on the loaded layers, and show those that are kept."""

import json
from collections.abc import Sequence
from typing import Any

import click
import yaml

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.messages.terminal import language_of
from gis_service.services import first_study, studies
from gis_service.services.context import open_context
from gis_service.services.study_words import answer, notice_text
from gis_service.services.transactions import reading, writing
from gis_service.settings import read_settings
from gis_service.types import Text

AUTHOR = "command line"
"""Author of the studies run here; those of the service bear the label of their token."""


@click.group()
def study() -> None:
    """Run and show studies."""


@study.command()
def first() -> None:
    """Run the first study: one-stop offices before and after the communes were merged."""
    with open_context(read_settings()) as context, writing(context) as connection:
        found = first_study.run_first_study(connection, context.catalogue, AUTHOR, context.store)
    click.echo(found.sentence.vi)
    click.echo(found.sentence.en)
    click.echo()
    _print_table(first_study.table(found, "vi"))
    click.echo()
    for notice in found.notices:
        _print_both(notice)


@study.command("run")
@click.argument("request_file", metavar="REQUEST", type=click.File("r", encoding="utf-8"))
@click.option("--process", default="coverage", show_default=True, help="What is computed.")
def run_study(request_file: Any, process: str) -> None:  # noqa: ANN401 (click gives an open text file)
    """Run a study from a YAML or JSON file; - is standard input.

    The least a request says is its standard: {standard: one_stop_office_motorbike_10min}.
    """
    try:
        request = yaml.safe_load(request_file)
    except yaml.YAMLError as error:
        raise RefusedInput(ErrorCode.STUDY_REFUSED, name="REQUEST", value=error, expected="YAML") from error
    with open_context(read_settings()) as context, writing(context) as connection:
        found = studies.run(connection, context.catalogue, process, request, AUTHOR, store=context.store)
        _print_study(found, answer(found.document, context.catalogue))


@study.command("list")
@click.option("--limit", default=20, show_default=True, help="Studies at most.")
@click.option("--after", default=None, help="Key that the page before ended with.")
def list_studies(limit: int, after: str | None) -> None:
    """List the kept studies, the newest first."""
    with open_context(read_settings()) as context, reading(context) as connection:
        page = studies.list_(connection, limit=limit, after=after)
    for item in page.items:
        click.echo(f"{item.id}  {item.created_at:%Y-%m-%d %H:%M}  {item.seconds:.1f} s  {item.author}")
    if page.next:
        click.echo(f"--after {page.next}")


@study.command()
@click.argument("study_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the whole study document.")
def show(study_id: str, *, as_json: bool) -> None:
    """Show one study: its answer and notices, or its document."""
    with open_context(read_settings()) as context, reading(context) as connection:
        found = studies.get(connection, study_id)
        if as_json:
            click.echo(json.dumps(found.document, ensure_ascii=False, indent=2, sort_keys=True))
        else:
            _print_study(found, answer(found.document, context.catalogue))


def _print_study(found: studies.Study, sentence: Text) -> None:
    language = language_of()
    click.echo(sentence.in_language(language))
    for notice in found.document["notices"]:
        click.echo(f"  {notice_text(notice).in_language(language)}")
    click.echo(found.id)


def _print_both(text: Text) -> None:
    click.echo(f"  {text.vi}")
    click.echo(f"  {text.en}")


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows under each other, figures to the right, the last column (an id) to the left."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [text.rjust(width) for text, width in zip(row[:-1], widths[:-1], strict=True)]
        click.echo("  ".join([*cells, row[-1]]))
