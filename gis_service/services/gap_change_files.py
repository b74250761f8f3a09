"""Writes the change of a gap analysis: tables of units and facilities, and layers for the map."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis_service.analysis.change import Causes, Counts, causes, explained_by_zone
from gis_service.analysis.demand import ALL
from gis_service.analysis.zones import BEYOND
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.compare_document import counts_row
from gis_service.services.coverage_document import OUTSIDE
from gis_service.services.documents import persons
from gis_service.services.gap_analysis import GapAnalysis
from gis_service.services.gap_change import GapChange, marks_of
from gis_service.services.gap_groups import group_column
from gis_service.services.gap_inputs import GapInputs
from gis_service.services.group_words import group_of, people_words
from gis_service.services.study_words import change_words, notice_text
from gis_service.types import Geometries, Int64s, Text

CHANGE_FILES = ("changes.csv", "changes_facilities.csv", "changes.gpkg")
"""The files that tell of a change: tables of units and of facilities, and layers."""
NETWORK = "network"
"""Stands for the facility of those whom no facility explains."""
_SERVICE = Text("điểm dịch vụ", "a facility")
_GENERATED = Text(" Tính từ dữ liệu minh hoạ.", " Computed from generated data.")
_BEFORE = Text("Trạng thái trước: ", "Of the state before: ")
_OF_BEFORE, _OF_AFTER = "_before", "_after"
"""Codes of notices that name their state end so."""
_HOMES = ("change", "people", "zone", "facility", "facility_name")

Row = dict[str, Any]


def change_answer(change: GapChange) -> Text:
    """Say how many people lose and gain; data that is generated says so."""
    document = change.document
    said = (
        change_words(document, _SERVICE.vi, people_words(group_of(document), "vi"), "vi"),
        change_words(document, _SERVICE.en, people_words(group_of(document), "en"), "en"),
    )
    more = _GENERATED if document["generated_data"] else Text("", "")
    return Text(said[0] + more.vi, said[1] + more.en)


def change_notices(change: GapChange, known: Sequence[Mapping[str, Any]]) -> list[Text]:
    """Say what must be said of the state before, beside what is said of the one afterwards.

    Parameters
    ----------
    change
        The comparison.
    known
        Notices of the state afterwards.
    """
    found = []
    for notice in change.document["notices"]:
        if notice in known or notice["code"].endswith(_OF_AFTER):
            continue
        said = notice_text(notice)
        names_it = notice["code"].endswith(_OF_BEFORE)
        found.append(said if names_it else Text(_BEFORE.vi + said.vi, _BEFORE.en + said.en))
    return found


def write_change(analysis: GapAnalysis, change: GapChange, out: Path) -> list[Path]:
    """Write ``changes.csv``, ``changes_facilities.csv`` and ``changes.gpkg``.

    Parameters
    ----------
    analysis, change
        The state afterwards, and what it gains and loses.
    out
        Folder that exists; files of the same names in it are replaced.

    Returns
    -------
    list of Path
        The files written. The layer ``homes`` holds the places of those who gain or lose, and belongs to
        whoever owns the population file; ``zones`` and ``facilities`` do not.

    Raises
    ------
    RefusedInput
        ``out_not_writable``.
    """
    paths = [out / name for name in CHANGE_FILES]
    cause = _causes(change)
    units = unit_rows(change, analysis)
    facilities = facility_rows(change, analysis, cause)
    try:
        pd.DataFrame(units).to_csv(paths[0], index=False)
        pd.DataFrame(facilities).to_csv(paths[1], index=False)
        paths[2].unlink(missing_ok=True)
        _zones(analysis, units).to_file(paths[2], layer="zones", driver="GPKG")
        _facilities(analysis, change, facilities).to_file(paths[2], layer="facilities", driver="GPKG")
        _homes(analysis, change, cause).to_file(paths[2], layer="homes", driver="GPKG")
    except OSError as error:
        raise RefusedInput(ErrorCode.OUT_NOT_WRITABLE, path=str(out), reason=error.strerror) from error
    return paths


def unit_rows(change: GapChange, analysis: GapAnalysis) -> list[Row]:
    """Give a row per unit and group, then those of everybody: who is within the limit before and afterwards.

    ``both`` are the people within it in both states. People without a unit have the row ``outside``, where
    there are any.
    """
    zones, counts = analysis.read.zones, change.found.comparison.counts
    named = [*zip(zones.ids, zones.names, strict=True), (OUTSIDE, OUTSIDE), (ALL, ALL)]
    rows = []
    for row, (code, name) in enumerate(named):
        if code == OUTSIDE and not counts[ALL][row].total:
            continue
        rows += [
            {"id": code, "name": name, "group": group} | _figures(by_group[row])
            for group, by_group in counts.items()
        ]
    return rows


def _figures(counts: Counts) -> Row:
    told = counts_row(counts)
    shares = {name: told.pop(name) for name in ("share_before", "share_after")}
    return told | {"both": persons(counts.before - counts.lost)} | shares


def _causes(change: GapChange) -> Causes:
    facilities = change.found.facilities
    before, after = facilities.answers
    return causes(before, after, change.limit_cost, facilities.opened, facilities.closed)


def facility_rows(change: GapChange, analysis: GapAnalysis, cause: Causes) -> list[Row]:
    """Tell to which facility each gain and each loss is put down, by unit and group.

    The rows of the unit ``all`` have the loads of a facility before and afterwards. Those whom no facility
    explains stand in the rows of ``network``. Of every unit and group all rows add up to the one of
    `unit_rows`.
    """
    found, zones = change.found, analysis.read.zones
    zone = analysis.read.zone[analysis.read.zone != BEYOND]
    units = [*zip(zones.ids, zones.names, strict=True), (OUTSIDE, OUTSIDE)]
    numbered, rows = found.facilities, []
    named = [(one.id, one.name) for one in numbered.rows] + [(NETWORK, NETWORK)]
    states = [*_states(change, analysis.inputs), None]
    for group, explained in found.comparison.causes.items():
        people = found.demand.people[group]
        won, lost = explained_by_zone(people, zone, len(zones), cause, len(numbered.rows))
        for number, (id_, name) in enumerate(named):
            load = explained.facilities[number] if number < len(numbered.rows) else None
            if load is not None and not load.changed:
                continue
            head: Row = {"id": id_, "name": name, "state": states[number], "group": group}
            loads: Row = {
                "load_before": None if load is None else persons(load.before),
                "load_after": None if load is None else persons(load.after),
            }
            whole = {"zone": ALL, "zone_name": ALL} | _won_and_lost(won[number].sum(), lost[number].sum())
            rows.append(head | whole | loads)
            rows += [
                head | told | dict.fromkeys(loads) for told in _by_unit(units, won[number], lost[number])
            ]
    return rows


def _by_unit(units: list[tuple[str, str]], won: Int64s, lost: Int64s) -> Iterator[Row]:
    for (code, name), more, less in zip(units, won.tolist(), lost.tolist(), strict=True):
        if more or less:
            yield {"zone": code, "zone_name": name} | _won_and_lost(more, less)


def _won_and_lost(won: int, lost: int) -> Row:
    return {"won": persons(int(won)), "lost": persons(int(lost))}


def _states(change: GapChange, after: GapInputs) -> list[str]:
    """Say of each facility whether it has opened, closed, moved, was replaced, or stays.

    One that is there in one state only is replaced where another takes its place, or has left it: the people
    around that place neither gain nor lose a facility.
    """
    before_ids, after_ids = change.ids
    old = dict(zip(before_ids, marks_of(change.before), strict=True))
    new = dict(zip(after_ids, marks_of(after), strict=True))
    left = {mark for id_, mark in old.items() if new.get(id_) != mark}
    taken = {mark for id_, mark in new.items() if old.get(id_) != mark}
    found = []
    for id_ in (facility.id for facility in change.found.facilities.rows):
        if id_ not in old:
            found.append("replaced" if new[id_] in left else "opened")
        elif id_ not in new:
            found.append("replaced" if old[id_] in taken else "closed")
        else:
            found.append("stays" if old[id_] == new[id_] else "moved")
    return found


def _zones(analysis: GapAnalysis, units: list[Row]) -> gpd.GeoDataFrame:
    """One row per unit: the figures of everybody, and of each group who gain and lose."""
    rows: dict[str, Row] = {}
    for told in units:
        row = rows.setdefault(told["id"], {"id": told["id"], "name": told["name"]})
        if told["group"] == ALL:
            row |= {name: value for name, value in told.items() if name not in {"id", "name", "group"}}
        else:
            row |= {f"{name}_{told['group']}": told[name] for name in ("won", "lost")}
    zones = analysis.read.zones
    table = pd.DataFrame([rows[code] for code in zones.ids])
    return gpd.GeoDataFrame(table, geometry=zones.polygons, crs=analysis.inputs.crs)


def _facilities(analysis: GapAnalysis, change: GapChange, rows: list[Row]) -> gpd.GeoDataFrame:
    """One row per facility of either state, where it stands afterwards, else before."""
    places = _places_by_id(change, analysis.inputs)
    whole = {row["id"]: row for row in rows if (row["zone"], row["group"]) == (ALL, ALL)}
    states, told = _states(change, analysis.inputs), []
    for number, facility in enumerate(change.found.facilities.rows):
        row = whole.get(facility.id)
        load = change.found.comparison.causes[ALL].facilities[number]
        figures = {
            "load_before": persons(load.before),
            "load_after": persons(load.after),
            "won": 0 if row is None else row["won"],
            "lost": 0 if row is None else row["lost"],
        }
        told.append({"id": facility.id, "name": facility.name, "state": states[number]} | figures)
    shapes = [places[facility.id] for facility in change.found.facilities.rows]
    geometry = np.array([*shapes, None], dtype=object)[:-1]
    return gpd.GeoDataFrame(pd.DataFrame(told), geometry=geometry, crs=analysis.inputs.crs)


def _places_by_id(change: GapChange, after: GapInputs) -> dict[str, Any]:
    before_ids, after_ids = change.ids
    found = dict(zip(before_ids, change.before.places, strict=True))
    return found | dict(zip(after_ids, after.places, strict=True))


def _homes(analysis: GapAnalysis, change: GapChange, cause: Causes) -> gpd.GeoDataFrame:
    """One point per home that gains or loses, with its people and what explains it."""
    demand, numbered = change.found.demand, change.found.facilities
    zone = analysis.read.zone[analysis.read.zone != BEYOND]
    groups = [group for group in demand.people if group != ALL]
    chosen = np.flatnonzero((cause.won | cause.lost) & (demand.people[ALL] > 0))
    rows = []
    for home in chosen.tolist():
        number, unit = int(cause.facility[home]), int(zone[home])
        by = numbered.rows[number] if number >= 0 else None
        rows.append(
            {
                "change": "won" if cause.won[home] else "lost",
                "people": float(persons(int(demand.people[ALL][home]))),
                "zone": analysis.read.zones.ids[unit] if unit >= 0 else None,
                "facility": NETWORK if by is None else by.id,
                "facility_name": NETWORK if by is None else by.name,
                **{group_column(one): float(persons(int(demand.people[one][home]))) for one in groups},
            }
        )
    table = pd.DataFrame(rows, columns=[*_HOMES, *(group_column(one) for one in groups)])
    points: Geometries = np.asarray(shapely.points(demand.xy[chosen]), dtype=object)
    return gpd.GeoDataFrame(table, geometry=points, crs=analysis.inputs.crs)
