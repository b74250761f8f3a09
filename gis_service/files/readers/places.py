"""Coordinates in tables: which columns hold them, and how people write them.

Decimal degrees with a point or a comma, degrees with minutes and seconds (``20°26'46"N``, ``20 26 46.5 N``),
metres of a plane system, or a whole shape as WKT.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.formats import WKT_NAMES
from gis_service.text import search_form
from gis_service.types import Bools, Floats

DEGREES = "OGC:CRS84"
_DEGREE_PAIRS = (
    ("lon", "lat"),
    ("lng", "lat"),
    ("long", "lat"),
    ("longitude", "latitude"),
    ("kinhdo", "vido"),
    ("kinhtuyen", "vituyen"),
    ("toadokinhdo", "toadovido"),
    ("gpslon", "gpslat"),
    ("gpslongitude", "gpslatitude"),
)
_PLANE_PAIRS = (
    ("x", "y"),
    ("easting", "northing"),
    ("dong", "bac"),
    ("toadox", "toadoy"),
    ("tdx", "tdy"),
    ("xcoord", "ycoord"),
    ("coordx", "coordy"),
    ("pointx", "pointy"),
)
_BEFORE = ("place", "")
"""An export calls its places ``place_lon`` where a field of the layer is called ``lon``."""
_CODED = re.compile(r"(x|lon)(\d{4,5})")
_PARTNER = {"x": "y", "lon": "lat"}
"""``x_9209`` and ``y_9209``, ``lon_4756`` and ``lat_4756``: the name says in which system they are."""
_LAST_YEAR = 2100
"""``x_2024`` is of a year, and no number of EPSG."""
_SRID = re.compile(r"\s*SRID\s*=\s*(\d{1,6})\s*;", re.IGNORECASE)
"""How PostGIS and QGIS write the system before WKT."""
_PLAIN = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$"
_REMARK = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_SIDE = r"(?P<{}>[NSEWBĐT]|Bắc|Nam|Đông|Tây)?"
_PARTED = re.compile(
    r"^(?P<sign>[-+])?" + _SIDE.format("before") + r"\s*(?P<degrees>\d{1,3}(?:\.\d+)?)\s*[°ºo˚d:\s]\s*"
    r"(?:(?P<minutes>\d{1,2}(?:\.\d+)?)\s*(?:['’′´`mp:\s]|$)\s*"
    r"(?:(?P<seconds>\d{1,2}(?:\.\d+)?)\s*(?:[\"”″“s]|''|’’|′′|'|$|(?=[NSEWBĐT])|\s)?\s*)?)?"
    + _SIDE.format("after")
    + r"$",
    re.IGNORECASE,
)
_SOUTH_WEST = {"s", "w", "nam", "tây", "t"}
"""Sides that count below zero. ``N`` is north, as on every map and phone; whoever means ``Nam`` writes it."""
_SIXTY = 60
_LONGEST = 64
_SAID = 80
"""Signs of a value that is told as it stands."""
_MOST_COLUMNS = 2


def fold(name: str) -> str:
    """Give what of a column's name tells it from others: no accents, no spaces, no remark in brackets."""
    return "".join(sign for sign in search_form(_REMARK.sub(" ", name)) if sign.isalnum())


def place_columns(names: list[str], chosen: Sequence[str] | None = None, file: str = "-") -> list[int]:
    """Give the pair of coordinate columns (x before y), or the one column of WKT, or nothing.

    Parameters
    ----------
    names
        All columns.
    chosen
        Those that somebody named, by which the others are not looked at; empty for a table without
        coordinates.
    file
        What the user calls the table, for messages.

    Raises
    ------
    RefusedInput
        ``coordinates_choice`` when what was named is not there.
    """
    if chosen is not None:
        if len(chosen) > min(len(set(chosen)), _MOST_COLUMNS) or not set(chosen) <= set(names):
            raise coordinates_choice(file, chosen, names)
        return [names.index(name) for name in chosen]
    folded = {fold(name): index for index, name in reversed(list(enumerate(names)))}
    for before in _BEFORE:
        for x, y in _DEGREE_PAIRS + _PLANE_PAIRS + _coded_pairs(folded, before):
            if before + x in folded and before + y in folded:
                return [folded[before + x], folded[before + y]]
    called = [before + name for before in _BEFORE for name in WKT_NAMES]
    return [folded[name] for name in called if name in folded][:1]


def coordinates_choice(file: str, chosen: Sequence[str], names: Sequence[str]) -> RefusedInput:
    """Say that the columns named for coordinates are none of a table's; without names it is no table."""
    told = ", ".join(name[:_LONGEST] for name in names) or "–"
    return RefusedInput(ErrorCode.COORDINATES_CHOICE, file=file, given=", ".join(chosen), columns=told)


def _coded_pairs(folded: Iterable[str], before: str) -> tuple[tuple[str, str], ...]:
    """Give the pairs of names that would hold coordinates of a system by its number."""
    found = (_CODED.fullmatch(name.removeprefix(before)) for name in folded if name.startswith(before))
    coded = [(one[1], one[2]) for one in found if one and int(one[2]) > _LAST_YEAR]
    return tuple((f"{axis}{code}", f"{_PARTNER[axis]}{code}") for axis, code in coded)


def crs_of_columns(names: list[str], place: list[int], first: str | None = None) -> str | None:
    """Give the system that columns of coordinates are in, none where nothing tells.

    Parameters
    ----------
    names, place
        All columns, and answer of :func:`place_columns`.
    first
        First value of a column of WKT: its system may stand before it.
    """
    if not place:
        return None
    if len(place) == 1:
        code = srid_of(first)
        if code is None:
            return DEGREES
        return f"EPSG:{code}" if code else None
    name = fold(names[place[0]]).removeprefix(_BEFORE[0])
    if (coded := _CODED.fullmatch(name)) is not None:
        return f"EPSG:{coded[2]}"
    return DEGREES if name in {x for x, _ in _DEGREE_PAIRS} else None


def srid_of(text: str | None) -> int | None:
    """Give the number before WKT (``SRID=9209;POINT …``); none where there is none."""
    found = _SRID.match(text or "")
    return int(found[1]) if found else None


def number(text: str) -> float:
    r"""Read one coordinate; nan for what is none.

    Examples
    --------
    >>> number("106,3366"), number('20°30\'00"N'), number("106 30 0 E"), number("near the market")
    (106.3366, 20.5, 106.5, nan)
    """
    text = text.strip().replace(",", ".")
    if len(text) > _LONGEST:
        return float("nan")
    if re.match(_PLAIN, text):
        return float(text)
    found = _PARTED.match(text)
    if not found or (found["before"] and found["after"]):
        return float("nan")
    minutes, seconds = float(found["minutes"] or 0), float(found["seconds"] or 0)
    if minutes >= _SIXTY or seconds >= _SIXTY:
        return float("nan")
    value = float(found["degrees"]) + minutes / _SIXTY + seconds / _SIXTY**2
    side = (found["before"] or found["after"] or "").lower()
    return -value if (found["sign"] == "-") != (side in _SOUTH_WEST) else value


def numbers(column: pa.Array) -> Floats:
    """Read a column of coordinates; what is none becomes nan."""
    if not pa.types.is_string(column.type):
        # A whole number beyond 2^53 loses its last digits, and is no coordinate anyway.
        values = pc.cast(column, pa.float64(), safe=False)
        return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)
    text = pc.replace_substring(pc.utf8_trim_whitespace(column), ",", ".")
    plain = pc.fill_null(pc.match_substring_regex(text, _PLAIN), False)
    read = pc.cast(pc.if_else(plain, text, None), pa.float64())
    values = np.array(read.to_numpy(zero_copy_only=False), dtype=np.float64)
    others = np.flatnonzero(np.isnan(values) & np.asarray(text.is_valid()))
    for row in others:
        values[row] = number(text[row].as_py())
    return values


def points(x: pa.Array, y: pa.Array) -> tuple[pa.Array, list[pa.Array]]:
    """Make WKB points of two columns; a row without both has none.

    Returns
    -------
    tuple[pyarrow.Array, list[pyarrow.Array]]
        (n,) the points; for each column (n,) what stands in it where that is no coordinate: the value, or
        the empty text beside a coordinate that lacks its other half; null where nothing is wrong.
    """
    xy = np.column_stack([numbers(x), numbers(y)])
    there = np.column_stack([_is_filled(x), _is_filled(y)])
    made = np.full(len(xy), None, dtype=object)
    known = ~np.isnan(xy).any(axis=1)
    made[known] = shapely.points(xy[known])
    bad = np.isnan(xy) & np.asarray(there.any(axis=1))[:, None]
    said = [_said(column, rows) for column, rows in zip((x, y), bad.T, strict=True)]
    return pa.array(shapely.to_wkb(made).tolist(), pa.binary()), said


def shapes(column: pa.Array, srid: int | None = None) -> tuple[pa.Array, list[pa.Array]]:
    """Make WKB of a column of WKT; what is none, or names another system than the first, has no shape.

    Returns
    -------
    tuple[pyarrow.Array, list[pyarrow.Array]]
        (n,) the shapes; (n,) what stands there where it is none, null elsewhere.
    """
    values = column.cast(pa.string()).to_pylist()
    if srid is not None:
        values = [_SRID.sub("", text, count=1) if srid_of(text) == srid else None for text in values]
    texts: Any = np.asarray(values, dtype=object)
    read = np.asarray(shapely.from_wkt(texts, on_invalid="ignore"), dtype=object)
    bad = np.asarray(shapely.is_missing(read)) & _is_filled(column)
    return pa.array(shapely.to_wkb(read).tolist(), pa.binary()), [_said(column, bad)]


def _is_filled(column: pa.Array) -> Bools:
    """(n,) whether anything stands there."""
    if not pa.types.is_string(column.type):
        return np.asarray(column.is_valid())
    text = pc.fill_null(pc.utf8_trim_whitespace(column), "")
    return np.asarray(pc.not_equal(text, ""))


def _said(column: pa.Array, bad: Bools) -> pa.Array:
    """Give (n,) values as text where they are bad, null elsewhere."""
    if not bad.any():
        return pa.nulls(len(column), pa.string())
    text = pc.utf8_slice_codeunits(pc.fill_null(column.cast(pa.string()), ""), 0, _SAID)
    return pc.if_else(pa.array(bad), text, pa.scalar(None, pa.string()))


def placed(batch: pa.RecordBatch, place: list[int], srid: int | None = None) -> pa.RecordBatch:
    """Put the geometry that columns describe in front, in their stead; ``srid`` stands before all WKT.

    After the geometry stands, for each of these columns, what could not be read in it.
    """
    if not place:
        return batch
    columns = batch.columns
    if len(place) > 1:
        wkb, unread = points(*(columns[index] for index in place))
    else:
        wkb, unread = shapes(columns[place[0]], srid)
    others = [index for index in range(len(columns)) if index not in place]
    names = ["geometry", *("unread" for _ in place), *(batch.schema.names[index] for index in others)]
    return pa.RecordBatch.from_arrays([wkb, *unread, *(columns[index] for index in others)], names)


def kinds_of(place: list[int]) -> tuple[str, ...]:
    """Say which kind of geometry columns make."""
    return ("Point",) if len(place) > 1 else ()
