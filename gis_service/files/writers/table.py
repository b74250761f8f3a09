"""What is written, and what a format could not take of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyproj
import shapely

from gis_service.crs import STORAGE
from gis_service.messages.catalogue import notices
from gis_service.types import Geometries, Language, Text

GEOMETRY = "geom"
"""Name of the geometry column in the batches to write."""
_SURE = 100
"""Confidence in a number of EPSG: it is that system, and not one that resembles it."""
_LAST_YEAR = 2100
"""A number up to here behind the name of a column may be a year."""


@dataclass(frozen=True, slots=True)
class Table:
    """What is to be written.

    Parameters
    ----------
    name
        Name of the layer in the file.
    schema
        ``fid`` (int64), ``geom`` (binary, WKB; only where the layer has geometry), then the fields.
    geometry
        ``Point`` … or ``Geometry``; none for a table without geometry.
    crs
        System of the coordinates.
    about
        Title, source, licence and the like, kept in the file where the format can.
    labels
        What people call a field, by its name; others are called by their name.
    language
        Of the headings where people read them.
    placed
        Whether every row has a geometry.
    """

    name: str
    schema: pa.Schema
    geometry: str | None
    crs: pyproj.CRS
    about: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Text] = field(default_factory=dict)
    language: Language = "vi"
    placed: bool = True

    def heading(self, name: str) -> str:
        """Tell what people call a column; two that are called the same are told apart by their names."""
        own = self._called(name)
        twice = sum(self._called(other) == own for other in self.schema.names) > 1
        return f"{own} ({name})" if twice else own

    def _called(self, name: str) -> str:
        label = self.labels.get(name)
        return name if label is None else label.in_language(self.language)


@dataclass(frozen=True, slots=True)
class Note:
    """What a format could not take as it is; ``code`` names its words in the message catalogue."""

    code: str
    params: Mapping[str, object]


def told_notes(notes: Iterable[Note]) -> str:
    """Say in both languages what a format could not take, to stand in the file itself; empty for nothing."""
    words = [(notices()[note.code], note.params) for note in notes]
    return " ".join(one.format(**params) for text, params in words for one in (text.vi, text.en))


class Tally:
    """Counts what a format cannot take, by the code of the note that will say so."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def add(self, code: str, count: int) -> None:
        """Count some more."""
        if count:
            self._counts[code] = self._counts.get(code, 0) + count

    def notes(self) -> list[Note]:
        """Give one note for each thing that happened."""
        return [Note(code, {"count": count}) for code, count in self._counts.items()]


class Watched:
    """Batches on their way into a foreign stream, which keeps of an error no more than its text."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self.error: BaseException | None = None

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        try:
            yield from self._batches
        except BaseException as error:
            self.error = error
            raise


def shapes_of(batch: pa.RecordBatch) -> Geometries:
    """Give the geometries of a batch, (n,); None where a row has none."""
    return np.asarray(shapely.from_wkb(np.array(batch[GEOMETRY].to_pylist(), dtype=object)), dtype=object)


def place_columns(batch: pa.RecordBatch, table: Table) -> dict[str, pa.Array]:
    """Give the places of a batch as columns of numbers where they are points, else as WKT.

    Nothing is given for a table without geometry. In another system than WGS 84 the names of the columns say
    which it is, and WKT has the prefix that PostGIS and QGIS know: ``SRID=9209;POLYGON (…``; 0 is a system
    without a number.
    """
    names = place_names(table)
    if not names:
        return {}
    shapes = shapes_of(batch)
    if len(names) > 1:
        values = (shapely.get_x(shapes), shapely.get_y(shapes))
        columns = [pa.array(axis, pa.float64(), from_pandas=True) for axis in values]
    else:
        texts = shapely.to_wkt(shapes, rounding_precision=-1).tolist()
        prefix = "" if _is_storage(table.crs) else f"SRID={table.crs.to_epsg(_SURE) or 0};"
        columns = [pa.array([None if text is None else prefix + text for text in texts], pa.string())]
    return dict(zip(names, columns, strict=True))


def place_names(table: Table) -> list[str]:
    """Name the columns of `place_columns` as no field is called: ``lon lat``, ``x_9209 y_9209``, ``wkt``."""
    if not table.geometry:
        return []
    names = _axes(table.crs) if table.geometry == "Point" else ["wkt"]
    while set(names) & set(table.schema.names):
        names = [f"place_{name}" for name in names]
    return names


def _axes(crs: pyproj.CRS) -> list[str]:
    """Name the axes of a system so that no reader takes its numbers for those of another."""
    if _is_storage(crs):
        return ["lon", "lat"]
    code = crs.to_epsg(_SURE)
    if code is None or code <= _LAST_YEAR:
        return ["x", "y"]
    return [f"lon_{code}", f"lat_{code}"] if crs.is_geographic else [f"x_{code}", f"y_{code}"]


def _is_storage(crs: pyproj.CRS) -> bool:
    return crs.equals(STORAGE, ignore_axis_order=True)
