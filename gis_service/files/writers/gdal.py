"""Files that GDAL writes in one go: GeoPackage, GeoJSON, FlatGeobuf."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa

from gis_service.files.writers.table import GEOMETRY, Note, Table, Watched

_LIBRARY = "pyogrio.raw"
"""Brings pandas and GeoPandas with it, a hundred megabytes: only into a process that writes such a file."""


def write_geopackage(part: Path, table: Table, batches: Iterator[pa.RecordBatch]) -> list[Note]:
    """Write a GeoPackage whose feature ids are ours; what is told about it stands in its metadata."""
    options = {
        "FID": "fid",
        "IDENTIFIER": table.about.get("TITLE", table.name),
        "DESCRIPTION": table.about.get("DESCRIPTION", ""),
    }
    stream(part, table, batches, "GPKG", layer_options=options, layer_metadata=dict(table.about))
    return []


def write_geojson(part: Path, table: Table, batches: Iterator[pa.RecordBatch]) -> list[Note]:
    """Write GeoJSON; what is told about it is the member ``about`` of the collection.

    A system other than WGS 84 is named in the member ``crs``, which GDAL and QGIS read and RFC 7946 does not
    know any more.
    """
    options = {
        # All digits a double has: what is loaded again is what was written.
        "COORDINATE_PRECISION": "15",
        "FOREIGN_MEMBERS_COLLECTION": json.dumps({"about": dict(table.about)}, ensure_ascii=False),
    }
    stream(part, table, batches, "GeoJSON", layer_options=options)
    return []


def write_flatgeobuf(part: Path, table: Table, batches: Iterator[pa.RecordBatch]) -> list[Note]:
    """Write FlatGeobuf, with the spatial index that lets browsers read a part of it.

    The index takes no row without a place: a table that has one goes without it.
    """
    indexed = table.geometry is not None and table.placed
    options = {
        "SPATIAL_INDEX": "YES" if indexed else "NO",
        "TITLE": table.about.get("TITLE", table.name),
        "DESCRIPTION": _told(table),
    }
    stream(part, table, batches, "FlatGeobuf", layer_options=options)
    return []


def _told(table: Table) -> str:
    return "\n".join(f"{name}: {value}" for name, value in table.about.items() if name != "TITLE")


def stream(
    part: Path,
    table: Table,
    batches: Iterator[pa.RecordBatch],
    driver: str,
    **options: Any,  # noqa: ANN401  of pyogrio
) -> None:
    """Let GDAL write batches to a file; an error of the batches comes out as it went in.

    Parameters
    ----------
    part
        The file.
    table
        What the rows are; ``geometry`` says their kind.
    batches
        Rows of ``table.schema``.
    driver
        GDAL's name of the format.
    options
        Further arguments of :func:`pyogrio.raw.write_arrow`.
    """
    watched = Watched(batches)
    try:
        import_module(_LIBRARY).write_arrow(
            pa.RecordBatchReader.from_batches(table.schema, watched),
            part,
            layer=table.name,
            driver=driver,
            geometry_name=GEOMETRY if table.geometry else None,
            geometry_type=(table.geometry if table.geometry != "Geometry" else "Unknown"),
            crs=table.crs.to_wkt() if table.geometry else None,
            **options,
        )
    except Exception:
        if watched.error is not None:
            raise watched.error from None
        raise
