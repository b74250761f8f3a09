"""Values of files become values of the layer's types, or are named as bad."""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.columns import ARROW_TYPES, convert, has_zones

MORNING = datetime(2024, 5, 1, 8, tzinfo=UTC)
GOOD: list[tuple[str, list[Any], list[Any]]] = [
    ("text", [" Đề Thám ", "De\u0302\u0300", None, ""], ["Đề Thám", "Dề", None, ""]),
    ("text", [12452.0, None], ["12452", None]),
    ("text", [1.5, 2.0], ["1.5", "2"]),
    ("text", [True, False], ["true", "false"]),
    ("text", [date(2025, 7, 1)], ["2025-07-01"]),
    ("integer", ["1", " 2 ", "", None], [1, 2, None, None]),
    ("integer", ["3.0", "-4", "5.00"], [3, -4, 5]),
    ("integer", [1.0, float("nan")], [1, None]),
    ("number", ["1e3", "0.5", ""], [1000.0, 0.5, None]),
    ("number", [1, 2], [1.0, 2.0]),
    ("number", [float("nan"), 1.0], [None, 1.0]),
    ("boolean", ["có", "Không", "TRUE", "0", None], [True, False, True, False, None]),
    ("boolean", [1.0, 0.0], [True, False]),
    (
        "date",
        ["2024-02-29", "31/12/2025", "2024/05/01"],
        [date(2024, 2, 29), date(2025, 12, 31), date(2024, 5, 1)],
    ),
    ("date", [datetime(2024, 5, 1, tzinfo=UTC)], [date(2024, 5, 1)]),
    ("timestamp", ["2024-05-01T15:00:00+07:00", "2024-05-01T08:00:00Z"], [MORNING, MORNING]),
    ("timestamp", ["2024-05-01 08:00:00", None], [MORNING, None]),
    ("timestamp", ["2024/05/01 08:00"], [MORNING]),
    ("timestamp", [date(2024, 5, 1)], [MORNING.replace(hour=0)]),
]


@pytest.mark.parametrize(("kind", "given_", "expected"), GOOD)
def test_values_are_read_as_people_write_them(kind: str, given_: list[Any], expected: list[Any]) -> None:
    values, bad = convert(pa.array(given_), kind)
    assert values.to_pylist() == expected
    assert values.type == ARROW_TYPES[kind]
    assert not bad.any()


BAD: list[tuple[str, list[Any], list[bool]]] = [
    ("text", ["a", "\x00"], [False, True]),
    ("text", [[1], None], [True, False]),
    ("integer", ["1", "nhiều", "1.5"], [False, True, True]),
    ("integer", [1.5, 2.0], [True, False]),
    ("integer", ["1.000", "12.000", "7"], [True, True, False]),
    ("integer", ["9223372036854775808"], [True]),
    ("integer", [True], [True]),
    ("number", ["1,234,567", "inf", "2"], [True, True, False]),
    ("number", [True], [True]),
    ("boolean", [2, 1], [True, False]),
    ("date", ["31/02/2025", "2025-07-01"], [True, False]),
    ("date", [datetime(2024, 5, 1, 8, tzinfo=UTC)], [True]),
    ("timestamp", ["hôm qua", "2024-05-01T08:00:00Z"], [True, False]),
]


@pytest.mark.parametrize(("kind", "given_", "expected"), BAD)
def test_what_is_not_of_the_type_is_named_row_by_row(
    kind: str, given_: list[Any], expected: list[bool]
) -> None:
    values, bad = convert(pa.array(given_), kind)
    assert bad.tolist() == expected
    assert all(value is None for value, is_bad in zip(values.to_pylist(), bad, strict=True) if is_bad)


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["a", "b", "a"]).dictionary_encode(),
        pa.array(["a", "b", "a"], pa.large_string()),
        pa.array(["a", "b", "a"], pa.string_view()),
    ],
)
def test_the_ways_arrow_holds_text_are_one(column: pa.Array) -> None:
    assert convert(column, "text")[0].to_pylist() == ["a", "b", "a"]


def test_a_column_of_nothing_fits_every_type() -> None:
    for kind in ARROW_TYPES:
        values, bad = convert(pa.array([None, None]), kind)
        assert values.null_count == 2
        assert not bad.any()


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array(["2024-05-01T08:00:00Z", None]), True),
        (pa.array(["2024-05-01T08:00:00"]), False),
        (pa.array(["2024-05-01"]), True),
        (pa.array([MORNING]), True),
        (pa.array([MORNING.replace(tzinfo=None)]), False),
        (pa.array([1]), True),
    ],
)
def test_times_without_a_zone_are_noticed(column: pa.Array, expected: bool) -> None:  # noqa: FBT001  a table's column
    assert has_zones(column) is expected


@pytest.mark.parametrize("kind", ["date", "timestamp"])
@pytest.mark.parametrize(
    ("days", "type_"),
    [
        ([2_932_896, 2_932_897, None], pa.date32()),
        ([-719_162 * 86_400, -719_163 * 86_400, None], pa.timestamp("s")),
        ([0, 2**62, None], pa.timestamp("us", tz="UTC")),
    ],
)
def test_days_of_no_year_that_can_be_written_are_named(
    kind: str, days: list[int | None], type_: pa.DataType
) -> None:
    whole = pa.int32() if type_ == pa.date32() else pa.int64()
    values, bad = convert(pa.array(days, whole).view(type_), kind)
    assert bad.tolist() == [False, True, False]
    assert [value is None for value in values.to_pylist()] == [False, True, True]


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)))
def test_whole_numbers_survive_being_written_as_text(numbers: list[int | None]) -> None:
    written = pa.array([None if value is None else str(value) for value in numbers], pa.string())
    assert convert(written, "integer")[0].to_pylist() == numbers


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))))
def test_text_once_converted_stays_as_it_is(words: list[str]) -> None:
    once, _ = convert(pa.array(words, pa.string()), "text")
    assert convert(once, "text")[0].to_pylist() == once.to_pylist()
