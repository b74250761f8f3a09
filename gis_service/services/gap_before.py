"""The state before of a gap analysis: what of it is said, and what cannot be compared."""

from dataclasses import dataclass, replace

from gis_service.errors import ErrorCode, WrongUse
from gis_service.files.frames import split_source
from gis_service.services.compare_request import MAX_LIMITS
from gis_service.services.coverage_parameters import MEASURES, CoverageParameters
from gis_service.services.gap_inputs import GapFiles
from gis_service.services.gap_limits import further_limits
from gis_service.services.gap_question import GapQuestion, closures_of, normal_time

NOTHING = "none"
"""Says that nothing was closed before."""
_LIMITS = "--change-limits"


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
    change_limits
        Further limits to compare both states at, minutes or metres as the limit is.
    """

    before: str | None = None
    before_closed_areas: str | None = None
    before_closed_classes: tuple[str, ...] = ()
    before_at: str | None = None
    change_limits: tuple[str, ...] = ()

    @property
    def is_asked(self) -> bool:
        """Whether anybody says what was otherwise before."""
        return replace(self, change_limits=()) != GapBefore()

    def state(self, files: GapFiles, question: GapQuestion) -> tuple[GapFiles, GapQuestion]:
        """Give the files of the state before, and what is asked of it.

        Parameters
        ----------
        files, question
            Those of the state afterwards.
        """
        areas, classes = self._closed(files.closed_areas, question.closed_classes)
        return (
            replace(files, facilities=self.before or files.facilities, closed_areas=areas),
            replace(question, closed_classes=classes, at=self.before_at or question.at),
        )

    def limits_of(self, parameters: CoverageParameters) -> tuple[float, ...]:
        """Give the further limits; arguments and errors as of `further_limits`."""
        return further_limits(self.change_limits, parameters, _LIMITS, MAX_LIMITS)

    def _closed(self, areas: str | None, classes: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
        """Give the areas and classes that were closed before.

        Classes and areas that are both closed afterwards are one closure: classes where they touch areas.
        When one of the two was not, the other is not left to close more than it does afterwards.
        """
        no_areas = self.before_closed_areas == NOTHING
        no_classes = self.before_closed_classes == (NOTHING,)
        is_one = areas is not None and bool(classes)
        areas_fall = no_areas or (is_one and no_classes and self.before_closed_areas is None)
        classes_fall = no_classes or (is_one and no_areas and not self.before_closed_classes)
        return (
            None if areas_fall else self.before_closed_areas or areas,
            () if classes_fall else self.before_closed_classes or classes,
        )


def require_comparable(
    asked: GapBefore, parameters: CoverageParameters, files: GapFiles, question: GapQuestion
) -> None:
    """Refuse what the service does not compare either, and a file that is not there, before anything is read.

    Parameters
    ----------
    asked
        The state before.
    parameters, files, question
        Of the state afterwards.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a quota, where groups walk at a speed of their own, and for areas before beside
        classes that are closed everywhere afterwards: which roads were closed before is not said then.
    NotFound
        ``file_not_found``.
    """
    if not asked.is_asked:
        if asked.change_limits:
            shown = ",".join(asked.change_limits)
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=_LIMITS, value=shown, expected="--before")
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
    asked.limits_of(parameters)
    _require_closures(asked, files, question)
    normal_time(asked.before_at or question.at, "--before-at")
    for source in (asked.before, asked.before_closed_areas):
        if source is not None and source != NOTHING:
            split_source(source)


def _require_closures(asked: GapBefore, files: GapFiles, question: GapQuestion) -> None:
    """Refuse classes that there are not, and areas before of which nobody says what they close."""
    areas, later = asked.before_closed_areas, question.closed_classes
    is_unclear = files.closed_areas is None and later and not asked.before_closed_classes
    if is_unclear and areas not in (None, NOTHING):
        expected = f"--before-closed-classes {NOTHING}, {','.join(later)}"
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--before-closed-areas", value=areas, expected=expected)
    _, state = asked.state(files, question)
    closures_of(None, state.closed_classes, state.closed_hours, "--before-closed-classes")
