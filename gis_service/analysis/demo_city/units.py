"""The communes of 2024 that the demo city stands on."""

from dataclasses import dataclass

from gis_service.types import BBox


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune-level unit of 2024.

    Parameters
    ----------
    code, name, full_name
        ``12817``, ``Đông Quan``, ``Xã Đông Quan``.
    unit_type
        ``ward``, ``township`` or ``commune``.
    district_code, district
        ``340``, ``Huyện Đông Hưng``.
    successor
        Code of the commune of 2025 that holds it.
    people
        Persons of the census of 2019 on its territory.
    xy
        A point inside it, metres of EPSG:9209.
    box
        West, south, east, north in metres of EPSG:9209; None where no source tells.
    """

    code: str
    name: str
    full_name: str
    unit_type: str
    district_code: str
    district: str
    successor: str
    people: int
    xy: tuple[float, float]
    box: BBox | None
