"""Whom each facility serves, counted by hand on a street."""

from dataclasses import replace

import numpy as np

from gis_service.services.coverage import Facilities, run_coverage
from gis_service.services.disclosure import public_view
from tests.street import WALK_800_M, X, Y, codes, street

ASKED = replace(WALK_800_M, tables=("facilities",), groups=("age_60",))


def two_clinics() -> Facilities:
    xy = np.array([[X, Y], [X + 1000, Y]])
    capacity = np.array([20.0, np.nan])
    return Facilities(
        xy, np.arange(2, dtype=np.int32), np.zeros(2, np.int32), names=("A", "B"), capacity=capacity
    )


def test_the_loads_of_a_group_add_up_to_its_covered_people() -> None:
    document = run_coverage(replace(street(), facilities=two_clinics()), ASKED).document
    rows = document["tables"]["facilities"]
    for group in ("all", "age_60"):
        loads = [row["load"] for row in rows if row["group"] == group]
        assert sum(loads) == document["totals"][group]["covered"]


def test_a_load_is_also_told_for_those_whom_nothing_else_reaches() -> None:
    document = run_coverage(replace(street(), facilities=two_clinics()), ASKED).document
    first, second, *_ = document["tables"]["facilities"]
    # At 0 m and 500 m the first is nearest (the second as near: ties go to the first); 500 m reach both.
    assert first == {
        "id": "1", "name": "A", "group": "all", "load": 110.5, "only": 100.0,
        "capacity": 20.0, "per_capacity": 5.525,
    }  # fmt: skip
    assert (second["load"], second["only"], second["capacity"]) == (70.0, 70.0, None)


def test_everybody_reads_that_the_table_is_closed_in_its_place() -> None:
    shown = public_view(run_coverage(street(), ASKED).document)
    assert shown["tables"] == {}
    assert "tables_closed" in codes(shown)
