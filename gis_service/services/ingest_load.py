"""One load on its way: every batch checked, then staged, then published as a whole."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from gis_service.analysis.checks.findings import Finding, Repair, Severity
from gis_service.analysis.shapes import to_wkb
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE
from gis_service.db.engine import Connection
from gis_service.db.history_back import complete_columns
from gis_service.db.ingest import Staging, StagingWriter
from gis_service.db.layers import (
    Column,
    LayerTable,
    add_version,
    count,
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
from gis_service.db.unmoved import LAST_DIGITS_DEGREES, TOLERANCE_DEGREES, keep_places
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.base_version import has_changed, replaced, require_base, told_base
from gis_service.services.ingest_alike import tell_alike
from gis_service.services.ingest_cell_errors import tell_cell_errors
from gis_service.services.ingest_checks import Checked, Checker
from gis_service.services.ingest_clock import require_time, time_left
from gis_service.services.ingest_part import require_agreed, tell_beside, tell_part
from gis_service.services.ingest_plan import is_far_fewer, located_or_refused, plan_of
from gis_service.services.ingest_source import LoadOptions, LoadReport, Progress, Rows
from gis_service.services.ingest_systems import tell_datum
from gis_service.services.ingest_told import choices_of, notices_of
from gis_service.services.layers import table_of
from gis_service.types import Geometries

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
        self._options = options
        if rows.header.empty:
            raise RefusedInput(ErrorCode.NO_FEATURES, file=rows.file)
        if rows.header.as_bytes and not options.text:
            raise RefusedInput(ErrorCode.TEXT_ENCODING_UNKNOWN, file=rows.file)
        self._plan = plan_of(catalogue, definition, rows, options)
        located_or_refused(catalogue, definition, rows, self._plan)
        self._checker = Checker(self._plan)
        self._replaced: dict[str, object] | None = None
        self._before: int | None = None
        self._written = 0

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
        wait_s = time_left(self._options.until, LOCK_WAIT_S)
        # A savepoint: after a refusal the caller's transaction is as it was.
        with waiting_at_most(connection, table.id, wait_s), connection.begin_nested():
            seen = version_of(connection, table.id)
            if seen is not None and not self._options.own and table_exists(connection, table.id):
                self._before = count(connection, table)
            staging = self.stage(connection, progress)
            alone = _hold(connection, table)
            # Before anything here makes a version of its own, as the first history of a table does.
            newest = version_of(connection, table.id)
            ensure_table(connection, table)
            complete_columns(connection, table.id)
            said = self._options.base or told_base(
                connection, self._definition, self._rows.header.about, self._rows.file
            )
            if not self._options.any_base:
                # Who does not say has seen, at best, what was there when the load began.
                base = said or seen or 0
                if base != (newest or 0) and (said or has_changed(connection, self._definition, base)):
                    require_base(connection, self._definition, base)
            choices = choices_of(self._options, self._checker, self._plan)
            told = "\n".join(part for part in (message, choices) if part)
            version = add_version(connection, table.id, author=author, message=told)
            changes = replace_all(connection, table, staging, alone=alone)
            require_agreed(self._rows, self._definition, changes.removed, agreed=self._options.fewer)
            if said != newest and (changes.changed or changes.removed):
                self._replaced = replaced(connection, self._definition, newest, author)
        return LoadReport(
            table.id,
            version,
            self._checker.kept,
            self._plan.matching.dropped,
            tuple(self._notices()),
            changes,
            tuple(entry for entry in self._findings() if entry.severity is not Severity.ERROR),
        )

    def stage(self, connection: Connection, progress: Progress = lambda _done, _total: None) -> Staging:
        """Check all rows and put them into a staging table.

        Raises
        ------
        RefusedInput
            With every fault of every row.
        """
        fields = self._plan.matching.fields
        staging = Staging(
            connection, table_of(self._definition), [Column(field.name, field.type) for field in fields]
        )
        staging.create()
        with staging.writer() as writer:
            held: list[Checked] = []
            for batch in self._rows.pieces():
                checked = self._checker.take(batch)
                if self._plan.coverage and Repair.SLIVERS in self._options.repairs:
                    # Areas are closed against each other when all of them are known.
                    held.append(checked)
                elif not self._checker.faults:
                    self._write(checked, checked.geometries, writer)
                progress(self._checker.done, self._rows.header.total)
                require_time(self._options.until)
            self._finish()
            for checked, shapes in self._closed(held):
                self._write(checked, shapes, writer)
        self._keep_places(connection, staging)
        return staging

    def _keep_places(self, connection: Connection, staging: Staging) -> None:
        """Let what came back from another system, or in a file of ours, lie just where it lay."""
        crs = None if self._plan.rule is None else self._plan.rule.crs
        if crs is None:
            return
        came_over = not crs.equals(STORAGE, ignore_axis_order=True)
        if came_over or self._rows.header.about.get("LAYER") == self._definition.id:
            tolerance = TOLERANCE_DEGREES if came_over else LAST_DIGITS_DEGREES
            keep_places(connection, table_of(self._definition), staging, tolerance=tolerance)

    def _write(self, checked: Checked, shapes: Geometries | None, writer: StagingWriter) -> None:
        first = self._written + 1
        self._written += len(checked.numbers)
        none = pa.nulls(len(checked.numbers), pa.large_binary())
        writer.write(first, none if shapes is None else to_wkb(shapes), checked.columns)

    def _closed(self, held: list[Checked]) -> Iterator[tuple[Checked, Geometries | None]]:
        """Give the areas of each batch as they were closed, or as they came where they could not be."""
        closed = self._checker.closed
        if closed is None:
            yield from ((entry, entry.geometries) for entry in held)
            return
        ends = np.cumsum([len(entry.numbers) for entry in held])
        yield from zip(held, np.split(closed, ends[:-1]), strict=True)

    def _finish(self) -> None:
        """Refuse when anything was wrong; a look at all rows together comes first."""
        checker = self._checker
        if checker.kept == 0 and not checker.faults:
            raise RefusedInput(ErrorCode.NO_FEATURES, file=self._rows.file)
        checker.finish()
        if self._is_far_fewer() and not self._options.fewer:
            checker.faults.add(ErrorCode.ROWS_FEWER, rows=checker.kept, now=self._before)
        crs = None if self._plan.rule is None else self._plan.rule.crs
        if not self._options.own:
            tell_datum(checker.faults, crs, self._options, self._catalogue)
            tell_beside(checker.faults, self._rows)
            tell_alike(checker.faults, self._rows)
            tell_cell_errors(checker.faults, self._rows.header.about)
        agreed = self._options.fewer
        tell_part(checker.faults, self._rows, self._definition, checker.kept, self._before, agreed=agreed)
        if checker.faults:
            raise checker.faults.refusal(self._params())

    def _is_far_fewer(self) -> bool:
        return is_far_fewer(self._checker.kept, self._before)

    def _params(self) -> dict[str, object]:
        box = ", ".join(f"{side:g}" for side in self._catalogue.city.bbox)
        return {"declared": self._definition.geometry, "box": box, "where": ""}

    def _findings(self) -> tuple[Finding, ...]:
        return self._checker.findings(self._params())

    def _notices(self) -> list[dict[str, object]]:
        told = notices_of(self._checker, self._plan)
        if self._is_far_fewer():
            told.append(("repaired_fewer", {"rows": self._checker.kept, "now": self._before}))
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
