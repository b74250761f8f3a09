"""Closes a reader process in, and tells which of its walls this machine cannot put up.

Each reader looks for itself, says what it lacks at the beginning of its log, and goes on: the limits, and the
options of each driver, stand alone then. Whoever started it writes that into the log of the service, once.
"""

import functools
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from gis_service.errors import ErrorCode, Temporary
from gis_service.files.offline import OFFLINE
from gis_service.files.readers.calls import close_sockets
from gis_service.files.readers.walls import close_files

WALLS = ("files", "sockets", "network")
"""Other files (Landlock), sockets (seccomp), the network (a namespace without an address)."""
_MARK = "without walls: "
_ROOT = Path(__file__).resolve().parents[3]
_OFFLINE = "gis_service.files.offline"
_READER = "gis_service.files.readers.reader_of_nothing"
_LOG = logging.getLogger(__name__)


def close_in(readable: Iterable[Path], folder: Path) -> tuple[str, ...]:
    """Leave this process its programs, some files and one folder to write in; nothing to connect with.

    Parameters
    ----------
    readable
        Files it may read; a link counts as what it points to.
    folder
        Folder of its own.

    Returns
    -------
    tuple of str
        Of `WALLS` those that this machine cannot put up, which also stand in the log of the process then.
    """
    held = {
        "files": close_files(readable, folder),
        "sockets": close_sockets(),
        "network": OFFLINE in os.environ,
    }
    missing = tuple(wall for wall in WALLS if not held[wall])
    if missing:
        print(_MARK + " ".join(missing), file=sys.stderr, flush=True)  # noqa: T201  the log of a reader
    return missing


def without_walls(lines: Sequence[str]) -> list[str]:
    """Give the log of a reader without what it says of its walls, which is noted instead.

    Parameters
    ----------
    lines
        The log.
    """
    for line in lines:
        if line.startswith(_MARK):
            said = line.removeprefix(_MARK).split()
            # A file may have had something printed that looks the same.
            if missing := tuple(wall for wall in WALLS if wall in said):
                _note(missing)
    return [line for line in lines if not line.startswith(_MARK)]


@functools.cache
def _note(missing: tuple[str, ...]) -> None:
    _LOG.warning("this machine closes readers of files in without: %s", ", ".join(missing))


def missing_walls() -> tuple[str, ...]:
    """Name the walls that a reader on this machine would lack, as one does that reads nothing.

    Returns
    -------
    tuple of str
        Of `WALLS`.

    Raises
    ------
    Temporary
        ``reading_machine_short`` when no reader can be started.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="gis-walls-") as folder:
            done = subprocess.run(  # noqa: S603  our own program
                [sys.executable, "-P", "-m", _OFFLINE, _READER, folder],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
                cwd=folder,
                env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            )
    except (OSError, subprocess.CalledProcessError) as error:
        raise Temporary(ErrorCode.READING_MACHINE_SHORT, reason=str(error)) from error
    return tuple(json.loads(done.stdout))
