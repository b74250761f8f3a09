"""The compact product of a study: what a client counts with at any limit, without asking again.

For everybody it is the step table: the sums that may be read, at the steps where they may be. For those who
may see personal detail it is one row for each place of people, with what the way from there costs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyproj
import shapely

from gis_service.analysis.demand import ALL
from gis_service.analysis.field import UNREACHED
from gis_service.crs import STORAGE, transform
from gis_service.errors import ErrorCode, NotFound
from gis_service.files.store import Array
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.step_tables import StepSource, StepTable, has_steps, step_table
from gis_service.services.study_product_bytes import packed
from gis_service.types import Bools, Floats, Int64s

FORMAT = 1
Detail = Literal["steps", "points"]
DEGREE = 10_000_000
"""Parts of a degree that places are told in: a centimetre."""
BEYOND_ANY, NEVER = -1, -2
"""In the place of a cost: a way leads to facilities, but to none of the catchment; no way leads anywhere."""
LARGEST = 2**31 - 1
"""What does not fit in 32 bits is told as this: no step comes near it."""


@dataclass(frozen=True)
class Computed:
    """What a product is made of.

    Parameters
    ----------
    steps
        The study, its units and its people.
    crs
        Of their places.
    is_generated
        Whether any of the data is.
    """

    steps: StepSource
    crs: pyproj.CRS
    is_generated: bool


def require_steps(parameters: CoverageParameters) -> None:
    """Refuse a study whose limit cannot be moved in steps.

    Raises
    ------
    NotFound
        ``product_without_steps``.
    """
    if not has_steps(parameters):
        raise NotFound(ErrorCode.PRODUCT_WITHOUT_STEPS, measure=parameters.measure)


def product(computed: Computed, detail: Detail) -> bytes:
    """Write a product.

    Parameters
    ----------
    computed
        What it is made of.
    detail
        ``steps`` for everybody; ``points`` is personal detail.
    """
    table = step_table(computed.steps)
    head = {
        "format": FORMAT,
        "kind": detail,
        "vintage": computed.steps.parameters.vintage,
        "generated_data": computed.is_generated,
    }
    if detail == "steps":
        return packed_steps(head, table)
    return packed_points(head, table, _places(table, computed))


def _head_of(table: StepTable) -> dict[str, Any]:
    return {
        "unit": table.unit,
        "step": table.step,
        "steps": len(table.steps),
        "groups": list(table.groups),
        "rows": [{"id": id_, "name": name} for id_, name in zip(table.ids, table.names, strict=True)],
    }


def packed_steps(head: Mapping[str, Any], table: StepTable) -> bytes:
    """Write the sums that a step table tells, each as the people between the told mark before and its own.

    Parameters
    ----------
    head
        What stands in its head beside that which the table itself tells.
    table
        The step table.
    """
    head = {**head, **_head_of(table)}
    row, group, mark = np.nonzero(table.told)
    sums = table.within[row, group, mark]
    figure = row * len(table.groups) + group
    before = np.roll(sums, 1)
    before[np.flatnonzero(np.diff(figure, prepend=-1))] = 0
    n_figures = len(table.ids) * len(table.groups)
    columns: dict[str, Array] = {
        "first": np.searchsorted(figure, np.arange(n_figures + 1)).astype(np.uint32),
        "mark": mark.astype(np.uint16),
        "people": (sums - before).astype(np.float64),
    }
    return packed(head, columns)


@dataclass(frozen=True)
class Places:
    """Places of people with what the way from each costs.

    Parameters
    ----------
    degrees
        ``(n, 2)`` longitude and latitude.
    row
        ``(n,)`` number of the row of the table that counts each: 0 is that of all people.
    costs
        ``(n_costs, n)`` ms or mm, `BEYOND_ANY` or `NEVER`.
    cost_of
        Which of these holds for each group of the table.
    people
        ``(n_groups, n)`` whole thousandths.
    """

    degrees: Floats
    row: Int64s
    costs: Int64s
    cost_of: Sequence[int]
    people: Int64s


def packed_points(head: Mapping[str, Any], table: StepTable, places: Places) -> bytes:
    """Write a row for each place; personal detail.

    Parameters
    ----------
    head
        As of `packed_steps`.
    table
        The step table, of which only rows and groups are told.
    places
        The places.
    """
    place = np.floor(places.degrees * DEGREE + 0.5).astype(np.int32)
    columns: dict[str, Array] = {
        "lon": place[:, 0],
        "lat": place[:, 1],
        "row": places.row.astype(np.uint16),
        "cost": np.minimum(places.costs, LARGEST).astype(np.int32),
        "people": places.people.astype(np.uint32),
    }
    return packed({**head, **_head_of(table), "cost_of": list(places.cost_of)}, columns)


def _places(table: StepTable, computed: Computed) -> Places:
    result, n_units = computed.steps.result, len(computed.steps.zones)
    people = result.demand.people
    points = np.asarray(shapely.points(result.demand.xy), dtype=object)
    # Groups that walk at the speed of everybody share one column of costs.
    apart = [ALL, *(group for group in table.groups if group in result.own)]
    return Places(
        degrees=shapely.get_coordinates(transform(points, computed.crs, STORAGE)),
        row=(np.where(result.zone < 0, n_units, result.zone) + 1).astype(np.int64),
        costs=np.stack([_cost(result.field_of(group).cost, result.reached) for group in apart]),
        cost_of=[apart.index(group) if group in apart else 0 for group in table.groups],
        people=np.stack([people[group] for group in table.groups]),
    )


def _cost(cost: Int64s, arrives: Bools) -> Int64s:
    told = np.where(cost < UNREACHED, cost, BEYOND_ANY)
    return np.where(arrives, told, NEVER)
