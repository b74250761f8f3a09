"""The form of an upload's page as choices."""

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from gis_service.web.pages.upload_form import NEW, choices_from
from gis_service.web.schemas.uploads import UploadChoices
from tests.web.pages.made_uploads import column, seen, upload

COLUMNS = (
    column("ma", "code"),
    column("ten", "name", reason="label", taken=False),
    column("sdt"),
)
TEXT = {
    "kind": "text",
    "encoding": "tcvn3",
    "columns": [{"column": "ten", "choice": "tcvn3:whole"}, {"column": "x", "choice": "tcvn3"}],
}
DEFINITION: dict[str, Any] = {
    "id": "wells",
    "title": {"vi": "wells", "en": "wells"},
    "description": {"vi": "wells", "en": "wells"},
    "category": "administration",
    "geometry": "Point",
    "key": None,
    "fields": [{"name": "ma", "type": "text", "label": {"vi": "ma", "en": "ma"}}],
    "source": {"vi": "wells", "en": "wells"},
    "licence": "?",
    "visibility": "draft",
    "generated": False,
}


def chosen(*pairs: tuple[str, str], before: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    looked = upload(more.pop("layer", seen(*COLUMNS)), choices=before, guesses=more.pop("guesses", []))
    return choices_from(MultiDict(pairs), looked)


@pytest.mark.parametrize(
    ("before", "pairs", "after"),
    [
        ({}, (), {}),
        ({"message": "vì"}, (), {"message": "vì"}),
        ({"message": "vì"}, (("message", ""),), {}),
        ({"name": "a"}, (("name", ""),), {}),
        ({}, (("target", "market"),), {"layer": "market"}),
        ({"layer": "market"}, (("target", ""),), {}),
        ({}, (("crs", "EPSG:9209"),), {"crs": "EPSG:9209"}),
        ({}, (("crs", ""), ("crs.other", " EPSG:3405 ")), {"crs": "EPSG:3405"}),
        ({"crs": "EPSG:9209"}, (("crs", ""),), {}),
        ({}, (("crs", "EPSG:4326 swapped"),), {"crs": "EPSG:4326", "repairs": ["axes"]}),
        ({}, (("repairs.shown", "geometry"), ("repair", "geometry")), {"repairs": ["geometry"]}),
        ({"repairs": ["geometry", "empty"]}, (("repairs.shown", "geometry"),), {"repairs": ["empty"]}),
        ({"repairs": ["geometry"]}, (("repairs.shown", ""),), {"repairs": ["geometry"]}),
        ({}, (("hide", "sdt"),), {"columns": {"sdt": ""}}),
        ({}, (("base", "7"),), {"base": 7}),
        ({}, (("coordinates", "none"),), {"coordinates": "none"}),
        ({"coordinates": ["a", "b"]}, (("coordinates", "as before"),), {"coordinates": ["a", "b"]}),
        ({"coordinates": ["a", "b"]}, (("coordinates", ""),), {}),
        ({"coordinates": ["a", "b"]}, (), {"coordinates": ["a", "b"]}),
        (
            {},
            (("coordinates", ""), ("coordinates.x", "2"), ("coordinates.y", "0")),
            {"coordinates": ["sdt", "ma"]},
        ),
        ({}, (("coordinates", ""), ("coordinates.x", "2"), ("coordinates.y", "9")), {}),
        ({}, (("coordinates", ""), ("coordinates.geometry", "1")), {"coordinates": ["ten"]}),
        ({}, (("numbers.shown", "giá"), ("thousands", "giá")), {"numbers": {"giá": "thousands"}}),
        ({"numbers": {"giá": "thousands"}}, (("numbers.shown", "giá"),), {}),
        ({"numbers": {"giá": "decimal"}}, (), {"numbers": {"giá": "decimal"}}),
        ({}, (("thousands", "giá"),), {}),
        ({}, (("base", "x"),), {}),
        ({}, (("base", "²"),), {}),
        ({}, (("base", "9" * 500),), {}),
        ({}, (("placing", "²"),), {}),
        ({}, (("coordinates", "³"), ("coordinates.x", "²"), ("coordinates.y", "1" * 500)), {}),
        ({}, (("encoding", "utf-8"),), {"encoding": "utf-8"}),
        ({"gap_m": 2.0}, (("target", ""),), {"gap_m": 2.0}),
    ],
)
def test_what_is_on_the_page_is_chosen_by_it_and_the_rest_stays(
    before: dict[str, Any], pairs: tuple[tuple[str, str], ...], after: dict[str, Any]
) -> None:
    assert chosen(*pairs, before=before) == after
    # What the page chooses the API would take as well.
    UploadChoices.model_validate(after)


def fields(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"column.{index}", value) for index, value in enumerate(values))


@pytest.mark.parametrize(
    ("before", "pairs", "columns"),
    [
        ({}, fields("code", "", ""), {}),
        ({}, fields("code", "name", ""), {"ten": "name"}),
        ({}, fields("", "", ""), {"ma": ""}),
        ({}, (*fields("code", "", ""), ("do", "suggested")), {"ten": "name"}),
        ({"ten": "name"}, fields("code", "", ""), {"ten": ""}),
        ({}, (*fields("code", "", "note"), ("hide", "sdt")), {"sdt": ""}),
    ],
)
def test_only_columns_that_do_not_go_by_themselves_are_chosen(
    before: dict[str, str], pairs: tuple[tuple[str, str], ...], columns: dict[str, str]
) -> None:
    layer = seen(*COLUMNS)
    if before:
        layer = seen(COLUMNS[0], column("ten", "name", reason="chosen"), COLUMNS[2])
    kept = {"layer": "market"} | ({"columns": before} if before else {})
    after = chosen(("target", "market"), *pairs, before=kept, layer=layer)
    assert after.get("columns", {}) == columns


@pytest.mark.parametrize(
    ("take", "columns"),
    [
        ("1", {"tªn": "name"}),
        ("none:name", {"tên": "", "tªn": ""}),
        ("2", {}),
        ("9", {}),
        ("", {}),
    ],
)
def test_of_columns_that_fit_one_field_a_button_takes_one_or_none(take: str, columns: dict[str, str]) -> None:
    several = [column(name, "name", reason="several", taken=False) for name in ("tên", "tªn")]
    layer = seen(*several, column("sdt"))
    assert chosen(("take", take), layer=layer).get("columns", {}) == columns
    assert chosen(("do", "suggested"), layer=layer) == {}


def test_columns_of_another_target_say_nothing_of_this_one() -> None:
    before = {"layer": "market", "columns": {"ten": "name"}}
    assert chosen(("target", "school"), *fields("code", "name", ""), before=before) == {"layer": "school"}


def test_an_encoding_is_chosen_for_all_columns_and_whole_ones_as_such() -> None:
    mended = chosen(("text", "tcvn3"), guesses=[TEXT])["text"]
    assert mended == {"*": "tcvn3", "ten": "tcvn3:whole"}
    again = chosen(("text", "tcvn3"), before={"text": mended})
    assert again["text"] == mended
    assert "text" not in chosen(("text", ""), before={"text": mended})


def test_a_new_layer_begins_as_suggested_and_is_called_after_its_file() -> None:
    layer = seen(*COLUMNS, definition=DEFINITION)
    assert chosen(("target", NEW), layer=layer)["definition"] == DEFINITION
    called = {"vi": "data", "en": "data"}
    nameless = seen(*COLUMNS, definition=DEFINITION | {"title": called, "description": called})
    definition = chosen(("target", NEW), layer=nameless)["definition"]
    assert (definition["id"], definition["title"]["vi"]) == ("gieng_nuoc", "giếng nước")
    assert chosen(("target", NEW), layer=layer)["columns"] == {"ma": "code", "ten": "name", "sdt": ""}


def test_a_new_layer_is_as_the_form_has_it() -> None:
    layer = seen(column("ma", "ma"), column("sdt", "sdt"))
    pairs = (
        ("target", NEW),
        ("definition.id", "gieng"),
        ("definition.title.vi", "Giếng"),
        ("definition.title.en", ""),
        ("definition.source.vi", "Sở"),
        ("definition.source.en", "Office"),
        ("definition.licence", "CC0-1.0"),
        ("definition.category", "health"),
        ("definition.visibility", "public"),
        ("definition.key", "code"),
        ("keep.0", "on"),
        ("field.0", "code"),
        ("label.0.vi", "Mã"),
        ("label.0.en", "Code"),
        ("type.0", "text"),
        ("field.1", "sdt"),
    )
    after = chosen(*pairs, before={"definition": DEFINITION}, layer=layer)
    assert after["columns"] == {"ma": "code", "sdt": ""}
    definition = after["definition"]
    assert definition["title"] == definition["description"] == {"vi": "Giếng", "en": "Giếng"}
    label = {"vi": "Mã", "en": "Code"}
    assert definition["fields"] == [{"name": "code", "type": "text", "label": label, "required": True}]
    told = {name: definition[name] for name in ("id", "licence", "category", "visibility", "key")}
    assert told == {
        "id": "gieng",
        "licence": "CC0-1.0",
        "category": "health",
        "visibility": "public",
        "key": "code",
    }


UNITS = [
    {"kind": "units", "vintage": "communes_2025", "column": "xa", "by": "name", "within": None, "share": 1.0},
    {"kind": "units", "vintage": "communes_2019", "column": "ma", "by": "code", "within": None, "share": 0.9},
]
FIRST = {"vintage": "communes_2025", "column": "xa", "by": "name"}
WAITING = {"to_place": [{"number": number} for number in (3, 9)]}


@pytest.mark.parametrize(
    ("before", "pairs", "after"),
    [
        (None, (("placing", "0"),), FIRST),
        (None, (("placing", "7"),), None),
        (FIRST, (("placing", ""),), None),
        (FIRST, (("placing", "as before"), ("place.3", "12345")), FIRST | {"given": {"3": "12345"}}),
        (
            FIRST,
            (("placing", "as before"), ("lon.9", "106,35"), ("lat.9", "20.4"), ("place.9", "1")),
            FIRST | {"given": {"9": [106.35, 20.4]}},
        ),
        (FIRST, (("placing", "as before"), ("lon.9", "x"), ("lat.9", "20.4")), FIRST),
        (FIRST | {"given": {"3": "1"}}, (("placing", "as before"), ("unplace", "3")), FIRST),
        (
            FIRST | {"given": {"3": "1"}},
            (("placing", "1"),),
            {"vintage": "communes_2019", "column": "ma", "by": "code"},
        ),
    ],
)
def test_rows_without_coordinates_are_placed_by_units_and_by_hand(
    before: dict[str, Any] | None, pairs: tuple[tuple[str, str], ...], after: dict[str, Any] | None
) -> None:
    layer = seen(*COLUMNS, placing=WAITING)
    kept = {"placing": before} if before else {}
    assert chosen(*pairs, before=kept, layer=layer, guesses=UNITS).get("placing") == after
