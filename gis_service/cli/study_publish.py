"""``study publish``: rows of a kept study as a layer."""

import click

from gis_service.cli.users import operator
from gis_service.errors import ErrorCode, WrongUse
from gis_service.messages.catalogue import notices
from gis_service.messages.terminal import language_of
from gis_service.services import study_publish as service
from gis_service.services.context import open_context
from gis_service.services.rights import VISIBILITIES
from gis_service.services.study_publish import Publication
from gis_service.services.transactions import writing
from gis_service.settings import read_settings
from gis_service.types import Text


@click.command()
@click.argument("study_id", metavar="ID")
@click.option("--layer", required=True, metavar="NAME", help="Id of the layer, new or published before.")
@click.option(
    "--rows",
    default="zones",
    show_default=True,
    help="zones, gaps, facilities, sites of a plan, or a table that tells places.",
)
@click.option("--title-vi", help="Title in Vietnamese; told from the study when left out.")
@click.option("--title-en", help="Title in English.")
@click.option(
    "--visibility",
    type=click.Choice(VISIBILITIES),
    help="Who may read it.  [default: internal, or as it is]",
)
def publish(
    study_id: str, layer: str, rows: str, title_vi: str | None, title_en: str | None, visibility: str | None
) -> None:
    """Publish rows of study ID as a layer, as those who may read the layer see them.

    The layer is never more open than the layers that the study was computed from. Published again under the
    same name, it gets one more version.
    """
    if (title_vi is None) != (title_en is None):
        missing = "--title-en" if title_en is None else "--title-vi"
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=missing, value="–", expected="--title-vi, --title-en")
    title = None if title_vi is None or title_en is None else Text(title_vi, title_en)
    asked = Publication(layer, rows, title, visibility)
    with open_context(read_settings()) as context, writing(context) as connection:
        made = service.publish(connection, context.catalogue, study_id, asked, caller=operator())
    words = notices()["study_published"].in_language(language_of())
    click.echo(
        words.format(
            study=study_id,
            layer=layer,
            version=made.version,
            features=made.features,
            left_out=made.left_out,
        )
    )
