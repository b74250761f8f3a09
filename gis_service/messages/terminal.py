"""How programs speak to people at a terminal: in which language, and about errors."""

import os
from collections.abc import Mapping

from gis_service.errors import GisError
from gis_service.types import Language


def language_of(environment: Mapping[str, str] = os.environ) -> Language:
    """Give the language of the terminal: Vietnamese when the locale says so, else English."""
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "vi" if next((name for name in names if name), "").lower().startswith("vi") else "en"


def words_of(error: GisError, language: Language) -> str:
    """Say what happened, every single fault, what was expected, and what to do; one per line."""
    faults = [f"  {fault.place(language)}: {fault.words(language)}" for fault in error.faults]
    lines = [error.detail(language), *faults, error.expected(language), error.remedy(language)]
    return "\n".join(line for line in lines if line)
