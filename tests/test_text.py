"""Numbers and words as people here write and search them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.text import (
    marked_cell,
    normalise,
    number,
    percent,
    plain_cell,
    search_form,
    unmarked_cell,
    whole_number,
)


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (362235, 0, "362.235", "362,235"),
        (80.51, 1, "80,5", "80.5"),
        (0, 0, "0", "0"),
        (-5089, 0, "−5.089", "−5,089"),
        (1234567.891, 3, "1.234.567,891", "1,234,567.891"),
    ],
)
def test_numbers_are_written_as_their_readers_do(value: float, decimals: int, vi: str, en: str) -> None:
    assert (number(value, "vi", decimals), number(value, "en", decimals)) == (vi, en)


def test_shares_are_percentages() -> None:
    assert (percent(0.805, "vi"), percent(0.805, "en")) == ("80,5 %", "80.5%")


@pytest.mark.parametrize(
    ("word", "found_by"),
    [("Đông Hưng", "dong hung"), ("THỤY ANH", "thuy anh"), ("  Quỳnh   Phụ ", "quynh phu"), ("a", "A")],
)
def test_search_needs_no_diacritics(word: str, found_by: str) -> None:
    assert search_form(word) == search_form(found_by)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+84 36 123", "'+84 36 123"),
        ("-2+3", "'-2+3"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("-12.5", "-12.5"),
        ("+1e-3", "+1e-3"),
        ("", ""),
        ("Chợ = 1", "Chợ = 1"),
    ],
)
def test_no_cell_of_a_table_is_a_formula(text: str, written: str) -> None:
    assert plain_cell(text) == written


CELLS = st.text() | st.text("'=+-@1.e\t\r\nx", max_size=8)


@given(CELLS)
def test_a_mark_before_a_formula_is_taken_off_again(text: str) -> None:
    written = marked_cell(text)
    assert unmarked_cell(written) == text
    # What is written is never run, and nothing else than before a formula gets a mark.
    assert plain_cell(written) == written
    assert written == plain_cell(text) or text.startswith("'")


@given(st.text())
def test_normal_form_is_normal(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [("0", 0), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("", None), ("²", None), ("٣", None), (" 1", None)],
)
def test_a_whole_number_is_of_plain_digits_that_the_database_can_hold(text: str, read: int | None) -> None:
    assert whole_number(text) == read
