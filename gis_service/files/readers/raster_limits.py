"""What reading a raster may cost, and the question that its reader process is asked."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from gis_service.files.rooms import home_of

if TYPE_CHECKING:
    # The reader process imports this module too, and has no use for the settings, which are slow to import.
    from gis_service.settings import Settings

MOST_BANDS = 64
"""Satellite pictures have 13 bands, a year of weeks 52; a file of more is a data cube that no map shows."""
LONGEST_SIDE = 500_000
"""Cells of one row or column: a row is the least that is read at once."""
BLOCK_BYTES = 256 << 20
"""Largest strip or tile, unpacked: GDAL holds one whole, however little of it is asked for."""
PREVIEW_CELLS = 256
"""Longer side of the small picture of an inspection; as many lines are looked at for its figures."""

Task = Literal["inspect", "make", "warp"]
Kind = Literal["values", "classes"]
"""Whether cells hold measures, of which a mean makes sense, or names of classes."""


@dataclass(frozen=True, slots=True)
class RasterLimits:
    """What reading one raster may cost.

    Parameters
    ----------
    seconds
        Wall clock, and time of the processor.
    memory_bytes
        Address space of the reader process.
    cells
        Width by height.
    unpacked_bytes
        All cells of all bands.
    home
        Folder of the folders that files are looked at in; where the system keeps what is temporary when not
        given.
    """

    seconds: int = 900
    memory_bytes: int = 4 << 30
    cells: int = 1_000_000_000
    unpacked_bytes: int = 8 << 30
    home: str | None = None

    @classmethod
    def of(cls, settings: "Settings") -> "RasterLimits":
        """Take the limits from the settings."""
        return cls(
            seconds=settings.reader_seconds,
            memory_bytes=settings.reader_memory_mb << 20,
            cells=settings.raster_max_mpix * 1_000_000,
            unpacked_bytes=settings.raster_max_mb << 20,
            home=str(home_of(settings)),
        )


@dataclass(frozen=True, slots=True)
class RasterQuestion:
    """What the reader process is asked.

    Parameters
    ----------
    task
        ``inspect`` a file, ``make`` our own of it, or ``warp`` one of ours into another system.
    path, out
        Names of ours for the file, and for what is made.
    file
        What the user calls it.
    limits
        What it may cost.
    crs
        System to write, as WKT; that of the file when not given.
    nodata
        Value that means "no data", when ``nodata_said``; none for that of the file.
    nodata_said
        Whether somebody has chosen ``nodata``, also that there is none.
    kind
        Which resampling fits: means for ``values``, the nearest cell for ``classes``; none to guess.
    summed
        Bands of which cells of another system get shares of what these hold, so that the total is kept.
    pictures
        Whether the file is an MBTiles of pictures, and no GeoTIFF.
    """

    task: Task
    path: str
    file: str
    limits: RasterLimits = field(default_factory=RasterLimits)
    out: str | None = None
    crs: str | None = None
    nodata: float | None = None
    nodata_said: bool = False
    kind: Kind | None = None
    summed: tuple[int, ...] = ()
    pictures: bool = False

    def to_json(self) -> str:
        """Write the question as one argument."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "RasterQuestion":
        """Read the question."""
        told: Mapping[str, Any] = json.loads(text)
        return cls(**{**told, "limits": RasterLimits(**told["limits"]), "summed": tuple(told["summed"])})
