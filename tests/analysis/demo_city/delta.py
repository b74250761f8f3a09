"""The real demo land, made once for all the tests of a process."""

from functools import lru_cache

from gis_service.analysis.demo_city.land import Land, make_land
from gis_service.analysis.demo_city.land_use import Patch, make_land_use
from gis_service.analysis.demo_city.unit_places import Place
from gis_service.analysis.demo_city.units import Unit
from gis_service.analysis.demo_city.villages import Villages, make_villages
from gis_service.services.demo_facts import Facts, gather
from gis_service.services.demo_units import units_of
from gis_service.settings import ROOT


@lru_cache(maxsize=1)
def facts() -> Facts:
    return gather(ROOT / "layers/thai_binh/census")


@lru_cache(maxsize=1)
def units() -> tuple[Unit, ...]:
    return tuple(units_of(facts())[0])


@lru_cache(maxsize=1)
def land() -> Land:
    return make_land(units(), facts().areas)


@lru_cache(maxsize=1)
def villages() -> Villages:
    return make_villages(land())


@lru_cache(maxsize=1)
def patches() -> tuple[Patch, ...]:
    return make_land_use(land(), villages())


def unit(
    code: str, xy: Place, box: tuple[float, float, float, float] | None = None, successor: str = "s"
) -> Unit:
    """Give a commune that only its place matters of."""
    return Unit(
        code, f"Xã {code}", f"Xã {code}", "commune", "340", "Huyện Đông Hưng", successor, 5_000, xy, box
    )
