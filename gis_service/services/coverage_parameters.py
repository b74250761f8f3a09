"""What a study of coverage asks: the standard, the way, the limit, and the conventions it computes with."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import floor
from typing import Literal, get_args

from gis_service.analysis.demand import ALL
from gis_service.analysis.field import Direction
from gis_service.analysis.gap_parts import JOIN_M
from gis_service.analysis.gaps import SCATTERED_PEOPLE
from gis_service.analysis.hexagons import WIDTH_M
from gis_service.analysis.lattice import LATTICE, Lattice
from gis_service.analysis.modes import Mode
from gis_service.analysis.network import ROAD_CLASSES
from gis_service.analysis.snap import SNAP_LIMIT_M
from gis_service.catalogue.service_standard import EVERYBODY, Quota
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.closure_rules import ClosureRule
from gis_service.services.documents import PER_UNIT
from gis_service.services.network import FERRY_RULES, FerryRules
from gis_service.services.quota_rules import QuotaRule
from gis_service.types import Text

CoverageMeasure = Literal[
    "network_time", "network_distance", "straight_radius", "within_line", "inside_area", "quota"
]
CoverageCatchment = Literal["any", "own_unit", "assigned"]
MEASURES: tuple[CoverageMeasure, ...] = get_args(CoverageMeasure)
CATCHMENTS: tuple[CoverageCatchment, ...] = get_args(CoverageCatchment)
ON_ROADS = frozenset({"network_time", "network_distance"})
"""Measures along roads: only these need a network and a mode."""
MAY_BE_ZERO = frozenset({"inside_area", "quota"})
"""Measures that need no limit; a quota has none."""
DIRECTIONS = ("to_facility", "from_facility")
HALO_M = 10_000.0
"""Roads and facilities within this outside the study area count (METHODS, Border)."""
MAX_LIMIT = 10_000_000.0
"""Longest limit, seconds or metres: far beyond any way, and far below what stands for no way at all."""
OF_FACILITIES = "facilities"
"""The further table that tells of facilities, those of a quota too."""
OF_NO_WAYS = ("provision", "land_balance")
"""Further tables that tell nothing of ways."""
OF_DRAWS = "range"
"""The further table of draws, which move the speeds of all people together."""
OF_EVENNESS = ("inequality", "way_inequality")
"""Further tables that tell the concentration index, where there is a column to rank by."""
MAX_TURNOUT_S = 86_400.0
"""Longest turn-out: one day."""


@dataclass(frozen=True)
class CoverageParameters:
    """Parameters of a study of coverage.

    Parameters
    ----------
    service
        What is judged: the layer of facilities, or a name.
    measure
        One of `MEASURES`.
    limit
        Seconds for ``network_time``, else metres; 0 for ``quota``, and for ``inside_area`` where only those
        inside are covered.
    mode
        How people move, with its speeds; None only for measures that use no road.
    direction, turnout_s
        ``from_facility`` for those who are driven to; only then, and in time, a turn-out is added.
    start_column
        Column of the facilities that tells what each adds before a way begins; only in time. None for
        nothing.
    catchment
        ``any`` facility, only those of the resident's ``own_unit``, or those ``assigned`` by the data.
    standard
        Id of the standard, when there is one.
    vintage
        Units the result is told by.
    catchment_vintage
        Units of the catchment ``own_unit``, where a kept study is told by others; None when by the same.
    at
        Time of the study: ``YYYY-MM-DDTHH:MM`` as it was asked for, else the convention, ``Tuesday 10:00``.
    open_on
        For a study by the convention: the last day on which any of its facilities opened or closed; those
        open since then count. None when the facilities tell no such day, or ``at`` tells the day.
    groups
        Groups that are counted beside all people.
    group
        The group that the standard is for, one of those counted: whom the answer speaks of.
    branch_share
        Share 0..1 of the closed facilities with a ``branch_rank`` that stay as branches.
    seed
        For assumption ranges; changes no plain figure.
    tables
        Further tables of the document, names of `gis_service.services.tables.TABLES`.
    closures
        Roads that are closed.
    quota, quota_group
        What a unit needs, and of which group its people are counted; only for ``quota``.
    unit_types
        Kinds of units that the standard holds in; empty means every kind.
    min_site_m2
        Facilities on a smaller site do not count.
    in_force
        Whether the standard is in force on the day of the study.
    beside
        What stands beside the result: ``roads``, and ids of standards.
    group_speeds
        Groups that walk at a speed of their own, with km/h; None when nobody asks for that.
    quotas
        What the standards of the service ask for, where a table tells of it.
    rank_column, rank_of
        Column that homes are ranked by from the worst-off, for the concentration index of the table
        ``inequality``, and whose it is: the layer (in scripts the file) of the people, or of the units.
    hexagon_m
        Distance between opposite sides of the city's hexagons.
    snap_max_m, gap_join_m, scattered_people, halo_m, ferry, lattice
        Conventions of METHODS.
    """

    service: str
    measure: CoverageMeasure
    limit: float
    mode: Mode | None = None
    direction: Direction = "to_facility"
    turnout_s: float = 0.0
    catchment: CoverageCatchment = "any"
    standard: str | None = None
    vintage: str | None = None
    catchment_vintage: str | None = None
    at: str | None = None
    open_on: str | None = None
    groups: tuple[str, ...] = ()
    group: str = EVERYBODY
    branch_share: float = 0.0
    seed: int = 0
    tables: tuple[str, ...] = ()
    closures: tuple[ClosureRule, ...] = ()
    quota: Quota | None = None
    quota_group: str = EVERYBODY
    unit_types: tuple[str, ...] = ()
    min_site_m2: float | None = None
    in_force: bool = True
    beside: tuple[str, ...] = ()
    group_speeds: tuple[tuple[str, float], ...] | None = None
    quotas: tuple[QuotaRule, ...] = ()
    rank_column: str | None = None
    rank_of: str | None = None
    start_column: str | None = None
    hexagon_m: float = WIDTH_M
    snap_max_m: float = SNAP_LIMIT_M
    gap_join_m: float = JOIN_M
    scattered_people: int = SCATTERED_PEOPLE
    halo_m: float = HALO_M
    ferry: FerryRules = FERRY_RULES
    lattice: Lattice = LATTICE

    @property
    def limit_cost(self) -> int:
        """The limit in whole milliseconds or millimetres, rounded half up."""
        return floor(self.limit * PER_UNIT + 0.5)

    @property
    def turnout_cost(self) -> int:
        """The turn-out in whole milliseconds."""
        return floor(self.turnout_s * PER_UNIT + 0.5)

    @property
    def is_time(self) -> bool:
        """Whether costs are times."""
        return self.measure == "network_time"

    @property
    def on_roads(self) -> bool:
        """Whether costs are those of ways on roads."""
        return self.measure in ON_ROADS

    @property
    def counted_groups(self) -> tuple[str, ...]:
        """All people first, then the groups asked for, each once."""
        return (ALL, *(group for group in dict.fromkeys(self.groups) if group != ALL))

    def require(self, known_groups: Sequence[str], *, has_network: bool, is_assigned: bool = False) -> None:
        """Refuse what cannot be computed.

        Parameters
        ----------
        known_groups
            Groups whose people are known.
        has_network, is_assigned
            Whether there are roads, and whether the data say who may use what.

        Raises
        ------
        RefusedInput
            ``study_refused``, naming the parameter, its value and what is expected.
        """
        _require_one_of("measure", self.measure, MEASURES)
        self.require_start()
        _require_one_of("catchment", self.catchment, CATCHMENTS)
        if self.catchment == "assigned" and not is_assigned:
            _refuse("catchment", self.catchment, "any, own_unit")
        _require_one_of("direction", self.direction, DIRECTIONS)
        for group in self.counted_groups:
            _require_one_of("groups", group, known_groups)
        if (self.quota is not None) != (self.measure == "quota"):
            _refuse("measure", self.measure, "quota: amount, of, per")
        if not (self.limit > 0 or (self.limit == 0 and self.measure in MAY_BE_ZERO)):
            _refuse("limit", self.limit, f"> 0, ≤ {MAX_LIMIT:.0f}")
        most = 0.0 if self.measure == "quota" else MAX_LIMIT
        if not self.limit <= most:
            _refuse("limit", self.limit, f"≤ {most:.0f}")
        if self.on_roads and not has_network:
            _refuse("measure", self.measure, ", ".join(one for one in MEASURES if one not in ON_ROADS))
        if not self.on_roads and self.closures:
            _refuse("closures", len(self.closures), ", ".join(ON_ROADS))
        self._require_tables()
        if self.on_roads and self.mode is None:
            _refuse("mode", None, "walk, bicycle, motorbike, car")
        usable = self.is_time and self.direction == "from_facility"
        if not 0 <= self.turnout_s <= MAX_TURNOUT_S or (self.turnout_s and not usable):
            allowed = f"0; ≤ {MAX_TURNOUT_S:.0f}: network_time, from_facility"
            _refuse("turnout_s", self.turnout_s, allowed)

    def require_start(self) -> None:
        """Refuse a wait before the way where the limit is no time: there it would be counted as nothing.

        Raises
        ------
        RefusedInput
            ``study_refused``.
        """
        if self.start_column is not None and not self.is_time:
            expected = Text(
                f"measure: network_time; bỏ start_column khi measure là {self.measure}",
                f"measure: network_time; leave start_column out when measure is {self.measure}",
            )
            _refuse("start_column", self.start_column, expected)

    def _require_tables(self) -> None:
        """Refuse tables of ways where there are none, and of draws where groups have speeds of their own."""
        of_ways = [name for name in self.tables if name not in OF_NO_WAYS]
        if self.measure == "quota" and set(of_ways) - {OF_FACILITIES}:
            _refuse("tables", ", ".join(of_ways), ", ".join((OF_FACILITIES, *OF_NO_WAYS)))
        if OF_DRAWS in self.tables and self.group_speeds is not None:
            _refuse("tables", OF_DRAWS, "group_speeds: false")

    def as_document(self) -> dict[str, object]:
        """Give the parameters as they stand in the study document, the conventions among them."""
        return self._asked_for() | {
            "service": self.service,
            "standard": self.standard,
            "measure": self.measure,
            "limit": self.limit,
            "direction": self.direction,
            "turnout_s": self.turnout_s,
            "catchment": self.catchment,
            "vintage": self.vintage,
            "at": self.at,
            "open_on": self.open_on,
            "groups": list(self.counted_groups),
            "branch_share": self.branch_share,
            "seed": self.seed,
            **_mode_document(self.mode),
            "snap_max_m": self.snap_max_m,
            "gap_join_m": self.gap_join_m,
            "scattered_people": self.scattered_people,
            "halo_m": self.halo_m,
            "lattice_m": self.lattice.step_m,
            "lattice_offset_m": self.lattice.offset_m,
            "ferry": self._ferry_document(),
        }

    def _asked_for(self) -> dict[str, object]:
        """Give what most studies leave as it is, where this one does not: so theirs keep their ids."""
        told: dict[str, object] = {
            "catchment_vintage": self.catchment_vintage,
            "group": None if self.group == EVERYBODY else self.group,
            "tables": list(self.tables),
            "closures": [rule.as_document() for rule in self.closures],
            "quota": None if self.quota is None else asdict(self.quota) | {"group": self.quota_group},
            "unit_types": list(self.unit_types),
            "min_site_m2": self.min_site_m2,
            "beside": list(self.beside),
            "rank_column": self.rank_column,
            "rank_of": self.rank_of,
            "start_column": self.start_column,
        }
        told["quotas"] = [rule.as_document() for rule in self.quotas]
        told["hexagon_m"] = self.hexagon_m if "hexagons" in self.tables else None
        asked = {name: value for name, value in told.items() if value}
        if self.group_speeds is not None:
            asked["group_speeds_kmh"] = dict(self.group_speeds)
        return asked if self.in_force else asked | {"in_force": False}

    def _ferry_document(self) -> dict[str, object] | None:
        if self.mode is None or not self.on_roads:
            return None
        hours = [float(hour) for hour in self.ferry.hours]
        return {"kmh": self.mode.ferry_kmh, "wait_min": self.ferry.wait_min, "hours": hours}


def _mode_document(mode: Mode | None) -> dict[str, object]:
    if mode is None:
        return {"mode": None}
    speeds = dict(zip(ROAD_CLASSES, mode.speeds_kmh, strict=True))
    return {
        "mode": mode.id,
        "speeds_kmh": {name: kmh for name, kmh in speeds.items() if kmh is not None},
        "access_kmh": mode.access_kmh,
        "unpaved_factor": mode.unpaved_factor,
        "min_width_m": mode.min_width_m,
    }


def _require_one_of(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        _refuse(name, value, ", ".join(known))


def _refuse(name: str, value: object, expected: str | Text) -> None:
    raise RefusedInput(ErrorCode.STUDY_REFUSED, name=name, value=value, expected=expected)
