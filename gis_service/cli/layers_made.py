"""``layers create|describe|drop``: layers that users make."""

import getpass
from pathlib import Path

import click
import yaml

from gis_service.cli.users import operator
from gis_service.messages.catalogue import notices
from gis_service.messages.terminal import language_of
from gis_service.services import user_layers as service
from gis_service.services.context import open_context
from gis_service.services.layers import definition_of, state_of
from gis_service.services.transactions import reading, writing
from gis_service.settings import read_settings


def _say(code: str, **params: object) -> None:
    click.echo(notices()[code].in_language(language_of()).format(**params))


@click.command()
@click.argument("file", metavar="FILE.yaml", type=click.Path(path_type=Path))
@click.option("--author", default=getpass.getuser, help="Who; kept with the version.  [default: your login]")
def create(file: Path, author: str) -> None:
    """Make a layer from a definition as in the layers folder; any folder and file name will do.

    All faults of the file are told at once, each with its line. The layer is empty: load a file into it.
    """
    document = service.read_file(file)
    with open_context(read_settings()) as context, writing(context) as connection:
        made, version = service.create(
            connection, context.catalogue, document, caller=operator(), author=author
        )
    _say("layer_made", layer=made.id, version=version)


@click.command()
@click.argument("layer_id", metavar="ID")
@click.option(
    "--from",
    "file",
    metavar="FILE.yaml",
    type=click.Path(path_type=Path),
    help="Take the definition of FILE.",
)
@click.option("--yes", is_flag=True, help="Open it although columns look like personal data.")
def describe(layer_id: str, file: Path | None, *, yes: bool) -> None:
    """Print the definition of layer ID as YAML, in both languages.

    With --from it is replaced first, if a user has made the layer: print it, edit it, give it back.
    New fields become columns.
    """
    document = None if file is None else service.read_file(file)
    with open_context(read_settings()) as context:
        if document is not None:
            with writing(context) as connection:
                service.describe(
                    connection,
                    context.catalogue,
                    layer_id,
                    lambda _: document,
                    expected=service.ANY_STATE,
                    caller=operator(),
                    agreed=yes,
                )
        with reading(context):
            definition = definition_of(context.catalogue, layer_id)
    told = yaml.safe_dump(service.document_of(definition), allow_unicode=True, sort_keys=False, width=110)
    click.echo(told.rstrip())


@click.command()
@click.argument("layer_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Drop it; without this only what would go is told.")
@click.option("--author", default=getpass.getuser, help="Who; kept with the version.  [default: your login]")
def drop(layer_id: str, *, yes: bool, author: str) -> None:
    """Drop layer ID, if a user has made it; its versions stay in the history."""
    with open_context(read_settings()) as context:
        if not yes:
            with reading(context) as connection:
                state = state_of(connection, definition_of(context.catalogue, layer_id))
            _say("layer_kept", layer=layer_id, features=state.features)
            return
        with writing(context) as connection:
            service.drop(
                connection,
                context.catalogue,
                layer_id,
                expected=service.ANY_STATE,
                caller=operator(),
                author=author,
            )
    _say("layer_dropped", layer=layer_id)
