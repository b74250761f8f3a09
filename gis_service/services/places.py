"""What a reader may mean by a text: a feature by its name, or a place by its coordinates."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from gis_service.analysis.coordinate_text import WrittenPlace, written_place
from gis_service.analysis.vn2000_places import Zone, coordinates_in, is_around, place_in, zones_of
from gis_service.catalogue.city_definition import City, Vintage
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, crs_name, parse_crs
from gis_service.db.engine import Connection
from gis_service.db.layers import version_of
from gis_service.db.places import unit_at
from gis_service.services.export_formats import system_title
from gis_service.services.place_matches import SETTLEMENT, Match, find_names
from gis_service.services.place_names import FULL_NAME, NAME, PlaceNames
from gis_service.services.rights import Rights
from gis_service.services.study_request import told_vintages
from gis_service.services.study_standard import one_of
from gis_service.services.vintages import has_place, usual_vintage
from gis_service.types import LayerId, Text

Kind = Literal["unit", "former", "settlement", "place", "coordinates"]
_VIET_NAM = (102.0, 6.0, 118.0, 24.0)
"""Box in degrees, with the archipelagos."""


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """Something that a text may mean.

    Parameters
    ----------
    kind
        ``unit`` of the shown list, ``former`` unit of another one, ``settlement``, any other ``place``, or
        ``coordinates``.
    title
        Of its layer or its list of units; of coordinates, of the system that they are in.
    at
        Longitude and latitude (WGS 84).
    within
        Code and name of the unit of the shown list that holds it, or that it is part of now; None outside.
    match
        The feature; None of coordinates.
    zone, metres
        Of coordinates: the zone of VN-2000 and its easting and northing. Those of degrees are told in the
        province's own zone.
    is_around
        Whether it lies in the province or its margin.
    """

    kind: Kind
    name: str
    title: Text
    at: tuple[float, float]
    within: tuple[str, str] | None
    match: Match | None = None
    system: str | None = None
    zone: Zone | None = None
    metres: tuple[float, float] | None = None
    is_around: bool = True


def find_places(
    connection: Connection,
    rights: Rights,
    names: PlaceNames,
    asked: str,
    *,
    vintage: str | None,
    today: date,
    limit: int,
) -> list[FoundPlace]:
    """Find what a text may mean: coordinates when it reads as such, else features by their names.

    Parameters
    ----------
    connection
        Of a reading transaction.
    names
        Of this process.
    asked
        What was typed.
    vintage
        List of units that the reader looks at; that of today when None.
    today
        Day on which places are open, and lists of units hold.
    limit
        How many are given.

    Raises
    ------
    WrongUse
        ``study_refused`` for a vintage that the city does not know.
    """
    catalogue = rights.catalogue
    shown = _shown(rights, vintage, today)
    if not asked.strip():
        make_ready(connection, rights, names)
        return []
    written = written_place(asked)
    if written is not None:
        found = _coordinates(written, catalogue.city)
    else:
        matches = find_names(names.of(connection, rights), catalogue.city, shown, asked, today, limit)
        found = [_named(match, catalogue) for match in matches]
    if shown is None or not rights.may_read(shown.layer) or not has_place(catalogue, shown):
        return found
    return [_within(connection, catalogue, one, shown.layer) for one in found]


def make_ready(connection: Connection, rights: Rights, names: PlaceNames) -> None:
    """Read the names and look up the systems, so that the first search finds them there."""
    names.of(connection, rights)
    city = rights.catalogue.city
    for zone in zones_of(parse_crs(city.crs), city.bbox):
        coordinates_in(zone, city.bbox[:2])
        place_in(zone, (500_000.0, 2_000_000.0))


def _shown(rights: Rights, vintage: str | None, today: date) -> Vintage | None:
    vintages = {one.id: one for one in rights.catalogue.city.vintages}
    if vintage is None:
        return usual_vintage(rights.catalogue, today, today)
    return vintages[one_of("vintage", vintage, list(vintages), told_vintages(vintages.values(), rights))]


def _named(match: Match, catalogue: Catalogue) -> FoundPlace:
    named, vintage, heir = match.named, match.vintage, match.heir
    kind: Kind = "settlement" if named.layer == SETTLEMENT else "place"
    if heir is not None:
        kind = "unit" if heir is named else "former"
    title = vintage.title if vintage is not None else catalogue.layers[named.layer].title
    within = None if heir is None or heir.code is None else (heir.code, heir.name)
    return FoundPlace(kind, named.name, title, named.at, within, match)


def _coordinates(written: WrittenPlace, city: City) -> list[FoundPlace]:
    """Give the places that two numbers may name: of metres one for each zone, or those around the city."""
    zones = zones_of(parse_crs(city.crs), city.bbox)
    if written.unit == "degrees":
        at = written.pair
        title = system_title(crs_name(STORAGE))
        metres = coordinates_in(zones[0], at) if _is_in(at, _VIET_NAM) else None
        zone = zones[0] if metres else None
        return [_place(at, title, crs_name(STORAGE), zone, metres, city)]
    tried = [(zone, place_in(zone, written.pair)) for zone in zones]
    placed = [(zone, at) for zone, at in tried if at is not None and _is_in(at, _VIET_NAM)]
    near = [(zone, at) for zone, at in placed if is_around(at, city.bbox)]
    return [
        _place(at, system_title(zone.system), zone.system, zone, written.pair, city)
        for zone, at in near or placed
    ]


def _place(
    at: tuple[float, float],
    title: Text,
    system: str,
    zone: Zone | None,
    metres: tuple[float, float] | None,
    city: City,
) -> FoundPlace:
    return FoundPlace(
        kind="coordinates",
        name=f"{at[1]:.6f}, {at[0]:.6f}",
        title=title,
        at=at,
        within=None,
        system=system,
        zone=zone,
        metres=metres,
        is_around=is_around(at, city.bbox),
    )


def _is_in(place: tuple[float, float], box: tuple[float, float, float, float]) -> bool:
    return box[0] <= place[0] <= box[2] and box[1] <= place[1] <= box[3]


def _within(connection: Connection, catalogue: Catalogue, found: FoundPlace, units: LayerId) -> FoundPlace:
    """Add the unit of the shown list that holds a place, to tell namesakes apart."""
    definition = catalogue.layers[units]
    if found.within is not None or definition.key is None or version_of(connection, units) is None:
        return found
    name = FULL_NAME if definition.field(FULL_NAME) else NAME
    return replace(found, within=unit_at(connection, units, definition.key, name, found.at))
