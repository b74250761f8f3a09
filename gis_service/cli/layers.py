"""``layers``: data in and out."""

import click

from gis_service.cli.layers_export import export
from gis_service.cli.layers_history import diff, history, restore
from gis_service.cli.layers_inspect import inspect
from gis_service.cli.layers_load import load
from gis_service.cli.layers_made import create, describe, drop
from gis_service.cli.layers_migrate import migrate
from gis_service.cli.layers_quality import quality
from gis_service.cli.layers_statistics import statistics
from gis_service.messages.terminal import language_of
from gis_service.services import layers as known
from gis_service.services.context import open_context
from gis_service.services.transactions import reading
from gis_service.settings import read_settings


@click.group()
def layers() -> None:
    """Load, list and export layers; see who changed them, and go back."""


for command in (
    load,
    inspect,
    export,
    create,
    describe,
    drop,
    diff,
    history,
    restore,
    migrate,
    quality,
    statistics,
):
    layers.add_command(command)


@layers.command("list")
def list_() -> None:
    """List all layers with their number of features and newest version."""
    language = language_of()
    with open_context(read_settings()) as context, reading(context) as connection:
        rows = known.list_layers(connection, context.catalogue)
    width = max((len(row.definition.id) for row in rows), default=0)
    for row in rows:
        held = f"{row.state.features:>9} v{row.state.version}" if row.state.version else f"{'-':>9} -"
        click.echo(f"{row.definition.id:<{width}}  {held:<16} {row.definition.title.in_language(language)}")
