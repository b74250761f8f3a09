"""Reads what the homes of a study are ranked by: a column of the people, or of the units they live in."""

import numpy as np

from gis_service.analysis.demand import Demand
from gis_service.analysis.zones import Zones
from gis_service.db.layer_rows import LayerRows
from gis_service.services.rank_rules import rank_in_units
from gis_service.services.study_layers import StudyLayers
from gis_service.services.study_request import CoverageTask
from gis_service.types import Floats, Int32s


def read_rank(
    layers: StudyLayers, task: CoverageTask, demand: Demand, units: tuple[Zones, Int32s]
) -> Floats | None:
    """Read what each row of people is ranked by; nan where nothing tells it, None when nobody asks for it.

    Parameters
    ----------
    layers, task
        Which layers, and what is asked.
    demand, units
        The people, and the units of the study with that of each row.

    Raises
    ------
    Conflict, RefusedInput
        As `StudyLayers.read`.
    """
    column, (zones, zone) = task.parameters.rank_column, units
    if column is None:
        return None
    if task.parameters.rank_of == layers.layers["demand"]:
        return _numbers(layers.read("demand", column), column)[demand.source]
    key = str(layers.catalogue.layers[layers.layers["zones"]].key)
    rows = layers.read("zones", key, column)
    figures = zip(map(str, rows.columns[key]), _numbers(rows, column).tolist(), strict=True)
    return rank_in_units(dict(figures), zones.ids, zone)


def _numbers(rows: LayerRows, column: str) -> Floats:
    # A version of before the column was defined has none.
    values = rows.columns.get(column, [None] * len(rows))
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
