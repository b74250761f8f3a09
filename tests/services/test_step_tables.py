"""What everybody sees of a study is what its step table tells at its limit, cell by cell."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.services.disclosure import CLOSED
from gis_service.services.step_tables import TOTALS, StepTable
from gis_service.services.step_tables_closed import closed_by_steps, public_study
from gis_service.services.study_product import packed_steps
from gis_service.services.study_product_bytes import unpacked
from tests.step_people import STEP_S, people_of, study_of, table_of

FIGURES = ("total", "covered", "uncovered", "unreachable")


def rows_of(document: dict[str, Any], id_: str) -> dict[str, Any]:
    if id_ == TOTALS:
        return dict(document["totals"])
    zone = next(one for one in document["zones"] if one["id"] == id_)
    return {"all": zone, **zone.get("groups", {})}


def thresholded(file: bytes, step: int) -> dict[tuple[str, str, str], float | None]:
    """Read the figures of each row at a step out of a product, as a client does."""
    head, columns = unpacked(file)
    arrives, everybody = head["steps"], head["steps"] + 1
    found: dict[tuple[str, str, str], float | None] = {}
    for number, (row, group) in enumerate(product(head["rows"], head["groups"])):
        first, end = columns["first"][number : number + 2].tolist()
        counts = np.cumsum(columns["people"][first:end]).tolist()
        sums = dict(zip(columns["mark"][first:end].tolist(), counts, strict=True))
        total, covered, came = (sums.get(mark) for mark in (everybody, step, arrives))
        for name, value in (
            ("total", total),
            ("covered", covered),
            ("uncovered", None if total is None or covered is None else total - covered),
            ("unreachable", None if total is None or came is None else total - came),
        ):
            found[row["id"], group, name] = None if value is None else value / 1000
    return found


def shown_of(study: dict[str, Any], table: StepTable, limit: int) -> dict[str, Any]:
    return public_study(study | {CLOSED: closed_by_steps(study, table, limit)})


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    homes=st.integers(1, 140),
    units=st.integers(1, 6),
    steps=st.integers(1, 8),
    grouped=st.booleans(),
    fine=st.booleans(),
    data=st.data(),
)
def test_a_product_cut_at_a_step_is_the_study_that_everybody_sees(
    seed: int, homes: int, units: int, steps: int, *, grouped: bool, fine: bool, data: st.DataObject
) -> None:
    town = people_of(seed, homes, units, steps, grouped=grouped)
    table, step = table_of(town, fine=fine), data.draw(st.integers(0, steps - 1))
    limit = step * STEP_S * 1000
    shown = shown_of(study_of(town, limit, fine=fine), table, limit)
    expected = {
        (id_, group, name): row[name]
        for id_ in table.ids
        for group, row in rows_of(shown, id_).items()
        for name in FIGURES
    }
    assert thresholded(packed_steps({}, table), step) == expected


def test_the_figures_of_all_people_stay_where_they_are_not_few() -> None:
    town = people_of(3, 4000, 12, 8, grouped=True, most=30)
    table = table_of(town)
    assert table.told[0].all()
    shown = shown_of(study_of(town, 60_000), table, 60_000)
    assert shown["totals"]["all"]["covered"] == study_of(town, 60_000)["totals"]["all"]["covered"]


def test_gap_places_are_still_told_beside_the_rows() -> None:
    town = people_of(3, 4000, 12, 8, grouped=False, most=30)
    study = study_of(town, 60_000)
    shown = shown_of(study, table_of(town), 60_000)
    assert sum(gap["people"] is not None for gap in shown["gaps"]) > len(study["gaps"]) * 0.9


@pytest.mark.parametrize("limit", [60_001, 1_000_000])
def test_between_two_steps_a_row_is_told_only_where_nobody_is_in_between(limit: int) -> None:
    town = people_of(3, 400, 4, 8, grouped=False, most=30)
    table = table_of(town)
    covered = np.stack([np.where(town.cost <= limit, town.people["all"], 0)])
    sums = np.array([[int(covered[0, town.unit == unit].sum())] for unit in range(4)])
    told = table.told_at(limit, np.concatenate([sums.sum(axis=0, keepdims=True), sums]))
    # All costs are whole steps: nobody is between.
    assert told[1:].tolist() == table.told[1:, :, 4 if limit < 100_000 else table.arrives].tolist()
    assert not table.told_at(limit, np.concatenate([sums.sum(axis=0, keepdims=True), sums]) - 3000)[1:].any()
