"""``db``: the database of this installation."""

import click

from gis_service.services import database
from gis_service.settings import read_settings


@click.group()
def db() -> None:
    """Address, state, start and stop of the database."""


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
    """Bring the database to the schema of this code."""
    click.echo(f"schema revision {database.bring_up_to_date(read_settings())}")


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
