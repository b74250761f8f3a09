"""Takes typed values out of documents that the schema has already accepted."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias

from gis_service.types import Text

Entry: TypeAlias = Mapping[str, Any]
"""A mapping of a document whose shape the JSON Schema has checked."""


def text_of(entry: Entry) -> Text:
    """Give a text in both languages."""
    return Text(vi=str(entry["vi"]).strip(), en=str(entry["en"]).strip())


def optional_text_of(entry: Entry | None) -> Text | None:
    """Give a text in both languages, or ``None`` where there is none."""
    return None if entry is None else text_of(entry)


def date_of(value: str | None) -> date | None:
    """Give a calendar day, or ``None`` where the definition leaves it open."""
    return None if value is None else date.fromisoformat(value)
