"""Brings the columns of a file to the types of a layer's fields, and finds the values that do not fit.

Whole columns are converted at once; only a column with a bad value is gone through value by value.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis_service.text import normalise
from gis_service.types import Bools

TIMESTAMP = pa.timestamp("us", tz="UTC")
ARROW_TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": TIMESTAMP,
}
"""Type of a field in a definition → Arrow type of its values."""

_TRUE = {"true", "t", "yes", "y", "1", "có", "đúng"}
_FALSE = {"false", "f", "no", "n", "0", "không", "sai"}
_COMMA = re.compile(r"^\s*[-+]?\d+,\d+\s*$")
"""One comma, as decimals are written in Viet Nam; with two of them it divides thousands, and is refused."""
_INTEGER = re.compile(r"[-+]?\d+(\.0{0,2})?")
"""Three zeros behind a point may be thousands, as they are written in Viet Nam."""
_INT64 = range(-(2**63), 2**63)
_NUL = "\x00"
_DAY_FIRST = "%d/%m/%Y"
_DAY_AHEAD = re.compile(r"\d{1,2}/")
_DAYS = (date.min - date(1970, 1, 1)).days, (date.max - date(1970, 1, 1)).days
"""First and last day of the years 1 to 9999, which is all that the calendar of Python can tell."""
_A_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}


def convert(column: pa.Array, kind: str) -> tuple[pa.Array, Bools]:
    """Convert a column.

    Parameters
    ----------
    column
        (n,) values as the file holds them.
    kind
        ``text | integer | number | boolean | date | timestamp``. Text becomes NFC without surrounding white
        space; an empty text is no value in any other column; NaN is no value; a whole number may be written
        ``12.0`` or ``12.00``, never ``12.000``; a number may be written ``12,5``; a date may be written
        ``31/12/2025``; a time without zone is UTC.

    Returns
    -------
    tuple[pyarrow.Array, Bools]
        (n,) values of the Arrow type of the field, null where there was none or a bad one; (n,) where a value
        is bad.
    """
    plain = _plain(column)
    for attempt in _ATTEMPTS[kind]:
        try:
            converted = attempt(plain)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
            continue
        if converted is not None and not _beyond(converted).any():
            return converted, np.zeros(len(column), dtype=bool)
    return _one_by_one(plain, kind)


def comma_decimals(column: pa.Array) -> Bools:
    """Tell which texts of a column are numbers with a decimal comma: (n,) rows."""
    plain = _plain(column)
    if not pa.types.is_string(plain.type):
        return np.zeros(len(column), dtype=bool)
    match = pc.fill_null(pc.match_substring_regex(plain, _COMMA.pattern), False)
    return np.asarray(match.to_numpy(zero_copy_only=False), dtype=bool)


def has_zones(column: pa.Array) -> bool:
    """Tell whether the times of a column say which zone they are in; true when there are none."""
    plain = _plain(column)
    if pa.types.is_timestamp(plain.type):
        return plain.type.tz is not None
    if not pa.types.is_string(plain.type):
        return True
    zoned = pc.match_substring_regex(plain, r"(Z|[-+]\d\d(:?\d\d)?)\s*$")
    timed = pc.match_substring_regex(plain, r"\d\d:\d\d")
    return not pc.any(pc.and_(timed, pc.invert(zoned)), min_count=0).as_py()


def _plain(column: pa.Array) -> pa.Array:
    """Undo dictionaries and the large variants, which mean the same."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        return column.cast(pa.string())
    if pa.types.is_null(column.type):
        return column.cast(pa.string())
    return column


def _text(column: pa.Array) -> pa.Array | None:
    if pa.types.is_string(column.type):
        if pc.any(pc.match_substring(column, _NUL), min_count=0).as_py():
            return None
        return pc.utf8_normalize(pc.utf8_trim_whitespace(column), form="NFC")
    if pa.types.is_floating(column.type):
        # A code that a spreadsheet made a number: 12452.0 is "12452".
        return pc.cast(pc.cast(column, pa.int64()), pa.string())
    if pa.types.is_integer(column.type) or pa.types.is_boolean(column.type) or pa.types.is_date(column.type):
        return pc.cast(column, pa.string())
    return None


def _integer(column: pa.Array) -> pa.Array | None:
    if pa.types.is_string(column.type):
        return pc.cast(_trimmed(column), pa.int64())
    if pa.types.is_boolean(column.type):
        return None
    if pa.types.is_floating(column.type):
        column = _without_nan(column)
    return pc.cast(column, pa.int64())


def _number(column: pa.Array) -> pa.Array | None:
    if pa.types.is_boolean(column.type):
        return None
    source = _trimmed(column) if pa.types.is_string(column.type) else column
    numbers = _without_nan(pc.cast(source, pa.float64()))
    return numbers if pc.all(pc.is_finite(numbers), min_count=0).as_py() else None


def _boolean(column: pa.Array) -> pa.Array | None:
    return column if pa.types.is_boolean(column.type) else None


def _date(column: pa.Array) -> pa.Array | None:
    if pa.types.is_date(column.type):
        return pc.cast(column, pa.date32())
    if pa.types.is_string(column.type):
        return pc.cast(_trimmed(column), pa.date32())
    return None


def _timestamp(column: pa.Array) -> pa.Array | None:
    if pa.types.is_timestamp(column.type):
        return pc.cast(column, TIMESTAMP)
    if pa.types.is_date(column.type):
        return pc.cast(pc.cast(column, pa.timestamp("us")), TIMESTAMP)
    if pa.types.is_string(column.type):
        return pc.cast(_trimmed(column), TIMESTAMP)
    return None


def _timestamp_without_zone(column: pa.Array) -> pa.Array | None:
    if not pa.types.is_string(column.type):
        return None
    return pc.cast(pc.cast(_trimmed(column), pa.timestamp("us")), TIMESTAMP)


_ATTEMPTS: dict[str, tuple[Callable[[pa.Array], pa.Array | None], ...]] = {
    "text": (_text,),
    "integer": (_integer,),
    "number": (_number,),
    "boolean": (_boolean,),
    "date": (_date,),
    "timestamp": (_timestamp, _timestamp_without_zone),
}


def _trimmed(column: pa.Array) -> pa.Array:
    text = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(pc.utf8_length(text), 0), pa.scalar(None, pa.string()), text)


def _without_nan(column: pa.Array) -> pa.Array:
    return pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)


def _beyond(column: pa.Array) -> Bools:
    """Tell which days and times are of no year from 1 to 9999."""
    if pa.types.is_date32(column.type):
        a_day, numbers = 1, column.cast(pa.int32())
    elif pa.types.is_date64(column.type):
        a_day, numbers = _A_DAY["ms"], column.cast(pa.int64())
    elif pa.types.is_timestamp(column.type):
        a_day, numbers = _A_DAY[column.type.unit], column.cast(pa.int64())
    else:
        return np.zeros(len(column), dtype=bool)
    day = pc.fill_null(numbers, 0).to_numpy(zero_copy_only=False) // a_day
    return np.asarray((day < _DAYS[0]) | (day > _DAYS[1]), dtype=bool)


def _one_by_one(column: pa.Array, kind: str) -> tuple[pa.Array, Bools]:
    """Convert the slow way, noting which values are bad."""
    read = _READERS[kind]
    values: list[Any] = []
    bad = _beyond(column)
    if bad.any():
        column = pc.if_else(bad, pa.scalar(None, column.type), column)
    for row, value in enumerate(column.to_pylist()):
        value_is_absent = value is None or value != value or (kind != "text" and value == "")  # noqa: PLR0124  NaN
        try:
            values.append(None if value_is_absent else read(value))
        except (ValueError, TypeError, OverflowError):
            values.append(None)
            bad[row] = True
    return pa.array(values, ARROW_TYPES[kind]), bad


def _read_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float | date) or _NUL in str(value):
        raise ValueError(value)
    return unicodedata.normalize("NFC", str(value)).strip()


def _read_integer(value: object) -> int:
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        number = int(value.strip().split(".")[0])
    elif isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer():
        number = int(value)
    else:
        raise ValueError(value)
    if number not in _INT64:
        raise OverflowError(value)
    return number


def _read_number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError(value)
    if isinstance(value, str) and _COMMA.match(value):
        value = value.replace(",", ".")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def _read_boolean(value: object) -> bool:
    word = normalise(str(value)).casefold().removesuffix(".0")
    if word not in _TRUE | _FALSE:
        raise ValueError(value)
    return word in _TRUE


def _read_date(value: object) -> date:
    if isinstance(value, datetime):
        if value.time() != value.time().min:
            raise ValueError(value)
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()
    if _DAY_AHEAD.match(text):
        return datetime.strptime(text, _DAY_FIRST).replace(tzinfo=UTC).date()
    return _read_date(datetime.fromisoformat(text.replace("/", "-")))


def _read_timestamp(value: object) -> datetime:
    moment = (
        value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip().replace("/", "-"))
    )
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_READERS: dict[str, Callable[[Any], object]] = {
    "text": _read_text,
    "integer": _read_integer,
    "number": _read_number,
    "boolean": _read_boolean,
    "date": _read_date,
    "timestamp": _read_timestamp,
}
