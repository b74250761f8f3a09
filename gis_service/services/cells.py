"""People outside a standard on the map: square cells for everybody, the homes themselves for some roles."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gis_service.analysis.cells import CELL_M, Cells, cells_of, hidden_cells, is_small
from gis_service.analysis.demand import ALL
from gis_service.analysis.field import UNREACHED
from gis_service.analysis.gaps import REASONS
from gis_service.crs import STORAGE, transform
from gis_service.services.accounts import Caller, Scope
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_live import LiveStudy
from gis_service.services.documents import persons, plain, units
from gis_service.services.prepared import Prepared
from gis_service.services.rights import PERSONAL, READERS
from gis_service.types import Bools, Floats, Int32s, Int64s

_DECIMALS = 6


@dataclass(frozen=True)
class CellTable:
    """The cells of a study where anybody lives.

    Parameters
    ----------
    cells
        Of the people of the study.
    people, uncovered
        ``(n_cells,)`` whole thousandths: everybody, and those outside the standard.
    kind
        ``(n_cells,)`` index into `REASONS`, of most of those outside; -1 without any.
    zone
        ``(n_cells,)`` unit of most of those outside; negative without any.
    hidden, hidden_people
        ``(n_cells,)`` whether ``uncovered`` and ``people`` are closed to those who may not see small counts.
    """

    cells: Cells
    people: Int64s
    uncovered: Int64s
    kind: Int32s
    zone: Int32s
    hidden: Bools
    hidden_people: Bools


def cell_table(study: LiveStudy, prepared: Prepared) -> CellTable:
    """Sum the people of a study in cells, and choose what everybody may see of it.

    Parameters
    ----------
    study
        The study.
    prepared
        What is known already.

    Notes
    -----
    What is hidden does not depend on the vintage that is asked for: the sums of the units of every vintage,
    and of the gap places, are taken to be known.
    """
    name = ("cells", study.mark)
    return prepared.memo.by_name(name, lambda: _cell_table(study))


def _cell_table(study: LiveStudy) -> CellTable:
    demand, outside = study.result.demand, ~study.result.covered
    cells = cells_of(demand.xy)
    people = demand.people[ALL]
    without = np.where(outside, people, 0)
    total, uncovered = cells.sums(people), cells.sums(without)
    units_of_people = _every_vintage(study)
    hidden = hidden_cells(cells, without, [*units_of_people, _gap_of(study)])
    # Where both numbers are shown, so is the number of those within the standard.
    told = is_small(total - uncovered) & ~hidden
    return CellTable(
        cells=cells,
        people=total,
        uncovered=uncovered,
        kind=np.where(uncovered > 0, cells.most(study.result.reason, without), -1).astype(np.int32),
        zone=np.where(uncovered > 0, cells.most(study.result.zone, without), -1).astype(np.int32),
        hidden=hidden,
        hidden_people=hidden_cells(cells, people, units_of_people, told),
    )


def _gap_of(study: LiveStudy) -> Int32s:
    """Give the number of the gap place of each row of people; -1 for covered and scattered ones."""
    found = np.full(len(study.result.demand.xy), -1, dtype=np.int32)
    for number, place in enumerate(study.result.gaps):
        if place.kind != "scattered":
            found[place.homes] = number
    return found


def _every_vintage(study: LiveStudy) -> list[Int32s]:
    """Give the unit of each row of people in every vintage that is loaded; ``outside`` is one more unit."""
    found = study.units.values()
    return [np.where(zone < 0, zone.max(initial=-1) + 1, zone).astype(np.int32) for zone in found]


def cells_document(study: LiveStudy, table: CellTable, shown: Document, *, personal: bool) -> Document:
    """Give the cells with people outside the standard as GeoJSON, those with the most people first.

    Parameters
    ----------
    study, table
        The study and its cells.
    shown
        The study document as the reader may see it.
    personal
        Whether the reader may see small counts.
    """
    hidden = np.zeros(len(table.cells), dtype=np.bool_) if personal else table.hidden
    some = np.flatnonzero(table.uncovered > 0)
    seen = np.where(hidden, 0, table.uncovered)
    some = some[np.lexsort((some, -seen[some]))]
    degrees = _degrees(table.cells.centre_xy[some], study)
    ids = table.cells.ids
    features = [
        _feature(
            ids[cell], place, _cell_properties(study, table, cell, ids[cell], is_hidden=bool(hidden[cell]))
        )
        for cell, place in zip(some.tolist(), degrees, strict=True)
    ]
    return _collection(shown, features, "cells") | {
        "size_m": plain(CELL_M),
        "shown": persons(int(seen.sum())),
        "small_cells": int(hidden[some].sum()),
    }


def _cell_properties(
    study: LiveStudy, table: CellTable, cell: int, id_: str, *, is_hidden: bool
) -> dict[str, Any]:
    people = None if is_hidden else persons(int(table.uncovered[cell]))
    kind = REASONS[table.kind[cell]]
    return {"id": id_, "people": people, "small": is_hidden, "kind": kind} | _zone(
        study, int(table.zone[cell])
    )


def open_homes(caller: Caller) -> None:
    """Let a caller see homes, which is personal detail.

    Raises
    ------
    NotAllowed
        ``token_missing``, ``role_insufficient`` or ``scope_insufficient``.
    """
    caller.require(READERS[PERSONAL], Scope.PERSONAL)


def points_document(study: LiveStudy, shown: Document) -> Document:
    """Give the homes outside the standard as GeoJSON: personal detail, for those whom `open_homes` lets in.

    Parameters
    ----------
    study
        The study.
    shown
        Its document.
    """
    result = study.result
    people = result.demand.people[ALL]
    some = np.flatnonzero(~result.covered & (people > 0))
    some = some[np.lexsort((some, -people[some]))]
    cost_name = f"cost_{'s' if study.parameters.is_time else 'm'}"
    features = []
    for home, place in zip(some.tolist(), _degrees(result.demand.xy[some], study), strict=True):
        cost = int(result.field.cost[home])
        properties = {
            "people": persons(int(people[home])),
            "kind": REASONS[result.reason[home]],
            cost_name: None if cost >= UNREACHED else units(cost),
        }
        features.append(_feature(str(home), place, properties | _zone(study, int(result.zone[home]))))
    return _collection(shown, features, "points")


def _zone(study: LiveStudy, zone: int) -> dict[str, str | None]:
    zones = study.inputs.zones
    if zone < 0:
        return {"zone": None, "zone_name": None}
    return {"zone": zones.ids[zone], "zone_name": zones.names[zone]}


def _degrees(xy: Floats, study: LiveStudy) -> list[list[float]]:
    points = np.asarray(shapely.points(xy), dtype=object)
    places: list[list[float]] = np.round(
        shapely.get_coordinates(transform(points, study.inputs.crs, STORAGE)), _DECIMALS
    ).tolist()
    return places


def _feature(id_: str, place: list[float], properties: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": place}
    return {"type": "Feature", "id": id_, "geometry": geometry, "properties": properties}


def _collection(shown: Document, features: list[dict[str, Any]], detail: str) -> Document:
    return {
        "type": "FeatureCollection",
        "study": shown["id"],
        "detail": detail,
        "generated_data": shown["generated_data"],
        "uncovered": shown["totals"][ALL]["uncovered"],
        "features": features,
    }
