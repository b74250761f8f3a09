"""Writes what an analyst takes home: summary, table, places and map, all saying the same."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis_service.analysis.demand import ALL
from gis_service.crs import STORAGE, transform
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.frames import split_source
from gis_service.files.study_map import MapFacility, MapGap, MapZone, StudyMap, render_study_map
from gis_service.services.coverage_document import OUTSIDE, summary
from gis_service.services.documents import canonical_json, persons
from gis_service.services.gap_analysis import GapAnalysis
from gis_service.services.gap_groups import answer_of_groups, group_column, group_rows
from gis_service.services.gap_words import GAP_KINDS, answer, answer_outside, method
from gis_service.services.study_words import notice_text
from gis_service.text import number, percent
from gis_service.types import Geometries, Language, Text

_HEADS = (
    Text("Đơn vị", "Unit"),
    Text("Số người", "People"),
    Text("Ở ngoài", "Outside"),
    Text("Trong chuẩn", "Within"),
)
ZONES_GROUPS = "zones_groups.csv"
"""The figures of groups by unit, where a study counts groups."""
_SCATTERED = Text("Rải rác", "Scattered")
_OSM = Text("© những người đóng góp OpenStreetMap (ODbL)", "© OpenStreetMap contributors (ODbL)")


def prepare_folder(out: Path) -> None:
    """Make the folder of the results, before anything is computed.

    Raises
    ------
    RefusedInput
        ``out_not_writable``.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise RefusedInput(ErrorCode.OUT_NOT_WRITABLE, path=str(out), reason=error.strerror) from error


def write_reports(analysis: GapAnalysis, out: Path) -> list[Path]:
    """Write ``summary.json``, ``zones.csv``, ``gaps.gpkg``, ``map.html`` and a CSV file per further table.

    A study that counts groups has their figures by unit in ``zones_groups.csv``.

    Parameters
    ----------
    analysis
        The study.
    out
        Folder that exists; files of the same names in it are replaced.

    Returns
    -------
    list of Path
        The files written. ``gaps.gpkg`` holds homes and belongs to whoever owns the population file, and so
        do the further tables; the others show nothing finer than units and cells of 250 m.

    Raises
    ------
    RefusedInput
        ``out_not_writable``.
    """
    document = summary(analysis.result.document)
    paths = [out / name for name in ("summary.json", "zones.csv", "gaps.gpkg", "map.html")]
    try:
        paths[0].write_bytes(canonical_json(document) + b"\n")
        units = pd.DataFrame(document["zones"]).drop(columns=["arrived", "groups"], errors="ignore")
        units.to_csv(paths[1], index=False)
        paths[2].unlink(missing_ok=True)
        _gap_frame(analysis, document).to_file(paths[2], layer="gaps", driver="GPKG")
        paths[3].write_text(render_study_map(_study_map(analysis, document)), "utf-8")
        (out / ZONES_GROUPS).unlink(missing_ok=True)  # of an earlier run that counted groups
        of_groups = group_rows(document)
        if len(of_groups):
            paths.append(out / ZONES_GROUPS)
            of_groups.to_csv(paths[-1], index=False)
        for name, rows in document.get("tables", {}).items():
            paths.append(out / f"{name}.csv")
            pd.DataFrame(rows).to_csv(paths[-1], index=False)
    except OSError as error:
        raise RefusedInput(ErrorCode.OUT_NOT_WRITABLE, path=str(out), reason=error.strerror) from error
    return paths


def as_text(analysis: GapAnalysis, language: Language, rows: int) -> str:
    """Tell the result for a terminal: the answer, the units with most people outside, the notices.

    Parameters
    ----------
    analysis
        The study.
    language
        Language of the words and the numbers.
    rows
        How many units to show.
    """
    document = analysis.result.document
    told = (answer(document), _outside(document))
    head = " ".join(text.in_language(language) for text in told)
    ranked = sorted(document["zones"], key=lambda row: -row["uncovered"])
    heads = tuple(head.in_language(language) for head in _HEADS)
    table = [heads, *(_cells(row, language) for row in ranked[:rows])]
    widths = [max(len(line[column]) for line in table) for column in range(len(_HEADS))]
    lines = [_aligned(line, widths) for line in table]
    if len(ranked) > rows:
        lines.append(f"… + {len(ranked) - rows}")
    said = [f"! {notice_text(notice).in_language(language)}" for notice in document["notices"]]
    return "\n".join([head, "", *lines, "", *said]).rstrip() + "\n"


def _outside(document: Mapping[str, Any]) -> Text:
    """Say who is outside, then how many of each group are within."""
    outside, groups = answer_outside(document), answer_of_groups(document)
    return outside if groups is None else Text(f"{outside.vi} {groups.vi}", f"{outside.en} {groups.en}")


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    """Names to the left, figures to the right."""
    figures = (cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))
    return "  ".join([line[0].ljust(widths[0]), *figures])


def _cells(row: Mapping[str, Any], language: Language) -> tuple[str, str, str, str]:
    share = "–" if row["share"] is None else percent(row["share"], language)
    return (row["name"], *(number(row[name], language) for name in ("total", "uncovered")), share)


def gap_name(gap: Mapping[str, Any]) -> Text:
    """Name a gap place by its settlement and unit."""
    where = [name for name in (gap["settlement"], gap["zone_name"]) if name]
    if gap["kind"] == "scattered":
        return Text(", ".join([_SCATTERED.vi, *where]), ", ".join([_SCATTERED.en, *where]))
    known = ", ".join(where) or str(gap["id"])
    return Text(known, known)


def _gap_frame(analysis: GapAnalysis, document: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """One row per gap place, ranked, with its people of each group; the geometry is its homes, in metres."""
    people = analysis.result.demand.people
    groups = [group for group in document["parameters"]["groups"] if group != ALL]
    rows = [
        {
            "id": gap["id"],
            "rank": rank,
            "name": gap_name(gap).vi,
            "people": float(gap["people"]),
            "homes": gap["homes"],
            "kind": gap["kind"],
            "settlement": gap["settlement"],
            "zone": gap["zone"],
            "zone_name": gap["zone_name"],
            **{group_column(one): persons(int(people[one][place.homes].sum())) for one in groups},
        }
        for rank, (gap, place) in enumerate(zip(document["gaps"], analysis.result.gaps, strict=True), 1)
    ]
    columns = ["id", "rank", "name", "people", "homes", "kind", "settlement", "zone", "zone_name"]
    columns += [group_column(one) for one in groups]
    geometry = [place.geometry for place in analysis.result.gaps]  # in the order of the document
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=geometry, crs=analysis.inputs.crs)


def _sources(analysis: GapAnalysis) -> Text:
    """Name the files, and credit OpenStreetMap, as its licence asks, where its roads were computed on."""
    roles = ("facilities", "roads", "population", "zones", "barriers", "ferries", "settlements")
    given = [getattr(analysis.files, role) for role in roles]
    names = ", ".join(Path(split_source(source)[0]).name for source in given if source)
    vi, en = (f" · {_OSM.vi}", f" · {_OSM.en}") if analysis.inputs.of_osm else ("", "")
    return Text(f"Nguồn: {names}{vi}", f"Sources: {names}{en}")


def _study_map(analysis: GapAnalysis, document: Mapping[str, Any]) -> StudyMap:
    return StudyMap(
        sentence=answer(document),
        outside=_outside(document),
        method=method(document),
        sources=_sources(analysis),
        zones=_map_zones(analysis, document),
        gaps=[
            MapGap(rank, gap_name(gap).vi, gap["people"], GAP_KINDS[gap["kind"]], shapely.Point(gap["point"]))
            for rank, gap in enumerate(document["gaps"], 1)
        ],
        facilities=_map_facilities(analysis),
        notices=[notice_text(notice) for notice in document["notices"]],
    )


def _map_zones(analysis: GapAnalysis, document: Mapping[str, Any]) -> list[MapZone]:
    """Units with their figures; outlines are simplified together, finer than a screen shows."""
    zones = analysis.inputs.zones
    outline = shapely.coverage_simplify(zones.polygons, _tolerance(zones.polygons))
    shapes = dict(zip(zones.ids, _degrees(analysis, outline), strict=True))
    return [
        MapZone(
            id=row["id"],
            name=row["name"],
            total=row["total"],
            covered=row["covered"],
            uncovered=row["uncovered"],
            unreachable=row["unreachable"],
            share=row["share"],
            geometry=shapes[row["id"]],
        )
        for row in document["zones"]
        if row["id"] in shapes and row["id"] != OUTSIDE
    ]


def _tolerance(polygons: Geometries) -> float:
    west, south, east, north = shapely.total_bounds(polygons)
    return float(max(east - west, north - south)) / 10_000


def _map_facilities(analysis: GapAnalysis) -> list[MapFacility]:
    """Facilities with the people within the limit whose nearest one they are."""
    inputs, result = analysis.inputs, analysis.result
    nearest = result.field.facility[result.covered]
    people = np.zeros(len(inputs.places), dtype=np.int64)
    np.add.at(people, inputs.facilities.owners[nearest], result.demand.people[ALL][result.covered])
    points = _degrees(analysis, np.asarray(shapely.point_on_surface(inputs.places), dtype=object))
    return [
        MapFacility(name, persons(int(count)), point)
        for name, count, point in zip(inputs.facilities.names, people, points, strict=True)
    ]


def _degrees(analysis: GapAnalysis, geometries: Geometries) -> Geometries:
    return transform(geometries, analysis.inputs.crs, STORAGE)
