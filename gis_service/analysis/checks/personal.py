"""Columns that seem to hold personal data, by their names and by what their values look like.

Decree 13/2023/NĐ-CP counts names, phone numbers and identity numbers as personal data. Only a guess comes
out of this; what is done about it people decide.
"""

from typing import Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis_service.text import search_form
from gis_service.types import Bools

What = Literal["identity_number", "phone", "email", "person_name"]

ENOUGH = 0.5
"""Share of the values of a column that look personal from which its name does not matter."""

_NAMES: Final[dict[What, tuple[str, ...]]] = {
    "identity_number": (
        "cccd",
        "cmnd",
        "cmtnd",
        "cancuoc",
        "socancuoc",
        "chungminh",
        "idcard",
        "hochieu",
        "passport",
    ),
    "phone": ("sdt", "dienthoai", "sodienthoai", "didong", "phone", "mobile", "tel"),
    "email": ("email", "mail", "thudientu"),
    "person_name": (
        "hoten",
        "hovaten",
        "chuho",
        "tenchuho",
        "chusudung",
        "tenchusudung",
        "nguoisudung",
        "ngaysinh",
    ),
}
_EXACT = frozenset({"tel", "mail"})
"""Names so short that they are only meant when they stand alone: ``hotel`` is no phone number."""
_PATTERNS: Final[dict[What, str]] = {
    # Twelve digits of a CCCD begin with the code of a province, 001 to 096.
    "identity_number": r"^0\d{11}$",
    "phone": r"^(\+?84|0)[ .-]?[235789]([ .-]?\d){8}$",
    "email": r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$",
}
_EXACT_BELOW = 2.0**53
"""Whole numbers below it stand in a column of decimals as they are."""
_OLD_IDENTITY = r"^\d{9}$"
"""Nine digits of a CMND: so many other numbers have nine that only the name of the column tells."""


def named_personal(name: str) -> What | None:
    """Tell what a column of this name would hold of people.

    Examples
    --------
    >>> named_personal("So_Dien_Thoai"), named_personal("Số CCCD"), named_personal("hotel")
    ('phone', 'identity_number', None)
    """
    folded = "".join(sign for sign in search_form(name) if sign.isalnum())
    for what, words in _NAMES.items():
        if folded in words or any(word in folded for word in words if word not in _EXACT):
            return what
    return None


def looks_personal(column: pa.Array, named: What | None) -> dict[What, Bools]:
    """Tell which values look like personal data.

    Parameters
    ----------
    column
        (n,) texts or numbers, of which those with decimals look like nothing personal.
    named
        What the name of the column says it holds.

    Returns
    -------
    dict[What, Bools]
        (n,) rows by kind, of kinds that any value looks like. With a name that says what it holds, every
        value that could be such counts: a phone number that a spreadsheet made a number has lost its first
        zero.
    """
    if pa.types.is_floating(column.type):
        column = _whole(column)
    if pa.types.is_integer(column.type):
        column = column.cast(pa.string())
    if not pa.types.is_string(column.type):
        return {}
    found: dict[What, Bools] = {}
    for what, pattern in _PATTERNS.items():
        match = pc.match_substring_regex(column, pattern)
        if what == named == "identity_number":
            match = pc.or_(match, pc.match_substring_regex(column, _OLD_IDENTITY))
        found[what] = _true(match)
    if named in ("person_name", "phone"):
        found[named] = _true(pc.greater(pc.utf8_length(column), 5))
    return {what: rows for what, rows in found.items() if rows.any()}


def masked(value: object) -> str:
    """Write a value so that a report does not spread it: two signs at either end.

    Examples
    --------
    >>> masked("034012345678")
    '03********78'
    """
    text = str(int(value) if isinstance(value, float) else value)
    return text[:2] + "*" * max(len(text) - 4, 1) + text[-2:] if len(text) > 4 else "*" * len(text)  # noqa: PLR2004


def _whole(column: pa.Array) -> pa.Array:
    """Give numbers as the whole numbers that they are; none where they have decimals or are too large."""
    whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), _EXACT_BELOW))
    return pc.if_else(whole, column, None).cast(pa.int64())


def _true(mask: pa.Array) -> Bools:
    return np.asarray(pc.fill_null(mask, False).to_numpy(zero_copy_only=False), dtype=bool)
