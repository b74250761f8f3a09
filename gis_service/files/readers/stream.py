"""What the reader process and its parent say to each other.

Question: one JSON object on the command line. Answer: one Arrow IPC stream on the pipe; what is known about
the source stands in the metadata of its schema, the geometry (WKB) is column 0 where there is one. Asked what
a file holds, the process answers with one JSON list instead. Refusal: exit code 3 and one JSON object as the
last line on standard error.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from gis_service.crs_text import settled_system
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.faults import LONGEST_TEXT, require_columns, too_deep
from gis_service.types import Text
from gis_service.wkb import DEEPEST, FLAT, HEAD, LONG_HEAD, ONE_PART, Nesting, nesting_of

BATCH_ROWS = 4_096
"""Rows of one Arrow batch: with four times as many a load takes a hundred megabytes more and no less time."""
BATCH_BYTES = 64 << 20
"""Bytes of one Arrow batch, where its rows are about alike; the parent holds a few times as much."""
REFUSED_EXIT = 3
TOLD = ("LAYER", "VERSION", "VERSION_TIME", "FILTER", "BBOX")
"""By these an export of a layer is known again: whose it is, of which version, and when that was made; and
which part of it, when it is not all."""
BESIDE = "beside"
"""By this a file tells the layers, as a JSON list, that it holds beside the one that was taken unasked."""
_KEY = b"gis"
_LONGEST = 64

# Arrow's own pool keeps what batches leave; that of the system gives it back: a load takes 30 MB less.
pa.set_memory_pool(pa.system_memory_pool())


@dataclass(frozen=True, slots=True)
class Question:
    """What the reader process is asked to read.

    Parameters
    ----------
    path
        File under a name of our own choosing.
    format
        The one format it may be, a value of ``Format``.
    file
        What the user calls the file, for messages.
    layer
        Layer in the file, or none to take the only one.
    encoding
        Encoding of the text, or none to find out.
    seconds, memory_bytes
        Limits of the process.
    strict_text
        Refuse text of which nobody knows what it is, instead of giving it as ISO-8859-1.
    written_bytes
        Longest file the process may write in its folder.
    osm
        Layers made of an OpenStreetMap extract, by name.
    sets
        ``(path, name)`` of all data sets of this format; given when the question is what they hold.
    several
        Whether the archive holds other data sets than one.
    name
        What the user calls the data set; the file's name without its ending when empty.
    coordinates
        Columns of a table that hold x and y, or the one of WKT, as somebody chose; empty for a table without
        coordinates, none to tell them by their names.
    unpacked_bytes
        What a file that is compressed within may hold, unpacked; without a limit when it is 0.
    """

    path: str
    format: str
    file: str
    layer: str | None
    encoding: str | None
    seconds: int
    memory_bytes: int
    strict_text: bool = True
    written_bytes: int = 1 << 20
    osm: Mapping[str, object] = field(default_factory=dict)
    sets: tuple[tuple[str, str], ...] = ()
    several: bool = False
    name: str = ""
    coordinates: Sequence[str] | None = None
    unpacked_bytes: int = 0

    def to_json(self) -> str:
        """Write the question."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Found:
    """What the source says about itself.

    Parameters
    ----------
    layer
        Name of the layer in the file.
    crs
        Coordinate system as the file names it (authority code, WKT or PROJJSON), none when it does not.
    total
        Features the file claims to hold, none when it does not say.
    geometry
        Whether there is a geometry column.
    place
        Of a table of text: the columns that the geometry was made of, x before y or the one of WKT, and none
        when it has no such; for each of them a column of text follows the geometry, with what could not be
        read there. None for formats that have geometries of their own.
    empty
        Whether there is no feature at all; then no column is known either.
    about
        Of what the file says about itself, the members of :data:`TOLD`; and what was done to read it, in
        small letters: ``our_columns`` (a CSV may be ours by its columns), ``marks_taken_off`` (it is),
        ``index_rebuilt`` (a Shapefile without its index), ``header_row`` and ``skipped_rows`` (a sheet whose
        table does not begin at the top), ``blank_rows``, ``delimiter`` (of a table of text), :data:`BESIDE`,
        ``apart`` (columns that were called the same), ``cells`` (of a sheet: letters of its columns by name,
        and ``[feature, row]`` from which on rows follow one another), ``cell_errors`` (of a sheet: of each
        column and sign of an error how many cells hold it, and the features of the first).
    encoding
        Encoding of the text as the file names it (``.cpg``, language byte, declaration, byte order mark),
        none when nothing says.
    as_bytes
        Whether the text stands as ISO-8859-1, one sign for one byte, because nobody knows its encoding.
    kinds
        Kinds of geometry as the file names them; none when it does not.
    """

    layer: str
    crs: str | None
    total: int | None
    geometry: bool
    empty: bool = False
    place: tuple[str, ...] | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    as_bytes: bool = False
    kinds: tuple[str, ...] = ()

    @property
    def leading(self) -> int:
        """Columns before those of the file: the geometry, and what could not be read of it."""
        return self.geometry + len(self.place or ())


@dataclass(frozen=True, slots=True)
class Opened:
    """One layer, opened in the reader process.

    Parameters
    ----------
    found
        What it says about itself.
    schema
        Its columns, the geometry first.
    batches
        Its rows, once.
    features
        How many it claims to hold; told, and not held against it as ``found.total`` is.
    """

    found: Found
    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    features: int | None = None


def told_of(metadata: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    """Take from the metadata of a file what is of use; a stranger may have written anything there.

    Parameters
    ----------
    metadata
        As the file has it.
    prefix
        Before every name.
    """
    told = {name: metadata.get(prefix + name) for name in TOLD}
    return {name: value[:_LONGEST] for name, value in told.items() if isinstance(value, str)}


def write_stream(
    found: Found, schema: pa.Schema, batches: Iterator[pa.RecordBatch], sink: BinaryIO, file: str = "-"
) -> None:
    """Write the answer, no batch longer than :data:`BATCH_ROWS`.

    Raises
    ------
    RefusedInput
        ``too_many_fields``, ``value_too_long`` or ``too_deeply_nested``.
    """
    require_columns(len(schema) - len(found.place or ()), file)
    told = replace(found, crs=settled_system(found.crs))
    schema = pa.schema(list(schema), metadata={_KEY: json.dumps(asdict(told)).encode()})
    done = 0
    with pa.ipc.new_stream(sink, schema) as writer:
        for batch in batches:
            batch.validate(full=True)
            _refuse_long(batch, done, file)
            if found.geometry:
                _refuse_deep(batch.column(0), done, file)
            done += batch.num_rows
            whole = pa.RecordBatch.from_arrays(batch.columns, schema=schema)
            step = _rows_at_once(whole)
            for start in range(0, whole.num_rows, step):
                writer.write_batch(whole.slice(start, step))


def _rows_at_once(batch: pa.RecordBatch) -> int:
    """Tell how many rows go into one message, so that the parent never holds more than it has room for."""
    pieces = max(1, -(-int(batch.nbytes) // BATCH_BYTES))
    return max(1, min(BATCH_ROWS, int(batch.num_rows) // pieces))


@cache
def _set_of(heads: frozenset[bytes]) -> pa.Array:
    """Make an array of some heads; not when this is imported, since pyarrow would bring pandas along."""
    return pa.array(sorted(heads), pa.binary())


def _refuse_deep(geometry: pa.Array, before: int, file: str) -> None:
    """Refuse what would end, or hold for minutes, the process that reads it."""
    flat = pc.is_in(pc.binary_slice(geometry, 0, HEAD), value_set=_set_of(FLAT))
    one = pc.is_in(pc.binary_slice(geometry, 0, LONG_HEAD), value_set=_set_of(ONE_PART))
    doubtful = pc.and_(pc.invert(pc.or_(flat, one)), pc.is_valid(geometry))
    for row in pc.indices_nonzero(doubtful).to_pylist():
        if nesting_of(geometry[row].as_py()) is Nesting.DEEP:
            feature = before + row + 1
            where = Text(f"ở đối tượng thứ {feature}", f"in feature {feature}")
            raise too_deep(file, DEEPEST, where, feature=feature)


def _refuse_long(batch: pa.RecordBatch, before: int, file: str) -> None:
    for column, name in zip(batch.columns, batch.schema.names, strict=True):
        is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        if not is_text or column.nbytes <= LONGEST_TEXT:
            continue
        lengths = pc.binary_length(column)
        longest = pc.max(lengths).as_py() or 0
        if longest > LONGEST_TEXT:
            feature = before + lengths.index(longest).as_py() + 1
            raise RefusedInput(
                ErrorCode.VALUE_TOO_LONG,
                file=file,
                column=name[:_LONGEST],
                feature=feature,
                bytes=longest,
                limit=LONGEST_TEXT,
            )


def read_found(schema: pa.Schema) -> Found:
    """Read back what :func:`write_stream` put into the schema."""
    told = json.loads(schema.metadata[_KEY])
    place = None if told["place"] is None else tuple(told["place"])
    return Found(**told | {"kinds": tuple(told["kinds"]), "place": place})
