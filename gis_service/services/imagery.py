"""Pictures under the map: of other tile servers, fetched and kept by the service, or of MBTiles files.

The page loads nothing from outside, and the other server learns nothing of who looks at what.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gis_service.errors import ErrorCode, NotFound, Temporary
from gis_service.files.imagery_fetch import MOST_BYTES, FetchFailed, fetch_picture
from gis_service.files.mbtiles import UnreadableTiles, read_picture
from gis_service.files.picture_kinds import media_of
from gis_service.files.tile_store import StoredTile, TileStore
from gis_service.services.tile_grid import require_tile, tile_box
from gis_service.settings import ImagerySource, Settings
from gis_service.types import BBox

log = logging.getLogger(__name__)

Zxy = tuple[int, int, int]
KEPT_S = 7 * 24 * 3600.0
"""How long a picture is given at most before it is fetched anew."""
_REST_S = 15.0
"""How long a server that failed is left alone."""
_BUSY_S = 5
"""When to ask again while so many pictures are being fetched."""
_WAIT_S = 3.0
_SHRINK_EVERY = 200
_AROUND_DEGREES = 0.1
_EMPTY = StoredTile(b"", {})


@dataclass(frozen=True, slots=True)
class ImageryTile:
    """A picture, empty where the server has none, with its type and its mark."""

    content: bytes
    media: str
    etag: str


class Imagery:
    """The backgrounds of one process, over the pictures that all processes keep on disk.

    Parameters
    ----------
    settings
        Name the servers, and how much may be kept.
    """

    def __init__(self, settings: Settings) -> None:
        self.sources = {source.id: source for source in settings.imagery or ()}
        self._store = TileStore(settings.data_dir / "imagery")
        self._most_bytes = settings.imagery_disk_mb << 20
        # The others answer what is here: a slow server elsewhere must not hold all threads.
        self._at_once = max(1, settings.threads // 2)
        self._free = threading.BoundedSemaphore(self._at_once)
        self._resting: dict[str, float] = {}
        self._flights: dict[tuple[str, Zxy], Future[StoredTile]] = {}
        self._lock, self._since = threading.Lock(), 0

    def source(self, id_: str) -> ImagerySource:
        """Give a background by its id.

        Raises
        ------
        NotFound
            ``imagery_unknown``.
        """
        if id_ not in self.sources:
            raise NotFound(ErrorCode.IMAGERY_UNKNOWN, id=id_, known=", ".join(self.sources) or "–")
        return self.sources[id_]

    def tile(self, id_: str, zxy: Zxy, city: BBox, before_fetching: Callable[[], None]) -> ImageryTile:
        """Give a picture of a background; an empty one outside the city and its zooms.

        Parameters
        ----------
        id_
            Of the background.
        zxy
            Zoom, column from the west, row from the north.
        city
            Box of the city in degrees: nothing else is fetched.
        before_fetching
            Called before another server is asked; may refuse.

        Raises
        ------
        NotFound
            ``imagery_unknown``, ``tile_outside_matrix``.
        Temporary
            ``imagery_failed``, ``tiles_busy``.
        """
        source = self.source(id_)
        require_tile(*zxy)
        if not (source.minzoom <= zxy[0] <= source.maxzoom and _meets(city, tile_box(*zxy))):
            return _told(_EMPTY)
        if source.file is not None:
            return _told(StoredTile(_of_file(source, source.file, zxy), {}))
        week = int(time.time() // KEPT_S)
        found = self._store.find(_mark(source, week), zxy)
        if found is None:
            before_fetching()
            try:
                found = self._together(source, week, zxy)
            except FetchFailed as error:
                # A picture of last week is better than none.
                found = self._store.find(_mark(source, week - 1), zxy)
                if found is None:
                    raise _failed(source, error.reason) from error
        return _told(found)

    def _together(self, source: ImagerySource, week: int, zxy: Zxy) -> StoredTile:
        """Fetch a picture, or wait for whoever fetches it already."""
        name = _mark(source, week), zxy
        with self._lock:
            flight = self._flights.get(name)
            is_own = flight is None
            if flight is None:
                flight = self._flights[name] = Future()
        if not is_own:
            return flight.result()
        try:
            tile = self._fetched(source, zxy)
            self._keep(name, tile)
            flight.set_result(tile)
        except BaseException as error:
            flight.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._flights[name]
        return tile

    def _fetched(self, source: ImagerySource, zxy: Zxy) -> StoredTile:
        if self._resting.get(source.id, 0.0) > time.monotonic():
            raise FetchFailed("failed a moment ago")
        if not self._free.acquire(timeout=_WAIT_S):
            raise Temporary(ErrorCode.TILES_BUSY, count=self._at_once, seconds=_BUSY_S)
        try:
            return StoredTile(
                fetch_picture(address_of(source, zxy), may_be_private=source.private) or b"", {}
            )
        except FetchFailed as error:
            self._resting[source.id] = time.monotonic() + _REST_S
            log.warning("the background %s could not be fetched: %s", source.id, error.reason)
            raise
        finally:
            self._free.release()

    def _keep(self, name: tuple[str, Zxy], tile: StoredTile) -> None:
        # A full disk is no reason not to show the map.
        with suppress(OSError):
            self._store.keep(*name, tile)
            self._since += 1
            if self._since >= _SHRINK_EVERY:
                self._since = 0
                self._store.shrink(self._most_bytes)


def address_of(source: ImagerySource, zxy: Zxy) -> str:
    """Give the address of a picture on its own server."""
    zoom, column, row = (str(number) for number in zxy)
    places = {"z": zoom, "x": column, "y": row, "TileMatrix": zoom, "TileCol": column, "TileRow": row}
    address = source.url or ""
    for name, number in places.items():
        address = address.replace(f"{{{name}}}", number)
    return address


def _of_file(source: ImagerySource, file: Path, zxy: Zxy) -> bytes:
    try:
        found = read_picture(file, zxy) or b""
    except UnreadableTiles as error:
        log.warning("the background %s cannot be read: %s", source.id, error)
        raise _failed(source, str(error)) from error
    if found and (media_of(found) is None or len(found) > MOST_BYTES):
        raise _failed(source, "no picture" if media_of(found) is None else "too large")
    return found


def _failed(source: ImagerySource, reason: str) -> Temporary:
    most = MOST_BYTES // 1024
    return Temporary(ErrorCode.IMAGERY_FAILED, id=source.id, reason=reason, most_kb=most)


def _told(tile: StoredTile) -> ImageryTile:
    etag = hashlib.blake2b(tile.content, digest_size=16).hexdigest()
    return ImageryTile(tile.content, media_of(tile.content) or "", etag)


def _mark(source: ImagerySource, week: int) -> str:
    return hashlib.blake2b(f"{source.url} {week}".encode(), digest_size=16).hexdigest()


def _meets(city: BBox, box: BBox) -> bool:
    west, south, east, north = city
    around = _AROUND_DEGREES
    is_across = west - around < box[2] and east + around > box[0]
    return is_across and south - around < box[3] and north + around > box[1]
