"""What goes into a load and what comes out of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import shapely

from gis_service.analysis.checks.findings import Finding, Repair
from gis_service.crs import STORAGE
from gis_service.db.publish import Changes
from gis_service.files.readers import Header, ReaderLimits
from gis_service.services.ingest_placed import Placed, Placing
from gis_service.types import Floats, VersionId

PIECE_ROWS = 4_096
"""Rows that are checked at a time."""
WIDEST_GAP_M = 1000
"""Gaps between areas that are wider than this are no slips of drawing."""
Progress = Callable[[int, int | None], None]
"""Called with the features done so far, and how many there are when that is known."""


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How a file is to be read.

    Parameters
    ----------
    crs
        Coordinate system, for files that do not say; it goes before what the file says.
    encoding
        Encoding of the text, for files that do not say.
    name
        Layer in the file, when there are several.
    repairs
        What to repair on the way; nothing is unless chosen.
    columns
        Field by column of the file, before any match by name; none leaves a column out.
    text
        Old encoding of the text by column of the file, or by ``*`` for all: ``tcvn3`` (:class:`TextRepair`).
    numbers
        What points in the numbers of a column mean, by column of the file: ``thousands``, or ``decimal`` as
        without a choice.
    coordinates
        Columns of a table that hold x and y, or the one of WKT; empty for rows without coordinates. Told by
        their names unless chosen.
    placing
        By which units the rows of a list without coordinates find their place; they find none unless chosen.
    gap_m
        Widest gap between areas that tile the ground which is told, and closed by the repair ``slivers``.
    confirm_fewer
        Load also when the layer comes to have over 30 % fewer features than it has.
    own
        The rows are of our own making: what only strangers' files may have is not looked for.
    limits
        What reading may cost.
    base
        Version that the rows were made from: the load is refused when the layer has a newer one. When not
        given, the version that a file tells which was exported here, else the newest as the load begins.
    any_base
        Load whatever version the rows were made from, and whatever comes in meanwhile.
    called
        What its owner calls the file, where it lies under another name.
    until
        Moment, as of `time.monotonic`, until which somebody waits for what is read; see
        :func:`gis_service.services.ingest_clock.require_time`.
    """

    crs: str | None = None
    encoding: str | None = None
    name: str | None = None
    repairs: frozenset[Repair] = frozenset()
    columns: Mapping[str, str | None] = field(default_factory=dict)
    text: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)
    coordinates: tuple[str, ...] | None = None
    placing: Placing | None = None
    gap_m: float = 1.0
    confirm_fewer: bool = False
    own: bool = False
    limits: ReaderLimits = field(default_factory=ReaderLimits)
    base: int | None = None
    any_base: bool = False
    called: str | None = None
    until: float | None = None

    @property
    def fewer(self) -> bool:
        """Whether somebody has said yes to far fewer features."""
        return self.confirm_fewer or Repair.FEWER in self.repairs


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did.

    Parameters
    ----------
    layer, version
        Layer, and the version made.
    features
        Rows the layer holds now.
    dropped_columns
        Columns of the file that the definition does not name.
    notices
        ``{code, params}`` of everything worth saying that was no reason to refuse.
    changes
        Rows added, changed, removed and left alone.
    findings
        Warnings and notes: what people should look at, although it was loaded.
    """

    layer: str
    version: VersionId
    features: int
    dropped_columns: tuple[str, ...]
    notices: tuple[dict[str, object], ...]
    changes: Changes
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """A source of rows, a file's or our own.

    Parameters
    ----------
    file
        What people call it.
    header
        What it says about itself.
    names
        Columns without the geometry.
    batches
        Record batches; column 0 is the WKB geometry when the header says so.
    placed
        Where the rows of a list without coordinates went; none for rows that have a place of their own.
    """

    file: str
    header: Header
    names: tuple[str, ...]
    batches: Iterable[pa.RecordBatch]
    placed: Placed | None = None

    def pieces(self) -> Iterator[pa.RecordBatch]:
        """Give the rows in pieces small enough that their geometries are a few dozen megabytes at a time."""
        for batch in self.batches:
            for start in range(0, batch.num_rows, PIECE_ROWS):
                yield batch.slice(start, PIECE_ROWS)


def rows_of(table: Mapping[str, list[Any]], points: Floats | None, *, name: str) -> Rows:
    """Make a source of plain lists: values by column, and (n, 2) longitudes and latitudes of points.

    Parameters
    ----------
    table
        Values by column; all of one length.
    points
        (n, 2) degrees in WGS 84; none for rows without a place.
    name
        What people call this source.
    """
    columns = {column: pa.array(values) for column, values in table.items()}
    names = tuple(columns)
    if points is not None:
        columns = {"geometry": pa.array(shapely.to_wkb(shapely.points(points)), pa.binary()), **columns}
    header = Header(name, STORAGE.to_wkt(), None, points is not None)
    return Rows(name, header, names, pa.table(columns).to_batches())
