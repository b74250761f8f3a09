"""The question that is asked before a layer is opened to everybody: whether it holds personal data."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import cast

import numpy as np
import pyarrow as pa

from gis_service.analysis.checks.findings import Finding
from gis_service.analysis.columns import ARROW_TYPES
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.engine import Connection
from gis_service.db.export import BATCH_ROWS, read_rows
from gis_service.db.export import Rows as LayerRows
from gis_service.db.layers import table_exists
from gis_service.errors import ErrorCode, Fault, RefusedInput
from gis_service.services.ingest_faults import FaultList
from gis_service.services.ingest_personal import PersonalColumns
from gis_service.services.layers import table_of
from gis_service.types import Text

LOOKED_AT = 6 * BATCH_ROWS
"""Rows that are looked at: somebody waits, and a column of phone numbers shows in its first rows."""
_TOLD = ("text", "integer", "number")
"""Types of fields that personal data stands in."""


def require_agreed(connection: Connection, definition: LayerDefinition) -> None:
    """Refuse to open a layer whose columns look like personal data; for whoever has not said yes to that.

    Parameters
    ----------
    connection
        Inside the transaction that opens it.
    definition
        The layer, with the fields that its table has.

    Raises
    ------
    RefusedInput
        ``personal_opened``, with every such column, and none of its values.
    """
    found = personal_columns(connection, definition)
    if found:
        faults = [Fault(Text(f"cột {one.column}", f"column {one.column}"), _said(one)) for one in found]
        columns = ", ".join(str(one.column) for one in found)
        raise RefusedInput(ErrorCode.PERSONAL_OPENED, faults, layer=definition.id, columns=columns)


def personal_columns(connection: Connection, definition: LayerDefinition) -> tuple[Finding, ...]:
    """Give the columns of a layer that look like personal data, by their names and by the first rows."""
    fields = tuple(field for field in definition.fields if field.type in _TOLD)
    if definition.is_raster or not fields or not table_exists(connection, definition.id):
        return ()
    seen, faults = PersonalColumns(fields), FaultList()
    for columns in _batches(connection, replace(definition, fields=fields)):
        seen.take(columns, np.arange(1, len(columns[0]) + 1))
    seen.tell(faults)
    return faults.findings({})


def _batches(connection: Connection, definition: LayerDefinition) -> Iterator[list[pa.Array]]:
    batches = read_rows(connection, LayerRows(table_of(definition)))
    for rows in islice(batches, LOOKED_AT // BATCH_ROWS):
        _, _, *columns = zip(*rows, strict=True)
        kinds = [ARROW_TYPES[field.type] for field in definition.fields]
        yield [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]


def _said(found: Finding) -> Text:
    """Say what the values of a column look like, and how many of them do."""
    what = cast("Text", found.params["what"])
    return Text(f"{what.vi} ({found.count})", f"{what.en} ({found.count})")
