"""Names the inputs of a gap analysis by what was read, not by file names or bytes.

The same rows saved once more, or under another name, give the equal document.
"""

import hashlib
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.services.documents import canonical_json
from gis_service.types import Geometries

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
