"""Metadata of a layer as ISO 19139 XML, the encoding of ISO 19115 that most programs read.

GeoNetwork, pycsw and GeoServer harvest it, QGIS reads it through its catalogue search; few programs beside
GeoNetwork read the later ISO 19115-3. Texts are Vietnamese, the English of each beside it (PT_FreeText).
The order of the elements is that of the schema.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from gis_service.catalogue.layer_definition import Contact, LayerDefinition
from gis_service.services.features import has_geometry
from gis_service.services.layer_metadata import GENERATED, LayerFacts, licence_address
from gis_service.services.rights import is_public
from gis_service.types import BBox, Text

MEDIA = "application/xml"
_LISTS = "http://standards.iso.org/ittf/PubliclyAvailableStandards/ISO_19139_Schemas/resources/codelist/gmxCodelists.xml"
_NAMESPACES = {
    "gmd": "http://www.isotc211.org/2005/gmd",
    "gco": "http://www.isotc211.org/2005/gco",
    "xlink": "http://www.w3.org/1999/xlink",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""Signs that XML 1.0 cannot hold, however they are written."""
_TOPICS = {
    "administration": "society",
    "boundaries": "boundaries",
    "commerce": "economy",
    "culture": "society",
    "education": "society",
    "environment": "environment",
    "health": "health",
    "infrastructure": "utilitiesCommunication",
    "land_use": "planningCadastre",
    "people": "society",
    "planning": "planningCadastre",
    "safety": "society",
    "transport": "transportation",
}
"""Sector of a layer → word of MD_TopicCategoryCode; the sectors of another city may have none."""


@dataclass(frozen=True, slots=True)
class Element:
    """An XML element: its name with prefix, attributes, text or children."""

    name: str
    children: Sequence["Element"] = ()
    text: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)

    def write(self, depth: int = 0) -> str:
        """Give the element as indented XML."""
        attributes = "".join(f" {name}={quoteattr(value)}" for name, value in self.attributes.items())
        begin, pad = f"<{self.name}{attributes}", "  " * depth
        if self.text is not None:
            return f"{pad}{begin}>{escape(_NOT_XML.sub(' ', self.text))}</{self.name}>"
        if not self.children:
            return f"{pad}{begin}/>"
        inner = "\n".join(child.write(depth + 1) for child in self.children)
        return f"{pad}{begin}>\n{inner}\n{pad}</{self.name}>"


def iso_19139(facts: LayerFacts) -> str:
    """Write the metadata of a layer as one XML document."""
    definition = facts.definition
    stamp = facts.updated or facts.published
    root = Element(
        "gmd:MD_Metadata",
        [
            _plain("fileIdentifier", definition.id),
            _of("language", _code("LanguageCode", "vie")),
            _of("characterSet", _code("MD_CharacterSetCode", "utf8")),
            _of("hierarchyLevel", _code("MD_ScopeCode", "dataset")),
            _party("contact", definition.contact),
            _of("dateStamp", _time(stamp.isoformat())) if stamp else _unknown("dateStamp"),
            _plain("metadataStandardName", "ISO 19115:2003/19139"),
            _plain("metadataStandardVersion", "1.0"),
            _plain("dataSetURI", facts.address),
            _locale(),
            *([_system()] if has_geometry(definition) else []),
            _of("identificationInfo", _identification(facts)),
            _of("distributionInfo", _distribution(facts)),
            _of("dataQualityInfo", _quality(definition)),
        ],
        attributes={f"xmlns:{prefix}": uri for prefix, uri in _NAMESPACES.items()},
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root.write()}\n'


def _of(name: str, *children: Element) -> Element:
    return Element(f"gmd:{name}", children)


def _string(text: str) -> Element:
    return Element("gco:CharacterString", text=text)


def _plain(name: str, text: str) -> Element:
    return _of(name, _string(text))


def _unknown(name: str) -> Element:
    return Element(f"gmd:{name}", attributes={"gco:nilReason": "unknown"})


def _time(text: str) -> Element:
    return Element("gco:DateTime", text=text)


def _code(kind: str, value: str) -> Element:
    attributes = {"codeList": f"{_LISTS}#{kind}", "codeListValue": value}
    return Element(f"gmd:{kind}", text=value, attributes=attributes)


def _said(name: str, text: Text) -> Element:
    """Say a text in Vietnamese, with the English of it beside."""
    english = Element("gmd:LocalisedCharacterString", text=text.en, attributes={"locale": "#EN"})
    children = [_string(text.vi), _of("PT_FreeText", _of("textGroup", english))]
    return Element(f"gmd:{name}", children, attributes={"xsi:type": "gmd:PT_FreeText_PropertyType"})


def _locale() -> Element:
    language = _of("languageCode", _code("LanguageCode", "eng"))
    encoding = _of("characterEncoding", _code("MD_CharacterSetCode", "utf8"))
    return _of("locale", Element("gmd:PT_Locale", [language, encoding], attributes={"id": "EN"}))


def _party(name: str, contact: Contact | None) -> Element:
    if contact is None:
        return _unknown(name)
    ways = []
    if contact.phone:
        ways.append(_of("phone", _of("CI_Telephone", _plain("voice", contact.phone))))
    if contact.email:
        ways.append(_of("address", _of("CI_Address", _plain("electronicMailAddress", contact.email))))
    if contact.url:
        ways.append(_of("onlineResource", _of("CI_OnlineResource", _linkage(contact.url))))
    reached = [_of("contactInfo", _of("CI_Contact", *ways))] if ways else []
    role = _of("role", _code("CI_RoleCode", "pointOfContact"))
    return _of(
        name, _of("CI_ResponsibleParty", _said("organisationName", contact.organisation), *reached, role)
    )


def _linkage(address: str) -> Element:
    return _of("linkage", Element("gmd:URL", text=address))


def _system() -> Element:
    identifier = _of("RS_Identifier", _plain("code", "4326"), _plain("codeSpace", "EPSG"))
    return _of("referenceSystemInfo", _of("MD_ReferenceSystem", _of("referenceSystemIdentifier", identifier)))


def _identification(facts: LayerFacts) -> Element:
    definition = facts.definition
    topic = _TOPICS.get(definition.category)
    shaped = has_geometry(definition)
    further = [_said("supplementalInformation", GENERATED)] if definition.generated else []
    return _of(
        "MD_DataIdentification",
        _of("citation", _citation(facts)),
        _said("abstract", definition.description),
        _said("credit", definition.source),
        _party("pointOfContact", definition.contact),
        _of(
            "resourceMaintenance",
            _of(
                "MD_MaintenanceInformation",
                _of(
                    "maintenanceAndUpdateFrequency",
                    _code("MD_MaintenanceFrequencyCode", definition.frequency or "unknown"),
                ),
            ),
        ),
        *([_overview(facts)] if shaped else []),
        _keywords(facts),
        _constraints(facts),
        _of(
            "spatialRepresentationType",
            _code("MD_SpatialRepresentationTypeCode", _representation(definition)),
        ),
        _of("language", _code("LanguageCode", "vie")),
        _of("characterSet", _code("MD_CharacterSetCode", "utf8")),
        *([_of("topicCategory", Element("gmd:MD_TopicCategoryCode", text=topic))] if topic else []),
        *([_extent(facts.collection.bbox)] if facts.collection.bbox else []),
        *further,
    )


def _representation(definition: LayerDefinition) -> str:
    if definition.is_raster:
        return "grid"
    return "vector" if has_geometry(definition) else "textTable"


def _citation(facts: LayerFacts) -> Element:
    dates = [("publication", facts.published), ("revision", facts.updated)]
    told = [
        _of(
            "date",
            _of(
                "CI_Date",
                _of("date", _time(when.isoformat())),
                _of("dateType", _code("CI_DateTypeCode", kind)),
            ),
        )
        for kind, when in dates
        if when is not None
    ] or [_unknown("date")]
    version = facts.collection.version
    edition = [] if version is None else [_plain("edition", str(version))]
    identifier = _of("identifier", _of("MD_Identifier", _plain("code", facts.address)))
    return _of("CI_Citation", _said("title", facts.definition.title), *told, *edition, identifier)


def _overview(facts: LayerFacts) -> Element:
    name = _plain("fileName", f"{facts.address}/thumbnail")
    return _of("graphicOverview", _of("MD_BrowseGraphic", name, _plain("fileType", "png")))


def _keywords(facts: LayerFacts) -> Element:
    words = [facts.category, *([GENERATED] if facts.definition.generated else [])]
    kind = _of("type", _code("MD_KeywordTypeCode", "theme"))
    return _of("descriptiveKeywords", _of("MD_Keywords", *(_said("keyword", word) for word in words), kind))


def _constraints(facts: LayerFacts) -> Element:
    licence = facts.definition.licence
    address = licence_address(licence)
    access = []
    if not is_public(facts.collection.visibility):
        access = [_of("accessConstraints", _code("MD_RestrictionCode", "restricted"))]
    return _of(
        "resourceConstraints",
        _of(
            "MD_LegalConstraints",
            *access,
            _of("useConstraints", _code("MD_RestrictionCode", "license")),
            _plain("otherConstraints", licence if address is None else f"{licence}: {address}"),
        ),
    )


def _extent(bbox: BBox) -> Element:
    names = ("westBoundLongitude", "eastBoundLongitude", "southBoundLatitude", "northBoundLatitude")
    west, south, east, north = bbox
    bounds = [
        _of(name, Element("gco:Decimal", text=f"{value:.7f}"))
        for name, value in zip(names, (west, east, south, north), strict=True)
    ]
    return _of("extent", _of("EX_Extent", _of("geographicElement", _of("EX_GeographicBoundingBox", *bounds))))


def _distribution(facts: LayerFacts) -> Element:
    ways = [*facts.ways(), *facts.files()]
    formats = [
        _of("distributionFormat", _of("MD_Format", _plain("name", way.media), _unknown("version")))
        for way in ways
    ]
    resources = [
        _of(
            "onLine",
            _of(
                "CI_OnlineResource",
                _linkage(way.href),
                _plain("protocol", way.protocol),
                _plain("name", facts.definition.id),
                _said("description", way.title),
            ),
        )
        for way in ways
    ]
    return _of(
        "MD_Distribution", *formats, _of("transferOptions", _of("MD_DigitalTransferOptions", *resources))
    )


def _quality(definition: LayerDefinition) -> Element:
    scope = _of("scope", _of("DQ_Scope", _of("level", _code("MD_ScopeCode", "dataset"))))
    parts = [scope]
    if definition.quality is not None:
        told = _said("measureDescription", definition.quality)
        nothing = Element("gmd:result", attributes={"gco:nilReason": "inapplicable"})
        parts.append(_of("report", _of("DQ_CompletenessOmission", told, nothing)))
    lineage = definition.lineage or definition.source
    parts.append(_of("lineage", _of("LI_Lineage", _said("statement", lineage))))
    return _of("DQ_DataQuality", *parts)
