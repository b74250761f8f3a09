"""Small files that would end, hold or betray the process that reads them without care."""

import json
import sqlite3
import struct
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely

POINT = shapely.Point(106.33, 20.44)
_NOWHERE = "/nowhere/shift.gsb"
_BOUND = pyproj.CRS(f"+proj=longlat +ellps=WGS84 +nadgrids={_NOWHERE} +no_defs +type=crs")
_DERIVED = (
    'GEOGCRS["X",BASEGEOGCRS["WGS 84",'
    'DATUM["World Geodetic System 1984",ELLIPSOID["WGS 84",6378137,298.257223563]]],'
    'DERIVINGCONVERSION["u",METHOD["{method}"]],CS[ellipsoidal,2],'
    'AXIS["longitude",east,ANGLEUNIT["degree",0.0174532925199433]],'
    'AXIS["latitude",north,ANGLEUNIT["degree",0.0174532925199433]]]'
)
REACHING = {
    "a grid": f"+proj=longlat +ellps=WGS84 +nadgrids={_NOWHERE} +no_defs +type=crs",
    "a geoid": f"+proj=longlat +datum=WGS84 +geoidgrids={_NOWHERE} +type=crs",
    "steps": f"+proj=pipeline +step +proj=hgridshift +grids={_NOWHERE}",
    "a file of systems": f"+init={_NOWHERE}:x",
    "WKT2": _BOUND.to_wkt().replace("unknown", "X"),
    "WKT1": _BOUND.to_wkt("WKT1_GDAL").replace("unknown", "X"),
    "PROJJSON": _BOUND.to_json().replace('"unknown"', '"X"'),
    "PROJJSON of words": json.dumps({"type": "X", "proj": "longlat", "nadgrids": _NOWHERE}),
    "steps as a method": _DERIVED.format(
        method=f"PROJ-based operation method: +proj=pipeline +step +proj=hgridshift +grids={_NOWHERE}"
    ),
    "a method of PROJ": _DERIVED.format(method=f"PROJ deformation xy_grids={_NOWHERE}"),
}
"""Ways to name a system whose grid is a file."""
NOT_ON_EARTH = {
    "a building site": 'LOCAL_CS["Nonearth",UNIT["Meter",1]]',
    "a machine": 'ENGCRS["x",EDATUM["y"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["m",1]]',
    "heights": "EPSG:5773",
    "the centre of the earth": "EPSG:4978",
    "the moon": "IAU_2015:30100",
    "times": 'TIMECRS["d",TDATUM["g"],CS[TemporalDateTime,1],AXIS["t",future]]',
}
"""Systems that say nothing of longitude and latitude."""


def reaching(name: str, path: Path) -> str:
    """Give one of :data:`REACHING` that reaches for a file."""
    return REACHING[name].replace(_NOWHERE, str(path))


def nested(levels: int) -> bytes:
    """Give WKB of a point in so many collections."""
    return struct.pack("<BII", 1, 7, 1) * levels + shapely.to_wkb(POINT)


def write_wkb_parquet(path: Path, wkb: bytes, crs: object = "OGC:CRS84") -> Path:
    """Write a GeoParquet of two features, a sound one and this; the system as it is given."""
    column = {"encoding": "WKB", "geometry_types": [], "crs": crs}
    geo = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": column}}
    table = pa.table({"geometry": pa.array([shapely.to_wkb(POINT), wkb]), "code": ["a", "b"]})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    return path


def write_wkb_by_gdal(path: Path, wkb: bytes, driver: str) -> Path:
    """Write a file of two features, a sound one and this, by GDAL, which takes 32 levels at most."""
    pyogrio.raw.write(
        path,
        geometry=pa.array([shapely.to_wkb(POINT), wkb]).to_numpy(zero_copy_only=False),
        field_data=[pa.array(["a", "b"]).to_numpy(zero_copy_only=False)],
        fields=["code"],
        geometry_type="Unknown",
        crs="EPSG:4326",
        driver=driver,
        layer="t",
    )
    return path


def write_wkb_geopackage(path: Path, wkb: bytes, system: str | None = None) -> Path:
    """Write a GeoPackage of two features, a sound one and this, behind the back of GDAL."""
    write_wkb_by_gdal(path, shapely.to_wkb(POINT), "GPKG")
    with sqlite3.connect(path) as made:
        for (name,) in made.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            made.execute(f'DROP TRIGGER "{name}"')
        blob = b"GP\0\x01" + struct.pack("<i", 4326) + wkb
        made.execute("UPDATE t SET geom = ? WHERE code = 'b'", (blob,))
        if system is not None:
            made.execute(
                "INSERT INTO gpkg_spatial_ref_sys(srs_name, srs_id, organization, organization_coordsys_id,"
                " definition) VALUES ('X', 99999, 'NONE', 99999, ?)",
                (system,),
            )
            made.execute("UPDATE gpkg_geometry_columns SET srs_id = 99999")
            made.execute("UPDATE gpkg_contents SET srs_id = 99999")
    made.close()
    return path
