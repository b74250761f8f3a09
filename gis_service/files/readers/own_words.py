"""What our own exports tell of themselves where GDAL does not give it: in a GeoJSON, in lines of text."""

import json
from pathlib import Path

from gis_service.files.readers.stream import TOLD, told_of

LONGEST_BYTES = 1 << 16
"""Our exports write it at their beginning, in less than this."""
_MEMBER = b'"about":'
_FEATURES = b'"features"'


def told_in_lines(text: str) -> dict[str, str]:
    """Read lines such as ``VERSION: 12``, as a FlatGeobuf and the ``about.txt`` of an archive have them."""
    lines = (line.partition(": ") for line in text.splitlines())
    return told_of({name: value for name, _, value in lines if name in TOLD})


def told_in_geojson(path: Path) -> dict[str, str]:
    """Read the member ``about`` of a collection, which an export writes before the features.

    Parameters
    ----------
    path
        A document of text; a stranger may have written anything there, and then nothing is told.
    """
    with path.open("rb") as file:
        head = file.read(LONGEST_BYTES)
    before, found, after = head.partition(_FEATURES)[0].partition(_MEMBER)
    if not found or not before.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return {}
    try:
        about, _ = json.JSONDecoder().raw_decode(after.decode("utf-8", "replace").lstrip())
    except (ValueError, RecursionError):
        return {}
    return told_of(about) if isinstance(about, dict) else {}
