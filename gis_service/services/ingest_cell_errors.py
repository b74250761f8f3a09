"""Cells of a sheet that held an error of the spreadsheet (``#N/A``): they come as empty, and are told."""

import json
from collections import defaultdict
from collections.abc import Mapping

from gis_service.analysis.checks.findings import Feature
from gis_service.errors import ErrorCode
from gis_service.services.ingest_cells import CELL_ERRORS, cells_by_column
from gis_service.services.ingest_faults import FaultList

_SEPARATOR = ", "


def tell_cell_errors(faults: FaultList, about: Mapping[str, str]) -> None:
    """Warn of the cells of a sheet that held errors.

    Parameters
    ----------
    faults
        Is added to.
    about
        What a file says of itself.
    """
    if CELL_ERRORS not in about:
        return
    cells, signs = cells_by_column(about), defaultdict[str, list[str]](list)
    for one in json.loads(about[CELL_ERRORS]):
        column, sign, count = one["column"], one["sign"], int(one["count"])
        signs[column].append(f"{sign} {count}")
        features = [
            Feature(number, f"{column} = {sign}", cell=cells.address(column, number))
            for number in one["features"]
        ]
        said = _SEPARATOR.join(signs[column])
        faults.add(ErrorCode.CELL_ERROR, count, features, column=column, signs=said)
