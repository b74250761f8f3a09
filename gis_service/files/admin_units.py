"""Reads places of Vietnamese administrative units from the package ``vietnamadminunits`` (MIT).

The package carries one SQLite file: the commune-level units as they stood before 1 July 2025, and those
after. Its areas of the new units are not used: for 11 of the 65 communes of Thai Binh they contradict the
published ones (Nam Cường 149.65 instead of 28.77 km2).

The file is read where it lies; the package is not imported, for its address parser needs Unidecode (GPL),
which this project does not install.
"""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import files
from pathlib import Path
from typing import Literal

from gis_service.types import BBox

UnitType = Literal["ward", "township", "commune"]

_UNIT_TYPES: dict[str, UnitType] = {"Phường": "ward", "Thị trấn": "township", "Xã": "commune"}


@dataclass(frozen=True, slots=True)
class AdminUnit:
    """A commune-level unit with a point inside it or near it.

    Parameters
    ----------
    code
        Code of the General Statistics Office.
    name, full_name
        ``Trần Lãm``, ``Phường Trần Lãm``.
    unit_type
        Kind of unit.
    longitude, latitude
        Degrees, WGS 84; where the package's source puts the name, not a computed centre.
    district_code, district
        ``336``, ``Thành phố Thái Bình``; empty since 1 July 2025, when districts were abolished.
    box
        West, south, east, north in degrees, WGS 84. A few are those of the district or of a street that
        bears the unit's name; none since 1 July 2025.
    """

    code: str
    name: str
    full_name: str
    unit_type: UnitType
    longitude: float
    latitude: float
    district_code: str = ""
    district: str = ""
    box: BBox | None = None


@contextmanager
def _database() -> Iterator[sqlite3.Connection]:
    carried = {str(file): file for file in files("vietnamadminunits") or ()}
    path = Path(carried["vietnamadminunits/data/dataset.db"].locate())
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        yield connection
    finally:
        connection.close()


def units_until_2025(codes: Collection[str]) -> dict[str, AdminUnit]:
    """Give the units that stood until 30 June 2025, by code; unknown codes are absent."""
    query = (
        "SELECT wardCode, wardShort, ward, wardType, wardLon, wardLat, districtCode, district, wardBounds"
        " FROM admin_units_legacy WHERE wardCode IS NOT NULL"
    )
    return _units(query, codes)


def units_since_2025(codes: Collection[str]) -> dict[str, AdminUnit]:
    """Give the units that stand since 1 July 2025, by code; unknown codes are absent."""
    return _units("SELECT wardCode, wardShort, ward, wardType, wardLon, wardLat FROM admin_units", codes)


def _units(query: str, codes: Collection[str]) -> dict[str, AdminUnit]:
    wanted = frozenset(codes)
    with _database() as database:
        rows = [row for row in database.execute(query) if row[0] in wanted]
    units = (_unit(*row) for row in rows)
    return {unit.code: unit for unit in sorted(units, key=lambda unit: unit.code)}


def _unit(  # noqa: PLR0913, PLR0917 - one argument for each column of the query
    code: str,
    name: str,
    full_name: str,
    kind: str,
    longitude: float,
    latitude: float,
    district_code: str = "",
    district: str = "",
    corners: str = "",
) -> AdminUnit:
    place = (longitude, latitude, district_code, district, _box(corners))
    return AdminUnit(code, name, full_name, _UNIT_TYPES[kind], *place)


def _box(corners: str) -> BBox | None:
    """Read ``south,west – north,east``."""
    if not corners:
        return None
    (south, west), (north, east) = (map(float, corner.split(",")) for corner in corners.split(" – "))
    return west, south, east, north
