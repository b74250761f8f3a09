"""All that is told of a place: its way, its units, the rule, the data, and one sentence."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, transform
from gis_service.db.places import committed_at, fid_of, unit_at
from gis_service.services.cells import cell_table
from gis_service.services.coverage_live import LiveStudy, Question
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import units
from gis_service.services.prepared import Prepared
from gis_service.services.study_request import ROADS
from gis_service.services.study_words import limit_words, service_words
from gis_service.services.why import (
    Document,
    Way,
    cell_document,
    goal_of,
    nearest_settlement,
    place_in,
    provision_document,
    way_document,
    way_of,
)
from gis_service.text import cost_words, number
from gis_service.types import Floats, Language, LayerId, Text

_DECIMALS = 6
_LANGUAGES: tuple[Language, ...] = ("vi", "en")
_OF_STUDY = ("generated_data", "provision")
"""Told of the study, and not again of what stands beside it."""
_SENTENCES = {
    "covered": Text(
        "{name} cách đây {cost}{straight}, trong giới hạn {limit}: còn dư {spare}.",
        "{name} is {cost} away{straight}, within {limit}: {spare} to spare.",
    ),
    "uncovered": Text(
        "{name}, nơi gần nhất, cách đây {cost}{straight}: quá giới hạn {limit} là {over}.",
        "{name}, the nearest, is {cost} away{straight}: {over} beyond {limit}.",
    ),
    "roadless": Text(
        "Không có đường nào trong vòng {snap} m tính từ đây.", "There is no road within {snap} m of here."
    ),
    "no_path": Text(
        "Từ đây không có đường nào tới được nơi phục vụ.", "No way leads from here to any facility."
    ),
    "no_path_own": Text(
        "Từ đây không có đường nào tới được nơi phục vụ dành cho chỗ này.",
        "No way leads from here to a facility for this place.",
    ),
    "no_path_here": Text(
        "Không có đường nào từ nơi phục vụ tới được đây.", "No way leads here from any facility."
    ),
    "no_path_here_own": Text(
        "Không có đường nào từ nơi phục vụ dành cho chỗ này tới được đây.",
        "No way leads here from a facility for this place.",
    ),
    "enough": Text("Đơn vị ở đây có đủ {service} theo định mức.", "The unit here has enough of {service}."),
    "lacking": Text(
        "Đơn vị ở đây chưa đủ {service} theo định mức{missing}.",
        "The unit here has not enough of {service}{missing}.",
    ),
    "no_facility": Text("Không có nơi phục vụ nào dành cho chỗ này.", "There is no facility for this place."),
}
_MISSING = {
    "facilities": Text(": thiếu {missing} điểm", ": {missing} missing"),
    "site_m2": Text(": thiếu {missing} m²", ": {missing} m² missing"),
    "capacity": Text(": thiếu {missing} chỗ", ": {missing} places missing"),
}
_STRAIGHT = Text(" theo đường chim bay", " in a straight line")
_WAITING = Text(" (gồm {wait} chờ trước khi bắt đầu)", " ({wait} of waiting at the start included)")
_GENERATED = Text(" Tính từ dữ liệu minh hoạ.", " Computed from generated data.")


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
    xy, zone = place_in(study, *place)
    way = way_of(study, xy, zone, k or 1)
    table = cell_table(study, prepared)
    zones = study.inputs.zones
    own = None if zone < 0 else {"id": zones.ids[zone], "name": zones.names[zone]}
    document = {
        "study": study.result.document["id"],
        "place": list(place),
        "generated_data": study.result.document["generated_data"],
        "zone": own,
        "zones": _zones(question, place),
        "settlement": nearest_settlement(study, xy),
        **way_document(study, xy, way),
        "provision": provision_document(study, zone, personal=personal),
        "nearest": _facility(study, question, way.nearest, xy),
        "second": _second(study, question, way, xy),
        "k_nearest": None if k is None else _ranked(study, question, way, xy, k),
        "beside": _beside(study, question, xy, zone),
        "rule": _rule(question),
        "cell": cell_document(table, xy, personal=personal),
        "inputs": _inputs(question),
    }
    return document | {"sentence": _sentences(question, question.parameters, way, document)}


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


def _facility(study: LiveStudy, question: Question, row: int | None, xy: Floats) -> Document | None:
    if row is None:
        return None
    facilities, layers = study.inputs.facilities, question.layers
    owner = int(facilities.owners[row])
    code = facilities.ids[owner] if facilities.ids else None
    layer = layers.layers["facilities"]
    key = layers.catalogue.layers[layer].key
    fid = None if code is None or key is None else fid_of(layers.connection, layer, key, code)
    goal = facilities.xy[row] if study.result.roads is not None else goal_of(study, row, xy)
    point = np.array([shapely.Point(goal)], dtype=object)
    degrees = np.round(shapely.get_coordinates(transform(point, study.inputs.crs, STORAGE)), _DECIMALS)
    return {
        "id": code,
        "fid": fid,
        "name": facilities.names[owner] if facilities.names else None,
        "site": int(facilities.site[row]),
        "point": degrees[0].tolist(),
        "straight_m": round(float(np.hypot(*(goal - xy[0]))), 1),
    }


def _second(study: LiveStudy, question: Question, way: Way, xy: Floats) -> Document | None:
    found = _facility(study, question, way.second, xy)
    return None if found is None else found | {"cost": units(way.second_cost)}


def _ranked(study: LiveStudy, question: Question, way: Way, xy: Floats, k: int) -> list[Document]:
    """Tell the nearest facilities of different sites, the nearest first."""
    limit = study.parameters.limit_cost
    found = []
    for rank, (row, cost) in enumerate(way.ranked[:k], 1):
        told = {"rank": rank, "cost": units(cost), "over": units(cost - limit), "within": cost <= limit}
        found.append(told | (_facility(study, question, row, xy) or {}))
    return found


def _beside(study: LiveStudy, question: Question, xy: Floats, zone: int) -> list[Document]:
    """Tell the way along roads, where it was asked for beside a straight radius."""
    along = study.along_roads
    if along is None:
        return []
    way, asked = way_of(along, xy, zone), along.parameters
    found: Document = {
        "name": ROADS,
        "measure": asked.measure,
        "mode": None if asked.mode is None else asked.mode.id,
        **way_document(along, xy, way),
        "nearest": _facility(along, question, way.nearest, xy),
        "generated_data": False,  # the sentence of the study says it
        "provision": None,
    }
    said = _sentences(question, asked, way, found)
    return [{name: value for name, value in found.items() if name not in _OF_STUDY} | {"sentence": said}]


def _rule(question: Question) -> Document:
    parameters, catalogue = question.parameters, question.layers.catalogue
    standard = catalogue.standards.get(parameters.standard or "")
    told = parameters.as_document()
    names = ("standard", "measure", "mode", "limit", "direction", "catchment", "at")
    more = {"start_column": asked} if (asked := parameters.start_column) else {}
    return (
        {name: told[name] for name in names}
        | more
        | {
            "title": None if standard is None else _both(standard.title),
            "source": None if standard is None else _both(standard.source),
            "verified": None if standard is None else standard.verified,
        }
    )


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


def _both(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _sentences(
    question: Question, asked: CoverageParameters, way: Way, document: Mapping[str, Any]
) -> dict[str, str]:
    return {language: _sentence(question, asked, way, document, language) for language in _LANGUAGES}


def _sentence(
    question: Question,
    asked: CoverageParameters,
    way: Way,
    document: Mapping[str, Any],
    language: Language,
) -> str:
    service = service_words(asked.service, question.layers.catalogue, language)
    nearest, over = document["nearest"], document["over"]
    said = _SENTENCES[_status(way, document, asked)].in_language(language).format(
        name="" if nearest is None else nearest["name"] or nearest["id"],
        cost=cost_words(document["cost"], document["unit"], language),
        straight=_of_which(asked, document, language),
        limit=limit_words(asked.as_document(), language),
        over=cost_words(over, document["unit"], language),
        spare=cost_words(None if over is None else -over, document["unit"], language),
        snap=number(asked.snap_max_m, language),
        service=service,
        missing=_missing(document["provision"], language),
    )  # fmt: skip
    return said + (_GENERATED.in_language(language) if document["generated_data"] else "")


def _of_which(asked: CoverageParameters, document: Mapping[str, Any], language: Language) -> str:
    """Say what kind of a cost it is: as the crow flies, or with a wait in it."""
    if not asked.on_roads:
        return _STRAIGHT.in_language(language) if document["cost"] else ""
    wait = (document["parts"] or {}).get("start")
    if not wait:
        return ""
    return _WAITING.in_language(language).format(wait=cost_words(wait, document["unit"], language))


def _status(way: Way, document: Mapping[str, Any], asked: CoverageParameters) -> str:
    if document["provision"] is not None:
        return "enough" if way.status == "covered" else "lacking"
    if way.status != "no_path":
        return way.status
    here = "" if asked.direction == "to_facility" else "_here"
    return f"no_path{here}" if asked.catchment == "any" else f"no_path{here}_own"


def _missing(provision: Mapping[str, Any] | None, language: Language) -> str:
    """Say how much is missing, where the reader may know it."""
    if provision is None or not provision["missing"]:
        return ""
    words = _MISSING[provision["of"]].in_language(language)
    return words.format(missing=number(provision["missing"], language, 3).rstrip("0").rstrip(".,"))
