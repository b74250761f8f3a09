"""Shapes of what edits change."""

from typing import Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gis_service.analysis.what_if import ROOM
from gis_service.services.what_if_request import EditRequest, WhatIfRequest
from gis_service.web.schemas.common import Answer


class WhatIfBody(WhatIfRequest):
    """Inputs of a study of coverage along roads, and its edits: here, of a scenario, or both."""

    edits: tuple[EditRequest, ...] = Field(
        (),
        max_length=ROOM,
        description="In their order, after those of `scenario`; each facility at most once.",
    )

    @model_validator(mode="after")
    def _require_edits(self) -> Self:
        """Refuse a question without a word of what is edited."""
        if self.scenario is None and "edits" not in self.model_fields_set:
            raise PydanticCustomError("gis_expected", "expected {expected}", {"expected": "edits / scenario"})
        return self


class LiveDifference(Answer):
    """What edits change; only units and facilities that something changes for."""

    base: str = Field(description="Id of the study of coverage of the state before.")
    edits_hash: str = Field(description="SHA-256 of the edits as they were applied.")
    edits: list[dict[str, Any]] = Field(
        description="As they were applied: where each place is, and how far from its road."
    )
    totals: dict[str, Any] = Field(description="By group `total`, `before`, `after`, `won`, `lost`, shares.")
    zones: list[dict[str, Any]]
    facilities: list[dict[str, Any]] = Field(
        description="`load_before`, `load_after`: people within the limit whose nearest facility this is."
    )
    network: dict[str, Any] = Field(description="Gains and losses that no facility explains.")
    notices: list[dict[str, Any]]
    notice_texts: list[dict[str, str]]
    generated_data: bool
    answer: dict[str, str] = Field(description="In one sentence, in both languages.")
