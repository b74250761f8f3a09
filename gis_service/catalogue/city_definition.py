"""The place served and its conventions: the typed form of ``layers/<city>/city.yaml``.

Every figure here is a convention of METHODS kept as data, shown with each result and never presented as law.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from gis_service.catalogue.values import Entry, date_of, text_of
from gis_service.types import BBox, LayerId, Text


@dataclass(frozen=True, slots=True)
class AgeGroup:
    """People of certain ages; a column of the layer of residents has the same name.

    Parameters
    ----------
    from_age, to_age
        First and last year of age; ``to_age`` is ``None`` for the oldest group.
    """

    id: str
    title: Text
    from_age: int
    to_age: int | None


Level = Literal["commune", "district"]
BASE_LEVEL: Level = "commune"
"""Level of the units that results are told by when nobody names others."""


@dataclass(frozen=True, slots=True)
class Vintage:
    """Administrative units of one level, valid in ``[start, end)``.

    Parameters
    ----------
    id, title, layer
        Name for machines and for people, and the layer that holds the units.
    level
        Units of one level follow each other in time; those of two levels stand side by side.
    start
        First day on which they are known to hold.
    end
        First day on which they no longer hold; None while they do.
    """

    id: str
    title: Text
    layer: LayerId
    level: Level
    start: date
    end: date | None

    def holds_on(self, day: date) -> bool:
        """Tell whether the units are valid on a day."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class ModeSpeeds:
    """Speeds of one way of moving.

    Parameters
    ----------
    speeds_kmh
        By road class; a class that is absent is closed to the mode.
    access_kmh
        On the straight line between a place and the road.
    unpaved_factor
        Multiplies the speed on unpaved roads.
    min_width_m
        Narrower roads are closed to the mode.
    """

    speeds_kmh: Mapping[str, float]
    access_kmh: float
    unpaved_factor: float
    min_width_m: float


@dataclass(frozen=True, slots=True)
class Ferry:
    """Ferries: speed in km/h, wait in seconds where no headway is known, first and last departure."""

    speed_kmh: float
    wait_s: float
    first: time
    last: time


@dataclass(frozen=True, slots=True)
class StudyTime:
    """Day of the week and time of day that a study is for when it does not say."""

    weekday: str
    time: time


@dataclass(frozen=True, slots=True)
class Conventions:
    """Figures that studies compute with.

    Parameters
    ----------
    note
        What a reader must know about them.
    modes
        Speeds of each mode.
    walkers_kmh
        Walking speed of the groups a standard may name (``elderly``, ``children``).
    snap_max_m
        A place farther from every road has no road.
    halo_m
        Width of the border outside the city whose roads and facilities count.
    lattice_offset_m, lattice_step_m
        People in areas stand on the points ``offset + step * i`` of the metric system.
    gap_join_m
        Gap places are joined across covered stretches shorter than this.
    scattered_people
        A gap place with fewer people is "scattered".
    hexagon_m
        Distance between opposite sides of the hexagons that people are counted in.
    range_draws, range_speed_sigma, range_home_shift_m, range_total_sigma
        The assumption range: number of draws, sigma of the speed factors, shift of homes, sigma of totals.
    """

    note: Text
    modes: Mapping[str, ModeSpeeds]
    walkers_kmh: Mapping[str, float]
    ferry: Ferry
    study_time: StudyTime
    snap_max_m: float
    halo_m: float
    lattice_offset_m: float
    lattice_step_m: float
    gap_join_m: float
    scattered_people: int
    hexagon_m: float
    range_draws: int
    range_speed_sigma: float
    range_home_shift_m: float
    range_total_sigma: float


@dataclass(frozen=True, slots=True)
class City:
    """The place served.

    Parameters
    ----------
    id, title
        Name for machines (the folder's name) and for people.
    crs
        System in metres that lengths are taken in, such as ``EPSG:9209``.
    bbox
        West, south, east, north in degrees (WGS 84).
    province_codes
        Codes of the province in the country's lists, past and present.
    categories
        Sectors of the layers, in the order people see them.
    groups
        Age groups, youngest first.
    vintages
        Administrative units; those of a level by time, oldest first.
    conventions
        Figures that studies compute with.
    outline_layer
        Layer of the city's outline, the study area; None when the units of a study are it.
    systems
        Coordinate systems that layers are offered in beside WGS 84, the city's own and those of VN-2000.
    """

    id: str
    title: Text
    crs: str
    bbox: BBox
    province_codes: tuple[str, ...]
    categories: Mapping[str, Text]
    groups: tuple[AgeGroup, ...]
    vintages: tuple[Vintage, ...]
    conventions: Conventions
    outline_layer: LayerId | None = None
    systems: tuple[str, ...] = ()

    def of_level(self, level: Level = BASE_LEVEL) -> tuple[Vintage, ...]:
        """Give the vintages of a level, oldest first."""
        return tuple(vintage for vintage in self.vintages if vintage.level == level)


def city_from(entry: Entry) -> City:
    """Build the city from a checked document."""
    west, south, east, north = (float(value) for value in entry["bbox"])
    outline = entry.get("outline_layer")
    return City(
        id=entry["id"],
        title=text_of(entry["title"]),
        crs=entry["crs"],
        bbox=(west, south, east, north),
        province_codes=tuple(entry.get("province_codes", ())),
        categories={key: text_of(title) for key, title in entry["categories"].items()},
        groups=tuple(_group(group) for group in entry["groups"]),
        vintages=tuple(_vintage(vintage) for vintage in entry["vintages"]),
        conventions=_conventions(entry["conventions"]),
        outline_layer=LayerId(outline) if outline is not None else None,
        systems=tuple(entry.get("systems", ())),
    )


def _group(entry: Entry) -> AgeGroup:
    return AgeGroup(entry["id"], text_of(entry["title"]), entry["from_age"], entry.get("to_age"))


def _vintage(entry: Entry) -> Vintage:
    return Vintage(
        id=entry["id"],
        title=text_of(entry["title"]),
        layer=LayerId(entry["layer"]),
        level=entry.get("level", BASE_LEVEL),
        start=date.fromisoformat(entry["valid_from"]),
        end=date_of(entry.get("valid_to")),
    )


def _mode(entry: Entry) -> ModeSpeeds:
    return ModeSpeeds(
        speeds_kmh={name: float(kmh) for name, kmh in entry["speeds_kmh"].items()},
        access_kmh=float(entry["access_kmh"]),
        unpaved_factor=float(entry.get("unpaved_factor", 1)),
        min_width_m=float(entry.get("min_width_m", 0)),
    )


def _conventions(entry: Entry) -> Conventions:
    ferry, study_time = entry["ferry"], entry["study_time"]
    return Conventions(
        note=text_of(entry["note"]),
        modes={name: _mode(mode) for name, mode in entry["modes"].items()},
        walkers_kmh={name: float(kmh) for name, kmh in entry["walkers_kmh"].items()},
        ferry=Ferry(
            speed_kmh=float(ferry["speed_kmh"]),
            wait_s=float(ferry["wait_s"]),
            first=time.fromisoformat(ferry["first"]),
            last=time.fromisoformat(ferry["last"]),
        ),
        study_time=StudyTime(study_time["weekday"], time.fromisoformat(study_time["time"])),
        snap_max_m=float(entry["snap"]["max_m"]),
        halo_m=float(entry["border"]["halo_m"]),
        lattice_offset_m=float(entry["lattice"]["offset_m"]),
        lattice_step_m=float(entry["lattice"]["step_m"]),
        gap_join_m=float(entry["gaps"]["join_m"]),
        scattered_people=entry["gaps"]["scattered_people"],
        hexagon_m=float(entry.get("hexagons", {}).get("width_m", 500)),
        range_draws=entry["range"]["draws"],
        range_speed_sigma=float(entry["range"]["speed_sigma"]),
        range_home_shift_m=float(entry["range"]["home_shift_m"]),
        range_total_sigma=float(entry["range"]["total_sigma"]),
    )
