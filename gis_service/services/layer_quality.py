"""The quality of the data that a layer holds: the checks of a file, over the rows of its table."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from gis_service.analysis.checks.findings import Finding
from gis_service.analysis.columns import ARROW_TYPES
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE
from gis_service.db.engine import Connection
from gis_service.db.export import Rows as LayerRows
from gis_service.db.export import read_rows
from gis_service.db.layers import version_of
from gis_service.errors import ErrorCode, NotFound
from gis_service.files.readers import Header
from gis_service.services.ingest_checks import Checker
from gis_service.services.ingest_plan import plan_of
from gis_service.services.ingest_source import LoadOptions, Rows
from gis_service.services.layers import state_of, table_of
from gis_service.services.prepared import Prepared
from gis_service.types import Int64s, VersionId

LOOK_S = 20.0
"""Time from the start of the checks until which overlaps and gaps are looked for: somebody waits for it."""


@dataclass(frozen=True, slots=True)
class LayerQuality:
    """What was found in a layer.

    Parameters
    ----------
    layer, version
        Layer, and the version that was looked at.
    features
        Rows looked at.
    findings
        All that is wrong, errors first; the number of a feature is its ``fid``.
    """

    layer: str
    version: VersionId
    features: int
    findings: tuple[Finding, ...]

    @property
    def listed(self) -> int:
        """Features that are told one by one, over all kinds of faults."""
        return sum(len(finding.features) for finding in self.findings)


def quality_now(
    connection: Connection,
    catalogue: Catalogue,
    definition: LayerDefinition,
    prepared: Prepared,
    *,
    gap_m: float = 1.0,
) -> LayerQuality:
    """Check a layer as `layer_quality` does, unless this process has done it since the layer was changed.

    Parameters
    ----------
    connection
        One state of the data.
    catalogue, definition, gap_m
        As of `layer_quality`.
    prepared
        What this process has found lately, and the turns of those who check.

    Raises
    ------
    NotFound
        ``layer_empty``.
    Temporary
        ``coverage_busy`` when the process checks as much as it may.
    """
    # The definition says what is a fault, and the version what there is; the words are made for each reader.
    version = version_of(connection, definition.id)
    name = (definition.id, version, repr(definition), gap_m)
    found: LayerQuality | None = prepared.checked.known(name)
    if found is None:
        # The turn comes first: many who ask the same at once would hold a thread each until it is answered.
        with prepared.checks.one():
            found = prepared.checked.by_name(
                name, lambda: layer_quality(connection, catalogue, definition, gap_m=gap_m)
            )
    return found


def layer_quality(
    connection: Connection, catalogue: Catalogue, definition: LayerDefinition, *, gap_m: float = 1.0
) -> LayerQuality:
    """Check the rows that a layer holds now, as a file with them would be checked.

    Overlaps and gaps for which the time of `LOOK_S` is not enough are told as ``coverage_not_checked``.

    Parameters
    ----------
    connection
        Inside a transaction that may read; the rows pass through the memory of one batch, but for the areas
        of a layer that tiles the ground.
    catalogue
        Of the city.
    definition
        The layer.
    gap_m
        Widest gap between areas that is told.

    Raises
    ------
    NotFound
        ``layer_empty`` when nothing has been loaded yet.
    """
    look_until = time.monotonic() + LOOK_S
    state = state_of(connection, definition)
    if state.version is None:
        raise NotFound(ErrorCode.LAYER_EMPTY, layer=definition.id)
    names = tuple(field.name for field in definition.fields)
    located = definition.geometry != "None"
    rows = Rows(definition.id, Header(definition.id, STORAGE.to_wkt(), None, located), names, ())
    plan = plan_of(catalogue, definition, rows, LoadOptions(gap_m=gap_m))
    checker = Checker(replace(plan, look_until=look_until))
    fids: list[Int64s] = []
    for fid, batch in _batches(connection, definition):
        fids.append(fid)
        checker.take(batch)
    checker.finish()
    box = ", ".join(f"{side:g}" for side in catalogue.city.bbox)
    findings = checker.findings({"declared": definition.geometry, "box": box, "where": ""})
    known = np.concatenate(fids) if fids else np.zeros(0, np.int64)
    told = tuple(_by_fid(finding, known) for finding in findings)
    return LayerQuality(definition.id, state.version, checker.done, told)


def _batches(connection: Connection, definition: LayerDefinition) -> Iterator[tuple[Int64s, pa.RecordBatch]]:
    located = definition.geometry != "None"
    kinds = [pa.binary(), *(ARROW_TYPES[field.type] for field in definition.fields)]
    names = ["geometry", *(field.name for field in definition.fields)]
    start = 0 if located else 1
    for rows in read_rows(connection, LayerRows(table_of(definition))):
        fid, *columns = zip(*rows, strict=True)
        arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
        yield np.array(fid, np.int64), pa.RecordBatch.from_arrays(arrays[start:], names=names[start:])


def _by_fid(finding: Finding, fids: Int64s) -> Finding:
    """Name features by what they are called in the layer, not by the order in which they were read."""
    features = tuple(
        one if one.number is None else replace(one, number=int(fids[one.number - 1]))
        for one in finding.features
    )
    return replace(finding, features=features)
