"""Memory that a process has used once is kept for the next tile, not given back to the kernel after each."""

import ctypes

_TRIM_FROM, _MAP_FROM = -1, -3
"""Names of the settings, as ``malloc.h`` of the GNU C library has them."""
_KEPT_BYTES, _MAPPED_BYTES = 16 << 20, 8 << 20


def keep_freed_memory() -> bool:
    """Let ``malloc`` keep blocks of some megabytes, such as the rows of a tile; tell whether it does.

    By itself it asks the kernel for each of them anew, and the kernel clears every page: a fifth of the
    processor time of a tile of large areas. A thread keeps 16 MB at most. Only the GNU C library knows how.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(_MAP_FROM, _MAPPED_BYTES) and mallopt(_TRIM_FROM, _KEPT_BYTES))
