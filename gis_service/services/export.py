"""Layers into files that any GIS reads: the same rows, with their ``fid`` and all fields."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj
import shapely

from gis_service.analysis.columns import ARROW_TYPES
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, parse_crs, transform
from gis_service.db.engine import Connection
from gis_service.db.export import read_rows
from gis_service.db.history_back import count_at
from gis_service.db.layers import state_of
from gis_service.errors import ErrorCode, NotFound
from gis_service.files.writers import GEOMETRY, Table, check_out, write_table
from gis_service.services.history import kept_version
from gis_service.services.ingest import Progress
from gis_service.services.layers import definition_of, table_of
from gis_service.types import VersionId


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written.

    Parameters
    ----------
    out
        The file.
    layer, version, features
        Layer, the version that was written, and its number of rows.
    generated
        Whether the data is generated rather than observed.
    """

    out: Path
    layer: str
    version: VersionId
    features: int
    generated: bool


def file_name(definition: LayerDefinition, suffix: str = ".gpkg", version: int | None = None) -> str:
    """Give the name a layer's file bears unless somebody chooses another.

    Generated data says so, and so does a version that was asked for by its number.
    """
    generated = "_generated" if definition.generated else ""
    return f"{definition.id}{generated}{'' if version is None else f'_v{version}'}{suffix}"


def export_layer(
    connection: Connection,
    catalogue: Catalogue,
    layer_id: str,
    out: Path,
    *,
    crs: str | None = None,
    version: int | None = None,
    overwrite: bool = False,
    progress: Progress = lambda done, total: None,  # noqa: ARG005  a listener that does not listen
) -> ExportReport:
    """Write a layer to a file, as it is now or as it was in a version.

    Parameters
    ----------
    connection
        Inside a transaction; the rows of one state of the layer are read.
    catalogue
        Definitions of the city.
    layer_id
        Layer to write.
    out
        File ending in ``.gpkg``, ``.geojson``, ``.fgb``, ``.parquet`` or ``.csv``, or a folder, where the
        file gets the layer's name.
    crs
        System of the coordinates in the file; WGS 84 when not given.
    version
        A version whose rows are kept; the rows of now when not given. Its number stands in the file.
    overwrite
        Replace a file that is there.
    progress
        Called after every batch.

    Raises
    ------
    NotFound
        ``layer_unknown``, ``layer_empty``, ``version_unknown``, ``version_not_kept``.
    WrongUse, Conflict
        ``output_format_unknown``, ``output_exists``.
    RefusedInput
        ``crs_unknown``.
    """
    definition = definition_of(catalogue, layer_id)
    out = out / file_name(definition, version=version) if out.is_dir() else out
    check_out(out, overwrite=overwrite)
    target = parse_crs(crs) if crs else STORAGE
    table = table_of(definition)
    state = state_of(connection, table)
    if state.version is None:
        raise NotFound(ErrorCode.LAYER_EMPTY, layer=layer_id)
    past = None if version is None else kept_version(connection, definition, version)
    told = state if past is None else past
    number = state.version if past is None else past.id
    features = state.features if past is None else count_at(connection, definition.id, past.id)
    located = definition.geometry != "None"
    schema = pa.schema(
        [
            ("fid", pa.int64()),
            *([(GEOMETRY, pa.binary())] if located else []),
            *((column.name, ARROW_TYPES[column.type]) for column in table.columns),
        ]
    )
    content = Table(
        name=definition.id,
        schema=schema,
        geometry=definition.geometry if located else None,
        crs=target,
        about=about(definition) | {"VERSION": str(number), "VERSION_TIME": _time(told.committed_at)},
    )

    def batches() -> Iterator[pa.RecordBatch]:
        done = 0
        for rows in read_rows(connection, table, None if past is None else past.id):
            done += len(rows)
            yield _batch(rows, schema, target, located=located)
            progress(done, features)

    write_table(out, content, batches(), overwrite=overwrite)
    return ExportReport(out, definition.id, number, features, definition.generated)


def _time(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()


def _batch(
    rows: list[tuple[Any, ...]], schema: pa.Schema, target: pyproj.CRS, *, located: bool
) -> pa.RecordBatch:
    fids, wkb, *values = zip(*rows, strict=True)
    arrays = [pa.array(fids, pa.int64())]
    if located:
        arrays.append(pa.array(_placed(wkb, target), pa.binary()))
    kinds = schema.types[len(arrays) :]
    arrays += [pa.array(column, kind) for column, kind in zip(values, kinds, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _placed(wkb: tuple[bytes | None, ...], target: pyproj.CRS) -> Any:  # noqa: ANN401  array of bytes or none
    if target == STORAGE:
        return list(wkb)
    shapes = np.asarray(shapely.from_wkb(np.array(wkb, dtype=object)), dtype=object)
    return shapely.to_wkb(transform(shapes, STORAGE, target))


def about(definition: LayerDefinition) -> dict[str, str]:
    """Say in the file what it is, where it comes from and whether it is real."""
    generated = (
        " Generated data, not observed. / Dữ liệu sinh ra, không phải quan sát."
        if definition.generated
        else ""
    )
    return {
        "TITLE": f"{definition.title.vi} / {definition.title.en}",
        "DESCRIPTION": f"{definition.description.vi} / {definition.description.en}{generated}",
        "SOURCE": f"{definition.source.vi} / {definition.source.en}",
        "LICENCE": definition.licence,
        "GENERATED": "true" if definition.generated else "false",
        "LAYER": definition.id,
    }
