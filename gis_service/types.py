"""Names for the plain values that travel between the floors."""

from dataclasses import dataclass
from typing import Literal, NewType, TypeAlias

import numpy as np
from numpy.typing import NDArray

LayerId = NewType("LayerId", str)
"""`[a-z][a-z0-9_]{0,47}`: layer id, collection id and table name at once."""

VersionId = NewType("VersionId", int)
"""Key of a row of ``gis.version``: the state of one layer after one commit."""

Language: TypeAlias = Literal["vi", "en"]

BBox: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north in the CRS that the receiver names."""

Int8s: TypeAlias = NDArray[np.int8]
Int32s: TypeAlias = NDArray[np.int32]
Int64s: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Geometries: TypeAlias = NDArray[np.object_]
"""Array of shapely geometries."""

THOUSANDTHS = 1000
"""People are kept as whole thousandths of a person (METHODS, Numbers)."""


@dataclass(frozen=True, slots=True)
class Text:
    """A short text in both languages of the service."""

    vi: str
    en: str

    def in_language(self, language: Language) -> str:
        """Give the text in one language."""
        return self.vi if language == "vi" else self.en
