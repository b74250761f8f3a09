"""What everybody's way costs in one draw of an assumption range: other speeds, homes a little elsewhere.

Nobody joins another road for it, and no facility moves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from scipy.spatial import KDTree

from gis_service.analysis.field import UNREACHED, Direction, nearest_facility, penalties
from gis_service.analysis.graph import Graph
from gis_service.analysis.modes import MM_PER_M, Costs, Mode, half_up, segment_costs
from gis_service.analysis.network import Network
from gis_service.analysis.ranges import Draw
from gis_service.analysis.recost import Repricer
from gis_service.analysis.snap import Positions
from gis_service.types import Floats, Int64s

Catchments = Sequence[tuple[Int64s, Int64s]]
"""Rows of homes with the rows of facilities that they may use; each home once at most."""


class Ways(Protocol):
    """Anything that tells what everybody's way costs in a draw."""

    def cost(self, draw: Draw) -> Int64s:
        """Give ``(n_homes,)`` ms or mm, `UNREACHED` without an answer."""
        ...  # pragma: no cover


@dataclass(frozen=True, slots=True)
class RoadGround:
    """A network in one mode, and who stands where on it.

    Parameters
    ----------
    network, graph
        Segments, and their contraction for ``costs``.
    costs
        What each segment costs before any draw; where they are closed they stay closed.
    mode
        Whose speeds are drawn; None in studies of distance, in which no speed counts.
    homes, facilities
        Positions on the network.
    """

    network: Network
    graph: Graph
    costs: Costs
    mode: Mode | None
    homes: Positions
    facilities: Positions


class RoadWays:
    """Ways on roads.

    Parameters
    ----------
    ground
        Roads, homes and facilities.
    catchments
        Who may use what.
    direction, turnout, penalty
        As of ``network_field``; the same in every draw.

    Raises
    ------
    WrongUse
        As ``network_field``.
    """

    def __init__(
        self,
        ground: RoadGround,
        catchments: Catchments,
        *,
        direction: Direction = "to_facility",
        turnout: int = 0,
        penalty: Int64s | None = None,
    ) -> None:
        self._ground, self._direction, self._turnout = ground, direction, turnout
        started = penalties(penalty, len(ground.facilities.segment))
        self._repricer = Repricer(ground.graph)
        self._catchments = [
            (homes, ground.facilities.take(facilities), started[facilities])
            for homes, facilities in catchments
            if len(facilities)
        ]

    def cost(self, draw: Draw) -> Int64s:
        """Give everybody's cost in a draw.

        Notes
        -----
        A home keeps its road. Of its move the part along the road shifts its position, at most to the end of
        its segment; the part across changes the length of its straight way to the road.
        """
        costs, graph, homes = self.ground_in(draw)
        found = np.full(len(homes.segment), UNREACHED, np.int64)
        for rows, facilities, penalty in self._catchments:
            found[rows], _ = nearest_facility(
                graph,
                costs,
                homes.take(rows),
                facilities,
                direction=self._direction,
                turnout=self._turnout,
                penalty=penalty,
            )
        return found

    def ground_in(self, draw: Draw) -> tuple[Costs, Graph, Positions]:
        """Give what segments cost in a draw, the graph with these costs, and where homes are on it."""
        costs, graph = self._priced(draw)
        return costs, graph, _moved(self._ground.homes, self._ground.network, draw.moved)

    def _priced(self, draw: Draw) -> tuple[Costs, Graph]:
        ground = self._ground
        if ground.mode is None:
            return ground.costs, ground.graph
        speeds = zip(ground.mode.speeds_kmh, draw.speed.tolist(), strict=True)
        drawn = replace(
            ground.mode, speeds_kmh=tuple(None if kmh is None else kmh * factor for kmh, factor in speeds)
        )
        network, told = ground.network, ground.network.told_kmh
        if told is not None:
            network = replace(network, told_kmh=told * draw.speed[network.road_class])
        new, old = segment_costs(network, drawn, "network_time"), ground.costs
        costs = replace(
            old,
            forward=np.where(old.forward >= 0, new.forward, -1),
            backward=np.where(old.backward >= 0, new.backward, -1),
        )
        return costs, self._repricer.graph(costs)


def _moved(homes: Positions, network: Network, moved: Floats) -> Positions:
    """Move positions along their segments, and homes towards their road or away from it."""
    length = np.where(homes.segment >= 0, network.length_m[homes.segment], np.nan)
    fraction = np.clip(homes.fraction + moved[:, 0] / length, 0.0, 1.0)
    return replace(homes, fraction=fraction, access_m=np.abs(homes.access_m + moved[:, 1]))


class StraightWays:
    """Ways as the crow flies.

    Parameters
    ----------
    home_xy, facility_xy
        ``(n, 2)`` in the same metric CRS.
    catchments
        Who may use what.
    """

    def __init__(self, home_xy: Floats, facility_xy: Floats, catchments: Catchments) -> None:
        self._home_xy = home_xy
        self._catchments = [
            (homes, facility_xy[facilities], KDTree(facility_xy[facilities]))
            for homes, facilities in catchments
            if len(facilities)
        ]

    def cost(self, draw: Draw) -> Int64s:
        """Give everybody's cost in a draw."""
        xy = self._home_xy + draw.moved
        found = np.full(len(xy), UNREACHED, np.int64)
        for rows, places, tree in self._catchments:
            _, near = tree.query(xy[rows], k=1)
            apart = xy[rows] - places[near]
            found[rows] = half_up(np.hypot(apart[:, 0], apart[:, 1]) * MM_PER_M)
        return found
