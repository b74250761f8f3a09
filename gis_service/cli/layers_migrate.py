"""``layers migrate``: tables brought in line with their definitions."""

import getpass

import click

from gis_service.cli.users import operator
from gis_service.messages.catalogue import notices
from gis_service.messages.terminal import language_of
from gis_service.services.audit import note_version
from gis_service.services.context import open_context
from gis_service.services.layer_changes import LayerChange, LayerChanges, migrate_layers
from gis_service.services.transactions import writing
from gis_service.settings import read_settings


@click.command()
@click.argument("layer_ids", metavar="[ID]...", nargs=-1)
@click.option(
    "--yes", is_flag=True, help="Drop columns that are not in the definition; the history keeps them."
)
@click.option("--dry-run", is_flag=True, help="Show what differs; change nothing.")
@click.option("--author", default=getpass.getuser, help="Who; kept with the version.  [default: your login]")
def migrate(*, layer_ids: tuple[str, ...], yes: bool, dry_run: bool, author: str) -> None:
    """Bring the tables of layers (all when none is named) in line with their definitions.

    Shows every difference and changes what loses nothing. A type changes only when every value comes through
    it, those of the past too.
    """
    with open_context(read_settings()) as context, writing(context) as connection:
        found = migrate_layers(connection, context.catalogue, layer_ids, author=author, drop=yes, dry=dry_run)
        for layer in found:
            if layer.version is not None:
                note_version(connection, operator(), layer.layer, layer.version)
    for layer in found:
        _tell(layer)
    if not found:
        _say("layers_as_defined")


def _tell(layer: LayerChanges) -> None:
    for change in layer.done:
        _say(f"layer_change_{change.kind}", **_values(layer, change))
    for change in layer.left:
        _say("layer_change_left", **_values(layer, change))
    if layer.version:
        _say("layer_migrated", layer=layer.layer, version=layer.version)


def _values(layer: LayerChanges, change: LayerChange) -> dict[str, object]:
    return {
        "layer": layer.layer,
        "name": change.name,
        "before": change.before or "-",
        "after": change.after or "-",
    }


def _say(code: str, **values: object) -> None:
    click.echo(notices()[code].in_language(language_of()).format(**values))
