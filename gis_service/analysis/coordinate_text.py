"""Reads a place as people write it: degrees, degrees with minutes and seconds, or two numbers of metres."""

import re
from dataclasses import dataclass
from typing import Literal

_MOST = 100
"""Signs of the longest text that may be a place."""
_SAME = str.maketrans(
    {"º": "°", "˚": "°", "′": "'", "’": "'", "‘": "'", "″": '"', "”": '"', "“": '"', "−": "-"}
)
_WORDS = (
    (re.compile(r"\b(bắc|north)\b"), "n"),
    (re.compile(r"\b(đông|east)\b"), "e"),
    (re.compile(r"\b(tây|west)\b"), "w"),
    (re.compile(r"\b(nam|south)\b"), "s"),
    (re.compile(r"''"), '"'),
    (re.compile(r"\b(vĩ độ|kinh độ|lat(itude)?|lon(gitude)?|[xy])\s*[:=]?(?=\s*[\d+-])|(?<=\d)\s*m\b"), ""),
)
_POLES = {"n": "lat", "b": "lat", "s": "lat", "e": "lon", "đ": "lon", "d": "lon", "w": "lon", "t": "lon"}
_BACKWARD = "swt"
_OF_METRES = re.compile(r"(?<![^\s;,/])[nbeđ]\s*(?=\d[\d.,\s]{5})")
"""Which of two numbers of metres is the northing is written beside it; the larger one it is anyhow."""
_AMOUNT = r"\d{1,3}(?:[.,]\d+)?"
_ANGLE = re.compile(
    rf"""(?P<before>[nbsedđwt]\s*)?(?P<sign>[+-])?(?P<degrees>{_AMOUNT})
    (?:\s*°\s*(?:(?P<minutes>{_AMOUNT})\s*'\s*)?(?:(?P<seconds>{_AMOUNT})\s*"\s*)?)?
    (?P<after>\s*[nbsedđwt](?![\w]))?""",
    re.VERBOSE,
)
_BETWEEN = re.compile(r"\s*[;,/]?\s*")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*")
_EAST, _NORTH = 180.0, 90.0
_LEAST_METRES = 100_000
"""No easting and no northing in Viet Nam is less."""


@dataclass(frozen=True, slots=True)
class WrittenPlace:
    """Two numbers that name a place.

    Parameters
    ----------
    unit
        ``degrees``: ``pair`` is longitude and latitude. ``metres``: easting and northing of some zone.
    """

    unit: Literal["degrees", "metres"]
    pair: tuple[float, float]


def written_place(text: str) -> WrittenPlace | None:
    """Read a place; None for a text that is none.

    Parameters
    ----------
    text
        ``20.45, 106.34`` (latitude first, as maps write it; the other way round where only that is a place on
        the globe), ``20,45; 106,34``, ``20°27'36"N 106°20'24"E``, ``20°27'36"B, 106°20'24"Đ``, and for metres
        ``2263123.5 580456.2`` in either order, also ``2.263.123,5; 580.456,2``.

    Notes
    -----
    Of two numbers of metres the larger one is the northing: in Viet Nam it lies between 0.9 and 2.6 million,
    an easting below 0.95 million, in every zone.
    """
    if len(text) > _MOST:
        return None
    plain = text.strip().casefold().translate(_SAME)
    for pattern, sign in _WORDS:
        plain = pattern.sub(sign, plain)
    plain = plain.strip()
    angles = _angles(plain)
    if angles is not None:
        return angles
    pair = _pair(_OF_METRES.sub("", plain))
    if pair is None:
        return None
    if max(map(abs, pair)) > _EAST:
        return WrittenPlace("metres", (min(pair), max(pair))) if min(pair) >= _LEAST_METRES else None
    return _on_globe(*pair)


def _angles(plain: str) -> WrittenPlace | None:
    """Read two angles of which at least one has a degree sign or a side of the world."""
    first = _ANGLE.match(plain)
    gap = _BETWEEN.match(plain, first.end()) if first else None
    second = _ANGLE.fullmatch(plain, gap.end()) if gap else None
    if first is None or second is None or gap is None or not (gap.group() or first["after"] or "°" in plain):
        return None
    sides = [_side(one) for one in (first, second)]
    if "°" not in plain and not any(sides):
        return None
    one, other = _degrees(first), _degrees(second)
    if one is None or other is None or (None not in sides and sides[0] == sides[1]):
        return None
    if sides[0] == "lon" or sides[1] == "lat":
        one, other = other, one
    elif not any(sides):
        return _on_globe(one, other)
    return WrittenPlace("degrees", (other, one)) if abs(one) <= _NORTH and abs(other) <= _EAST else None


def _letter(angle: re.Match[str]) -> str:
    return (angle["before"] or angle["after"] or "").strip()


def _side(angle: re.Match[str]) -> str | None:
    return _POLES.get(_letter(angle))


def _degrees(angle: re.Match[str]) -> float | None:
    """Give an angle in degrees; None when it has sixty minutes or more, or a letter at either end."""
    parts = [float((angle[name] or "0").replace(",", ".")) for name in ("degrees", "minutes", "seconds")]
    if max(parts[1:]) >= 60 or (angle["before"] and angle["after"]):  # noqa: PLR2004 minutes of a degree
        return None
    value = round(parts[0] + parts[1] / 60 + parts[2] / 3600, 9)
    return -value if angle["sign"] == "-" or _letter(angle) in tuple(_BACKWARD) else value


def _on_globe(one: float, other: float) -> WrittenPlace | None:
    latitude, longitude = (other, one) if abs(one) > _NORTH else (one, other)
    inside = abs(latitude) <= _NORTH and abs(longitude) <= _EAST
    return WrittenPlace("degrees", (longitude, latitude)) if inside else None


def _pair(plain: str) -> tuple[float, float] | None:
    """Read two plain numbers; what parts them is a semicolon, a comma with a space, a space, or one comma."""
    for between in (r"\s*[;/]\s*", r",\s+", r"\s+", ","):
        parts = re.split(between, plain)
        if len(parts) == 1:
            continue
        tight = [re.sub(r"\s", "", part) for part in parts]
        if len(tight) != 2 or not all(_NUMBER.fullmatch(part) for part in tight):  # noqa: PLR2004 a pair
            # More parts by a comma and a space can still be two numbers by spaces, not the other way round.
            continue
        grouping = next((sign for sign in ".," if any(part.count(sign) > 1 for part in tight)), None)
        one, other = (_number(part, grouping) for part in tight)
        return None if one is None or other is None else (one, other)
    return None


def _number(text: str, grouping: str | None) -> float | None:
    """Read a number with a point or a comma before its decimals; ``grouping`` stands between thousands."""
    if grouping is None and "." in text and "," in text:
        grouping = "." if text.rfind(",") > text.rfind(".") else ","
    plain = text.replace(grouping, "") if grouping else text
    try:
        return float(plain.replace(",", "."))
    except ValueError:
        return None
