"""Uploads in one piece: what is answered, what is found, what is chosen."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from sqlalchemy import text

from gis_service.services.transactions import reading
from tests.web.uploaded import PATH, Desk, Service, desk_of, folders, points


@pytest.fixture(scope="module")
def waiting(upload_service: Service) -> str:
    """Give an upload that tests look at and leave as it is."""
    return desk_of(upload_service, "gis_staff").ready(points("a", "b"), message="trước")


def test_a_file_is_inspected_before_the_answer_and_nothing_is_published(desk: Desk) -> None:
    answer = desk.send(points("a", "b"), "C:/dữ liệu/điểm dừng.geojson")
    told = answer.get_json()
    assert (answer.status_code, told["state"], told["file"]) == (201, "ready", "điểm dừng.geojson")
    assert answer.headers["Location"].endswith(f"{PATH}/{told['id']}")
    assert told["received"] == told["size"] == len(points("a", "b"))
    (layer,) = told["layers"]
    assert (layer["features"], layer["geometry"]) == (2, True)
    assert [column["name"] for column in layer["columns"]] == ["code", "name"]
    assert (told["faults"], told["guesses"], told["choices"].get("layer")) == ([], [], None)
    with reading(desk.context) as connection:
        assert connection.execute(text("SELECT to_regclass('layer.camera')")).scalar_one() is None


def test_its_preview_shows_features_where_they_lie(desk: Desk, waiting: str) -> None:
    shown = desk.get(waiting, "/preview")
    assert shown.mimetype == "application/geo+json"
    points_shown = [feature["geometry"] for feature in shown.get_json()["features"]]
    assert {"type": "Point", "coordinates": [106.35, 20.45]} in points_shown
    assert len(points_shown) == 2


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>", 422, "format_not_allowed"),
        (b'{"type": "FeatureCollection", "features": []}', 422, "no_features"),
        (b"", 422, "no_features"),
        (points("a", "b")[:-30], 422, "file_corrupt"),
        (b"\x00" * (1 << 20) + b"more", 413, "upload_too_large"),
    ],
)
def test_what_no_choice_can_mend_is_refused_and_leaves_no_file(
    desk: Desk, content: bytes, status: int, code: str
) -> None:
    before = folders(desk)
    answer = desk.send(content, "lớp.geojson")
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert {"detail", "expected", "remedy"} <= answer.get_json().keys()
    assert folders(desk) == before
    if status == 422:
        assert "lớp.geojson" in answer.get_json()["detail"]


def test_a_chosen_layer_tells_all_faults_and_the_commit_publishes_nothing(desk: Desk) -> None:
    id_ = desk.send(points("a", "a", "", "c")).get_json()["id"]
    told = desk.choose(id_, layer="bus_stop").get_json()
    errors = [fault for fault in told["faults"] if fault["severity"] == "error"]
    places = {entry["where"] for fault in errors for entry in fault["features"]}
    assert places == {"đối tượng 1", "đối tượng 2", "đối tượng 3"}
    assert told["target"] == {"layer": "bus_stop", "version": 0, "new": False}
    refused = desk.commit(id_)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "features_refused")
    assert desk.get(id_).get_json()["state"] == "ready"
    with reading(desk.context) as connection:
        assert connection.execute(text("SELECT to_regclass('layer.bus_stop')")).scalar_one() is None


def test_the_table_of_faults_holds_all_of_them_and_the_document_the_first(desk: Desk) -> None:
    rows = "".join(f"c{at},abc,20.4\n" for at in range(250))
    sent = desk.send(f"code,lon,lat\n{rows}".encode(), "điểm.csv").get_json()
    (fault,) = sent["faults"]
    assert (fault["count"], len(fault["features"]), fault["listed"]) == (250, 100, 250)
    assert len(desk.get(sent["id"], "/faults").get_json()["items"][0]["features"]) == 100
    table = desk.get(sent["id"], "/faults?f=csv", **{"Accept-Language": "en"}).text.splitlines()
    assert len(table) == 251
    assert table[-1].startswith("coordinate_unreadable,error,250,Coordinate cannot be read,feature 250,")
    page = desk.client.get(f"/uploads/{sent['id']}?lang=en", headers=desk.headers).text
    assert "6 of 250 shown." in page
    assert f'<a href="/uploads/{sent["id"]}/faults.csv?lang=en" download>Download all</a>' in page


def test_columns_of_coordinates_are_guessed_chosen_and_published(desk: Desk) -> None:
    table = b"code,name,c1,c2\na,A,20.40,106.30\nb,B,20.41,106.31\n"
    sent = desk.send(table, "điểm.csv", choices={"layer": "bus_stop"}).get_json()
    assert [(one["code"], one["repair"]) for one in sent["faults"]] == [
        ("coordinates_missing", "coordinates")
    ]
    guess = next(one for one in sent["guesses"] if one["kind"] == "coordinates")
    assert (guess["coordinates"], guess["measure"], guess["share"]) == (["c2", "c1"], "degrees", 1.0)
    page = desk.client.get(f"/uploads/{sent['id']}?lang=en", headers=desk.headers).text
    assert "longitude, latitude around the city" in page
    form = {"coordinates": "0", "crs": "", "crs.other": "EPSG:4326", "at": "coordinates", "lang": "en"}
    led = desk.client.post(f"/uploads/{sent['id']}", data=form, headers=desk.headers)
    assert led.headers["Location"].endswith("#coordinates")
    told = desk.get(sent["id"]).get_json()
    assert (told["faults"], told["choices"]["coordinates"]) == ([], ["c2", "c1"])
    assert told["layers"][0]["coordinates"] == ["c2", "c1"]
    wrong = desk.choose(sent["id"], coordinates=["c2", "c9"]).get_json()
    assert [one["code"] for one in wrong["faults"]] == ["coordinates_choice"]
    none = desk.choose(sent["id"], coordinates="none").get_json()
    assert [one["code"] for one in none["faults"]] == ["coordinates_missing"]
    refused = desk.choose(sent["id"], coordinates=["a", "b", "c"])
    assert (refused.status_code, refused.get_json()["code"]) == (422, "body_invalid")


def test_a_column_that_comes_to_hold_coordinates_leaves_the_other_choices(desk: Desk) -> None:
    table = b"code,name,c1,c2\na,A,20.40,106.30\n"
    chosen = {"layer": "bus_stop", "columns": {"c1": "", "c2": ""}, "crs": "EPSG:4326"}
    sent = desk.send(table, "điểm.csv", choices=chosen | {"coordinates": ["c2", "c1"]}).get_json()
    assert (sent["faults"], sent["choices"]["columns"]) == ([], {"c1": "", "c2": ""})


def test_faults_can_be_downloaded_as_a_table_that_runs_nothing(desk: Desk) -> None:
    id_ = desk.ready(points("a", "a", code_2="=cmd()"), layer="bus_stop")
    table = desk.get(id_, "/faults?f=csv")
    assert table.headers["Content-Disposition"] == 'attachment; filename="faults.csv"'
    lines = table.text.splitlines()
    assert lines[0].startswith("\ufeffcode,severity,count")
    assert [line.split(",")[0] for line in lines[1:]] == ["duplicate_key"] * 2
    assert desk.get(id_, "/faults").get_json()["items"][0]["count"] == 2


@pytest.mark.parametrize(
    ("choices", "status", "code"),
    [
        ({"layer": "no_such"}, 404, "layer_unknown"),
        ({"layer": "residents"}, 403, "role_insufficient"),
        ({"layer": "market", "definition": {"id": "x"}}, 422, "body_invalid"),
        ({"definition": {"id": "x"}}, 422, "layer_definition_faulty"),
        ({"colour": "red"}, 422, "body_invalid"),
        ({"repairs": ["magic"]}, 422, "upload_choice_unknown"),
        ({"crs": "EPSG:999999"}, 422, "crs_unknown"),
        ({"numbers": {"name": "hundreds"}}, 422, "body_invalid"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_and_changes_nothing(
    desk: Desk, waiting: str, choices: dict[str, object], status: int, code: str
) -> None:
    answer = desk.choose(waiting, **choices)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert desk.get(waiting).get_json()["choices"]["message"] == "trước"
    before = folders(desk)
    along = desk.send(points("a"), choices=choices)
    assert (along.status_code, along.get_json()["code"]) == (status, code)
    assert folders(desk) == before


def test_null_takes_a_choice_back(desk: Desk) -> None:
    id_ = desk.later(points("a"), layer="market", message="x")
    assert desk.patch(id_, {"layer": None}, Prefer="respond-async").get_json()["choices"] == {
        "message": "x",
        "text": {},
        "columns": {},
        "numbers": {},
        "repairs": [],
        "confirm_fewer": False,
    }


def test_a_file_that_is_for_no_layer_yet_cannot_be_committed(desk: Desk, waiting: str) -> None:
    missing = desk.commit(waiting)
    assert (missing.status_code, missing.get_json()["code"]) == (422, "upload_target_missing")


def test_a_file_without_a_system_waits_for_one_to_be_chosen(desk: Desk) -> None:
    table = "code;x;y\na;588000;2260000\n".encode("utf-8-sig")
    answer = desk.send(table, "điểm.csv", **{"Accept-Language": "en"})
    assert answer.status_code == 201
    assert answer.get_json()["faults"][0]["title"] == "File without a coordinate system"
    assert [fault["code"] for fault in answer.get_json()["faults"]] == ["needs_crs"]
    chosen = desk.choose(answer.get_json()["id"], crs="EPSG:9209")
    assert chosen.get_json()["faults"] == []
    (feature,) = desk.get(answer.get_json()["id"], "/preview").get_json()["features"]
    west, south = feature["geometry"]["coordinates"]
    assert (round(west, 1), round(south, 1)) == (106.3, 20.4)


@pytest.mark.parametrize(
    "choices",
    [
        {"encoding": "no such"},
        pytest.param({"name": "no such"}, marks=pytest.mark.slow),
        pytest.param({"layer": "market"}, marks=pytest.mark.slow),
    ],
)
def test_a_wrong_choice_is_never_held_against_the_file(desk: Desk, choices: dict[str, str]) -> None:
    table = "code;name;lon;lat\na;Thái Bình;106.35;20.45\n".encode("latin-1")
    sent = desk.send(table, "điểm.csv").get_json()
    assert [fault["code"] for fault in sent["faults"]] == ["text_encoding_unknown"]
    told = desk.choose(sent["id"], **choices).get_json()
    assert told["state"] == "ready", told
    again = desk.choose(sent["id"], **dict.fromkeys(choices) | {"encoding": "latin-1"}).get_json()
    assert (again["state"], again["faults"], again["layers"][0]["features"]) == ("ready", [], 1)


def test_a_file_that_breaks_off_is_refused_whatever_was_chosen_as_its_target(desk: Desk) -> None:
    broken = points("a", "b")[:-30]
    answer = desk.send(broken, choices={"layer": "market"})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "file_corrupt")


def test_uploads_of_others_are_not_there_but_for_administrators(
    upload_service: Service, waiting: str
) -> None:
    (other, admin), id_ = (desk_of(upload_service, who) for who in ("other", "admin")), waiting
    answers = [
        other.get(id_),
        other.get(id_, "/preview"),
        other.get(id_, "/faults"),
        other.choose(id_, message="x"),
        other.commit(id_),
        other.part(id_, 0, b"x"),
        other.client.delete(f"{PATH}/{id_}", headers=other.headers),
    ]
    assert {(answer.status_code, answer.get_json()["code"]) for answer in answers} == {
        (404, "upload_not_found")
    }
    assert admin.get(id_).status_code == 200
    assert id_ in {entry["id"] for entry in admin.client.get(PATH, headers=admin.headers).get_json()["items"]}
    listed = other.client.get(PATH, headers=other.headers).get_json()["items"]
    assert id_ not in {entry["id"] for entry in listed}


@pytest.mark.parametrize(
    ("who", "status"), [(None, 401), ("viewer", 403), ("planner", 403), ("analyst", 403)]
)
def test_who_may_not_upload_is_told_before_a_byte_is_read(
    upload_service: Service, who: str | None, status: int
) -> None:
    class Body:
        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

        readline = __iter__ = read

    app, tokens = upload_service.app, upload_service.tokens
    headers = {"Authorization": f"Bearer {tokens[who]}"} if who else {}
    answer = app.test_client().post(
        PATH,
        headers=headers,
        environ_overrides={"wsgi.input": Body()},
        content_type="multipart/form-data; boundary=x",
        content_length=10**9,
    )
    assert answer.status_code == status


def test_a_list_goes_on_page_by_page(desk: Desk) -> None:
    made = {desk.begin(10).get_json()["id"] for _ in range(3)}
    seen: list[str] = []
    address: str | None = f"{PATH}?limit=2"
    while address:
        page = desk.client.get(address, headers=desk.headers).get_json()
        seen += [entry["id"] for entry in page["items"]]
        address = page.get("next")
    assert made <= set(seen)
    assert len(seen) == len(set(seen))
    wrong = desk.client.get(f"{PATH}?after=x", headers=desk.headers)
    assert (wrong.status_code, wrong.get_json()["code"]) == (400, "wrong_argument")


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"{}", "application/json", "media_type_not_supported"),
        (b"--x--\r\n", "multipart/form-data; boundary=x", "upload_file_missing"),
        (
            b'--x\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\n1\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            "upload_file_missing",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n{"type": "Fea',
            "multipart/form-data; boundary=x",
            "upload_cut",
        ),
        (b"--x\r\nContent-Disposition\r\n\r\n", "multipart/form-data; boundary=x", "upload_cut"),
    ],
)
def test_a_form_that_is_none_is_refused_and_leaves_nothing(
    desk: Desk, body: bytes, content_type: str, code: str
) -> None:
    before = folders(desk)
    answer = desk.client.post(PATH, data=body, headers=desk.headers, content_type=content_type)
    assert answer.get_json()["code"] == code
    assert folders(desk) == before


def test_a_dropped_upload_is_gone_with_its_bytes(desk: Desk) -> None:
    id_ = desk.later(points("a"))
    assert desk.client.delete(f"{PATH}/{id_}", headers=desk.headers).status_code == 204
    assert id_ not in folders(desk)
    assert desk.get(id_).get_json()["state"] == "dropped"
    answers = [desk.commit(id_), desk.choose(id_, message="x"), desk.part(id_, 0, b"x"), desk.head(id_)]
    assert {answer.status_code for answer in answers} == {410}


def test_nobody_keeps_more_uploads_open_than_are_allowed(upload_service: Service) -> None:
    desk = desk_of(upload_service, "admin")
    few = replace(desk.context, settings=desk.context.settings.model_copy(update={"upload_most_open": 1}))
    app = upload_service.app
    app.extensions["gis"] = few
    try:
        answers = [desk.begin(10), desk.begin(10)]
        refused = desk.send(points("a"))
    finally:
        app.extensions["gis"] = desk.context
    assert [answer.status_code for answer in answers] == [201, 409]
    assert (refused.status_code, refused.get_json()["code"]) == (409, "uploads_too_many")


def test_a_script_in_a_value_or_a_name_stays_text(desk: Desk) -> None:
    script = "<script>alert(1)</script>"
    answer = desk.send(points("a", note=script), script)
    assert answer.get_json()["file"] == "script>"
    (feature,) = desk.get(answer.get_json()["id"], "/preview").get_json()["features"]
    assert feature["properties"]["values"]["note"] == script
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert json.loads(answer.data)["state"] == "ready"


def test_layers_beside_the_only_one_with_places_are_listed_and_can_be_chosen(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "a.gpkg"
    codes: dict[str, Any] = {"field_data": [np.array(["a"], dtype=object)], "fields": ["code"]}
    places = shapely.to_wkb(shapely.points([(106.35, 20.45)]))
    pyogrio.raw.write(
        path, places, **codes, geometry_type="Point", layer="tram", driver="GPKG", crs="EPSG:4326"
    )
    pyogrio.raw.write(path, None, **codes, geometry_type=None, layer="dan_so", driver="GPKG", append=True)
    told = desk.send(path.read_bytes(), "trạm.gpkg").get_json()
    assert [layer["name"] for layer in told["layers"]] == ["tram", "dan_so"]
    assert [fault["code"] for fault in told["faults"]] == ["layers_beside"]
    (chosen,) = desk.choose(told["id"], name="dan_so").get_json()["layers"]
    assert (chosen["name"], chosen["geometry"]) == ("dan_so", False)


def test_what_points_in_numbers_mean_is_a_choice_by_column(desk: Desk) -> None:
    id_ = desk.ready(points("a", "b"), layer="bus_stop")
    chosen = {"name": "thousands"}
    assert desk.choose(id_, numbers=chosen).get_json()["choices"]["numbers"] == chosen
