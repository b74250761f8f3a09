"""Makes files of a few features, with whatever is to be wrong with them."""

import io
import json
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from shapely.geometry import Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from tests.foreign_files import write_workbook

HERE, THERE = Point(106.30, 20.40), Point(106.31, 20.41)
PLACE: Mapping[str, Any] = {"type": "Point", "coordinates": [106.30, 20.40]}
SQUARE = box(106.30, 20.40, 106.31, 20.41)
BOW = Polygon([(106.30, 20.40), (106.31, 20.41), (106.31, 20.40), (106.30, 20.41)])


def collection(*members: Mapping[str, Any] | str) -> bytes:
    """Write GeoJSON features; a text stands as it is."""
    texts = (each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in members)
    return ('{"type": "FeatureCollection", "features": [\n' + ",\n".join(texts) + "\n]}").encode()


def feature(geometry: BaseGeometry | Mapping[str, Any] | None = PLACE, **values: object) -> dict[str, Any]:
    """Make one GeoJSON feature; the place is a mapping, or anything that shapely makes one of."""
    shape = shapely.geometry.mapping(geometry) if isinstance(geometry, BaseGeometry) else geometry
    return {"type": "Feature", "properties": values, "geometry": shape}


def packed(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Zip members under their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def written(
    folder: Path,
    ending: str,
    shapes: Sequence[BaseGeometry | None],
    values: Mapping[str, Sequence[Any]],
    *,
    crs: str | None = "EPSG:4326",
    kind: str = "Point",
    **options: object,
) -> Path:
    """Write shapes and values as GDAL writes them; every column is text."""
    path = folder / f"a.{ending}"
    arrays = [np.array(column, dtype=object) for column in values.values()]
    with warnings.catch_warnings():
        # A file without a system is what is wanted.
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        pyogrio.raw.write(
            path,
            geometry=shapely.to_wkb(np.array(shapes, dtype=object)),
            field_data=arrays,
            fields=list(values),
            geometry_type=kind,
            crs=crs,
            driver={"gpkg": "GPKG", "shp": "ESRI Shapefile", "fgb": "FlatGeobuf", "gml": "GML"}[ending],
            **options,
        )
    return path


def shapefile(
    folder: Path,
    shapes: Sequence[BaseGeometry],
    values: Mapping[str, Sequence[Any]],
    **options: Any,  # noqa: ANN401  of GDAL
) -> dict[str, bytes]:
    """Write a Shapefile; give its parts by ending."""
    path = written(folder, "shp", shapes, values, **options)
    return {part.suffix: part.read_bytes() for part in path.parent.glob("a.*")}


def zipped_parts(parts: Mapping[str, bytes], stem: str = "điểm") -> bytes:
    """Zip the parts of a Shapefile."""
    return packed({f"{stem}{ending}": content for ending, content in parts.items()})


def workbook(folder: Path, rows: list[list[object]], name: str = "Trạm") -> bytes:
    """Write a workbook of one sheet."""
    return write_workbook(folder / "a.xlsx", {name: rows}).read_bytes()
