"""Writes rows to vector files: a temporary file first, renamed when it is whole.

A reader of the folder never meets half a file, and an export that fails leaves what was there before.
"""

import json
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely

from gis_service.errors import Conflict, ErrorCode, WrongUse

GDAL_FORMATS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".fgb": "FlatGeobuf"}
"""Ending → GDAL driver."""
SUFFIXES = (*GDAL_FORMATS, ".parquet", ".csv")
GEOMETRY = "geom"
"""Name of the geometry column in the batches to write."""


@dataclass(frozen=True, slots=True)
class Table:
    """What is to be written.

    Parameters
    ----------
    name
        Name of the layer in the file.
    schema
        ``fid`` (int64), ``geom`` (binary, WKB; only where the layer has geometry), then the fields.
    geometry
        ``Point`` … or ``Geometry``; none for a table without geometry.
    crs
        System of the coordinates.
    about
        Title, source, licence and the like, kept in the file where the format can.
    """

    name: str
    schema: pa.Schema
    geometry: str | None
    crs: pyproj.CRS
    about: Mapping[str, str] = field(default_factory=dict)


def check_out(out: Path, *, overwrite: bool) -> None:
    """Refuse an ending nobody can write, and a file that is already there.

    Raises
    ------
    WrongUse
        ``output_format_unknown``.
    Conflict
        ``output_exists``.
    """
    if out.suffix.lower() not in SUFFIXES:
        known = " ".join(SUFFIXES)
        raise WrongUse(ErrorCode.OUTPUT_FORMAT_UNKNOWN, suffix=out.suffix or out.name, known=known)
    if out.exists() and not overwrite:
        raise Conflict(ErrorCode.OUTPUT_EXISTS, path=str(out))


def write_table(
    out: Path, table: Table, batches: Iterator[pa.RecordBatch], *, overwrite: bool = False
) -> None:
    """Write a GeoPackage, GeoJSON, FlatGeobuf, GeoParquet or CSV, as the file's ending says.

    Parameters
    ----------
    out
        The file.
    table
        What the rows are.
    batches
        Rows of ``table.schema``.
    overwrite
        Replace a file that is there.

    Raises
    ------
    WrongUse, Conflict
        As :func:`check_out`.
    """
    check_out(out, overwrite=overwrite)
    suffix = out.suffix.lower()
    out.parent.mkdir(parents=True, exist_ok=True)
    # GDAL goes by the ending, so the temporary name keeps it.
    part = out.with_name(f".{out.stem}.{uuid.uuid4().hex[:8]}.part{suffix}")
    try:
        if suffix == ".parquet":
            _write_parquet(part, table, batches)
        elif suffix == ".csv":
            _write_csv(part, table, batches)
        else:
            _write_gdal(part, table, batches, GDAL_FORMATS[suffix])
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(out)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def _write_gdal(part: Path, table: Table, batches: Iterator[pa.RecordBatch], driver: str) -> None:
    reader = pa.RecordBatchReader.from_batches(table.schema, batches)
    options = _gdal_options(table, driver)
    pyogrio.raw.write_arrow(
        reader,
        part,
        layer=table.name,
        driver=driver,
        geometry_name=GEOMETRY if table.geometry else None,
        geometry_type=(table.geometry if table.geometry != "Geometry" else "Unknown"),
        crs=table.crs.to_wkt() if table.geometry else None,
        **options,
    )


def _gdal_options(table: Table, driver: str) -> dict[str, object]:
    if driver == "GPKG":
        return {
            "layer_options": {
                "FID": "fid",
                "IDENTIFIER": table.about.get("TITLE", table.name),
                "DESCRIPTION": table.about.get("DESCRIPTION", ""),
            },
            "layer_metadata": dict(table.about),
        }
    # All digits a double has: what is loaded again is what was written.
    return {"layer_options": {"COORDINATE_PRECISION": "15"}} if driver == "GeoJSON" else {}


def _write_parquet(part: Path, table: Table, batches: Iterator[pa.RecordBatch]) -> None:
    metadata: dict[str, str] = {f"gis:{key.lower()}": value for key, value in table.about.items()}
    if table.geometry:
        kinds = [] if table.geometry == "Geometry" else [table.geometry]
        column = {"encoding": "WKB", "geometry_types": kinds, "crs": table.crs.to_json_dict()}
        geo = {"version": "1.0.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
        metadata["geo"] = json.dumps(geo)
    schema = table.schema.with_metadata(metadata)
    with pq.ParquetWriter(part, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))


def _write_csv(part: Path, table: Table, batches: Iterator[pa.RecordBatch]) -> None:
    """Write text in UTF-8 with a byte order mark, without which Excel garbles Vietnamese."""
    with part.open("wb") as file:
        file.write(b"\xef\xbb\xbf")
        writer = None
        for batch in batches:
            readable = _readable(batch, table)
            writer = writer or pyarrow.csv.CSVWriter(file, readable.schema)
            writer.write_batch(readable)
        if writer is not None:
            writer.close()


def _readable(batch: pa.RecordBatch, table: Table) -> pa.RecordBatch:
    """Put places as columns of numbers where they are points in degrees, else as WKT."""
    columns = {name: batch[name] for name in batch.schema.names if name != GEOMETRY}
    if table.geometry:
        shapes = shapely.from_wkb(np.array(batch[GEOMETRY].to_pylist(), dtype=object))
        if table.geometry == "Point" and table.crs.is_geographic:
            columns |= {"lon": pa.array(shapely.get_x(shapes)), "lat": pa.array(shapely.get_y(shapes))}
        else:
            columns["wkt"] = pa.array(shapely.to_wkt(shapes, rounding_precision=-1).tolist(), pa.string())
    return pa.RecordBatch.from_arrays(list(columns.values()), list(columns))
