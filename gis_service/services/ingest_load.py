"""One load on its way: every batch checked, then staged, then published as a whole."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyproj

from gis_service.analysis.columns import has_zones
from gis_service.analysis.shapes import SHOWN, Found, Rule, prepare, to_ewkb
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import parse_crs
from gis_service.db.engine import Connection
from gis_service.db.history_back import complete_columns
from gis_service.db.ingest import Staging, StagingWriter
from gis_service.db.layers import (
    Column,
    LayerTable,
    add_version,
    ensure_table,
    is_empty,
    keep_all_out,
    keep_writers_out,
    lacks_index,
    lock_layer,
    table_exists,
    version_of,
    waiting_at_most,
)
from gis_service.db.publish import replace_all
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.base_version import has_changed, replaced, require_base, told_base
from gis_service.services.ingest_columns import Matching, check_column, match_columns
from gis_service.services.ingest_faults import FaultList
from gis_service.services.ingest_source import LoadOptions, LoadReport, Progress, Rows
from gis_service.services.layers import table_of

LOCK_WAIT_S = 30.0
"""Longest that a load waits for somebody who holds rows of the layer, such as an open edit in QGIS."""


class Load:
    """One load on its way.

    Parameters
    ----------
    catalogue, definition
        The city, and the layer to load.
    rows
        Where the rows come from.
    options
        How they are to be read.

    Raises
    ------
    RefusedInput
        What can be told before the first row: no feature, no system, no column for a required field.
    """

    def __init__(
        self, catalogue: Catalogue, definition: LayerDefinition, rows: Rows, options: LoadOptions
    ) -> None:
        self._catalogue = catalogue
        self._definition = definition
        self._rows = rows
        self._located = definition.geometry != "None"
        self._options = options
        if rows.header.empty:
            raise RefusedInput(ErrorCode.NO_FEATURES, file=rows.file)
        self._rule = self._rule_of(options)
        self._matching = self._match()
        self._faults = FaultList()
        self._keys: list[pa.Array] = []
        self._tally: dict[str, int] = dict.fromkeys(("flattened", "single_parts", "repaired"), 0)
        self._zoneless: set[str] = set()
        self._replaced: dict[str, object] | None = None
        self._done = 0

    def run(self, connection: Connection, *, author: str, message: str, progress: Progress) -> LoadReport:
        """Check all rows, then publish them as one version.

        Raises
        ------
        RefusedInput
            With every fault of every row; nothing is published.
        Conflict
            ``layer_table_differs``, ``layer_busy``, ``base_version_changed``, ``layer_no_longer_empty``.
        """
        table = table_of(self._definition)
        # A savepoint: after a refusal the caller's transaction is as it was.
        with waiting_at_most(connection, table.id, LOCK_WAIT_S), connection.begin_nested():
            seen = version_of(connection, table.id)
            staging = self.stage(connection, progress)
            alone = _hold(connection, table)
            # Before anything here makes a version of its own, as the first history of a table does.
            newest = version_of(connection, table.id)
            ensure_table(connection, table)
            complete_columns(connection, table.id)
            said = self._options.base or told_base(connection, self._definition, self._rows.header.about)
            if not self._options.any_base:
                # Who does not say has seen, at best, what was there when the load began.
                base = said or seen or 0
                if base != (newest or 0) and (said or has_changed(connection, self._definition, base)):
                    require_base(connection, self._definition, base)
            version = add_version(connection, table.id, author=author, message=message)
            changes = replace_all(connection, table, staging, alone=alone)
            if said != newest and (changes.changed or changes.removed):
                self._replaced = replaced(connection, self._definition, newest, author)
        return LoadReport(
            table.id, version, self._done, self._matching.dropped, tuple(self._notices()), changes
        )

    def stage(self, connection: Connection, progress: Progress = lambda _done, _total: None) -> Staging:
        """Check all rows and put them into a staging table.

        Raises
        ------
        RefusedInput
            With every fault of every row.
        """
        staging = Staging(
            connection, table_of(self._definition), [Column(f.name, f.type) for f in self._matching.fields]
        )
        staging.create()
        with staging.writer() as writer:
            for batch in self._batches():
                self._take(batch, writer)
                progress(self._done, self._rows.header.total)
            self._finish()
        return staging

    def _rule_of(self, options: LoadOptions) -> Rule | None:
        """Find the coordinate system, or refuse a file that has none."""
        if not self._located:
            return None
        header, city = self._rows.header, self._catalogue.city
        if not header.geometry:
            columns = ", ".join(self._rows.names)
            raise RefusedInput(ErrorCode.COORDINATES_MISSING, file=self._rows.file, columns=columns)
        named = options.crs or header.crs
        crs = parse_crs(named) if named else None
        if crs is None or (options.crs is None and _is_undefined(crs)):
            raise RefusedInput(ErrorCode.FILE_CRS_MISSING, file=self._rows.file, example=city.crs)
        return Rule(self._definition.geometry, crs, city.bbox, options.repair)

    def _match(self) -> Matching:
        matching = match_columns(self._rows.names, self._definition)
        key = self._definition.key
        lacking = [f.name for f in matching.absent if f.required or f.name == key]
        if lacking:
            columns = ", ".join(self._rows.names)
            raise RefusedInput(
                ErrorCode.FIELD_MISSING, file=self._rows.file, fields=", ".join(lacking), columns=columns
            )
        return matching

    def _batches(self) -> Iterable[pa.RecordBatch]:
        return (batch for batch in self._rows.batches if batch.num_rows)

    def _take(self, batch: pa.RecordBatch, writer: StagingWriter) -> None:
        """Check one batch; write it as long as no fault has been found."""
        first = self._done + 1
        self._done += batch.num_rows
        shift = 1 if self._rows.header.geometry else 0
        values = [
            self._column(batch.column(position + shift), index, first)
            for index, position in enumerate(self._matching.positions)
        ]
        shapes = self._shapes(batch, first)
        if not self._faults:
            writer.write(first, shapes, [column.to_pylist() for column in values])

    def _column(self, column: pa.Array, index: int, first: int) -> pa.Array:
        definition = self._matching.fields[index]
        is_key = definition.name == self._definition.key
        values, found = check_column(column, definition, key=is_key)
        self._faults.extend(found, first)
        if is_key:
            self._keys.append(values)
        if definition.type == "timestamp" and not has_zones(column):
            self._zoneless.add(definition.name)
        return values

    def _shapes(self, batch: pa.RecordBatch, first: int) -> Iterable[bytes | None]:
        if self._rule is None:
            return [None] * batch.num_rows
        prepared = prepare(np.array(batch.column(0).to_pylist(), dtype=object), self._rule)
        self._faults.extend(prepared.found, first)
        for name in self._tally:
            self._tally[name] += getattr(prepared, name)
        return [] if self._faults else to_ewkb(prepared.geometries)

    def _finish(self) -> None:
        """Refuse when anything was wrong; a look at all rows together comes first."""
        if self._done == 0:
            raise RefusedInput(ErrorCode.NO_FEATURES, file=self._rows.file)
        self._faults.extend(self._duplicates(), 1)
        if self._faults:
            box = ", ".join(f"{side:g}" for side in self._catalogue.city.bbox)
            raise self._faults.refusal({"declared": self._definition.geometry, "box": box})

    def _duplicates(self) -> list[Found]:
        """Find rows whose key stands more than once in the file."""
        key = self._definition.key
        if key is None:
            return []
        keys = pa.chunked_array(self._keys).combine_chunks()
        counted = pc.value_counts(keys)
        values, counts = counted.field(0), counted.field(1)
        repeated = values.filter(pc.and_(pc.greater(counts, 1), pc.is_valid(values)))
        rows = np.flatnonzero(pc.is_in(keys, repeated).to_numpy(zero_copy_only=False))
        words = tuple(f"{key} = {keys[row].as_py()!r}" for row in rows[:SHOWN].tolist())
        return [Found(ErrorCode.DUPLICATE_KEY, rows, words)] if rows.size else []

    def _notices(self) -> list[dict[str, object]]:
        counted = (
            ("third_dimension_dropped", self._tally["flattened"]),
            ("single_parts_taken", self._tally["single_parts"]),
            ("geometries_repaired", self._tally["repaired"]),
        )
        told: list[tuple[str, dict[str, object]]] = [(code, {"count": n}) for code, n in counted if n]
        if self._matching.dropped:
            told.append(("columns_dropped", {"columns": ", ".join(self._matching.dropped)}))
        told += [("time_zone_assumed", {"column": name}) for name in sorted(self._zoneless)]
        if self._replaced:
            told.append(("version_replaced", self._replaced))
        return [{"code": code, "params": params} for code, params in told]


def _hold(connection: Connection, table: LayerTable) -> bool:
    """Lock a layer as far as loading it needs; tell whether nobody else can be at the table.

    What takes a stronger lock of the table later on takes it now, before the lock of the layer: a writer who
    has come to the table and waits for the layer would be waited for.
    """
    alone = True
    if table_exists(connection, table.id):
        alone = is_empty(connection, table)
        if alone:
            keep_all_out(connection, table.id)
        elif lacks_index(connection, table):
            keep_writers_out(connection, table.id)
    lock_layer(connection, table.id)
    return alone


def _is_undefined(crs: pyproj.CRS) -> bool:
    """Tell whether a system only says that nobody knows (GeoPackage writes such for srs_id 0 and -1)."""
    return crs.name.lower().startswith(("undefined", "unknown"))
