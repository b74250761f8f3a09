"""All that is told of a place: its way, its units, the rule, the data, and one sentence."""

from gis_service.catalogue.loader import Catalogue
from gis_service.db.places import committed_at, fid_of, unit_at
from gis_service.services.cells import cell_table
from gis_service.services.coverage_live import LiveStudy, Question
from gis_service.services.prepared import Prepared
from gis_service.services.study_words import service_words
from gis_service.services.why import Answered, Document, cell_document, place_in
from gis_service.services.why_document import Telling, facility_document, place_document
from gis_service.services.why_words import LANGUAGES, rule_document
from gis_service.types import Floats, LayerId, Text


def why_document(
    study: LiveStudy,
    question: Question,
    prepared: Prepared,
    place: tuple[float, float],
    *,
    personal: bool,
    k: int | None = None,
) -> Document:
    """Tell why a place is reached or not.

    Parameters
    ----------
    study, question
        The study, and the question of this request that it answers.
    prepared
        What is known already.
    place
        Longitude and latitude in WGS 84.
    personal
        Whether the reader may see small counts.
    k
        How many of the nearest facilities are told too, each on a site of its own and however far.

    Raises
    ------
    RefusedInput
        ``place_outside``.
    """

    def named(one: Answered, row: int, xy: Floats) -> Document:
        return _facility(one, question, row, xy)

    telling = Telling(named, _service(question), personal=personal, k=k)
    found = place_document(study, study.along_roads, place, telling)
    table = cell_table(study, prepared)
    return found | {
        "zones": _zones(question, place),
        "rule": _rule(question),
        "cell": cell_document(table, place_in(study, *place)[0], personal=personal),
        "inputs": _inputs(question),
    }


def _zones(question: Question, place: tuple[float, float]) -> list[Document]:
    """Name the units of every vintage that is loaded as areas."""
    layers, found = question.layers, []
    for vintage in layers.catalogue.city.vintages:
        if not question.rights.may_read(vintage.layer):
            continue
        definition = layers.catalogue.layers[vintage.layer]
        loaded = committed_at(layers.connection, vintage.layer) is not None
        if not loaded or definition.key is None or definition.geometry == "None":
            continue
        fields = [field.name for field in definition.fields]
        name = next((one for one in ("full_name", "name") if one in fields), definition.key)
        unit = unit_at(layers.connection, vintage.layer, definition.key, name, place)
        if unit is not None:
            title = _both(vintage.title)
            found.append({"vintage": vintage.id, "title": title, "id": unit[0], "name": unit[1]})
    return found


def _facility(study: Answered, question: Question, row: int, xy: Floats) -> Document:
    told, layers = facility_document(study, row, xy), question.layers
    code, layer = told["id"], layers.layers["facilities"]
    key = layers.catalogue.layers[layer].key
    fid = None if code is None or key is None else fid_of(layers.connection, layer, key, code)
    return {"id": code, "fid": fid} | told


def _rule(question: Question) -> Document:
    parameters, catalogue = question.parameters, question.layers.catalogue
    standard = catalogue.standards.get(parameters.standard or "")
    return rule_document(parameters) | {
        "title": None if standard is None else _both(standard.title),
        "source": None if standard is None else _both(standard.source),
        "verified": None if standard is None else standard.verified,
    }


def _inputs(question: Question) -> list[Document]:
    layers = question.layers
    return [_input(layers.catalogue, question, role, layer) for role, layer in sorted(layers.layers.items())]


def _input(catalogue: Catalogue, question: Question, role: str, layer: LayerId) -> Document:
    definition, newest = catalogue.layers[layer], committed_at(question.layers.connection, layer)
    return {
        "role": role,
        "layer": layer,
        "title": _both(definition.title),
        "version": question.layers.versions[role],
        "committed_at": None if newest is None else newest.isoformat(),
        "generated": definition.generated,
    }


def _service(question: Question) -> Text:
    service, catalogue = question.parameters.service, question.layers.catalogue
    return Text(*(service_words(service, catalogue, language) for language in LANGUAGES))


def _both(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}
