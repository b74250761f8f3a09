"""An uploaded GeoTIFF: what is found in it, and how it becomes a version of a raster layer.

The twin of ``uploads_inspection``, which is for files of rows; findings, guesses and the target are told in
the same shapes.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gis_service.analysis.checks.findings import Finding
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layers import version_of
from gis_service.errors import ErrorCode, GisError, RefusedInput
from gis_service.files.raster_store import RasterStore
from gis_service.files.readers.raster_limits import RasterLimits
from gis_service.services.base_version import overtaken, told_base
from gis_service.services.jobs import plain
from gis_service.services.raster_inspect import (
    RasterChoices,
    RasterInspection,
    inspect_raster,
    suggest_definition,
)
from gis_service.services.raster_load import RasterReport, load_raster
from gis_service.services.uploads_inspection import Opening, Source, target_of
from gis_service.services.uploads_told import told
from gis_service.settings import Settings

_OF_READING = ("crs", "nodata", "kind", "base")
CHOICES = frozenset({*_OF_READING, "layer", "definition", "message"})
"""Choices that there are for a raster; all others are of rows."""
OWN_CHOICES = frozenset({"nodata", "kind"})
"""Choices that there are for rasters alone."""


def choices_of(settings: Settings, source: Source) -> RasterChoices:
    """Write choices as those of a load.

    Raises
    ------
    RefusedInput
        ``upload_choice_unknown`` for a choice that is of rows, ``crs_unknown``, ``raster_nodata_unfit`` for
        what is no number.
    """
    chosen = {name: value for name, value in source.choices.items() if value is not None}
    if unknown := sorted(set(chosen) - CHOICES):
        known = ", ".join(sorted(CHOICES))
        raise RefusedInput(ErrorCode.UPLOAD_CHOICE_UNKNOWN, given=", ".join(unknown), known=known)
    limits = replace(RasterLimits.of(settings), seconds=source.limits_now.seconds)
    of_reading = {name: chosen[name] for name in _OF_READING if name in chosen}
    choices = RasterChoices(**of_reading, file=source.file, limits=limits, until=source.until)
    choices.question(source.file)
    return choices


def inspect(opening: Opening, catalogue: Catalogue, source: Source, choices: RasterChoices) -> dict[str, Any]:
    """Look at a GeoTIFF: what is in it, and what would keep it from being loaded into its target.

    Parameters
    ----------
    opening
        Lends a connection that may read.
    catalogue
        Definitions of the city.
    source
        The file.
    choices
        As of :func:`choices_of`.

    Returns
    -------
    dict
        As :func:`gis_service.services.uploads_inspection.inspect` gives it: one layer, whose ``raster`` tells
        size, place and bands; as ``preview`` the edge of the raster; and ``picture``, a small PNG as base64.

    Raises
    ------
    GisError
        What no other choice can mend.
    """
    target, errors = _target(catalogue, source.choices)
    version = 0
    if target is not None:
        with opening() as connection:
            said = told_base(connection, target, {}, source.file)
            version = said or version_of(connection, target.id) or 0
            errors += overtaken(connection, target, said if choices.base is None else choices.base)
    faults: list[Finding] = []
    try:
        seen = inspect_raster(source.path, catalogue, choices, target)
    except RefusedInput as error:
        if error.code is not ErrorCode.RASTER_NODATA_UNFIT or choices.nodata is None:
            raise
        # The choice is wrong, not the file.
        faults.append(Finding(error.code, 1, params=error.params))
        limits = replace(choices.limits, seconds=source.limits_now.seconds)
        seen = inspect_raster(source.path, catalogue, replace(choices, nodata=None, limits=limits), target)
    layer = _layer(seen, source.file, None if target else min(catalogue.city.categories))
    found: dict[str, Any] = plain(
        {
            "layers": [layer],
            "guesses": [{"kind": "crs", **guess} for guess in seen.guess_documents()],
            "findings": told(errors, [*faults, *seen.findings]),
            "target": None if target is None else _told_target(catalogue, target, version),
            "preview": seen.outline(),
            "picture": seen.contents.preview,
        }
    )
    return found


def load(
    connection: Connection,
    catalogue: Catalogue,
    store: RasterStore,
    source: Source,
    choices: RasterChoices,
    layer: str,
    *,
    seen: int | None,
    author: str,
) -> RasterReport:
    """Make an uploaded GeoTIFF the newest version of a raster layer.

    Parameters
    ----------
    connection
        Inside a transaction; the caller commits.
    catalogue
        Definitions of the city, with that of the layer.
    store
        Where files of rasters are kept.
    source, choices
        The file, and how it is to be read.
    layer
        Its target.
    seen
        Version of the layer when the file was inspected, 0 for none; None when it is made just now. What was
        chosen as ``base`` goes before it.
    author
        Who loads it.

    Raises
    ------
    GisError
        As :func:`gis_service.services.raster_load.load_raster`.
    TooMuchAtOnceError
        As it does.
    """
    base = seen if choices.base is None else choices.base
    message = str(source.choices.get("message") or "")
    choices = replace(choices, base=base)
    return load_raster(
        connection, catalogue, store, source.path, layer, author=author, message=message, choices=choices
    )


def _target(
    catalogue: Catalogue, choices: Mapping[str, Any]
) -> tuple[LayerDefinition | None, list[GisError]]:
    """Give the target, or what is wrong with it: a layer may have gone since it was chosen."""
    try:
        return target_of(catalogue, choices), []
    except GisError as error:
        return None, [error]


def _told_target(catalogue: Catalogue, target: LayerDefinition, version: int) -> dict[str, Any]:
    return {"layer": target.id, "version": version, "new": target.id not in catalogue.layers}


def _layer(seen: RasterInspection, file: str, category: str | None) -> dict[str, Any]:
    """Write the one layer of the file; with the definition of a new one where none is chosen."""
    document = seen.document()
    return {
        "name": file,
        "features": 1,
        "kept": 1,
        "geometry": True,
        "crs": None if seen.system is None else seen.crs_name,
        "kinds": {"Raster": 1},
        "box": document["bbox"],
        "columns": [],
        "renamed": [],
        "raster": document,
        "notices": seen.notices(),
        "definition": None if category is None else suggest_definition(seen.contents, file, category),
    }
