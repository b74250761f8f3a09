"""Faults of a layer as a document has them, and as the table to download."""

from gis_service.analysis.checks.findings import LISTED, SHOWN, Feature, Finding
from gis_service.errors import ErrorCode
from gis_service.messages.catalogue import layer_remedies
from gis_service.web.faults_table import faults_table
from gis_service.web.layer_fault_words import faults_of


def test_the_table_of_a_layer_holds_all_that_was_kept_and_the_document_the_first() -> None:
    features = tuple(Feature(fid, "code = 'a'") for fid in range(250))
    found = [Finding(ErrorCode.DUPLICATE_KEY, 250, features, "code", {"key": "code"})]
    (shown,) = faults_of(found, "en")
    assert (shown.count, len(shown.features)) == (250, SHOWN)
    table = faults_table(faults_of(found, "en", LISTED), "id")
    assert len(table.splitlines()) == 251
    assert table.startswith("\ufeffcode,severity,count,title,id,text,lon,lat,remedy")


def test_no_remedy_of_a_layer_tells_how_a_file_is_read() -> None:
    names = ("declared", "column", "what", "reason", "where", "area", "width", "kinds")
    known = dict.fromkeys(names, "x")
    for code in layer_remedies():
        for language in ("vi", "en"):
            (shown,) = faults_of([Finding(ErrorCode(code), 1, params=known)], language)
            assert "{" not in shown.remedy
            assert "--" not in shown.remedy
            assert "tệp" not in shown.remedy
