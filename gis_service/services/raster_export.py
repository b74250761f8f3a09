"""Rasters into files: the very file that is kept, or one in another system."""

import os
import shutil
import tempfile
from pathlib import Path

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import parse_chosen_crs, parse_crs
from gis_service.db.engine import Connection
from gis_service.db.rasters import RasterRow, bands_of_data
from gis_service.errors import Conflict, ErrorCode, RefusedInput, WrongUse
from gis_service.files.raster_store import RasterStore
from gis_service.files.readers.raster_contents import RasterContents
from gis_service.files.readers.raster_limits import Kind, RasterLimits
from gis_service.files.readers.raster_process import warp_raster_file
from gis_service.files.writers import Note
from gis_service.services.export import ExportReport, Wanted, untold_version
from gis_service.services.export_names import file_name
from gis_service.services.layers import definition_of, refuse_raster
from gis_service.services.raster_bands import PERSONS, RasterBand, sum_of_cells
from gis_service.services.raster_layers import file_of, now, version_of_raster

ENDINGS = (".tif", ".tiff")


def export_raster(
    connection: Connection,
    catalogue: Catalogue,
    store: RasterStore,
    layer_id: str,
    out: Path,
    wanted: Wanted | None = None,
    *,
    limits: RasterLimits | None = None,
    overwrite: bool = False,
) -> ExportReport:
    """Write a raster layer to a cloud-optimised GeoTIFF; as it is now or as it was in a version.

    Parameters
    ----------
    connection
        Any connection that may read.
    catalogue
        Definitions of the city.
    store
        Where files of rasters are kept.
    layer_id
        Raster layer to write.
    out
        File ending in ``.tif``, or a folder, where the file gets the name of the layer with its version: it
        has no other room to tell from which one it was exported.
    wanted
        Which version, in which system; of now, in its own, when not given.
    limits
        What bringing it into another system may cost.
    overwrite
        Replace a file that is there.

    Raises
    ------
    NotFound
        ``layer_unknown``, ``layer_empty``, ``version_unknown``, ``version_not_kept``; ``layer_is_raster``
        when only some rows are wanted.
    WrongUse, Conflict
        ``output_format_unknown``, ``output_exists``.
    RefusedInput
        ``crs_unknown``, ``raster_warp_too_large``, ``export_outside_system``.
    Temporary
        ``raster_file_missing``.
    """
    wanted = wanted or Wanted()
    definition = definition_of(catalogue, layer_id)
    row = row_of(connection, definition, wanted)
    out = out / file_name(definition, ENDINGS[0], row.version) if out.is_dir() else out
    if out.suffix.lower() not in ENDINGS:
        raise WrongUse(
            ErrorCode.OUTPUT_FORMAT_UNKNOWN, suffix=out.suffix or out.name, known=" ".join(ENDINGS)
        )
    if out.exists() and not overwrite:
        raise Conflict(ErrorCode.OUTPUT_EXISTS, path=str(out))
    with tempfile.TemporaryDirectory(prefix=".gis-", dir=out.absolute().parent) as folder:
        draft = Path(folder) / "copy.tif"
        # A copy, never a link: whoever edits the file must not edit the one that is kept.
        path, notes = file_in(store, (definition, row), wanted, Path(folder), limits or RasterLimits())
        shutil.copyfile(path, draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.rename(out)
    notes = [*notes, *untold_version(definition, out, row.version)]
    return ExportReport(out, definition.id, row.version, 1, definition.generated, notes)


def row_of(connection: Connection, definition: LayerDefinition, wanted: Wanted) -> RasterRow:
    """Give the version that is wanted of a raster.

    Raises
    ------
    NotFound
        As `export_raster`.
    """
    if wanted.filter or wanted.bbox:
        refuse_raster(definition)
    if wanted.version is None:
        return now(connection, definition)
    return version_of_raster(connection, definition, wanted.version)


def file_in(
    store: RasterStore,
    kept: tuple[LayerDefinition, RasterRow],
    wanted: Wanted,
    folder: Path,
    limits: RasterLimits,
) -> tuple[Path, list[Note]]:
    """Give the file of a version in the system that is wanted: the one that is kept, where it fits.

    Persons are shared out among the cells of the other system, whatever other bands hold; what is lost or won
    by that is told of each band of persons.

    Parameters
    ----------
    store
        Where files of rasters are kept.
    kept
        The layer and the version.
    wanted, limits
        As of `export_raster`.
    folder
        For a file that has to be made; the caller removes it.

    Raises
    ------
    RefusedInput
        ``crs_unknown``, ``raster_warp_too_large``; ``export_outside_system`` where it has no place in it.
    Temporary
        ``raster_file_missing``.
    """
    definition, row = kept
    path, own = file_of(store, row), parse_crs(row.crs)
    system = parse_chosen_crs(wanted.crs) if wanted.crs else own
    if system.equals(own, ignore_axis_order=True):
        return path, []
    out = folder / "warped.tif"
    kind: Kind = "classes" if row.kind == "classes" else "values"
    bands = [RasterBand(row, number) for number in bands_of_data(row.bands)]
    counted = [band for band in bands if kind == "values" and band.unit(definition) == PERSONS]
    summed = tuple(band.band for band in counted)
    try:
        made = warp_raster_file(path, out, system.to_wkt(), kind, limits, summed=summed)
    except RefusedInput as error:
        if error.code is not ErrorCode.FILE_CORRUPT:
            raise
        raise RefusedInput(
            ErrorCode.EXPORT_OUTSIDE_SYSTEM, crs=wanted.crs, count=1, features=row.layer
        ) from error
    return out, [_moved(band, made) for band in counted]


def _moved(band: RasterBand, made: RasterContents) -> Note:
    """Tell how far the total of a band of persons has moved on its way into another system."""
    told = made.bands[band.band - 1]
    before = band.total or 0.0
    after = sum_of_cells(made.width * made.height, told.known, told.mean, (told.scale, told.offset)) or 0.0
    params = {"band": band.band, "before": round(before, 3), "after": round(after, 3)}
    return Note("export_total_moved", params | {"count": round(after - before, 3)})
