"""``layers load``: a file into a layer."""

import getpass
from pathlib import Path
from typing import Any

import click

from gis_service.cli.layers_rasters import RASTER_OPTIONS, load_raster_file, raster_choices, raster_options
from gis_service.cli.progress import Bar
from gis_service.cli.reading import ReadingCommand, load_options, reading_options
from gis_service.cli.users import operator
from gis_service.messages.catalogue import notices
from gis_service.messages.terminal import language_of
from gis_service.services import ingest
from gis_service.services.audit import note_version
from gis_service.services.context import open_context
from gis_service.services.transactions import writing
from gis_service.settings import read_settings


@click.command(cls=ReadingCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--layer", "layer_id", required=True, help="Layer to load the file into.")
@reading_options
@click.option(
    "--base",
    type=click.IntRange(1),
    help="Version that FILE was made from; refused when the layer is newer.  [default: as an export tells,"
    " else the newest when the load begins]",
)
@click.option("--any-base", is_flag=True, help="Load FILE whatever version it was made from.")
@raster_options
@click.option("--message", default="", help="Why; kept with the version.")
@click.option("--author", default=getpass.getuser, help="Who; kept with the version.  [default: your login]")
def load(
    *,
    file: Path,
    layer_id: str,
    message: str,
    author: str,
    **reading_given: Any,  # noqa: ANN401  those above, by the names that they have there
) -> None:
    """Replace the rows of a layer by those of FILE, or the raster of a raster layer by a GeoTIFF.

    FILE is a GeoPackage, GeoJSON, Shapefile or File Geodatabase (zipped), KML, GML, MapInfo, DXF, DGN, GPX,
    FlatGeobuf, GeoParquet, OpenStreetMap extract (.osm.pbf), or a table (CSV, XLSX, DBF) with coordinates;
    rows of a table without them are placed by administrative units with --units.
    Everything is checked first; a file with faults is refused as a whole, with all its faults. Nothing is
    repaired unless it was chosen; `layers inspect` shows what would help.
    """
    settings = read_settings()
    of_raster = raster_choices(settings, file, reading_given)
    if of_raster is not None:
        load_raster_file(settings, file, layer_id, of_raster, author=author, message=message)
        return
    of_rows = {name: value for name, value in reading_given.items() if name not in RASTER_OPTIONS}
    options = load_options(settings, **of_rows)
    bar = Bar()
    try:
        with open_context(settings) as context, writing(context) as connection:
            report = ingest.load_file(
                connection,
                context.catalogue,
                file,
                layer_id,
                author=author,
                message=message or file.name,
                options=options,
                progress=bar,
            )
            note_version(connection, operator(), layer_id, report.version)
    finally:
        bar.close()
    for notice in report.notices:
        params = dict(notice["params"]) if isinstance(notice["params"], dict) else {}
        click.echo(notices()[str(notice["code"])].in_language(language_of()).format(**params))
    for finding in report.findings:
        click.echo(f"{finding.title(language_of())}: {finding.detail(language_of())}")
    loaded = notices()["layer_loaded"].in_language(language_of())
    click.echo(loaded.format(layer=report.layer, features=report.features, version=report.version))
