"""Brings the computing kernels into the process before the first question needs them."""

import logging
import threading

from gis_service.analysis.warm import warm

log = logging.getLogger(__name__)

_ready = threading.Event()
_starting = threading.Lock()


def _load() -> None:
    try:
        warm()
    except Exception:
        # The process stays not ready, and the log says why.
        log.exception("the computing kernels could not be loaded")
    else:
        _ready.set()


def load_in_background() -> None:
    """Begin to load the kernels, once per process; a second call does nothing."""
    if _starting.acquire(blocking=False):
        threading.Thread(target=_load, name="kernels", daemon=True).start()


def are_loaded() -> bool:
    """Tell whether the kernels are there."""
    return _ready.is_set()


def wait_until_loaded(seconds: float) -> bool:
    """Wait for the kernels, at most so long; tell whether they are there."""
    return _ready.wait(seconds)
