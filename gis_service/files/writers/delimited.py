"""CSV that Excel opens without garbling Vietnamese and without running anything in it."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from gis_service.files.writers.table import GEOMETRY, Note, Table, Tally, place_columns, place_names
from gis_service.text import BYTE_ORDER_MARK, marked_cell

_MAYBE_FORMULA = r"^'*[=+\-@\t\r\n]"


def write_csv(part: Path, table: Table, batches: Iterator[pa.RecordBatch]) -> list[Note]:
    """Write UTF-8 with a byte order mark, the columns named as the fields are.

    A text that a spreadsheet would take for a formula gets an apostrophe before it and is counted. The reader
    knows such a table by its mark and its columns, and takes the apostrophes off again.
    """
    tally = Tally()
    kinds = {name: table.schema.field(name).type for name in table.schema.names if name != GEOMETRY}
    places = place_names(table)
    kinds |= dict.fromkeys(places, pa.float64() if len(places) > 1 else pa.string())
    schema = pa.schema(list(kinds.items()))
    with part.open("wb") as file:
        file.write(BYTE_ORDER_MARK.encode())
        with pyarrow.csv.CSVWriter(file, schema) as writer:
            for batch in batches:
                columns = {
                    name: _plain(batch[name], tally) for name in batch.schema.names if name != GEOMETRY
                }
                columns |= place_columns(batch, table)
                writer.write_batch(pa.RecordBatch.from_arrays(list(columns.values()), schema=schema))
    return tally.notes()


def _plain(column: pa.Array, tally: Tally) -> pa.Array:
    if not pa.types.is_string(column.type):
        return column
    if not pc.any(pc.match_substring_regex(column, _MAYBE_FORMULA), min_count=0).as_py():
        return column
    before = column.to_pylist()
    after = [None if text is None else marked_cell(text) for text in before]
    tally.add("export_formulas_marked", sum(old != new for old, new in zip(before, after, strict=True)))
    return pa.array(after, pa.string())
