"""Faults as a table to download: those of a file and those of a layer alike."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Literal

from flask import Response

from gis_service.services.fault_table import FaultLine, fault_table
from gis_service.types import Language
from gis_service.web.schemas.common import CSV
from gis_service.web.schemas.layer_faults import LayerFault
from gis_service.web.schemas.uploads import UploadFault

FAULTS_FILE = "faults.csv"
"""Name of the table of an upload."""


def faults_table(faults: Sequence[UploadFault] | Sequence[LayerFault], named: Literal["where", "id"]) -> str:
    """Write faults as a table that a spreadsheet opens with its Vietnamese, running nothing in it.

    Parameters
    ----------
    faults
        One row for each feature that they name; a fault that names none has one row with its detail.
    named
        Member that says which feature it is: ``where`` in a file, ``id`` of a layer. It is the column too.
    """
    return fault_table(_lines(faults, named), named)


def _lines(
    faults: Sequence[UploadFault] | Sequence[LayerFault], named: Literal["where", "id"]
) -> Iterator[FaultLine]:
    for fault in faults:
        line = partial(FaultLine, fault.code, fault.severity, fault.count, fault.title, remedy=fault.remedy)
        for one in fault.features:
            at = getattr(one, named)
            yield line(where="" if at is None else str(at), text=one.text, lon=one.lon, lat=one.lat)
        if not fault.features:
            yield line(where="", text=fault.detail, lon=None, lat=None)


def table_answer(
    faults: Sequence[UploadFault] | Sequence[LayerFault],
    named: Literal["where", "id"],
    file: str,
    language: Language,
) -> Response:
    """Answer with the table of faults, as a file to keep.

    Parameters
    ----------
    faults, named
        As `faults_table` takes them.
    file
        Name of the file.
    language
        Of the words in it.
    """
    response = Response(faults_table(faults, named), content_type=f"{CSV}; charset=utf-8")
    response.headers["Content-Language"] = language
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return response
