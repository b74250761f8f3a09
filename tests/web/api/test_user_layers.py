"""Layers that users make over HTTP, seen by two applications on one database as by two processes."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from gis_service.app import create_app
from gis_service.db.engine import Engine, open_engine, transaction
from gis_service.services.accounts import Role, Scope, make_token
from gis_service.services.database_check import check_engine
from gis_service.settings import Settings
from tests.web.conftest import TILES
from tests.web.made_layers import PATH, both, well, wells
from tests.web.problem import assert_problem


@pytest.fixture(scope="module")
def ground(make_database: Callable[[], str]) -> Iterator[Engine]:
    engine = open_engine(make_database())
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def apps(ground: Engine, city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Flask]]:
    url = ground.url.set(drivername="postgresql").render_as_string(hide_password=False)
    folder = tmp_path_factory.mktemp("var")
    settings = Settings(data_dir=folder, database_url=url, layers_dir=city, tiles_dir=TILES)
    made = [create_app(settings), create_app(settings)]
    yield made
    for app in made:
        app.extensions["gis"].close()


@pytest.fixture(scope="module")
def tokens(ground: Engine) -> dict[str, str]:
    with transaction(ground) as connection:
        found = {role.value: make_token(connection, role, f"a {role}") for role in Role}
        found["reader"] = make_token(connection, Role.ADMIN, "reader", scopes=frozenset({Scope.READ}))
    return found


@pytest.fixture
def client(apps: list[Flask]) -> FlaskClient:
    """Give the client of nobody in particular, at the other process."""
    return apps[1].test_client()


@pytest.fixture
def staff(apps: list[Flask], tokens: dict[str, str], ground: Engine) -> Iterator[FlaskClient]:
    """Give a client of GIS staff; what it has made is gone when the test ends."""
    made = apps[0].test_client()
    made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens['gis_staff']}"
    yield made
    with transaction(ground) as connection:
        for layer in connection.execute(text("SELECT id FROM gis.layer_definition")).scalars().all():
            connection.execute(text(f"DROP TABLE IF EXISTS layer.{layer}, history.{layer}"))
        # Cells of versions that are gone stay: nobody may remove them, and no number comes twice.
        for table in ("layer_definition", "layer_setting", "layer_visibility", "team", "version", "study"):
            connection.execute(text(f"DELETE FROM gis.{table}"))  # noqa: S608 ours


def test_a_layer_that_one_process_makes_the_other_serves_at_the_next_request(
    staff: FlaskClient, client: FlaskClient
) -> None:
    assert client.get(f"{PATH}/wells").status_code == 404
    made = staff.post(PATH, json=wells())
    assert made.status_code == 201, made.get_json(force=True)
    assert made.headers["Location"].endswith("/api/collections/wells")
    told = client.get(f"{PATH}/wells").get_json()
    assert (told["title"], told["made_by_user"]) == ("Giếng khoan", True)
    assert isinstance(told["version"], int)
    assert told["contact"] == {"organisation": "Sở NNMT", "email": "a@example.vn"}
    assert (told["lineage"], told["frequency"], told["quality"]) == ("Khảo sát", "annually", "Đủ")
    assert [one["id"] for one in client.get(PATH).get_json()["collections"]] == ["wells"]


def test_items_history_and_tiles_know_such_a_layer_as_any_other(
    staff: FlaskClient, client: FlaskClient
) -> None:
    staff.post(PATH, json=wells())
    assert staff.post(f"{PATH}/wells/items", json=well("g1")).status_code == 201
    assert client.get(f"{PATH}/wells/items").get_json()["numberReturned"] == 1
    assert client.get(f"{PATH}/wells/tiles/WebMercatorQuad/0/0/0").status_code == 200
    versions = client.get(f"{PATH}/wells/versions").get_json()["items"]
    assert [one["message"] for one in versions] == ["", "Tạo lớp / Layer made"]


@pytest.mark.parametrize("visibility", ["internal", "draft"])
def test_the_visibility_of_the_definition_holds(
    staff: FlaskClient, client: FlaskClient, tokens: dict[str, str], visibility: str
) -> None:
    staff.post(PATH, json=wells(visibility=visibility))
    assert client.get(f"{PATH}/wells/items").status_code == 401
    viewer = client.get(f"{PATH}/wells/items", headers={"Authorization": f"Bearer {tokens['viewer']}"})
    assert viewer.status_code == (200 if visibility == "internal" else 403)


@pytest.mark.parametrize(
    ("who", "status"),
    [(None, 401), ("viewer", 403), ("planner", 403), ("analyst", 403), ("reader", 403), ("admin", 201)],
)
def test_only_those_who_may_change_layers_make_one(
    staff: FlaskClient, client: FlaskClient, tokens: dict[str, str], who: str | None, status: int
) -> None:
    del staff
    headers = {"Authorization": f"Bearer {tokens[who]}"} if who else {}
    assert client.post(PATH, json=wells(), headers=headers).status_code == status


def test_nobody_makes_a_layer_of_personal_detail_that_they_could_not_read(
    staff: FlaskClient, client: FlaskClient, tokens: dict[str, str]
) -> None:
    assert_problem(staff.post(PATH, json=wells(visibility="personal")), 403, "role_insufficient")
    admin = {"Authorization": f"Bearer {tokens['admin']}"}
    assert client.post(PATH, json=wells(visibility="personal"), headers=admin).status_code == 201
    assert client.get(f"{PATH}/wells/items", headers=admin).status_code == 200
    assert client.get(f"{PATH}/wells/items").status_code == 401


def test_all_faults_of_a_definition_are_told_at_once_each_with_its_path(staff: FlaskClient) -> None:
    body = wells(colour="red", visibility="secret", frequency="often")
    del body["licence"]
    body["title"] = {"vi": "Giếng"}
    body["fields"][1]["type"] = "money"
    problem = assert_problem(staff.post(PATH, json=body), 422, "layer_definition_faulty")
    places = [fault["where"] for fault in problem["errors"]]
    assert places == [
        "body",
        "body/colour",
        "body/fields/1/type",
        "body/frequency",
        "body/title",
        "body/visibility",
    ]
    body = wells(category="healht", key="name")
    body["fields"].append({"name": "fid", "type": "text", "label": both("a", "a")})
    problem = assert_problem(staff.post(PATH, json=body), 422, "layer_definition_faulty")
    assert [fault["where"] for fault in problem["errors"]] == [
        "body/category",
        "body/fields/2/name",
        "body/key",
    ]
    assert "health" in problem["errors"][0]["text"]


@pytest.mark.parametrize("body", ["[]", '{"fields": [{"values": [NaN]}]}', '{"a": "\\u0000"}', "3"])
def test_what_is_no_definition_at_all_is_refused(staff: FlaskClient, body: str) -> None:
    assert_problem(staff.post(PATH, data=body, content_type="application/json"), 422, "body_invalid")


@pytest.mark.parametrize("id_", ["commune", "wells"])
def test_an_id_that_is_taken_stays_with_its_layer(staff: FlaskClient, id_: str) -> None:
    staff.post(PATH, json=wells())
    assert_problem(staff.post(PATH, json=wells(id_)), 409, "layer_taken")


def test_of_several_who_make_the_same_layer_at_once_one_succeeds(
    apps: list[Flask], staff: FlaskClient, tokens: dict[str, str]
) -> None:
    headers = {"Authorization": f"Bearer {tokens['gis_staff']}"}

    def make(app: Flask) -> tuple[int, str | None]:
        answer = app.test_client().post(PATH, json=wells(), headers=headers)
        return answer.status_code, answer.get_json(force=True).get("code")

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(make, apps * 2), key=str)
    assert told == [(201, None), *[(409, "layer_taken")] * 3]
    assert staff.delete(f"{PATH}/wells", headers={"If-Match": "*"}).status_code == 204


def test_of_several_who_saw_the_same_definition_one_changes_it(
    apps: list[Flask], staff: FlaskClient, tokens: dict[str, str]
) -> None:
    tag = staff.post(PATH, json=wells()).headers["ETag"]
    headers = {"Authorization": f"Bearer {tokens['gis_staff']}", "If-Match": tag}

    def change(numbered: tuple[int, Flask]) -> int:
        number, app = numbered
        body = {"licence": f"own licence {number}"}
        return app.test_client().patch(f"{PATH}/wells", json=body, headers=headers).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(change, enumerate(apps * 2))) == [200, 412, 412, 412]


def test_a_table_made_by_hand_keeps_its_name(staff: FlaskClient, ground: Engine) -> None:
    with transaction(ground) as connection:
        connection.execute(text("CREATE TABLE layer.handmade (fid bigint)"))
    assert_problem(staff.post(PATH, json=wells("handmade")), 409, "layer_taken")
    with transaction(ground) as connection:
        connection.execute(text("DROP TABLE layer.handmade"))


def test_a_patch_changes_what_it_names_and_new_fields_become_columns(
    staff: FlaskClient, client: FlaskClient
) -> None:
    tag = staff.post(PATH, json=wells()).headers["ETag"]
    assert client.get(f"{PATH}/wells").headers["ETag"] == tag
    fields = [*wells()["fields"], {"name": "owner", "type": "text", "label": both("Chủ", "Owner")}]
    body = {"title": {"en": "Private wells"}, "quality": None, "fields": fields}
    done = staff.patch(f"{PATH}/wells", json=body, headers={"If-Match": tag})
    assert done.status_code == 200, done.get_json(force=True)
    assert done.headers["ETag"] != tag
    told = client.get(f"{PATH}/wells", headers={"Accept-Language": "en"}).get_json()
    assert told["title"] == "Private wells"
    assert "quality" not in told
    feature = well("g1")
    feature["properties"]["owner"] = "Lan"
    assert staff.post(f"{PATH}/wells/items", json=feature).status_code == 201


def test_replacing_needs_the_whole_definition(staff: FlaskClient, client: FlaskClient) -> None:
    staff.post(PATH, json=wells())
    body = wells(title=both("Giếng", "Bores"))
    assert staff.put(f"{PATH}/wells", json=body, headers={"If-Match": "*"}).status_code == 200
    assert client.get(f"{PATH}/wells").get_json()["title"] == "Giếng"
    refused = staff.put(f"{PATH}/wells", json={"title": both("a", "b")}, headers={"If-Match": "*"})
    assert_problem(refused, 422, "layer_definition_faulty")


@pytest.mark.parametrize(
    "change",
    [{"id": "bores"}, {"geometry": "Polygon"}, {"key": None}],
    ids=lambda change: next(iter(change)),
)
def test_what_the_table_stands_on_cannot_change(staff: FlaskClient, change: dict[str, object]) -> None:
    staff.post(PATH, json=wells())
    refused = staff.put(f"{PATH}/wells", json=wells() | change, headers={"If-Match": "*"})
    problem = assert_problem(refused, 422, "layer_definition_faulty")
    assert [fault["where"] for fault in problem["errors"]] == [f"body/{next(iter(change))}"]


def test_a_type_that_would_lose_values_is_refused(staff: FlaskClient, client: FlaskClient) -> None:
    staff.post(PATH, json=wells())
    feature = well("g1")
    staff.post(f"{PATH}/wells/items", json=feature)
    fields = [wells()["fields"][0], wells()["fields"][1] | {"type": "date"}]
    refused = staff.patch(f"{PATH}/wells", json={"fields": fields}, headers={"If-Match": "*"})
    assert_problem(refused, 409, "layer_change_lossy")
    assert client.get(f"{PATH}/wells/items").get_json()["features"][0]["properties"]["depth"] == 12


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_changes_over_a_state_that_was_not_seen(staff: FlaskClient, method: str) -> None:
    tag = staff.post(PATH, json=wells()).headers["ETag"]
    body = {} if method == "delete" else {"json": wells(licence="MIT")}
    send = getattr(staff, method)
    assert_problem(send(f"{PATH}/wells", **body), 428, "precondition_missing")
    refused = send(f"{PATH}/wells", headers={"If-Match": '"other"'}, **body)
    assert_problem(refused, 412, "layer_changed")
    assert staff.get(f"{PATH}/wells").headers["ETag"] == tag


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_what_is_not_there_cannot_be_changed(staff: FlaskClient, method: str) -> None:
    body: dict[str, Any] = {} if method == "delete" else {"json": {}}
    refused = getattr(staff, method)(f"{PATH}/nothing", headers={"If-Match": "*"}, **body)
    assert_problem(refused, 404, "collection_not_found")


def test_layers_of_files_are_neither_described_nor_dropped(app: Flask, bearer: Callable[..., Any]) -> None:
    client, headers = app.test_client(), bearer("gis_staff") | {"If-Match": "*"}
    assert_problem(client.delete(f"{PATH}/market", headers=headers), 409, "layer_of_file")
    assert_problem(client.patch(f"{PATH}/market", json={}, headers=headers), 409, "layer_of_file")


def test_a_layer_of_personal_detail_stays_one_even_when_dropped_and_made_again(
    apps: list[Flask], staff: FlaskClient, tokens: dict[str, str]
) -> None:
    admin = apps[0].test_client()
    admin.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens['admin']}"
    admin.post(PATH, json=wells(visibility="personal"))
    any_ = {"If-Match": "*"}
    opened = admin.patch(f"{PATH}/wells", json={"visibility": "public"}, headers=any_)
    assert_problem(opened, 422, "visibility_personal")
    assert admin.delete(f"{PATH}/wells", headers=any_).status_code == 204
    assert_problem(staff.post(PATH, json=wells()), 422, "visibility_personal")


def test_a_layer_with_personal_columns_is_opened_only_after_a_yes(
    staff: FlaskClient, client: FlaskClient
) -> None:
    fields = [*wells()["fields"], {"name": "so_dt", "type": "text", "label": both("Số ĐT", "Phone")}]
    staff.post(PATH, json=wells(visibility="draft", fields=fields))
    feature = well("g1")
    feature["properties"]["so_dt"] = "0912345678"
    assert staff.post(f"{PATH}/wells/items", json=feature).status_code == 201
    any_, public = {"If-Match": "*"}, {"visibility": "public"}
    refused = staff.patch(f"{PATH}/wells", json=public, headers=any_ | {"Accept-Language": "en"})
    problem = assert_problem(refused, 422, "personal_opened")
    assert "so_dt" in problem["detail"]
    assert [(one["where"], one["text"]) for one in problem["errors"]] == [
        ("column so_dt", "phone number (1)")
    ]
    assert "0912345678" not in refused.text
    assert client.get(f"{PATH}/wells").status_code == 401
    # What does not open it is not asked about.
    assert staff.patch(f"{PATH}/wells", json={"visibility": "internal"}, headers=any_).status_code == 200
    assert staff.put(f"{PATH}/wells", json=wells(fields=fields), headers=any_).status_code == 422
    opened = staff.patch(f"{PATH}/wells?confirm_personal=true", json=public, headers=any_)
    assert opened.status_code == 200, opened.get_json(force=True)
    assert client.get(f"{PATH}/wells").status_code == 200
    assert staff.patch(f"{PATH}/wells", json={"licence": "MIT"}, headers=any_).status_code == 200


def test_a_dropped_layer_leaves_its_history_and_comes_back_with_it(
    staff: FlaskClient, client: FlaskClient, ground: Engine
) -> None:
    staff.post(PATH, json=wells())
    first = staff.post(f"{PATH}/wells/items", json=well("g1")).get_json(force=True)
    gone = staff.delete(f"{PATH}/wells", headers={"If-Match": "*"})
    assert (gone.status_code, gone.data) == (204, b"")
    assert client.get(f"{PATH}/wells").status_code == 404
    assert check_engine(ground).tables == 0
    assert staff.post(PATH, json=wells()).status_code == 201
    assert client.get(f"{PATH}/wells/items").get_json()["features"] == []
    second = staff.post(f"{PATH}/wells/items", json=well("g2")).get_json(force=True)
    assert second["id"] > first["id"], "a number that the past knows is not given again"
    back = staff.post(f"{PATH}/wells/versions/{first['version']}/restore", json={})
    assert back.status_code == 201, back.get_json(force=True)
    codes = [one["properties"]["code"] for one in client.get(f"{PATH}/wells/items").get_json()["features"]]
    assert codes == ["g1"]
    assert check_engine(ground).tables == 1


def test_a_layer_that_a_study_reads_is_not_dropped(staff: FlaskClient, ground: Engine) -> None:
    staff.post(PATH, json=wells())
    with transaction(ground) as connection:
        kept = text(
            "INSERT INTO gis.study (id, process, document, seconds, author)"
            " VALUES ('study_1', 'coverage', CAST(:document AS jsonb), 1, 'lan')"
        )
        connection.execute(kept, {"document": '{"inputs": {"demand": {"layer": "wells"}}}'})
    problem = assert_problem(staff.delete(f"{PATH}/wells", headers={"If-Match": "*"}), 409, "layer_in_use")
    assert "study_1" in problem["detail"]
    assert staff.get(f"{PATH}/wells").status_code == 200


def test_making_describing_and_dropping_stand_in_the_audit(
    staff: FlaskClient, client: FlaskClient, tokens: dict[str, str]
) -> None:
    staff.post(PATH, json=wells())
    staff.patch(f"{PATH}/wells", json={"licence": "MIT"}, headers={"If-Match": "*"})
    staff.delete(f"{PATH}/wells", headers={"If-Match": "*"})
    found = client.get(
        "/api/audit?object=wells&limit=20", headers={"Authorization": f"Bearer {tokens['admin']}"}
    )
    told = [one for one in found.get_json()["items"] if one["action"] != "layer.version"][:3]
    assert [(one["action"], one["actor"]) for one in told] == [
        ("layer.drop", "a gis_staff"),
        ("layer.describe", "a gis_staff"),
        ("layer.create", "a gis_staff"),
    ]
    assert (told[1]["before"], told[1]["after"]) == ({"licence": "CC-BY-4.0"}, {"licence": "MIT"})


@pytest.mark.parametrize(
    "change",
    [
        "document = '{}'",
        "document = jsonb_set(document::jsonb, '{category}', '\"gone\"')",
        "document = jsonb_set(document::jsonb, '{id}', '\"commune\"')",
    ],
)
def test_a_definition_that_does_not_hold_any_more_is_left_out_and_told_to_the_operator(
    staff: FlaskClient,
    client: FlaskClient,
    ground: Engine,
    caplog: pytest.LogCaptureFixture,
    change: str,
) -> None:
    staff.post(PATH, json=wells())
    staff.post(PATH, json=wells("ponds"))
    with transaction(ground) as connection:
        connection.execute(text(f"UPDATE gis.layer_definition SET {change} WHERE id = 'wells'"))  # noqa: S608 ours
    assert [one["id"] for one in client.get(PATH).get_json()["collections"]] == ["ponds"]
    assert "wells" in caplog.text
