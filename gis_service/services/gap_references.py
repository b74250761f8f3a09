"""Names the inputs of a gap analysis by what was read, not by file names or bytes.

The same rows saved once more, or under another name, give the equal document.
"""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.services.documents import canonical_json
from gis_service.types import Geometries

_MAY_BE_GENERATED = (
    *("facilities", "roads", "population", "zones", "barriers", "ferries", "closed_areas"),
    *("buildings", "residential_land", "weights", "land_use"),
)
_LITTLE_ENDIAN = 1


def content_hash(*columns: NDArray[Any] | list[Any] | tuple[Any, ...]) -> str:
    """Give the SHA-256 of columns in the order of their rows.

    Parameters
    ----------
    columns
        Arrays of geometries or of numbers, and lists of text; a multi-geometry of one part is that part.
    """
    whole = hashlib.sha256()
    for column in columns:
        part = hashlib.sha256()
        if not isinstance(column, np.ndarray):
            part.update(canonical_json(list(column)))
        elif column.dtype == object:
            for shape in shapely.to_wkb(_single(column), byte_order=_LITTLE_ENDIAN):
                part.update(hashlib.sha256(shape or b"").digest())
        else:
            part.update(f"{column.dtype.str}{column.shape}".encode() + np.ascontiguousarray(column).tobytes())
        whole.update(part.digest())
    return whole.hexdigest()


def _single(geometry: Geometries) -> Geometries:
    result = geometry.copy()
    multi = shapely.get_type_id(result) >= shapely.GeometryType.MULTIPOINT
    one = multi & (shapely.get_num_geometries(result) == 1)
    result[one] = shapely.get_geometry(result[one], 0)
    return result


def generated_inputs(sources: object) -> tuple[str, ...]:
    """Give the inputs whose file name says that they are generated, as every export of such data does.

    Parameters
    ----------
    sources
        Paths by role, as `gis_service.services.gap_inputs.GapFiles` has them.
    """
    named = {role: getattr(sources, role) for role in _MAY_BE_GENERATED}
    return tuple(role for role, source in named.items() if source and says_generated(source))


def says_generated(source: str) -> bool:
    """Tell whether the name of a file says that it is generated."""
    return "generated" in Path(source).name.lower()
