"""What stands beside a gap analysis: the same limit along roads, and further services for the same people."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from gis_service.analysis.network import Network
from gis_service.errors import ErrorCode, RefusedInput, WrongUse
from gis_service.files.frames import split_source
from gis_service.services.beside import Computed, with_computed
from gis_service.services.closures import hour_of
from gis_service.services.coverage import run_coverage
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import Facilities, Notice
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import digest
from gis_service.services.gap_facilities import Asking
from gis_service.services.gap_inputs import GapFiles, GapInputs, read_state
from gis_service.services.gap_question import (
    SERVICE,
    WALK,
    GapQuestion,
    asking_of,
    closures_of,
    mode_of,
    parameters_of,
)
from gis_service.services.gap_rules import OPTION, GapRule, rules_of
from gis_service.services.gap_study import (
    FileStudy,
    closed_roads,
    coverage_inputs,
    open_network,
    run_file_study,
)
from gis_service.services.study_request import OF_BESIDE
from gis_service.types import Text

Beside = tuple[tuple[str, FileStudy], ...]
"""What was computed beside a study, by name, in the order of its document."""
_SHARED = ("at", "groups", "group_speeds", "closed_classes", "closed_hours")
"""What a further service is asked as the study is: the same people, at the same time, on the same roads."""
_FACILITIES = "facilities"
_RULES = "beside"
"""The input that names what is asked of further services."""
_OF_LIMITS = (ErrorCode.LIMIT_NEEDED, ErrorCode.LIMIT_MEASURE)
_LIMIT = Text("limit_min=PHÚT, hoặc limit_m=MÉT", "limit_min=MINUTES, or limit_m=METRES")


@dataclass(frozen=True)
class AskedRule:
    """A further service: its files, and what is asked of it."""

    rule: GapRule
    files: GapFiles
    parameters: CoverageParameters
    asking: Asking


@dataclass(frozen=True)
class ReadRule:
    """A further service with what was read of it: its own facilities, all else that of the study."""

    asked: AskedRule
    inputs: GapInputs


def asked_rules(files: GapFiles, question: GapQuestion) -> tuple[AskedRule, ...]:
    """Give what is asked of the services beside a study.

    Parameters
    ----------
    files, question
        Of the study.

    Raises
    ------
    WrongUse
        ``wrong_argument``, naming the service.
    NotFound
        ``file_not_found``.
    """
    found = []
    for rule in rules_of(question.beside):
        shared = {name: getattr(question, name) for name in _SHARED}
        own = GapQuestion(**rule.asked, **shared)
        with _naming(rule):
            parameters = parameters_of(own)
        closures = closures_of(files.closed_areas, own.closed_classes, own.closed_hours)
        parameters = replace(
            parameters,
            service=SERVICE if rule.facilities is None else rule.name,
            beside=(),
            closures=closures if parameters.on_roads else (),
        )
        source = rule.facilities or files.facilities
        split_source(source)
        asking = asking_of(own, parameters)
        found.append(AskedRule(rule, replace(files, facilities=source), parameters, asking))
    return tuple(found)


def with_groups(asking: Asking, rules: Sequence[AskedRule]) -> Asking:
    """Add the groups that services beside a study count to those that are read of its people."""
    more = {
        group: f"{OPTION} {one.rule.name}: quota_group"
        for one in rules
        for group in one.asking.groups
        if group not in asking.groups
    }
    return replace(asking, groups={**asking.groups, **more})


def read_rules(inputs: GapInputs, asking: Asking, rules: Sequence[AskedRule]) -> tuple[ReadRule, ...]:
    """Read the facilities of the services beside a study.

    Parameters
    ----------
    inputs, asking
        What was read of the study, and how.
    rules
        As `asked_rules` gives them.

    Raises
    ------
    NotFound, RefusedInput, WrongUse
        As `read_state`.
    """
    found = []
    for one in rules:
        same_ferries = one.asking.by_car == asking.by_car
        with _naming(one.rule):
            read = read_state(inputs, one.files, one.asking, same_areas=True, same_ferries=same_ferries)
        found.append(ReadRule(one, read))
    return tuple(found)


def references_beside(rules: Sequence[ReadRule]) -> dict[str, object]:
    """Name what the document tells of the services beside a study: their facilities, and what is asked."""
    if not rules:
        return {}
    asked = [{"name": one.asked.rule.name, **one.asked.parameters.as_document()} for one in rules]
    own = {_role(one): one.inputs.references[_FACILITIES] for one in rules if _role(one)}
    return {_RULES: {"sha256": digest(asked)}, **own}


def generated_beside(rules: Sequence[ReadRule]) -> tuple[str, ...]:
    """Name the files of these services that say that they are generated."""
    return tuple(_role(one) for one in rules if _role(one) and _FACILITIES in one.inputs.generated)


def along_roads(study: FileStudy, entered: Facilities, question: GapQuestion) -> FileStudy:
    """Tell the same limit along roads beside a straight radius.

    Parameters
    ----------
    study, question
        The study, and what was asked of it.
    entered
        Its facilities as they are entered from roads.
    """
    mode = mode_of(question)
    roads = replace(study.parameters, measure="network_distance", mode=mode, beside=(), tables=())
    roads = replace(roads, rank_column=None, rank_of=None)
    inputs = replace(study.inputs, facilities=entered)
    return FileStudy(study.source, roads, inputs, run_coverage(inputs, roads))


def run_rules(
    study: FileStudy, inputs: GapInputs, open_roads: Network | None, rules: Sequence[ReadRule]
) -> Beside:
    """Compute the services beside a study, each like a study of its own.

    Parameters
    ----------
    study
        The study.
    inputs, open_roads
        What was read of it, and its network with no road closed.
    rules
        As `read_rules` gives them.

    Raises
    ------
    RefusedInput
        As of a study of its own.
    """
    known: dict[tuple[bool, str], Network | None] = {}
    if open_roads is not None:
        known[_ways_of(inputs, inputs, study.parameters)] = open_roads
    found = []
    for one in rules:
        network, closed = _roads(study, inputs, one, known)
        asked, zone = one.asked, study.inputs.zone
        with _naming(asked.rule):
            read = coverage_inputs(one.inputs, zone, asked.parameters, network, closed, study.inputs.prepared)
            found.append((asked.rule.name, run_file_study(asked.files.facilities, read, asked.parameters)))
    return tuple(found)


def document_beside(study: FileStudy, beside: Beside) -> Document:
    """Give the document of a study with what stands beside it."""
    if not beside:
        return study.document
    found = [Computed(name, one.inputs, one.result, one.document) for name, one in beside]
    return with_computed(study.document, study.inputs, study.result, found)


def _roads(
    study: FileStudy, inputs: GapInputs, one: ReadRule, known: dict[tuple[bool, str], Network | None]
) -> tuple[Network | None, list[Notice]]:
    """Give the network of a service, that of the study wherever nothing about it differs."""
    parameters = one.asked.parameters
    if not parameters.on_roads:
        return None, []
    ways = _ways_of(inputs, one.inputs, parameters)
    is_of_study = ways in known and known[ways] is known.get(_ways_of(inputs, inputs, study.parameters))
    if is_of_study and parameters.closures == study.parameters.closures:
        return study.inputs.network, [one for one in study.inputs.notices if one.code == "network_closed"]
    if ways not in known:
        known[ways] = open_network(one.inputs, parameters)
    return closed_roads(known[ways], one.inputs, parameters, hour_of(one.asked.asking.at))


def _ways_of(study: GapInputs, inputs: GapInputs, parameters: CoverageParameters) -> tuple[bool, str]:
    """Tell which roads may be gone at all: other ferries take cars, and gates stop some modes."""
    mode = WALK if parameters.mode is None else parameters.mode.id
    return inputs.ferries is study.ferries, "" if inputs.gates is None else mode


def _role(one: ReadRule) -> str:
    """Name the input of the facilities of a service; nothing for those of the study."""
    rule = one.asked.rule
    return "" if rule.facilities is None else f"{rule.name}{OF_BESIDE}"


@contextmanager
def _naming(rule: GapRule) -> Iterator[None]:
    """Say of which service a refusal is."""
    try:
        yield
    except (WrongUse, RefusedInput) as error:
        if error.code in _OF_LIMITS:
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=OPTION, value=rule.name, expected=_LIMIT) from error
        if "name" in error.params:
            error.params["name"] = f"{OPTION} {rule.name}: {error.params['name']}"
        raise
