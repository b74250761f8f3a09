"""How much of the work on uploads one process does while somebody waits; a job does what is more.

An inspection and a commit hold a thread and a connection of the process that answers everybody else, too, and
their checks take memory and time by the rows, of which an archive of a few megabytes may hold millions.
"""

import threading
import time
from collections.abc import Iterable, Iterator

import pyarrow as pa

from gis_service.services.ingest_clock import TooMuchAtOnceError, require_time
from gis_service.services.uploads import Upload

AT_ONCE_BYTES = 16 << 20
"""Largest file that is inspected or committed by the process that answers."""
AT_ONCE_ROWS = 100_000
AT_ONCE_ROW_BYTES = 64 << 20
"""Rows, and their bytes unpacked, up to which it does so; checking takes a few times as much memory."""
WAIT_S = 20.0
"""Longest that somebody waits for what is found in a file, or for its commit."""
AT_ONCE_S = 20.0
"""Time that reading and checking them took, up to which it reads them once more."""
AT_ONCE = threading.BoundedSemaphore(2)
"""Requests of one process that may inspect, wait for an inspection, or commit."""


class Measured:
    """The rows of a file, measured as they come.

    Parameters
    ----------
    batches
        They.
    until
        Moment, as of `time.monotonic`, until which somebody waits: then iterating raises `TooMuchAtOnceError`
        when more come than one process looks through meanwhile, or that moment has come. None when nobody
        waits.
    """

    def __init__(self, batches: Iterable[pa.RecordBatch], *, until: float | None) -> None:
        self._batches, self._until = batches, until
        self.beyond = False
        """Whether more have come than that, or took longer."""

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """Give the rows."""
        rows, size, begun = 0, 0, time.monotonic()
        for batch in self._batches:
            rows, size = rows + batch.num_rows, size + batch.nbytes
            self.beyond = rows > AT_ONCE_ROWS or size > AT_ONCE_ROW_BYTES
            self._require_time()
            yield batch
        self.beyond |= time.monotonic() - begun > AT_ONCE_S
        # The last batch has been checked too; what looks at all of them together comes now.
        self._require_time()

    def _require_time(self) -> None:
        if self._until is not None and self.beyond:
            raise TooMuchAtOnceError
        require_time(self._until)


def is_beyond(upload: Upload) -> bool:
    """Tell of an upload that is a job's: by its bytes, and by what was found in it."""
    inspection = upload.inspection or {}
    return (upload.size or 0) > AT_ONCE_BYTES or bool(inspection.get("beyond_at_once"))
