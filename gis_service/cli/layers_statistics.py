"""``layers statistics``: what a raster holds of each zone of a layer."""

from pathlib import Path

import click

from gis_service.errors import ErrorCode, NotFound
from gis_service.files.texts import check_text_out, write_text_whole
from gis_service.services.context import open_context
from gis_service.services.layers import definition_of
from gis_service.services.raster_layers import cells_of
from gis_service.services.raster_statistics import ON_THE_MACHINE, as_csv, zones_of
from gis_service.services.raster_statistics import statistics as figures
from gis_service.services.transactions import reading
from gis_service.settings import read_settings
from gis_service.types import VersionId


@click.command()
@click.argument("layer_id", metavar="ID")
@click.option("--zones", required=True, metavar="LAYER", help="Layer of areas: commune.")
@click.option("--band", help="Number or name of the band.  [default: the first]")
@click.option("--version", type=click.IntRange(min=1), help="Version of the raster.  [default: as it is now]")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="CSV to write.  [default: print it]"
)
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
def statistics(
    layer_id: str, zones: str, band: str | None, version: int | None, out: Path | None, *, overwrite: bool
) -> None:
    """Tell what raster layer ID holds of each zone: cells, count, sum, mean, min, max, quantiles, as CSV."""
    if out is not None:
        check_text_out(out, (".csv",), overwrite=overwrite)
    with open_context(read_settings()) as context, reading(context) as connection:
        definition, areas = (definition_of(context.catalogue, one) for one in (layer_id, zones))
        if areas.is_raster:
            raise NotFound(ErrorCode.LAYER_IS_RASTER, layer=areas.id)
        row = cells_of(connection, definition, None if version is None else VersionId(version))
        held = zones_of(connection, areas, bounds=ON_THE_MACHINE)
        found = figures(context.rasters, (definition, row), held, band, ON_THE_MACHINE)
    if out is None:
        click.echo(as_csv(found).lstrip("\ufeff"), nl=False)
        return
    write_text_whole(out, [as_csv(found)])
    unit = f" {found.unit}" if found.unit else ""
    click.echo(
        f"{out}: {len(found.rows)} zones of {areas.id}, layer {row.layer}, version {row.version}{unit}"
    )
