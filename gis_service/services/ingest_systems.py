"""The coordinate system of a file on its way into a layer: as chosen, as written, or guessed when asked.

The one place where loading meets the knowledge of the systems of Viet Nam.
"""

from typing import Any

import pyproj

from gis_service.analysis.crs_guess import CrsGuess, doubt_of, guess_crs
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import (
    Recognised,
    crs_name,
    is_placed,
    metres_apart,
    parse_chosen_crs,
    parse_crs,
    parse_stranger_crs,
    recognised,
    vn2000_twin,
)
from gis_service.errors import ErrorCode
from gis_service.services.ingest_faults import FaultList
from gis_service.services.ingest_source import LoadOptions, Rows
from gis_service.types import Floats

_FITS = 0.9
"""Share of the places that lie in the city when a system fits."""


def system_of(rows: Rows, options: LoadOptions) -> tuple[pyproj.CRS | None, Recognised | None]:
    """Give the system that was chosen, else the one that the source names; none when nobody knows.

    Returns
    -------
    tuple[pyproj.CRS or None, Recognised or None]
        The system to read coordinates in; what was recognised in a VN-2000 that is written without its shift.

    Raises
    ------
    RefusedInput
        ``crs_unknown``.
    """
    if options.crs is not None and rows.placed is None:
        return parse_chosen_crs(options.crs), None
    return declared_system(rows.header.crs)


def declared_system(written: str | None) -> tuple[pyproj.CRS | None, Recognised | None]:
    """Give the system that a file names, as :func:`system_of` does; none when it only says that nobody knows.

    Parameters
    ----------
    written
        As the file has it: WKT, PROJJSON or ``EPSG:9209``.

    Raises
    ------
    RefusedInput
        ``crs_unknown``, also for what names a file.
    """
    if not written:
        return None, None
    crs = parse_stranger_crs(written)
    taken, seen = recognised(crs)
    if not is_placed(taken):
        return None, None
    # PROJ calls every system without a name unknown: such a one counts when it is recognised.
    return (None, None) if seen is None and _is_undefined(crs) else (taken, seen)


def guess_systems(points: Floats, catalogue: Catalogue, declared: pyproj.CRS | None) -> tuple[CrsGuess, ...]:
    """Rank the systems that places may be in; nothing is decided by it.

    Parameters
    ----------
    points
        (n, 2) x and y as the file has them.
    catalogue
        Of the city, whose box tells.
    declared
        System that the file names, or that was chosen.
    """
    return guess_crs(points, catalogue.city.bbox, declared, parse_crs(catalogue.city.crs))


def tell_doubt(faults: FaultList, guesses: tuple[CrsGuess, ...], crs: str) -> None:
    """Warn of a system under which the file lies elsewhere while another puts it into the city.

    Parameters
    ----------
    faults
        The warning goes there; axes that are exchanged are told by feature already.
    guesses
        Answer of :func:`guess_systems`.
    crs
        System that the file names.
    """
    if doubt_of(guesses) == "crs_suspect":
        fits = ", ".join(guess.crs for guess in guesses if guess.share_inside >= _FITS and not guess.swapped)
        faults.add(ErrorCode.CRS_SUSPECT, crs=crs, fits=fits or guesses[0].crs)


def tell_datum(faults: FaultList, crs: pyproj.CRS | None, options: LoadOptions, catalogue: Catalogue) -> None:
    """Warn of a system that has all figures of a zone of VN-2000 and names WGS 84; nobody has chosen one yet.

    Parameters
    ----------
    faults
        The warning goes there.
    crs
        System that the coordinates were read in; none where nobody knows.
    options
        What was chosen.
    catalogue
        Of the city, in whose middle it is told how far places would move.
    """
    twin = None if crs is None or options.crs is not None else vn2000_twin(crs)
    if crs is None or twin is None:
        return
    west, south, east, north = catalogue.city.bbox
    metres = metres_apart(crs, twin, (west + east) / 2, (south + north) / 2)
    faults.add(ErrorCode.DATUM_SUSPECT, crs=crs_name(crs), fits=crs_name(twin), metres=f"{metres:.0f}")


def guess_document(guess: CrsGuess) -> dict[str, Any]:
    """Write a guess as JSON has it."""
    return {
        "crs": guess.crs,
        "share_inside": guess.share_inside,
        "swapped": guess.swapped,
        "centre": None if guess.centre is None else list(guess.centre),
        "box": None if guess.box is None else list(guess.box),
        "why": list(guess.why),
    }


def _is_undefined(crs: pyproj.CRS) -> bool:
    """Tell whether a system only says that nobody knows (GeoPackage writes such for srs_id 0 and -1)."""
    return crs.name.lower().startswith(("undefined", "unknown"))
