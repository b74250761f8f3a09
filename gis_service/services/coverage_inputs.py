"""What a study of coverage reads, as arrays in one metric system."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demand import Demand
from gis_service.analysis.gaps import Settlements
from gis_service.analysis.network import Network
from gis_service.analysis.zones import Zones
from gis_service.services.prepared import Prepared
from gis_service.types import Bools, Floats, Geometries, Int32s, Int64s


@dataclass(frozen=True)
class Notice:
    """Something a reader of the result must know; the words stand in ``messages/*.yaml``."""

    code: str
    params: Mapping[str, object]

    def as_document(self) -> dict[str, object]:
        """Give the notice as it stands in the study document."""
        return {"code": self.code, "params": dict(self.params)}


@dataclass(frozen=True)
class Facilities:
    """Where a service is given.

    Parameters
    ----------
    xy
        ``(n, 2)`` places in metres; a facility with several entrances has several rows.
    site
        ``(n,)`` number of the site; rows of one site do not stand in for each other.
    unit
        ``(n,)`` index of the unit each belongs to, for the catchment ``own_unit``; negative without one. All
        entrances of a facility have the same.
    owner
        ``(n,)`` facility of each row, as it stands in the input; None when every row is a facility.
    names
        Name of each facility, to tell of it by; empty when none are known.
    ids
        Code of each facility, in the order of ``names``; empty when none are known.
    capacity, site_area_m2
        ``(n_facilities,)`` what each can serve and the area of its site in m², nan where not known; None
        when it is known of none.
    places
        ``(n_facilities,)`` geometry of each in the metric system of the study, as it came; None where only
        the entrances are known.
    serves
        Codes of the units whose residents may use each facility, with commas or semicolons between, as they
        came; None when no facility tells any.
    site_ids
        Site of each facility as it came; empty when none are known.
    start
        ``(n_facilities,)`` what each adds before a way begins, ms, 0 or more; None when nobody asks for it.
    shapes
        ``(n,)`` what each row is as the crow flies: near wherever it is nearest. Then every facility has one
        row, and ``xy`` is a place on it. None where the rows are places.
    """

    xy: Floats
    site: Int32s
    unit: Int32s
    owner: Int64s | None = None
    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    capacity: Floats | None = None
    site_area_m2: Floats | None = None
    places: Geometries | None = None
    serves: tuple[object, ...] | None = None
    site_ids: tuple[object, ...] = ()
    shapes: Geometries | None = None
    start: Int64s | None = None

    @property
    def ground(self) -> Geometries:
        """What each row takes up of the ground: itself, else its place."""
        return np.asarray(shapely.points(self.xy), dtype=object) if self.shapes is None else self.shapes

    @property
    def owners(self) -> Int64s:
        """The facility of each row."""
        return np.arange(len(self.xy), dtype=np.int64) if self.owner is None else self.owner

    def starts(self, rows: Int64s) -> Int64s | None:
        """Give what some rows add before a way begins, ms, as searches take it; None when nobody asks."""
        return None if self.start is None else self.start[self.owners[rows]]

    @property
    def count(self) -> int:
        """Number of facilities that have a row."""
        return len(np.unique(self.owners))


@dataclass(frozen=True)
class LandUse:
    """How land is used.

    Parameters
    ----------
    polygons
        ``(n,)`` areas in the metric system of the study.
    use
        ``n`` uses, as the layer writes them.
    """

    polygons: Geometries
    use: tuple[str, ...]


@dataclass(frozen=True)
class Assigned:
    """Who may use what, where the data say so (METHODS, Catchment of a standard: ``assigned``).

    Parameters
    ----------
    part
        ``(n_demand,)`` which of ``facilities`` each row of people may use, negative for none.
    facilities
        For each part the facilities, numbered as in `Facilities.owners`.
    by_unit
        ``(n_units,)`` the part of each unit, where the unit tells it, so that it is known of any place too;
        None where each row of people tells its own.
    """

    part: Int32s
    facilities: tuple[Int64s, ...]
    by_unit: Int32s | None


@dataclass(frozen=True)
class Subject:
    """Where a rule holds that is for some kinds of units only.

    Parameters
    ----------
    units
        The base units of the city, whatever the units that a result is told by.
    holds
        ``(n_units,)`` whether the rule holds in each.
    """

    units: Zones
    holds: Bools

    def includes(self, unit: Int32s) -> Bools:
        """Tell for whom the rule holds, by the base unit of each: not for those without one."""
        # Row -1 stands for people without a unit.
        found: Bools = np.append(self.holds, np.zeros(1, dtype=np.bool_))[np.maximum(unit, -1)]
        return found


@dataclass(frozen=True)
class CoverageInputs:
    """What a study of coverage reads; all geometry in one projected CRS in metres.

    Parameters
    ----------
    references
        What the document names as ``inputs``: layers by version, or files by content hash.
    crs
        System of all geometry.
    demand
        People at places.
    zones
        Units, sorted by code.
    zone
        ``(n_demand,)`` unit of each row, as `gis_service.analysis.zones.zone_of` gives it.
    facilities
        Facilities; those in the halo outside the study area count, those beyond it are left out.
    network
        None only for ``straight_radius``.
    barriers
        Water that the straight line to the road may not cross.
    settlements
        To name gap places by.
    outline
        The study area, for a city that brings its outline as a layer of its own; the union of the zones when
        None. The zones of Thai Binh cover the province, so its studies leave this out. Where it is given,
        ``zone`` must have been found with it (`gis_service.analysis.zones.zone_of`).
    area
        Units whose union is the study area where the result is told by others, for a city without an outline;
        ``zone`` must have been found with them. None when it is the union of ``zones``.
    people_beyond
        Whole thousandths of people beyond the study area who are not rows of ``demand``.
    land_use
        Use of land, where a table of the study asks for it.
    assigned
        Who may use what, for the catchment ``assigned``.
    rank
        ``(n_demand,)`` what each row of people is ranked by, the worst-off lowest, nan where nothing
        tells it; None when nobody asks for it.
    subject
        Where the rule of the study holds, when it holds in some kinds of units only: everybody else is beyond
        the study area in ``zone``. None when it holds everywhere.
    not_subject
        Whole thousandths of the people for whom the rule does not hold; they are rows of ``demand``.
    notices
        Found while the inputs were read.
    generated
        Names of the inputs that are generated data.
    prepared
        What has been worked out already; nothing, unless the caller keeps it from study to study.
    """

    references: Mapping[str, object]
    crs: pyproj.CRS
    demand: Demand
    zones: Zones
    zone: Int32s
    facilities: Facilities
    network: Network | None = None
    barriers: Geometries | None = None
    settlements: Settlements | None = None
    outline: BaseGeometry | None = None
    area: Zones | None = None
    people_beyond: int = 0
    land_use: LandUse | None = None
    assigned: Assigned | None = None
    rank: Floats | None = None
    subject: Subject | None = None
    not_subject: int = 0
    notices: tuple[Notice, ...] = ()
    generated: tuple[str, ...] = ()
    prepared: Prepared = field(default_factory=Prepared, compare=False, repr=False)
