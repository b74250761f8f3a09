"""Shapes that every part of the API uses."""

from pydantic import BaseModel, ConfigDict, Field

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
CSV = "text/csv"
JSON_SCHEMA = "application/schema+json"
JSON_LD = "application/ld+json"
PNG = "image/png"
WEBP = "image/webp"
JPEG = "image/jpeg"
XML = "application/xml"
MVT = "application/vnd.mapbox-vector-tile"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"


class Answer(BaseModel):
    """A document that the service gives."""

    model_config = ConfigDict(frozen=True)


class Link(Answer):
    """A link of a document, as RFC 8288 has it."""

    href: str
    rel: str
    type: str | None = None
    title: str | None = None
    templated: bool | None = None


class FaultEntry(Answer):
    """One fault among several."""

    where: str = Field(description="Parameter, pointer, row or line.")
    text: str


class Problem(Answer):
    """An error, as RFC 9457 has it, in the reader's language."""

    type: str
    title: str
    status: int
    code: str = Field(description="Entry of docs/errors.md.")
    detail: str = Field(description="What happened, with the bad value.")
    expected: str = Field(description="What would have been right.")
    remedy: str = Field(description="What the reader can do now.")
    errors: list[FaultEntry]
    request_id: str
