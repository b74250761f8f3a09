"""What an inspection remembers of a file: samples, types and extent, never the whole of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.checks.inference import KeyGuess, Kind, TypeGuess
from gis_service.analysis.checks.prepared import Prepared, Rule, kinds_of
from gis_service.analysis.shapes import place_all
from gis_service.types import BBox, Floats, Geometries, Int64s

SAMPLES = 3
"""Values shown of each column."""
SAMPLE_FEATURES = 500
"""Features on the small map."""
POINTS = 2_000
"""Places kept for guessing the coordinate system."""
_LONGEST = 80
_PIXELS = 1_000
"""Sides of the small map in pixels: what is finer is left out."""
_MOST_VERTICES = 5_000
_ALL_VERTICES = 100_000
"""Vertices of one feature, and of all, on the small map; beyond them its box stands for a feature."""
_VALUES = 10
_EDGES = 9
"""Points along each side of a box on its way to degrees, where its sides are bent."""
_MOST_TEXT_ROWS = 1_000_000
_MOST_TEXT_BYTES = 64 << 20
"""Rows, and bytes of all columns together, that the encoding of text is judged by: judging takes a few times
as much memory and some seconds, and a file whose later rows are written otherwise is rare."""


@dataclass
class ColumnSeen:
    """One column of a file.

    Parameters
    ----------
    name
        As the file writes it.
    type
        As the file says; ``string`` and the like.
    samples
        The first different values.
    nulls
        Rows without a value.
    kind
        What field would hold all of its values; none where no field does.
    unique
        Whether it could be a key: a value in every row, no two the same.
    """

    name: str
    type: str
    samples: list[str]
    nulls: int
    kind: Kind | None
    unique: bool


class ColumnsSeen:
    """Looks at the columns of a file, batch by batch."""

    def __init__(self) -> None:
        self._columns: list[tuple[ColumnSeen, TypeGuess, KeyGuess]] = []
        self._texts: dict[str, list[pa.Array]] = {}
        self._bytes = 0
        self._rows = self._judged = 0
        self._in_part = False

    def take(self, names: Sequence[str], columns: Sequence[pa.Array]) -> None:
        """Look at one batch: (n,) values of each column, as the file has them."""
        if not self._columns:
            self._columns = [
                (
                    ColumnSeen(name, str(column.type), [], 0, None, unique=False),
                    TypeGuess(column.type),
                    KeyGuess(),
                )
                for name, column in zip(names, columns, strict=True)
            ]
        for (seen, types, keys), column in zip(self._columns, columns, strict=True):
            seen.nulls += column.null_count
            if len(seen.samples) < SAMPLES:
                known = [
                    *seen.samples,
                    *(_shown(value.as_py()) or "" for value in column.drop_null()[:100]),
                ]
                seen.samples = list(dict.fromkeys(known))[:SAMPLES]
            types.take(column)
            keys.take(column)
        texts = [(name, column) for name, column in zip(names, columns, strict=True) if _is_text(column)]
        self._judge(texts, len(columns[0]) if columns else 0)

    def _judge(self, texts: Sequence[tuple[str, pa.Array]], rows: int) -> None:
        """Keep the texts of a batch of so many rows for judging their encoding, as far as there is room."""
        fits = 0
        if self._judged == self._rows:
            odd = [_beyond_ascii(column) for _, column in texts]
            size = sum(column.nbytes for column in odd)
            room = _MOST_TEXT_BYTES - self._bytes
            fits = min(rows if size <= room else rows * room // size, _MOST_TEXT_ROWS - self._judged)
            for (name, column), whole in zip(texts, odd, strict=True):
                # Made anew, not cut: a part of an array holds the whole of it in memory.
                part = whole if fits == rows else _beyond_ascii(column.slice(0, fits))
                self._texts.setdefault(name, []).append(part)
                self._bytes += part.nbytes
        if fits < rows and not self._in_part:
            self._in_part = not all(_is_plain(column.slice(fits)) for _, column in texts)
        self._rows += rows
        self._judged += fits

    def finish(self) -> list[ColumnSeen]:
        """Give what was seen."""
        for seen, types, keys in self._columns:
            seen.kind, seen.unique = types.kind, keys.unique
        return [seen for seen, _, _ in self._columns]

    def judged_of(self) -> tuple[int, int] | None:
        """Tell of how many rows the text is judged, and of how many there are; None when all of it is."""
        return (self._judged, self._rows) if self._in_part else None

    def texts(self) -> dict[str, pa.ChunkedArray]:
        """Give the text columns with letters beyond ASCII, for guessing their encoding."""
        whole = {name: pa.chunked_array(parts) for name, parts in self._texts.items()}
        return {name: column for name, column in whole.items() if column.null_count < len(column)}


class PlacesSeen:
    """Looks at the geometries of a file, batch by batch.

    Parameters
    ----------
    rule
        What places them on the map.
    """

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self.kinds: Counter[str] = Counter()
        self._bounds: BBox | None = None
        self._placed: BBox | None = None
        self._points: list[Any] = []
        self._stride = 1

    def take(self, prepared: Prepared, first: int) -> None:
        """Look at one batch whose first row has this number."""
        self._widen(prepared)
        names, counts = np.unique(kinds_of(prepared.raw).astype(str), return_counts=True)
        self.kinds.update({str(name): int(count) for name, count in zip(names, counts, strict=True) if name})
        bounds = shapely.bounds(prepared.raw)
        if not np.isfinite(bounds).any():
            return
        centres = (bounds[:, :2] + bounds[:, 2:]) / 2
        here = (np.arange(first, first + len(centres)) - 1) % self._stride == 0
        self._points += [
            (number, xy)
            for number, xy in zip(np.arange(first, first + len(centres))[here], centres[here], strict=True)
        ]
        while len(self._points) > POINTS:
            self._stride *= 2
            self._points = [(number, xy) for number, xy in self._points if (number - 1) % self._stride == 0]

    def _widen(self, prepared: Prepared) -> None:
        """Take the places of a batch into the box: of rows that go on as repaired, of others as written."""
        known = self._rule.crs is not None
        left_over = np.ones(len(prepared.raw), dtype=bool)
        if known:
            left_over[prepared.rows[~np.asarray(shapely.is_missing(prepared.geometries))]] = False
            self._placed = _around(self._placed, prepared.geometries)
        self._bounds = _around(self._bounds, prepared.raw[left_over])

    def box(self) -> BBox | None:
        """Give west, south, east, north in degrees; none where nobody knows the system."""
        boxes = [box for box in (self._placed, self._box_of_raw()) if box is not None]
        west, south, east, north = np.array(boxes, dtype=float).reshape(-1, 4).T
        if not boxes:
            return None
        return float(west.min()), float(south.min()), float(east.max()), float(north.max())

    def _box_of_raw(self) -> BBox | None:
        if self._bounds is None:
            return None
        west, south, east, north = self._bounds
        across, up = np.meshgrid(np.linspace(west, east, _EDGES), np.linspace(south, north, _EDGES))
        frame = shapely.multipoints(np.column_stack([across.ravel(), up.ravel()]))
        placed = place_all(np.array([frame], dtype=object), self._rule)[0]
        if placed is None:
            return None
        west, south, east, north = shapely.bounds(placed).tolist()
        return west, south, east, north

    def points(self) -> Floats:
        """Give places spread over the file: (n, 2) in its own system, n at most :data:`POINTS`."""
        found = np.array([xy for _, xy in self._points], dtype=float).reshape(-1, 2)
        whole: Floats = found[np.isfinite(found).all(axis=1)]
        return whole


def _around(box: BBox | None, geometries: Geometries) -> BBox | None:
    """Widen a box so that geometries lie in it; those that are endless do not count."""
    bounds = shapely.bounds(geometries)
    whole = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(whole):
        return box
    low, high = whole[:, :2].min(axis=0), whole[:, 2:].max(axis=0)
    if box is not None:
        low, high = np.minimum(low, box[:2]), np.maximum(high, box[2:])
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


class Sample:
    """Features for a small map: those at fault first, the others spread over the file.

    Parameters
    ----------
    rule
        What places them.
    """

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._stride = 1
        self._rows: dict[int, tuple[BaseGeometry | None, dict[str, str | None]]] = {}
        self._bad: dict[int, tuple[BaseGeometry | None, dict[str, str | None]]] = {}

    def take(
        self,
        names: Sequence[str],
        batch: pa.RecordBatch,
        prepared: Prepared,
        first: int,
        bad: Mapping[int, list[str]],
    ) -> None:
        """Choose from one batch.

        Parameters
        ----------
        names
            Columns without the geometry.
        batch
            The rows; the geometry is column 0.
        prepared
            Its geometries: shown as repaired where they go on, else as written.
        first
            Number of its first row.
        bad
            What is wrong, by feature number.
        """
        numbers = np.arange(first, first + len(prepared.raw))
        room = SAMPLE_FEATURES // 2 - len(self._bad)
        faulty = np.array([number in bad for number in numbers.tolist()], dtype=bool)
        self._bad.update(
            self._chosen(names, batch, prepared, numbers, np.flatnonzero(faulty)[: max(room, 0)])
        )
        rest = np.flatnonzero(((numbers - 1) % self._stride == 0) & ~faulty)
        while len(self._rows) + len(rest) > SAMPLE_FEATURES // 2:
            self._stride *= 2
            self._rows = {n: row for n, row in self._rows.items() if (n - 1) % self._stride == 0}
            rest = np.flatnonzero(((numbers - 1) % self._stride == 0) & ~faulty)
        self._rows.update(self._chosen(names, batch, prepared, numbers, rest))

    def collection(self, bad: Mapping[int, list[str]], box: BBox | None) -> dict[str, Any]:
        """Write a GeoJSON feature collection.

        Parameters
        ----------
        bad
            Codes by feature number; they stand in the property ``faults``.
        box
            Extent of the map, by which lines are simplified.
        """
        step = 0.0 if box is None else max(box[2] - box[0], box[3] - box[1]) / _PIXELS
        left, features = _ALL_VERTICES, []
        for number, (shape, values) in [*sorted(self._bad.items()), *sorted(self._rows.items())]:
            coarse = _coarse(shape, step, left)
            left -= 0 if coarse is None else int(shapely.get_num_coordinates(coarse))
            features.append(
                {
                    "type": "Feature",
                    "id": number,
                    "geometry": None if coarse is None else mapping(coarse),
                    "properties": {"number": number, "faults": bad.get(number, []), "values": values},
                }
            )
        return {"type": "FeatureCollection", "features": features}

    def _chosen(
        self, names: Sequence[str], batch: pa.RecordBatch, prepared: Prepared, numbers: Int64s, rows: Int64s
    ) -> dict[int, tuple[BaseGeometry | None, dict[str, str | None]]]:
        shapes = place_all(prepared.raw[rows], self._rule)
        if self._rule.crs is not None:
            # The first part stands for a feature that was divided.
            kept, at = np.unique(prepared.rows, return_index=True)
            known = dict(zip(kept.tolist(), prepared.geometries[at], strict=True))
            repaired = np.array([known.get(row) for row in rows.tolist()], dtype=object)
            there = ~np.asarray(shapely.is_missing(repaired))
            shapes[there] = repaired[there]
        columns = batch.columns[batch.num_columns - len(names) :][:_VALUES]
        values = [
            {name: _shown(column[row].as_py()) for name, column in zip(names, columns, strict=False)}
            for row in rows.tolist()
        ]
        return {
            int(numbers[row]): (shape, told) for row, shape, told in zip(rows, shapes, values, strict=True)
        }


def _coarse(shape: BaseGeometry | None, step: float, left: int) -> BaseGeometry | None:
    """Draw a geometry coarsely, in time that grows with its vertices alone; none for what has no place.

    GEOS' simplification makes its results valid, which takes the square of the vertices of a scribble.
    """
    if shape is None or shape.is_empty or not _on_earth(shape):
        return None
    try:
        drawn: BaseGeometry = shapely.remove_repeated_points(shape, step)
    except shapely.errors.GEOSException:
        # A ring that is finer than a pixel: it stays as it is.
        drawn = shape
    if shapely.get_num_coordinates(drawn) > min(_MOST_VERTICES, left):
        drawn = shapely.box(*shape.bounds)
    coarse: BaseGeometry = shapely.set_precision(drawn, 1e-7, mode="pointwise")
    return coarse


def _on_earth(shape: BaseGeometry) -> bool:
    west, south, east, north = shape.bounds
    return bool(west >= -180 and east <= 180 and south >= -90 and north <= 90)  # noqa: PLR2004  degrees


def _beyond_ascii(column: pa.Array) -> pa.Array:
    """Give texts without those of plain letters, which need no repair; the rows keep their numbers."""
    if _is_plain(column):
        return pa.nulls(len(column), column.type)
    return pc.if_else(pc.string_is_ascii(column), pa.scalar(None, column.type), column)


def _is_plain(column: pa.Array) -> bool:
    return bool(pc.all(pc.string_is_ascii(column), min_count=0).as_py())


def _shown(value: object) -> str | None:
    """Write a value for people, none where there is none; as files have it, not as Python does."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)[:_LONGEST]


def _is_text(column: pa.Array) -> bool:
    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))
