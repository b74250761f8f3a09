import numpy as np
import pytest

from gis_service.analysis.sharing import spread, spread_among, whole_weights
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.types import Int64s


def ints(*values: int) -> Int64s:
    return np.array(values, dtype=np.int64)


def test_each_owner_shares_out_as_if_alone() -> None:
    draw = np.random.default_rng(3)
    owner = np.sort(draw.integers(0, 6, 60))
    weights, totals = draw.integers(0, 50, 60), draw.integers(0, 10**6, 6)
    found = spread_among(totals, owner, weights)
    for one in range(6):
        assert found[owner == one].tolist() == spread(int(totals[one]), weights[owner == one]).tolist()


def test_totals_that_would_overflow_in_64_bits_are_shared_exactly() -> None:
    found = spread_among(ints(10**15), ints(0, 0), ints(10**15, 10**15))
    assert found.tolist() == [5 * 10**14, 5 * 10**14]


def test_an_owner_without_people_needs_no_weight() -> None:
    assert spread_among(ints(0, 4, 0), ints(0, 1), ints(0, 3)).tolist() == [0, 4]


@pytest.mark.parametrize("weights", [(0, 0), (-1, 3)])
def test_weights_that_cannot_carry_a_total_are_refused(weights: tuple[int, int]) -> None:
    with pytest.raises(RefusedInput) as refused:
        spread_among(ints(5), ints(0, 0), ints(*weights))
    assert refused.value.code == ErrorCode.WEIGHTS_INVALID


def test_floating_weights_become_steps_of_the_largest_of_their_owner() -> None:
    found = whole_weights(np.array([1e-9, 5e-10, 7e8, 0.0]), ints(0, 0, 1, 1), 3)
    assert found.tolist() == [2**30, 2**29, 2**30, 0]


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_a_floating_weight_that_is_none_is_refused(bad: float) -> None:
    with pytest.raises(RefusedInput):
        whole_weights(np.array([1.0, bad]), ints(0, 0), 1)
