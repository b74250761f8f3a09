"""Files of rasters that stay open: to open one costs more than to read a tile of it."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock

import rasterio
from rasterio.errors import RasterioError

MOST_OPEN = 32
"""Files that are open and in nobody's hands."""
_CACHE_BYTES = 128 * 2**20
"""What GDAL may keep of the blocks it has read, for all files together."""


class RasterHandles:
    """Open files of our own store, lent to one reader at a time each; threads may share them.

    The files are cloud-optimised GeoTIFFs of our own (``files/readers/raster_make.py``) and never change, so
    that a handle stays good as long as anybody has it.

    Parameters
    ----------
    most
        Files that are kept open; those that were given back longest ago are closed first.
    """

    def __init__(self, most: int = MOST_OPEN) -> None:
        self._most = most
        self._free: OrderedDict[int, tuple[str, rasterio.DatasetReader]] = OrderedDict()
        self._lock = Lock()

    @contextmanager
    def lent(self, path: str) -> Iterator[rasterio.DatasetReader]:
        """Lend an open file; nobody else reads by this handle meanwhile.

        Parameters
        ----------
        path
            Of a file in the store.
        """
        # Nothing is looked for beside the file, and no driver but that of TIFF is asked.
        with rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES, GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"):
            dataset = self._taken(path) or rasterio.open(path, driver="GTiff")
            try:
                yield dataset
            except BaseException:
                # What failed once is opened anew next time.
                _shut(dataset)
                raise
            self._give_back(path, dataset)

    def close(self) -> None:
        """Shut all files that nobody has."""
        with self._lock:
            free, self._free = self._free, OrderedDict()
        for _, dataset in free.values():
            _shut(dataset)

    def __len__(self) -> int:
        """Tell how many files are open and in nobody's hands."""
        return len(self._free)

    def _taken(self, path: str) -> rasterio.DatasetReader | None:
        with self._lock:
            found = next((key for key, (held, _) in reversed(self._free.items()) if held == path), None)
            return None if found is None else self._free.pop(found)[1]

    def _give_back(self, path: str, dataset: rasterio.DatasetReader) -> None:
        gone = None
        with self._lock:
            self._free[id(dataset)] = (path, dataset)
            if len(self._free) > self._most:
                _, (_, gone) = self._free.popitem(last=False)
        if gone is not None:
            _shut(gone)


def _shut(dataset: rasterio.DatasetReader) -> None:
    with suppress(RasterioError):
        dataset.close()
