"""The pages of uploads: who may, what comes of a form, from the file to the version."""

import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from gis_service.errors import ErrorCode
from gis_service.services import users
from gis_service.services.accounts import Role
from gis_service.services.transactions import reading, writing
from gis_service.web import current
from tests.web.pages.browser import PASSWORD, Reader, hidden_fields, sign_in
from tests.web.pages.made_uploads import column, finding, kept, seen
from tests.web.uploaded import Desk, points

Bearer = Callable[[str | None], dict[str, str]]


@pytest.fixture(scope="module")
def ready(app: Flask, bearer: Bearer) -> str:
    """Give an upload with faults that tests look at and leave as it is."""
    desk = Desk(app.extensions["gis"], app.test_client(), bearer("gis_staff"))
    return desk.ready(points("a", "a", "", "c"), layer="bus_stop")


@pytest.mark.parametrize("path", ["/uploads", "/uploads/6f0a54b6-37b2-4f5e-9a8c-0c4f3a2f1f00"])
def test_whoever_has_not_signed_in_is_shown_the_way(client: FlaskClient, path: str) -> None:
    closed = client.get(f"{path}?lang=en")
    assert (closed.status_code, "Only GIS staff bring in data" in closed.text) == (401, True)
    assert f'href="/sign-in?next={path.replace("/", "%2F")}' in closed.text


@pytest.mark.parametrize("role", ["viewer", "planner", "analyst"])
def test_others_are_told_who_may(client: FlaskClient, bearer: Bearer, role: str) -> None:
    closed = client.get("/uploads", headers=bearer(role))
    assert (closed.status_code, "cán bộ GIS" in closed.text, "/sign-in" in closed.text) == (403, True, False)
    refused = client.post("/uploads", headers=bearer(role), data={"file": (io.BytesIO(b"x"), "x.csv")})
    assert refused.status_code == 403


@pytest.mark.parametrize(("language", "words"), [("vi", "Thả tệp vào đây"), ("en", "Drop files here")])
def test_the_page_says_what_it_takes_and_works_as_a_plain_form(
    staff: Reader, language: str, words: str
) -> None:
    page = staff.see(f"/uploads?lang={language}").text
    assert words in page
    assert 'enctype="multipart/form-data"' in page
    assert 'type="file"' in page


def form_of(content: bytes, name: str, **fields: str) -> dict[str, object]:
    return {**fields, "file": (io.BytesIO(content), name)}


def test_a_plain_form_leads_to_the_page_of_its_file(staff: Reader) -> None:
    given = form_of(points("a", "b"), "điểm dừng.geojson")
    sent = staff.client.post("/uploads?lang=en", data=given, headers=staff.headers)
    assert sent.status_code == 303
    page = staff.see(sent.headers["Location"]).text
    assert "2 features, no fault found; nothing is published yet." in page
    assert "điểm dừng.geojson" in page
    listed = staff.see("/uploads?lang=en").text
    assert "waits for you" in listed
    assert sent.headers["Location"].partition("?")[0] in listed


def test_a_file_that_cannot_be_taken_says_why_on_its_page(staff: Reader) -> None:
    given = form_of(b"{nonsense", "hỏng.geojson")
    sent = staff.client.post("/uploads?lang=en", data=given, headers=staff.headers)
    page = staff.see(sent.headers["Location"]).text
    assert "This file could not be taken" in page
    assert "hỏng.geojson" in page
    nothing = staff.client.post("/uploads?lang=en", data=form_of(b"", ""), headers=staff.headers)
    assert (nothing.status_code, 'role="alert"' in nothing.text) == (400, True)


def test_faults_stand_by_weight_with_their_features_and_the_map(staff: Reader, ready: str) -> None:
    page = staff.see(f"/uploads/{ready}?lang=en").text
    assert "4 features, 3 of them wrong; nothing is published yet." in page
    assert "To be mended before it can be published" in page
    assert [f"<b>feature {number}</b>" in page for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert '<svg class="small-map"' in page
    assert page.count('<circle class="bad"') == 3
    assert ">1</text>" in page
    assert f"/uploads/{ready}/faults.csv?lang=en" in page
    table = staff.see(f"/uploads/{ready}/faults.csv?lang=vi")
    assert (table.headers["Content-Language"], table.text[0]) == ("vi", "\ufeff")
    assert "đối tượng 1" in table.text
    assert re.search(r'<button class="main" disabled>', page)
    assert "4 đối tượng, 3 trong đó có lỗi; chưa có gì được công bố." in staff.see(f"/uploads/{ready}").text


def test_a_choice_is_looked_at_anew_and_leads_back_to_its_place(staff: Reader, desk: Desk) -> None:
    id_ = desk.ready(points("a", "b"))
    sent = staff.send(f"/uploads/{id_}", target="bus_stop", at="columns")
    assert sent.headers["Location"] == f"/uploads/{id_}?lang=en#columns"
    page = staff.see(sent.headers["Location"]).text
    assert 'name="column.0"' in page
    assert f"/uploads/{id_}?lang=en&amp;changes=1" in page
    assert '<option value="code" selected>' in page
    elsewhere = staff.send(f"/uploads/{id_}", target="bus_stop", at="//elsewhere.example")
    assert elsewhere.headers["Location"] == f"/uploads/{id_}?lang=en"


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"crs.other": "EPSG:999999", "crs": ""}, 422, "EPSG:999999"),
        ({"target": "residents"}, 403, "gis_staff"),
        ({"target": "no_such"}, 404, "no_such"),
        ({"encoding": "x" * 60}, 422, "encoding"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_beside_the_form(
    staff: Reader, ready: str, fields: dict[str, str], status: int, words: str
) -> None:
    refused = staff.send(f"/uploads/{ready}", **fields)
    assert (refused.status_code, 'role="alert"' in refused.text, words in refused.text) == (
        status,
        True,
        True,
    )
    assert 'id="choices"' in refused.text
    assert "4 features, 3 of them wrong" in staff.see(f"/uploads/{ready}?lang=en").text


@pytest.mark.usefixtures("no_wells_afterwards")
def test_a_new_layer_is_described_checked_and_published(staff: Reader, desk: Desk) -> None:
    id_ = desk.ready(points("a", "b"))
    page = staff.choose(id_, target=":new")
    assert 'value="data"' in page or 'value="điểm dừng"' in page
    bare = staff.send(f"/uploads/{id_}/commit")
    assert bare.status_code == 422
    assert "The licence of the data is not said." in bare.text
    assert "Where the data comes from is not said." in bare.text
    told = {
        "target": ":new",
        "definition__id": "page_wells",
        "definition__title__vi": "Giếng của trang",
        "definition__title__en": "Wells of the page",
        "definition__source__vi": "Sở",
        "definition__source__en": "Office",
        "definition__licence": "CC0-1.0",
        "definition__visibility": "internal",
        "definition__key": "code",
        "keep__0": "on",
        "field__0": "code",
        "label__0__vi": "Mã",
        "type__0": "text",
        "field__1": "name",
    }
    wrong = {name.replace("__", "."): value for name, value in (told | {"definition__id": "Giếng"}).items()}
    refused = staff.send(f"/uploads/{id_}", **wrong)
    assert (refused.status_code, 'value="Giếng"' in refused.text) == (422, True)
    page = staff.choose(id_, **told)
    assert "New layer <b>Wells of the page</b>: adds 2." in page
    done = staff.send(f"/uploads/{id_}/commit")
    assert done.status_code == 303
    page = staff.see(done.headers["Location"]).text
    assert "Published: Wells of the page, version" in page
    assert "/layers/page_wells/history" in page
    with writing(desk.context) as connection:
        assert connection.execute(text("SELECT count(*) FROM layer.page_wells")).scalar_one() == 2
        columns = connection.execute(text("SELECT * FROM layer.page_wells LIMIT 1")).keys()
        assert "name" not in columns


def test_what_a_commit_would_change_is_counted_and_nothing_is_changed(staff: Reader, desk: Desk) -> None:
    asked = text("SELECT code FROM layer.bus_stop")
    with reading(desk.context) as connection:
        before = set(connection.execute(asked).scalars())
    id_ = desk.ready(points("p", "q", "r"), layer="bus_stop")
    page = staff.see(f"/uploads/{id_}?lang=en&changes=1").text
    told = [int(figure) for figure in re.findall(r"<dd>(\d+)</dd></div>", page.partition('id="changes"')[2])]
    assert told == [3, 0, len(before), 0]
    with reading(desk.context) as connection:
        assert set(connection.execute(asked).scalars()) == before


def test_a_layer_that_went_on_meanwhile_is_replaced_only_by_an_explicit_yes(
    staff: Reader, desk: Desk
) -> None:
    params = {"layer": "market", "base": 3, "newest": 9, "authors": "lan", "since": "–", "count": 2}
    overtaken = finding(ErrorCode.BASE_VERSION_CHANGED, params=params)
    id_ = kept(desk, seen(column("code", "code")), overtaken, layer="market")
    page = staff.see(f"/uploads/{id_}?lang=en").text
    assert '<input type="checkbox" name="base" value="9"' in page
    assert "/layers/market/history" in page
    assert "replace version 9 as well by this file" in page


def test_every_kind_of_choice_is_on_the_page(staff: Reader, desk: Desk) -> None:
    layer = seen(column("ma", "code"), column("ten", "name", reason="label", taken=False), crs=None)
    personal = finding(
        ErrorCode.PERSONAL_COLUMN, "warning", (1, 2), "hide_column", column="sdt", params={"what": "phone"}
    )
    missing = finding(ErrorCode.FIELD_MISSING, params={"fields": "name", "columns": "ma"})
    invalid = finding(ErrorCode.GEOMETRY_INVALID, numbers=tuple(range(1, 9)), repair="geometry", count=12)
    id_ = kept(desk, layer, invalid, missing, personal, layer="market", repairs=["empty"], crs="EPSG:3405")
    page = staff.see(f"/uploads/{id_}?lang=en").text
    for part in (
        'name="repair" value="geometry"',
        'name="repair" value="empty" data-now checked',
        'name="hide" value="sdt"',
        'name="crs" value="EPSG:3405" data-now checked',
        'name="do" value="suggested"',
        'href="#columns"',
        "6 of 12 shown.",
        "the table holds the first 8",
        "Worth a look",
    ):
        assert part in page, part
    vietnamese = staff.see(f"/uploads/{id_}").text
    assert "Sửa hình học không hợp lệ" in vietnamese
    assert "Nên xem lại" in vietnamese


def test_a_list_without_coordinates_is_placed_on_the_page(staff: Reader, desk: Desk) -> None:
    candidates = [{"code": "12345", "name": "Đông Hưng", "within": "Thái Bình"}]
    waiting = {
        "placed": 1,
        "rows": 3,
        "unplaced": 2,
        "to_place": [
            {"number": 2, "value": "Đông Hưng", "within": None, "candidates": candidates},
            {"number": 3, "value": "<b>", "within": "x", "candidates": []},
        ],
    }
    id_ = kept(desk, seen(column("xa"), placing=waiting))
    page = staff.see(f"/uploads/{id_}?lang=en").text
    assert '<option value="12345">Đông Hưng, Thái Bình (12345)</option>' in page
    assert 'name="lon.3"' in page
    assert "row 3: &lt;b&gt;, x" in page
    assert (
        "Where do the rows lie?" not in staff.see(f"/uploads/{kept(desk, seen(column('xa')))}?lang=en").text
    )


def test_a_raster_shows_its_bands_and_goes_into_no_layer_of_features(staff: Reader, desk: Desk) -> None:
    band = {"dtype": "int16", "min": -3, "max": 88.5, "nodata": "-9999", "about": {"description": "cao độ"}}
    raster = {"width": 400, "height": 300, "bands": [band]}
    page = staff.see(
        f"/uploads/{kept(desk, seen(raster=raster, kinds={'Raster': 1}, features=1))}?lang=en"
    ).text
    assert "Raster of 400 × 300 cells, 1 band" in page
    for part in ("1 · cao độ", "-3 – 88.5", "-9999", 'name="kind"', 'name="nodata"'):
        assert part in page, part
    assert '<option value="market">' not in page
    assert "/picture" not in page


def test_the_layers_of_a_file_are_offered(staff: Reader, desk: Desk) -> None:
    id_ = kept(desk, seen(column("xa")))
    listed: list[dict[str, Any]] = [
        {"name": name, "features": 3, "geometry": "Point", "crs": None, "columns": []} for name in "ab"
    ]
    with writing(desk.context) as connection:
        connection.execute(
            text("UPDATE gis.upload SET inspection = inspection || CAST(:layers AS jsonb) WHERE id = :id"),
            {"id": id_, "layers": json.dumps({"layers": listed})},
        )
    page = staff.see(f"/uploads/{id_}?lang=en").text
    assert "The file holds several layers: choose one." in page
    assert [f'name="name" value="{name}"' in page for name in "abc"] == [True, True, False]


def test_an_upload_is_given_up(staff: Reader, desk: Desk) -> None:
    id_ = desk.later(points("a"))
    waiting = staff.see(f"/uploads/{id_}?lang=en").text
    assert "Looking through the file" in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    gone = staff.send(f"/uploads/{id_}/drop")
    assert gone.headers["Location"] == "/uploads?lang=en"
    assert "This file was given up" in staff.see(f"/uploads/{id_}?lang=en").text
    assert staff.send(f"/uploads/{id_}/drop").status_code == 410


def test_a_file_on_its_way_says_how_to_go_on(staff: Reader, desk: Desk) -> None:
    id_ = str(desk.begin(2_000_000, "lớn.gpkg").get_json()["id"])
    desk.part(id_, 0, b"x" * 1_000_000)
    page = staff.see(f"/uploads/{id_}?lang=en").text
    assert "Received 1.0 MB / 2.0 MB" in page
    assert "Choose the same file above to go on." in staff.see("/uploads?lang=en").text
    with writing(desk.context) as connection:
        # As one that comes in one piece, whose length only its end tells.
        connection.execute(text("UPDATE gis.upload SET size = NULL WHERE id = :id"), {"id": id_})
    page = staff.see(f"/uploads/{id_}?lang=en").text
    assert ("send the whole file again" in page, "Choose the same file" in page) == (True, False)
    assert "Choose the same file" not in staff.see("/uploads?lang=en").text


def test_uploads_of_others_are_not_there(
    client: FlaskClient, bearer: Bearer, people: None, ready: str
) -> None:
    del people
    other = Reader(client, bearer("admin"))
    assert other.see(f"/uploads/{ready}").status_code == 200
    assert "a gis_staff" in other.see("/uploads").text


@pytest.fixture
def hoa(app: Flask, people: None) -> Iterator[FlaskClient]:
    """Let somebody of GIS staff sign in with a browser."""
    del people
    with app.app_context():
        context = current.context()
    with writing(context) as connection:
        account = users.add(connection, "hoa", Role.GIS_STAFF, "Chị Hoa")
        users.set_password(connection, account, PASSWORD, "Thái Bình")
    client = app.test_client()
    sign_in(client, "hoa")
    yield client
    with writing(context) as connection:
        connection.execute(text("DELETE FROM gis.upload WHERE account = :id"), {"id": account.id})


def test_no_form_of_another_site_is_taken(hoa: FlaskClient, ready: str) -> None:
    for token in ("", "0" * 64):
        file = form_of(points("a"), "a.geojson", form_token=token)
        assert hoa.post("/uploads?lang=en", data=file).status_code == 403
        for path in (f"/uploads/{ready}", f"/uploads/{ready}/commit", f"/uploads/{ready}/drop"):
            assert hoa.post(path, data={"form_token": token}).status_code == 403
    hidden = hidden_fields(hoa.get("/uploads?lang=en"))
    own = hoa.post("/uploads?lang=en", data=form_of(points("a"), "a.geojson", **hidden))
    assert own.status_code == 303
    assert hoa.get(own.headers["Location"]).status_code == 200
    assert hoa.get(f"/uploads/{ready}").status_code == 404


def test_layers_beside_the_one_that_was_taken_are_offered(staff: Reader, desk: Desk) -> None:
    taken = seen(column("xa"))
    id_ = kept(desk, taken)
    other = {"name": "dan_so", "features": 3, "geometry": False, "crs": None, "columns": []}
    with writing(desk.context) as connection:
        connection.execute(
            text("UPDATE gis.upload SET inspection = inspection || CAST(:layers AS jsonb) WHERE id = :id"),
            {"id": id_, "layers": json.dumps({"layers": [taken, other]})},
        )
    page = staff.see(f"/uploads/{id_}?lang=en").text
    assert "The file has other layers:" in page
    assert 'name="name" value="dan_so"' in page
    assert "choose one" not in page
