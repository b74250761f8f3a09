"""What stands beside a study: the same limit along roads, other standards, and how many rules reach whom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from gis_service.analysis.zones import BEYOND
from gis_service.services.coverage import CoverageResult
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.services.documents import persons, plain
from gis_service.services.study_facilities import with_last_change
from gis_service.services.study_layers import StudyLayers
from gis_service.services.study_request import OF_BESIDE, ROADS, CoverageTask
from gis_service.services.tables import TOGETHER
from gis_service.types import Bools, Int64s

Document: TypeAlias = dict[str, Any]
_RULE = ("service", "standard", "measure", "mode", "limit", "direction", "turnout_s", "catchment", "at")
_MORE = ("group", "start_column", "open_on", "quota", "unit_types", "min_site_m2", "in_force")
_OF_STANDARD = ("standard_unverified", "standard_not_in_force", "standard_unit_type", "not_subject")
"""Notices that tell of a standard: beside a result they are told of each."""


@dataclass(frozen=True)
class Computed:
    """One rule that was computed.

    Parameters
    ----------
    name
        ``roads``, or the id of a standard; that of the study itself is not told.
    inputs, result
        What it was computed on, and what came out.
    document
        As that of a study of its own, with what is closed in it.
    """

    name: str
    inputs: CoverageInputs
    result: CoverageResult
    document: Document


def beside_tasks(layers: StudyLayers, task: CoverageTask) -> list[tuple[str, StudyLayers, CoverageTask]]:
    """Give what is told beside a study, with its layers: those of the study, but for the facilities.

    Parameters
    ----------
    layers, task
        Of the study.
    """
    found = []
    for name, other in task.beside:
        own = layers_beside(layers, name)
        found.append((name, own, with_last_change(own, replace(other, layers=own.layers))))
    return found


def layers_beside(layers: StudyLayers, name: str) -> StudyLayers:
    """Give the layers of what stands beside a study."""
    role = f"{name}{OF_BESIDE}"
    role = role if role in layers.layers else "facilities"
    shared = [one for one in layers.layers if not one.endswith(OF_BESIDE)]
    past = {one for one in shared if one in layers.past} - {"facilities"}
    return replace(
        layers,
        layers={one: layers.layers[one] for one in shared} | {"facilities": layers.layers[role]},
        versions={one: layers.versions[one] for one in shared} | {"facilities": layers.versions[role]},
        past=frozenset(past | ({"facilities"} if role in layers.past else set())),
    )


def with_beside(
    document: Document,
    inputs: CoverageInputs,
    result: CoverageResult,
    tasks: Sequence[tuple[str, StudyLayers, CoverageTask]],
    compute: Callable[[StudyLayers, CoverageTask], tuple[CoverageInputs, CoverageResult, Document]],
) -> Document:
    """Give a document with what is asked for beside it.

    Parameters
    ----------
    document, inputs, result
        Of the study.
    tasks
        As `beside_tasks` gives them.
    compute
        Runs one of them like a study of its own, told by the units of this one; gives its document with what
        is closed in it.
    """
    if not tasks:
        return document
    found = [Computed(name, *compute(layers, task)) for name, layers, task in tasks]
    return with_computed(document, inputs, result, found)


def with_computed(
    document: Document, inputs: CoverageInputs, result: CoverageResult, found: Sequence[Computed]
) -> Document:
    """Give a document with results that were computed beside it; arguments as of `with_beside`."""
    notices = [*document["notices"]]
    for one in found:
        said = (notice for notice in one.document["notices"] if notice["code"] in _OF_STANDARD)
        notices += [notice for notice in said if one.name != ROADS and notice not in notices]
    told = document | {"beside": [_entry(one) for one in found], "notices": notices}
    rules = [one for one in found if one.name != ROADS]
    if rules:
        told[TOGETHER] = plain(_together(inputs, result, rules, document["zones"]))
    return told


def _entry(one: Computed) -> Document:
    asked = one.document["parameters"]
    rule = {name: asked[name] for name in _RULE} | {name: asked[name] for name in _MORE if name in asked}
    figures = {name: one.document[name] for name in ("totals", "zones")}
    closed = one.document.get("closed")
    return {"name": one.name} | rule | figures | ({} if closed is None else {"closed": closed | {"gaps": {}}})


def _together(
    inputs: CoverageInputs, result: CoverageResult, rules: Sequence[Computed], zones: Sequence[Document]
) -> list[Document]:
    """Tell how many people exactly so many of the rules reach, in all and in each unit, for every group.

    A rule that is not for somebody does not reach them.
    """
    inside = inputs.zone != BEYOND
    n = 1 + len(rules)
    label = np.where(result.zone < 0, len(inputs.zones), result.zone)
    found = []
    for group in result.coverage.totals:
        count = result.covered_of(group) + sum(_covered(one, inside, group) for one in rules)
        sums = np.zeros((len(inputs.zones) + 1, n + 1), dtype=np.int64)
        np.add.at(sums, (label, count), result.demand.people[group])
        everybody = {"zone": None, "name": None}
        units = [{"zone": zone["id"], "name": zone["name"]} for zone in zones]
        rows = [sums.sum(axis=0), *sums[: len(units)]]
        for named, row in zip([everybody, *units], rows, strict=True):
            exactly = [persons(int(people)) for people in row]
            figures = {"rules": n, "none": exactly[0], "all": exactly[-1], "exactly": exactly}
            found.append(named | {"group": group} | figures)
    return found


def _covered(one: Computed, inside: Bools, group: str) -> Int64s:
    """Tell whom of a group a rule reaches, 1 or 0, for the people of another rule of the same study."""
    found = np.zeros(len(inside), dtype=np.int64)
    found[one.inputs.zone != BEYOND] = one.result.covered_of(group)
    reached: Int64s = found[inside]
    return reached
