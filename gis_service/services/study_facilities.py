"""The facilities of a study as their layer has them: open on its day, entered from roads, with their size."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pyproj
import shapely

from gis_service.analysis.zones import Zones
from gis_service.crs import STORAGE, transform
from gis_service.db.layer_rows import LayerRows
from gis_service.services.branches import RANK, branches_of
from gis_service.services.coverage_inputs import Facilities, Notice
from gis_service.services.facilities import are_areas, facilities_from
from gis_service.services.study_layers import StudyLayers
from gis_service.services.study_request import CoverageTask, refused
from gis_service.types import Bools, Floats, Geometries, Text

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
        ``study_refused`` for areas in a study without roads.
    """
    unit_fields = (f"{layers.layers['zones']}_code", layers.layers["zones"])
    key = layers.catalogue.layers[layers.layers["facilities"]].key or "code"
    dated = ("open_from", "open_to", "site_id", RANK)
    rows = layers.read("facilities", key, "name", *dated, *unit_fields, CAPACITY, SITE_AREA)
    there = ~shapely.is_missing(rows.geometry)
    counted = there & open_on(rows, task.day)
    share = task.parameters.branch_share
    if share:
        branches = branches_of(rows.columns, counted, there, task.day, share)
        notices.append(branches.notice(int(counted.sum()), share))
        counted |= branches.chosen
    kept = np.flatnonzero(counted)
    places = transform(shapely.force_2d(rows.geometry[kept]), STORAGE, crs)
    if are_areas(places).any() and not len(walkable):
        expected = Text(
            "network_time, network_distance (đối tượng dạng vùng cần có đường)",
            "network_time, network_distance (areas need roads)",
        )
        raise refused("measure", task.parameters.measure, expected)
    nothing: list[object] = [None] * len(rows)
    named, sites = rows.columns.get("name", nothing), rows.columns.get("site_id", nothing)
    codes = next((rows.columns[name] for name in unit_fields if name in rows.columns), nothing)
    keys = rows.columns.get(key, nothing)
    chosen = kept.tolist()
    found = facilities_from(
        places,
        [sites[row] for row in chosen],
        [str(row + 1) if named[row] is None else str(named[row]) for row in chosen],
        walkable,
        zones,
        [codes[row] for row in chosen],
    )
    return replace(
        found,
        ids=tuple(str(row + 1) if keys[row] is None else str(keys[row]) for row in chosen),
        capacity=_optional(rows, CAPACITY, chosen),
        site_area_m2=_optional(rows, SITE_AREA, chosen),
        places=places,
    )


def _optional(rows: LayerRows, column: str, chosen: Sequence[int]) -> Floats | None:
    """Give a column of numbers, nan where there is none; None for a layer without it."""
    values = rows.columns.get(column)
    if values is None:
        return None
    return np.array([np.nan if values[row] is None else values[row] for row in chosen], dtype=np.float64)


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
