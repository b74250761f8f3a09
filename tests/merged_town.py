"""A street through three communes that became two, with their offices: small enough to count by hand.

Distances along the street, in metres from its western end::

    communes of 2024    a 0-2000          b 2000-4000        c 4000-6000
    communes of 2025    ab 0-4000                            c 4000-6000
    districts of 2024   d1 0-2000         d2 2000-6000
    offices until 2025  oa 1000           ob 3500            oc 5000
    offices since then  na 1000 (as oa)                      nc 5000 (as oc)
    land use            residential_rural 0-3000, farmland 3000-5500
    people              100 at 500, 200 at 1500, 40 at 2100, 300.5 at 3600, 60 at 4100, 5 at 5500

Everybody lives 10 m off the street.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis_service.crs import STORAGE, parse_crs, transform
from gis_service.types import Geometries

METRIC = parse_crs("EPSG:9209")
X, Y = 570_000.0, 2_260_000.0
HOMES = {500: 100.0, 1500: 200.0, 2100: 40.0, 3600: 300.5, 4100: 60.0, 5500: 5.0}
BEFORE, AFTER = "2025-06-24T10:00", "2025-07-01T10:00"
MERGER = pd.Timestamp("2025-07-01")

CHANGES = pd.DataFrame(
    [
        {
            "code": f"{old}:{new}",
            "from_vintage": "communes_2024",
            "old_code": old,
            "to_vintage": "communes_2025",
            "new_code": new,
            "kind": "whole",
            "changed_on": "2025-07-01",
            "source": "Nghị quyết thử",
        }
        for old, new in (("a", "ab"), ("b", "ab"), ("c", "c2"))
    ]
)


def _boxes(*bounds: tuple[float, float]) -> list[shapely.Geometry]:
    return [shapely.box(X + west, Y - 500, X + east, Y + 500) for west, east in bounds]


def _units(codes: Sequence[str], **more: object) -> dict[str, Any]:
    names = [code.upper() for code in codes]
    return {"code": codes, "name": names, "full_name": [f"Xã {name}" for name in names]} | more


def _layers() -> dict[str, tuple[list[shapely.Geometry], dict[str, Any]]]:
    commune = ["commune"] * 3
    offices: list[shapely.Geometry] = [shapely.Point(X + at, Y) for at in (1000, 3500, 5000, 1000, 5000)]
    return {
        "commune_2024": (
            _boxes((0, 2000), (2000, 4000), (4000, 6000)),
            _units(["a", "b", "c"], unit_type=commune, successor=["ab", "ab", "c2"]),
        ),
        "commune": (_boxes((0, 4000), (4000, 6000)), _units(["ab", "c2"], unit_type=commune[:2])),
        "district_2024": (_boxes((0, 2000), (2000, 6000)), _units(["d1", "d2"])),
        "residents": (
            [shapely.Point(X + at, Y + 10) for at in HOMES],
            {
                "code": [f"h{at}" for at in HOMES],
                "people": list(HOMES.values()),
                "age_60": [people / 10 for people in HOMES.values()],
            },
        ),
        "roads": (
            [shapely.LineString([(X, Y), (X + 6000, Y)])],
            {"code": ["r1"], "road_class": ["commune"]},
        ),
        "one_stop_office": (
            offices,
            {
                "code": ["oa", "ob", "oc", "na", "nc"],
                "name": ["A", "B", "C", "AB", "C mới"],
                "site_id": ["sa", "sb", "sc", "sa", "sc"],
                "open_from": [pd.NaT] * 3 + [MERGER] * 2,
                "open_to": [MERGER] * 3 + [pd.NaT] * 2,
                "branch_rank": pd.array([None, 1, None, None, None], dtype="Int64"),
            },
        ),
        "land_use": (
            _boxes((0, 3000), (3000, 5500)),
            {"code": ["lu1", "lu2"], "use": ["residential_rural", "farmland"]},
        ),
        "settlement": (
            [shapely.Point(X + 3500, Y)],
            {"code": ["s1"], "name": ["Thôn Bến"]},
        ),
    }


def town_files(folder: Path) -> list[tuple[str, Path]]:
    """Write the layers of the town, in the order in which they are loaded."""
    files = []
    for layer, (shapes, columns) in _layers().items():
        geometry: Geometries = np.empty(len(shapes), dtype=object)
        geometry[:] = shapes
        frame = gpd.GeoDataFrame(columns, geometry=list(transform(geometry, METRIC, STORAGE)), crs=STORAGE)
        frame.to_file(folder / f"{layer}.gpkg", layer=layer)
        files.append((layer, folder / f"{layer}.gpkg"))
    CHANGES.to_csv(folder / "unit_change.csv", index=False)
    return [*files, ("unit_change", folder / "unit_change.csv")]


def state(at: str, *, share: float | None = None, **more: object) -> dict[str, Any]:
    """Ask for one state of the offices: within 800 m on foot along the street."""
    asked = {"service": "one_stop_office", "measure": "network_distance", "mode": "walk", "limit": 800}
    branches = {} if share is None else {"facilities": {"layer": "one_stop_office", "branch_share": share}}
    return asked | {"at": at} | branches | more
