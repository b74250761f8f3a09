"""Sample projects of the smart-city scheme: made up, but placed where their services are missed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gis_service.analysis.demo_city.features import Features, generator, table
from gis_service.analysis.demo_city.ground import Ground, blob
from gis_service.analysis.demo_city.safety import nearest_units

READ_ON = date(2026, 6, 30)
"""Day on which the scheme is read: what lies before it has happened, what lies after it is planned."""
PHASES = (
    ("phase_1", date(2020, 1, 1), date(2023, 1, 1)),
    ("phase_2", date(2023, 1, 1), date(2026, 1, 1)),
    ("phase_3", date(2026, 1, 1), date(2031, 1, 1)),
)
"""The phases of ``phases.yaml``: id, first day, first day of the next one."""
_STOPPED = 0.08
_LATE = 0.35
"""Share of projects that are stopped, and that are finished late."""
_LATEST_DAYS = 420
_TRIES = 20
"""Places that are looked at for an area off the water."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of project.

    Parameters
    ----------
    sector, service
        As in the layer; the service is the layer that it adds a facility to.
    title
        What its names say.
    geometry
        ``point``, ``line`` or ``area``.
    phases
        How many fall into each phase.
    cost
        Least and greatest cost, million dong.
    """

    sector: str
    service: str | None
    title: str
    geometry: str
    phases: tuple[int, int, int]
    cost: tuple[float, float]


KINDS = (
    Kind("e_government", "one_stop_office", "Điểm phụ một cửa", "point", (1, 2, 2), (2_000, 8_000)),
    Kind("health", "health_station", "Trạm Y tế", "point", (1, 2, 2), (6_000, 18_000)),
    Kind("health", "hospital", "Cơ sở bệnh viện", "point", (0, 1, 1), (90_000, 320_000)),
    Kind("education", "kindergarten", "Trường Mầm non", "point", (1, 2, 2), (12_000, 30_000)),
    Kind("education", "school_primary", "Trường Tiểu học", "point", (1, 1, 2), (15_000, 40_000)),
    Kind("education", "school_lower_secondary", "Trường THCS", "point", (0, 1, 1), (18_000, 45_000)),
    Kind("transport", "bus_stop", "Điểm dừng xe buýt", "point", (1, 1, 2), (300, 900)),
    Kind("transport", None, "Nâng cấp đường", "line", (1, 1, 2), (40_000, 260_000)),
    Kind("safety", "fire_station", "Đội chữa cháy", "point", (0, 1, 1), (20_000, 45_000)),
    Kind("safety", "camera", "Camera giao thông", "point", (1, 1, 0), (1_000, 6_000)),
    Kind("environment", "park", "Công viên", "area", (0, 1, 2), (8_000, 60_000)),
    Kind("environment", None, "Thu gom nước thải", "area", (1, 1, 1), (30_000, 180_000)),
    Kind("urban_management", "wifi", "Wi-Fi công cộng", "point", (1, 1, 0), (200, 700)),
    Kind("agriculture", None, "Vùng trồng lúa số", "area", (0, 1, 1), (5_000, 25_000)),
    Kind("tourism", None, "Tuyến tham quan số", "line", (0, 1, 1), (3_000, 12_000)),
    Kind("economy", "market", "Chợ", "point", (0, 1, 1), (9_000, 40_000)),
)


@dataclass(frozen=True, slots=True)
class _Draft:
    kind: Kind
    phase: int
    village: int


def make_projects(ground: Ground, facilities: Mapping[str, Features]) -> Features:
    """Write the programme: 40 to 60 projects, in the order of their planned start.

    Parameters
    ----------
    ground
        Free places.
    facilities
        Services by layer; a project that adds one stands where people live farthest from it.

    Returns
    -------
    Features
        Points, lines and areas; dates and status agree with each other and with the day of reading.
    """
    draws = generator("projects")
    drafts = list(_drafts(ground, facilities))
    dated = sorted(((_planned(draft, draws), at) for at, draft in enumerate(drafts)), key=lambda pair: pair)
    rows, shapes = [], []
    for number, ((start, end), at) in enumerate(dated, 1):
        draft = drafts[at]
        shape = _shape(ground, draft, number)
        unit = int(nearest_units(ground, shapely.get_coordinates(shapely.point_on_surface(shape)))[0])
        name = f"Dự án mẫu {number:02d}: {draft.kind.title} {ground.units[unit].name}"
        status, actual = _progress(start, end, draws)
        low, high = draft.kind.cost
        rows.append(
            (
                f"da_{number:02d}",
                name,
                draft.kind.sector,
                draft.kind.service,
                PHASES[draft.phase][0],
                int(draws.choice(5, p=[0.18, 0.26, 0.28, 0.18, 0.10])) + 1,
                status,
                start,
                end,
                *actual,
                float(round(draws.uniform(low, high), -2)),
                ground.units[unit].successor,
            )
        )
        shapes.append(shape)
    names = (
        *("code", "name", "sector", "service", "phase", "priority", "status"),
        *("planned_from", "planned_to", "actual_from", "actual_to", "cost_million_vnd", "commune_code"),
    )
    return Features(np.array(shapes, dtype=object), table(names, rows))


def _drafts(ground: Ground, facilities: Mapping[str, Features]) -> Iterator[_Draft]:
    for kind in KINDS:
        phases = [phase for phase, count in enumerate(kind.phases) for _ in range(count)]
        for phase, village in zip(phases, _missed(ground, facilities, kind, len(phases)), strict=True):
            yield _Draft(kind, phase, village)


def _missed(ground: Ground, facilities: Mapping[str, Features], kind: Kind, count: int) -> list[int]:
    """Choose villages by people times distance from the service, each new one counting for the next."""
    villages = ground.villages
    if kind.service in facilities:
        there = shapely.get_coordinates(shapely.point_on_surface(facilities[str(kind.service)].geometry))
        away = cKDTree(there).query(villages.xy)[0]
    else:
        away = generator(kind.title).uniform(500, 1_500, len(villages.people))
    chosen: list[int] = []
    for _ in range(count):
        weight = villages.people * away
        weight[chosen] = -1.0
        village = int(np.argmax(weight))
        chosen.append(village)
        away = np.minimum(away, np.hypot(*(villages.xy - villages.xy[village]).T))
    return chosen


def _planned(draft: _Draft, draws: np.random.Generator) -> tuple[date, date]:
    _name, first, last = PHASES[draft.phase]
    days = (last - first).days
    start = first + timedelta(days=int(draws.integers(20, max(int(days * 0.45), 21))))
    end = start + timedelta(days=int(draws.integers(200, max(int(days * 0.5), 201))))
    return start, min(end, last - timedelta(days=1))


def _progress(
    start: date, end: date, draws: np.random.Generator
) -> tuple[str, tuple[date | None, date | None]]:
    """Tell how a project stands on the day of reading, and when it really began and ended."""
    begun = start + timedelta(days=int(draws.integers(0, 90)))
    late = int(draws.integers(30, _LATEST_DAYS)) if draws.random() < _LATE else int(draws.integers(-20, 20))
    done = max(end + timedelta(days=late), begun + timedelta(days=60))
    stopped = bool(draws.random() < _STOPPED)
    approved = bool(draws.random() < 0.5)  # noqa: PLR2004 (a coin)
    if begun > READ_ON:
        return ("approved" if approved else "proposed"), (None, None)
    if stopped:
        return "stopped", (begun, None)
    if done > READ_ON:
        return "under_way", (begun, None)
    return "commissioned", (begun, done)


def _shape(ground: Ground, draft: _Draft, number: int) -> shapely.Geometry:
    name = f"project {number}"
    if draft.kind.geometry == "point":
        return shapely.Point(ground.somewhere(draft.village, generator(name), 120).xy)
    if draft.kind.geometry == "line":
        return _stretch(ground, draft.village)
    return _area(ground, draft, name)


def _area(ground: Ground, draft: _Draft, name: str) -> shapely.MultiPolygon:
    """Draw an area behind a road of the village, off the water; a park is smaller than other areas."""
    draws = generator(name)
    size = draws.uniform(8_000, 30_000) if draft.kind.service == "park" else draws.uniform(20_000, 90_000)
    shape = shapely.Polygon()
    for attempt in range(_TRIES):
        place = ground.somewhere(draft.village, draws, 150)
        shape = blob(place.back(float(np.sqrt(size / np.pi))), float(size), f"{name} {attempt}")
        if not shapely.intersects(ground.land.water, shape):
            break
    return shapely.MultiPolygon([shape])


def _stretch(ground: Ground, village: int) -> shapely.Geometry:
    """Give the great road nearest to a village, as far as it goes under its name within a few kilometres."""
    roads = ground.roads
    great = np.flatnonzero(np.isin(np.array(roads.road_class), ["provincial", "district", "national"]))
    heart = shapely.Point(ground.heart(village))
    nearest = int(great[shapely.STRtree(roads.lines[great]).nearest(heart)])
    names = np.array(roads.name)
    same = roads.lines[great[names[great] == names[nearest]]]
    within = same[shapely.dwithin(same, roads.lines[nearest], 2_500.0)]
    parts = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(within)))
    longest: shapely.Geometry = parts[int(np.argmax(shapely.length(parts)))]
    return longest
