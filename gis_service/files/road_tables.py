"""Roads and ferries as tables, wherever they were read from.

Apart from what reads files of them, so that a service that takes them from its database need not load that.
"""

from dataclasses import dataclass

import pyproj

from gis_service.types import Bools, Floats, Geometries, Int8s


@dataclass(frozen=True)
class GateTable:
    """Places on roads that not everybody may pass, such as bollards and locked gates.

    Parameters
    ----------
    crs
        System of the file; any.
    xy
        ``(n, 2)`` places; each is a vertex of the roads it stands on.
    on_foot, on_wheels, by_car
        ``(n,)`` who may pass.
    """

    crs: pyproj.CRS
    xy: Floats
    on_foot: Bools
    on_wheels: Bools
    by_car: Bools


@dataclass(frozen=True)
class RoadTable:
    """Roads as they stand in a file, one row per line.

    Parameters
    ----------
    crs
        System of the file; any.
    lines
        ``(n,)`` LineStrings; a multi-line of the file is several rows.
    road_class
        ``(n,)`` names of METHODS ("Classes"); empty where the file gives none that is known.
    oneway, level
        ``(n,)`` 0 both ways, 1 along the line, -1 against it; 0 ground, bridges above, tunnels below.
    width_m
        ``(n,)`` metres, nan where unknown.
    paved, on_foot, on_wheels, by_car
        ``(n,)`` surface, and who may pass by the rules of the source.
    unknown
        Class values that are not known, with their number of lines; ``""`` for lines without any.
    unknown_oneway
        Values of the one-way column that say nothing, with their number; those lines are open both ways.
    without_geometry
        Rows of the file that have no line.
    level_ignored
        Name of a column that looks like a level but does not say which roads pass over others.
    of_osm
        Whether the classes are those of OpenStreetMap, whose licence asks to be credited.
    oneway_bicycle, oneway_motorbike
        ``(n,)`` as ``oneway`` for these two, where it differs; the same when None.
    gates
        Places that not everybody may pass, where the source tells them.
    """

    crs: pyproj.CRS
    lines: Geometries
    road_class: list[str]
    oneway: Int8s
    level: Int8s
    width_m: Floats
    paved: Bools
    on_foot: Bools
    on_wheels: Bools
    by_car: Bools
    unknown: dict[str, int]
    unknown_oneway: dict[str, int]
    without_geometry: int = 0
    level_ignored: str = ""
    of_osm: bool = False
    oneway_bicycle: Int8s | None = None
    oneway_motorbike: Int8s | None = None
    gates: GateTable | None = None


@dataclass(frozen=True)
class FerryTable:
    """Ferries as they stand in a file.

    Parameters
    ----------
    crs
        System of the file; any.
    lines
        ``(n,)`` LineStrings.
    headway_min, wait_min
        ``(n,)`` minutes between two boats, minutes to wait; nan where not told.
    from_hour, to_hour
        ``(n,)`` first and last hour of service, 0 to 24; nan where not told.
    without_geometry
        Rows of the file that have no line.
    takes_cars
        ``(n,)`` whether cars board; None where that is not told, and they do.
    """

    crs: pyproj.CRS
    lines: Geometries
    headway_min: Floats
    wait_min: Floats
    from_hour: Floats
    to_hour: Floats
    without_geometry: int = 0
    takes_cars: Bools | None = None
