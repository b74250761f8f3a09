"""A reader of rasters that a file has taken over: it looks for another file and for somebody to talk to."""

import socket
import sys
from collections.abc import Callable
from pathlib import Path

import rasterio

from gis_service.files.readers import raster_child
from gis_service.files.readers.raster_limits import RasterQuestion


def outcome(what: Callable[[], object]) -> str:
    try:
        what()
    except OSError as error:
        return type(error).__name__
    return "done"


def look_around(_: rasterio.DatasetReader, question: RasterQuestion) -> dict[str, object]:
    source = Path(question.path).resolve()
    tried = [
        source.read_bytes,
        (source.parent / "other.txt").read_bytes,
        lambda: (source.parent / "new.txt").write_bytes(b""),
        lambda: socket.socket(socket.AF_UNIX),
    ]
    raise ValueError(" ".join(outcome(what) for what in tried))


raster_child._TASKS["inspect"] = look_around
sys.exit(raster_child.main(sys.argv[1:]))
