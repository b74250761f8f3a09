"""``teams``: groups of people, what they may do with layers, and how far layers are open."""

from typing import cast

import click

from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.cli.users import operator
from gis_service.messages.catalogue import notices
from gis_service.messages.terminal import language_of
from gis_service.services import teams as service
from gis_service.services.database import one_transaction
from gis_service.services.teams import RIGHTS, VISIBILITIES, LayerRight, Visibility
from gis_service.services.transactions import Connection
from gis_service.services.whole_catalogue import whole_catalogue
from gis_service.settings import Settings, read_settings

_DEFINED = "defined"


@click.group()
def teams() -> None:
    """Make groups, give them rights on layers, open and close layers."""


def _catalogue(connection: Connection, settings: Settings) -> Catalogue:
    files = load_catalogue(settings.layers_dir, settings.tiles_dir, settings.city)
    return whole_catalogue(connection, files)


@teams.command()
@click.argument("team", metavar="ID")
@click.option("--title", default="", help="What people call it.")
def add(team: str, title: str) -> None:
    """Make a group."""
    with one_transaction(read_settings()) as connection:
        service.add(connection, team, title, caller=operator())


@teams.command()
@click.argument("team", metavar="ID")
def remove(team: str) -> None:
    """Drop a group with its rights; its members keep their accounts."""
    with one_transaction(read_settings()) as connection:
        service.remove(connection, team, caller=operator())


@teams.command()
@click.argument("team", metavar="ID")
@click.argument("login")
def join(team: str, login: str) -> None:
    """Let somebody join a group."""
    with one_transaction(read_settings()) as connection:
        service.join(connection, team, login, caller=operator())


@teams.command()
@click.argument("team", metavar="ID")
@click.argument("login")
def leave(team: str, login: str) -> None:
    """Let somebody leave a group."""
    with one_transaction(read_settings()) as connection:
        service.leave(connection, team, login, caller=operator())


@teams.command()
@click.argument("team", metavar="ID")
@click.argument("layer")
@click.argument("right", type=click.Choice(RIGHTS))
def give(team: str, layer: str, right: str) -> None:
    """Give a group a right: read opens a draft to it, edit lets only such groups change the layer."""
    settings = read_settings()
    with one_transaction(settings) as connection:
        catalogue = _catalogue(connection, settings)
        service.give(connection, catalogue, LayerRight(layer, team, right), caller=operator())


@teams.command()
@click.argument("team", metavar="ID")
@click.argument("layer")
@click.argument("right", type=click.Choice(RIGHTS))
def take(team: str, layer: str, right: str) -> None:
    """Take a right from a group."""
    with one_transaction(read_settings()) as connection:
        service.take(connection, LayerRight(layer, team, right), caller=operator())


@teams.command()
@click.argument("layer")
@click.argument("visibility", type=click.Choice([*VISIBILITIES, _DEFINED]))
@click.option("--yes", is_flag=True, help="Open it although columns look like personal data.")
def show(layer: str, visibility: str, *, yes: bool) -> None:
    """Open or close a layer: public, internal, draft, or as its definition says (defined).

    Its history opens from the version of that time on: what was written while it was closed stays closed.
    """
    settings = read_settings()
    given = None if visibility == _DEFINED else cast("Visibility", visibility)
    with one_transaction(settings) as connection:
        catalogue = _catalogue(connection, settings)
        opened = service.set_visibility(connection, catalogue, layer, given, caller=operator(), agreed=yes)
    if opened:
        click.echo(notices()["history_opened"].in_language(language_of()).format(layer=layer))


@teams.command("list")
def list_teams() -> None:
    """List groups with members and rights, and layers whose visibility is not that of their definition."""
    with one_transaction(read_settings()) as connection:
        found, rights = service.list_(connection), service.layer_rights(connection)
        given = service.settings(connection)
    for id_, title, members in found:
        click.echo(f"{id_}  {title}".rstrip())
        click.echo(f"  {', '.join(members) or '-'}")
        for one in rights:
            if one.team == id_:
                click.echo(f"  {one.right:<4}  {one.layer}")
    for layer, visibility in sorted(given.items()):
        click.echo(f"{layer}: {visibility}")
