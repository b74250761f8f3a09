"""Layers into files that other programs open: the same rows, with their ``fid`` and all fields."""

from collections.abc import Iterator
from dataclasses import dataclass, field
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
from gis_service.crs import STORAGE, crs_name, parse_chosen_crs
from gis_service.db.engine import Connection
from gis_service.db.export import Rows, count_rows, read_rows
from gis_service.db.filters import Condition, MeetsBoxes
from gis_service.db.layers import state_of
from gis_service.errors import ErrorCode, NotFound
from gis_service.files.writers import GEOMETRY, Note, Table, check_out, write_table
from gis_service.services.export_names import file_name
from gis_service.services.export_places import brought_over, check_reach
from gis_service.services.features import boxes_of, has_geometry
from gis_service.services.filters import parse_filter
from gis_service.services.history import kept_version
from gis_service.services.ingest import Progress
from gis_service.services.layers import definition_of, table_of
from gis_service.types import BBox, Language, Text, VersionId

_NAMELESS = ".csv"
"""Ending of files that tell their version by their name alone."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a layer.

    Parameters
    ----------
    crs
        System of the coordinates in the file; WGS 84 when not given.
    version
        A version whose rows are kept; the rows of now when not given. Its number stands in the file.
    filter
        Which rows, in CQL2 text (:func:`gis_service.services.filters.parse_filter`); all when not given.
    bbox
        Only rows that meet this box in longitude and latitude degrees. Rows of a layer without geometry have
        nothing that it could miss.
    language
        Of the headings where people read them.
    """

    crs: str | None = None
    version: int | None = None
    filter: str | None = None
    bbox: BBox | None = None
    language: Language = "vi"

    @property
    def is_part(self) -> bool:
        """Whether rows of the layer may be left out."""
        return bool(self.filter or self.bbox)


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
    notes
        What the format could not take as it is.
    """

    out: Path
    layer: str
    version: VersionId
    features: int
    generated: bool
    notes: list[Note] = field(default_factory=list)


def export_layer(
    connection: Connection,
    catalogue: Catalogue,
    layer_id: str,
    out: Path,
    wanted: Wanted | None = None,
    *,
    overwrite: bool = False,
    progress: Progress = lambda done, total: None,  # noqa: ARG005  a listener that does not listen
) -> ExportReport:
    """Write a layer to a file, or a part of it; as it is now or as it was in a version.

    Parameters
    ----------
    connection
        Inside a transaction; the rows of one state of the layer are read.
    catalogue
        Definitions of the city.
    layer_id
        Layer to write.
    out
        File ending in ``.gpkg``, ``.geojson``, ``.fgb``, ``.parquet``, ``.zip`` (a Shapefile), ``.csv`` or
        ``.xlsx``, or a folder, where the file gets the layer's name.
    wanted
        Which rows, in which system; all of now in WGS 84 when not given.
    overwrite
        Replace a file that is there.
    progress
        Called after every batch with the rows done and all rows; an error of it ends the export.

    Raises
    ------
    NotFound
        ``layer_unknown``, ``layer_empty``, ``version_unknown``, ``version_not_kept``.
    WrongUse, Conflict
        ``output_format_unknown``, ``output_exists``, and of a filter as
        :func:`gis_service.services.filters.parse_filter`.
    RefusedInput
        ``crs_unknown``, ``export_outside_system`` with the features that the system does not reach,
        ``export_rows_too_many``, ``export_shapefile_too_large``.
    """
    wanted = wanted or Wanted()
    definition = definition_of(catalogue, layer_id)
    out = out / file_name(definition, version=wanted.version) if out.is_dir() else out
    check_out(out, overwrite=overwrite)
    target = parse_chosen_crs(wanted.crs) if wanted.crs else STORAGE
    state = _state(connection, definition, wanted)
    rows = _rows(definition, wanted)
    count = count_rows(connection, rows)
    located = has_geometry(definition)
    content = Table(
        name=definition.id,
        schema=schema_of(definition),
        geometry=definition.geometry if located else None,
        crs=target,
        about=about(definition) | _about_part(wanted, target, located=located) | state.told(),
        labels=_labels(definition),
        language=wanted.language,
        placed=count.placed == count.rows,
    )

    def batches() -> Iterator[pa.RecordBatch]:
        done = 0
        for batch in read_rows(connection, rows):
            done += len(batch)
            yield _batch(batch, content, located=located)
            progress(done, count.rows)

    notes = write_table(out, content, batches(), overwrite=overwrite)
    if out.suffix.lower() == _NAMELESS:
        notes += untold_version(definition, out, state.version, part=wanted.is_part)
    return ExportReport(out, definition.id, state.version, count.rows, definition.generated, notes)


def untold_version(definition: LayerDefinition, out: Path, version: int, *, part: bool = False) -> list[Note]:
    """Tell of a file whose name bears another text than its version, and that has no room for it itself."""
    called = file_name(definition, out.suffix, version, part=part)
    if called.removesuffix(out.suffix) in out.name:
        return []
    return [Note("export_version_untold", {"count": 1, "version": version, "name": called})]


@dataclass(frozen=True, slots=True)
class _State:
    """Which state of a layer is written."""

    version: VersionId
    at: datetime

    def told(self) -> dict[str, str]:
        return {"VERSION": str(self.version), "VERSION_TIME": self.at.isoformat()}


def _state(connection: Connection, definition: LayerDefinition, wanted: Wanted) -> _State:
    now = state_of(connection, table_of(definition))
    if now.version is None or now.committed_at is None:
        raise NotFound(ErrorCode.LAYER_EMPTY, layer=definition.id)
    if wanted.version is None:
        return _State(now.version, now.committed_at)
    past = kept_version(connection, definition, wanted.version)
    return _State(past.id, past.committed_at)


def _rows(definition: LayerDefinition, wanted: Wanted) -> Rows:
    conditions: list[Condition] = []
    if wanted.filter:
        conditions.append(parse_filter(wanted.filter, definition))
    if wanted.bbox and has_geometry(definition):
        conditions.append(MeetsBoxes(boxes_of(wanted.bbox)))
    version = None if wanted.version is None else VersionId(wanted.version)
    return Rows(table_of(definition), version, tuple(conditions))


def schema_of(definition: LayerDefinition) -> pa.Schema:
    """Give the columns of a layer's file: ``fid``, the geometry where there is one, the fields."""
    return pa.schema(
        [
            ("fid", pa.int64()),
            *([(GEOMETRY, pa.binary())] if has_geometry(definition) else []),
            *((one.name, ARROW_TYPES[one.type]) for one in definition.fields),
        ]
    )


def _labels(definition: LayerDefinition) -> dict[str, Text]:
    """Give what people call the fields, with the unit of their numbers."""
    labels = {}
    for one in definition.fields:
        unit = f" ({one.unit})" if one.unit else ""
        labels[one.name] = Text(f"{one.label.vi}{unit}", f"{one.label.en}{unit}")
    return labels


def _batch(rows: list[tuple[Any, ...]], table: Table, *, located: bool) -> pa.RecordBatch:
    fids, wkb, *values = zip(*rows, strict=True)
    arrays = [pa.array(fids, pa.int64())]
    if located:
        arrays.append(pa.array(_placed(fids, wkb, table.crs), pa.binary()))
    kinds = table.schema.types[len(arrays) :]
    arrays += [pa.array(column, kind) for column, kind in zip(values, kinds, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=table.schema)


def _placed(fids: tuple[int, ...], wkb: tuple[bytes | None, ...], target: pyproj.CRS) -> Any:  # noqa: ANN401  array of bytes or none
    if target == STORAGE:
        return list(wkb)
    shapes = np.asarray(shapely.from_wkb(np.array(wkb, dtype=object)), dtype=object)
    moved = brought_over(shapes, target)
    check_reach(fids, moved, target)
    return shapely.to_wkb(moved)


def _about_part(wanted: Wanted, target: pyproj.CRS, *, located: bool) -> dict[str, str]:
    """Say in the file which system it is in, and that it holds a part of the layer only."""
    told = {"CRS": f"{crs_name(target)} {target.name}"} if located else {}
    if wanted.filter:
        told["FILTER"] = wanted.filter
    if wanted.bbox:
        told["BBOX"] = ",".join(repr(side) for side in wanted.bbox)
    return told


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
