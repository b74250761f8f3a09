"""What is wrong in a layer, in a language: for the API and for the page that shows the same."""

from collections.abc import Sequence

from gis_service.analysis.checks.findings import SHOWN, Finding
from gis_service.types import Language
from gis_service.web.schemas.layer_faults import FaultyFeature, LayerFault


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
            remedy=found.advice_for_layer(language),
            column=found.column,
            features=[
                FaultyFeature(id=one.number, text=one.said(language), lon=one.lon, lat=one.lat)
                for one in found.features[:most]
            ],
        )
        for found in findings
    ]
