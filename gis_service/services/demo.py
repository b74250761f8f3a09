"""Makes the demo city: real names, real points, real census figures; whatever else is assumed says so.

Each layer has one builder in ``_BUILDERS``; a new layer is one more function there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gis_service.crs import STORAGE
from gis_service.errors import ErrorCode, Fault, RefusedInput
from gis_service.files.admin_units import AdminUnit, units_since_2025, units_until_2025
from gis_service.files.census import CensusUnit, read_areas, read_census
from gis_service.files.demo import write_features, write_table
from gis_service.text import search_form

MERGER = date(2025, 7, 1)
"""First day of the communes of 2025."""

_PREFIXES = {"ward": "Phường", "township": "Thị trấn", "commune": "Xã"}
_ENGLISH = {"ward": "Ward", "township": "Township", "commune": "Commune"}
_Rows = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a reader of the data must know; ``code`` names its words in the message catalogue."""

    code: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class WrittenLayer:
    """One file: which layer it holds, where it lies, how many rows it has."""

    layer: str
    path: Path
    rows: int


@dataclass(frozen=True, slots=True)
class DemoCity:
    """What ``make_demo_city`` wrote.

    Parameters
    ----------
    layers
        One file for each layer, in the order in which they are best loaded.
    people
        Persons of the census, equal to the sum over ``residents``.
    notices
        What the data is not, to be shown with it.
    """

    layers: tuple[WrittenLayer, ...]
    people: int
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known, brought to the units of 2024 and 2025."""

    census: tuple[CensusUnit, ...]
    areas: Mapping[str, float]
    units_2024: Mapping[str, AdminUnit]
    units_2025: Mapping[str, AdminUnit]
    parts_2024: Mapping[str, list[CensusUnit]]
    parts_2025: Mapping[str, list[CensusUnit]]


def make_demo_city(census: Path, out: Path) -> DemoCity:
    """Write the layers of the demo city.

    Parameters
    ----------
    census
        Folder with ``communes_2019.csv`` and ``areas_2025.csv``.
    out
        Folder to write to; made when absent. Equal input gives equal bytes.

    Returns
    -------
    DemoCity
        Files in EPSG:4326: GeoPackage, and CSV for the layer without geometry.

    Raises
    ------
    NotFound
        ``file_not_found`` for a missing census file.
    RefusedInput
        ``census_faulty`` with every faulty line, or every code that no administrative list knows.
    """
    facts = _gather(census)
    out.mkdir(parents=True, exist_ok=True)
    written = tuple(_write(layer, build(facts), out) for layer, build in _BUILDERS.items())
    people = sum(unit.people for unit in facts.census)
    return DemoCity(written, people, tuple(_notices(facts)))


def _gather(folder: Path) -> _Facts:
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
    return _Facts(census, areas, units_2024, units_2025, parts_2024, parts_2025)


def _unknown(
    codes: Mapping[str, object], known: Mapping[str, object], file: str, text: str
) -> Iterator[Fault]:
    return (Fault(file, f"{text} {code}") for code in sorted(codes.keys() - known.keys()))


def _write(layer: str, frame: pd.DataFrame, out: Path) -> WrittenLayer:
    if isinstance(frame, gpd.GeoDataFrame):
        path = out / f"{layer}.gpkg"
        write_features(frame, path)
    else:
        path = out / f"{layer}.csv"
        write_table(frame, path)
    return WrittenLayer(layer, path, len(frame))


def _notices(facts: _Facts) -> Iterator[Notice]:
    yield Notice("demo_positions_assumed", {})
    by_point: defaultdict[tuple[float, float], list[AdminUnit]] = defaultdict(list)
    for unit in facts.units_2024.values():
        by_point[unit.longitude, unit.latitude].append(unit)
    for units in by_point.values():
        if len(units) > 1:
            names = ", ".join(unit.full_name for unit in units)
            yield Notice("demo_points_coincide", {"count": len(units), "names": names})


def _points(rows: _Rows, units: list[AdminUnit]) -> gpd.GeoDataFrame:
    """Put each row at the point of its unit."""
    places = gpd.points_from_xy([unit.longitude for unit in units], [unit.latitude for unit in units])
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=places, crs=STORAGE)


def _names(unit: AdminUnit) -> dict[str, object]:
    english = search_form(unit.name).title()
    return {
        "code": unit.code,
        "name": unit.name,
        "full_name": unit.full_name,
        "name_en": english,
        "full_name_en": f"{english} {_ENGLISH[unit.unit_type]}",
        "unit_type": unit.unit_type,
    }


def _people(parts: list[CensusUnit]) -> int:
    return sum(part.people for part in parts)


def _commune_2019(facts: _Facts) -> pd.DataFrame:
    rows: _Rows = [
        {
            "code": unit.code,
            "name": unit.name,
            "full_name": f"{_PREFIXES[unit.unit_type]} {unit.name}",
            "unit_type": unit.unit_type,
            "district": unit.district,
            "people": unit.people,
            "code_2024": unit.code_2024,
            "code_2025": unit.code_2025,
        }
        for unit in facts.census
    ]
    return pd.DataFrame(rows)


def _commune_2024(facts: _Facts) -> gpd.GeoDataFrame:
    rows: _Rows = []
    for unit in facts.units_2024.values():
        parts = facts.parts_2024[unit.code]
        where: dict[str, object] = {"district_code": unit.district_code, "district": unit.district}
        counts: dict[str, object] = {"pop_2019": _people(parts), "n_old": len(parts)}
        rows.append(_names(unit) | where | counts | {"successor": parts[0].code_2025})
    return _points(rows, list(facts.units_2024.values()))


def _commune(facts: _Facts) -> gpd.GeoDataFrame:
    rows: _Rows = []
    for unit in facts.units_2025.values():
        parts = facts.parts_2025[unit.code]
        counts: dict[str, object] = {"pop_2019": _people(parts), "n_old": len(parts)}
        rows.append(_names(unit) | {"area_km2": facts.areas[unit.code]} | counts)
    return _points(rows, list(facts.units_2025.values()))


def _one_stop_office(facts: _Facts) -> gpd.GeoDataFrame:
    """Both states in one layer: the offices of 2024 until the merger, those of 2025 from then on."""
    rows: _Rows = [
        _office(unit, f"o2024_{unit.code}", None, MERGER, facts.parts_2024[unit.code][0].code_2025)
        for unit in facts.units_2024.values()
    ]
    rows += [
        _office(unit, f"o2025_{unit.code}", MERGER, None, unit.code) for unit in facts.units_2025.values()
    ]
    return _points(rows, [*facts.units_2024.values(), *facts.units_2025.values()])


def _office(
    unit: AdminUnit, code: str, opens: date | None, closes: date | None, commune: str
) -> dict[str, object]:
    return {
        "code": code,
        "name": f"Bộ phận một cửa {unit.full_name[0].lower()}{unit.full_name[1:]}",
        "role": "main",
        "open_from": opens,
        "open_to": closes,
        "commune_code": commune,
    }


def _residents(facts: _Facts) -> gpd.GeoDataFrame:
    rows: _Rows = []
    for unit in facts.units_2024.values():
        parts = facts.parts_2024[unit.code]
        people = float(_people(parts))
        codes: dict[str, object] = {"commune_2024": unit.code, "commune": parts[0].code_2025}
        rows.append({"code": f"r_{unit.code}", "people": people} | codes)
    return _points(rows, list(facts.units_2024.values()))


_BUILDERS: dict[str, Callable[[_Facts], pd.DataFrame]] = {
    "commune_2019": _commune_2019,
    "commune_2024": _commune_2024,
    "commune": _commune,
    "one_stop_office": _one_stop_office,
    "residents": _residents,
}
"""One function for each layer, in the order in which they are written and best loaded."""

LAYERS = tuple(_BUILDERS)
"""Ids of the layers of the demo city, in that order."""
