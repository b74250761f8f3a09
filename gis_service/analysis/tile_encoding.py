"""Vector tiles of rows as the database holds them: shapes are cut, brought to whole units and written here.

The database only finds the rows and hands them over in one piece; what it would do with each of them, bring
it to Web Mercator, cut it, mend it, compare its attributes, is most of the work of a tile. The tile is the
one that ``ST_AsMVT`` of PostGIS makes, but for two things: no corner is left out that a unit tells from its
neighbours, so that areas which share a border share it in the tile; and a ring may begin at another corner.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import shapely

from gis_service.analysis.kernels import (
    TILE_AREAS,
    TILE_HIGH,
    TILE_LOW,
    TILE_UNSURE,
    columns_at,
    draw_shapes,
    frame_of,
    numbers_at,
    write_features,
    write_rings,
)
from gis_service.analysis.kernels.tile_rows import Bytes
from gis_service.types import Floats, Int64s

ValueKind: TypeAlias = Literal["text", "integer", "number", "boolean"]
EXTENT = 4096
_KINDS: dict[ValueKind, int] = {"text": 0, "integer": 1, "number": 2, "boolean": 3}
_AROUND = 6
"""Bytes of the name and the length of the layer."""
_LAYER, _NAME, _KEY, _EXTENT, _VERSION = b"\x1a", b"\x0a", b"\x1a", b"\x28", b"\x78\x02"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column that becomes an attribute.

    Parameters
    ----------
    name
        Of the attribute.
    kind
        How it is written: texts in UTF-8, whole numbers and others of eight bytes, yes or no of one.
    """

    name: str
    kind: ValueKind


@dataclass(frozen=True, slots=True)
class EncodedTile:
    """A vector tile.

    Parameters
    ----------
    content
        Its bytes; empty where there are no features.
    shown
        Features in it.
    """

    content: bytes
    shown: int


class TileRows:
    """Rows of one layer with their shapes drawn for one tile.

    Parameters
    ----------
    block
        All rows, as ``record_send`` of PostgreSQL writes them: the number (eight bytes), the shape in
        longitude and latitude (WGS 84) as WKB of two dimensions, then the attributes.
    count
        Rows.
    attributes
        Of the columns after the first two.
    name
        Of the layer inside the tile.
    zxy
        Zoom, column, row in the matrix set WebMercatorQuad.
    """

    def __init__(
        self, block: bytes, count: int, attributes: Sequence[Attribute], name: str, zxy: tuple[int, int, int]
    ) -> None:
        self._block: Bytes = np.frombuffer(block, np.uint8)
        self._kinds = np.array([_KINDS[one.kind] for one in attributes], np.int64)
        self._begin, self._length = columns_at(self._block, count, len(attributes) + 2)
        self._fids = numbers_at(self._block, np.ascontiguousarray(self._begin[:, 0]))
        frame = frame_of(*zxy)
        shapes = np.ascontiguousarray(self._begin[:, 1]), np.ascontiguousarray(self._length[:, 1])
        self._sorts, first, self._commands = draw_shapes(self._block, *shapes, frame)
        self._first, self._last = first[:-1], first[1:].copy()
        self._mend(shapes, zxy)
        self._begins = _field(_NAME, name.encode())
        self._keys = b"".join(_field(_KEY, one.name.encode()) for one in attributes)
        self._ends = _EXTENT + _varint(EXTENT) + _VERSION

    @property
    def seen(self) -> Int64s:
        """Rows of which anything is seen, in the order of their numbers."""
        order: Int64s = np.argsort(self._fids, kind="stable")
        seen: Int64s = order[self._sorts[order] != 0]
        return seen

    def of_fids(self, fids: Int64s) -> Int64s:
        """Give the rows of which anything is seen by their numbers, in the order of these."""
        order = np.argsort(self._fids, kind="stable")
        rows: Int64s = order[np.searchsorted(self._fids, fids, sorter=order)]
        seen: Int64s = rows[self._sorts[rows] != 0]
        return seen

    def encode(self, order: Int64s, budget: int = 0) -> EncodedTile:
        """Write the tile.

        Parameters
        ----------
        order
            Rows of which anything is seen, in the order of their features.
        budget
            Bytes that the tile may take: the first feature that is too much ends it. 0 for no limit.
        """
        around = len(self._begins) + len(self._keys) + len(self._ends)
        features, values, shown = write_features(
            self._block,
            self._begin,
            self._length,
            self._kinds,
            (self._sorts, self._first, self._last, self._commands),
            order,
            max(budget - around - _AROUND, 1) if budget else 0,
        )
        if not shown:
            return EncodedTile(b"", 0)
        layer = b"".join((self._begins, features.data, self._keys, values.data, self._ends))
        return EncodedTile(_field(_LAYER, layer), shown)

    def _mend(self, shapes: tuple[Int64s, Int64s], zxy: tuple[int, int, int]) -> None:
        """Draw areas anew whose outlines meet themselves in whole units, or did from the beginning."""
        unsure, more, end = np.flatnonzero(self._sorts == TILE_UNSURE), [], len(self._commands)
        for row in unsure:
            at, size = shapes[0][row], shapes[1][row]
            commands = mended(self._block[at : at + size].tobytes(), zxy)
            more.append(commands)
            self._sorts[row] = TILE_AREAS if len(commands) else 0
            self._first[row], self._last[row] = end, end + len(commands)
            end += len(commands)
        if more:
            self._commands = np.concatenate([self._commands, *more])


def mended(shape: bytes, zxy: tuple[int, int, int]) -> Bytes:
    """Draw the area that an outline covers which meets itself, on the grid of whole units.

    Parameters
    ----------
    shape
        Polygon or polygons in longitude and latitude (WGS 84) as WKB.
    zxy
        Zoom, column, row of the tile.

    Returns
    -------
    Commands of the tile; none where nothing is left.
    """
    area = shapely.transform(shapely.from_wkb(shape), lambda places: _in_units(places, zxy))
    if not area.is_valid:
        area = shapely.make_valid(area, method="structure")
    seen = shapely.clip_by_rect(area, TILE_LOW, TILE_LOW, TILE_HIGH, TILE_HIGH)
    if not seen.is_valid:
        seen = shapely.intersection(area, shapely.box(TILE_LOW, TILE_LOW, TILE_HIGH, TILE_HIGH))
    parts = shapely.get_parts(shapely.set_precision(seen, 1.0))
    polygons = shapely.orient_polygons(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
    rings = shapely.get_rings(polygons)
    places, owner = shapely.get_coordinates(rings, return_index=True)
    # The last corner of a ring is its first one again.
    is_last = np.append(owner[1:] != owner[:-1], True)[: len(owner)]
    corners, owner = places[~is_last].astype(np.int64), owner[~is_last]
    first = np.searchsorted(owner, np.arange(len(rings) + 1))
    return write_rings(
        np.ascontiguousarray(corners[:, 0]), np.ascontiguousarray(corners[:, 1]), first.astype(np.int64)
    )


def _in_units(places: Floats, zxy: tuple[int, int, int]) -> Floats:
    """Turn longitude and latitude into units of a tile."""
    z, x, y = zxy
    side = EXTENT * 2.0**z
    east = (places[:, 0] / 360 + 0.5) * side - EXTENT * x
    up = np.arcsinh(np.tan(np.radians(places[:, 1]))) / (2 * np.pi)
    return np.stack([east, (0.5 - up) * side - EXTENT * y], axis=1)


def _field(name: bytes, content: bytes) -> bytes:
    return name + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004  seven bits
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
