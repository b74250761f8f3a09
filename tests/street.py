"""A street through two communes, small enough to count its people by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyproj
import shapely

from gis_service.analysis.demand import Demand
from gis_service.analysis.gaps import Settlements
from gis_service.analysis.modes import mode
from gis_service.analysis.network import Roads, build_network
from gis_service.analysis.zones import sorted_zones, zone_of
from gis_service.services.coverage import (
    CoverageInputs,
    CoverageParameters,
    Facilities,
)
from gis_service.types import Geometries

METRIC = pyproj.CRS.from_epsg(9209)
X, Y = 570_000.0, 2_260_000.0
WALK_800_M = CoverageParameters("clinic", "network_distance", 800.0, mode("walk"))
"""Everybody within 800 m on foot of the clinic at the western end of the street."""


def street() -> CoverageInputs:
    """A street of 20 km through two communes; people every 500 m for the first 3 km."""
    at = np.arange(7) * 500.0
    xy = np.column_stack([X + at, np.full(7, Y + 40)])
    people = np.array([100_000, 10_500, 30_000, 40_000, 50_000, 60_000, 70_000])
    demand = Demand(xy, {"all": people, "age_60": people // 10}, np.arange(7, dtype=np.int32))
    boxes = [
        shapely.box(X - 100, Y - 500, X + 1400, Y + 500),
        shapely.box(X + 1400, Y - 500, X + 4000, Y + 500),
    ]
    zones = sorted_zones(["7", "12"], ["Xã Đông", "Xã Tây"], np.array(boxes, dtype=object))
    line = np.array([shapely.LineString([(X, Y), (X + 20_000, Y)])], dtype=object)
    clinic = np.array([[X, Y]])
    return CoverageInputs(
        references={"demand": {"layer": "residents", "version": 1}},
        crs=METRIC,
        demand=demand,
        zones=zones,
        zone=zone_of(xy, zones),
        facilities=Facilities(clinic, np.zeros(1, dtype=np.int32), zone_of(clinic, zones)),
        network=build_network(Roads.plain(line)),
        settlements=Settlements(["Thôn Đông", "Thôn Tây"], np.array([[X, Y], [X + 3000, Y]])),
    )


def points(*places: list[float]) -> Geometries:
    return np.array([shapely.Point(place) for place in places], dtype=object)


def codes(document: dict[str, Any]) -> list[str]:
    return [notice["code"] for notice in document["notices"]]


def with_clinics(inputs: CoverageInputs, *x: float, owner: list[int] | None = None) -> CoverageInputs:
    xy = np.array([[X + at, Y] for at in x])
    site = np.arange(len(x), dtype=np.int32)
    own = None if owner is None else np.array(owner)
    return replace(inputs, facilities=Facilities(xy, site, zone_of(xy, inputs.zones), own))
