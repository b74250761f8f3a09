"""``layers``: data in and out."""

import getpass
import sys
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from gis_service.cli.layers_history import diff, history, restore
from gis_service.cli.layers_made import create, describe, drop
from gis_service.cli.layers_migrate import migrate
from gis_service.cli.layers_quality import quality
from gis_service.cli.users import operator
from gis_service.files.readers import ReaderLimits
from gis_service.messages.catalogue import notices
from gis_service.messages.terminal import language_of
from gis_service.services import export as exporting
from gis_service.services import ingest
from gis_service.services import layers as known
from gis_service.services.audit import note_export, note_version
from gis_service.services.context import open_context
from gis_service.services.transactions import reading, writing
from gis_service.settings import read_settings


class Bar:
    """A progress bar on a terminal, nothing elsewhere: logs and pipes stay readable."""

    def __init__(self) -> None:
        self._bar = tqdm(unit=" features", unit_scale=True, leave=False, disable=not sys.stderr.isatty())

    def __call__(self, done: int, total: int | None) -> None:
        """Show how far it is."""
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Take the bar away."""
        self._bar.close()


@click.group()
def layers() -> None:
    """Load, list and export layers; see who changed them, and go back."""


for command in (create, describe, drop, diff, history, restore, migrate, quality):
    layers.add_command(command)


@layers.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--layer", "layer_id", required=True, help="Layer to load the file into.")
@click.option("--crs", help="Coordinate system, for files that do not say (EPSG:9209).")
@click.option("--encoding", help="Encoding of the text, for files that do not say.")
@click.option("--name", help="Layer in the file, when there are several.")
@click.option("--repair", is_flag=True, help="Repair invalid geometries instead of refusing the file.")
@click.option(
    "--base",
    type=click.IntRange(1),
    help="Version that FILE was made from; refused when the layer is newer.  [default: as an export tells,"
    " else the newest when the load begins]",
)
@click.option("--any-base", is_flag=True, help="Load FILE whatever version it was made from.")
@click.option("--message", default="", help="Why; kept with the version.")
@click.option("--author", default=getpass.getuser, help="Who; kept with the version.  [default: your login]")
def load(
    *,
    file: Path,
    layer_id: str,
    message: str,
    author: str,
    **reading_options: Any,  # noqa: ANN401  those above, by the names that they have there
) -> None:
    """Replace the rows of a layer by those of FILE.

    FILE is a GeoPackage, GeoJSON, zipped Shapefile, FlatGeobuf, GeoParquet, or a CSV with coordinates.
    Everything is checked first; a file with faults is refused as a whole, with all its faults.
    """
    settings = read_settings()
    options = ingest.LoadOptions(limits=ReaderLimits.of(settings), **reading_options)
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
    click.echo(f"layer {report.layer}: {report.features} features, version {report.version}")


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


@layers.command()
@click.argument("layer_id", metavar="ID")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="FILE.gpkg, or a folder.")
@click.option("--crs", help="Coordinate system of the file (EPSG:9209); WGS 84 when not given.")
@click.option("--version", type=click.IntRange(1), help="The layer as it was in this version.")
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
def export(*, layer_id: str, out: Path, crs: str | None, version: int | None, overwrite: bool) -> None:
    """Write layer ID to a file: .gpkg, .geojson, .fgb, .parquet or .csv."""
    bar = Bar()
    try:
        with open_context(read_settings()) as context, reading(context) as connection:
            how = f"layers export --version {version}" if version else "layers export"
            note_export(context, operator(), known.definition_of(context.catalogue, layer_id), how)
            report = exporting.export_layer(
                connection,
                context.catalogue,
                layer_id,
                out,
                crs=crs,
                version=version,
                overwrite=overwrite,
                progress=bar,
            )
    finally:
        bar.close()
    generated = ", generated data" if report.generated else ""
    click.echo(
        f"{report.out}: layer {report.layer}, {report.features} features, version {report.version}{generated}"
    )
