"""Types are told from all values, and codes stay text."""

from typing import Any

import pyarrow as pa
import pytest

from gis_service.analysis.checks.inference import KeyGuess, Kind, TypeGuess


def guess(*batches: list[Any], arrow: pa.DataType | None = None) -> Kind | None:
    types = TypeGuess(arrow or pa.string())
    for batch in batches:
        types.take(pa.array(batch, arrow or pa.string()))
    return types.kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", " 22 ", None, ""], "integer"),
        (["1", "-2.5"], "number"),
        (["12,5", "3"], "number"),
        (["1.234,5"], "text"),
        (["01234"], "text"),
        (["034087001234567890"], "text"),
        (["31/12/2025", "1/2/2024"], "date"),
        (["31/02/2025"], "text"),
        (["2025-12-31"], "date"),
        (["2025-12-31T10:00", "2025-12-31 10:00:00Z"], "timestamp"),
        (["có", "không"], "boolean"),
        (["true", "maybe"], "text"),
        ([None, ""], "text"),
        (["1"] * 200 + ["x"], "text"),
    ],
)
def test_the_narrowest_kind_that_fits_all_values(values: list[str | None], kind: Kind) -> None:
    assert guess(values) == kind
    assert guess(values[:1], values[1:]) == kind, "wherever a batch ends"


@pytest.mark.parametrize(
    ("arrow", "values", "kind"),
    [
        (pa.int32(), [1], "integer"),
        (pa.float64(), [1.0], "number"),
        (pa.bool_(), [True], "boolean"),
        (pa.date32(), [None], "date"),
        (pa.timestamp("ms"), [None], "timestamp"),
        (pa.binary(), [b"x"], None),
        (pa.dictionary(pa.int8(), pa.string()), ["a"], "text"),
    ],
)
def test_what_the_file_says_goes_before_a_guess(
    arrow: pa.DataType, values: list[Any], kind: Kind | None
) -> None:
    assert guess(values, arrow=arrow) == kind


@pytest.mark.parametrize(
    ("batches", "unique"),
    [
        ([["a", "b"], ["c"]], True),
        ([["a", "b"], ["a"]], False),
        ([["a", "a"]], False),
        ([["a", None]], False),
        ([["a", ""]], False),
        ([[]], False),
        ([], False),
    ],
)
def test_a_key_has_a_value_of_its_own_in_every_row(batches: list[list[str | None]], *, unique: bool) -> None:
    keys = KeyGuess()
    for batch in batches:
        keys.take(pa.array(batch, pa.string()))
    assert keys.unique == unique
