"""Files of every format with a few clinics in them, and layers to load them into."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import Polygon
from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.layers import version_of
from gis_service.errors import GisError
from gis_service.services.ingest import LoadOptions, LoadReport, load_file
from gis_service.types import LayerId
from tests.small_city import city_with, field, layer, places

CITY = city_with(
    layer("clinic"),
    layer("area", "MultiPolygon"),
    layer("path", "LineString"),
    layer("any", "Geometry", [field("code", required=True)]),
    layer("list", "None", [field("code", required=True), field("people", "integer")]),
    layer("keyless", "Point", [field("name")], key=None),
    layer("named", "Point", [field("place"), field("row"), field("order")], key=None),
    layer("kinds", "Point", [field("code", required=True), field("kind", values=("main", "branch"))]),
)
SQUARE = Polygon([(106.3, 20.4), (106.4, 20.4), (106.4, 20.5), (106.3, 20.5)])
BOW = Polygon([(106.3, 20.4), (106.4, 20.5), (106.4, 20.4), (106.3, 20.5)])


def load(
    connection: Connection, path: Path, layer_id: str = "clinic", options: LoadOptions | None = None
) -> LoadReport:
    return load_file(connection, CITY, path, layer_id, author="lan", options=options)


def refusal(
    connection: Connection, path: Path, layer_id: str = "clinic", options: LoadOptions | None = None
) -> GisError:
    with pytest.raises(GisError) as caught:
        load(connection, path, layer_id, options)
    assert caught.value.detail("vi")
    assert caught.value.expected("vi")
    assert caught.value.remedy("vi")
    exists = connection.execute(text("SELECT to_regclass(:name)"), {"name": f"layer.{layer_id}"}).scalar_one()
    assert exists is None, "a refused file leaves no table"
    assert version_of(connection, LayerId(layer_id)) is None, "a refused file makes no version"
    return caught.value


def frame(count: int = 5, **columns: object) -> gpd.GeoDataFrame:
    data: dict[str, Any] = {
        "code": [f"c{number}" for number in range(count)],
        "name": [f"Trạm y tế số {number}" for number in range(count)],
        "beds": list(range(count)),
        "areaKm2": np.arange(count) / 3,
        "open": [number % 2 == 0 for number in range(count)],
        "built": pd.Series(pd.to_datetime(["2020-02-29"] * count).date),
        "seen": pd.to_datetime(["2024-05-01T08:00:00Z"] * count),
    }
    return gpd.GeoDataFrame(data | columns, geometry=shapely.points(places(count)), crs="EPSG:4326")


def zipped(path: Path) -> Path:
    archive = path.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for part in path.parent.glob(f"{path.stem}.*"):
            if part.suffix != ".zip":
                out.write(part, part.name)
    return archive


def write_csv(data: gpd.GeoDataFrame, path: Path) -> Path:
    table = data.drop(columns="geometry").assign(kinh_do=data.geometry.x, vi_do=data.geometry.y)
    table.to_csv(path, index=False, sep=";", encoding="utf-8-sig", date_format="%Y-%m-%dT%H:%M:%SZ")
    return path


def write_gdal(data: gpd.GeoDataFrame, path: Path) -> Path:
    data.to_file(path)
    return path


def write_parquet(data: gpd.GeoDataFrame, path: Path) -> Path:
    data.to_parquet(path)
    return path


def write_shapefile(data: gpd.GeoDataFrame, path: Path) -> Path:
    # A DBF knows no time of day and no boolean.
    data.drop(columns=["seen"]).assign(open=data["open"].astype(int)).to_file(path, encoding="utf-8")
    return zipped(path)


WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path], Path]] = {
    "a.gpkg": write_gdal,
    "a.geojson": write_gdal,
    "a.fgb": write_gdal,
    "a.shp": write_shapefile,
    "a.parquet": write_parquet,
    "a.csv": write_csv,
    "misnamed.txt": lambda data, path: write_gdal(data, path.with_suffix(".gpkg")).rename(path),
}
