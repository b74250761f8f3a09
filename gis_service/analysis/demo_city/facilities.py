"""Services of the demo city: how many there are, where they stand, how large they are."""

from collections.abc import Mapping, Sequence

import numpy as np

from gis_service.analysis.demo_city.buses import make_bus_stops
from gis_service.analysis.demo_city.features import Features, generator, points_of, table
from gis_service.analysis.demo_city.gathering import make_markets, make_parks
from gis_service.analysis.demo_city.ground import Ground, Standing
from gis_service.analysis.demo_city.health import make_health_stations, make_hospitals
from gis_service.analysis.demo_city.offices import make_offices
from gis_service.analysis.demo_city.safety import make_cameras, make_fire_stations
from gis_service.analysis.demo_city.schools import KINDS, make_schools
from gis_service.types import Geometries

_PEOPLE_PER_WIFI = 9_300
_WIFI_PLACES = ("park", "hospital", "one_stop_office", "market", "school_upper_secondary", "health_station")
"""Where public Wi-Fi is put up, in this order."""
_WIFI_OFF_M = 9.0
_WIFI_REACH_M = (40.0, 60.0, 80.0)


def make_facilities(ground: Ground, names_2025: Mapping[str, str]) -> dict[str, Features]:
    """Build the services.

    Parameters
    ----------
    ground
        Free places.
    names_2025
        Full names of the communes of 2025 by code.

    Returns
    -------
    dict of str and Features
        Rows by layer. Places are given away once: two services share a point only when they share a site.

    Notes
    -----
    Numbers follow the people (and schools the children) of a commune; they are assumptions, near those of an
    ordinary province of this size.
    """
    standing: dict[str, Sequence[Standing]] = {"one_stop_office": make_offices(ground, dict(names_2025))}
    standing["park"] = make_parks(ground)
    standing["hospital"] = make_hospitals(ground)
    standing["health_station"] = make_health_stations(ground)
    standing["market"] = make_markets(ground)
    standing["fire_station"] = make_fire_stations(ground)
    for kind in reversed(KINDS):
        standing[kind.layer] = make_schools(ground, kind)
    found = {layer: features_of(rows) for layer, rows in standing.items()}
    found["wifi"] = _wifi(ground, standing)
    found["bus_stop"] = make_bus_stops(ground)
    found["camera"] = make_cameras(ground)
    return found


def features_of(standing: Sequence[Standing]) -> Features:
    """Turn services into the rows of a layer."""
    places = points_of(np.array([one.place.xy for one in standing], dtype=np.float64).reshape(-1, 2))
    for row, one in enumerate(standing):
        if one.shape is not None:
            places[row] = one.shape
    names = dict.fromkeys(name for one in standing for name in one.values)
    values: dict[str, Sequence[object]] = {name: [one.values.get(name) for one in standing] for name in names}
    called: dict[str, Sequence[object]] = {
        "code": [one.code for one in standing],
        "name": [one.name for one in standing],
    }
    return Features(places, called | values)


def areas_of(found: Mapping[str, Features]) -> Geometries:
    """Give the areas of services, such as parks: nobody lives in them."""
    shapes = [shape for rows in found.values() for shape in rows.geometry.tolist() if shape.area > 0]
    return np.array(shapes, dtype=object)


def _wifi(ground: Ground, standing: Mapping[str, Sequence[Standing]]) -> Features:
    """Put Wi-Fi up beside public places until there is enough of it."""
    total = round(sum(unit.people for unit in ground.units) / _PEOPLE_PER_WIFI)
    hosts = [one for layer in _WIFI_PLACES for one in standing[layer] if "o2024_" not in one.code][:total]
    draws = generator("wifi")
    xy = np.array([one.place.xy for one in hosts], dtype=np.float64).reshape(-1, 2)
    angle = draws.uniform(0, 2 * np.pi, len(hosts))
    reach = draws.choice(_WIFI_REACH_M, len(hosts))
    rows = [
        (
            f"wifi_{number:03d}",
            f"Wi-Fi {one.name}",
            "main",
            float(reach[number - 1]),
            one.values["address"],
            one.values["commune_code"],
        )
        for number, one in enumerate(hosts, 1)
    ]
    columns = table(("code", "name", "role", "radius_m", "address", "commune_code"), rows)
    return Features(points_of(xy + _WIFI_OFF_M * np.column_stack([np.cos(angle), np.sin(angle)])), columns)
