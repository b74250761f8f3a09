"""Sheets as layers: where the table begins, what its values are, and which cell is at fault."""

import datetime as dt
import json
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.workbook import Workbook
from tests.foreign_files import write_workbook

DAY = dt.datetime(2024, 5, 1)  # noqa: DTZ001  a cell has no zone


def rows_of(path: Path, name: str | None = None) -> tuple[list[dict[str, Any]], dict[str, str]]:
    with ExitStack() as stack:
        opened = Workbook(path, path.name, stack).open(name)
        rows = [row for batch in opened.batches for row in batch.to_pylist()]
        return rows, {name: told for name, told in opened.found.about.items() if name != "cells"}


def test_numbers_days_and_words_stay_what_they_are(tmp_path: Path) -> None:
    cells: list[list[object]] = [
        ["code", "people", "share", "day", "mixed", "yes"],
        ["001", 5, 0.5, DAY, 7, True],
        ["002", 6, 1, DAY, "seven", False],
    ]
    rows, about = rows_of(write_workbook(tmp_path / "a.xlsx", {"a": cells}))
    assert rows[0] == {"code": "001", "people": 5, "share": 0.5, "day": DAY.date(), "mixed": "7", "yes": True}
    assert rows[1]["mixed"] == "seven"
    assert about == {"header_row": "1"}


def test_titles_and_merged_names_above_a_table_are_passed_over_and_told(tmp_path: Path) -> None:
    cells: list[list[object]] = [
        ["DANH SÁCH TRẠM Y TẾ"],
        [],
        ["STT", "Tên", "Toạ độ", None],
        [None, None, "Kinh độ", "Vĩ độ"],
        [1, "Đề Thám", "106,5", "20°30'00\"N"],
        [],
        [2, "Bồ Xuyên", 106.25, 20.25],
    ]
    rows, about = rows_of(write_workbook(tmp_path / "a.xlsx", {"a": cells}))
    assert [row["Tên"] for row in rows] == ["Đề Thám", "Bồ Xuyên"]
    places = shapely.from_wkb([row["geometry"] for row in rows])
    assert list(places) == [shapely.Point(106.5, 20.5), shapely.Point(106.25, 20.25)]
    assert about == {"header_row": "4", "skipped_rows": "2", "blank_rows": "1"}


def test_where_values_stand_is_told_across_blank_rows(tmp_path: Path) -> None:
    cells: list[list[object]] = [["Trạm"], [], ["code", None, "n"], ["a", None, 1], [], ["b", None, 2]]
    with ExitStack() as stack:
        path = write_workbook(tmp_path / "a.xlsx", {"a": cells})
        told = json.loads(Workbook(path, path.name, stack).open(None).found.about["cells"])
    assert told == {"columns": {"code": "A", "n": "C"}, "runs": [[1, 4], [2, 6]]}


def test_a_table_without_names_has_those_of_its_columns(tmp_path: Path) -> None:
    rows, about = rows_of(write_workbook(tmp_path / "a.xlsx", {"a": [["x", 1, 2], ["y", 3, 4]]}))
    assert rows == [{"A": "x", "B": 1, "C": 2}, {"A": "y", "B": 3, "C": 4}]
    assert about["header_row"] == "-"


def test_years_may_be_names_of_columns(tmp_path: Path) -> None:
    rows, _ = rows_of(write_workbook(tmp_path / "a.xlsx", {"a": [["name", 2019, 2024], ["x", 3, 4]]}))
    assert rows == [{"name": "x", "2019": 3, "2024": 4}]


def test_one_of_several_sheets_is_chosen_and_empty_ones_do_not_count(tmp_path: Path) -> None:
    table: list[list[object]] = [["name", "n"], ["x", 1]]
    one = write_workbook(tmp_path / "one.xlsx", {"a": [], "b": table})
    assert rows_of(one)[0] == [{"name": "x", "n": 1}]
    two = write_workbook(tmp_path / "two.xlsx", {"a": table, "b": table})
    assert rows_of(two, "b")[0] == [{"name": "x", "n": 1}]
    with pytest.raises(RefusedInput) as caught:
        rows_of(two)
    assert (caught.value.code, caught.value.params["layers"]) == (ErrorCode.FILE_LAYER_CHOICE, "a, b")


FAULTY: dict[str, tuple[list[list[object]], str]] = {
    "a formula without its result": ([["name", "n"], ["x", 1], ["y", "=B2*2"]], "B3"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_cell_that_cannot_be_used_is_named(tmp_path: Path, name: str) -> None:
    cells, cell = FAULTY[name]
    with pytest.raises(RefusedInput) as caught:
        rows_of(write_workbook(tmp_path / "a.xlsx", {"Trạm": cells}))
    assert caught.value.code == ErrorCode.CELL_UNREADABLE
    assert (caught.value.params["sheet"], caught.value.params["cell"]) == ("Trạm", cell)
    assert cell in caught.value.detail("vi")


def test_cells_with_errors_come_as_empty_and_are_told_by_column_and_sign(tmp_path: Path) -> None:
    cells: list[list[object]] = [
        ["name", "n", "lon", "lat"],
        ["x", "#REF!", 106.5, 20.5],
        ["#N/A", 2, 106.5, "#N/A"],
        ["z", "#REF!", 106.5, 20.5],
    ]
    rows, about = rows_of(write_workbook(tmp_path / "a.xlsx", {"a": cells}))
    assert [(row["name"], row["n"]) for row in rows] == [("x", None), (None, 2), ("z", None)]
    # An error among coordinates is what stands there, as any other word.
    assert rows[1]["geometry"] is None
    assert json.loads(about["cell_errors"]) == [
        {"column": "name", "sign": "#N/A", "count": 1, "features": [2]},
        {"column": "n", "sign": "#REF!", "count": 2, "features": [1, 3]},
    ]


def test_words_for_a_coordinate_leave_the_others_numbers(tmp_path: Path) -> None:
    cells: list[list[object]] = [["lon", "lat"], [106.5, "gần chợ"], [106.25, 20.25], [True, DAY]]
    with ExitStack() as stack:
        path = write_workbook(tmp_path / "a.xlsx", {"a": cells})
        opened = Workbook(path, path.name, stack).open(None)
        (batch,) = opened.batches
    assert (opened.found.place, opened.found.leading) == (("lon", "lat"), 3)
    assert shapely.from_wkb(batch.column(0)[1].as_py()) == shapely.Point(106.25, 20.25)
    assert batch.column(1).to_pylist() == [None, None, "true"]
    assert batch.column(2).to_pylist() == ["gần chợ", None, "2024-05-01"]


def test_titles_merged_across_columns_are_no_names(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("a", 0)
    for row in (
        ["UBND TỈNH", None, "CỘNG HÒA", None],
        ["DANH SÁCH"],
        ["STT", "Tên", "Mã"],
        ["một", "Đề Thám", "a"],
    ):
        sheet.append(row)
    for cells in ("A1:B1", "C1:D1", "A2:D2"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "a.xlsx")
    rows, about = rows_of(tmp_path / "a.xlsx")
    assert rows == [{"STT": "một", "Tên": "Đề Thám", "Mã": "a"}]
    assert about == {"header_row": "3", "skipped_rows": "2"}


def test_a_sheet_of_two_thousand_columns_is_refused(tmp_path: Path) -> None:
    wide: list[list[object]] = [[f"c{number}" for number in range(2000)], list(range(2000))]
    with pytest.raises(RefusedInput) as caught:
        rows_of(write_workbook(tmp_path / "a.xlsx", {"a": wide}))
    assert (caught.value.code, caught.value.params["count"]) == (ErrorCode.TOO_MANY_FIELDS, 2000)


def test_a_workbook_that_declares_entities_is_refused(tmp_path: Path) -> None:
    source = write_workbook(tmp_path / "a.xlsx", {"a": [["name", "n"], ["x", 1]]})
    target = tmp_path / "b.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.infolist():
            declared = b'<!DOCTYPE x [<!ENTITY a "b">]>' if member.filename.endswith("sheet1.xml") else b""
            new.writestr(member.filename, declared + old.read(member))
    with pytest.raises(RefusedInput) as caught:
        rows_of(target)
    assert caught.value.code == ErrorCode.XML_FORBIDDEN_CONSTRUCT


def with_formula(path: Path, result: str) -> Path:
    """Write a sheet whose cell B2 is a formula with this stored result, as Excel writes it."""
    source = write_workbook(path.with_name("plain.xlsx"), {"a": [["name", "n"], ["x", "=A2"], ["y", "z"]]})
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for member in old.infolist():
            content = old.read(member).decode()
            start = content.find('<c r="B2"')
            if start >= 0:
                end = content.index("</c>", start) + len("</c>")
                content = content[:start] + result + content[end:]
            new.writestr(member.filename, content)
    return path


FORMULA = "<f>IF(A2=&quot;B&quot;,&quot;x&quot;,&quot;&quot;)</f>"


@pytest.mark.parametrize("stored", ["<v></v>", "<v/>"])
def test_a_formula_whose_result_is_the_empty_text_has_no_value(tmp_path: Path, stored: str) -> None:
    rows, _ = rows_of(with_formula(tmp_path / "a.xlsx", f'<c r="B2" t="str">{FORMULA}{stored}</c>'))
    assert rows == [{"name": "x", "n": None}, {"name": "y", "n": "z"}]


@pytest.mark.parametrize("cell", ['<c r="B2" t="str">{}</c>', '<c r="B2">{}<v></v></c>'])
def test_a_formula_that_nobody_computed_is_still_named(tmp_path: Path, cell: str) -> None:
    with pytest.raises(RefusedInput) as caught:
        rows_of(with_formula(tmp_path / "a.xlsx", cell.format(FORMULA)))
    assert (caught.value.code, caught.value.params["cell"]) == (ErrorCode.CELL_UNREADABLE, "B2")


def test_a_sheet_that_is_only_called_about_is_a_sheet_like_any_other(tmp_path: Path) -> None:
    table: list[list[object]] = [["name", "n"], ["x", 1]]
    path = write_workbook(tmp_path / "a.xlsx", {"a": table, "about": [["LAYER", "clinic"], ["VERSION", "1"]]})
    with pytest.raises(RefusedInput) as caught:
        rows_of(path)
    assert (caught.value.code, caught.value.params["layers"]) == (ErrorCode.FILE_LAYER_CHOICE, "a, about")
