"""Changes between two states: who gains, who loses, and how much longer the way gets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.change import (
    Added,
    Answers,
    Counts,
    FacilityLoad,
    added,
    causes,
    changes,
    explained,
    explained_by_zone,
)
from gis_service.analysis.demand import Demand
from gis_service.analysis.field import UNREACHED
from gis_service.analysis.zones import BEYOND, NO_UNIT
from gis_service.types import Bools

N_ZONES = 2
FAR = int(UNREACHED)
PLACES = st.lists(
    st.tuples(
        st.sampled_from([BEYOND, NO_UNIT, 0, 1]),
        st.integers(0, 5000),
        st.integers(0, 900),
        *[st.sampled_from([0, 100, 200, 300, FAR])] * 2,
        *[st.integers(0, 2)] * 2,
    ),
    max_size=12,
)


def people_of(*people: int, old: list[int] | None = None) -> Demand:
    n = len(people)
    groups = {"all": np.array(people, np.int64)} | ({} if old is None else {"old": np.array(old, np.int64)})
    return Demand(np.zeros((n, 2)), groups, np.arange(n, dtype=np.int32))


def answers(cost: list[int], facility: list[int]) -> Answers:
    return Answers(np.array(cost, np.int64), np.array(facility, np.int32))


def test_gains_and_losses_are_counted_person_by_person() -> None:
    zone = np.array([0, 0, 1, NO_UNIT, BEYOND], np.int32)
    before = answers([100, 300, 100, 300, 100], [0, 0, 0, 0, 0])
    after = answers([300, 100, 100, 100, 900], [0, 1, 0, 1, 1])
    found = changes(people_of(5, 7, 20, 3, 1000), zone, N_ZONES, before, after, 200)["all"]
    assert found == [
        Counts(total=12, before=5, after=7, won=7, lost=5),
        Counts(total=20, before=20, after=20, won=0, lost=0),
        Counts(total=3, before=0, after=3, won=3, lost=0),
        Counts(total=35, before=25, after=30, won=10, lost=5),
    ]
    assert [counts.changed for counts in found] == [True, False, True, True]


def test_a_limit_includes_those_exactly_at_it() -> None:
    before, after = answers([200], [0]), answers([201], [0])
    (_, _, counts) = changes(people_of(4), np.zeros(1, np.int32), 1, before, after, 200)["all"]
    assert (counts.before, counts.after, counts.lost) == (4, 0, 4)


def test_added_costs_are_quantiles_of_people_who_arrive_in_both_states() -> None:
    zone = np.array([0, 0, 0, 1], np.int32)
    people = np.array([50, 45, 5, 10], np.int64)
    before, after = answers([10, 10, 10, FAR], [0, 0, 0, -1]), answers([9, 30, 70, 5], [0, 0, 0, 0])
    found = added(people, zone, N_ZONES, before, after)
    assert found == [
        Added(100, (-1, 20)),
        Added(0, (None, None)),
        Added(0, (None, None)),
        Added(100, (-1, 20)),
    ]


NONE = np.zeros(3, np.bool_)


def these(*facilities: int) -> Bools:
    return np.isin(np.arange(3), facilities)


def test_each_gain_and_loss_is_put_down_to_a_facility_that_came_or_went() -> None:
    people = np.array([5, 7, 20, 1], np.int64)
    before, after = answers([100, 300, 100, FAR], [0, 0, 1, -1]), answers([300, 100, 100, 50], [2, 2, 1, 2])
    found = explained(people, before, after, 200, opened=these(2), closed=these(0))
    assert found.facilities == (
        FacilityLoad(0, before=5, after=0, won=0, lost=5),
        FacilityLoad(1, before=20, after=20, won=0, lost=0),
        FacilityLoad(2, before=0, after=8, won=8, lost=0),
    )
    assert (found.won, found.lost) == (0, 0)


def test_what_no_facility_explains_is_put_down_to_the_network() -> None:
    """Facility 0 stays, and a road to it opens for one home and closes for another; 2 opens, 1 closes."""
    people = np.array([3, 5, 7, 11], np.int64)
    before = answers([300, 100, 300, 100], [0, 0, 0, 1])
    after = answers([100, 300, 100, 300], [0, 2, 2, 0])
    found = explained(people, before, after, 200, opened=these(2), closed=these(1))
    assert (found.won, found.lost) == (3, 5)
    assert [(load.won, load.lost) for load in found.facilities] == [(0, 0), (0, 11), (7, 0)]


Place = tuple[int, int, int, int, int, int, int]


def unpacked(
    places: list[Place],
) -> tuple[Demand, "np.ndarray[tuple[int], np.dtype[np.int32]]", Answers, Answers]:
    columns = [list(column) for column in zip(*places, strict=True)] or [[] for _ in range(7)]
    zone, people, old, cost_before, cost_after, was, is_ = columns
    states = [
        answers(cost, [-1 if value == FAR else one for value, one in zip(cost, near, strict=True)])
        for cost, near in ((cost_before, was), (cost_after, is_))
    ]
    return people_of(*people, old=old), np.array(zone, np.int32), states[0], states[1]


@given(PLACES, st.sampled_from([50, 100, 250]))
def test_won_less_lost_is_the_difference_everywhere(places: list[Place], limit: int) -> None:
    demand, zone, before, after = unpacked(places)
    for counts in changes(demand, zone, N_ZONES, before, after, limit).values():
        for one in counts:
            assert one.won - one.lost == one.after - one.before
            assert 0 <= max(one.before, one.after) <= one.total
        everybody = counts[-1]
        for name in ("total", "before", "after", "won", "lost"):
            assert sum(getattr(one, name) for one in counts[:-1]) == getattr(everybody, name)


some = st.lists(st.booleans(), min_size=3, max_size=3).map(lambda drawn: np.array(drawn, np.bool_))


@given(PLACES, st.sampled_from([50, 100, 250]), some, some)
def test_facilities_and_network_add_up_to_the_people_of_every_group(
    places: list[Place], limit: int, opened: Bools, closed: Bools
) -> None:
    demand, zone, before, after = unpacked([place for place in places if place[0] != BEYOND])
    found = changes(demand, zone, N_ZONES, before, after, limit)
    for group, people in demand.people.items():
        told, everybody = explained(people, before, after, limit, opened, closed), found[group][-1]
        loads = told.facilities
        assert sum(load.before for load in loads) == everybody.before
        assert sum(load.after for load in loads) == everybody.after
        assert sum(load.won for load in loads) + told.won == everybody.won
        assert sum(load.lost for load in loads) + told.lost == everybody.lost
        assert not any(load.won for load in loads if not opened[load.facility])
        assert not any(load.lost for load in loads if not closed[load.facility])


@given(PLACES)
def test_two_states_changed_about_are_the_mirror_image(places: list[Place]) -> None:
    demand, zone, before, after = unpacked(places)
    there = changes(demand, zone, N_ZONES, before, after, 150)
    back = changes(demand, zone, N_ZONES, after, before, 150)
    for group, counts in there.items():
        mirrored = [Counts(one.total, one.after, one.before, one.lost, one.won) for one in back[group]]
        assert counts == mirrored


@given(PLACES)
def test_a_state_beside_itself_changes_nothing(places: list[Place]) -> None:
    demand, zone, before, _ = unpacked(places)
    assert not any(one.changed for one in changes(demand, zone, N_ZONES, before, before, 150)["all"])
    for one in added(demand.people["all"], zone, N_ZONES, before, before):
        assert set(one.quantiles) <= {0, None}


@pytest.mark.parametrize("n_zones", [0, 3])
def test_nobody_anywhere_is_no_change(n_zones: int) -> None:
    nothing = answers([], [])
    found = changes(people_of(), np.zeros(0, np.int32), n_zones, nothing, nothing, 10)["all"]
    assert found == [Counts(0, 0, 0, 0, 0)] * (n_zones + 2)
    told = explained(np.zeros(0, np.int64), nothing, nothing, 10, NONE[:0], NONE[:0])
    assert (told.facilities, told.won, told.lost) == ((), 0, 0)


@given(PLACES, st.sampled_from([50, 100, 250]), some, some)
def test_causes_by_unit_add_up_to_its_gains_and_losses(
    places: list[Place], limit: int, opened: Bools, closed: Bools
) -> None:
    demand, zone, before, after = unpacked(places)
    cause = causes(before, after, limit, opened, closed)
    for group, counts in changes(demand, zone, N_ZONES, before, after, limit).items():
        won, lost = explained_by_zone(demand.people[group], zone, N_ZONES, cause, len(opened))
        assert won.sum(axis=0).tolist() == [one.won for one in counts[:-1]]
        assert lost.sum(axis=0).tolist() == [one.lost for one in counts[:-1]]
