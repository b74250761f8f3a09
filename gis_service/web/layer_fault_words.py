"""What is wrong in a layer, in a language: for the API and for the page that shows the same."""

import csv
import io
from collections.abc import Sequence

from gis_service.analysis.checks.findings import SHOWN, Finding
from gis_service.text import plain_cell
from gis_service.types import Language
from gis_service.web.schemas.layer_faults import FaultyFeature, LayerFault

_COLUMNS = ("code", "severity", "count", "title", "id", "text", "lon", "lat", "remedy")


def faults_of(findings: Sequence[Finding], language: Language, most: int = SHOWN) -> list[LayerFault]:
    """Tell findings in a language.

    Parameters
    ----------
    findings
        Of a layer: the number of a feature is its ``fid``.
    language
        Of the reader.
    most
        Features of each that are told one by one.
    """
    return [
        LayerFault(
            code=found.code.value,
            severity=found.severity.value,
            count=found.count,
            title=found.title(language),
            detail=found.detail(language),
            remedy=found.advice(language),
            column=found.column,
            features=[
                FaultyFeature(id=one.number, text=one.words, lon=one.lon, lat=one.lat)
                for one in found.features[:most]
            ],
        )
        for found in findings
    ]


def faults_table(faults: Sequence[LayerFault]) -> str:
    """Write faults as a table that a spreadsheet opens without running anything in it."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(_COLUMNS)
    for fault in faults:
        for one in fault.features or [FaultyFeature(text=fault.detail)]:
            told = (fault.code, fault.severity, fault.count, fault.title, one.id, one.text, one.lon, one.lat)
            lines.writerow(["" if cell is None else plain_cell(str(cell)) for cell in (*told, fault.remedy)])
    return out.getvalue()
