"""Gives the parts of the demo city the columns of their layers."""

from collections.abc import Callable, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis_service.analysis.demo_city.features import Features, points_of
from gis_service.analysis.demo_city.flood import FloodArea
from gis_service.analysis.demo_city.land_use import Patch
from gis_service.analysis.demo_city.protected import ProtectedArea
from gis_service.analysis.demo_city.residents import resident_features
from gis_service.analysis.demo_city.seats import district_seats
from gis_service.analysis.demo_city.waters import Water
from gis_service.crs import DEMO_METRIC, STORAGE, transform
from gis_service.files.admin_units import AdminUnit
from gis_service.files.census import CensusUnit
from gis_service.services.demo_build import City
from gis_service.services.demo_changes import change_table
from gis_service.text import search_form
from gis_service.types import Geometries

_PREFIXES = {"ward": "Phường", "township": "Thị trấn", "commune": "Xã"}
_ENGLISH = {"ward": "Ward", "township": "Township", "commune": "Commune"}
_Rows = list[dict[str, object]]


def _frame(geometry: Geometries, columns: Mapping[str, Sequence[object]]) -> gpd.GeoDataFrame:
    """Make a frame in longitude and latitude of metric geometries."""
    data = {name: _column(values) for name, values in columns.items()}
    places = transform(np.asarray(geometry, dtype=object), DEMO_METRIC, STORAGE)
    # Rounding to degrees may fold a sliver of an area that was whole in metres.
    folded = ~shapely.is_valid(places)
    mended = shapely.make_valid(places[folded], method="structure", keep_collapsed=False)
    places[folded] = _multi(np.asarray(mended, dtype=object))
    return gpd.GeoDataFrame(pd.DataFrame(data), geometry=places, crs=STORAGE)


def _column(values: Sequence[object]) -> object:
    """Keep whole numbers whole where some are missing."""
    whole = [value for value in values if type(value) is int]
    missing = values.count(None)
    if whole and missing and len(whole) + missing == len(values):
        return pd.array([value if type(value) is int else None for value in values], dtype="Int64")
    return list(values)


def _rows(geometry: Geometries, rows: _Rows) -> gpd.GeoDataFrame:
    return _frame(geometry, {name: [row[name] for row in rows] for name in rows[0]} if rows else {})


def _features(features: Features) -> gpd.GeoDataFrame:
    return _frame(features.geometry, features.columns)


def _multi(shapes: Geometries) -> Geometries:
    """Make every area one of several parts, as the layers hold them."""
    several = [
        shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])
        for shape in shapes.tolist()
    ]
    return np.array(several, dtype=object)


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


def _people(parts: Sequence[CensusUnit]) -> int:
    return sum(part.people for part in parts)


def _commune_2019(city: City) -> pd.DataFrame:
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
        for unit in city.facts.census
    ]
    return pd.DataFrame(rows)


def _commune_2024(city: City) -> gpd.GeoDataFrame:
    rows: _Rows = []
    for unit in city.land.units:
        parts = city.facts.parts_2024[unit.code]
        where: dict[str, object] = {"district_code": unit.district_code, "district": unit.district}
        counts: dict[str, object] = {"pop_2019": _people(parts), "n_old": len(parts)}
        names = _names(city.facts.units_2024[unit.code])
        rows.append(names | where | counts | {"successor": unit.successor})
    return _rows(_multi(city.land.outlines), rows)


def _commune(city: City) -> gpd.GeoDataFrame:
    rows: _Rows = []
    for code, unit in sorted(city.facts.units_2025.items()):
        parts = city.facts.parts_2025[code]
        counts: dict[str, object] = {"pop_2019": _people(parts), "n_old": len(parts)}
        rows.append(_names(unit) | {"area_km2": city.facts.areas[code]} | counts)
    shapes = _united(city, [unit.successor for unit in city.land.units])
    return _rows(_multi(np.array([shapes[str(row["code"])] for row in rows], dtype=object)), rows)


def _district_2024(city: City) -> gpd.GeoDataFrame:
    shapes = _united(city, [unit.district_code for unit in city.land.units])
    rows: _Rows = []
    for code in sorted(shapes):
        units = [unit for unit in city.land.units if unit.district_code == code]
        kind = next(word for word in ("Thành phố ", "Huyện ") if units[0].district.startswith(word))
        rows.append(
            {
                "code": code,
                "name": units[0].district.removeprefix(kind),
                "full_name": units[0].district,
                "pop_2019": sum(unit.people for unit in units),
                "n_communes": len(units),
            }
        )
    return _rows(_multi(np.array([shapes[code] for code in sorted(shapes)], dtype=object)), rows)


def _united(city: City, codes: Sequence[str]) -> dict[str, shapely.Geometry]:
    """Join communes of 2024 by a code."""
    owner = np.array(codes)
    return {
        code: shapely.coverage_union_all(city.land.outlines[owner == code])
        for code in sorted(set(owner.tolist()))
    }


def _settlement(city: City) -> gpd.GeoDataFrame:
    villages, units = city.villages, city.land.units
    rank = np.where(villages.is_main, 3, 4)
    for row, village in enumerate(villages.unit.tolist()):
        if villages.is_main[row] and units[village].unit_type != "commune":
            rank[row] = 2
    rank[np.isin(villages.unit, list(district_seats(units).values())) & villages.is_main] = 1
    rows: _Rows = [
        {
            "code": f"kdc_{row + 1:04d}",
            "name": villages.name[row],
            "kind": villages.kind[row],
            "rank": int(rank[row]),
            "commune_2024": units[unit].code,
            "commune_code": units[unit].successor,
        }
        for row, unit in enumerate(villages.unit.tolist())
    ]
    return _rows(points_of(villages.xy), rows)


def _rivers(city: City) -> gpd.GeoDataFrame:
    rows: _Rows = [{"code": w.code, "name": w.name, "kind": w.kind} for w in city.land.waters]
    return _rows(_multi(_shapes(city.land.waters)), rows)


def _land_use(city: City) -> gpd.GeoDataFrame:
    rows: _Rows = [
        {"code": patch.code, "use": patch.use, "site_area_m2": patch.site_area_m2} for patch in city.land_use
    ]
    return _rows(_multi(_shapes(city.land_use)), rows)


def _flood_area(city: City) -> gpd.GeoDataFrame:
    rows: _Rows = [
        {
            "code": area.code,
            "name": area.name,
            "return_period_years": area.return_period_years,
            "depth_m": area.depth_m,
        }
        for area in city.floods
    ]
    return _rows(_multi(_shapes(city.floods)), rows)


def _protected_area(city: City) -> gpd.GeoDataFrame:
    rows: _Rows = [{"code": area.code, "name": area.name, "kind": area.kind} for area in city.protected]
    return _rows(_multi(_shapes(city.protected)), rows)


def _shapes(things: Sequence[Water | Patch | FloodArea | ProtectedArea]) -> Geometries:
    return np.array([thing.shape for thing in things], dtype=object)


def _roads(city: City) -> gpd.GeoDataFrame:
    roads = city.roads
    columns: dict[str, Sequence[object]] = {
        "code": [f"rd_{number:06d}" for number in range(1, len(roads.lines) + 1)],
        "name": [name or None for name in roads.name],
        "road_class": roads.road_class,
    }
    measured = ("oneway", "level", "width_m", "paved", "on_foot", "on_wheels", "by_car", "is_bridge")
    columns |= {name: getattr(roads, name).tolist() for name in measured}
    return _frame(roads.lines, columns)


def _ferries(city: City) -> gpd.GeoDataFrame:
    ferries = city.ferries
    columns: dict[str, Sequence[object]] = {
        "code": [f"pha_{number}" for number in range(1, len(ferries.lines) + 1)],
        "name": ferries.name,
        "headway_min": ferries.headway_min.tolist(),
        "runs_from": ferries.runs_from,
        "runs_to": ferries.runs_to,
        "takes_cars": ferries.takes_cars.tolist(),
    }
    return _frame(ferries.lines, columns)


def _residents(city: City) -> gpd.GeoDataFrame:
    return _features(resident_features(city.residents, city.land))


_Builder = Callable[[City], pd.DataFrame]


def _facility(layer: str) -> _Builder:
    return lambda city: _features(city.facilities[layer])


def _infrastructure(layer: str) -> _Builder:
    return lambda city: _features(city.infrastructure[layer])


_SERVICES = (
    *("one_stop_office", "health_station", "hospital", "kindergarten", "school_primary"),
    *("school_lower_secondary", "school_upper_secondary", "market", "park", "fire_station"),
    *("bus_stop", "wifi", "camera"),
)
BUILDERS: dict[str, _Builder] = {
    "commune_2019": _commune_2019,
    "commune_2024": _commune_2024,
    "commune": _commune,
    "district_2024": _district_2024,
    "unit_change": lambda city: change_table(city.facts),
    "rivers": _rivers,
    "settlement": _settlement,
    "land_use": _land_use,
    "flood_area": _flood_area,
    "protected_area": _protected_area,
    "roads": _roads,
    "ferries": _ferries,
    **{layer: _facility(layer) for layer in _SERVICES},
    "residents": _residents,
    **{layer: _infrastructure(layer) for layer in ("water_main", "sewer", "power_line")},
    "projects": lambda city: _features(city.projects),
}
"""One function for each layer, in the order in which they are written and best loaded."""

LAYERS = tuple(BUILDERS)
"""Ids of the layers of the demo city, in that order."""
