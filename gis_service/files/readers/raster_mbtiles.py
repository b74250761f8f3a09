"""Reads an MBTiles file of pictures as one raster, in the reader process of rasters.

A stranger's database: it is opened to be read and never changed, nothing that its schema defines may do more
than select, and each picture is judged by its bytes before it is unpacked. The finest zoom is the raster;
coarser ones are made of it anew.
"""

import math
import re
import sqlite3
import warnings
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import MemoryFile
from rasterio.windows import Window

from gis_service.crs import TILE_SRID
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.picture_kinds import media_of
from gis_service.files.readers.raster_limits import RasterQuestion

SIDES = (256, 512)
"""Pixels that a side of a picture may have."""
MOST_PICTURE_BYTES = 2 << 20
MOST_ZOOM = 24
_HALF_WORLD_M = math.pi * 6_378_137.0
_KEPT_BYTES = 256 << 20
"""What unpacked pictures may take that are kept for the next line of cells."""
_BANDS = 4
_SHADES = (1, 3)
"""Bands beside alpha: of greys or a palette, and of colours."""
_DRIVERS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
_VECTOR = (b"\x1f\x8b", b"\x78", b"\x1a")
"""How packed and plain vector tiles begin."""
_SHOWN, _LONGEST_REASON = 40, 200
"""Letters of what a stranger's file holds in a refusal."""
_SAID, _TAG, _LONGEST_SAID = {"name": "title", "attribution": "source"}, re.compile(r"<[^>]*>"), 200
"""Members of the metadata by what a layer calls them; links in a credit are written as HTML."""
_MAY = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})
_FUNCTIONS = frozenset({"count", "min", "max", "typeof", "coalesce", "ifnull"})
_PLACES = (
    "SELECT min(tile_column), max(tile_column), min(tile_row), max(tile_row) FROM tiles WHERE zoom_level = ?"
)
_PICTURE = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ? LIMIT 1"
_WHOLE = {"GDAL_PNG_WHOLE_IMAGE_OPTIM": "NO", "GDAL_ERROR_ON_LIBJPEG_WARNING": "YES"}
"""A picture that ends early is refused: by its shorter way GDAL gives what lay in memory for a PNG's rest."""
Pixels = NDArray[np.uint8]


class PictureTiles:
    """The finest zoom of an MBTiles file, as far as a raster is asked by its reader.

    Red, green, blue and alpha, 0 where there is no picture; the members are called as those of rasterio.

    Parameters
    ----------
    file
        The database, closed in.
    name
        What its owner calls it.

    Raises
    ------
    RefusedInput
        ``mbtiles_empty``, ``mbtiles_place_unfit``, ``mbtiles_vector``, ``mbtiles_picture_unfit``.
    """

    count = _BANDS
    dtypes = ("uint8",) * _BANDS
    colorinterp = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
    mask_flag_enums = ([MaskFlags.per_dataset, MaskFlags.alpha],) * _BANDS
    nodata = interleaving = compression = rpcs = None
    nodatavals = descriptions = units = (None,) * _BANDS
    scales, offsets = (1.0,) * _BANDS, (0.0,) * _BANDS
    subdatasets = ()

    def __init__(self, file: sqlite3.Connection, name: str) -> None:
        self._file, self._name = file, name
        self._kept: OrderedDict[tuple[int, int], Pixels | None] = OrderedDict()
        self._zoom = self._finest()
        first, last, south, north = self._whole(file.execute(_PLACES, (self._zoom,)).fetchone())
        self._column, self._row = first, (1 << self._zoom) - 1 - north
        across, down = last - first + 1, north - south + 1
        self._side = self._side_of_any()
        self._most_kept = max(across + 1, _KEPT_BYTES // (self._side * self._side * _BANDS))
        self.width, self.height = across * self._side, down * self._side
        self.crs = CRS.from_epsg(TILE_SRID)
        tile = 2 * _HALF_WORLD_M / (1 << self._zoom)
        west, top = self._column * tile - _HALF_WORLD_M, _HALF_WORLD_M - self._row * tile
        self.transform = Affine(tile / self._side, 0.0, west, 0.0, -tile / self._side, top)
        self.block_shapes = [(self._side, self._side)] * _BANDS

    @property
    def said(self) -> dict[str, str]:
        """What the file tells of itself: ``title`` and ``source``, as plain text."""
        # A table that the format asks for, and not every program writes.
        with suppress(sqlite3.Error, UnicodeDecodeError):
            found = self._file.execute("SELECT name, value FROM metadata LIMIT 100").fetchall()
            told = {_SAID[name]: value for name, value in found if name in _SAID and isinstance(value, str)}
            return {name: _TAG.sub("", value)[:_LONGEST_SAID].strip() for name, value in told.items()}
        return {}

    def read(self, *, window: Window) -> Pixels:
        """Give the cells of all bands, ``(4, rows, columns)``."""
        left, top = int(window.col_off), int(window.row_off)
        right, bottom = left + int(window.width), top + int(window.height)
        cells = np.zeros((_BANDS, bottom - top, right - left), dtype=np.uint8)
        side = self._side
        for row in range(top // side, -(-bottom // side)):
            for column in range(left // side, -(-right // side)):
                picture = self._picture(column, row)
                if picture is None:
                    continue
                x, y = column * side, row * side
                rows = slice(max(top, y) - y, min(bottom, y + side) - y)
                columns = slice(max(left, x) - x, min(right, x + side) - x)
                part = picture[:, rows, columns]
                at_row, at_column = max(top, y) - top, max(left, x) - left
                cells[:, at_row : at_row + part.shape[1], at_column : at_column + part.shape[2]] = part
        return cells

    def _finest(self) -> int:
        coarsest, finest = self._file.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
        if finest is None:
            raise RefusedInput(ErrorCode.MBTILES_EMPTY, file=self._name)
        for zoom in (coarsest, finest):
            if not isinstance(zoom, int) or not 0 <= zoom <= MOST_ZOOM:
                raise self._misplaced(zoom, "?", "?")
        return int(finest)

    def _whole(self, places: tuple[object, ...]) -> tuple[int, int, int, int]:
        """Take first and last column, first and last row, where all are of the grid."""
        found = [one for one in places if isinstance(one, int) and 0 <= one < 1 << self._zoom]
        if len(found) != len(places):
            raise self._misplaced(self._zoom, f"{places[0]}–{places[1]}", f"{places[2]}–{places[3]}")
        first, last, south, north = found
        return first, last, south, north

    def _misplaced(self, zoom: object, column: str, row: str) -> RefusedInput:
        return RefusedInput(
            ErrorCode.MBTILES_PLACE_UNFIT,
            file=self._name,
            zoom=str(zoom)[:_SHOWN],
            column=column[:_SHOWN],
            row=row[:_SHOWN],
            most=MOST_ZOOM,
        )

    def _side_of_any(self) -> int:
        """Give the pixels of a side, of the first picture that comes: all have to be alike."""
        asked = "SELECT tile_data, tile_column, tile_row FROM tiles WHERE zoom_level = ? LIMIT 1"
        found = self._file.execute(asked, (self._zoom,)).fetchone()
        if found is None:
            # A view, or a torn index, that says something else each time.
            raise RefusedInput(ErrorCode.MBTILES_EMPTY, file=self._name)
        held, column, row = found
        return int(self._unpacked(held, (column, row), SIDES).shape[1])

    def _picture(self, column: int, row: int) -> Pixels | None:
        """Give ``(4, side, side)`` of a tile of the raster, counted from its north-west; None for none."""
        place = column, row
        if place in self._kept:
            self._kept.move_to_end(place)
            return self._kept[place]
        at = self._column + column, (1 << self._zoom) - 1 - self._row - row
        found = self._file.execute(_PICTURE, (self._zoom, *at)).fetchone()
        picture = None if found is None else self._unpacked(found[0], at, (self._side,))
        self._kept[place] = picture
        while len(self._kept) > self._most_kept:
            self._kept.popitem(last=False)
        return picture

    def _unpacked(self, held: object, place: tuple[int, int], sides: tuple[int, ...]) -> Pixels:
        content = held if isinstance(held, bytes) else b""
        driver = _DRIVERS.get(media_of(content) or "")
        if driver is None:
            if content.startswith(_VECTOR):
                raise RefusedInput(ErrorCode.MBTILES_VECTOR, file=self._name)
            raise self._unfit(place, repr(content[:8]) if content else type(held).__name__)
        if len(content) > MOST_PICTURE_BYTES:
            raise self._unfit(place, f"{driver}, {len(content) >> 10} kB")
        try:
            with _without_place(), MemoryFile(content) as memory, memory.open(driver=driver) as picture:
                if (picture.width, picture.height) not in {(side, side) for side in sides}:
                    raise self._unfit(place, f"{driver}, {picture.width} × {picture.height}")
                shades = [kind for kind in picture.colorinterp if kind is not ColorInterp.alpha]
                if set(picture.dtypes) != {"uint8"} or len(shades) not in _SHADES:
                    raise self._unfit(place, f"{driver}, {len(shades)} × {picture.dtypes[0]}")
                return _coloured(picture)
        except RasterioError as error:
            raise self._unfit(place, f"{driver}, {type(error).__name__}") from error

    def _unfit(self, place: tuple[int, int], found: str) -> RefusedInput:
        column, row = place
        return RefusedInput(
            ErrorCode.MBTILES_PICTURE_UNFIT,
            file=self._name,
            zoom=self._zoom,
            column=column,
            row=row,
            found=found,
            most_kb=MOST_PICTURE_BYTES >> 10,
        )


@contextmanager
def _without_place() -> Iterator[None]:
    """Let a picture be opened that says nothing of its place: its tile does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        yield


def _coloured(picture: rasterio.DatasetReader) -> Pixels:
    """Give red, green, blue and alpha of a picture: of colours, greys or a palette."""
    cells: Pixels = picture.read()
    if picture.colorinterp[0] is ColorInterp.palette:
        colours = np.zeros((256, _BANDS), dtype=np.uint8)
        for value, colour in picture.colormap(1).items():
            colours[value] = colour
        # A colour that is to be seen through stands beside the palette.
        if picture.nodata is not None:
            colours[int(picture.nodata), 3] = 0
        return np.ascontiguousarray(np.moveaxis(colours[cells[0]], -1, 0))
    has_alpha = ColorInterp.alpha in picture.colorinterp
    shades = cells[: len(cells) - has_alpha]
    alpha = cells[-1] if has_alpha else picture.dataset_mask()
    parts = shades if len(shades) > 1 else np.repeat(shades, max(_SHADES), axis=0)
    return np.concatenate([parts, alpha[np.newaxis]])


@contextmanager
def opened_tiles(question: RasterQuestion) -> Iterator[PictureTiles]:
    """Open an MBTiles file of pictures.

    Raises
    ------
    RefusedInput
        As `PictureTiles`; ``file_corrupt`` for what is no such database, or wants to do more than be read.
    """
    # "immutable": nothing is written beside the file, and no journal beside it is played back.
    address = f"file:{quote(str(Path(question.path).absolute()))}?mode=ro&immutable=1"
    try:
        with rasterio.Env(**_WHOLE), closing(sqlite3.connect(address, uri=True)) as file:
            _close_in(file)
            yield PictureTiles(file, question.file)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        # The latter of SQLite's own words, when they quote what is no text.
        reason = f"MBTiles: {error}"[:_LONGEST_REASON]
        raise RefusedInput(ErrorCode.FILE_CORRUPT, file=question.file, reason=reason, readable=0) from error


def _close_in(file: sqlite3.Connection) -> None:
    """Let a database be read, and do nothing else, whatever views it has."""
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "query_only = ON"):
        file.execute(f"PRAGMA {pragma}")
    file.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_PICTURE_BYTES + (1 << 20))
    file.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    # A table of a module is code of SQLite that reads what it likes of the file.
    asked = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND rootpage = 0"
    if file.execute(asked).fetchone()[0]:
        raise sqlite3.DatabaseError("virtual tables")

    def may(action: int, name: str | None, second: str | None, *_others: str | None) -> int:
        allowed = action in _MAY or (
            action == sqlite3.SQLITE_FUNCTION and (second or name or "").lower() in _FUNCTIONS
        )
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    file.set_authorizer(may)
