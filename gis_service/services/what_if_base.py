"""The state that edits begin from: prepared once for a question, and edited by many at once, each apart."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyproj
import shapely

from gis_service.analysis.border import within
from gis_service.analysis.change import Answers
from gis_service.analysis.graph import build_graph
from gis_service.analysis.snap import Joins, Positions
from gis_service.analysis.what_if import ROOM, Ground, People, WhatIf
from gis_service.analysis.zones import NO_UNIT
from gis_service.crs import STORAGE, transform
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.coverage_border import border_of
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_live import LiveStudy
from gis_service.services.coverage_ways import Roads
from gis_service.services.memo import Memo
from gis_service.services.study_standard import refused
from gis_service.services.what_if_pieces import Pieces, pieces_of
from gis_service.types import Floats, Geometries, Int64s

POOL = 4
"""States of one question that wait to be edited: some 10 MB each for a province."""
ROADS, POOL_ON_ROADS = 4, 2
"""Edits of its roads that stay in memory, and states on them that wait: some 20 MB each for a province."""


@dataclass(frozen=True)
class Placed:
    """Where an edit puts a facility: in metres, joined to a road."""

    xy: tuple[float, float]
    position: Positions

    def as_document(self, crs: pyproj.CRS) -> Document:
        """Tell the place in degrees, and how far its road is.

        Parameters
        ----------
        crs
            That of the metres.
        """
        point = transform(np.array([shapely.Point(self.xy)], dtype=object), crs, STORAGE)[0]
        return {
            "geometry": {"type": "Point", "coordinates": [round(point.x, 6), round(point.y, 6)]},
            "access_m": round(float(self.position.access_m[0]), 3),
        }


class Pool:
    """Equal states that wait to be edited, each by one at a time.

    Parameters
    ----------
    make
        Gives one more.
    most
        How many may wait.
    """

    def __init__(self, make: Callable[[], WhatIf], most: int) -> None:
        self._make, self._most = make, most
        self._free: list[WhatIf] = []
        self._lock = threading.Lock()

    @contextmanager
    def state(self) -> Iterator[WhatIf]:
        """Give a state that is edited by itself; what is done to it is taken back afterwards."""
        with self._lock:
            state = self._free.pop() if self._free else None
        state = self._make() if state is None else state
        begun = state.edits
        yield state
        # A state that failed is let go: nothing is known of it.
        while state.edits > begun:
            state.undo()
        with self._lock:
            if len(self._free) < self._most:
                self._free.append(state)


class Joiner:
    """Joins places of edits to roads, one at a time.

    Parameters
    ----------
    joins
        To the roads that are open.
    study
        Tells the border, and how far a road may be.
    """

    def __init__(self, joins: Joins, study: LiveStudy) -> None:
        self._joins, self._halo_m, self._snap_max_m = (
            joins,
            study.parameters.halo_m,
            study.parameters.snap_max_m,
        )
        self._area = border_of(study.inputs, self._halo_m).area
        self._joining = threading.Lock()

    def join(self, xy: Floats, where: tuple[float, float]) -> Placed:
        """Join a place to a road.

        Parameters
        ----------
        xy
            ``(1, 2)`` metres.
        where
            The same in degrees, for what is said of it.

        Raises
        ------
        RefusedInput
            ``place_outside`` beyond the border around the study area, ``what_if_no_road``.
        """
        lon, lat = where
        if self._area is not None and not within(self._area, _points(xy), self._halo_m)[0]:
            raise RefusedInput(ErrorCode.PLACE_OUTSIDE, lon=lon, lat=lat)
        position = self.snap(xy)
        if position.segment[0] < 0:
            raise RefusedInput(ErrorCode.WHAT_IF_NO_ROAD, lon=lon, lat=lat, metres=round(self._snap_max_m))
        return Placed((float(xy[0, 0]), float(xy[0, 1])), position)

    def snap(self, xy: Floats) -> Positions:
        """Join places to roads; segment -1 for none."""
        with self._joining:
            return self._joins.snap(xy)


class Base:
    """A study along roads whose facilities and roads may be edited.

    Parameters
    ----------
    study
        The study; its catchment is ``any``.

    Attributes
    ----------
    groups
        Groups of people in the order of the columns of the sums.
    facility_of
        ``(n_numbers,)`` facility of each number of a state, as in the input; -1 for those not given yet.
    numbers
        Numbers by facility.
    standing, start
        Positions by number, and what the ways to each begin with.
    first
        The state before any edit; nobody edits it.
    joiner
        Joins places to the roads of this state.
    state
        Gives a state that is edited by itself; all is taken back afterwards.
    roads
        Edits of its roads that are known.
    """

    def __init__(self, study: LiveStudy) -> None:
        inputs, asked, result = study.inputs, study.parameters, study.result
        roads = roads_of(study)
        self.study, self.groups = study, asked.counted_groups
        graph = inputs.prepared.once(build_graph, roads.network, roads.costs)
        n_zones = len(inputs.zones)
        bucket = np.where(result.zone == NO_UNIT, n_zones, result.zone).astype(np.int32)
        counted = np.column_stack([result.demand.people[group] for group in self.groups])
        people = People(np.ascontiguousarray(counted, np.int64), bucket, n_zones + 1)
        self.everybody = np.zeros((n_zones + 1, len(self.groups)), np.int64)
        np.add.at(self.everybody, bucket, people.people)
        ground = Ground(graph, roads.costs, roads.homes, people, asked.direction, asked.limit_cost)
        near = result.counted_facilities
        self.standing = roads.facilities.take(near)
        waits = inputs.facilities.starts(near)
        self.start = roads.costs.access(self.standing.access_m) + asked.turnout_cost
        self.start += 0 if waits is None else waits
        self.first = WhatIf(ground, self.standing, self.start)
        self.facility_of = np.append(inputs.facilities.owners[near], np.full(ROOM, -1)).astype(np.int64)
        self.numbers: dict[int, list[int]] = {}
        for number, owner in enumerate(inputs.facilities.owners[near].tolist()):
            self.numbers.setdefault(owner, []).append(number)
        self.answers = Answers(self.first.cost, self.first.facility)
        self.covered = self.first.covered
        self.joiner = Joiner(Joins(roads.network, roads.costs, inputs.barriers, asked.snap_max_m), study)
        self.roads = Memo(ROADS)
        self.state = Pool(self.first.fork, POOL).state

    @property
    def places(self) -> int:
        """How many places the people are at: by these its memory is reckoned."""
        return self.study.places

    @cached_property
    def pieces(self) -> Pieces:
        """People of the same unit in every vintage."""
        return pieces_of(self.study)

    def start_of(self, position: Positions, owner: int | None, seconds: float | None) -> int:
        """Give what the ways to a facility begin with: access, turn-out, and its own wait.

        Parameters
        ----------
        position
            One row.
        owner
            The facility, whose wait counts where ``seconds`` is None; None for a new one.
        seconds
            Another wait.
        """
        facilities, costs = self.study.inputs.facilities, roads_of(self.study).costs
        own = 0 if owner is None or facilities.start is None else int(facilities.start[owner])
        wait = own if seconds is None else int(np.floor(seconds * 1000 + 0.5))
        return int(costs.access(position.access_m)[0]) + self.study.parameters.turnout_cost + wait

    def facilities_by(self, facility_of: Int64s) -> Answers:
        """Give everybody's way before any edit, with facilities as in the input."""
        return Answers(self.answers.cost, np.append(facility_of, -1)[self.answers.facility].astype(np.int32))


def _points(xy: Floats) -> Geometries:
    return np.asarray(shapely.points(xy), dtype=object)


def roads_of(study: LiveStudy) -> Roads:
    """Give the roads of a study, where its question is one that edits can be put to.

    Raises
    ------
    RefusedInput
        ``study_refused`` for a study that is not along roads, or not of any facility.
    """
    if study.result.roads is None:
        raise refused("measure", study.parameters.measure, "network_time, network_distance")
    return study.result.roads
