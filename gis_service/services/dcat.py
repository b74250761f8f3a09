"""The whole catalogue as DCAT 3 in JSON-LD, as DCAT-AP has it: what open-data portals harvest."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from gis_service.catalogue.city_definition import City
from gis_service.catalogue.layer_definition import Contact
from gis_service.services.layer_metadata import CRS_URI, GENERATED, LayerFacts, Way, licence_address
from gis_service.services.rights import openness
from gis_service.types import BBox, Text

Json: TypeAlias = dict[str, Any]

MEDIA = "application/ld+json"
TITLE = Text("Danh mục dữ liệu", "Data catalogue")
_ABOUT = Text(
    "Các lớp dữ liệu của bản đồ số, cùng nguồn, giấy phép và cách lấy.",
    "The layers of the digital map, with their source, licence and the ways to get them.",
)
_EU = "http://publications.europa.eu/resource/authority"
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "oa": "http://www.w3.org/ns/oa#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_FREQUENCIES = {
    "continual": "CONT",
    "daily": "DAILY",
    "weekly": "WEEKLY",
    "fortnightly": "BIWEEKLY",
    "semimonthly": "MONTHLY_2",
    "monthly": "MONTHLY",
    "quarterly": "QUARTERLY",
    "biannually": "ANNUAL_2",
    "annually": "ANNUAL",
    "biennially": "BIENNIAL",
    "periodic": "OTHER",
    "asNeeded": "AS_NEEDED",
    "irregular": "IRREG",
    "notPlanned": "NOT_PLANNED",
    "unknown": "UNKNOWN",
}
"""Word of ISO 19115 → name in the European list of frequencies."""
_ACCESS = {"public": "PUBLIC", "restricted": "RESTRICTED", "closed": "NON_PUBLIC"}
"""How far a layer is open → name in the European list of access rights."""
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types"


def dcat(city: City, facts: Sequence[LayerFacts], base: str) -> Json:
    """Describe the layers as one DCAT catalogue.

    Parameters
    ----------
    city
        Whose layers they are.
    facts
        Layers that the caller may read.
    base
        Address of the service, without a slash at its end.
    """
    title = Text(f"{TITLE.vi} · {city.title.vi}", f"{TITLE.en} · {city.title.en}")
    updated = max((one.updated for one in facts if one.updated), default=None)
    catalogue: Json = {
        "@context": _CONTEXT,
        "@id": f"{base}/api/catalogue",
        "@type": "dcat:Catalog",
        "dct:title": _said(title),
        "dct:description": _said(_ABOUT),
        "dct:publisher": {"@id": f"{base}/#publisher", "@type": "foaf:Agent", "foaf:name": _said(city.title)},
        "dct:language": _languages(),
        "dct:spatial": _location(city.bbox),
        "foaf:homepage": {"@id": f"{base}/"},
        "dcat:service": {
            "@id": f"{base}/api/",
            "@type": "dcat:DataService",
            "dct:title": _said(Text("Giao diện lập trình", "Programming interface")),
            "dcat:endpointURL": {"@id": f"{base}/api/"},
            "dcat:endpointDescription": {"@id": f"{base}/api/openapi.json"},
            "dct:conformsTo": {"@id": "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"},
            "dcat:servesDataset": [{"@id": one.address} for one in facts],
        },
        "dcat:dataset": [_dataset(one, base) for one in facts],
    }
    if updated is not None:
        catalogue["dct:modified"] = _typed(updated.isoformat(), "dateTime")
    return catalogue


def _dataset(facts: LayerFacts, base: str) -> Json:
    definition, collection = facts.definition, facts.collection
    words = [facts.category, *([GENERATED] if definition.generated else [])]
    told: Json = {
        "@id": facts.address,
        "@type": "dcat:Dataset",
        "dct:identifier": definition.id,
        "dct:title": _said(definition.title),
        "dct:description": _said(definition.description),
        "dcat:keyword": [text for word in words for text in _said(word)],
        "dct:publisher": {"@id": f"{base}/#publisher"},
        "dct:accessRights": {"@id": f"{_EU}/access-right/{_ACCESS[openness(collection.visibility)]}"},
        "dct:accrualPeriodicity": {
            "@id": f"{_EU}/frequency/{_FREQUENCIES[definition.frequency or 'unknown']}"
        },
        "dct:provenance": [
            {"@type": "dct:ProvenanceStatement", "rdfs:label": _said(text)}
            for text in (definition.source, definition.lineage)
            if text is not None
        ],
        "dct:language": _languages(),
        "dcat:landingPage": {"@id": f"{base}/layers?q={definition.id}"},
        "foaf:page": {"@id": f"{facts.address}/metadata?f=iso"},
        "dcat:distribution": [
            *(_distribution(facts, way) for way in facts.ways()),
            *(_distribution(facts, way) | {"dcat:downloadURL": {"@id": way.href}} for way in facts.files()),
        ],
    }
    if facts.published is not None:
        told["dct:issued"] = _typed(facts.published.isoformat(), "dateTime")
    if facts.updated is not None:
        told["dct:modified"] = _typed(facts.updated.isoformat(), "dateTime")
    if collection.version is not None:
        told["dcat:version"] = str(collection.version)
    if collection.bbox is not None:
        told["dct:spatial"] = _location(collection.bbox)
        # A raster comes in its own system.
        told |= {} if definition.is_raster else {"dct:conformsTo": {"@id": CRS_URI}}
    if definition.contact is not None:
        told["dcat:contactPoint"] = _contact(definition.contact)
    if definition.quality is not None:
        body = {"@type": "oa:TextualBody", "rdf:value": _said(definition.quality)}
        told["dqv:hasQualityAnnotation"] = {"@type": "dqv:QualityAnnotation", "oa:hasBody": body}
    return told


def _distribution(facts: LayerFacts, way: Way) -> Json:
    licence = facts.definition.licence
    address = licence_address(licence)
    return {
        "@type": "dcat:Distribution",
        "dct:title": _said(way.title),
        "dcat:accessURL": {"@id": way.href},
        "dcat:mediaType": {"@id": f"{_MEDIA_TYPES}/{way.media}"},
        "dct:license": {"@id": address}
        if address
        else {"@type": "dct:LicenseDocument", "rdfs:label": licence},
    }


def _said(text: Text) -> list[Json]:
    return [{"@value": text.vi, "@language": "vi"}, {"@value": text.en, "@language": "en"}]


def _typed(value: str, kind: str) -> Json:
    return {"@value": value, "@type": f"xsd:{kind}"}


def _languages() -> list[Json]:
    return [{"@id": f"{_EU}/language/{code}"} for code in ("VIE", "ENG")]


def _location(bbox: BBox) -> Json:
    west, south, east, north = (f"{value:.7f}" for value in bbox)
    ring = f"{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}"
    return {
        "@type": "dct:Location",
        "dcat:bbox": {"@value": f"POLYGON(({ring}))", "@type": "geo:wktLiteral"},
    }


def _contact(contact: Contact) -> Json:
    told: Json = {"@type": "vcard:Organization", "vcard:fn": _said(contact.organisation)}
    if contact.email:
        told["vcard:hasEmail"] = {"@id": f"mailto:{contact.email}"}
    if contact.phone:
        told["vcard:hasTelephone"] = {"@id": f"tel:{contact.phone.replace(' ', '')}"}
    if contact.url:
        told["vcard:hasURL"] = {"@id": contact.url}
    return told
