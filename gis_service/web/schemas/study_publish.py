"""Shapes of publishing a study as a layer."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from gis_service.web.schemas.common import Answer, Link

_ID = r"^[a-z][a-z0-9_]{0,47}$"


class Title(BaseModel):
    """A title in Vietnamese and in English."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vi: str = Field(min_length=1, max_length=200)
    en: str = Field(min_length=1, max_length=200)


class PublishBody(BaseModel):
    """What of a study is published, and as what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layer: str = Field(
        pattern=_ID, description="Id of the layer: a new one, or that of an earlier publication."
    )
    rows: str = Field(
        "zones",
        pattern=_ID,
        description=(
            "`zones`, `gaps`, `facilities`, `sites` of a plan, or a table whose rows have `lon` and `lat`."
        ),
    )
    title: Title | None = Field(None, description="Told from the study when left out, or left as it is.")
    visibility: Literal["draft", "internal", "public", "personal"] | None = Field(
        None, description="Who may read it: `internal` when left out, or left as it is."
    )


class PublishedStudy(Answer):
    """The layer that a study was published as."""

    study: str
    layer: str
    version: int
    features: int
    left_out: int = Field(description="Rows of the study that have no place, as those of people in no unit.")
    links: list[Link]
