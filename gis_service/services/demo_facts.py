"""What is known of the demo city, gathered from census and administrative lists: nothing assumed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gis_service.errors import ErrorCode, Fault, RefusedInput
from gis_service.files.admin_units import AdminUnit, units_since_2025, units_until_2025
from gis_service.files.census import CensusUnit, read_areas, read_census


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a reader of the data must know; ``code`` names its words in the message catalogue."""

    code: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Facts:
    """Real names, codes, points and figures, brought to the units of 2024 and 2025.

    Parameters
    ----------
    census
        The units of 2019.
    areas
        Published areas in km2 by code of 2025.
    units_2024, units_2025
        Units by code.
    parts_2024, parts_2025
        The units of 2019 that each holds.
    """

    census: tuple[CensusUnit, ...]
    areas: Mapping[str, float]
    units_2024: Mapping[str, AdminUnit]
    units_2025: Mapping[str, AdminUnit]
    parts_2024: Mapping[str, list[CensusUnit]]
    parts_2025: Mapping[str, list[CensusUnit]]

    @property
    def people(self) -> int:
        """Persons of the census."""
        return sum(unit.people for unit in self.census)


def gather(folder: Path) -> Facts:
    """Read the census of a city and look its units up.

    Parameters
    ----------
    folder
        Holds ``communes_2019.csv`` and ``areas_2025.csv``.

    Raises
    ------
    NotFound
        ``file_not_found`` for a missing census file.
    RefusedInput
        ``census_faulty`` with every faulty line, or every code that no administrative list knows.
    """
    census = read_census(folder / "communes_2019.csv")
    areas = read_areas(folder / "areas_2025.csv")
    parts_2024: defaultdict[str, list[CensusUnit]] = defaultdict(list)
    parts_2025: defaultdict[str, list[CensusUnit]] = defaultdict(list)
    for unit in census:
        parts_2024[unit.code_2024].append(unit)
        parts_2025[unit.code_2025].append(unit)
    units_2024, units_2025 = units_until_2025(parts_2024), units_since_2025(parts_2025)
    faults = [
        *_unknown(parts_2024, units_2024, "communes_2019.csv", "the list of 2024 has no unit"),
        *_unknown(parts_2025, units_2025, "communes_2019.csv", "the list of 2025 has no unit"),
        *_unknown(parts_2025, areas, "areas_2025.csv", "there is no area for the unit"),
    ]
    if faults:
        raise RefusedInput(ErrorCode.CENSUS_FAULTY, faults, count=len(faults))
    return Facts(census, areas, units_2024, units_2025, parts_2024, parts_2025)


def _unknown(
    codes: Mapping[str, object], known: Mapping[str, object], file: str, text: str
) -> Iterator[Fault]:
    return (Fault(file, f"{text} {code}") for code in sorted(codes.keys() - known.keys()))
