"""Names that codes of errors had before: uploads and jobs may have kept them."""

from enum import StrEnum
from typing import Self

_BEFORE = {"file_crs_missing": "needs_crs"}


class CodeWithPast(StrEnum):
    """Codes that are also known by the name that they had before."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """Give the code that has another name now."""
        now = _BEFORE.get(str(value))
        return None if now is None else cls(now)
