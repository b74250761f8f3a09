"""The one tree of errors; their codes are in `gis_service.error_codes` and `gis_service.roadmap_codes`.

::

    GisError                 what happened, the bad value, what is expected, what to do
    ├── WrongUse             exit 2   the call itself is wrong
    ├── RefusedInput         exit 3   a file, a document or a value is not acceptable
    ├── NotAllowed           exit 3   the caller may not do this
    ├── NotFound             exit 4   the thing that was named does not exist
    ├── Conflict             exit 5   the world changed, or something stands in the way
    └── Temporary            exit 6   try again later

A code owns its HTTP status and its words in ``messages/*.yaml``; a class owns the exit code, so that callers
catch by kind and people read by code.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from gis_service.error_codes import ErrorCode
from gis_service.messages.catalogue import message_of
from gis_service.roadmap_codes import RoadmapCode
from gis_service.types import Language, Text

__all__ = [
    "CODES",
    "AnyCode",
    "Conflict",
    "ErrorCode",
    "Fault",
    "GisError",
    "NotAllowed",
    "NotFound",
    "RefusedInput",
    "RoadmapCode",
    "Temporary",
    "WrongUse",
    "code_named",
]

AnyCode: TypeAlias = ErrorCode | RoadmapCode
"""A code of any error; each list of them is short enough to be read in one sitting."""
CODES: tuple[AnyCode, ...] = (*ErrorCode, *RoadmapCode)
"""Every code the service can answer with; ``docs/errors.md`` is printed from here."""


def code_named(name: str) -> AnyCode:
    """Give the code of this name, or of the name that it had before; raises ValueError for no code."""
    return RoadmapCode(name) if name in {*RoadmapCode} else ErrorCode(name)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault among several in the same input, with the place where it stands.

    Parameters
    ----------
    where
        File and line, row, feature number or JSON pointer.
    text
        What is wrong there, with the bad value; in one language where only developers and GIS staff read it.
    """

    where: Text | str
    text: Text | str

    def place(self, language: Language) -> str:
        """Say where it stands."""
        return _said(self.where, language)

    def words(self, language: Language) -> str:
        """Say what is wrong there."""
        return _said(self.text, language)


def _said(text: Text | str, language: Language) -> str:
    return text if isinstance(text, str) else text.in_language(language)


@dataclass
class GisError(Exception):
    """Something the user must hear about.

    Parameters
    ----------
    code
        Entry of the message catalogue.
    params
        Values for the placeholders of the messages: the bad value, what is known, what is expected; a text
        stands in the language of its sentence.
    faults
        All single faults, when an input has several.
    """

    code: AnyCode
    params: dict[str, object] = field(default_factory=dict)
    faults: Sequence[Fault] = ()
    exit_code: ClassVar[int] = 1

    def __init__(self, code: AnyCode, faults: Sequence[Fault] = (), **params: object) -> None:
        super().__init__(code.value)
        self.code = code
        self.params = params
        self.faults = tuple(faults)

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return message_of(self.code).status

    def title(self, language: Language = "en") -> str:
        """Say in a few words what kind of error this is."""
        return message_of(self.code).title.in_language(language)

    def detail(self, language: Language = "en") -> str:
        """Say what happened, with the bad value."""
        return message_of(self.code).detail.in_language(language).format(**self._said(language))

    def expected(self, language: Language = "en") -> str:
        """Say what would have been right."""
        return message_of(self.code).expected.in_language(language).format(**self._said(language))

    def remedy(self, language: Language = "en") -> str:
        """Say what the reader can do now."""
        return message_of(self.code).remedy.in_language(language).format(**self._said(language))

    def _said(self, language: Language) -> dict[str, object]:
        return {
            name: value.in_language(language) if isinstance(value, Text) else value
            for name, value in self.params.items()
        }

    def __str__(self) -> str:
        lines = [self.detail(), self.expected(), self.remedy()]
        lines += [f"{fault.place('en')}: {fault.words('en')}" for fault in self.faults]
        return "\n".join(line for line in lines if line)


class WrongUse(GisError):
    """The call itself is wrong: an unknown option, a value out of range."""

    exit_code = 2


class RefusedInput(GisError):
    """A file, a document or a value is not acceptable."""

    exit_code = 3


class NotAllowed(GisError):
    """The caller is unknown or may not do this."""

    exit_code = 3


class NotFound(GisError):
    """The thing that was named does not exist."""

    exit_code = 4


class Conflict(GisError):
    """Something else stands in the way: another version, another owner, a lock."""

    exit_code = 5


class Temporary(GisError):
    """It cannot be done now; the same call may succeed later."""

    exit_code = 6
