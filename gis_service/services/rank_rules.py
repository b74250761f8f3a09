"""What homes are ranked by for the concentration index: whose column it is, and how it reaches each home."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from gis_service.catalogue.loader import Catalogue
from gis_service.errors import ErrorCode, WrongUse
from gis_service.services.coverage_parameters import OF_EVENNESS, CoverageParameters
from gis_service.services.study_standard import refused
from gis_service.types import Floats, Int32s, LayerId

RANK_COLUMN = (
    "Column of numbers that homes are ranked by, the worst-off lowest, as an income: of the layer of the"
    " people, else of the units. The tables `inequality` and `way_inequality` then have the"
    " concentration index."
)
"""What the input of a study means, for who reads its description."""
_NUMBERS = ("number", "integer")


def rank_missing(column: str) -> WrongUse:
    """Say that there is no column of this name to rank homes by."""
    return WrongUse(ErrorCode.RANKING_MISSING, value=column or "–")


def ranked(
    parameters: CoverageParameters, column: str | None, catalogue: Catalogue, layers: Sequence[LayerId]
) -> CoverageParameters:
    """Say in the parameters of a study by which column homes are ranked, and whose it is.

    Parameters
    ----------
    parameters, column
        What is asked; no column ranks nobody.
    catalogue, layers
        The first of these layers that has a column of numbers of this name ranks them.

    Raises
    ------
    RefusedInput
        ``study_refused`` without a table that tells of it.
    WrongUse
        ``ranking_missing`` when no layer has such a column.
    """
    if column is None:
        return parameters
    if not set(OF_EVENNESS) & set(parameters.tables):
        raise refused("rank_column", column, f"tables: {', '.join(OF_EVENNESS)}")
    for layer in layers:
        if any(one.name == column and one.type in _NUMBERS for one in catalogue.layers[layer].fields):
            return replace(parameters, rank_column=column, rank_of=layer)
    raise rank_missing(column)


def rank_in_units(of_code: Mapping[str, float], codes: Sequence[str], zone: Int32s) -> Floats:
    """Give each row of people the figure of its unit; nan for people without a unit.

    Parameters
    ----------
    of_code
        Figures by code of the unit.
    codes
        Codes of the units in their order.
    zone
        ``(n,)`` unit of each row of people, negative without one.
    """
    figures = np.array([*(of_code.get(code, np.nan) for code in codes), np.nan])
    found: Floats = figures[np.maximum(zone, -1)]  # row -1 stands for no unit
    return found
