"""Which texts that name a coordinate system are given to PROJ when a stranger wrote them.

PROJ opens any file that a system names as its grid, and waits at a pipe for ever. So only a code, WKT and
PROJJSON are taken, and none that names a file, a grid or a program of PROJ's own steps.
"""

import json
import re
from typing import Any

LONGEST = 64 << 10
"""Signs of a system: the longest of EPSG have some ten thousand."""
_SHOWN = 200
_AROUND = " \t\r\n“”"

_CODE = re.compile(
    r"(?:EPSG|ESRI|OGC|IGNF|IAU_2015|NKG|NRCAN):[\w.]+(?:\+(?:\w+:)?[\w.]+)?", re.IGNORECASE | re.ASCII
)
_ADDRESS = re.compile(
    r"(?:urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/)"
    r"(?P<authority>EPSG|OGC)[:/][\w.]*[:/](?P<code>\w+)",
    re.IGNORECASE | re.ASCII,
)
_WKT = re.compile(r"[A-Za-z_]\w*\s*[\[(]", re.ASCII)
# Words of PROJ's own that name files, methods that are PROJ's own steps, and WKT's ways to either.
_REACHES_OUT = re.compile(
    r"(?:grids|init|proj|file|model|catalog)\s*=|(?:^|\")\s*PROJ[ -]|PROJ-based"
    r"|(?:PARAMETERFILE|EXTENSION)\s*[\[(]|\0",
    re.IGNORECASE,
)
# Web Mercator as GDAL writes it, in GeoTIFF above all: a grid that is none.
_WEB_MERCATOR = re.compile(
    r'EXTENSION\s*\[\s*"PROJ4"\s*,\s*"\+proj=merc(?:\s+\+(?:(?:a|b|lat_ts|lon_0|x_0|y_0|k)=[-0-9.]+'
    r'|units=m|nadgrids=@null|wktext|no_defs|type=crs))*\s*"\s*\]',
    re.IGNORECASE | re.ASCII,
)


def plain_system(text: str) -> str | None:
    """Give the text of a system in the form in which PROJ may have it.

    Parameters
    ----------
    text
        As a file or a person wrote it.

    Returns
    -------
    str or None
        ``EPSG:9209``, WKT as it is, or PROJJSON written anew; None for anything else, above all for what
        names a file. That PROJ knows it is not said.
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    if _CODE.fullmatch(text):
        return text
    if address := _ADDRESS.fullmatch(text):
        return f"{address['authority']}:{address['code']}".upper()
    if text.startswith("{"):
        return _plain_json(text)
    return text if _WKT.match(text) and not _REACHES_OUT.search(_WEB_MERCATOR.sub("", text)) else None


def shown_system(text: str) -> str:
    """Give the beginning of a text that is no system for us, in quotes, so that it never becomes one."""
    return f"“{text.strip(_AROUND)[:_SHOWN]}”"


def settled_system(text: str | None) -> str | None:
    """Give the system of a file as its reader process tells it: fit for PROJ, or in quotes and so none.

    Parameters
    ----------
    text
        As the file has it; empty or none when it does not say.
    """
    return (plain_system(text) or shown_system(text)) if text and text.strip() else None


def names_no_file(definition: object) -> bool:
    """Tell whether a system written as PROJJSON has numbers alone as parameters, and no steps of PROJ.

    Parameters
    ----------
    definition
        As ``json`` reads it.
    """
    waiting = [definition]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("value"), str) or not _harmless(value.keys()):
                return False
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and not _harmless([value]):
            return False
    return True


def _harmless(texts: Any) -> bool:  # noqa: ANN401  keys or a list
    return not any(_REACHES_OUT.search(text) for text in texts)


def _plain_json(text: str) -> str | None:
    try:
        definition = json.loads(text)
        # Written anew, what was hidden in escapes stands open, and no key stands twice.
        plain = json.dumps(definition)
    except (ValueError, RecursionError):
        return None
    # A list of PROJ's own words would be made a text of PROJ.
    is_system = isinstance(definition.get("type"), str) and not {"proj", "init"} & definition.keys()
    return plain if is_system and names_no_file(definition) else None
