"""Rows as a reader gives them, made in code: no file has to be written and read for each way to be wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.files.readers import Header
from gis_service.services.ingest_source import Rows

Given = BaseGeometry | bytes | None


def rows_of_shapes(
    shapes: Sequence[Given] | None,
    columns: Mapping[str, Sequence[Any] | pa.Array],
    *,
    crs: str | None = "EPSG:4326",
    batch: int = 65_536,
    file: str = "a.gpkg",
) -> Rows:
    """Give geometries and columns as batches of so many rows; the columns may have any names, twice even."""
    arrays = [values if isinstance(values, pa.Array) else pa.array(values) for values in columns.values()]
    names = list(columns)
    if shapes is not None:
        wkb = [shapely.to_wkb(shape) if isinstance(shape, BaseGeometry) else shape for shape in shapes]
        arrays, names = [pa.array(wkb, pa.binary()), *arrays], ["geometry", *names]
    table = pa.Table.from_arrays(arrays, names=names)
    header = Header("a", crs, None, shapes is not None)
    return Rows(file, header, tuple(columns), table.to_batches(max_chunksize=batch))
