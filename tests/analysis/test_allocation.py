"""Whom a cell or a demand point turns to, and what everybody may see of it."""

import numpy as np
import shapely

from gis_service.analysis.allocation import allocation_of_cells, allocation_of_points
from gis_service.analysis.field import Field, straight_field

HOMES = np.array([(10.0, 10.0), (20.0, 200.0), (240.0, 10.0), (260.0, 10.0), (900.0, 900.0)])
PEOPLE = np.array([4_000, 3_000, 5_000, 12_000, 0], dtype=np.int64)
FACILITIES = np.array([(0.0, 0.0), (300.0, 0.0)])


def field() -> Field:
    return straight_field(HOMES, FACILITIES, np.arange(2, dtype=np.int32))


def test_a_cell_turns_where_most_of_its_people_go() -> None:
    found = allocation_of_cells(HOMES, PEOPLE, field())
    # three homes share the first cell: 7 of 12 persons are nearest to the first facility
    assert (found.ids, found.facility.tolist()) == (["0_0", "1_0"], [0, 1])
    assert found.people.tolist() == [12_000, 12_000]
    assert found.place_xy.tolist() == [[125.0, 125.0], [375.0, 125.0]]


def test_a_cell_of_fewer_than_ten_people_is_not_open() -> None:
    found = allocation_of_cells(HOMES, PEOPLE // 2, field())
    assert found.is_open.tolist() == [False, False]
    assert allocation_of_cells(HOMES, PEOPLE, field()).is_open.tolist() == [True, True]


def test_lines_run_from_the_place_to_its_facility() -> None:
    found = allocation_of_points(HOMES, PEOPLE, field())
    assert found.ids == ["0", "1", "2", "3"]
    assert shapely.get_coordinates(found.lines(FACILITIES)[3]).tolist() == [[260.0, 10.0], [300.0, 0.0]]
    assert found.facility.tolist() == [0, 0, 1, 1]


def test_who_does_not_arrive_has_no_line() -> None:
    nobody = straight_field(HOMES, FACILITIES[:0], np.empty(0, np.int32))
    for found in (
        allocation_of_cells(HOMES, PEOPLE, nobody),
        allocation_of_points(HOMES, PEOPLE, nobody),
    ):
        assert (found.ids, len(found.lines(FACILITIES))) == ([], 0)
