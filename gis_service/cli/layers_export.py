"""``layers export``: a layer, or a part of it, into a file."""

from pathlib import Path

import click

from gis_service.cli.layers_rasters import tell_export, write_raster
from gis_service.cli.progress import Bar
from gis_service.cli.users import operator
from gis_service.messages.terminal import language_of
from gis_service.services import export as exporting
from gis_service.services import layers as known
from gis_service.services.audit import note_export
from gis_service.services.context import open_context
from gis_service.services.transactions import reading
from gis_service.settings import read_settings


@click.command()
@click.argument("layer_id", metavar="ID")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="FILE.gpkg, or a folder.")
@click.option("--crs", help="Coordinate system of the file (EPSG:9209); WGS 84 when not given.")
@click.option("--version", type=click.IntRange(1), help="The layer as it was in this version.")
@click.option("--filter", "rows", help="Which features, in CQL2: \"beds >= 5 AND name LIKE 'Trạm%'\".")
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
def export(
    *, layer_id: str, out: Path, crs: str | None, version: int | None, rows: str | None, overwrite: bool
) -> None:
    """Write layer ID to a file: .gpkg, .geojson, .fgb, .parquet, .zip (a Shapefile), .csv or .xlsx.

    A raster layer is written to a .tif, in its own system unless another is named.
    """
    bar = Bar()
    wanted = exporting.Wanted(crs, version, rows, language=language_of())
    try:
        with open_context(read_settings()) as context, reading(context) as connection:
            how = f"layers export --version {version}" if version else "layers export"
            definition = known.definition_of(context.catalogue, layer_id)
            note_export(context, operator(), definition, how)
            if definition.is_raster:
                write_raster(context, connection, layer_id, out, wanted, overwrite=overwrite)
                return
            report = exporting.export_layer(
                connection,
                context.catalogue,
                layer_id,
                out,
                wanted,
                overwrite=overwrite,
                progress=bar,
            )
    finally:
        bar.close()
    tell_export(report, "layer_exported")
