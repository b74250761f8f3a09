"""Shape of the queryables of a collection."""

from typing import Any, Literal

from pydantic import Field

from gis_service.services.queryables import DIALECT
from gis_service.web.schemas.common import Answer

QUERYABLES_REL = "http://www.opengis.net/def/rel/ogc/1.0/queryables"


class Queryables(Answer):
    """A JSON Schema of what a filter may name."""

    schema_: str = Field(alias="$schema", description=f"Dialect of JSON Schema: {DIALECT}.")
    id_: str = Field(alias="$id", description="Address of this document.")
    type: Literal["object"]
    title: str
    description: str
    properties: dict[str, dict[str, Any]] = Field(description="Each field with its title and type.")
    additionalProperties: Literal[False]  # noqa: N815 the name that JSON Schema gives it
