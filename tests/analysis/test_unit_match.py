"""Rows find their unit by code or name, however it is written; what is not certain is told, never picked."""

import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.unit_match import How, KnownUnit, UnitMatcher, match_units
from gis_service.analysis.unit_names import Spelling, readings_of, spelling_of
from gis_service.analysis.unit_similar import MOST_SUGGESTED
from tests.real_communes import bare, real_units, shortened, without_kind

HUNG_HA = ("341", "Huyện Hưng Hà")
TOWN = [
    KnownUnit("012425", ("Phường 1", "1")),
    KnownUnit("12436", ("Phường Bồ Xuyên", "Bồ Xuyên", "Bo Xuyen Ward"), "336", "Thành phố Thái Bình"),
    KnownUnit("12553", ("Xã Minh Tân", "Minh Tân"), *HUNG_HA),
    KnownUnit("13102", ("Xã Minh Tân", "Minh Tân"), "343", "Huyện Kiến Xương"),
    KnownUnit("13075", ("Thị trấn Kiến Xương", "Kiến Xương"), "343", "Huyện Kiến Xương"),
    KnownUnit("13279", ("Xã Vũ Tiên", "Vũ Tiên")),
    KnownUnit("12700", ("Xã Mỹ Lý", "Mỹ Lý")),
    KnownUnit("12710", ("Xã Thụy Hòa", "Thụy Hòa")),
    KnownUnit("12720", ("Xã Phương Công", "Phương Công", "Phuong Cong Commune")),
    KnownUnit("12730", ("Xã Vũ Quí",)),
]


NOISES: dict[str, Callable[[str], str]] = {
    "as written": str,
    "in capitals": str.upper,
    "without marks": bare,
    "decomposed": lambda name: unicodedata.normalize("NFD", name),
    "kind in short": shortened,
    "without kind": without_kind,
    "bare capitals without kind": lambda name: bare(without_kind(name)).upper(),
    "with hyphens": lambda name: without_kind(name).replace(" ", "-"),
    "without spaces": lambda name: without_kind(name).replace(" ", ""),
}


@pytest.fixture(scope="session")
def facts(shared_data: Path) -> Path:
    """Give the folder of the lists of real communes."""
    return shared_data / "thai_binh"


@cache
def real_matcher(facts: Path, vintage: str) -> tuple[list[KnownUnit], UnitMatcher]:
    """Give the real communes of a vintage, and what finds them."""
    units = real_units(facts, vintage)
    return units, UnitMatcher(units)


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize(("vintage", "count"), [("2019", 286), ("2024", 242), ("2025", 65)])
def test_every_real_commune_is_found_within_its_district(
    facts: Path, vintage: str, count: int, noise: str
) -> None:
    units, matcher = real_matcher(facts, vintage)
    names = [NOISES[noise](unit.names[0]) for unit in units]
    found = matcher.match(names, "name", [unit.parent_name for unit in units])
    assert found.units.tolist() == list(range(count))


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("vintage", ["2019", "2024", "2025"])
def test_no_real_commune_is_taken_for_another_where_the_district_is_not_told(
    facts: Path, vintage: str, noise: str
) -> None:
    units, matcher = real_matcher(facts, vintage)
    found = matcher.match([NOISES[noise](unit.names[0]) for unit in units], "name")
    for row, at in enumerate(found.units.tolist()):
        assert at == row or (found.how[row] is How.AMBIGUOUS and row in found.candidates[row])
    assert found.count(How.UNKNOWN) == 0
    assert found.count(How.AMBIGUOUS) < len(units) // 9


def test_a_spreadsheet_that_took_codes_for_numbers_loses_none(facts: Path) -> None:
    units, matcher = real_matcher(facts, "2019")
    found = matcher.match([f"{int(unit.code)}.0" for unit in units], "code")
    assert found.units.tolist() == list(range(286))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("P1", "012425"),
        ("P. 01", "012425"),
        ("phường I", "012425"),
        ("Ward 1", None),
        ("1 Ward", "012425"),
        ("Phường 11", None),
        ("BỒ XUYÊN", "12436"),
        ("Bo Xuyen ward", "12436"),
        ("p bồ xuyên", "12436"),
        ("Xã Bồ Xuyên", None),
        ("TT. Kiến Xương", "13075"),
        ("thị trấn kiến  xương ", "13075"),
        ("Kien Xuong Township", "13075"),
        ("Xã Vũ Tiến", None),
        ("Vu Tien", "13279"),
        ("Mĩ Lí", "12700"),
        ("MĨ LÝ", "12700"),
        ("Thuỵ Hoà", "12710"),
        ("Thúi Hòa", None),
        ("Vũ Quý", "12730"),
        ("Phuong Cong", "12720"),
        ("Phường Công", None),
        ("Phương-Công", "12720"),
        ("–", None),
        ("Minh Tân", None),
    ],
)
def test_a_name_finds_the_unit_it_stands_for_and_no_other(value: str, code: str | None) -> None:
    # A name with marks beside it: this is no column whose marks were lost.
    found = match_units([value, "Bồ Xuyên"], TOWN, "name")
    at = int(found.units[0])
    assert (TOWN[at].code if at >= 0 else None) == code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("012425", "012425"),
        ("12425", "012425"),
        ("12425.0", "012425"),
        ("12425,00", "012425"),
        ("'012425", "012425"),
        (" 12 436 ", "12436"),
        ("12425.5", None),
        ("124", None),
        ("", None),
    ],
)
def test_a_code_is_found_as_spreadsheets_leave_it(value: str, code: str | None) -> None:
    at = int(match_units([value], TOWN, "code").units[0])
    assert (TOWN[at].code if at >= 0 else None) == code


def test_codes_that_differ_in_zeros_alone_are_told_apart_where_they_are_written_out() -> None:
    units = [KnownUnit("0123", ("Xã A",)), KnownUnit("123", ("Xã B",))]
    found = match_units(["0123", "123", "00123"], units, "code")
    assert found.units.tolist() == [0, 1, -1]
    assert found.candidates == {2: (0, 1)}


@pytest.mark.parametrize("parent", ["Hưng Hà", "H. HƯNG HÀ", "341", "hung ha district"])
def test_a_name_that_stands_twice_is_told_apart_by_its_district(parent: str) -> None:
    found = match_units(["Xã Minh Tân", "Bồ Xuyên"], TOWN, "name", [parent, None])
    assert TOWN[int(found.units[0])].code == "12553"


@pytest.mark.parametrize("parent", [None, "", "Thái Nguyên", "thị xã nào đó"])
def test_a_name_that_stands_twice_is_listed_with_its_candidates(parent: str | None) -> None:
    found = match_units(["Minh Tân"], TOWN, "name", [parent])
    assert found.how == (How.AMBIGUOUS,)
    assert found.candidates == {0: (2, 3)}


@pytest.mark.parametrize(("value", "by"), [("Bồ Xuyên", "name"), ("12436", "code")])
def test_a_unit_that_lies_elsewhere_than_the_row_says_is_shown_and_not_taken(value: str, by: str) -> None:
    found = match_units([value], TOWN, "code" if by == "code" else "name", ["Hưng Hà"])
    assert found.how == (How.UNKNOWN,)
    assert found.candidates == {0: (1,)}


def test_a_name_that_is_none_is_shown_what_it_looks_like() -> None:
    found = match_units(["Xã Vũ Tiến", "Bồ Xuyênn", "Hà Nội"], TOWN, "name")
    assert found.candidates[0][0] == 5
    assert found.candidates[1][0] == 1
    assert 2 not in found.candidates
    assert all(len(several) <= MOST_SUGGESTED for several in found.candidates.values())


def test_what_resembles_a_value_is_looked_for_without_kind_and_in_the_district_first() -> None:
    units = [
        KnownUnit("1", ("Xã Minh Tam", "Minh Tam Commune"), "9", "Huyện Chín"),
        KnownUnit("2", ("Xã Minh Tân", "Minh Tân", "Minh Tan Commune"), "8", "Huyện Tám"),
        KnownUnit("3", ("Phường Vũ Lễ",), "8", "Huyện Tám"),
    ]
    assert match_units(["Phường Minh Taq"], units, "name").candidates == {0: (0, 1)}
    assert match_units(["Xã Minh Taq"], units, "name", ["Tám"]).candidates == {0: (1, 0)}


def test_a_code_is_shown_those_that_differ_in_one_digit() -> None:
    assert match_units(["12437", "99999"], TOWN, "code").candidates == {0: (1,)}


def test_a_text_that_is_no_name_by_its_length_alone_is_unknown() -> None:
    assert match_units(["Bồ Xuyên " * 1_000_000], TOWN, "name").how == (How.UNKNOWN,)


def test_a_name_without_marks_is_no_nearer_to_a_unit_that_has_none_where_all_marks_were_lost() -> None:
    units = [KnownUnit("1", ("Xã Nam Thanh",)), KnownUnit("2", ("Xã Nam Thành",))]
    lost = match_units(["Nam Thanh", "Minh Tan"], units, "name")
    kept = match_units(["Nam Thanh", "Minh Tân"], units, "name")
    assert lost.how[0] is How.AMBIGUOUS
    assert kept.how[0] is How.NAME
    assert kept.units[0] == 0


def test_empty_values_are_counted_apart() -> None:
    found = match_units(["", None, "  ", "12436", "nichts"], TOWN, "code")
    assert found.count(How.EMPTY) == 3
    assert found.share == 0.5


HERE = UnitMatcher(TOWN)
names = st.sampled_from([name for unit in TOWN for name in unit.names])
noises = st.sampled_from([str.upper, str.lower, NOISES["decomposed"], lambda name: f"  {name} "])


@given(st.lists(names, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(values: list[str], random: object) -> None:
    order = list(range(len(values)))
    random.shuffle(order)  # type: ignore[attr-defined]
    straight, mixed = HERE.match(values, "name"), HERE.match([values[at] for at in order], "name")
    assert mixed.units.tolist() == [int(straight.units[at]) for at in order]


@given(st.lists(st.tuples(names, noises), min_size=1, max_size=6))
def test_noise_of_case_spaces_and_composition_changes_nothing(
    noisy: list[tuple[str, Callable[[str], str]]],
) -> None:
    plain = HERE.match([name for name, _ in noisy], "name")
    assert HERE.match([noise(name) for name, noise in noisy], "name").units.tolist() == plain.units.tolist()


@given(names)
def test_losing_marks_never_leads_to_another_unit(name: str) -> None:
    before, after = (int(HERE.match([one], "name").units[0]) for one in (name, bare(name)))
    assert after in {before, -1}


@given(st.text(max_size=20), st.sampled_from(["code", "name"]))
def test_any_text_is_read(text: str, by: str) -> None:
    found = HERE.match([text], "code" if by == "code" else "name")
    assert (found.units[0] >= 0) == (found.how[0] in {How.CODE, How.NAME, How.BARE})


@pytest.mark.parametrize(
    ("written", "known", "spelling"),
    [
        ("ĐÔNG HƯNG", "Đông Hưng", Spelling.SAME),
        ("Hoà Bình", "Hòa Bình", Spelling.OLD),
        ("Quí", "Quý", Spelling.OLD),
        ("Quiết Tiến", "Quyết Tiến", Spelling.OLD),
        ("Dong Hưng", "Đông Hưng", Spelling.BARE),
        ("Đống Hưng", "Đông Hưng", None),
        ("Thủy", "Thủi", None),
        ("Đông", "Đông Hưng", None),
    ],
)
def test_names_are_near_each_other_as_far_as_they_do_not_contradict(
    written: str, known: str, spelling: Spelling | None
) -> None:
    assert spelling_of(readings_of(written)[0], readings_of(known)[0]) is spelling
