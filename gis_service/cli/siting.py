"""``siting``: choose where the next facilities should go, and keep the plan as a study."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from gis_service.cli.siting_inputs import siting_inputs, siting_options
from gis_service.cli.study_inputs import coverage_options, inputs_in, inputs_of
from gis_service.cli.tables import print_table
from gis_service.cli.users import AUTHOR, operator
from gis_service.messages.terminal import language_of
from gis_service.services import studies
from gis_service.services.audit import note_study
from gis_service.services.context import Context, open_context
from gis_service.services.coverage import Progress
from gis_service.services.siting_progress import DismissedError, found_in
from gis_service.services.siting_request import PROCESS
from gis_service.services.siting_words import sites_table
from gis_service.services.study_words import answer, notice_text
from gis_service.services.transactions import computing, writing
from gis_service.settings import read_settings


@click.group()
def siting() -> None:
    """Choose where the next facilities should go."""


@siting.command("run")
@click.option(
    "--inputs",
    "file",
    type=click.File("r", encoding="utf-8"),
    help="Inputs as YAML or JSON; - is standard input. Options below add to them, or replace them.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole study document.")
@siting_options
@coverage_options
def run_siting(file: Any, *, as_json: bool, **options: Any) -> None:  # noqa: ANN401 (click gives an open text file, and values of options)
    """Choose sites, say how far from the best possible the plan can be, and keep it as a study.

    The least that is needed is --standard one_stop_office_motorbike_10min --sites 10 --candidates settlement.
    Ctrl-C ends the search with the best plan so far; a second one ends the command.
    """
    asked = siting_inputs(options, inputs_in(file))
    inputs = inputs_of(asked, options)
    with open_context(read_settings()) as context:
        found = _run(context, inputs)
        note_study(context, operator(), found.document, "siting run")
        if as_json:
            click.echo(json.dumps(found.document, ensure_ascii=False, indent=2, sort_keys=True))
            return
        language = language_of()
        click.echo(answer(found.document, context.catalogue).in_language(language))
        click.echo()
        print_table(sites_table(found.document["plan"], language))
        click.echo()
        for notice in found.document["notices"]:
            click.echo(f"  {notice_text(notice).in_language(language)}")
        click.echo(found.id)


def _run(context: Context, inputs: object) -> studies.Study:
    with _ended_by_ctrl_c() as is_ended, computing(context) as connection:
        made = studies.compute(
            connection,
            context.catalogue,
            PROCESS,
            inputs,
            prepared=context.prepared,
            progress=_progress(is_ended),
        )
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)
    with writing(context) as connection:
        return studies.keep(connection, made, AUTHOR)


@contextmanager
def _ended_by_ctrl_c() -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C end the search; a second one ends the command as usual."""
    ended: list[int] = []

    def end(number: int, _frame: object) -> None:
        ended.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, end)
    try:
        yield lambda: bool(ended)
    finally:
        signal.signal(signal.SIGINT, before)


def _progress(is_ended: Callable[[], bool]) -> Progress:
    def show(step: str, share: float) -> None:
        found = found_in(step)
        if sys.stderr.isatty():
            told = "" if found is None else f" {found.best or 0:,.0f} | {found.bound:,.0f}"
            click.echo(f"\r\033[K{share:.0%}{told}", nl=False, err=True)
        if is_ended():
            if found is None:
                raise KeyboardInterrupt
            raise DismissedError

    return show
