"""Parameters of a map that is taken along."""

import json
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

from gis_service.services.filters import LONGEST_JSON
from gis_service.services.offline import DEEPEST
from gis_service.types import Language
from gis_service.web.operation import Query
from gis_service.web.schemas.items import Box, Moments

_MOST_NAMED = 2_000


def _ids(value: object) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(value).split(",") if part.strip())


def _filters(value: object) -> dict[str, str]:
    try:
        read = json.loads(str(value))
    except ValueError:
        read = None
    if not isinstance(read, dict) or not all(isinstance(rows, str) for rows in read.values()):
        expected = '{"market": "name LIKE \'Chợ%\'"}'
        raise PydanticCustomError("gis_expected", "expected {expected}", {"expected": expected})
    return read


_TEXT = WithJsonSchema({"type": "string", "maxLength": _MOST_NAMED})
Ids = Annotated[tuple[str, ...], BeforeValidator(_ids), _TEXT]
Filters = Annotated[
    dict[str, str], BeforeValidator(_filters), WithJsonSchema({"type": "string", "maxLength": LONGEST_JSON})
]


class OfflineQuery(Query):
    """What of the map is taken along."""

    layers: Ids | None = Field(
        None, description="Ids of layers with a comma between them, the bottom one first; none when empty."
    )
    tilesets: Ids | None = Field(
        None,
        description="Ids of tilesets; all that the reader may have when left out beside `layers`, none when"
        " empty.",
    )
    bbox: Box = Field(
        None,
        description="West, south, east, north in degrees (CRS84); all that the layers hold when left out.",
    )
    minzoom: int = Field(0, ge=0, le=DEEPEST, description="First zoom.")
    maxzoom: int = Field(DEEPEST, ge=0, le=DEEPEST, description="Last zoom; it is drawn larger beyond.")
    filters: Filters | None = Field(
        None,
        description="JSON object: by the id of a layer, which of its rows, in CQL2 text.",
    )
    study: str | None = Field(
        None,
        pattern=r"^[a-z0-9_]{1,80}$",
        description="Id of a kept study of coverage or of gaps: its results, figures, legend and words come"
        " along, as far as the reader may see them.",
    )
    answer: str | None = Field(
        None,
        max_length=LONGEST_JSON,
        description="The same of an answer that is not kept: the query of `/api/coverage`, encoded. Not"
        " beside `study`.",
    )
    lang: Language | None = Field(None, description="Of the words in it; else the reader's.")
    datetime: Moments = Field(
        None,
        description="A moment or an interval (RFC 3339): the layers as they were then, or at its end."
        " Tilesets are always of now.",
    )

    @field_validator("answer")
    @classmethod
    def _one_study(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("study") is not None:
            raise PydanticCustomError("gis_expected", "expected {expected}", {"expected": "study | answer"})
        return value

    @property
    def is_empty(self) -> bool:
        """Whether nothing is named that could be taken along."""
        return all(one is None for one in (self.layers, self.tilesets, self.study, self.answer))
