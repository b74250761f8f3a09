"""What if, where people may use the facilities of their own unit only, or those that are assigned to them.

Whoever's facilities no edit concerns keeps the way that is known; the others are searched anew, unit by unit
or part by part, on roads that are laid out already. So each answer is that of a whole study.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from gis_service.analysis.change import Answers, changes, explained
from gis_service.analysis.field import UNREACHED, nearest_facility
from gis_service.analysis.graph import build_graph
from gis_service.analysis.snap import Joins, Positions
from gis_service.services.compare_document import Facility
from gis_service.services.compare_facilities import only_in, places_of
from gis_service.services.coverage_inputs import CoverageInputs, Facilities
from gis_service.services.coverage_live import LiveStudy
from gis_service.services.coverage_ways import who_uses_what
from gis_service.services.study_layers import StudyLayers
from gis_service.services.what_if_base import Joiner, Placed, roads_of
from gis_service.services.what_if_document import Difference, Edited
from gis_service.services.what_if_facilities import in_cell, with_edits
from gis_service.services.what_if_pieces import Pieces, pieces_of
from gis_service.services.what_if_request import FacilityEdit
from gis_service.types import Bools, Int64s


class Searched:
    """A study along roads whose people may not use any facility, and who uses which.

    Parameters
    ----------
    study
        Its catchment is ``own_unit`` or ``assigned``.

    Attributes
    ----------
    answers
        Everybody's way; facilities as in the input.
    covered
        ``(n,)`` who is within the limit.
    joiner
        Joins places to its roads.
    """

    def __init__(self, study: LiveStudy) -> None:
        inputs, asked, found = study.inputs, study.parameters, study.result.field
        roads = roads_of(study)
        self.study, self.covered = study, study.result.covered
        self.answers = Answers(found.cost, _owners(inputs.facilities)[found.facility])
        self.joiner = Joiner(Joins(roads.network, roads.costs, inputs.barriers, asked.snap_max_m), study)
        self.counted = np.zeros(len(inputs.facilities.xy), np.bool_)
        self.counted[study.result.counted_facilities] = True

    @property
    def places(self) -> int:
        """How many places the people are at: by these its memory is reckoned."""
        return self.study.places

    @cached_property
    def pieces(self) -> Pieces:
        """People of the same unit in every vintage."""
        return pieces_of(self.study)


def edited_catchments(
    before: Searched,
    roads: Searched,
    layers: StudyLayers,
    edits: Sequence[FacilityEdit],
    *,
    personal: bool,
) -> Edited:
    """Put edits of facilities to a state.

    Parameters
    ----------
    before
        The state before.
    roads
        The same facilities on the roads of afterwards.
    layers
        Of the study.
    edits
        With their codes, each facility once.
    personal
        Whether the one who asks may see small counts; a place is else put into the middle of its cell.

    Raises
    ------
    RefusedInput
        As `with_edits`; ``place_outside``, ``what_if_no_road``.
    """
    inputs, asked = roads.study.inputs, roads.study.parameters
    if not personal:
        edits = [in_cell(edit, inputs.crs) for edit in edits]
    edited = with_edits(inputs, layers, edits)
    ids = {code: at for at, code in enumerate(edited.facilities.ids)}
    placed: dict[int, Placed] = {}
    told = []
    for edit in edits:
        said = {name: value for name, value in edit.as_document().items() if name != "geometry"}
        if edit.place is not None:
            xy = edited.facilities.xy[edited.facilities.owners == ids[str(edit.id)]]
            one = placed[ids[str(edit.id)]] = roads.joiner.join(xy, edit.place)
            said |= one.as_document(inputs.crs)
        told.append(said)
    touched = {ids[str(edit.id)] for edit in edits if edit.op != "capacity"}
    after, counted = _search(roads, edited, touched, placed)
    facilities = edited.facilities
    names = facilities.names or facilities.ids
    known = [Facility(id_, name) for id_, name in zip(facilities.ids, names, strict=True)]
    first = before.study.inputs.facilities
    there = places_of(first.owners.astype(np.int32), first, before.counted)
    then = places_of(facilities.owners.astype(np.int32), facilities, counted)
    opened, closed = only_in(then, there, len(known)), only_in(there, then, len(known))
    result, limit = before.study.result, asked.limit_cost
    groups = {group: result.demand.people[group] for group in asked.counted_groups}
    demand = replace(result.demand, people=groups)
    difference = Difference(
        changes(demand, result.zone, len(inputs.zones), before.answers, after, limit),
        {
            group: explained(people, before.answers, after, limit, opened, closed)
            for group, people in groups.items()
        },
        known,
        edits=told,
    )
    return Edited(difference, after.cost <= limit, bool(placed))


def _search(
    roads: Searched, edited: CoverageInputs, touched: set[int], placed: Mapping[int, Placed]
) -> tuple[Answers, Bools]:
    """Search anew for those whose facilities are touched; tell which rows of the facilities count."""
    study = roads.study
    positions, counted = _standing(roads, edited.facilities, placed)
    cost, facility = roads.answers.cost.copy(), roads.answers.facility.copy()
    asked, net = study.parameters, roads_of(study)
    graph = study.inputs.prepared.once(build_graph, net.network, net.costs)
    owners = _owners(edited.facilities)
    for homes, chosen in _concerned(roads, edited, touched, np.flatnonzero(counted)):
        cost[homes], facility[homes] = UNREACHED, -1
        if not len(chosen):
            continue
        cost[homes], found = nearest_facility(
            graph,
            net.costs,
            net.homes.take(homes),
            positions.take(chosen),
            direction=asked.direction,
            turnout=asked.turnout_cost,
            penalty=edited.facilities.starts(chosen),
        )
        facility[homes] = owners[np.append(chosen, -1)[found]]
    return Answers(cost, facility), counted


def _standing(roads: Searched, now: Facilities, placed: Mapping[int, Placed]) -> tuple[Positions, Bools]:
    """Give the positions of facilities afterwards, and which of their rows count."""
    was, net = roads.study.inputs.facilities, roads_of(roads.study)
    stays = np.isin(was.owners, now.owners) & ~np.isin(was.owners, list(placed))
    is_new = np.isin(now.owners, list(placed))
    row = np.full(len(now.owners), -1, np.int64)
    # Both are in the order of the facilities, and one that stays keeps its rows.
    row[~is_new] = np.flatnonzero(stays)
    joined = [net.facilities, *(one.position for one in placed.values())]
    at = {owner: len(was.owners) + place for place, owner in enumerate(placed)}
    row[is_new] = [at[owner] for owner in now.owners[is_new].tolist()]
    counted = np.append(roads.counted, np.ones(len(placed), np.bool_))[row]
    return _together(joined).take(row), counted


def _together(parts: Sequence[Positions]) -> Positions:
    return Positions(
        np.concatenate([one.segment for one in parts]).astype(np.int32),
        np.concatenate([one.fraction for one in parts]),
        np.concatenate([one.access_m for one in parts]),
        np.concatenate([one.snapped_xy for one in parts]),
    )


def _concerned(
    roads: Searched, edited: CoverageInputs, touched: set[int], near: Int64s
) -> Iterator[tuple[Int64s, Int64s]]:
    """Give those whose facilities are touched, with the facilities that they may use now."""
    study, inputs = roads.study, roads.study.inputs
    zone, asked = study.result.zone, study.parameters
    if asked.catchment == "own_unit":
        one, other = inputs.facilities, edited.facilities
        units = [side.unit[np.isin(side.owners, list(touched))] for side in (one, other)]
        homes = np.flatnonzero(np.isin(zone, np.concatenate(units)) & (zone >= 0))
        for rows, chosen in who_uses_what(zone[homes], edited, near, asked):
            yield homes[rows], chosen
        return
    before = who_uses_what(zone, inputs, np.flatnonzero(roads.counted), asked)
    now = who_uses_what(zone, edited, near, asked)
    for (homes, had), (_, has) in zip(before, now, strict=True):
        used = {*inputs.facilities.owners[had].tolist(), *edited.facilities.owners[has].tolist()}
        if used & touched:
            yield homes, has


def _owners(facilities: Facilities) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    """Give the facility of each row, and -1 for the row -1."""
    return np.append(facilities.owners, -1).astype(np.int32)
