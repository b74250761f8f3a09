"""How the land of each unit is used, and how much of it there is for each of its people."""

from gis_service.analysis.demand import ALL
from gis_service.analysis.land_balance import LandBalance, land_balance
from gis_service.analysis.quota import people_by_unit
from gis_service.analysis.zones import Zones
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.coverage_inputs import LandUse, Notice
from gis_service.services.tables.land_use import NO_USE, land_of, uses_of
from gis_service.services.tables.people import WHOLE
from gis_service.services.tables.scene import Row, Scene
from gis_service.types import THOUSANDTHS, Text

OF_PEOPLE = ("m2_per_person",)
"""Columns from which the people of a unit could be told."""
_HECTARE_M2 = 10_000


def rows(scene: Scene) -> list[Row]:
    """Give a row per unit and use, then those of all units: hectares, share, and m² for each person.

    Raises
    ------
    RefusedInput
        ``study_refused`` for units that are known by points only.
    """
    land, zones = land_of(scene), scene.inputs.zones
    names, _ = uses_of(land)
    found = scene.inputs.prepared.once(_balance, zones, land).area_m2
    people = people_by_unit(scene.zone, scene.demand.people[ALL], len(zones)).tolist()
    everybody = int(scene.demand.people[ALL].sum())
    named = [*zip(zones.ids, zones.names, people, found.tolist(), strict=True)]
    named.append((WHOLE, WHOLE, everybody, found.sum(axis=0).tolist()))
    return [
        {"id": code, "name": name, "use": use} | _figures(area, sum(areas), persons)
        for code, name, persons, areas in named
        for use, area in zip((*names, NO_USE), areas, strict=True)
    ]


def notices(scene: Scene) -> list[Notice]:
    """Tell of patches that claim the same ground."""
    found = scene.inputs.prepared.once(_balance, scene.inputs.zones, land_of(scene))
    if not found.overlaps:
        return []
    return [Notice("land_use_overlaps", {"pairs": found.overlaps, "ha": found.overlap_m2 / _HECTARE_M2})]


def _balance(zones: Zones, land: LandUse) -> LandBalance:
    if not zones.have_areas:
        expected = Text("mốc địa giới mà đơn vị có ranh giới", "a vintage whose units have areas")
        raise RefusedInput(ErrorCode.STUDY_REFUSED, name="tables", value="land_balance", expected=expected)
    names, use = uses_of(land)
    return land_balance(zones.polygons, land.polygons, use, len(names))


def _figures(area_m2: int, unit_m2: int, thousandths: int) -> Row:
    return {
        "ha": area_m2 / _HECTARE_M2,
        "share": area_m2 / unit_m2 if unit_m2 else None,
        "m2_per_person": area_m2 * THOUSANDTHS / thousandths if thousandths else None,
    }
