"""The protocol tus 1.0.0, word by word: https://tus.io/protocols/resumable-upload."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from werkzeug.http import parse_date
from werkzeug.test import TestResponse

from gis_service.app import create_app
from gis_service.db import job_rows
from gis_service.db.engine import transaction
from gis_service.services import job_runs
from gis_service.services.accounts import Role, make_token
from gis_service.services.context import Context
from gis_service.services.uploads_room import store_of
from gis_service.settings import Settings
from tests.bad_files.marks import bad_input
from tests.bad_files.told import Told
from tests.web.conftest import TILES
from tests.web.uploaded import OFFSET_STREAM, PATH, Desk, points

FILE = points("a", "b")


@pytest.fixture(scope="module")
def app(
    make_database: Callable[[], str], city: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("var"),
        database_url=make_database(),
        layers_dir=city,
        tiles_dir=TILES,
        upload_max_mb=1,
        upload_most_open=500,
    )
    made = create_app(settings)
    yield made
    made.extensions["gis"].close()


@pytest.fixture(scope="module")
def desk(app: Flask) -> Desk:
    context = app.extensions["gis"]
    with transaction(context.engine) as connection:
        token = make_token(connection, Role.GIS_STAFF, "lan")
    return Desk(context, app.test_client(), {"Authorization": f"Bearer {token}"})


def work(context: Context, job_id: str) -> None:
    """Do a job as a worker's child does."""
    with transaction(context.engine) as connection:
        job_rows.begin_job(connection, job_id, "here")
    job_runs.run_job(context, job_id)


def job_of(answer_links: list[dict[str, str]]) -> str:
    (address,) = (entry["href"] for entry in answer_links if entry["rel"] == "monitor")
    return address.rpartition("/")[2]


def checksum(content: bytes, algorithm: str = "sha1") -> str:
    digest = hashlib.new(algorithm, content, usedforsecurity=False).digest()
    return f"{algorithm} {base64.b64encode(digest).decode()}"


def test_what_is_offered_is_told(desk: Desk) -> None:
    # Nobody says who they are here: a browser asks before it shows a token.
    for path in (PATH, f"{PATH}/x"):
        answer = desk.client.options(path)
        told = {name: value for name, value in answer.headers.items() if name.startswith("Tus-")}
        assert answer.status_code == 200
        assert {"GET", "HEAD", "OPTIONS"} < set(answer.headers["Allow"].split(", "))
        assert told == {
            "Tus-Resumable": "1.0.0",
            "Tus-Version": "1.0.0",
            "Tus-Max-Size": str(1 << 20),
            "Tus-Extension": "creation,creation-with-upload,expiration,checksum,termination",
            "Tus-Checksum-Algorithm": "sha1,sha256",
        }


@bad_input(26)
def test_a_file_goes_on_where_it_was_cut_and_is_inspected_when_whole(desk: Desk) -> None:
    made = desk.begin(len(FILE), "điểm dừng.geojson")
    id_ = made.get_json()["id"]
    assert (made.status_code, made.headers["Tus-Resumable"]) == (201, "1.0.0")
    assert made.headers["Location"].endswith(f"{PATH}/{id_}")
    assert parse_date(made.headers["Upload-Expires"]) is not None
    first = desk.part(id_, 0, FILE[:100])
    assert (first.status_code, first.headers["Upload-Offset"], first.data) == (204, "100", b"")
    head = desk.head(id_)
    assert (head.status_code, head.headers["Upload-Offset"]) == (200, "100")
    assert (head.headers["Upload-Length"], head.headers["Cache-Control"]) == (str(len(FILE)), "no-store")
    name = base64.b64decode(head.headers["Upload-Metadata"].removeprefix("filename ")).decode()
    assert name == "điểm dừng.geojson"
    assert desk.get(id_).get_json()["state"] == "receiving"
    assert desk.part(id_, 100, FILE[100:]).headers["Upload-Offset"] == str(len(FILE))
    told = desk.get(id_).get_json()
    assert told["state"] == "inspecting"
    work(desk.context, job_of(told["links"]))
    done = desk.get(id_).get_json()
    assert (done["state"], done["layers"][0]["features"]) == ("ready", 2)
    assert desk.head(id_).headers["Upload-Offset"] == str(len(FILE))


@pytest.mark.parametrize(
    ("offset", "content", "headers", "status", "code"),
    [
        pytest.param(
            *(50, b"x", {}, 409, "upload_offset_wrong"), marks=bad_input(26, (409, "upload_offset_wrong"))
        ),
        (0, FILE[:100], {}, 409, "upload_offset_wrong"),
        (100, b"x" * 1000, {}, 413, "upload_too_large"),
        pytest.param(
            *(100, b"x", {"Upload-Checksum": checksum(b"y")}, 460, "upload_checksum_wrong"),
            marks=bad_input(26, (460, "upload_checksum_wrong")),
        ),
        (100, b"x", {"Upload-Checksum": checksum(b"y", "sha256")}, 460, "upload_checksum_wrong"),
        (100, b"x", {"Upload-Checksum": "md5 AAAA"}, 400, "upload_header_invalid"),
        (100, b"x", {"Upload-Checksum": "sha1 %%%"}, 400, "upload_header_invalid"),
        (100, b"x", {"Tus-Resumable": "0.2.2"}, 412, "upload_protocol_version"),
        (100, b"x", {"Content-Type": "text/plain"}, 415, "media_type_not_supported"),
        (-1, b"x", {}, 400, "upload_header_invalid"),
        ("", b"x", {}, 400, "upload_header_invalid"),
    ],
)
def test_a_wrong_part_is_refused_and_adds_nothing(
    desk: Desk, told: Told, offset: object, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    id_ = desk.begin(len(FILE)).get_json()["id"]
    desk.part(id_, 0, FILE[:100])
    answer = desk.part(id_, offset, content, **headers)
    told(answer)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert (answer.headers.get("Tus-Version") is not None) == (status == 412)
    assert desk.head(id_).headers["Upload-Offset"] == "100"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_part_with_the_right_checksum_counts(desk: Desk, algorithm: str) -> None:
    id_ = desk.begin(len(FILE)).get_json()["id"]
    part = FILE[:10]
    answer = desk.part(id_, 0, part, **{"Upload-Checksum": checksum(part, algorithm)})
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "10")


def test_the_first_part_may_come_along_with_the_beginning(desk: Desk) -> None:
    told = {"Tus-Resumable": "1.0.0", "Upload-Length": "20", "Content-Type": OFFSET_STREAM}
    made = desk.client.post(PATH, data=b"0123456789", headers={**desk.headers, **told})
    assert (made.status_code, made.headers["Upload-Offset"]) == (201, "10")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Upload-Length": "x"}, 400, "upload_header_invalid"),
        ({"Upload-Length": "-1"}, 400, "upload_header_invalid"),
        ({"Upload-Length": "9" * 40}, 400, "upload_header_invalid"),
        ({"Upload-Length": str((1 << 20) + 1)}, 413, "upload_too_large"),
        ({"Upload-Metadata": "filename %%"}, 400, "upload_header_invalid"),
        ({"Upload-Metadata": "filename /w=="}, 400, "upload_header_invalid"),
        ({"Tus-Resumable": "2.0.0"}, 412, "upload_protocol_version"),
    ],
)
def test_a_beginning_that_cannot_be_is_refused(
    desk: Desk, headers: dict[str, str], status: int, code: str
) -> None:
    answer = desk.begin(10, **headers)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_bytes_without_a_version_of_the_protocol_are_refused(desk: Desk) -> None:
    id_ = desk.begin(10).get_json()["id"]
    headers = {**desk.headers, "Upload-Offset": "0", "Content-Type": OFFSET_STREAM}
    answer = desk.client.patch(f"{PATH}/{id_}", data=b"x", headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (412, "upload_protocol_version")


def test_a_file_without_a_byte_is_whole_at_once_and_refused(desk: Desk) -> None:
    made = desk.begin(0).get_json()
    assert made["state"] == "inspecting"
    work(desk.context, job_of(made["links"]))
    told = desk.get(made["id"]).get_json()
    assert (told["state"], told["problem"]["code"]) == ("refused", "no_features")
    job = desk.client.get(f"/api/jobs/{job_of(made['links'])}", headers=desk.headers).get_json()
    assert (job["status"], job["processID"]) == ("failed", "upload_inspect")
    again = desk.choose(made["id"], layer="market")
    assert (again.status_code, again.get_json()["code"]) == (409, "upload_not_ready")


def test_an_upload_that_is_ended_is_gone(desk: Desk) -> None:
    id_ = desk.begin(10).get_json()["id"]
    headers = {**desk.headers, "Tus-Resumable": "1.0.0"}
    assert desk.client.delete(f"{PATH}/{id_}", headers=headers).status_code == 204
    assert desk.head(id_).status_code == 410
    assert "Upload-Offset" not in desk.head(id_).headers
    assert desk.part(id_, 0, b"x").status_code == 410
    assert desk.client.delete(f"{PATH}/{id_}", headers=headers).status_code == 410
    assert desk.head("0b8d0c6e-5a4f-4c36-8f5e-0a9f2f1f5c11").status_code == 404


def test_while_one_request_writes_another_is_refused(desk: Desk) -> None:
    id_ = desk.begin(10).get_json()["id"]
    other = Desk(desk.context, desk.client.application.test_client(), desk.headers)
    seen: list[int] = []

    def slowly() -> Iterator[bytes]:
        yield b"01"
        seen.append(other.part(id_, 2, b"x").status_code)
        yield b"234"

    answer = desk.part_from(id_, 0, slowly())
    assert (seen, answer.status_code, answer.headers["Upload-Offset"]) == ([423], 204, "5")


def test_what_came_before_the_line_was_cut_counts(desk: Desk) -> None:
    id_ = desk.begin(10).get_json()["id"]

    def cut() -> Iterator[bytes]:
        yield b"0123"
        raise ConnectionResetError

    assert desk.part_from(id_, 0, cut()).headers["Upload-Offset"] == "4"
    assert desk.head(id_).headers["Upload-Offset"] == "4"


def test_an_upload_whose_last_byte_came_when_its_process_died_goes_on(desk: Desk) -> None:
    id_ = desk.begin(len(FILE)).get_json()["id"]
    store_of(desk.context.settings).append(id_, 0, [FILE], most=len(FILE))
    assert desk.get(id_).get_json()["state"] == "inspecting"


def test_it_goes_on_after_the_service_was_started_anew(desk: Desk) -> None:
    id_ = desk.begin(len(FILE)).get_json()["id"]
    desk.part(id_, 0, FILE[:50])
    anew = create_app(desk.context.settings)
    try:
        other = Desk(anew.extensions["gis"], anew.test_client(), desk.headers)
        at = int(other.head(id_).headers["Upload-Offset"])
        assert other.part(id_, at, FILE[at:]).status_code == 204
        assert other.get(id_).get_json()["state"] == "inspecting"
    finally:
        anew.extensions["gis"].close()


def test_a_disk_without_room_is_told_before_and_during_an_upload(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = desk.begin(10).get_json()["id"]
    none = SimpleNamespace(free=0)
    monkeypatch.setattr("gis_service.files.upload_store.shutil.disk_usage", lambda _: none)
    answers = [desk.begin(10), desk.send(FILE), desk.part(id_, 0, b"x")]
    assert {(one.status_code, one.get_json()["code"]) for one in answers} == {(507, "upload_disk_full")}
    monkeypatch.undo()
    assert desk.part(id_, 0, b"0123456789").status_code == 204


def test_a_post_that_says_which_method_it_stands_for_is_taken_so(desk: Desk) -> None:
    """Proxies that let nothing but GET and POST through are the reason for it in the protocol."""

    def post(method: str, content: bytes = b"", **headers: str) -> TestResponse:
        told = {"Tus-Resumable": "1.0.0", "X-HTTP-Method-Override": method}
        return desk.client.post(address, data=content, headers={**desk.headers, **told, **headers})

    id_ = desk.begin(len(FILE)).get_json()["id"]
    address = f"{PATH}/{id_}"
    part = {"Upload-Offset": "0", "Content-Type": OFFSET_STREAM}
    first = post("PATCH", FILE[:40], **part)
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "40")
    head = post("head")
    assert (head.status_code, head.headers["Upload-Offset"], head.data) == (200, "40", b"")
    # Whoever sent a POST reads as many bytes of a body as the answer tells of.
    assert head.headers.getlist("Content-Length") == ["0"]
    assert post("GET").status_code == 405
    assert post("DELETE").status_code == 204
    assert desk.head(id_).status_code == 410


@pytest.mark.parametrize("path", [PATH, "/api/collections/bus_stop/items/1", "/api/jobs/x"])
def test_a_method_is_taken_from_a_header_at_uploads_alone(desk: Desk, path: str) -> None:
    plain = desk.client.post(path, headers=desk.headers)
    told = desk.client.post(path, headers={**desk.headers, "X-HTTP-Method-Override": "DELETE"})
    assert (told.status_code, told.get_json()["code"]) == (plain.status_code, plain.get_json()["code"])
