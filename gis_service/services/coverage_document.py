"""The study document of coverage: the one shape that the web, the command line and the scripts give out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import floor
from typing import Any

import numpy as np
import pyproj
import shapely

from gis_service.analysis.coverage import PERCENTS, Coverage, Figures
from gis_service.analysis.demand import ALL
from gis_service.analysis.gaps import GapPlace
from gis_service.analysis.quota import Provision
from gis_service.analysis.zones import Zones
from gis_service.crs import STORAGE, transform
from gis_service.services.artefacts import artefact_hashes
from gis_service.services.coverage_inputs import CoverageInputs, Notice
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import code_version, digest, persons, plain, units
from gis_service.services.quota import holds_in, provision_rows
from gis_service.types import Int64s

SCHEMA = 1
PROCESS = "coverage"
OUTSIDE = "outside"
"""Id of the row of people who live in no unit."""
PUBLIC_CELL_M = 250.0
"""Homes are personal: a gap place is shown at the centre of the cell of this size that holds its middle."""
_DECIMALS = 6
_QUANTILES = tuple("median" if percent == 50 else f"p{percent}" for percent in PERCENTS)  # noqa: PLR2004

Document = dict[str, Any]


def study_id(inputs: CoverageInputs, parameters: CoverageParameters) -> str:
    """Give the id of a study: it follows from inputs, parameters and code, so equal runs share it."""
    said = {
        "process": PROCESS,
        "inputs": dict(inputs.references),
        "parameters": parameters.as_document(),
        "code_version": code_version(),
    }
    return f"{PROCESS}_{digest(said)[:24]}"


def coverage_document(
    inputs: CoverageInputs,
    parameters: CoverageParameters,
    sums: Coverage,
    gaps: Sequence[GapPlace],
    notices: Sequence[Notice],
    provision: Provision | None = None,
    people: Mapping[str, Int64s] | None = None,
) -> Document:
    """Write the study document (schema 1).

    Parameters
    ----------
    inputs, parameters
        What was read and asked, with the units that it is told by.
    sums, gaps, notices
        What was found, and what must be said.
    provision
        What each of these units has and needs, for a quota.
    people
        ``(n,)`` whole thousandths at each row of the people, by group: the gap places tell those of each,
        where the standard is for one of them.
    """
    document: Document = {
        "schema": SCHEMA,
        "id": study_id(inputs, parameters),
        "process": PROCESS,
        "inputs": dict(inputs.references),
        "parameters": parameters.as_document(),
        "code_version": code_version(),
        "artefacts": inputs.prepared.once(artefact_hashes, inputs),
        "totals": {
            group: figures_row(figures, parameters) | _parts(figures, sums.access[group], parameters)
            for group, figures in sums.totals.items()
        },
        "zones": _zone_rows(inputs, sums, parameters, provision),
        "gaps": _gap_rows(gaps, inputs.zones, inputs.crs, people or {}),
        "notices": [notice.as_document() for notice in notices],
        "generated_data": bool(inputs.generated),
    }
    return {name: plain(value) for name, value in document.items()}


def summary(document: Document) -> Document:
    """Give a study document as ``summary.json``: with the figures of all people at its top level."""
    everybody = document["totals"][ALL]
    return document | {
        "residents_total": everybody["total"],
        "residents_covered": everybody["covered"],
        "residents_uncovered": everybody["uncovered"],
        "residents_unreachable": everybody["unreachable"],
        "coverage_share": everybody["share"],
        "median_minutes": _minutes(everybody["median_s"]),
        "p95_minutes": _minutes(everybody["p95_s"]),
    }


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 60


def figures_row(figures: Figures, parameters: CoverageParameters) -> Document:
    """Tell the counts and quantiles of a group in one place; those of who arrive stand inside."""
    arrived = _quantiles(figures.arrived, parameters)
    return _counts(figures) | _quantiles(figures.quantiles, parameters) | {"arrived": arrived}


def _parts(figures: Figures, access: int | None, parameters: CoverageParameters) -> Document:
    """Tell the parts of the figures of a group: who has no road or no way, what of the cost is access."""
    return {
        "no_road": persons(figures.no_road),
        "no_path": persons(figures.no_path),
        **_named({"access_median": access}, parameters),
    }


def _counts(figures: Figures) -> Document:
    return {
        "total": persons(figures.total),
        "covered": persons(figures.covered),
        "uncovered": persons(figures.uncovered),
        "unreachable": persons(figures.unreachable),
        "share": figures.share,
    }


def _quantiles(costs: Sequence[int | None], parameters: CoverageParameters) -> Document:
    return _named(dict(zip(_QUANTILES, costs, strict=True)), parameters)


def _named(costs: Mapping[str, int | None], parameters: CoverageParameters) -> Document:
    """Name costs by their unit; lengths stand beside empty times under their own names."""
    told = {name: None if parameters.measure == "quota" else units(cost) for name, cost in costs.items()}
    if parameters.is_time:
        return {f"{name}_s": value for name, value in told.items()}
    empty: Document = {f"{name}_s": None for name in told}
    return empty | {f"{name}_m": value for name, value in told.items()}


def _zone_rows(
    inputs: CoverageInputs, sums: Coverage, parameters: CoverageParameters, provision: Provision | None
) -> list[Document]:
    """One row per unit, and ``outside`` when somebody lives in no unit; other groups stand inside the row."""
    named = list(zip(inputs.zones.ids, inputs.zones.names, strict=True))
    by_group = {group: list(rows) for group, rows in sums.zones.items()}
    if sums.outside is not None:
        named.append((OUTSIDE, OUTSIDE))
        for group, figures in sums.outside.items():
            by_group[group].append(figures)
    others = [group for group in by_group if group != ALL]
    of_quota = []
    if provision is not None:
        units_only = sums.zones[ALL][: len(inputs.zones)]
        of_quota = provision_rows(provision, holds_in(inputs, [one.total for one in units_only]))
    rows = []
    for row, (code, name) in enumerate(named):
        entry: Document = {"id": code, "name": name} | figures_row(by_group[ALL][row], parameters)
        if others:
            entry["groups"] = {group: _counts(by_group[group][row]) for group in others}
        if row < len(of_quota):
            entry["provision"] = of_quota[row]
        rows.append(entry)
    return rows


def gap_groups(place: GapPlace, people: Mapping[str, Int64s]) -> Document:
    """Tell the people of a gap place by group, beside all of them; nothing where no group is counted.

    Parameters
    ----------
    place
        The place.
    people
        ``(n,)`` whole thousandths at each row of the people, by group.
    """
    others = [group for group in people if group != ALL]
    if not others:
        return {}
    return {"groups": {group: persons(int(people[group][place.homes].sum())) for group in others}}


def _gap_rows(
    gaps: Sequence[GapPlace], zones: Zones, crs: pyproj.CRS, people: Mapping[str, Int64s]
) -> list[Document]:
    if not gaps:
        return []
    centres = [_cell_centre(place.point) for place in gaps]
    cells = np.array([shapely.Point(centre) for centre in centres], dtype=object)
    degrees = np.round(shapely.get_coordinates(transform(cells, crs, STORAGE)), _DECIMALS)
    return [
        {
            "id": id_,
            "kind": place.kind,
            "people": persons(place.people),
            "homes": place.n_homes,
            "settlement": place.settlement,
            "zone": zones.ids[place.zone] if place.zone >= 0 else None,
            "zone_name": zones.names[place.zone] if place.zone >= 0 else None,
            "point": point,
        }
        | gap_groups(place, people)
        for id_, place, point in zip(_public_ids(gaps, centres), gaps, degrees.tolist(), strict=True)
    ]


def _public_ids(gaps: Sequence[GapPlace], centres: Sequence[tuple[float, float]]) -> list[str]:
    """Name gap places by kind and cell: an id made of the homes themselves would give a lone home away."""
    seen: Counter[str] = Counter()
    ids = []
    for place, (x, y) in zip(gaps, centres, strict=True):
        cell = f"{place.kind}_{x:.0f}_{y:.0f}"
        seen[cell] += 1
        ids.append(cell if seen[cell] == 1 else f"{cell}_{seen[cell]}")
    return ids


def _cell_centre(point: tuple[float, float]) -> tuple[float, float]:
    x, y = ((floor(value / PUBLIC_CELL_M) + 0.5) * PUBLIC_CELL_M for value in point)
    return x, y
