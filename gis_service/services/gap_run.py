"""One run of the gap analysis as somebody asks for it: the study, what has changed, why, and all files."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from gis_service.errors import ErrorCode, WrongUse
from gis_service.services.catchment_files import limits_drawn, require_one_catchment, write_catchments
from gis_service.services.coverage import Progress
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_parameters import ON_ROADS, CoverageParameters
from gis_service.services.gap_analysis import GapAnalysis, run_gap_analysis
from gis_service.services.gap_before import GapBefore, require_comparable
from gis_service.services.gap_beside import asked_rules
from gis_service.services.gap_change import GapChange, change_of
from gis_service.services.gap_inputs import GapFiles
from gis_service.services.gap_network import require_roads, write_network_quality
from gis_service.services.gap_question import GapQuestion, parameters_of
from gis_service.services.gap_rules import rules_of
from gis_service.services.gap_vintages import named_files, told_by_vintages
from gis_service.services.gap_why import read_places, why_document, why_text, write_why
from gis_service.services.reports import as_text, prepare_folder, write_reports, write_vintages
from gis_service.types import Language

Part = TypeVar("Part", GapFiles, GapQuestion, GapBefore)
_CHANGE_FROM, _REPORTS_FROM, _WHY_FROM, _CATCHMENTS_FROM = 0.9, 0.92, 0.93, 0.95
"""Shares of the work that are done when these begin."""


@dataclass(frozen=True)
class GapTold:
    """What a run has found and written.

    Parameters
    ----------
    analysis, change, why
        The study; its comparison with a state before, and what is told of places, where they were asked for.
    paths
        The files that were written.
    together
        Whether the terminal is told whom all services reach.
    """

    analysis: GapAnalysis
    change: GapChange | None
    why: Document | None
    paths: tuple[Path, ...]
    together: bool = False

    def text(self, language: Language, rows: int) -> str:
        """Tell it for a terminal, at most so many units and places."""
        said = as_text(self.analysis, language, rows, self.change, together=self.together)
        return said if self.why is None else f"{said}\n{why_text(self.why, language, rows)}"


@dataclass(frozen=True)
class GapRun:
    """What somebody asks for.

    Parameters
    ----------
    files, question
        The study.
    before
        The state to compare it with.
    why, why_nearest
        Places to tell of, and how many facilities of each.
    catchments, network_quality
        Whether catchments, and a report on the roads, are written too.
    catchment_limits
        Further limits that catchments are drawn of, minutes or metres as the limit is.
    together
        Whether the terminal is told whom all services reach, and whom none.
    """

    files: GapFiles
    question: GapQuestion
    before: GapBefore = field(default_factory=GapBefore)
    why: tuple[str, ...] = ()
    why_nearest: int | None = None
    catchments: bool = False
    network_quality: bool = False
    catchment_limits: tuple[str, ...] = ()
    together: bool = False

    @classmethod
    def of_options(cls, options: Mapping[str, Any]) -> "GapRun":
        """Sort options by what they are of: the names of all fields are those of the options."""
        return cls(
            files=_part(GapFiles, options),
            question=_part(GapQuestion, options),
            before=_part(GapBefore, options),
            why=options["why"],
            why_nearest=options["why_nearest"],
            catchments=options["catchments"],
            network_quality=options["network_quality"],
            catchment_limits=options["catchment_limits"],
            together=options["together"],
        )

    def run(self, out: Path, progress: Progress | None = None) -> GapTold:
        """Run it, and write all files.

        Parameters
        ----------
        out
            Folder of the results; made when it is not there.
        progress
            Told each step as it begins, with the share of the work done.

        Raises
        ------
        WrongUse, NotFound, RefusedInput
            With what is wrong and what to do.
        """
        tell = progress or (lambda _step, _share: None)
        prepare_folder(out)
        self._require()
        places = read_places(self.why)
        analysis = run_gap_analysis(self.files, self.question, tell)
        change = why = None
        if self.before.is_asked:
            tell("change", _CHANGE_FROM)
            change = change_of(analysis, self.before)
        tell("reports", _REPORTS_FROM)
        paths = write_reports(analysis, out, change)
        tell("vintages", _REPORTS_FROM)
        paths += write_vintages(told_by_vintages(analysis, self.files.vintage_zones), out)
        if places.places:
            tell("why", _WHY_FROM)
            why = why_document(analysis, places, self.why_nearest)
            paths += write_why(analysis, why, out)
        if self.catchments:
            tell("catchments", _CATCHMENTS_FROM)
            limits = limits_drawn(self.catchment_limits, analysis.parameters)
            paths.append(write_catchments(analysis, out, limits))
        if self.network_quality:
            tell("network", _CATCHMENTS_FROM)
            paths.append(write_network_quality(analysis, out))
        tell("done", 1.0)
        return GapTold(analysis, change, why, tuple(paths), self.together)

    def _require(self) -> None:
        """Refuse what cannot be done before the files are read, which may take a while."""
        parameters = parameters_of(self.question)
        asked_rules(self.files, self.question)
        named_files(self.files.vintage_zones)
        if self.catchments:
            require_one_catchment(parameters)
            limits_drawn(self.catchment_limits, parameters)
        if self.network_quality:
            require_roads(parameters)
        require_comparable(self.before, parameters, self.files, self.question)
        self._require_what_goes_with_it()
        self._require_roads_to_close(parameters)

    def _require_what_goes_with_it(self) -> None:
        """Refuse options that say nothing without another one."""
        hours, before = self.question.closed_hours, self.before
        shown = None if hours is None else " ".join(f"{hour:g}" for hour in hours)
        closes = (self.files.closed_areas, self.question.closed_classes)
        closed_before = (before.before_closed_areas, before.before_closed_classes)
        for option, value, other, is_there in (
            ("--why-nearest", self.why_nearest, "--why", self.why),
            ("--catchment-limits", ",".join(self.catchment_limits) or None, "--catchments", self.catchments),
            ("--together", self.together or None, "--beside NAME=FILE", rules_of(self.question.beside)),
            ("--closed-hours", shown, "--closed-classes, --closed-areas", any((*closes, *closed_before))),
        ):
            if value is not None and not is_there:
                raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=option, value=value, expected=other)

    def _require_roads_to_close(self, parameters: CoverageParameters) -> None:
        """Refuse closed roads where nobody goes by road."""
        before = self.before
        for option, value in (
            ("--closed-areas", self.files.closed_areas),
            ("--closed-classes", ",".join(self.question.closed_classes)),
            ("--before-closed-areas", before.before_closed_areas),
            ("--before-closed-classes", ",".join(before.before_closed_classes)),
        ):
            if value and not parameters.on_roads:
                expected = f"--measure {', '.join(sorted(ON_ROADS))}"
                raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=option, value=value, expected=expected)


def _part(kind: type[Part], options: Mapping[str, Any]) -> Part:
    return kind(**{one.name: options[one.name] for one in fields(kind)})
