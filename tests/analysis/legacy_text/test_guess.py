"""Encodings are recognised by what they make of real names, shown before and after, and never by accident."""

import csv
from pathlib import Path

import pyarrow as pa
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.legacy_text import Encoding, guess_text, repair_text
from gis_service.analysis.legacy_text.guess import SAMPLES
from tests.analysis.legacy_text.test_repair import FOREIGN
from tests.old_encodings import real_names, written_in

DISTRICTS = [
    "Thành phố Thái Bình",
    "Huyện Quỳnh Phụ",
    "Huyện Hưng Hà",
    "Huyện Đông Hưng",
    "Huyện Thái Thụy",
    "Huyện Tiền Hải",
    "Huyện Kiến Xương",
    "Huyện Vũ Thư",
]


def addresses() -> list[str]:
    names = real_names()
    return [f"Số {n % 300} ngõ {n % 40}, đường {names[n]}, {names[-n]}" for n in range(1, len(names), 9)]


def repaired_share(names: list[str], encoding: Encoding) -> tuple[float, list[str]]:
    """Guess and repair as a user would; give the share that comes out right and the wrong ones."""
    written = [written_in(name, encoding) for name in names]
    guesses = guess_text({"TEN": written})
    assert guesses[0].encoding is encoding
    done = repair_text(written, guesses[0].encoding, whole=guesses[0].columns[0].whole).to_pylist()
    broken = [
        (name, before, after)
        for name, before, after in zip(names, written, done, strict=True)
        if before != name
    ]
    wrong = [name for name, before, after in broken if after not in {name, before}]
    return sum(after == name for name, _, after in broken) / len(broken), wrong


@pytest.mark.parametrize("encoding", list(Encoding))
def test_ninety_nine_of_a_hundred_real_names_come_out_right(encoding: Encoding) -> None:
    names = list(real_names()) if len(encoding.steps) == 1 else list(real_names()[::12])
    share, wrong = repaired_share(names, encoding)
    assert share >= 0.99
    # TCVN3 has no capital vowels with tones: "Bác Ái" is written as "Bác ái".
    told = wrong if Encoding.TCVN3 not in encoding.steps else [name for name in wrong if name.lower() == name]
    assert told == []


@pytest.mark.parametrize(
    "encoding", [Encoding.TCVN3, Encoding.VNI, Encoding.VISCII, Encoding.CP1258, Encoding.UTF8]
)
def test_so_do_addresses(encoding: Encoding) -> None:
    assert repaired_share(addresses(), encoding)[0] >= 0.99


@pytest.mark.parametrize(
    "encoding", [Encoding.TCVN3, Encoding.VNI, Encoding.VISCII, Encoding.CP1258, Encoding.UTF8]
)
def test_so_do_the_communes_of_thai_binh(encoding: Encoding, shared_data: Path) -> None:
    with (shared_data / "thai_binh/communes_2019_2024_2025.csv").open(encoding="utf-8") as file:
        names = [row[column] for row in csv.DictReader(file) for column in ("name_2019", "name_nov2024")]
    share, wrong = repaired_share(names, encoding)
    assert share >= 0.99
    # The one commune of the province whose name begins with a capital that TCVN3 does not have.
    assert wrong == (["Xã An Ấp", "Xã An Ấp"] if encoding is Encoding.TCVN3 else [])


@pytest.mark.parametrize(
    "texts", [list(real_names()), addresses(), FOREIGN], ids=["names", "addresses", "foreign"]
)
def test_clean_text_is_nothing_to_guess_about(texts: list[str]) -> None:
    assert guess_text({"name": texts, "other": texts[::-1]}) == ()


@pytest.mark.parametrize("text", FOREIGN)
def test_one_foreign_word_is_no_reason_either(text: str) -> None:
    assert guess_text({"name": [text]}) == ()


@given(st.lists(st.text(max_size=15), max_size=3))
def test_random_text_is_nothing_to_guess_about(texts: list[str]) -> None:
    assert guess_text({"name": texts}) == ()


@pytest.mark.parametrize(
    ("file", "encoding"),
    [
        ("tcvn3_raw", "tcvn3"),
        ("viscii_raw", "viscii"),
        ("cp1258_raw", "cp1258"),
        ("tcvn3_mojibake_utf8_noprj", "utf8_tcvn3"),
    ],
)
def test_the_districts_of_the_ugly_files_come_out_right(shared_data: Path, file: str, encoding: str) -> None:
    _, table = pyogrio.raw.read_arrow(shared_data / f"ugly/vietnamese/{file}.shp", encoding="ISO-8859-1")
    guesses = guess_text({"TEN": table["TEN"]})
    assert [guess.encoding.value for guess in guesses] == [encoding]
    assert guesses[0].score == 1.0
    assert repair_text(table["TEN"], encoding).to_pylist() == DISTRICTS


def test_the_same_file_read_as_utf8_is_one_step_nearer(shared_data: Path) -> None:
    _, table = pyogrio.raw.read_arrow(shared_data / "ugly/vietnamese/tcvn3_mojibake_utf8_noprj.shp")
    assert [guess.encoding.value for guess in guess_text({"TEN": table["TEN"]})] == ["tcvn3"]


def test_a_guess_says_where_how_many_and_what_stays() -> None:
    written = ["X· Th¸i B×nh", "Xã Đông Hưng", "X· Th¸i B×nh", None, "Zürich", "Phè"]
    (guess,) = guess_text({"M·": ["1"] * 6, "TEN": written, "AREA": [str(n) for n in range(6)]})
    assert guess.encoding is Encoding.TCVN3
    assert guess.notes == ("tcvn3_capitals",)
    # Two values and a name come out right, Zürich does not.
    assert guess.score == pytest.approx(3 / 4)
    names, column = guess.columns
    assert (names.column, names.name, names.changed) == ("M·", "Mã", 0)
    assert (column.column, column.name, column.changed, column.left) == ("TEN", "TEN", 2, 1)
    # "Xã Đông Hưng" is clean, so "Phè", a word either way, stays.
    assert column.whole is False
    assert guess.names == (("M·", "Mã"),)
    assert [(shown.feature, shown.column, shown.before, shown.after) for shown in guess.samples] == [
        (0, "", "M·", "Mã"),
        (1, "TEN", "X· Th¸i B×nh", "Xã Thái Bình"),
    ]


def test_twenty_values_are_shown_the_most_broken_first() -> None:
    clean = ["Ga", *(f"{n} {name}" for n, name in enumerate(real_names()[:400]))]
    (guess,) = guess_text(
        {"TEN": pa.array([written_in(name, Encoding.TCVN3) for name in clean] + ["§­êng §«ng"])}
    )
    assert len(guess.samples) == SAMPLES
    assert (guess.samples[0].feature, guess.samples[0].after) == (402, "Đường Đông")


def test_a_file_may_mix_encodings_by_column_and_by_value() -> None:
    names = [name for name in real_names()[::40] if not name.isascii()]
    tcvn3, vni = (
        [written_in(name.lower(), encoding) for name in names] for encoding in (Encoding.TCVN3, Encoding.VNI)
    )
    guesses = guess_text({"A": tcvn3, "B": vni, "C": [*tcvn3[:60], *vni[60:]], "D": names})
    assert {guess.encoding.value: [column.column for column in guess.columns] for guess in guesses} == {
        "tcvn3": ["A", "C"],
        "vni": ["B", "C"],
    }


def test_what_two_encodings_explain_alike_is_shown_as_both() -> None:
    guesses = guess_text({"TEN": ["Ðông Hà", "Ðà An"]})
    assert {guess.encoding.value for guess in guesses} == {"viscii", "cp1258"}


def test_columns_that_hold_no_text_are_passed_over() -> None:
    assert guess_text({"a": pa.array([1, 2]), "b": pa.nulls(2), "c": pa.array([], pa.string())}) == ()
    assert guess_text({}) == ()
