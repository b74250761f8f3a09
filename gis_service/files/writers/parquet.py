"""GeoParquet 1.0: columns with their types, places as WKB."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gis_service.files.writers.table import GEOMETRY, Note, Table


def write_parquet(part: Path, table: Table, batches: Iterator[pa.RecordBatch]) -> list[Note]:
    """Write GeoParquet; a table without geometry is plain Parquet."""
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
    return []
