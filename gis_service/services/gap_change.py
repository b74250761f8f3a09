"""The change of a gap analysis: two states of the facilities, or of the roads that are closed, on one ground.

The comparison is the one of the service (`gis_service.services.compare_states`), on files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gis_service.services.closures import hour_of
from gis_service.services.compare_document import Told, compare_document
from gis_service.services.compare_facilities import Side
from gis_service.services.compare_states import Asked, Found, StatesBench, shared_references
from gis_service.services.coverage import Progress
from gis_service.services.coverage_document import Document, study_id
from gis_service.services.coverage_inputs import CoverageInputs, Notice
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.gap_analysis import GapAnalysis
from gis_service.services.gap_before import GapBefore
from gis_service.services.gap_inputs import GapInputs, read_state
from gis_service.services.gap_question import SERVICE, asking_of, closures_of, normal_time
from gis_service.services.gap_references import content_hash
from gis_service.services.gap_study import closed_roads, coverage_inputs, open_network


@dataclass(frozen=True)
class GapChange:
    """Whom the state afterwards gains and loses against the one before.

    Parameters
    ----------
    document
        As the process ``compare`` of the service gives it.
    found
        What it was made of.
    before
        What was read of the state before.
    ids
        Codes of the facilities before and afterwards.
    limit_cost
        The limit, ms or mm.
    source
        File of the facilities before.
    """

    document: Document
    found: Found
    before: GapInputs
    ids: tuple[tuple[str, ...], tuple[str, ...]]
    limit_cost: int
    source: str


def change_of(analysis: GapAnalysis, asked: GapBefore, progress: Progress | None = None) -> GapChange:
    """Compare the state that an analysis is of with the one before.

    Parameters
    ----------
    analysis
        Of the state afterwards.
    asked
        The state before.
    progress
        Told each step as it begins, with the share of the comparison that is done.

    Raises
    ------
    WrongUse, NotFound, RefusedInput
        As a gap analysis of the state before.
    """
    tell = progress or (lambda _step, _share: None)
    # What stands beside a result is not compared, as in the service.
    plain = replace(analysis.parameters, tables=(), beside=(), rank_column=None, rank_of=None, quotas=())
    files, question = asked.state(analysis.files, analysis.question)
    closures = closures_of(files.closed_areas, question.closed_classes, question.closed_hours)
    at = normal_time(question.at)
    parameters = replace(plain, closures=closures, at=at)
    same_areas = files.closed_areas == analysis.files.closed_areas
    shares_ways = same_areas and (closures, at) == (plain.closures, plain.at)
    asking = asking_of(question, parameters)
    inputs = read_state(analysis.inputs, files, asking, same_areas=same_areas, same_ferries=at == plain.at)
    before = _inputs_before(analysis, inputs, parameters, hour_of(asking.at), shares_ways=shares_ways)
    is_one_file = files.facilities == analysis.files.facilities
    column, ids = ids_of_states(inputs, analysis.inputs, is_one_file=is_one_file)
    limits = asked.limits_of(parameters)
    bench = StatesBench(analysis.read.prepared.memo)
    found = bench.compare(
        Asked(
            told=analysis.read,
            before=Side(before, parameters, SERVICE, ids[0]),
            after=Side(analysis.read, plain, SERVICE, ids[1]),
            shares_ways=shares_ways,
            limits=limits,
        ),
        tell,
    )
    # By these the same facility is known in both files, so they belong to what was read.
    same = {"facility_ids": {"sha256": content_hash(*map(list, ids)), "column": column}}
    told = {"before": parameters.as_document(), "after": plain.as_document(), "limits": list(limits)}
    said = _told(analysis, before, (told, study_id(before, parameters)), found, same)
    document = compare_document(said, found.comparison, plain)
    return GapChange(document, found, inputs, ids, plain.limit_cost, files.facilities)


def _inputs_before(
    analysis: GapAnalysis,
    inputs: GapInputs,
    parameters: CoverageParameters,
    hour: float,
    *,
    shares_ways: bool,
) -> CoverageInputs:
    """Give what the state before is computed on: the same roads where nothing about them differs."""
    network, closed = analysis.read.network, _notices_of_closed(analysis.read)
    if not shares_ways:
        same_ferries = inputs.ferries is analysis.inputs.ferries
        roads = analysis.open_roads if same_ferries else open_network(inputs, parameters)
        network, closed = closed_roads(roads, inputs, parameters, hour)
    return coverage_inputs(inputs, analysis.read.zone, parameters, network, closed, analysis.read.prepared)


def _notices_of_closed(read: CoverageInputs) -> list[Notice]:
    return [notice for notice in read.notices if notice.code == "network_closed"]


def _told(
    analysis: GapAnalysis,
    before: CoverageInputs,
    asked: tuple[Mapping[str, object], str],
    found: Found,
    same: Mapping[str, object],
) -> Told:
    parameters, base = asked
    own = analysis.inputs.references  # without those of what stands beside the study
    references = shared_references(own, before.references, own)
    return Told(
        inputs={**references, **same},
        parameters={**parameters, "vintage": None},
        base=base,
        artefacts=found.artefacts,
        zones=analysis.read.zones,
        facilities=found.facilities.rows,
        notices=found.notices,
        generated=bool(before.generated or analysis.inputs.generated),
    )


def ids_of_states(
    before: GapInputs, after: GapInputs, *, is_one_file: bool
) -> tuple[str | None, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Name the facilities of two states so that one that stands in both has one name.

    Parameters
    ----------
    before, after
        What was read.
    is_one_file
        Whether both states are of one file, at other times of the day.

    Returns
    -------
    tuple
        The first column of codes that tells all rows apart in both files, and the codes of the facilities
        before and afterwards. Without such a column None, and the rows of one file have their numbers; of two
        files the names are those of the file afterwards, which one before shares that stands at the same
        place; ``before_N`` is the one that the file before names N, where none stands any more.
    """
    for column, codes in before.codes.items():
        if column in after.codes:
            return column, (codes, after.codes[column])
    names = after.facilities.ids
    if is_one_file:
        return None, (before.facilities.ids, names)
    left: dict[bytes, list[str]] = {}
    for mark, name in zip(marks_of(after), names, strict=True):
        left.setdefault(mark, []).append(name)
    found = []
    for mark, name in zip(marks_of(before), before.facilities.ids, strict=True):
        same = left.get(mark)
        found.append(same.pop(0) if same else f"before_{name}")
    return None, (tuple(found), names)


def marks_of(inputs: GapInputs) -> list[bytes]:
    """Tell the place of each facility, to the millimetre."""
    shapes = shapely.transform(inputs.places, lambda xy: np.round(xy, 3))
    found: list[bytes] = shapely.to_wkb(shapes).tolist()
    return found
