"""``units``: boundary vintages, what became of a unit, and whether the change table is sound."""

from collections.abc import Iterable

import click

from gis_service.messages.catalogue import notices
from gis_service.messages.terminal import language_of
from gis_service.services import units as service
from gis_service.services.context import open_context
from gis_service.services.transactions import reading
from gis_service.services.unit_checks import check_changes
from gis_service.settings import read_settings
from gis_service.types import Language


@click.group()
def units() -> None:
    """List boundary vintages, and tell what a unit was and what became of it."""


@units.command("list")
def list_vintages() -> None:
    """List the vintages: id, level, valid from, valid until, units, title."""
    language = language_of()
    with open_context(read_settings()) as context, reading(context) as connection:
        for one in context.catalogue.city.vintages:
            count = len(service.units_in_vintage(connection, context.catalogue, one))
            until = _words("until_today", language) if one.end is None else one.end.isoformat()
            title = one.title.in_language(language)
            click.echo(f"{one.id}  {one.level}  {one.start}  {until}  {count}  {title}")


@units.command()
@click.argument("code")
@click.option("--vintage", help="Only the unit of this vintage; a code may stand in several.")
def show(code: str, vintage: str | None) -> None:
    """Tell what the unit CODE was in earlier vintages, and what became of it in later ones."""
    language = language_of()
    with open_context(read_settings()) as context, reading(context) as connection:
        found = service.lives_of(connection, context.catalogue, code, vintage)
    for life in found:
        click.echo(f"{life.vintage.id}  {life.unit.code}  {life.unit.name}")
        _print_relatives(life.was, "unit_was", language)
        _print_relatives(life.became, "unit_became", language)


def _print_relatives(relatives: Iterable[service.Relative], how: str, language: Language) -> None:
    for one in relatives:
        kind = _words(f"unit_{one.kind}", language)
        about = () if one.change is None else (one.change.changed_on, one.change.source, one.change.note)
        more = ", ".join(str(part) for part in (kind, *about) if part is not None)
        unit = f"{one.vintage.id}  {one.unit.code}  {one.unit.name}"
        click.echo(f"  {_words(how, language)}  {unit}  ({more})")


@units.command()
def check() -> None:
    """Hold the change table to the layers of the vintages; exit code 3 and every fault if it is wrong."""
    with open_context(read_settings()) as context, reading(context) as connection:
        found = check_changes(connection, context.catalogue)
    click.echo(_words("unit_changes_sound", language_of()).format(rows=found.rows, steps=found.steps))


def _words(code: str, language: Language) -> str:
    return notices()[code].in_language(language)
