"""Builds the demo city in memory, part by part, before any of it is written."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from gis_service.analysis.demo_city.facilities import areas_of, make_facilities
from gis_service.analysis.demo_city.features import Features
from gis_service.analysis.demo_city.flood import FloodArea, make_flood_areas
from gis_service.analysis.demo_city.ground import Ground
from gis_service.analysis.demo_city.grounds import with_grounds
from gis_service.analysis.demo_city.land import Land, make_land
from gis_service.analysis.demo_city.land_use import Patch, make_land_use
from gis_service.analysis.demo_city.pipes import make_sewers, make_water_mains
from gis_service.analysis.demo_city.power import make_power_lines
from gis_service.analysis.demo_city.projects import make_projects
from gis_service.analysis.demo_city.protected import ProtectedArea, make_protected_areas
from gis_service.analysis.demo_city.residents import Residents, make_residents
from gis_service.analysis.demo_city.roads import CityFerries, CityRoads, make_roads
from gis_service.analysis.demo_city.villages import Villages, make_villages
from gis_service.services.demo_facts import Facts, Notice, gather
from gis_service.services.demo_units import units_of

Told = Callable[[str, float], None]
"""Called with the code of a part's words and the seconds that it took."""


def nobody(_part: str, _seconds: float) -> None:
    """Listen to nothing."""


@dataclass(frozen=True, slots=True)
class City:
    """The demo city in EPSG:9209, the facts that it stands on, and what a reader must know."""

    facts: Facts
    land: Land
    villages: Villages
    roads: CityRoads
    ferries: CityFerries
    facilities: Mapping[str, Features]
    infrastructure: Mapping[str, Features]
    projects: Features
    residents: Residents
    land_use: tuple[Patch, ...]
    floods: tuple[FloodArea, ...]
    protected: tuple[ProtectedArea, ...]
    notices: tuple[Notice, ...]


@contextmanager
def timed(told: Told, part: str) -> Iterator[None]:
    """Tell how long a part took."""
    start = perf_counter()
    yield
    told(part, perf_counter() - start)


def build_city(census: Path, told: Told = nobody) -> City:
    """Build everything from the census and the list of units.

    Parameters
    ----------
    census
        Folder with ``communes_2019.csv`` and ``areas_2025.csv``.
    told
        Told of every part that is done.

    Raises
    ------
    NotFound, RefusedInput
        As `gather`.
    """
    with timed(told, "demo_part_facts"):
        facts = gather(census)
        units, notices = units_of(facts)
    with timed(told, "demo_part_land"):
        land = make_land(units, facts.areas)
    with timed(told, "demo_part_villages"):
        villages = make_villages(land)
    with timed(told, "demo_part_land_use"):
        land_use = make_land_use(land, villages)
        floods, protected = make_flood_areas(land), make_protected_areas(land, land_use)
    with timed(told, "demo_part_roads"):
        roads, ferries = make_roads(land, villages)
    with timed(told, "demo_part_services"):
        ground = Ground(land, villages, roads)
        names = {code: unit.full_name for code, unit in facts.units_2025.items()}
        facilities = make_facilities(ground, names)
        land_use = with_grounds(land_use, facilities)
    with timed(told, "demo_part_infrastructure"):
        infrastructure = {
            "water_main": make_water_mains(ground),
            "sewer": make_sewers(ground),
            "power_line": make_power_lines(ground),
        }
        projects = make_projects(ground, facilities)
    with timed(told, "demo_part_residents"):
        residents = make_residents(land, villages, roads, areas_of(facilities))
    return City(
        facts=facts,
        land=land,
        villages=villages,
        roads=roads,
        ferries=ferries,
        facilities=facilities,
        infrastructure=infrastructure,
        projects=projects,
        residents=residents,
        land_use=land_use,
        floods=floods,
        protected=protected,
        notices=(Notice("demo_generated", {}), *notices),
    )
