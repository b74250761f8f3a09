"""Shapes of what edits change."""

from typing import Any

from pydantic import Field

from gis_service.web.schemas.common import Answer


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
