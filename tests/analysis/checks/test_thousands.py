"""Points in numbers: what may be thousands is told, what cannot be is left alone, what is chosen is done."""

import numpy as np
import pyarrow as pa
import pytest

from gis_service.analysis.checks.thousands import ThousandsSeen, without_thousands
from gis_service.errors import ErrorCode

COLUMNS: dict[tuple[str | None, ...], list[int]] = {
    ("1.000", "12.000"): [1, 2],
    ("500", "1.234", None, "", " 12.345.678 "): [2, 5],
    ("1.234,5", "12,5", "-1.000"): [1, 3],
    ("1.234", "0.500"): [],
    ("1.234", "12.75"): [],
    ("1.234", "1500"): [],
    ("1.234", "many"): [],
    ("12", "500"): [],
}


@pytest.mark.parametrize("values", COLUMNS)
@pytest.mark.parametrize("size", [1, 10])
def test_a_column_is_doubted_where_every_value_could_have_thousands(
    values: tuple[str | None, ...], size: int
) -> None:
    seen = ThousandsSeen("beds")
    column, numbers = pa.array(values, pa.string()), np.arange(1, len(values) + 1)
    for start in range(0, len(values), size):
        seen.take(column.slice(start, size), numbers[start : start + size])
    found = seen.found()
    assert ([] if found is None else (found.rows + 1).tolist()) == COLUMNS[values]


def test_the_words_show_the_value_either_way() -> None:
    seen = ThousandsSeen("beds")
    seen.take(pa.array(["1.234", "1.234.567", "1.234,5"]), np.arange(1, 4))
    found = seen.found()
    assert found is not None
    assert (found.code, found.column) == (ErrorCode.THOUSANDS_SUSPECT, "beds")
    assert found.words == (
        "beds = '1.234' ⟶ 1.234 | 1234",
        "beds = '1.234.567' ⟶ – | 1234567",
        "beds = '1.234,5' ⟶ – | 1234.5",
    )


def test_numbers_that_are_no_text_are_not_doubted() -> None:
    seen = ThousandsSeen("beds")
    seen.take(pa.array([1.234, 5.678]), np.arange(1, 3))
    assert seen.found() is None


def test_points_are_taken_out_only_where_they_divide_thousands() -> None:
    values, odd = without_thousands(pa.array(["1.000", "12,5", "1.234.567,25", None, "12.5", "0.000"]))
    assert values.to_pylist() == ["1000", "12,5", "1234567,25", None, None, None]
    assert odd.tolist() == [False, False, False, False, True, True]
