"""The map of a gap analysis: units, gap places and facilities, each with its figures in a window."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gis_service.analysis.demand import ALL
from gis_service.analysis.gaps import GapPlace
from gis_service.crs import STORAGE, transform
from gis_service.files.frames import split_source
from gis_service.files.study_map import MapFacility, MapGap, MapZone, StudyMap
from gis_service.services.coverage_document import OUTSIDE
from gis_service.services.documents import persons
from gis_service.services.gap_analysis import GapAnalysis
from gis_service.services.gap_beside_files import beside_lines, beside_notices, beside_words, together_words
from gis_service.services.gap_change import GapChange
from gis_service.services.gap_change_files import change_answer, change_notices
from gis_service.services.gap_groups import answer_of_groups
from gis_service.services.gap_words import QUOTA_FIGURES, answer, answer_outside, gap_kind, method
from gis_service.services.group_words import people_words
from gis_service.services.study_words import notice_text
from gis_service.services.why_words import LANGUAGES
from gis_service.text import amount_words, number
from gis_service.types import Geometries, Int64s, Language, Text

_SCATTERED = Text("Rải rác", "Scattered")
_OSM = Text("© những người đóng góp OpenStreetMap (ODbL)", "© OpenStreetMap contributors (ODbL)")
_GROUP = Text("{group}", "{group}")
_WITHIN = Text("{group} trong chuẩn", "{group} within the standard")
_OF = Text("{covered}\u00a0trong\u00a0{total}", "{covered}\u00a0of\u00a0{total}")
_CHANGED = (
    ("won", Text("Có thêm so với trước", "Gain against before")),
    ("lost", Text("Mất so với trước", "Lose against before")),
)

Lines = list[tuple[Text, Text]]


def study_map_of(
    analysis: GapAnalysis, document: Mapping[str, Any], change: GapChange | None = None
) -> StudyMap:
    """Give what stands on the map.

    Parameters
    ----------
    analysis, document
        The study, and its document.
    change
        Its comparison with a state before, if there is one.
    """
    is_quota = document["parameters"]["measure"] == "quota"
    return StudyMap(
        sentence=answer(document),
        outside=_joined(
            [outside_words(document, change), *beside_words(analysis), *together_words(document)]
        ),
        method=method(document),
        sources=_sources(analysis, change),
        zones=_map_zones(analysis, document, change),
        gaps=[
            MapGap(
                rank,
                gap_name(gap, is_unit=is_quota),
                gap["people"],
                gap_kind(gap, document),
                shapely.Point(gap["point"]),
                [
                    (_label(group, _GROUP), _people(count))
                    for group, count in people_of_groups(analysis, place)
                ],
            )
            for rank, (gap, place) in enumerate(zip(document["gaps"], analysis.result.gaps, strict=True), 1)
        ],
        facilities=_map_facilities(analysis),
        notices=notice_words(analysis, document, change),
    )


def people_of_groups(analysis: GapAnalysis, place: GapPlace) -> list[tuple[str, float]]:
    """Tell how many of each group that was asked for live at a gap place."""
    people = analysis.result.demand.people
    groups = (group for group in analysis.parameters.counted_groups if group != ALL)
    return [(group, persons(int(people[group][place.homes].sum()))) for group in groups]


def gap_name(gap: Mapping[str, Any], *, is_unit: bool = False) -> Text:
    """Name a gap place by its settlement and unit; a whole unit by itself."""
    where = [name for name in (None if is_unit else gap["settlement"], gap["zone_name"]) if name]
    if gap["kind"] == "scattered":
        return Text(", ".join([_SCATTERED.vi, *where]), ", ".join([_SCATTERED.en, *where]))
    known = ", ".join(where) or str(gap["id"])
    return Text(known, known)


def outside_words(document: Mapping[str, Any], change: GapChange | None = None) -> Text:
    """Say who is outside, then how many of each group are within, then who gains and who loses.

    Parameters
    ----------
    document, change
        Of the study, and of the comparison with a state before, if there is one.
    """
    found = [answer_outside(document), answer_of_groups(document)]
    found += [] if change is None else [change_answer(change)]
    return _joined([text for text in found if text is not None])


def _joined(said: Sequence[Text]) -> Text:
    return Text(" ".join(text.vi for text in said), " ".join(text.en for text in said))


def notice_words(analysis: GapAnalysis, document: Mapping[str, Any], change: GapChange | None) -> list[Text]:
    """Say the notices of a study, of the services beside it, of the state before that it is compared with."""
    notices = document["notices"]
    before = [] if change is None else change_notices(change, notices)
    return [*(notice_text(notice) for notice in notices), *beside_notices(analysis), *before]


def _sources(analysis: GapAnalysis, change: GapChange | None) -> Text:
    """Name the files, and credit OpenStreetMap, as its licence asks, where its roads were computed on."""
    roles = ("facilities", "roads", "population", "zones", "barriers", "ferries", "settlements")
    given = [getattr(analysis.files, role) for role in roles]
    known = set(given)
    given += [one.source for _, one in analysis.beside if one.source not in known]
    if change is not None and change.source != analysis.files.facilities:
        given.insert(1, change.source)
    names = ", ".join(Path(split_source(source)[0]).name for source in given if source)
    vi, en = (f" · {_OSM.vi}", f" · {_OSM.en}") if analysis.inputs.of_osm else ("", "")
    return Text(f"Nguồn: {names}{vi}", f"Sources: {names}{en}")


def _map_zones(analysis: GapAnalysis, document: Mapping[str, Any], change: GapChange | None) -> list[MapZone]:
    """Units with their figures; outlines are simplified together, finer than a screen shows."""
    zones = analysis.inputs.zones
    outline = shapely.coverage_simplify(zones.polygons, _tolerance(zones.polygons))
    changed = {} if change is None else {row["id"]: row for row in change.document["zones"]}
    shapes = dict(zip(zones.ids, _degrees(analysis, outline), strict=True))
    beside = beside_lines(document)
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
            more=[
                *_group_lines(row),
                *_quota_lines(row),
                *beside.get(row["id"], []),
                *_change_lines(changed.get(row["id"])),
            ],
        )
        for row in document["zones"]
        if row["id"] in shapes and row["id"] != OUTSIDE
    ]


def _group_lines(row: Mapping[str, Any]) -> Lines:
    """Tell how many of each group are within the standard."""
    return [
        (
            _label(group, _WITHIN),
            Text(_out_of(figures, "vi"), _out_of(figures, "en")),
        )
        for group, figures in row.get("groups", {}).items()
    ]


def _label(group: str, words: Text) -> Text:
    """Head a line of a window with the people of a group, in words."""
    said = (words.in_language(one).format(group=people_words(group, one)) for one in LANGUAGES)
    return Text(*(one[:1].upper() + one[1:] for one in said))


def _out_of(figures: Mapping[str, Any], language: Language) -> str:
    told = {name: number(figures[name], language) for name in ("covered", "total")}
    return _OF.in_language(language).format(**told)


def _quota_lines(row: Mapping[str, Any]) -> Lines:
    """Tell what the unit has, needs and lacks, in a study of a quota."""
    told = row.get("provision")
    return (
        []
        if told is None
        else [
            (label, Text(*(amount_words(told[name], one) for one in LANGUAGES)))
            for name, label in QUOTA_FIGURES
        ]
    )


def _change_lines(row: Mapping[str, Any] | None) -> Lines:
    """Tell who gains and who loses, where anybody does."""
    return [] if row is None else [(label, _people(row[name])) for name, label in _CHANGED]


def _tolerance(polygons: Geometries) -> float:
    west, south, east, north = shapely.total_bounds(polygons)
    return float(max(east - west, north - south)) / 10_000


def _map_facilities(analysis: GapAnalysis) -> list[MapFacility]:
    """Facilities with the people within the limit whose nearest one they are; of a quota nobody has one."""
    inputs, groups = analysis.inputs, analysis.parameters.counted_groups
    if analysis.parameters.measure == "quota":
        groups = ()
    loads = {group: _loads(analysis, group).tolist() for group in groups}
    points = _degrees(analysis, np.asarray(shapely.point_on_surface(inputs.places), dtype=object))
    return [
        MapFacility(
            name,
            persons(loads[ALL][row]) if ALL in loads else None,
            point,
            [
                (_label(group, _WITHIN), _people(persons(loads[group][row])))
                for group in groups
                if group != ALL
            ],
        )
        for row, (name, point) in enumerate(zip(inputs.facilities.names, points, strict=True))
    ]


def _loads(analysis: GapAnalysis, group: str) -> Int64s:
    """Sum the people of a group within the limit by the facility that is nearest to them."""
    result = analysis.result
    covered = result.covered_of(group)
    nearest = analysis.inputs.facilities.owners[result.field_of(group).facility[covered]]
    people = np.zeros(len(analysis.inputs.places), dtype=np.int64)
    np.add.at(people, nearest, result.demand.people[group][covered])
    return people


def _degrees(analysis: GapAnalysis, geometries: Geometries) -> Geometries:
    return transform(geometries, analysis.inputs.crs, STORAGE)


def _people(people: float) -> Text:
    return Text(number(people, "vi"), number(people, "en"))
