"""Raster layers: what each of their versions holds, and where its file lies."""

from dataclasses import replace
from pathlib import Path

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db import rasters as rows
from gis_service.db.engine import Connection
from gis_service.db.history_marks import new_version
from gis_service.db.rasters import RasterRow
from gis_service.errors import ErrorCode, NotFound, Temporary
from gis_service.files.raster_store import RasterStore
from gis_service.services.history import kept_version
from gis_service.types import LayerId, VersionId

__all__ = ["RasterRow", "begin_anew", "cells_of", "collect", "file_of", "now", "version_of_raster"]


def now(connection: Connection, definition: LayerDefinition) -> RasterRow:
    """Give what a raster layer holds now.

    Raises
    ------
    NotFound
        ``layer_empty``.
    """
    found = rows.newest_raster(connection, definition.id)
    if found is None:
        raise NotFound(ErrorCode.LAYER_EMPTY, layer=definition.id)
    return found


def version_of_raster(connection: Connection, definition: LayerDefinition, number: int) -> RasterRow:
    """Give what a version of a raster layer held.

    Raises
    ------
    NotFound
        ``version_unknown``, ``version_not_kept``.
    """
    version = kept_version(connection, definition, number)
    found = rows.raster_of(connection, definition.id, version.id)
    if found is None:
        # Kept by the history of a table that once had this id.
        raise NotFound(ErrorCode.VERSION_NOT_KEPT, layer=definition.id, asked=number, oldest="-", newest="-")
    return found


def cells_of(connection: Connection, definition: LayerDefinition, past: VersionId | None) -> RasterRow:
    """Give what a raster layer holds now, or held in a version.

    Raises
    ------
    NotFound
        ``layer_without_cells``, ``layer_empty``, ``version_unknown``, ``version_not_kept``.
    """
    if not definition.is_raster:
        raise NotFound(ErrorCode.LAYER_WITHOUT_CELLS, layer=definition.id)
    return now(connection, definition) if past is None else version_of_raster(connection, definition, past)


def file_of(store: RasterStore, row: RasterRow) -> Path:
    """Give the file of a version.

    Raises
    ------
    Temporary
        ``raster_file_missing``: the database came back without its files.
    """
    path = store.find(row.sha256)
    if path is None:
        file = f"{row.sha256}.tif"
        raise Temporary(ErrorCode.RASTER_FILE_MISSING, file=file, layer=row.layer, version=row.version)
    return path


def begin_anew(connection: Connection, *, author: str, message: str) -> dict[LayerId, VersionId]:
    """Give every raster layer a new version of the file that it has, as a restored database needs.

    Nothing that was made of the state that was lost passes for this one then.
    """
    made = {}
    for layer in rows.raster_layers(connection):
        row = rows.newest_raster(connection, layer)
        if row is not None:
            made[layer] = new_version(connection, layer, author=author, message=message)
            rows.add_raster(connection, replace(row, version=made[layer]))
    return made


def collect(connection: Connection, store: RasterStore) -> int:
    """Remove the files that no version names; give the bytes that are free now."""
    return store.collect(rows.named_files(connection))
