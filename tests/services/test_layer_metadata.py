"""Metadata as other catalogues read it: ISO 19139 and DCAT."""

from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from gis_service.catalogue.layer_definition import Contact, LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.services.collections import Collection
from gis_service.services.dcat import dcat
from gis_service.services.export_formats import FORMATS
from gis_service.services.iso_metadata import iso_19139
from gis_service.services.layer_metadata import LayerFacts
from gis_service.types import Text, VersionId

GMD, GCO = "{http://www.isotc211.org/2005/gmd}", "{http://www.isotc211.org/2005/gco}"
PUBLISHED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
UPDATED = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
BASE = "https://map.example.vn"

# The order that the schema of ISO 19139 (gmd, 20060504) lays down, for the elements that hold others.
ORDER = {
    "MD_Metadata": "fileIdentifier language characterSet hierarchyLevel contact dateStamp"
    " metadataStandardName metadataStandardVersion dataSetURI locale referenceSystemInfo"
    " identificationInfo distributionInfo dataQualityInfo",
    "MD_DataIdentification": "citation abstract credit pointOfContact resourceMaintenance graphicOverview"
    " descriptiveKeywords resourceConstraints spatialRepresentationType language characterSet topicCategory"
    " extent supplementalInformation",
    "CI_Citation": "title date edition identifier",
    "CI_ResponsibleParty": "organisationName contactInfo role",
    "CI_Contact": "phone address onlineResource",
    "MD_LegalConstraints": "accessConstraints useConstraints otherConstraints",
    "EX_GeographicBoundingBox": "westBoundLongitude eastBoundLongitude southBoundLatitude northBoundLatitude",
    "CI_OnlineResource": "linkage protocol name description",
    "DQ_DataQuality": "scope report lineage",
    "MD_Keywords": "keyword type",
}


def facts(definition: LayerDefinition, *, visibility: str = "public", is_new: bool = False) -> LayerFacts:
    box = None if definition.geometry == "None" else (106.1, 20.2, 106.7, 20.8)
    collection = Collection(definition, visibility, VersionId(7), box)
    address = f"{BASE}/api/collections/{definition.id}"
    dates = (None, None) if is_new else (PUBLISHED, UPDATED)
    return LayerFacts(collection, Text("Y tế", "Health"), address, *dates)


def hospital(catalogue: Catalogue) -> LayerDefinition:
    contact = Contact(Text("Sở Y tế", "Department <of> Health"), "a@b.vn", "+84 227 1", "https://b.vn")
    return replace(catalogue.layers["hospital"], contact=contact)


def iso(told: LayerFacts) -> ET.Element:
    return ET.fromstring(iso_19139(told).partition("?>")[2])  # noqa: S314 ours


def said(root: ET.Element, name: str) -> list[str]:
    return [
        text.text or "" for one in root.iter(f"{GMD}{name}") for text in one.iter(f"{GCO}CharacterString")
    ]


def test_every_layer_keeps_to_the_order_of_the_schema(catalogue: Catalogue) -> None:
    for definition in [*catalogue.layers.values(), hospital(catalogue)]:
        for element in iso(facts(definition)).iter():
            wanted = ORDER.get(element.tag.removeprefix(GMD))
            if wanted is not None:
                order = [wanted.split().index(child.tag.removeprefix(GMD)) for child in element]
                assert order == sorted(order), element.tag


def test_iso_tells_what_the_definition_tells(catalogue: Catalogue) -> None:
    root = iso(facts(hospital(catalogue)))
    assert said(root, "title") == ["Bệnh viện, trung tâm y tế"]
    english = [one.text for one in root.iter(f"{GMD}LocalisedCharacterString")]
    assert {"Hospitals", "Department <of> Health", "Health"} <= set(english)
    assert said(root, "electronicMailAddress") == ["a@b.vn"] * 2
    assert said(root, "statement")[0].startswith("Sinh bằng chương trình")
    codes = {
        one.tag.removeprefix(GMD): one.get("codeListValue") for one in root.iter() if one.get("codeList")
    }
    assert codes["MD_MaintenanceFrequencyCode"] == "notPlanned"
    assert codes["MD_SpatialRepresentationTypeCode"] == "vector"
    assert [one.text for one in root.iter(f"{GCO}DateTime")] == [
        UPDATED.isoformat(),
        PUBLISHED.isoformat(),
        UPDATED.isoformat(),
    ]
    assert [one.text for one in root.iter(f"{GCO}Decimal")] == [
        "106.1000000",
        "106.7000000",
        "20.2000000",
        "20.8000000",
    ]
    assert "CC0-1.0: https://creativecommons.org/publicdomain/zero/1.0/" in said(root, "otherConstraints")


def test_what_is_not_known_is_said_to_be_unknown_and_never_made_up(catalogue: Catalogue) -> None:
    bare = replace(catalogue.layers["commune_2019"], frequency=None, quality=None, lineage=None)
    root = iso(facts(bare, is_new=True))
    reasons = {one.tag.removeprefix(GMD) for one in root.iter() if one.get(f"{GCO}nilReason") == "unknown"}
    assert {"contact", "pointOfContact", "dateStamp", "date"} <= reasons
    assert not list(root.iter(f"{GMD}EX_Extent"))
    assert not list(root.iter(f"{GMD}report"))


def test_signs_that_xml_cannot_hold_are_left_out(catalogue: Catalogue) -> None:
    odd = replace(catalogue.layers["wifi"], title=Text('a\x01<b>&"\ufffe', "\x0bc"))
    assert said(iso(facts(odd)), "title")[0] == 'a <b>&" '


def test_a_layer_that_is_not_public_says_so(catalogue: Catalogue) -> None:
    wifi = catalogue.layers["wifi"]
    assert "restricted" in iso_19139(facts(wifi, visibility="internal"))
    document = dcat(
        catalogue.city, [facts(wifi, visibility=name) for name in ("public", "internal", "draft")], BASE
    )
    rights = [one["dct:accessRights"]["@id"].rpartition("/")[2] for one in document["dcat:dataset"]]
    assert rights == ["PUBLIC", "RESTRICTED", "NON_PUBLIC"]


def test_dcat_tells_every_layer_with_its_ways_licence_and_dates(catalogue: Catalogue) -> None:
    document = dcat(
        catalogue.city, [facts(hospital(catalogue)), facts(catalogue.layers["commune_2019"])], BASE
    )
    assert document["@type"] == "dcat:Catalog"
    assert document["dct:modified"]["@value"] == UPDATED.isoformat()
    first, second = document["dcat:dataset"]
    assert first["dct:title"] == [
        {"@value": "Bệnh viện, trung tâm y tế", "@language": "vi"},
        {"@value": "Hospitals", "@language": "en"},
    ]
    ways = [one["dcat:accessURL"]["@id"].removeprefix(first["@id"]) for one in first["dcat:distribution"]]
    assert ways[:2] == ["/items", "/tiles"]
    assert ways[2:] == [f"/export?f={name}" for name in FORMATS]
    files = [one for one in first["dcat:distribution"] if "dcat:downloadURL" in one]
    assert [one["dcat:downloadURL"] for one in files] == [{"@id": f"{first['@id']}{way}"} for way in ways[2:]]
    assert first["dcat:distribution"][0]["dct:license"]["@id"].startswith("https://creativecommons.org/")
    assert first["dct:accrualPeriodicity"]["@id"].endswith("/frequency/NOT_PLANNED")
    assert first["dcat:contactPoint"]["vcard:hasEmail"]["@id"] == "mailto:a@b.vn"
    assert "dct:spatial" not in second
    assert [one["dcat:mediaType"]["@id"].rpartition("/")[2] for one in second["dcat:distribution"]] == [
        "geo+json",
        "geopackage+sqlite3",
        "vnd.apache.parquet",
        "csv",
        "vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]
    assert second["dcat:distribution"][0]["dct:license"]["rdfs:label"] == "facts (no copyright)"


def test_every_term_of_dcat_has_a_prefix_that_the_context_explains(catalogue: Catalogue) -> None:
    document = dcat(
        catalogue.city, [facts(one) for one in [*catalogue.layers.values(), hospital(catalogue)]], BASE
    )

    def terms(value: object) -> set[str]:
        if isinstance(value, list):
            return set().union(*map(terms, value)) if value else set()
        if not isinstance(value, dict):
            return set()
        own = {key for key in value if not key.startswith("@")}
        kinds = {value["@type"]} if "@type" in value else set()
        return own | kinds | terms([inner for key, inner in value.items() if key != "@context"])

    prefixes = {term.partition(":")[0] for term in terms(document)}
    assert prefixes <= set(document["@context"])


@pytest.mark.parametrize("name", ["roads", "residents", "commune_2019"])
def test_generated_data_says_so_in_both(catalogue: Catalogue, name: str) -> None:
    definition = catalogue.layers[name]
    told = facts(definition)
    assert ("minh hoạ" in str(said(iso(told), "keyword"))) is definition.generated
    words = str(dcat(catalogue.city, [told], BASE)["dcat:dataset"][0]["dcat:keyword"])
    assert ("minh hoạ" in words) is definition.generated
