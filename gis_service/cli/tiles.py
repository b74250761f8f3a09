"""``tiles``: made ahead, and taken along."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from gis_service.cli.users import operator
from gis_service.messages.terminal import language_of
from gis_service.services import offline_files, offline_study, tile_warming
from gis_service.services.context import open_context
from gis_service.services.offline import DEEPEST, Limits
from gis_service.services.offline_view import Asked, view_of, with_units
from gis_service.services.rights import rights_of
from gis_service.services.transactions import reading
from gis_service.settings import read_settings
from gis_service.types import BBox, LayerId

_ONE = {"threads": 1, "tile_memory_mb": 1}
"""One query at a time, and no memory for what is asked for once."""


@click.group()
def tiles() -> None:
    """Make tiles ahead, and take the map along."""


@tiles.command()
@click.argument("layers", metavar="[ID]...", nargs=-1)
def warm(layers: tuple[str, ...]) -> None:
    """Make the tiles that show these layers from afar, or all layers; the worker calls this."""
    with open_context(read_settings().model_copy(update=_ONE)) as context:
        with reading(context):
            named = layers or tuple(context.catalogue.layers)
        click.echo(f"{tile_warming.warm(context, [LayerId(layer) for layer in named])} tiles")


@tiles.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="FILE.zip, or a folder.")
@click.option("--layers", default="", help="Ids with a comma between them, the bottom one first.")
@click.option("--tilesets", help="Ids; all of them when not given, none when empty.")
@click.option("--bbox", nargs=4, type=float, help="West south east north; all of the layers when not given.")
@click.option("--minzoom", default=0, show_default=True, type=click.IntRange(0, DEEPEST))
@click.option("--maxzoom", default=DEEPEST, show_default=True, type=click.IntRange(0, DEEPEST))
@click.option("--filter", "rows", multiple=True, metavar="ID=CQL2", help="Which rows of a layer.")
@click.option(
    "--datetime",
    "moment",
    help="A moment with its offset: the layers as they were then. Tilesets are always of now.",
)
@click.option("--study", help="Id of a kept study: its results come along, as everybody may see them.")
@click.option("--most", default=200_000, show_default=True, type=click.IntRange(1), help="Tiles at most.")
def offline(  # noqa: PLR0913  one argument for each option
    *,
    out: Path,
    layers: str,
    tilesets: str | None,
    bbox: BBox | None,
    minzoom: int,
    maxzoom: int,
    rows: tuple[str, ...],
    moment: str | None,
    study: str | None,
    most: int,
) -> None:
    """Write what the map shows as a zip that opens in a browser with no server behind it."""
    asked = Asked(
        layers=_ids(layers),
        tilesets=None if tilesets is None else _ids(tilesets),
        box=bbox,
        zooms=(minzoom, maxzoom),
        filters=dict(_filter(one) for one in rows),
        moment=None if moment is None else _moment(moment),
        language=language_of(),
    )
    with open_context(read_settings().model_copy(update=_ONE)) as context:
        with reading(context) as connection:
            rights = rights_of(connection, context.catalogue, operator())
            if study is not None:
                units = offline_study.units_of_kept(connection, study)
                asked = replace(asked, layers=with_units(asked.layers, units))
            view = view_of(connection, rights, asked)
            if study is not None:
                # What is written to a file is passed on: it holds no small counts, whoever writes it.
                taken = offline_study.kept(context, connection, rights, study, personal=False)
                view = replace(view, study=taken)
        path = out / offline_files.package_name(context, view) if out.is_dir() else out
        made = offline_files.write(context, view, path, Limits(tiles=most))
    generated = ", generated data" if made.generated else ""
    click.echo(f"{made.path}: {made.taken.tiles} tiles, {made.taken.bytes} bytes{generated}")


def _ids(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise click.BadParameter("2025-06-30T23:59:59+07:00", param_hint="--datetime")
    return moment


def _filter(text: str) -> tuple[str, str]:
    layer, sign, rows = text.partition("=")
    if not sign:
        raise click.BadParameter("ID=CQL2", param_hint="--filter")
    return layer.strip(), rows.strip()
