"""The facilities of a study as their layer has them: open on its day, entered from roads, with their size."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pyproj
import shapely

from gis_service.analysis.quota import known_sizes
from gis_service.analysis.zones import Zones
from gis_service.crs import STORAGE, transform
from gis_service.db.layer_rows import LayerRows
from gis_service.files.areas import sound_areas
from gis_service.services.assigned import SERVES
from gis_service.services.branches import RANK, branches_of
from gis_service.services.coverage_inputs import Facilities, Notice
from gis_service.services.facilities import facilities_as_shapes, facilities_from, require_kind, units_of
from gis_service.services.opening_hours import COLUMNS as HOURS
from gis_service.services.opening_hours import hours_of
from gis_service.services.start_waits import starts_of
from gis_service.services.study_layers import StudyLayers
from gis_service.services.study_request import CoverageTask
from gis_service.types import Bools, Floats, Geometries, Int64s, LayerId

CAPACITY, SITE_AREA = "capacity", "site_area_m2"
"""Columns of what a facility can serve and how large its site is."""


def read_facilities(
    layers: StudyLayers,
    crs: pyproj.CRS,
    task: CoverageTask,
    zones: Zones,
    walkable: Geometries,
    notices: list[Notice],
) -> Facilities:
    """Read the facilities that are open on the day of a study, and the branches that it asks for.

    Areas are repaired as those of files are; one that takes up no ground has no place and counts nowhere.

    Parameters
    ----------
    layers, crs, task
        Which layers, the system of the study, and what is asked.
    zones
        Units that facilities belong to, in ``crs``.
    walkable
        Lines that areas are entered from, in ``crs``.
    notices
        What must be said of the branches is added here.

    Raises
    ------
    RefusedInput
        ``study_refused`` for lines in a study on roads, and for a layer without areas in ``inside_area``;
        ``start_not_seconds``.
    """
    unit_fields = (f"{layers.layers['zones']}_code", layers.layers["zones"])
    key = layers.catalogue.layers[layers.layers["facilities"]].key or "code"
    wanted = ("open_from", "open_to", "site_id", RANK, *unit_fields, CAPACITY, SITE_AREA, SERVES)
    start = task.parameters.start_column
    rows = layers.read("facilities", key, "name", *wanted, *HOURS, *([] if start is None else [start]))
    ground = sound_areas(shapely.force_2d(rows.geometry))[0]
    there = ~(shapely.is_missing(ground) | shapely.is_empty(ground))
    counted = there & open_on(rows, task.day)
    share = task.parameters.branch_share
    if share:
        branches = branches_of(rows.columns, counted, there, task.day, share)
        notices.append(branches.notice(int(counted.sum()), share))
        counted |= branches.chosen
    kept = np.flatnonzero(_at_work(rows, counted, task, notices))
    places = transform(ground[kept], STORAGE, crs)
    require_kind(places, task.parameters.measure)
    nothing: list[object] = [None] * len(rows)
    named, sites = rows.columns.get("name", nothing), rows.columns.get("site_id", nothing)
    codes = next((rows.columns[name] for name in unit_fields if name in rows.columns), nothing)
    keys = rows.columns.get(key, nothing)
    chosen = kept.tolist()
    told = (
        [sites[row] for row in chosen],
        [str(row + 1) if named[row] is None else str(named[row]) for row in chosen],
    )
    own = [codes[row] for row in chosen]
    if task.parameters.on_roads:
        found = facilities_from(places, *told, walkable, zones, own)
    else:
        found = facilities_as_shapes(places, *told, zones, own)
    served = [rows.columns.get(SERVES, nothing)[row] for row in chosen]
    return replace(
        found,
        serves=None if all(one is None for one in served) else tuple(served),
        site_ids=tuple(told[0]),
        ids=tuple(str(row + 1) if keys[row] is None else str(keys[row]) for row in chosen),
        capacity=_optional(rows, CAPACITY, chosen),
        site_area_m2=_optional(rows, SITE_AREA, chosen),
        start=None if start is None else _starts(rows, start, chosen, told[1], notices),
        places=places,
    )


def _at_work(rows: LayerRows, counted: Bools, task: CoverageTask, notices: list[Notice]) -> Bools:
    """Leave out who is shut at the time of the study, and whose site is too small for the standard."""
    hours = hours_of(rows.columns, len(rows), task.weekday, task.time)
    notices += hours.notices(counted)
    counted = counted & hours.is_open
    least = task.parameters.min_site_m2
    if least is None:
        return counted
    sites = _optional(rows, SITE_AREA, range(len(rows)))
    large, found = large_sites(sites, counted, least)
    notices += found
    return counted & large


def large_sites(sites: Floats | None, counted: Bools, least: float) -> tuple[Bools, list[Notice]]:
    """Tell which facilities stand on a site that is large enough; a site that is not known is.

    Parameters
    ----------
    sites
        ``(n,)`` area in m², nan where it is not known; None when it is known of none.
    counted
        ``(n,)`` facilities that count but for this.
    least
        m², as the standard has it.
    """
    area = np.full(len(counted), np.nan) if sites is None else sites
    small, unknown = counted & (area < least), counted & np.isnan(area)
    params = {"count": int(small.sum()), "least_m2": least, "unknown": int(unknown.sum())}
    return ~small, [Notice("sites_too_small", params)] if small.any() or unknown.any() else []


def in_units_of(layers: StudyLayers, facilities: Facilities, layer: LayerId, zones: Zones) -> Facilities:
    """Put the facilities of a study into other units, as a study that is asked for these puts them.

    Parameters
    ----------
    layers
        Of the study.
    facilities
        As `read_facilities` gave them.
    layer, zones
        The other units, in the system of the study.
    """
    if facilities.places is None:
        return facilities
    key = layers.catalogue.layers[layers.layers["facilities"]].key or "code"
    fields = (f"{layer}_code", layer)
    rows = layers.read("facilities", key, *fields)
    stored = next((rows.columns[name] for name in fields if name in rows.columns), [None] * len(rows))
    keys = rows.columns.get(key, [None] * len(rows))
    code_of = {str(row) if id_ is None else str(id_): stored[row - 1] for row, id_ in enumerate(keys, 1)}
    unit = units_of(facilities.places, zones, [code_of[id_] for id_ in facilities.ids])
    return replace(facilities, unit=unit[facilities.owners])


def _optional(rows: LayerRows, column: str, chosen: Sequence[int]) -> Floats | None:
    """Give a column of sizes, nan where there is none; None for a layer without it."""
    values = rows.columns.get(column)
    if values is None:
        return None
    told = [np.nan if values[row] is None else values[row] for row in chosen]
    return known_sizes(np.array(told, dtype=np.float64))


def _starts(
    rows: LayerRows, column: str, chosen: Sequence[int], names: Sequence[str], notices: list[Notice]
) -> Int64s:
    """Read what facilities add before a way begins; a version of before the column was defined tells none."""
    values = rows.columns.get(column, [None] * len(rows))
    return starts_of(column, [values[row] for row in chosen], names, notices)


def with_last_change(layers: StudyLayers, task: CoverageTask) -> CoverageTask:
    """Name the day since when the facilities of a study by the convention are the ones they are.

    So that such a study stays the same one from week to week, and is another one after a facility has opened
    or closed. A study that is asked for a day of its own is left as it is.
    """
    dated = {"open_from", "open_to"} & set(layers.fields("facilities"))
    if task.asked_for_a_day or not dated:
        return task
    rows = layers.read("facilities", *sorted(dated))
    days = [day for column in rows.columns.values() for day in column if isinstance(day, date)]
    last = max((day for day in days if day <= task.day), default=None)
    if last is None:
        return task
    return replace(task, parameters=replace(task.parameters, open_on=last.isoformat()))


def open_on(rows: LayerRows, day: date) -> Bools:
    """Tell which facilities are open on a day: ``open_from <= day < open_to``, a missing date is open."""
    nothing = [None] * len(rows)
    pairs = zip(rows.columns.get("open_from", nothing), rows.columns.get("open_to", nothing), strict=True)
    is_open = [(_before(start, day)) and not _before(end, day, missing=False) for start, end in pairs]
    return np.array(is_open, dtype=np.bool_)


def _before(first: object, day: date, *, missing: bool = True) -> bool:
    """Tell whether a day has come."""
    return first <= day if isinstance(first, date) else missing
