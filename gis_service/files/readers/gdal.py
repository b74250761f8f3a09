"""Brings pyogrio in without pandas and GeoPandas, in the reader process.

pyogrio, and pyarrow at its first array, would import them if they could: half a second for nothing, as only
the Arrow door of pyogrio is used here.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

_UNUSED = frozenset({"geopandas", "pandas"})


class _NotThere(MetaPathFinder):
    """Says that what is not used here is not installed."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:  # noqa: ARG002  the form that Python asks for
        """Refuse what is not used, and leave the rest to others."""
        if fullname in _UNUSED:
            message = f"{fullname} is not used by the reader"
            raise ModuleNotFoundError(message, name=fullname)


_not_there = _NotThere()


def leave_out_frames() -> None:
    """Do without pandas and GeoPandas for as long as this process lives; what has come already stays."""
    if _not_there not in sys.meta_path:
        sys.meta_path.insert(0, _not_there)


leave_out_frames()
import pyogrio  # noqa: E402  after the line above, which it must find

# Only the reader process does without them; whoever else imports this may need them.
sys.meta_path.remove(_not_there)

__all__ = ["leave_out_frames", "pyogrio"]
