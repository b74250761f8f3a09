"""The reader process of rasters: inspects one file, or makes our own of it.

Started by ``raster_process.py`` with GeoTIFF as the only format, limits, and an environment that holds no
password. Whatever a hostile file does, it does here.
"""

import json
import os
import resource
import shutil
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import rasterio
from rasterio.errors import RasterioError, RasterioIOError

from gis_service.errors import AnyCode, ErrorCode, RefusedInput
from gis_service.files.readers.closed import close_in
from gis_service.files.readers.raster_drivers import kept_drivers, raster_environment
from gis_service.files.readers.raster_limits import RasterQuestion
from gis_service.files.readers.raster_make import make, warp
from gis_service.files.readers.raster_open import opened
from gis_service.files.readers.raster_sample import inspect
from gis_service.files.readers.stream import REFUSED_EXIT
from gis_service.files.readers.walls import limit_time
from gis_service.files.rooms import DISK_FULL, FULL

_LOG_BYTES = 1 << 20
_ROOM_BYTES = 64 << 20
_TASKS: dict[str, Callable[[rasterio.DatasetReader, RasterQuestion], dict[str, object]]] = {
    "inspect": inspect,
    "make": make,
    "warp": warp,
}


def main(arguments: Sequence[str]) -> int:
    """Answer one question; the exit code is 0, or 3 for a refusal."""
    question = RasterQuestion.from_json(arguments[0])
    _leave_geotiff(question)
    # Libraries that print must not print into the answer.
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _close_in(question)
    try:
        with rasterio.Env(), opened(question) as dataset:
            answer = json.dumps(_TASKS[question.task](dataset, question))
        with pipe:
            pipe.write(answer)
    except (RefusedInput, RasterioError, OSError, ValueError, OverflowError, MemoryError) as error:
        traceback.print_exc()
        code, params = _reason(question, error)
        print(json.dumps({"code": code.value, "params": params}), file=sys.stderr)  # noqa: T201  a refusal's way
        return REFUSED_EXIT
    return 0


def _leave_geotiff(question: RasterQuestion) -> None:
    """Start once more without the drivers of a GDAL that has some we do not know."""
    task, pictures = question.task, question.pictures
    kept = kept_drivers(task, pictures=pictures)
    with rasterio.Env() as environment:
        left_over = tuple(sorted(set(environment.drivers()) - kept))
    if left_over:
        if set(left_over) <= set(os.environ.get("GDAL_SKIP", "").split(",")):
            raise SystemExit(f"this GDAL does not leave out {left_over}")
        env = {**os.environ, **raster_environment(task, left_over, pictures=pictures)}
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], env)  # noqa: S606  our own command line


def _close_in(question: RasterQuestion) -> None:
    limits = question.limits
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    limit_time(limits.seconds)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # An inspection writes its log alone; a file of our own is, with its overviews, at most twice its cells.
    most = _LOG_BYTES if question.task == "inspect" else 2 * limits.unpacked_bytes + _ROOM_BYTES
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    source = Path(question.path)
    # What is made is made beside the link to the file, in a folder of its own.
    close_in([source], source.parent)


def _reason(question: RasterQuestion, error: Exception) -> tuple[AnyCode, dict[str, object]]:
    """Say why a file cannot be read, without the folder it lies in for the moment."""
    causes = (error, error.__cause__)
    text = " | ".join(str(each) for each in causes if each is not None)
    text = text.replace(question.path, question.file)
    if any(isinstance(each, MemoryError) for each in causes) or "emory" in text or "cannot allocate" in text:
        memory = f"{question.limits.memory_bytes >> 20} MiB"
        return ErrorCode.FILE_REJECTED_READER_LIMIT, {"file": question.file, "reason": memory}
    if question.out is not None and (_is_full(causes) or DISK_FULL.search(text)):
        # GDAL has removed by now what it had written: the room that is left would not tell.
        free = shutil.disk_usage(Path(question.out).parent).free
        return ErrorCode.RASTER_DISK_FULL, {"file": question.file, "free_mb": free >> 20}
    if isinstance(error, RefusedInput):
        return error.code, dict(error.params)
    if isinstance(error, RasterioIOError) and "not recognized as being in a supported" in text:
        return ErrorCode.FILE_CORRUPT, {"file": question.file, "reason": "TIFF", "readable": 0}
    return ErrorCode.FILE_CORRUPT, {"file": question.file, "reason": text[:500], "readable": 0}


def _is_full(causes: Sequence[BaseException | None]) -> bool:
    return any(isinstance(each, OSError) and each.errno in FULL for each in causes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
