"""Why places are reached or not, in a gap analysis: points of a file, or longitude and latitude as typed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from gis_service.crs import STORAGE, transform
from gis_service.errors import ErrorCode, GisError, RefusedInput, WrongUse
from gis_service.files.frames import crs_of
from gis_service.services.coverage import Progress
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import Notice
from gis_service.services.documents import canonical_json
from gis_service.services.gap_analysis import GapAnalysis
from gis_service.services.gap_tables import NAMES, read_table, texts_or_none
from gis_service.services.study_words import notice_text
from gis_service.services.why_document import Telling, facility_document, place_document
from gis_service.services.why_words import LANGUAGES, rule_document
from gis_service.types import Floats, Geometries, Language, Text

WHY_FILES = ("why.json", "why.gpkg")
"""The files that tell of places: a document, and layers."""
MOST_PLACES = 1000
"""Places that are told at once: each is a search of its own."""
_SERVICE = Text("điểm dịch vụ", "facilities")
_PLACE = re.compile(r"\s*([-+]?\d+(?:\.\d+)?)\s*,\s*([-+]?\d+(?:\.\d+)?)\s*")
_EXPECTED = Text(
    "tệp điểm, hoặc KINH_ĐỘ,VĨ_ĐỘ như 106.34,20.45", "a file of points, or LON,LAT such as 106.34,20.45"
)
_ROUTE_COLUMNS = ("place", "name", "part", "status", "facility")
_EAST, _NORTH = 180.0, 90.0


@dataclass(frozen=True)
class AskedPlace:
    """A place that somebody asks about.

    Parameters
    ----------
    name
        If it has one.
    lon, lat
        Degrees in WGS 84.
    point, crs
        The place as a file has it; None for one that was typed.
    """

    name: str | None
    lon: float
    lat: float
    point: shapely.Point | None = None
    crs: pyproj.CRS = STORAGE

    def known(self, crs: pyproj.CRS) -> Floats | None:
        """Give the place of a file in a metric system, ``(1, 2)``."""
        if self.point is None:
            return None
        return shapely.get_coordinates(transform(np.array([self.point], dtype=object), self.crs, crs))


@dataclass(frozen=True)
class AskedPlaces:
    """The places that are asked about, in the order in which they were named, and what was noticed."""

    places: tuple[AskedPlace, ...]
    notices: tuple[Notice, ...] = ()


def read_places(sources: Sequence[str]) -> AskedPlaces:
    """Read the places that are asked about.

    Parameters
    ----------
    sources
        Each a file of points or a text ``LON,LAT``.

    Raises
    ------
    NotFound, RefusedInput
        As `read_table`.
    WrongUse
        ``wrong_argument`` for more than `MOST_PLACES`, and for degrees that there are not.
    """
    notices: list[Notice] = []
    found: list[AskedPlace] = []
    for source in sources:
        typed = _typed(source)
        found += _of_file(source, notices) if typed is None else [typed]
    if len(found) > MOST_PLACES:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--why", value=len(found), expected=f"≤ {MOST_PLACES}")
    return AskedPlaces(tuple(found), tuple(notices))


def _typed(source: str) -> AskedPlace | None:
    """Read a place that was typed; None for what looks like a file."""
    found = _PLACE.fullmatch(source)
    if found is None:
        return None
    lon, lat = float(found[1]), float(found[2])
    if abs(lon) > _EAST or abs(lat) > _NORTH:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--why", value=source, expected=_EXPECTED)
    return AskedPlace(None, lon, lat)


def _of_file(source: str, notices: list[Notice]) -> list[AskedPlace]:
    frame = read_table(source, "why", ("Point",), notices)
    names, crs = texts_or_none(frame, NAMES), crs_of(frame)
    # Several points of one row are places of their own.
    points, row = shapely.get_parts(np.asarray(frame.geometry, dtype=object), return_index=True)
    degrees = shapely.get_coordinates(transform(points, crs, STORAGE)).tolist()
    return [
        AskedPlace(names[at], lon, lat, point, crs)
        for at, point, (lon, lat) in zip(row, points, degrees, strict=True)
    ]


def why_document(
    analysis: GapAnalysis, asked: AskedPlaces, k: int | None, progress: Progress | None = None
) -> Document:
    """Tell of every place why it is reached or not.

    Parameters
    ----------
    analysis
        The study whose rule holds.
    asked
        The places.
    k
        How many of the nearest facilities are told of each; None for the nearest and the second nearest.
    progress
        Told the share of the places that are done.

    Returns
    -------
    Document
        ``study``, ``rule``, ``generated_data``, ``places`` and ``notices``. A place that the study cannot
        tell of has the ``status`` ``outside`` and a sentence that says why.
    """
    tell = progress or (lambda _step, _share: None)
    telling = Telling(facility_document, _SERVICE, k=k)
    found = []
    for row, place in enumerate(asked.places):
        tell("why", row / len(asked.places))
        head: Document = {"number": row + 1, "name": place.name}
        try:
            told = place_document(
                analysis.study,
                analysis.along,
                (place.lon, place.lat),
                telling,
                place.known(analysis.inputs.crs),
            )
            found.append(head | {name: value for name, value in told.items() if name != "study"})
        except RefusedInput as error:
            if error.code is not ErrorCode.PLACE_OUTSIDE:
                raise
            found.append(head | _outside(place, error))
    return {
        "study": analysis.result.document["id"],
        "rule": rule_document(analysis.parameters),
        "generated_data": analysis.result.document["generated_data"],
        "places": found,
        "notices": [notice.as_document() for notice in asked.notices],
    }


def _outside(place: AskedPlace, error: GisError) -> Document:
    said = {language: error.detail(language) for language in LANGUAGES}
    return {"place": [place.lon, place.lat], "status": "outside", "sentence": said}


def write_why(analysis: GapAnalysis, document: Mapping[str, Any], out: Path) -> list[Path]:
    """Write ``why.json``, and ``why.gpkg`` with the layers ``places`` and ``routes``.

    Parameters
    ----------
    analysis, document
        The study, and what `why_document` tells.
    out
        Folder that exists; files of the same names in it are replaced.

    Returns
    -------
    list of Path
        The files written; layers are in the metric system of the study, a route one line for each part.

    Raises
    ------
    RefusedInput
        ``out_not_writable``.
    """
    paths = [out / name for name in WHY_FILES]
    try:
        paths[0].write_bytes(canonical_json(document) + b"\n")
        paths[1].unlink(missing_ok=True)
        _places(analysis, document).to_file(paths[1], layer="places", driver="GPKG")
        _routes(analysis, document).to_file(paths[1], layer="routes", driver="GPKG")
    except OSError as error:
        raise RefusedInput(ErrorCode.OUT_NOT_WRITABLE, path=str(out), reason=error.strerror) from error
    return paths


def _places(analysis: GapAnalysis, document: Mapping[str, Any]) -> gpd.GeoDataFrame:
    unit = "s" if analysis.parameters.is_time else "m"
    rows = []
    for told in document["places"]:
        nearest, parts = told.get("nearest") or {}, told.get("parts") or {}
        costs = {"cost": told.get("cost"), "over": told.get("over")} | parts
        rows.append(
            {
                "place": told["number"],
                "name": told["name"],
                "status": told["status"],
                "facility": nearest.get("id"),
                "facility_name": nearest.get("name"),
                "distance_m": told.get("distance_m"),
                "sentence_vi": told["sentence"]["vi"],
                "sentence_en": told["sentence"]["en"],
                **{f"{name}_{unit}": cost for name, cost in costs.items()},
            }
        )
    points = [shapely.Point(told["place"]) for told in document["places"]]
    return _frame(analysis, pd.DataFrame(rows), np.array([*points, None], dtype=object)[:-1])


def _routes(analysis: GapAnalysis, document: Mapping[str, Any]) -> gpd.GeoDataFrame:
    rows, lines = [], []
    for told in document["places"]:
        for leg in (told.get("route") or {"features": []})["features"]:
            facility = (told["nearest"] or {}).get("name")
            said = (told["number"], told["name"], leg["properties"]["part"], told["status"], facility)
            rows.append(dict(zip(_ROUTE_COLUMNS, said, strict=True)))
            lines.append(shapely.LineString(leg["geometry"]["coordinates"]))
    table = pd.DataFrame(rows, columns=list(_ROUTE_COLUMNS))
    return _frame(analysis, table, np.array([*lines, None], dtype=object)[:-1])


def _frame(analysis: GapAnalysis, rows: pd.DataFrame, degrees: Geometries) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        rows, geometry=transform(degrees, STORAGE, analysis.inputs.crs), crs=analysis.inputs.crs
    )


def why_text(document: Mapping[str, Any], language: Language, rows: int) -> str:
    """Say of the first places why each is reached or not, one line each."""
    lines = [
        f"{told['name'] or told['number']}: {told['sentence'][language]}"
        for told in document["places"][:rows]
    ]
    if len(document["places"]) > rows:
        lines.append(f"… + {len(document['places']) - rows}")
    lines += [f"! {notice_text(notice).in_language(language)}" for notice in document["notices"]]
    return "\n".join(lines) + "\n"
