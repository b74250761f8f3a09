"""What a check says: which rows, how bad, where on the map, and which repair would help.

Severity and remedy belong to the code, so that a file being looked at, a file being loaded and a layer that
is loaded are told about in the same way.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, overload

import numpy as np

from gis_service.errors import AnyCode, ErrorCode
from gis_service.messages.catalogue import layer_remedies, message_of
from gis_service.types import Bools, Floats, Int64s, Language, Text

SHOWN = 100
"""Faults of one kind that a page or a refusal tells one by one."""
LISTED = 10_000
"""Faults of one kind that a table to download tells one by one; the rest is counted."""


class Severity(StrEnum):
    """Whether a layer can be published as it is: not, with care, or with a word about it."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Repair(StrEnum):
    """What can be done to rows on their way into a layer; nothing of it is done unless chosen."""

    TEXT = "text"
    """Legacy letters become Unicode; which encoding they are in is chosen beside it."""
    AXES = "axes"
    """x and y are exchanged where a feature lies in the city only then."""
    GEOMETRY = "geometry"
    """Invalid geometries are made valid, rings are closed."""
    PARTS = "parts"
    """Geometries of several parts become several features, collections of one kind become that kind."""
    EMPTY = "empty"
    """Features without a geometry are left out."""
    DUPLICATES = "duplicates"
    """Of features that are equal in everything the first is kept."""
    OUTSIDE = "outside"
    """Features outside the city are left out."""
    LINEAR = "linear"
    """Arcs become lines."""
    SLIVERS = "slivers"
    """Overlaps and narrow gaps between neighbouring areas are closed."""
    AREA = "area"
    """Yes to repairs that change the area of a feature by more than 1 %."""
    FEWER = "fewer"
    """Yes to a layer of far fewer features than it has now."""
    INDEX = "index"
    """A Shapefile without its ``.shx`` is read by its shapes alone."""
    KINDS = "kinds"
    """Features of another type than the layer's are left out: of a mixed file each layer takes its own."""


HIDE_COLUMN = "hide_column"
"""Remedy of a column of personal data: leave it out by the choice of columns."""
CHOOSE_SYSTEM = "crs"
"""Remedy of a coordinate system that is missing or in doubt: choose one of those guessed."""
CHOOSE_COORDINATES = "coordinates"
"""Remedy of a table without coordinates: choose the columns that hold them."""
CHOOSE_NUMBERS = "numbers"
"""Remedy of numbers whose points may divide thousands: say for the column which is meant."""
CHOOSE_NODATA, CHOOSE_KIND = "nodata", "kind"
"""Remedies of a raster: say which value means no data, what its cells hold."""

_REMEDIES: dict[AnyCode, str] = {
    ErrorCode.AXES_SWAPPED: Repair.AXES,
    ErrorCode.GEOMETRY_INVALID: Repair.GEOMETRY,
    ErrorCode.GEOMETRY_TYPE_WRONG: Repair.KINDS,
    ErrorCode.GEOMETRY_MISSING: Repair.EMPTY,
    ErrorCode.COORDINATE_UNREADABLE: Repair.EMPTY,
    ErrorCode.COORDINATES_MISSING: CHOOSE_COORDINATES,
    ErrorCode.ROW_UNIT_UNKNOWN: Repair.EMPTY,
    ErrorCode.ROW_UNIT_AMBIGUOUS: Repair.EMPTY,
    ErrorCode.GEOMETRY_CURVED: Repair.LINEAR,
    ErrorCode.OUTSIDE_CITY: Repair.OUTSIDE,
    ErrorCode.DUPLICATE_FEATURES: Repair.DUPLICATES,
    ErrorCode.COVERAGE_OVERLAP: Repair.SLIVERS,
    ErrorCode.COVERAGE_GAP: Repair.SLIVERS,
    ErrorCode.AREA_CHANGED: Repair.AREA,
    ErrorCode.ROWS_FEWER: Repair.FEWER,
    ErrorCode.PART_REMOVES_ROWS: Repair.FEWER,
    ErrorCode.PERSONAL_COLUMN: HIDE_COLUMN,
    ErrorCode.TEXT_LEGACY: Repair.TEXT,
    ErrorCode.TEXT_ENCODING_UNKNOWN: Repair.TEXT,
    ErrorCode.CRS_SUSPECT: CHOOSE_SYSTEM,
    ErrorCode.NEEDS_CRS: CHOOSE_SYSTEM,
    ErrorCode.DATUM_SUSPECT: CHOOSE_SYSTEM,
    ErrorCode.THOUSANDS_SUSPECT: CHOOSE_NUMBERS,
    ErrorCode.RASTER_OUTSIDE_CITY: CHOOSE_SYSTEM,
    ErrorCode.RASTER_NODATA_UNFIT: CHOOSE_NODATA,
    ErrorCode.RASTER_NODATA_MISSING: CHOOSE_NODATA,
    ErrorCode.RASTER_NODATA_OUTSIDE_TYPE: CHOOSE_NODATA,
    ErrorCode.RASTER_KIND_GUESSED: CHOOSE_KIND,
}
_SEVERITIES: dict[AnyCode, Severity] = {
    ErrorCode.DUPLICATE_FEATURES: Severity.WARNING,
    ErrorCode.COVERAGE_OVERLAP: Severity.WARNING,
    ErrorCode.COVERAGE_GAP: Severity.WARNING,
    ErrorCode.PERSONAL_COLUMN: Severity.WARNING,
    ErrorCode.GEOMETRY_LARGE: Severity.WARNING,
    ErrorCode.CRS_SUSPECT: Severity.WARNING,
    ErrorCode.TEXT_LEGACY: Severity.WARNING,
    ErrorCode.DATUM_SUSPECT: Severity.WARNING,
    ErrorCode.THOUSANDS_SUSPECT: Severity.WARNING,
    ErrorCode.CELL_ERROR: Severity.WARNING,
    ErrorCode.LAYERS_BESIDE: Severity.NOTE,
    ErrorCode.COLUMNS_CALLED_ALIKE: Severity.WARNING,
    ErrorCode.FILE_IS_A_PART: Severity.WARNING,
    ErrorCode.COVERAGE_NOT_CHECKED: Severity.NOTE,
    ErrorCode.DECIMAL_COMMA: Severity.NOTE,
    ErrorCode.MARKUP_IN_TEXT: Severity.NOTE,
    ErrorCode.KINDS_MIXED: Severity.NOTE,
    ErrorCode.TEXT_JUDGED_IN_PART: Severity.NOTE,
    ErrorCode.RASTER_NODATA_MISSING: Severity.WARNING,
    ErrorCode.RASTER_NODATA_OUTSIDE_TYPE: Severity.WARNING,
    ErrorCode.RASTER_PAGES_LEFT_OUT: Severity.WARNING,
    ErrorCode.RASTER_KIND_GUESSED: Severity.NOTE,
}


def severity_of(code: AnyCode) -> Severity:
    """Tell how bad a kind of fault is; what is not listed is an error."""
    return _SEVERITIES.get(code, Severity.ERROR)


def remedy_of(code: AnyCode) -> str | None:
    """Name the repair that helps: a :class:`Repair`, what is to be hidden or chosen, or none."""
    return _REMEDIES.get(code)


Words = Text | str
"""What is said of one feature: a text in both languages, or a value that is the same in either."""


class Lazily(Sequence[Words]):
    """Words for rows, each made when it is asked for: most of those of a large file nobody asks for.

    Parameters
    ----------
    rows
        (n,) row numbers; the first `LISTED` have words.
    say
        Gives the words of a row.
    """

    def __init__(self, rows: Int64s, say: Callable[[int], Words]) -> None:
        self._rows = rows[:LISTED]
        self._say = say

    def __len__(self) -> int:
        """Count them."""
        return len(self._rows)

    @overload
    def __getitem__(self, at: int) -> Words: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Words, ...]: ...
    def __getitem__(self, at: int | slice) -> Words | tuple[Words, ...]:
        """Make the words of one row, or of some."""
        if isinstance(at, slice):
            return tuple(self._say(row) for row in self._rows[at].tolist())
        return self._say(int(self._rows[at]))


@dataclass(frozen=True, slots=True)
class Found:
    """Rows with the same kind of fault.

    Parameters
    ----------
    code
        Kind of fault.
    rows
        (n,) row numbers from 0.
    words
        What is wrong in each of the first :data:`LISTED` rows: the bad value, the reason, the place.
    column
        Column that it stands in, when it is one.
    places
        (min(n, LISTED), 2) longitude and latitude in degrees (WGS 84) of the same rows, NaN where not known.
    remedy
        Repair that helps these rows, where that is not the one of the code.
    """

    code: ErrorCode
    rows: Int64s
    words: Sequence[Words]
    column: str | None = None
    places: Floats | None = None
    remedy: Repair | None = None


def found_where(
    code: ErrorCode, bad: Bools, words: Callable[[int], str] | str, column: str | None = None
) -> Found:
    """Tell of all rows where ``bad`` holds.

    Parameters
    ----------
    code
        Kind of fault.
    bad
        (n,) rows.
    words
        By row, or the same for every row.
    column
        Column that it stands in.
    """
    rows = np.flatnonzero(bad)
    return Found(code, rows, Lazily(rows, (lambda _: words) if isinstance(words, str) else words), column)


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature that a finding is about.

    Parameters
    ----------
    number
        Of the feature in its file, counted from 1; of a loaded layer its ``fid``. None for the file as a
        whole.
    words
        The bad value, the reason.
    lon, lat
        Where to look, in degrees (WGS 84); None where that is not known.
    cell
        Where to look in a sheet, ``D7``; None where it is no value of one.
    """

    number: int | None
    words: Words
    lon: float | None = None
    lat: float | None = None
    cell: str | None = None

    @property
    def where(self) -> Text:
        """Say which feature it is, and where in a sheet its value stands."""
        if self.number is None:
            return Text("tệp", "file")
        vi, en = (f" (ô {self.cell})", f" (cell {self.cell})") if self.cell else ("", "")
        return Text(f"đối tượng {self.number}{vi}", f"feature {self.number}{en}")

    def said(self, language: Language) -> str:
        """Give its words in one language."""
        return self.words if isinstance(self.words, str) else self.words.in_language(language)


@dataclass(frozen=True, slots=True)
class Finding:
    """All that is wrong in one way.

    Parameters
    ----------
    code
        Kind of fault; its words stand in the message catalogue.
    count
        Features, or values, that are so.
    features
        The first :data:`LISTED` of them.
    column
        Column that it stands in, when it is one.
    params
        Values for the placeholders of the words.
    repair
        Repair that helps, where that is not the one of the code.
    """

    code: AnyCode
    count: int
    features: tuple[Feature, ...] = ()
    column: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    repair: Repair | None = None

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return severity_of(self.code)

    @property
    def remedy(self) -> str | None:
        """The repair that helps, or none."""
        return self.repair or remedy_of(self.code)

    def title(self, language: Language) -> str:
        """Say in a few words what it is."""
        return message_of(self.code).title.in_language(language)

    def detail(self, language: Language) -> str:
        """Say what was found."""
        return self._in(language, message_of(self.code).detail)

    def expected(self, language: Language) -> str:
        """Say what should have been there."""
        return self._in(language, message_of(self.code).expected)

    def advice(self, language: Language) -> str:
        """Say what can be done."""
        return self._in(language, message_of(self.code).remedy)

    def advice_for_layer(self, language: Language) -> str:
        """Say what can be done where it stands in a layer, not in a file that can be read in another way."""
        return self._in(language, layer_remedies().get(self.code.value) or message_of(self.code).remedy)

    def document(self) -> dict[str, Any]:
        """Write it for a page or a program, in both languages."""
        return {
            "code": self.code.value,
            "severity": self.severity.value,
            "count": self.count,
            "column": self.column,
            "remedy": self.remedy,
            "title": {"vi": self.title("vi"), "en": self.title("en")},
            "detail": {"vi": self.detail("vi"), "en": self.detail("en")},
            "expected": {"vi": self.expected("vi"), "en": self.expected("en")},
            "advice": {"vi": self.advice("vi"), "en": self.advice("en")},
            "features": [
                {
                    "number": one.number,
                    "cell": one.cell,
                    "words": {"vi": one.said("vi"), "en": one.said("en")},
                    "lon": one.lon,
                    "lat": one.lat,
                }
                for one in self.features[:SHOWN]
            ],
        }

    def _said(self) -> dict[str, object]:
        return {"column": self.column or "–", **self.params, "count": self.count}

    def _in(self, language: Language, text: Text) -> str:
        told = {
            name: value.in_language(language) if isinstance(value, Text) else value
            for name, value in self._said().items()
        }
        return text.in_language(language).format(**told)
