"""Places by their names or their coordinates."""

from datetime import UTC, datetime

from flask import Blueprint, Response, current_app

from gis_service.services import places as service
from gis_service.services.place_names import PlaceNames
from gis_service.web import current, live
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import json_response, link
from gis_service.web.schemas.common import GEOJSON, JSON
from gis_service.web.schemas.places import Metres, PlaceEntry, Places, PlacesQuery, UnitName

blueprint = Blueprint("places", __name__, url_prefix="/api")

_NAMES = "place_names"
_LETTERS_PER_QUESTION = 10
"""Somebody who types asks with every letter."""


@blueprint.get("/places")
@operation("Places", Permission.READ, {200: {JSON: Places}}, query=PlacesQuery)
def places(query: PlacesQuery) -> Response:
    """Find units, settlements and other places by their names, or a place by its coordinates."""
    live.count(live.LOOKED_FOR, _LETTERS_PER_QUESTION)
    found = service.find_places(
        current.connection(),
        current.rights(),
        current_app.extensions.setdefault(_NAMES, PlaceNames()),
        query.q,
        vintage=query.vintage,
        today=datetime.now(UTC).astimezone().date(),
        limit=query.limit,
    )
    return json_response(Places(items=[_entry(one) for one in found]).model_dump_json())


def _entry(one: service.FoundPlace) -> PlaceEntry:
    named = None if one.match is None else one.match.named
    return PlaceEntry(
        kind=one.kind,
        name=one.name,
        title=one.title.in_language(current.language()),
        lon=one.at[0],
        lat=one.at[1],
        within=None if one.within is None else UnitName(code=one.within[0], name=one.within[1]),
        layer=named and named.layer,
        fid=named and named.fid,
        closed=one.match is not None and one.match.is_closed,
        system=one.system,
        vn2000=_metres(one),
        around=one.is_around,
        links=[]
        if named is None
        else [link(f"/collections/{named.layer}/items/{named.fid}", "item", GEOJSON)],
    )


def _metres(one: service.FoundPlace) -> Metres | None:
    if one.zone is None or one.metres is None:
        return None
    easting, northing = (round(metre, 3) for metre in one.metres)
    return Metres(
        system=one.zone.system,
        zone_width=3 if one.zone.width == 3 else 6,  # noqa: PLR2004 degrees
        meridian=one.zone.meridian,
        easting=easting,
        northing=northing,
    )
