"""The command line: ``python -m gis_service NOUN VERB``; prints and exit codes only.

A noun is imported when it is named, so that ``--help`` answers at once.
"""

import importlib

import click

from gis_service.errors import GisError
from gis_service.messages.terminal import language_of, words_of

NOUNS = {
    "db": "Address, state, check, back-up and restore of the database.",
    "jobs": "Studies that wait or run: list, show, cancel.",
    "layers": "Make, load, list and export layers; their history, and the way back.",
    "roadmap": "What each phase of the programme brings: run, show, export.",
    "siting": "Choose where the next facilities should go.",
    "study": "Run and show studies.",
    "teams": "Groups of people and their rights on layers.",
    "tiles": "Tiles made ahead, and taken offline.",
    "units": "Administrative units through time: vintages, what became of a unit.",
    "users": "Accounts, roles, API tokens, audit.",
}
"""Every noun with its one line of help; module ``cli/<noun>.py`` exports the group ``<noun>``."""


class Nouns(click.Group):
    """The group of all nouns; turns the errors of the service into words and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the nouns."""
        del ctx
        return list(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one noun."""
        del ctx
        if cmd_name not in NOUNS:
            return None
        group: click.Command = getattr(importlib.import_module(f"gis_service.cli.{cmd_name}"), cmd_name)
        return group

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the nouns without importing them."""
        del ctx
        with formatter.section("Nouns"):
            formatter.write_dl(list(NOUNS.items()))

    def invoke(self, ctx: click.Context) -> object:
        """Run, and end with the exit code of the error, if there is one."""
        try:
            return super().invoke(ctx)
        except GisError as error:
            click.echo(words_of(error, language_of()), err=True)
            ctx.exit(error.exit_code)


@click.group(cls=Nouns, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run the digital map service of a city: its layers, studies and people.

    Exit codes: 0 done, 2 wrong use, 3 refused input, 4 not found, 5 conflict, 6 try again later.
    """
