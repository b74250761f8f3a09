"""``db``: the database of this installation."""

from collections.abc import Collection
from pathlib import Path

import click

from gis_service.cli.users import operator
from gis_service.files.readers.closed import WALLS, missing_walls
from gis_service.messages.catalogue import notices
from gis_service.messages.terminal import language_of
from gis_service.services import backup as backups
from gis_service.services import database
from gis_service.services.context import open_context
from gis_service.services.database_check import check_database
from gis_service.services.layer_changes import add_new_fields
from gis_service.services.transactions import writing
from gis_service.settings import read_settings


@click.group()
def db() -> None:
    """Address, state, check, back-up and restore of the database."""


@db.command()
def url() -> None:
    """Print the address of the database, as psql takes it.

    Its role owns the tables of the layers; the password is part of it.
    """
    click.echo(database.address(read_settings()))


@db.command()
def start() -> None:
    """Start the private cluster; make it first when there is none."""
    started = database.start(read_settings())
    click.echo("started" if started else "already running")


@db.command()
def stop() -> None:
    """Stop the private cluster."""
    stopped = database.stop(read_settings())
    click.echo("stopped" if stopped else "not running")


@db.command()
def migrate() -> None:
    """Bring the database to the schema of this code.

    Tables of layers get the fields that their definitions have gained, empty; nothing else of them changes.
    """
    settings = read_settings()
    click.echo(f"schema revision {database.bring_up_to_date(settings)}")
    with open_context(settings) as context, writing(context) as connection:
        added = add_new_fields(connection, context.catalogue)
    for layer, names in added.items():
        _say("layer_fields_added", layer=layer, columns=", ".join(names))


@db.command()
@click.option("--layers", "only_layers", is_flag=True, help="Print only the ids of the loaded layers.")
def status(*, only_layers: bool) -> None:
    """Tell how the database stands; starts nothing."""
    found = database.status(read_settings())
    if only_layers:
        for layer in found.layers:
            click.echo(layer)
        return
    click.echo(f"database  {found.address}" + (" (private cluster)" if found.private else ""))
    click.echo(f"state     {'answers' if found.answers else 'does not answer'}")
    click.echo(f"schema    {found.revision or 'none'} (this code: {found.newest})")
    click.echo(f"layers    {len(found.layers)} loaded")


@db.command()
@click.option(
    "--repair", is_flag=True, help="Set right what can be, and write down what went past the history."
)
def check(*, repair: bool) -> None:
    """Compare every layer with its history, and look at what guards the audit.

    Ends with 3 when anything is wrong. Tells also from what this machine keeps the readers of files.
    """
    report = check_database(read_settings(), repair=repair, caller=operator())
    for layer, version in report.repaired.items():
        _say("history_caught_up" if version else "history_repaired", layer=layer, version=version)
    for table in report.guards:
        _say("guards_repaired", table=table)
    for layer in report.beside:
        _say("history_beside", layer=layer)
    _say("history_sound", tables=report.tables)
    _say_walls(missing_walls())


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(*, file: Path) -> None:
    """Write the whole database to FILE, and what must come out of it to FILE.json.

    One state of the data, whatever is written meanwhile. Keep both files: they hold personal data.
    """
    report = backups.back_up(read_settings(), file, caller=operator())
    size = f"{report.size / 2**20:,.1f}"
    _say(
        "backed_up",
        file=report.file,
        time=report.taken_at,
        size=size,
        tables=report.tables,
        rows=f"{report.rows:,}",
    )


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def restore(*, file: Path) -> None:
    """Put the back-up FILE into an empty database; refused when it holds anything.

    What came back is compared with what was counted, then the layers with their history. Every layer gets a
    new version, so that nothing that was made of the lost state passes for this one. Sessions, tokens and
    one-time codes end.
    """
    report = backups.restore(read_settings(), file, caller=operator())
    if report.absent:
        _say("rights_not_restored", roles=", ".join(report.absent))
    _say(
        "restored",
        file=file,
        time=report.taken_at,
        tables=report.tables,
        rows=f"{report.rows:,}",
        layers=report.layers,
    )
    _say("restored_access")


def _say_walls(missing: Collection[str]) -> None:
    held = [wall for wall in WALLS if wall not in missing]
    for code, walls in (("reader_walls_held", held), ("reader_walls_missing", missing)):
        if walls:
            names = (notices()[f"wall_{wall}"].in_language(language_of()) for wall in walls)
            _say(code, walls=", ".join(names))


def _say(code: str, **values: object) -> None:
    click.echo(notices()[code].in_language(language_of()).format(**values))
