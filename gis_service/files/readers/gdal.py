"""Brings pyogrio in without pandas and GeoPandas, in the reader process.

pyogrio would import both if it could: half a second for nothing, as only its Arrow door is used here.
"""

import sys

_UNUSED = ("geopandas", "pandas")
for _name in _UNUSED:
    if _name not in sys.modules:
        sys.modules[_name] = None  # type: ignore[assignment]
import pyogrio  # noqa: E402  after the lines above, which it must find

for _name in _UNUSED:
    if sys.modules[_name] is None:
        del sys.modules[_name]

__all__ = ["pyogrio"]
