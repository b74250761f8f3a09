"""Faults of a layer as a document has them, and as the table to download."""

from gis_service.analysis.checks.findings import LISTED, SHOWN, Feature, Finding
from gis_service.errors import ErrorCode
from gis_service.web.layer_fault_words import faults_of, faults_table


def test_the_table_of_a_layer_holds_all_that_was_kept_and_the_document_the_first() -> None:
    features = tuple(Feature(fid, "code = 'a'") for fid in range(250))
    found = [Finding(ErrorCode.DUPLICATE_KEY, 250, features, "code", {"key": "code"})]
    (shown,) = faults_of(found, "en")
    assert (shown.count, len(shown.features)) == (250, SHOWN)
    assert len(faults_table(faults_of(found, "en", LISTED)).splitlines()) == 251
