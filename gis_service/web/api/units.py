"""Administrative units through time: boundary vintages, what a unit was and what became of it."""

from urllib.parse import quote

from flask import Blueprint, Response

from gis_service.catalogue.city_definition import Vintage
from gis_service.services import units as service
from gis_service.services.vintages import has_place
from gis_service.web import current
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import FormatQuery, itself, json_response, link, page, wants_page
from gis_service.web.schemas.common import GEOJSON, HTML, JSON, Answer, Link
from gis_service.web.schemas.tiles import TILESETS_REL
from gis_service.web.schemas.units import (
    RelativeEntry,
    UnitEntry,
    UnitLives,
    UnitQuery,
    VintageEntry,
    Vintages,
)

blueprint = Blueprint("units", __name__, url_prefix="/api")


def _show(document: Answer, asked: str | None, title: str) -> Response:
    """Show a document with its empty members: null is an answer here, such as "valid today"."""
    if wants_page(asked):
        return page(document.model_dump(mode="json"), title)
    return json_response(document.model_dump_json())


def _layer_links(vintage: Vintage) -> list[Link]:
    links = [
        link(f"/collections/{vintage.layer}", "collection"),
        link(f"/collections/{vintage.layer}/items", "items", GEOJSON),
    ]
    if has_place(current.catalogue(), vintage):
        links.append(link(f"/collections/{vintage.layer}/tiles", TILESETS_REL))
    return links


@blueprint.get("/vintages")
@operation("Units", Permission.READ, {200: {JSON: Vintages, HTML: None}}, query=FormatQuery)
def vintages(query: FormatQuery) -> Response:
    """List the boundary vintages that results can be told by, with the days on which they are valid."""
    catalogue, rights = current.catalogue(), current.rights()
    entries = [
        VintageEntry(
            id=one.id,
            title=one.title.in_language(current.language()),
            level=one.level,
            layer=one.layer,
            valid_from=one.start,
            valid_to=one.end,
            located=has_place(catalogue, one),
            links=_layer_links(one),
        )
        for one in catalogue.city.vintages
        if rights.may_read(one.layer)
    ]
    return _show(Vintages(items=entries), query.f, "Vintages")


@blueprint.get("/units/<code>")
@operation("Units", Permission.READ, {200: {JSON: UnitLives, HTML: None}}, query=UnitQuery)
def unit(code: str, query: UnitQuery) -> Response:
    """Tell what the unit with a code was and what became of it, in every vintage that knows the code."""
    found = service.lives_of(
        current.connection(),
        current.catalogue(),
        code,
        query.vintage,
        may_read=current.rights().may_read,
    )
    document = UnitLives(code=code, units=[_unit(life) for life in found], links=itself(_path(code)))
    return _show(document, query.f, code)


def _path(code: str) -> str:
    return f"/units/{quote(code, safe='')}"


def _own(vintage: Vintage, code: str) -> Link:
    return link(f"{_path(code)}?vintage={vintage.id}", "self")


def _unit(life: service.UnitLife) -> UnitEntry:
    return UnitEntry(
        vintage=life.vintage.id,
        title=life.vintage.title.in_language(current.language()),
        valid_from=life.vintage.start,
        valid_to=life.vintage.end,
        code=life.unit.code,
        name=life.unit.name,
        people=life.unit.people,
        predecessors=[_relative(one, "predecessor-version") for one in life.was],
        successors=[_relative(one, "successor-version") for one in life.became],
        links=[_own(life.vintage, life.unit.code), *_layer_links(life.vintage)],
    )


def _relative(one: service.Relative, rel: str) -> RelativeEntry:
    change = one.change
    return RelativeEntry(
        vintage=one.vintage.id,
        code=one.unit.code,
        name=one.unit.name,
        people=one.unit.people,
        kind=one.kind,
        steps=one.steps,
        people_handed_on=None if change is None else change.people,
        changed_on=None if change is None else change.changed_on,
        note=None if change is None else change.note,
        source=None if change is None else change.source,
        links=[link(f"{_path(one.unit.code)}?vintage={one.vintage.id}", rel)],
    )
