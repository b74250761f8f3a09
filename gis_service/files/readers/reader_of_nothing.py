"""The reader process that reads nothing: closes itself in as the others do, and tells which walls it lacks.

Started by ``closed.py``, with a folder of its own.
"""

import json
import sys
from pathlib import Path

from gis_service.files.readers.closed import close_in

if __name__ == "__main__":
    print(json.dumps(close_in([], Path(sys.argv[1]))))  # noqa: T201  the answer
