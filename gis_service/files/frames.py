"""Reads a table with places, as an analyst has it on the own machine, into a GeoDataFrame.

GeoPackage, GeoJSON, FlatGeobuf, Shapefile (zipped or not), GeoParquet and CSV with coordinates. Files that
strangers upload take another way, with a closed-in process; this one trusts the person who typed the path.
"""

import difflib
import json
import re
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.lib
import pyogrio
import pyproj
import shapely

from gis_service.crs import STORAGE
from gis_service.errors import ErrorCode, NotFound, RefusedInput
from gis_service.text import search_form

LAYER_MARK = "|layername="
"""Separates a file from one of its layers, as QGIS writes it: ``city.gpkg|layername=roads``."""

_LONGITUDES = ("lon", "lng", "long", "longitude", "kinh do", "x")
_LATITUDES = ("lat", "latitude", "vi do", "y")
_COLUMNS_SHOWN = 12
_SEPARATORS = (",", ";", "\t", "|")
_THOUSANDS = re.compile(r"[+-]?(?!0+\.)\d{1,3}(?:\.\d{3})+(?:,\d+)?")
"""A number with points between its thousands, as it is written beside decimal commas."""
_LEADING_NOUGHT = re.compile(r"[+-]?0\d")
"""Begins a code, not a number."""
_CODES = re.compile(r"\b(?:ma|code|key|ref|site)\b|(?:id|code)\b")
"""In names of columns, folded and with spaces between words: what looks like numbers there are codes."""


def read_frame(
    source: str | Path, *, allow_empty: bool = False, keep_missing: bool = False
) -> gpd.GeoDataFrame:
    """Read a vector file.

    Parameters
    ----------
    source
        Path of the file; ``FILE|layername=NAME`` chooses one layer of several.
    allow_empty
        Accept a file without any row.
    keep_missing
        Keep rows without a geometry, so that row numbers hold and what stands in them can be told.

    Returns
    -------
    geopandas.GeoDataFrame
        In the CRS of the file, rows in the order of the file, numbered from 0. Rows without a readable
        geometry are left out; ``frame.attrs["without_geometry"]`` counts them,
        ``frame.attrs["source"]`` names the file.

    Raises
    ------
    NotFound
        ``file_not_found``.
    RefusedInput
        ``table_unreadable``, ``table_empty``, ``layer_choice``, ``crs_missing``, ``column_missing`` or
        ``coordinates_not_degrees``.
    """
    path, layer = split_source(source)
    frame = _read(path, layer)
    present = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    if present.empty and not (allow_empty and frame.empty):
        raise RefusedInput(ErrorCode.TABLE_EMPTY, path=str(path), rows=len(frame))
    if present.crs is None:
        raise RefusedInput(ErrorCode.CRS_MISSING, name=str(path))
    result = (frame if keep_missing else present).reset_index(drop=True)
    result.attrs = {"without_geometry": len(frame) - len(present), "source": path.name}
    return result


def crs_of(frame: gpd.GeoDataFrame) -> pyproj.CRS:
    """Give the system of a frame that `read_frame` gave, which always has one."""
    if frame.crs is None:
        raise RefusedInput(ErrorCode.CRS_MISSING, name=str(frame.attrs.get("source", "?")))
    return frame.crs


def split_source(source: str | Path) -> tuple[Path, str | None]:
    """Split ``FILE|layername=NAME`` and make sure that the file is there.

    Raises
    ------
    NotFound
        ``file_not_found``.
    """
    text, _, layer = str(source).partition(LAYER_MARK)
    path = Path(text)
    if not path.is_file():
        raise NotFound(ErrorCode.FILE_NOT_FOUND, path=text)
    return path, layer or None


def find_column(frame: pd.DataFrame, names: Iterable[str]) -> str | None:
    """Give the first column that bears one of the names, whatever its case, accents and white space.

    Examples
    --------
    >>> find_column(pd.DataFrame({"Dân_số": [1]}), ["people", "dan_so"])
    'Dân_số'
    """
    folded = {_plain(column): str(column) for column in reversed(frame.columns)}
    return next((folded[_plain(name)] for name in names if _plain(name) in folded), None)


def require_column(frame: pd.DataFrame, names: Sequence[str], *, path: str, option: str) -> str:
    """Give the first column that bears one of the names, or refuse and list the columns there are.

    Parameters
    ----------
    frame
        The table.
    names
        Accepted names, the best first.
    path, option
        File and command-line option, for the message.

    Raises
    ------
    RefusedInput
        ``column_missing``.
    """
    column = find_column(frame, names)
    if column is not None:
        return column
    there = [str(name) for name in frame.columns if name != frame.attrs.get("geometry", "geometry")]
    near = difflib.get_close_matches(names[0], there, n=1, cutoff=0.6)
    shown = ", ".join(there[:_COLUMNS_SHOWN]) + (" …" if len(there) > _COLUMNS_SHOWN else "")
    raise RefusedInput(
        ErrorCode.COLUMN_MISSING,
        path=path,
        names=" | ".join(names),
        columns=shown or "-",
        option=f"{option} {near[0]}" if near else f"{option} …",
    )


def require_kinds(frame: gpd.GeoDataFrame, kinds: Sequence[str], *, path: str) -> None:
    """Refuse a table with geometries of another kind, naming the first row at fault.

    Parameters
    ----------
    frame
        The table.
    kinds
        Accepted kinds without their multi-forms, such as ``("Point", "Polygon")``.
    path
        File, for the message.

    Raises
    ------
    RefusedInput
        ``geometry_kind``.
    """
    found = frame.geometry.geom_type.to_numpy(dtype=str)
    accepted = [*kinds, *(f"Multi{kind}" for kind in kinds)]
    wrong = np.flatnonzero(~np.isin(found, accepted))
    if wrong.size:
        raise RefusedInput(
            ErrorCode.GEOMETRY_KIND,
            path=path,
            row=int(wrong[0]) + 1,
            found=str(found[wrong[0]]),
            count=int(wrong.size),
            kinds=", ".join(kinds),
        )


def _plain(name: object) -> str:
    """Fold a column name: ``Dân số``, ``DAN_SO`` and ``dan_so`` are one."""
    return "".join(char for char in search_form(str(name)) if char.isalnum())


def _read(path: Path, layer: str | None) -> gpd.GeoDataFrame:
    suffix = path.suffix.lower()
    try:
        if suffix == ".csv":
            return _read_csv(path)
        if suffix in {".parquet", ".geoparquet"}:
            return gpd.read_parquet(path)
        return _read_vector(path, layer)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyarrow.lib.ArrowException,
        pd.errors.ParserError,
        pd.errors.EmptyDataError,
        UnicodeDecodeError,
        ValueError,
    ) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RefusedInput(ErrorCode.TABLE_UNREADABLE, path=str(path), reason=reason) from error


def _read_vector(path: Path, layer: str | None) -> gpd.GeoDataFrame:
    """Read with GDAL; its warnings about single rings become rows without a geometry, which are counted."""
    if path.suffix.lower() == ".zip" and not zipfile.is_zipfile(path):
        raise ValueError("not a zip archive")
    layers = pyogrio.list_layers(path)
    spatial = [str(name) for name, kind in layers if kind is not None]
    if not spatial:
        raise RefusedInput(ErrorCode.TABLE_EMPTY, path=str(path), rows=0)
    if (layer is None and len(spatial) > 1) or (layer is not None and layer not in spatial):
        raise RefusedInput(
            ErrorCode.LAYER_CHOICE,
            path=str(path),
            asked=layer or "-",
            layers=", ".join(spatial),
            example=f"{path}{LAYER_MARK}{spatial[0]}",
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        frame: gpd.GeoDataFrame = pyogrio.read_dataframe(path, layer=layer or spatial[0], on_invalid="ignore")
    if path.suffix.lower() in {".json", ".geojson"}:
        _refuse_metres_as_degrees(frame, path)
    return frame


def _refuse_metres_as_degrees(frame: gpd.GeoDataFrame, path: Path) -> None:
    """GeoJSON without a ``crs`` member is degrees by its standard; metres in it are a lost system."""
    west, south, east, north = frame.total_bounds
    if frame.crs is None or not frame.crs.is_geographic or not np.isfinite(west):  # without a place: no box
        return
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004  the ends of the globe
        box = json.dumps([round(float(value), 1) for value in (west, south, east, north)])
        raise RefusedInput(ErrorCode.COORDINATES_NOT_DEGREES, path=str(path), box=box)


def _read_csv(path: Path) -> gpd.GeoDataFrame:
    """Read a table of points; a spreadsheet that writes decimal commas separates columns by semicolons."""
    separator = _separator(path)
    decimal = "," if separator == ";" else "."
    table = pd.read_csv(path, encoding="utf-8-sig", sep=separator, decimal=decimal)
    longitude = require_column(table, _LONGITUDES, path=str(path), option="lon")
    latitude = require_column(table, _LATITUDES, path=str(path), option="lat")
    if separator == ";" and any(_has_commas(table[column]) for column in (longitude, latitude)):
        for column in table.columns.difference([longitude, latitude]):
            if not _CODES.search(search_form(str(column)).replace("_", " ")):
                table[column] = _without_points(table[column])
    xy = table[[longitude, latitude]].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    points = np.full(len(table), None, dtype=object)
    known = np.isfinite(xy).all(axis=1)
    points[known] = shapely.points(xy[known])
    frame = gpd.GeoDataFrame(table, geometry=points, crs=STORAGE)
    _refuse_metres_as_degrees(frame, path)
    return frame


def _has_commas(values: "pd.Series[float]") -> bool:
    """Tell whether coordinates that were read with a decimal comma had one."""
    if pd.api.types.is_numeric_dtype(values):
        return bool((values.dropna() % 1 != 0).any())
    return any("," in str(value) for value in values)


def _without_points(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Read ``1.234`` as 1234 in a column of numbers in which every point parts thousands.

    Any other column stays as it is: where one value has a point before decimals, the others may as well.
    """
    if pd.api.types.is_numeric_dtype(values):
        return values
    written = [value.strip() for value in values if isinstance(value, str)]
    pointed = [value for value in written if "." in value]
    if not pointed or not all(map(_is_grouped, pointed)) or any(map(_LEADING_NOUGHT.match, written)):
        return values
    numbers = pd.to_numeric(values.map(_plain_number), errors="coerce")
    return numbers if numbers.notna().equals(values.notna()) else values


def _is_grouped(value: str) -> bool:
    return _THOUSANDS.fullmatch(value) is not None


def _plain_number(value: object) -> object:
    if not isinstance(value, str):
        return value
    return value.strip().replace(".", "").replace(",", ".")


def _separator(path: Path) -> str:
    """Give the sign between the columns: the one the first line holds most of."""
    with path.open(encoding="utf-8-sig") as file:
        head = file.readline()
    return max(_SEPARATORS, key=head.count)
