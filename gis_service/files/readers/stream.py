"""What the reader process and its parent say to each other.

Question: one JSON object on the command line. Answer: one Arrow IPC stream on the pipe; what is known about
the source stands in the metadata of its schema, the geometry (WKB) is column 0 where there is one. Refusal:
exit code 3 and one JSON object as the last line on standard error.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import BinaryIO

import pyarrow as pa

BATCH_ROWS = 65_536
"""Rows of one Arrow batch: 20 MB of communes, 0.1 s of work."""
REFUSED_EXIT = 3
TOLD = ("LAYER", "VERSION", "VERSION_TIME")
"""By these an export of a layer is known again: whose it is, of which version, and when that was made."""
_KEY = b"gis"
_LONGEST = 64


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
    """

    path: str
    format: str
    file: str
    layer: str | None
    encoding: str | None
    seconds: int
    memory_bytes: int

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
    empty
        Whether there is no feature at all; then no column is known either.
    about
        Of what the file says about itself, the members of :data:`TOLD`.
    """

    layer: str
    crs: str | None
    total: int | None
    geometry: bool
    empty: bool = False
    about: Mapping[str, str] = field(default_factory=dict)


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


def write_stream(found: Found, schema: pa.Schema, batches: Iterator[pa.RecordBatch], sink: BinaryIO) -> None:
    """Write the answer, no batch longer than :data:`BATCH_ROWS`."""
    schema = pa.schema(list(schema), metadata={_KEY: json.dumps(asdict(found)).encode()})
    with pa.ipc.new_stream(sink, schema) as writer:
        for batch in batches:
            batch.validate(full=True)
            whole = pa.RecordBatch.from_arrays(batch.columns, schema=schema)
            for start in range(0, whole.num_rows, BATCH_ROWS):
                writer.write_batch(whole.slice(start, BATCH_ROWS))


def read_found(schema: pa.Schema) -> Found:
    """Read back what :func:`write_stream` put into the schema."""
    return Found(**json.loads(schema.metadata[_KEY]))
