"""Parameters of the items of a collection."""

import math
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

from gis_service.services.features import MAX_PAGE
from gis_service.services.filters import LONGEST_JSON, FilterLanguage
from gis_service.types import BBox
from gis_service.web.operation import Query

ItemsFormat = Literal["json", "geojson", "html"]
_PLANE, _SPACE = 4, 6
_OPEN = ("", "..")
_BBOX_EXPECTED = "-180..180,-90..90,-180..180,-90..90"
_TIME_EXPECTED = "2025-07-01T00:00:00Z, 2025-07-01T00:00:00Z/.."


def _expected(text: str) -> PydanticCustomError:
    return PydanticCustomError("gis_expected", "expected {expected}", {"expected": text})


def _bbox(value: object) -> BBox:
    """Read four or six numbers; heights are read and left aside, for no layer has any."""
    try:
        numbers = [float(part) for part in str(value).split(",")]
    except ValueError:
        raise _expected(_BBOX_EXPECTED) from None
    if len(numbers) not in {_PLANE, _SPACE} or not all(math.isfinite(number) for number in numbers):
        raise _expected(_BBOX_EXPECTED)
    half = len(numbers) // 2
    west, south, east, north = numbers[0], numbers[1], numbers[half], numbers[half + 1]
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004 degrees
        raise _expected(_BBOX_EXPECTED)
    return west, south, east, north


Box = Annotated[
    BBox | None,
    BeforeValidator(_bbox),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "number"},
            "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
        }
    ),
]
"""Four or six numbers of an address: west, south, east, north."""


def _moment(text: str) -> datetime | None:
    if text in _OPEN:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _time(value: object) -> str:
    """Check a moment or an interval as RFC 3339 has them."""
    text = str(value)
    parts = text.split("/")
    try:
        moments = [_moment(part) for part in parts]
    except ValueError:
        raise _expected(_TIME_EXPECTED) from None
    known = [moment for moment in moments if moment is not None]
    if len(parts) > 2 or not known or known != sorted(known):  # noqa: PLR2004 the two ends of an interval
        raise _expected(_TIME_EXPECTED)
    return text


def last_moment(text: str | None) -> datetime | None:
    """Give a moment, or the end of an interval; None for an open end, and when nothing is asked."""
    return None if text is None else _moment(text.rpartition("/")[2])


Moments = Annotated[str | None, BeforeValidator(_time), WithJsonSchema({"type": "string"})]
"""A moment or an interval as RFC 3339 has them."""


class PastQuery(Query):
    """Of which time a layer is asked for."""

    datetime: Moments = Field(
        None,
        description="A moment or an interval (RFC 3339). The items are those that the layer held then: at the"
        " moment, or at the end of the interval; an open end is now. Before the first version of a layer it"
        " held none.",
    )
    version: int | None = Field(
        None, ge=1, description="Items as they were in this version of the layer; not beside datetime."
    )

    @field_validator("version")
    @classmethod
    def _one_time(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and info.data.get("datetime") is not None:
            raise _expected("datetime | version")
        return value

    def past(self) -> dict[str, object]:
        """Give the parameters that say of which time; links keep them."""
        return self.model_dump(include={"datetime", "version"}, exclude_none=True)


class PartQuery(PastQuery):
    """Which items are asked for, and of which time."""

    filter: str | None = Field(
        None,
        max_length=LONGEST_JSON,
        description="Only items that fulfil this: the fields of `queryables` beside values"
        " (`= <> < <= > >= BETWEEN IN LIKE IS NULL`), joined by `AND OR NOT`, and"
        " `S_INTERSECTS(geom, BBOX(west,south,east,north))` or another geometry as WKT.",
    )
    filter_lang: FilterLanguage | None = Field(
        None, alias="filter-lang", description="How the filter is written; CQL2 text when left out."
    )
    filter_crs: str | None = Field(
        None,
        alias="filter-crs",
        max_length=200,
        description="System of the geometries in the filter, one that layers are exported in, as its address"
        " of OGC or its name; their coordinates stand in the order of its axes. CRS84 when left out.",
    )

    def part(self) -> dict[str, object]:
        """Give the parameters that say which items; links keep them."""
        told = self.model_dump(
            include={"filter", "filter_lang", "filter_crs"}, exclude_none=True, by_alias=True
        )
        return told | self.past()


class ItemQuery(PastQuery):
    """Of which time an item is asked for, and as what."""

    f: ItemsFormat | None = Field(None, description="Format of the answer; else the Accept header tells.")


class ItemsQuery(ItemQuery, PartQuery):
    """Which items of a collection, and how many at once."""

    bbox: Box = Field(
        None,
        description="Only items that meet this box: west, south, east, north in degrees (CRS84). A box whose"
        " west is greater than its east crosses the antimeridian.",
    )
    limit: int = Field(
        100,
        ge=1,
        description="Length of a page; a larger number is taken as the maximum.",
        json_schema_extra={"maximum": MAX_PAGE},
    )
    after: int = Field(0, ge=0, description="Only items whose id is greater; the link `next` sets it.")

    def part(self) -> dict[str, object]:
        """Give the parameters that say which items; links keep them."""
        box = {} if self.bbox is None else {"bbox": ",".join(repr(number) for number in self.bbox)}
        return box | super().part()
