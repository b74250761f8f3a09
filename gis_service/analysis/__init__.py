"""Pure computation on arrays and GeoDataFrames; no database, no files, no web.

The compiled loops of `kernels` are kept on disk in a folder that is named by all of their sources together:
numba looks at the one file that a loop stands in, and would go on with what another of them said before.
"""

import hashlib
import os
from pathlib import Path

_KERNELS = Path(__file__).parent / "kernels"
_NUMBA = "NUMBA_CACHE_DIR"


def _folder_of_compiled() -> Path:
    sources = hashlib.blake2b(digest_size=8)
    for path in sorted(_KERNELS.glob("*.py")):
        sources.update(path.name.encode() + b"\0" + path.read_bytes())
    return _KERNELS / "__pycache__" / f"compiled-{sources.hexdigest()}"


# A folder of an operator's own stays; one of ours may come from a process that began before an update.
if os.environ.get(_NUMBA, str(_KERNELS)).startswith(str(_KERNELS)):
    os.environ[_NUMBA] = str(_folder_of_compiled())
