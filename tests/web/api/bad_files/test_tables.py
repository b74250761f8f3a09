"""Tables as offices write them: what was understood is shown, and what was not is told with its cell."""

import datetime as dt
from pathlib import Path

import pytest

from tests.bad_files.counter import Counter, codes
from tests.bad_files.made import workbook
from tests.bad_files.marks import bad_input

DAY = dt.datetime(2024, 5, 1)  # noqa: DTZ001  a cell has no zone
ROWS: list[list[object]] = [
    ["DANH SÁCH TRẠM Y TẾ"],
    [],
    ["STT", "Tên trạm", "Ngày lập", "Diện tích", "Toạ độ", None],
    [None, None, None, None, "Kinh độ", "Vĩ độ"],
    [1, "Đề Thám", "31/12/2024", "12,5", "106°18'00\"E", "20°24'00\"N"],
    [2, "Bồ Xuyên", "01/02/2025", "7", "106,31", "20,41"],
]


def test_a_workbook_of_an_office_is_shown_column_by_column(counter: Counter, tmp_path: Path) -> None:
    told = counter.seen(workbook(tmp_path, ROWS), "trạm.xlsx")
    (layer,) = told["layers"]
    assert (codes(told), layer["features"], layer["about"]["header_row"]) == ([], 2, "4")
    kinds = {column["name"]: (column["kind"], column["samples"]) for column in layer["columns"]}
    assert kinds["Tên trạm"] == ("text", ["Đề Thám", "Bồ Xuyên"])
    assert kinds["Ngày lập"] == ("date", ["31/12/2024", "01/02/2025"])
    assert kinds["Diện tích"] == ("number", ["12,5", "7"])
    assert layer["box"] == pytest.approx([106.30, 20.40, 106.31, 20.41])


CELLS: dict[str, tuple[list[list[object]], str]] = {
    "a formula without its result": ([["name", "n"], ["x", 1], ["y", "=B2*2"]], "B3"),
}


@bad_input(24, (422, "cell_unreadable"))
@pytest.mark.parametrize("what", CELLS)
def test_a_cell_that_cannot_be_used_is_named(counter: Counter, tmp_path: Path, what: str) -> None:
    rows, cell = CELLS[what]
    told = counter.refused(workbook(tmp_path, rows), "trạm.xlsx")
    assert (told["status"], told["code"]) == (422, "cell_unreadable")
    assert f"The cell {cell} of the sheet Trạm" in told["detail"]


@bad_input(24, (422, "coordinate_unreadable"))
def test_what_is_no_coordinate_is_told_with_its_cell_and_keeps_the_table_out(
    counter: Counter, tmp_path: Path
) -> None:
    rows: list[list[object]] = [
        ["Danh sách"],
        ["code", "note", "lon", "lat"],
        ["x", 1, 106.3, "gần chợ"],
        ["y", "#N/A", 106.31, 20.41],
    ]
    told = counter.seen(workbook(tmp_path, rows), "trạm.xlsx", definition=PARKING)
    wrong, error = told["faults"]
    assert (wrong["code"], wrong["column"], wrong["repair"]) == ("coordinate_unreadable", "lat", "empty")
    assert (error["code"], error["severity"], error["column"]) == ("cell_error", "warning", "note")
    assert [(one["features"][0]["where"], one["features"][0]["text"]) for one in (wrong, error)] == [
        ("feature 1 (cell D3)", "lat = 'gần chợ'"),
        ("feature 2 (cell B4)", "note = #N/A"),
    ]
    assert "#N/A 1" in error["detail"]
    refused = counter.not_published(told["id"])
    assert (refused["code"], refused["errors"][0]["where"]) == (
        "coordinate_unreadable",
        "feature 1 (cell D3)",
    )


@bad_input(24, (422, "value_wrong_type"))
def test_a_value_that_fits_no_field_is_told_with_its_cell(counter: Counter, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Bãi đỗ"],
        [],
        ["code", "note", "lon", "lat", "capacity"],
        ["a", "x", 106.30, 20.40, 5],
        [],
        ["b", "y", 106.31, 20.41, "nhiều"],
    ]
    told = counter.seen(workbook(tmp_path, rows), "bãi.xlsx", definition=PARKING)
    (found,) = told["faults"]
    (entry,) = found["features"]
    assert (found["code"], entry["where"], entry["text"]) == (
        "value_wrong_type",
        "feature 2 (cell E6)",
        "capacity = 'nhiều' (integer)",
    )
    assert counter.not_published(told["id"])["errors"][0]["where"] == "feature 2 (cell E6)"


TEXT = "code{0}name{0}kinh độ{0}vĩ độ\na{0}Đề Thám{0}{1}{0}{2}\n"
TABLES: dict[str, tuple[bytes, str | None, str]] = {
    "a mark of its order": (TEXT.format(",", "106.3", "20.4").encode("utf-8-sig"), "UTF-8", ","),
    "semicolons and decimal commas": (TEXT.format(";", "106,3", "20,4").encode(), None, ";"),
    "tabs": (TEXT.format("\t", "106.3", "20.4").encode(), None, "\t"),
    "UTF-16": (TEXT.format(";", "106,3", "20,4").encode("utf-16"), "UTF-16", ";"),
}


@bad_input(25)
@pytest.mark.parametrize("what", TABLES)
def test_how_a_table_of_text_is_written_is_found_out_and_shown(counter: Counter, what: str) -> None:
    content, encoding, delimiter = TABLES[what]
    told = counter.seen(content, "điểm.csv")
    (layer,) = told["layers"]
    assert (codes(told), layer.get("encoding"), layer["about"]["delimiter"]) == ([], encoding, delimiter)
    assert [column["samples"] for column in layer["columns"]] == [["a"], ["Đề Thám"]]
    assert layer["box"] == pytest.approx([106.3, 20.4, 106.3, 20.4])


PARKING = {
    "id": "parking",
    "title": {"vi": "Bãi đỗ xe", "en": "Parking"},
    "description": {"vi": "Bãi đỗ xe", "en": "Parking"},
    "category": "infrastructure",
    "geometry": "Point",
    "fields": [
        {"name": "code", "type": "text", "label": {"vi": "Mã", "en": "Code"}},
        {"name": "note", "type": "text", "label": {"vi": "Ghi chú", "en": "Note"}},
        {"name": "capacity", "type": "integer", "label": {"vi": "Sức chứa", "en": "Capacity"}},
    ],
    "source": {"vi": "Sở Xây dựng", "en": "Department of Construction"},
    "licence": "CC0-1.0",
    "visibility": "draft",
    "generated": False,
}
