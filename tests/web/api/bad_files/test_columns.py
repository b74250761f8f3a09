"""Names and values of columns: renamed, refused, kept as text, warned of."""

from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Point

from tests.bad_files.counter import Counter, codes, fault
from tests.bad_files.made import collection, feature, packed, workbook
from tests.bad_files.marks import bad_input
from tests.bad_files.targets import new_layer

SCRIPT = "<script>alert(1)</script>"
LONG = "ten_phuong_xa_day_du_cua_thua_dat_theo_ho_so_dia_chinh"
COLUMNS: dict[str, tuple[str, str | None]] = {
    "Tên phường": ("ten_phuong", "letters"),
    "TEN_PHUONG": ("ten_phuong_2", "twice"),
    "geom": ("geom_2", "reserved"),
    "version_from": ("version_from_2", "reserved"),
    LONG: (LONG[:48], "long"),
    "'; DROP TABLE layer.roads; --": ("drop_table_layer_roads", "letters"),
    "2024": ("c_2024", "digit"),
    "地块": ("column", "empty"),
    "code": ("code", None),
}


ALIKE: dict[str, list[list[object]]] = {
    "numbers beside text": [["code", "ghi chú", "ghi chú"], ["x", 7, "b"], ["y", 8, "d"]],
    "a pair of coordinates": [["toạ độ", "toạ độ", "b"], ["106.3", "20.4", "x"], ["106.4", "20.5", "y"]],
}


def at(number: int) -> Point:
    return Point(106.3 + number / 1000, 20.4)


@bad_input(16)
def test_names_that_no_table_has_are_renamed_and_kept_as_labels(counter: Counter) -> None:
    told = counter.seen(collection(feature(at(0), **dict.fromkeys(COLUMNS, "a"))))
    (layer,) = told["layers"]
    renamed = {entry["column"]: (entry["field"], entry["why"]) for entry in layer["renamed"]}
    assert {column: field for column, (field, _) in renamed.items()} == {
        column: field for column, (field, _) in COLUMNS.items()
    }
    assert all(why is None or why in renamed[column][1] for column, (_, why) in COLUMNS.items())
    # What was suggested can be chosen as it stands, and every value arrives.
    definition = {name: value for name, value in layer["definition"].items() if value is not None}
    definition |= {"id": "renamed", "licence": "CC0-1.0", "source": {"vi": "Sở", "en": "Office"}}
    columns = {entry["column"]: entry["field"] for entry in layer["renamed"]}
    told = counter.chosen(told["id"], definition=definition, columns=columns)
    assert codes(told) == []
    counter.published(told["id"])
    stored = counter.rows(
        "SELECT ten_phuong, ten_phuong_2, geom_2, drop_table_layer_roads FROM layer.renamed"
    )
    assert stored == [("a",) * 4]
    ((made,),) = counter.rows("SELECT document FROM gis.layer_definition WHERE id = 'renamed'")
    labels = {field["name"]: field["label"]["vi"] for field in made["fields"]}
    assert labels == {field: column for column, (field, _) in COLUMNS.items()}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("what", ALIKE)
def test_columns_called_the_same_are_told_apart(
    counter: Counter, tmp_path: Path, what: str, ending: str
) -> None:
    heading, first, second = ALIKE[what]
    text = "\n".join(",".join(map(str, row)) for row in (heading, first, second))
    content = text.encode() if ending == "csv" else workbook(tmp_path, [heading, first, second])
    told = counter.seen(content, f"bảng.{ending}")
    warning = fault(told, "columns_called_alike")
    same = next(str(name) for name in heading if heading.count(name) > 1)
    assert (warning["severity"], warning["count"], f"{same} (2)" in warning["detail"]) == ("warning", 1, True)
    seen = {column["name"]: column["samples"] for column in told["layers"][0]["columns"]}
    repeated = [at for at, name in enumerate(heading) if name == same]
    assert [seen[same], seen[f"{same} (2)"]] == [[str(first[at]), str(second[at])] for at in repeated]
    told = counter.chosen(told["id"], columns={same: "", f"{same} (2)": "name"}, layer="market")
    assert "columns_fit_one_field" not in codes(told)
    taken = {column["name"]: column["field"] for column in told["layers"][0]["columns"] if column["taken"]}
    assert (taken.get(f"{same} (2)"), same in taken) == ("name", False)


WIDE: dict[str, tuple[dict[str, Any], str]] = {
    "two thousand columns": ({f"c{number}": number for number in range(2000)}, "too_many_fields"),
    "ten megabytes of text": ({"a": "x" * (10 << 20)}, "value_too_long"),
}


@pytest.mark.parametrize(
    "what", [pytest.param(what, marks=bad_input(17, (422, code))) for what, (_, code) in WIDE.items()]
)
def test_what_no_table_has_room_for_is_refused(counter: Counter, what: str) -> None:
    values, code = WIDE[what]
    told = counter.refused(collection(feature(at(0), **values)))
    assert (told["status"], told["code"]) == (422, code)


@bad_input(15, (422, "duplicate_key"))
def test_a_key_that_stands_twice_is_told_with_the_first_hundred(counter: Counter) -> None:
    content = collection(*(feature(at(number), code="a", name="x") for number in range(150)))
    told = counter.seen(content, layer="kindergarten")
    found = fault(told, "duplicate_key")
    assert (found["severity"], found["count"], len(found["features"])) == ("error", 150, 100)
    assert [entry["where"] for entry in found["features"][:2]] == ["feature 1", "feature 2"]
    refused = counter.not_published(told["id"])
    assert refused["status"] == 422
    assert "duplicate_key" in str(refused)


@bad_input(30, (201, "markup_in_text"))
def test_markup_in_values_titles_and_names_stays_text(counter: Counter) -> None:
    content = packed({f"{SCRIPT[8:-9]}.geojson": collection(feature(at(0), code=SCRIPT))})
    told = counter.seen(content, f"{SCRIPT}.zip")
    note = fault(told, "markup_in_text")
    assert (note["severity"], note["features"][0]["where"]) == ("note", "feature 1")
    title = {"vi": SCRIPT, "en": SCRIPT}
    told = counter.chosen(
        told["id"], definition=new_layer("marked", "Point", title=title, visibility="public")
    )
    counter.published(told["id"])
    client, headers = counter.desk.client, counter.desk.headers
    collection_ = client.get("/api/collections/marked?f=json", headers=headers)
    assert collection_.mimetype == "application/json"
    assert collection_.get_json()["title"] == SCRIPT
    items = client.get("/api/collections/marked/items", headers=headers)
    assert items.get_json()["features"][0]["properties"]["code"] == SCRIPT
    for path in ("/", "/api", "/api/collections/marked"):
        page = client.get(path, headers={**headers, "Accept": "text/html"})
        assert page.mimetype != "text/html" or SCRIPT not in page.text


@bad_input(31, (422, "rows_fewer"))
def test_far_fewer_rows_need_a_yes(counter: Counter) -> None:
    def rows(count: int) -> bytes:
        return collection(*(feature(at(number), code=f"c{number}", name="x") for number in range(count)))

    counter.published(counter.seen(rows(20), layer="bus_stop")["id"])
    told = counter.seen(rows(10), layer="bus_stop")
    found = fault(told, "rows_fewer")
    assert (found["severity"], found["repair"]) == ("error", "fewer")
    assert counter.not_published(told["id"])["code"] == "rows_fewer"
    assert counter.rows("SELECT count(*) FROM layer.bus_stop") == [(20,)]
    assert codes(counter.chosen(told["id"], confirm_fewer=True)) == []
    counter.published(told["id"])


PEOPLE = {"cccd": "034087001234", "dien_thoai": "0912345678", "email": "a@example.vn"}


@bad_input(32, (201, "personal_column"))
def test_personal_columns_are_warned_of_in_public_and_can_be_left_out(counter: Counter) -> None:
    content = collection(*(feature(at(number), ten=f"n{number}", **PEOPLE) for number in range(5)))
    public = new_layer("people_seen", "Point", "ten", *PEOPLE, visibility="public")
    told = counter.seen(content, definition=public)
    warnings = {entry["column"]: entry for entry in told["faults"] if entry["code"] == "personal_column"}
    assert warnings.keys() == PEOPLE.keys()
    assert {(entry["severity"], entry["repair"]) for entry in warnings.values()} == {
        ("warning", "hide_column")
    }
    assert "034087001234" not in str(warnings), "values are shown masked"
    told = counter.chosen(told["id"], columns=dict.fromkeys(PEOPLE, ""))
    assert codes(told) == []
    told = counter.chosen(told["id"], columns=None, definition={"visibility": "draft"})
    assert codes(told) == []
