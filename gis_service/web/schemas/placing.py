"""Shapes of uploaded lists without coordinates: by which units their rows are placed, and what came of it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from gis_service.web.schemas.common import Answer

_Name = Annotated[str, Field(max_length=255)]
_Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
_Number = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}$")]
_UnitCode = Annotated[str, Field(min_length=1, max_length=40)]
_LonLat = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]
MOST_GIVEN = 10_000
"""Rows that may be placed by hand; a list that needs more is better mended in its file."""
# OpenAPI 3.0 has neither keys of a pattern nor arrays whose members differ.
_GIVEN: dict[str, Any] = {
    "type": "object",
    "maxProperties": MOST_GIVEN,
    "additionalProperties": {
        "anyOf": [
            {"type": "string", "minLength": 1, "maxLength": 40},
            {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        ]
    },
}
_By = Literal["code", "name"]


class UploadPlacing(BaseModel):
    """By which units the rows of a list without coordinates find their place; see `guesses`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vintage: _Id = Field(description="Boundary vintage of the city: see /api/vintages.")
    column: _Name = Field(description="Column of the file that names the unit.")
    by: _By = Field(description="Whether it holds codes or names.")
    within: _Name | None = Field(
        None, description="Column that names the district, for names that stand several times."
    )
    given: Annotated[dict[_Number, _UnitCode | _LonLat], WithJsonSchema(_GIVEN)] = Field(
        {},
        max_length=MOST_GIVEN,
        description="Places given by hand, by number of the row: the code of a unit, or [lon, lat].",
    )


class UnitCandidate(Answer):
    """A unit that a row may mean."""

    code: str
    name: str
    within: str | None = Field(None, description="Name of the unit that it lies in.")


class RowToPlace(Answer):
    """A row that waits for a place."""

    number: int = Field(description="Of the row, counted from 1: as `given` has it.")
    line: int | None = Field(None, description="Row of its sheet, where that is known.")
    value: str | None = Field(None, description="What it says of its unit.")
    within: str | None = Field(None, description="What it says of the district.")
    reason: Literal["ambiguous", "unknown", "empty"]
    candidates: list[UnitCandidate] = Field(
        description="The units among which nobody can choose, or at most five that look like it."
    )


class UploadPlaced(Answer):
    """Where the rows of a list went by the units that were chosen."""

    vintage: str
    column: str
    by: _By
    within: str | None = None
    rows: int
    placed: int = Field(description="Rows that have a unit or a point, by themselves or by hand.")
    by_hand: int
    unplaced: int
    to_place: list[RowToPlace] = Field(description="The first hundred rows without a place.")
