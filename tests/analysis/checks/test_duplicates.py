"""Features that are equal in everything are found, wherever one batch ends and the next begins."""

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.checks.duplicates import Repeats, column_hashes, row_hashes

VALUES: list[tuple[pa.DataType, list[Any]]] = [
    (pa.int64(), [-1, -2, 0, None, 1]),
    (pa.float64(), [-1.0, -2.0, 0.0, None, 0.5]),
    (pa.bool_(), [True, False, None]),
    (pa.string(), ["", "a", None, "0"]),
    (pa.date32(), [dt.date(2024, 1, 1), None, dt.date(1970, 1, 1)]),
    (pa.timestamp("us", tz="UTC"), [dt.datetime(2024, 1, 1, tzinfo=dt.UTC), None]),
    (pa.list_(pa.int64()), [[1], [2], None]),
]


@pytest.mark.parametrize(("kind", "values"), VALUES, ids=lambda value: str(value)[:20])
def test_different_values_have_different_hashes(kind: pa.DataType, values: list[Any]) -> None:
    hashes = column_hashes(pa.array(values + values, kind))
    assert len(set(hashes.tolist())) == len(values)
    assert hashes[: len(values)].tolist() == hashes[len(values) :].tolist()


def test_both_zeros_are_one_value() -> None:
    assert len(set(column_hashes(pa.array([0.0, -0.0])).tolist())) == 1


def test_a_value_in_another_column_is_another_row() -> None:
    left, right = pa.array(["a", "b"]), pa.array(["b", "a"])
    assert len(set(row_hashes(None, [left, right]).tolist())) == 2


rows = st.lists(st.tuples(st.sampled_from([b"x", b"y", None]), st.integers(-2, 1)), min_size=1, max_size=30)


@given(rows, st.integers(1, 30))
def test_what_stands_twice_does_not_depend_on_batches(
    made: list[tuple[bytes | None, int]], size: int
) -> None:
    first = {row: at for at, row in reversed(list(enumerate(made)))}
    expected = [at for at, row in enumerate(made) if first[row] != at]
    repeats, leaving = Repeats(), Repeats()
    left_out: list[int] = []
    for start in range(0, len(made), size):
        wkb, values = zip(*made[start : start + size], strict=True)
        given_wkb = np.empty(len(wkb), dtype=object)
        given_wkb[:] = wkb
        hashes = row_hashes(given_wkb, [pa.array(values)])
        repeats.add(hashes, np.arange(start + 1, start + 1 + len(hashes)))
        left_out += (np.flatnonzero(leaving.again(hashes)) + start).tolist()
    found = repeats.found()
    assert (found.rows.tolist() if found else []) == expected == left_out
    if found:
        assert found.words == tuple(f"= {first[made[at]] + 1}" for at in expected)
