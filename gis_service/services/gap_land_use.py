"""Reads the use of land of a gap analysis, for the tables that tell of it."""

import numpy as np
import pyproj

from gis_service.crs import transform
from gis_service.files.frames import crs_of, require_column
from gis_service.services.coverage_inputs import LandUse, Notice
from gis_service.services.gap_tables import (
    Place,
    is_nothing,
    read_table,
    require_together,
    table_place,
    texts,
)

USES = ("use", "landuse", "land_use", "loai_dat")
"""Columns that tell the use, the first that there is."""


def land_use_of(source: str | None, crs: pyproj.CRS, area: Place, notices: list[Notice]) -> LandUse | None:
    """Read areas with their use; those of which none is told are left out.

    Parameters
    ----------
    source
        Path of the file; None gives None.
    crs
        System of the study.
    area
        The zones, near which it must lie.
    notices
        Rows without geometry are added here.

    Raises
    ------
    NotFound, RefusedInput
        As `read_table` and `require_together`; ``column_missing`` without a column of uses.
    """
    if source is None:
        return None
    frame = read_table(source, "land_use", ("Polygon",), notices)
    require_together(area, [table_place(source, frame)])
    column = require_column(frame, USES, path=source, option="use")
    told = np.array([not is_nothing(value) for value in frame[column]], dtype=np.bool_)
    polygons = transform(np.asarray(frame.geometry, dtype=object)[told], crs_of(frame), crs)
    return LandUse(polygons, tuple(texts(frame.loc[told], (column,))))
