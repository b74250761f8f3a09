"""Shapes of a layer in numbers."""

from typing import Literal

from pydantic import Field

from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer, Link


class LayerClassesQuery(Query):
    """By which field."""

    property: str | None = Field(
        None,
        max_length=48,
        description="A field with a fixed list of values, of truth values or of numbers; the one that maps"
        " draw by when left out.",
    )


class LayerClassEntry(Answer):
    """A class: a value, or the numbers from one to another, both among them."""

    value: str | float | bool | None
    low: float | None
    high: float | None
    title: str | None = Field(description="What people read for a value.")
    count: int = Field(description="Features of the class.")


class ClassedField(Answer):
    """A field that tells classes."""

    name: str
    title: str
    unit: str | None


class LayerClassesAnswer(Answer):
    """What a field of a layer holds: `total = missing + zero + the counts of all classes`."""

    version: int | None
    property: str | None = Field(description="Null of a layer without a field of classes.")
    title: str | None
    unit: str | None
    method: Literal["values", "quantiles"] = Field(
        description="`quantiles`: about as many features in each class, those that hold zero left out."
    )
    total: int
    missing: int = Field(description="Features without a value.")
    zero: int | None = Field(description="Features that hold zero; null where the field holds no measure.")
    classes: list[LayerClassEntry]
    properties: list[ClassedField] = Field(description="Fields that may be asked for.")
    links: list[Link]
