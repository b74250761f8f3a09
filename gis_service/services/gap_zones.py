"""The units of a gap analysis: their codes, their names, their areas."""

import geopandas as gpd
import numpy as np
import pyproj

from gis_service.analysis.zones import Zones, sorted_zones
from gis_service.crs import transform
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.frames import crs_of, find_column, require_column
from gis_service.services.gap_tables import NAMES, texts, texts_or_none


def zones_of(frame: gpd.GeoDataFrame, source: tuple[str, str | None], crs: pyproj.CRS) -> Zones:
    """Give the units of a table.

    Parameters
    ----------
    frame
        The table.
    source
        Its file, and the column of codes that the user named.
    crs
        Metric system of the study.

    Raises
    ------
    RefusedInput
        ``column_missing``, ``zone_id_missing`` without a column that tells all rows apart, and as
        `sorted_zones`.
    """
    polygons = transform(np.asarray(frame.geometry, dtype=object), crs_of(frame), crs)
    codes = codes_of(frame, source)
    names = texts(frame, NAMES) if find_column(frame, NAMES) else [str(code) for code in codes]
    return sorted_zones(codes, names, polygons)


def codes_of(frame: gpd.GeoDataFrame, source: tuple[str, str | None]) -> list[str | None]:
    """Give the codes of the units of a table, as text; arguments and errors as of `zones_of`."""
    return texts_or_none(frame, (_zone_column(frame, *source),))


def _zone_column(frame: gpd.GeoDataFrame, path: str, zone_id: str | None) -> str:
    """Give the column the user named, else the first with a different value in every row."""
    if zone_id is not None:
        return require_column(frame, (zone_id,), path=path, option="--zone-id")
    columns = [name for name in frame.columns if name != frame.geometry.name]
    for column in columns:
        if frame[column].notna().all() and frame[column].astype(str).is_unique:
            return str(column)
    raise RefusedInput(ErrorCode.ZONE_ID_MISSING, path=path, columns=", ".join(map(str, columns)) or "-")
