"""Which commune-level unit holds the seat of its district."""

from collections.abc import Sequence

from gis_service.analysis.demo_city.units import Unit

TOWN_TYPES = ("ward", "township")
CITY_PREFIX = "Thành phố "
_PREFIXES = (CITY_PREFIX, "Huyện ")
_SEATS = {"Quỳnh Phụ": "Quỳnh Côi", "Thái Thụy": "Diêm Điền"}
"""Districts whose seat is a township of another name."""


def district_name(unit: Unit) -> str:
    """Give the name of a unit's district without its kind: ``Huyện Hưng Hà`` is ``Hưng Hà``."""
    name = unit.district
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name


def district_seats(units: Sequence[Unit]) -> dict[str, int]:
    """Give the row of the unit that holds the seat of each district, by its code.

    Parameters
    ----------
    units
        Units of one or more districts.

    Returns
    -------
    dict of str and int
        The ward or township that bears the district's name, or the one that is known to be its seat; where
        there is none the most populous ward or township, and without any the most populous commune. Of equal
        ones it is that of the lower code.
    """

    def order(row: int) -> tuple[bool, bool, int, str]:
        unit = units[row]
        in_town = unit.unit_type in TOWN_TYPES
        district = district_name(unit)
        named = in_town and unit.name == _SEATS.get(district, district)
        return not named, not in_town, -unit.people, unit.code

    seats: dict[str, int] = {}
    for row in sorted(range(len(units)), key=order):
        seats.setdefault(units[row].district_code, row)
    return dict(sorted(seats.items()))
