"""Cells of gains and losses tell no small count, whatever is known of the units."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.change import Answers
from gis_service.analysis.demand import ALL, Demand
from gis_service.services.change_cells import change_cells
from gis_service.services.compare import Compared
from tests.street import street

LIMIT = 100
FEW = 10_000
"""Thousandths of the fewest people that everybody is told of."""


def compared(seed: int, n: int) -> Compared:
    draw = np.random.default_rng(seed)
    xy = draw.uniform(0, 1500, (n, 2))
    people = draw.integers(0, 40, n) * 1000
    costs = (draw.choice([50, 150], n, p=[0.6, 0.4]).astype(np.int64) for _ in range(2))
    nobody = np.full(n, -1, np.int32)
    one, other = (Answers(cost, nobody) for cost in costs)
    units = tuple(draw.integers(-1, count, n).astype(np.int32) for count in (2, 5))
    demand = Demand(xy, {ALL: people}, np.arange(n, dtype=np.int32))
    return Compared({}, street(), demand, units[0], (one, other), LIMIT, units)


@given(st.integers(0, 10_000), st.integers(1, 60))
def test_a_shown_cell_has_no_small_part_and_no_sum_tells_a_hidden_one(seed: int, n: int) -> None:
    found = compared(seed, n)
    table = change_cells(found)
    was, is_ = (one.cost <= LIMIT for one in found.answers)
    people = found.demand.people[ALL]
    assert table.won.sum() == people[is_ & ~was].sum()
    assert table.lost.sum() == people[was & ~is_].sum()
    for part in (was & is_, was & ~is_, is_ & ~was, ~was & ~is_):
        own = np.where(part, people, 0)
        sums = table.cells.sums(own)
        shown = sums[~table.hidden]
        assert ((shown == 0) | (shown >= FEW)).all()
        for unit in found.units:
            for label in np.unique(unit):
                in_unit = table.cells.of_place[(unit == label) & (own > 0)]
                cells = np.unique(in_unit)
                hidden = cells[table.hidden[cells]]
                if len(hidden) and len(hidden) < len(cells):
                    assert len(hidden) > 1
                    assert sums[hidden].sum() >= FEW
