"""Which way an uploaded file goes: that of rows, or that of rasters. Its bytes decide, not its name."""

from dataclasses import fields
from functools import partial
from typing import Any

from gis_service.catalogue.loader import Catalogue
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.raster_process import is_raster
from gis_service.services import uploads_inspection as tables
from gis_service.services import uploads_rasters as rasters
from gis_service.services.context import Context
from gis_service.services.ingest import LoadOptions, LoadReport
from gis_service.services.raster_load import RasterReport
from gis_service.services.transactions import Connection, reading
from gis_service.services.uploads_inspection import Source

_TARGET = ("layer", "definition", "message")
_NOT_CHOSEN = {"own", "limits", "any_base", "until"}
"""Options of a load that nobody chooses for an upload."""
_OF_ROWS = sorted({*_TARGET, *(option.name for option in fields(LoadOptions))} - _NOT_CHOSEN)


def require_choices(context: Context, source: Source) -> None:
    """Refuse choices that there are not for such a file.

    Raises
    ------
    RefusedInput
        ``upload_choice_unknown``, ``crs_unknown``, ``raster_nodata_unfit``.
    """
    if is_raster(source.path):
        rasters.choices_of(context.settings, source)
        return
    given = sorted(rasters.OWN_CHOICES & source.choices.keys())
    if given:
        known = ", ".join(_OF_ROWS)
        raise RefusedInput(ErrorCode.UPLOAD_CHOICE_UNKNOWN, given=", ".join(given), known=known)
    tables.options_of(source)


def inspect(context: Context, source: Source) -> dict[str, Any]:
    """Look through a file, as :func:`gis_service.services.uploads_inspection.inspect` tells of it.

    Raises
    ------
    GisError
        What no other choice can mend.
    """
    opening = partial(reading, context)
    if not is_raster(source.path):
        return tables.inspect(opening, context.catalogue, source)
    choices = rasters.choices_of(context.settings, source)
    return rasters.inspect(opening, context.catalogue, source, choices)


def load(
    context: Context,
    connection: Connection,
    catalogue: Catalogue,
    source: Source,
    layer: str,
    *,
    seen: int | None,
    author: str,
) -> LoadReport | RasterReport:
    """Make a file the newest version of a layer.

    Parameters
    ----------
    context
        Of the service.
    connection
        Inside a transaction; the caller commits.
    catalogue
        Definitions of the city, with that of the layer.
    source, layer, seen, author
        As of :func:`gis_service.services.uploads_inspection.load`.

    Raises
    ------
    GisError
        What the load is refused with.
    """
    if not is_raster(source.path):
        return tables.load(connection, catalogue, source, layer, seen=seen, author=author)
    choices = rasters.choices_of(context.settings, source)
    return rasters.load(
        connection, catalogue, context.rasters, source, choices, layer, seen=seen, author=author
    )
