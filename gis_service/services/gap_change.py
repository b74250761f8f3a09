"""The change of a gap analysis: two states of the facilities, or of the roads that are closed, on one ground.

The comparison is the one of the service (`gis_service.services.compare_states`), on files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gis_service.errors import ErrorCode, WrongUse
from gis_service.files.frames import split_source
from gis_service.services.closures import hour_of
from gis_service.services.compare_document import Told, compare_document
from gis_service.services.compare_facilities import Side
from gis_service.services.compare_states import Asked, Found, StatesBench, shared_references
from gis_service.services.coverage import Progress
from gis_service.services.coverage_document import Document, study_id
from gis_service.services.coverage_inputs import CoverageInputs, Notice
from gis_service.services.coverage_parameters import MEASURES, CoverageParameters
from gis_service.services.gap_analysis import (
    GapAnalysis,
    closed_roads,
    coverage_inputs,
    open_network,
)
from gis_service.services.gap_inputs import GapFiles, GapInputs, read_state
from gis_service.services.gap_question import SERVICE, GapQuestion, asking_of, closures_of, normal_time
from gis_service.services.gap_references import content_hash

NOTHING = "none"
"""Says that nothing was closed before."""


@dataclass(frozen=True)
class GapBefore:
    """The state before: what of it differs from the state that is asked about.

    Parameters
    ----------
    before
        File of the facilities.
    before_closed_areas, before_closed_classes
        What was closed, `NOTHING` for nothing; None and () for what is closed afterwards too.
    before_at
        Time of the day, and of the week.
    """

    before: str | None = None
    before_closed_areas: str | None = None
    before_closed_classes: tuple[str, ...] = ()
    before_at: str | None = None

    @property
    def is_asked(self) -> bool:
        """Whether anybody asks for a comparison."""
        return self != GapBefore()

    def files(self, after: GapFiles) -> GapFiles:
        """Give the files of the state before."""
        areas = self.before_closed_areas or after.closed_areas
        areas = None if areas == NOTHING else areas
        return replace(after, facilities=self.before or after.facilities, closed_areas=areas)

    def question(self, after: GapQuestion) -> GapQuestion:
        """Give what is asked of the state before."""
        classes = self.before_closed_classes or after.closed_classes
        classes = () if classes == (NOTHING,) else classes
        return replace(after, closed_classes=classes, at=self.before_at or after.at)


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


def require_comparable(asked: GapBefore, parameters: CoverageParameters, question: GapQuestion) -> None:
    """Refuse what the service does not compare either, and a file that is not there, before anything is read.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a quota, and where groups walk at a speed of their own.
    NotFound
        ``file_not_found``.
    """
    if not asked.is_asked:
        return
    name = next(one for one, value in vars(asked).items() if value)
    option = f"--{name.replace('_', '-')}"
    if parameters.measure == "quota":
        known = ", ".join(one for one in MEASURES if one != "quota")
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT, name="--measure", value="quota", expected=f"{known} ({option})"
        )
    if question.group_speeds:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--group-speeds", value=option, expected="–")
    state = asked.question(question)
    closures_of(None, state.closed_classes, "--before-closed-classes")
    normal_time(state.at, "--before-at")
    for source in (asked.before, asked.before_closed_areas):
        if source is not None and source != NOTHING:
            split_source(source)


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
    files, question = asked.files(analysis.files), asked.question(analysis.question)
    closures, at = closures_of(files.closed_areas, question.closed_classes), normal_time(question.at)
    parameters = replace(plain, closures=closures, at=at)
    same_areas = files.closed_areas == analysis.files.closed_areas
    shares_ways = same_areas and (closures, at) == (plain.closures, plain.at)
    asking = asking_of(question, parameters)
    inputs = read_state(analysis.inputs, files, asking, same_areas=same_areas, same_hour=at == plain.at)
    before = _inputs_before(analysis, inputs, parameters, hour_of(asking.at), shares_ways=shares_ways)
    ids = ids_of_states(inputs, analysis.inputs)
    bench = StatesBench(analysis.read.prepared.memo)
    found = bench.compare(
        Asked(
            told=analysis.read,
            before=Side(before, parameters, SERVICE, ids[0]),
            after=Side(analysis.read, plain, SERVICE, ids[1]),
            shares_ways=shares_ways,
        ),
        tell,
    )
    said = _told(analysis, before, (parameters, plain), found, ids)
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
    parameters: tuple[CoverageParameters, CoverageParameters],
    found: Found,
    ids: tuple[tuple[str, ...], tuple[str, ...]],
) -> Told:
    asked: Mapping[str, object] = {
        "before": parameters[0].as_document(),
        "after": parameters[1].as_document(),
        "vintage": None,
        "limits": [],
    }
    references = shared_references(analysis.read.references, before.references, analysis.read.references)
    # By these the same facility is known in both files, so they belong to what was read.
    references["facility_ids"] = {"sha256": content_hash(list(ids[0]), list(ids[1]))}
    return Told(
        inputs=references,
        parameters=asked,
        base=study_id(before, parameters[0]),
        artefacts=found.artefacts,
        zones=analysis.read.zones,
        facilities=found.facilities.rows,
        notices=found.notices,
        generated=bool(before.generated or analysis.read.generated),
    )


def ids_of_states(before: GapInputs, after: GapInputs) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name the facilities of two files so that one that stands in both has one name.

    Parameters
    ----------
    before, after
        What was read.

    Returns
    -------
    tuple
        Their codes, where both files tell them. Else the number in the file afterwards, which one before
        shares that stands at the same place; ``before_N`` is the Nth one before, where none stands any more.
    """
    if before.codes is not None and after.codes is not None:
        return before.codes, after.codes
    numbers = tuple(str(row) for row in range(1, len(after.places) + 1))
    left: dict[bytes, list[str]] = {}
    for mark, number in zip(_marks(after), numbers, strict=True):
        left.setdefault(mark, []).append(number)
    found = []
    for row, mark in enumerate(_marks(before), 1):
        same = left.get(mark)
        found.append(same.pop(0) if same else f"before_{row}")
    return tuple(found), numbers


def _marks(inputs: GapInputs) -> list[bytes]:
    """Tell the place of each facility, to the millimetre."""
    shapes = shapely.transform(inputs.places, lambda xy: np.round(xy, 3))
    found: list[bytes] = shapely.to_wkb(shapes).tolist()
    return found
