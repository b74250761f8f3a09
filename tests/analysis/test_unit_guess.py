"""Which column names units of which vintage: ranked by what its values tell."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from gis_service.analysis.unit_guess import guess_units
from gis_service.analysis.unit_match import KnownUnit
from gis_service.analysis.unit_names import LONGEST
from tests.real_communes import bare, real_units, without_kind

OLD = [
    KnownUnit("101", ("Xã Đông Á",), "1", "Huyện Đông Hưng"),
    KnownUnit("102", ("Xã Minh Tân",), "1", "Huyện Đông Hưng"),
    KnownUnit("103", ("Xã Minh Tân",), "2", "Huyện Kiến Xương"),
    KnownUnit("104", ("Xã Tây Sơn",), "2", "Huyện Kiến Xương"),
]
NEW = [KnownUnit("101", ("Xã Đông Hưng",)), KnownUnit("103", ("Xã Kiến Xương",))]
VINTAGES = {"new": NEW, "old": OLD}


def test_a_list_by_old_communes_is_recognised_as_such() -> None:
    found = guess_units({"stt": ["1", "2", "3"], "tên": ["Đông Á", "Tây Sơn", "Đông Á"]}, VINTAGES)
    assert [(one.vintage, one.column, one.by, one.share) for one in found] == [("old", "tên", "name", 1.0)]
    assert found[0].covered == 0.5


def test_codes_that_fit_two_vintages_go_to_the_one_whose_names_agree() -> None:
    rows = {"ma": ["101", "103"], "ten": ["ĐÔNG Á", "MINH TÂN"]}
    best = guess_units(rows, VINTAGES)[0]
    assert (best.vintage, best.column, best.by, best.agrees) == ("old", "ma", "code", 1.0)
    rows["ten"] = ["Xã Đông Hưng", "Xã Kiến Xương"]
    assert guess_units(rows, VINTAGES)[0].vintage == "new"


def test_codes_alone_go_to_the_vintage_that_more_of_stands_in_the_list() -> None:
    found = guess_units({"ma": ["101", "103"]}, VINTAGES)
    assert [(one.vintage, one.covered) for one in found] == [("new", 1.0), ("old", 0.5)]


def test_a_column_of_districts_is_named_where_it_tells_names_apart() -> None:
    rows = {"ten": ["Minh Tân", "Minh Tân", "Tây Sơn"], "huyen": ["Đông Hưng", "Kien Xuong", "Kiến Xương"]}
    found = {(one.vintage, one.column): one for one in guess_units(rows, VINTAGES)}
    assert found["old", "ten"].within == "huyen"
    assert found["old", "ten"].ambiguous == 0
    del rows["huyen"]
    alone = guess_units(rows, VINTAGES)[0]
    assert alone.within is None
    assert alone.ambiguous == pytest.approx(2 / 3)


def test_headers_tell_equal_columns_apart() -> None:
    rows = {"ghi chú": ["101", "104"], "Mã xã": ["101", "104"]}
    assert [one.column for one in guess_units(rows, {"old": OLD})] == ["Mã xã", "ghi chú"]


@pytest.mark.parametrize("values", [["Hà Nội", "Huế", "Đông Á"], ["", None, "101"], ["101", "101"]])
def test_a_column_that_tells_too_little_is_no_guess(values: list[str | None]) -> None:
    assert guess_units({"x": values}, VINTAGES) == ()


def test_misspelt_communes_go_before_districts_without_a_fault() -> None:
    rows = {
        "huyen": ["Đông Hưng", "Kiến Xương", "Đông Hưng", "Kiến Xương"],
        "xa": ["Đông Á", "Tây Sơn", "Minh Tânn", "Vũ Lễ"],
    }
    districts = [KnownUnit("1", ("Huyện Đông Hưng",)), KnownUnit("2", ("Huyện Kiến Xương",))]
    found = guess_units(rows, {"districts": districts, "old": [*OLD, KnownUnit("105", ("Xã Vũ Lễ",))]})
    assert [(one.vintage, one.column, one.share) for one in found] == [
        ("old", "xa", 0.75),
        ("districts", "huyen", 1.0),
    ]


@cache
def real_vintages(facts: Path) -> dict[str, list[KnownUnit]]:
    """Give the real communes by vintage, the newest first."""
    return {vintage: real_units(facts, vintage) for vintage in ("2025", "2024", "2019")}


@pytest.mark.parametrize("noise", [str, bare, without_kind])
@pytest.mark.parametrize("vintage", ["2025", "2024", "2019"])
def test_a_real_list_with_misspelt_names_is_recognised_by_its_vintage(
    shared_data: Path, vintage: str, noise: Callable[[str], str]
) -> None:
    vintages = real_vintages(shared_data / "thai_binh")
    units = vintages[vintage]
    names = [noise(unit.names[0]) for unit in units]
    names[3], names[30], names[60] = f"{names[3]}x", names[30][:-1], "không rõ"
    rows = {"stt": [str(row) for row, _ in enumerate(names)], "tên": names}
    best = guess_units(rows, vintages)[0]
    assert (best.vintage, best.column, best.by) == (vintage, "tên", "name")
    rows["huyện"] = [unit.parent_name for unit in units]
    best = guess_units(rows, vintages)[0]
    assert (best.vintage, best.column) == (vintage, "tên")
    assert best.ambiguous < 0.01


@pytest.mark.parametrize("vintage", ["2025", "2024", "2019"])
def test_a_real_list_of_codes_is_recognised_by_its_vintage(shared_data: Path, vintage: str) -> None:
    vintages = real_vintages(shared_data / "thai_binh")
    best = guess_units({"mã": [str(int(unit.code)) for unit in vintages[vintage]]}, vintages)[0]
    assert (best.vintage, best.by, best.share, best.covered) == (vintage, "code", 1.0, 1.0)


def test_a_long_column_of_other_things_is_no_guess_whatever_it_begins_with() -> None:
    words = [f"Đông Á {row}" for row in range(1_500)]
    assert guess_units({"x": ["Đông Á", "Minh Tân", "Tây Sơn", *words]}, VINTAGES) == ()
    assert guess_units({"x": ["Đông Á" * LONGEST, "Minh Tân" * LONGEST]}, VINTAGES) == ()
