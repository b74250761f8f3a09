"""Rasters that are uploaded: looked at, chosen for, and made a version of a raster layer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from gis_service.catalogue.user_layer import body_of
from gis_service.db import job_rows
from gis_service.db.rights import put_visibility
from gis_service.files.readers import raster_process
from gis_service.files.readers.raster_contents import RasterContents
from gis_service.files.readers.raster_limits import RasterQuestion
from gis_service.services import job_runs, user_layers
from gis_service.services.accounts import OPERATOR
from gis_service.services.transactions import reading, writing
from tests.bad_files.marks import bad_input
from tests.mbtiles_files import COLUMN, ROW, ZOOM, at, picture, shades, write_mbtiles
from tests.raster_files import answer_here, cells_in, cells_of, sparse, write_tif
from tests.web.drawn_town import seen
from tests.web.made_layers import both, wells
from tests.web.uploaded import PATCH, PATH, Desk, Service, desk_of, folders, points

PNG = b"\x89PNG"


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Ask the reader without its process, which has tests of its own; but for one way through all of it."""
    if "in_its_process" not in request.fixturenames:
        monkeypatch.setattr(raster_process, "_answer", answer_here)


@pytest.fixture(autouse=True)
def _no_drafts(desk: Desk) -> Iterator[None]:
    yield
    assert not [name for name in kept(desk) if name.startswith(".part-")]


@pytest.fixture
def in_its_process() -> None:
    """Let the reader have its own process."""


@pytest.fixture
def tif(tmp_path: Path) -> Path:
    return write_tif(tmp_path / "cao độ.tif", cells_of("int16"), nodata=-32768)


def raster(id_: str, **others: object) -> dict[str, Any]:
    return wells(id_, geometry="Raster", key=None, fields=[], **others)


def made(desk: Desk, id_: str) -> None:
    """Make an empty raster layer."""
    with writing(desk.context) as connection:
        user_layers.create(connection, desk.context.catalogue, body_of(raster(id_)), caller=OPERATOR)


def codes(told: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    return [(fault["code"], fault["severity"], fault.get("repair")) for fault in told["faults"]]


def versions(desk: Desk, layer: str) -> list[str]:
    with reading(desk.context) as connection:
        asked = text("SELECT message FROM gis.version WHERE layer = :layer ORDER BY id")
        return list(connection.execute(asked, {"layer": layer}).scalars())


def kept(desk: Desk) -> set[str]:
    folder = desk.context.settings.data_dir / "rasters"
    return {entry.name for entry in folder.iterdir()} if folder.exists() else set()


def test_a_geotiff_is_looked_at_before_the_answer(desk: Desk, tif: Path) -> None:
    answer = desk.send(tif.read_bytes(), tif.name, **{"Accept-Language": "en"})
    told = answer.get_json()
    assert (answer.status_code, told["state"]) == (201, "ready"), told
    (layer,) = told["layers"]
    held = layer["raster"]
    assert (layer["crs"], layer["features"], held["width"], held["height"]) == ("EPSG:9209", 1, 64, 64)
    assert (held["kind"], held["masked"], held["exact"]) == ("values", "nodata", True)
    (band,) = held["bands"]
    assert (band["dtype"], band["nodata"], band["about"]) == ("int16", "-32768", {"role": "gray"})
    assert band["min"] == float(cells_in(tif).min())
    assert codes(told) == [("raster_kind_guessed", "note", "kind")]
    assert told["faults"][0]["detail"] == "Its cells were taken for measures (values)."
    assert (layer["definition"]["geometry"], layer["definition"]["id"]) == ("Raster", "cao_do")
    (edge,) = desk.get(told["id"], "/preview").get_json()["features"]
    assert edge["geometry"]["coordinates"][0][0] == held["corners"][0]
    table = desk.get(told["id"], "/faults?f=csv").text
    assert "raster_kind_guessed" in table


def test_its_picture_is_for_who_has_uploaded_it(upload_service: Service, desk: Desk, tif: Path) -> None:
    told = desk.send(tif.read_bytes(), tif.name).get_json()
    links = [link for link in told["links"] if link.get("type") == "image/png"]
    assert [link["rel"] for link in links] == ["preview"]
    shown = desk.get(told["id"], "/picture")
    assert (shown.mimetype, shown.data[:4]) == ("image/png", PNG)
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert desk_of(upload_service, "other").get(told["id"], "/picture").status_code == 404
    nobody = upload_service.app.test_client().get(f"{PATH}/{told['id']}/picture")
    assert nobody.status_code == 401
    rows = desk.get(desk.ready(points("a")), "/picture")
    assert (rows.status_code, rows.get_json()["code"]) == (404, "upload_without_picture")


@pytest.mark.parametrize(
    ("profile", "choices", "found"),
    [
        ({"crs": None}, {}, "needs_crs"),
        ({"crs": "EPSG:32601"}, {}, "raster_outside_city"),
        ({}, {"nodata": -1}, "raster_nodata_unfit"),
        ({}, {"layer": "market"}, "layer_is_no_raster"),
        ({}, {"definition": raster("two", bands=[{"name": n, "label": both(n, n)} for n in "ab"])}, "bands"),
    ],
)
def test_what_a_choice_mends_waits_for_it(
    desk: Desk, tmp_path: Path, profile: dict[str, Any], choices: dict[str, Any], found: str
) -> None:
    path = write_tif(tmp_path / "a.tif", cells_of(), **profile)
    told = desk.send(path.read_bytes(), "a.tif", choices={"kind": "values", **choices}).get_json()
    assert told["state"] == "ready", told
    (fault,) = [fault for fault in told["faults"] if fault["severity"] == "error"]
    assert found in fault["code"]
    mended = dict.fromkeys(choices) | {"crs": "EPSG:9209", "nodata": "none"}
    after = desk.choose(told["id"], **mended).get_json()
    assert (after["state"], after["faults"]) == ("ready", [])


def test_systems_that_would_put_it_into_the_city_are_ranked(desk: Desk, tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", cells_of(), crs=None)
    told = desk.send(path.read_bytes(), "a.tif").get_json()
    best = told["guesses"][0]
    assert (best["kind"], best["crs"], best["share_inside"]) == ("crs", "EPSG:9209", 1)
    assert "city_system" in best["why"]
    assert desk.get(told["id"], "/preview").get_json()["features"] == []
    assert "corners" not in told["layers"][0]["raster"]


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ({"encoding": "tcvn3"}, "upload_choice_unknown"),
        ({"repairs": ["geometry"]}, "upload_choice_unknown"),
        ({"nodata": "many"}, "raster_nodata_unfit"),
        ({"kind": "colours"}, "body_invalid"),
        ({"crs": "EPSG:999999"}, "crs_unknown"),
    ],
)
def test_a_choice_that_there_is_not_for_a_raster_is_refused(
    desk: Desk, tif: Path, choices: dict[str, object], code: str
) -> None:
    before = folders(desk)
    answer = desk.send(tif.read_bytes(), tif.name, choices=choices)
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert folders(desk) == before


def test_a_number_beyond_all_numbers_is_refused(desk: Desk, tif: Path) -> None:
    id_ = desk.ready(tif.read_bytes())
    answer = desk.client.patch(
        f"{PATH}/{id_}", data='{"nodata": 1e999}', headers=desk.headers, content_type=PATCH
    )
    assert (answer.status_code, answer.get_json()["code"]) == (422, "body_invalid")


def test_rows_have_no_choice_of_a_raster_and_do_not_go_into_one(desk: Desk) -> None:
    refused = desk.send(points("a"), choices={"nodata": 0})
    assert (refused.status_code, refused.get_json()["code"]) == (422, "upload_choice_unknown")
    told = desk.send(points("a"), choices={"definition": raster("no_rows")}).get_json()
    assert [code for code, severity, _ in codes(told) if severity == "error"] == ["layer_is_raster"]


def test_pictures_as_mbtiles_become_a_background(upload_service: Service, desk: Desk, tmp_path: Path) -> None:
    pixels = shades(seed=5)
    held = {at(): picture("PNG", pixels), at(1): picture("PNG", shades(seed=6)), at(0, 0, 12): b"GIF89a"}
    named = "INSERT INTO metadata VALUES ('name', 'Ảnh bay 2025'), ('attribution', 'Sở NNMT')"
    content = write_mbtiles(tmp_path / "a", held, further=[named]).read_bytes()
    told = desk.send(content, "b.mbtiles").get_json()
    assert (told["state"], codes(told)) == ("ready", [("raster_kind_guessed", "note", "kind")])
    definition = told["layers"][0]["definition"]
    assert (definition["id"], len(definition["bands"])) == ("anh_bay_2025", 4)
    assert definition["source"]["vi"] == "Sở NNMT"
    about = {"visibility": "internal", "licence": "CC BY 4.0", "source": both("Sở NNMT", "The department")}
    assert desk.choose(told["id"], definition=definition | about).status_code == 200
    assert desk.commit(told["id"]).get_json()["result"]["layer"] == "anh_bay_2025"
    listed = desk.client.get("/api/imagery", headers={**desk.headers, "Accept-Language": "en"}).get_json()
    (own,) = listed["items"]
    assert (own["id"], own["attribution"], own["licence"]) == (
        "layer:anh_bay_2025",
        "The department",
        "CC BY 4.0",
    )
    assert (own["minzoom"], own["maxzoom"]) == (0, ZOOM)
    tile = own["tiles"][0].format(z=ZOOM, y=ROW, x=COLUMN)
    shown = desk.client.get(tile, headers=desk.headers)
    assert (shown.status_code, shown.content_type) == (200, "image/png")
    np.testing.assert_array_equal(seen(shown.data)[:3], pixels)
    none = own["tiles"][0].format(z=ZOOM, y=ROW + 1, x=COLUMN)
    assert desk.client.get(none, headers=desk.headers).status_code == 204
    path = "/collections/anh_bay_2025/map/tiles/WebMercatorQuad/{z}/{y}/{x}"
    nobody = upload_service.app.test_client()
    assert nobody.get("/api/imagery").get_json()["items"] == []
    assert nobody.get(tile).status_code == 401
    assert path not in nobody.get("/").text
    with writing(desk.context) as connection:
        put_visibility(connection, "anh_bay_2025", "public")
    assert path in nobody.get("/").text


@bad_input(22)
@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("vector tiles", 422, "mbtiles_vector"),
        ("huge", 413, "raster_too_large"),
        ("cut", 422, "file_corrupt"),
        ("askew", 422, "raster_rotated"),
        ("vrt", 422, "format_not_allowed"),
        ("jp2", 422, "format_not_allowed"),
    ],
)
@pytest.mark.usefixtures("in_its_process")
def test_what_no_choice_mends_is_refused_and_leaves_no_file(
    desk: Desk, tmp_path: Path, kind: str, status: int, code: str
) -> None:
    before = folders(desk)
    answer = desk.send(hostile(tmp_path / "a.tif", kind), "lớp.tif")
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert {"detail", "expected", "remedy"} <= answer.get_json().keys()
    assert "lớp.tif" in answer.get_json()["detail"]
    assert folders(desk) == before


def hostile(path: Path, kind: str) -> bytes:
    if kind == "huge":
        return sparse(path, 200_000, 200_000, 3, tiled=True, blockxsize=16384, blockysize=16384).read_bytes()
    if kind == "vrt":
        return b'<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>'
    if kind == "vector tiles":
        return write_mbtiles(path, {at(): b"\x1f\x8b\x08"}).read_bytes()
    if kind == "jp2":
        return b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(64)
    turned: dict[str, Any] = {"transform": (10, 3, 590_000, 3, -10, 2_270_000)} if kind == "askew" else {}
    whole = write_tif(path, cells_of("uint16"), **turned).read_bytes()
    return whole[:400] if kind == "cut" else whole


@pytest.mark.usefixtures("in_its_process")
def test_it_becomes_a_version_of_a_raster_layer_and_only_once(desk: Desk, tif: Path) -> None:
    made(desk, "height")
    id_ = desk.ready(tif.read_bytes(), layer="height", kind="values", message="đợt 1")
    target = desk.get(id_).get_json()["target"]
    assert (target["layer"], target["new"]) == ("height", False)
    done = desk.commit(id_)
    assert done.status_code == 201, done.get_json()
    result = done.get_json()["result"]
    figures = (result["layer"], result["features"], result["added"], result["unchanged"])
    assert figures == ("height", 1, 1, 0)
    assert done.headers["Location"].endswith("/collections/height")
    assert desk.commit(id_).get_json()["result"] == result
    _, second = versions(desk, "height")
    assert second.splitlines()[0] == "đợt 1"
    assert id_ not in folders(desk)
    assert desk.get(id_, "/picture").status_code == 404
    content = desk.client.get("/api/collections/height/export?f=cog", headers=desk.headers).data
    (out := tif.with_name("out.tif")).write_bytes(content)
    assert np.array_equal(cells_in(out), cells_in(tif))


def test_it_becomes_a_new_layer_as_its_first_version(desk: Desk, tif: Path) -> None:
    told = desk.send(tif.read_bytes(), tif.name).get_json()
    said = {"licence": "CC0-1.0", "source": {"vi": "Sở", "en": "Office"}}
    suggested = told["layers"][0]["definition"] | {"id": "new_ground", "visibility": "public", **said}
    assert desk.choose(told["id"], definition=suggested).get_json()["faults"] == told["faults"]
    result = desk.commit(told["id"]).get_json()["result"]
    assert (result["layer"], result["new"], result["added"]) == ("new_ground", True, 1)
    assert len(versions(desk, "new_ground")) == 1
    found = desk.client.get("/api/collections/new_ground", headers=desk.headers).get_json()
    assert (found["geometry"], found["version"]) == ("Raster", result["version"])


def test_the_second_of_two_who_replace_a_raster_is_told(
    upload_service: Service, desk: Desk, tmp_path: Path
) -> None:
    other = desk_of(upload_service, "other")
    made(desk, "flood")
    files = [write_tif(tmp_path / f"{seed}.tif", cells_of(seed=seed)).read_bytes() for seed in (1, 2)]
    ours, theirs = desk.ready(files[0], layer="flood"), other.ready(files[1], layer="flood")
    assert desk.commit(ours).status_code == 201
    late = other.commit(theirs)
    assert (late.status_code, late.get_json()["code"]) == (409, "base_version_changed")
    assert len(versions(desk, "flood")) == 2
    other.choose(theirs, message="sau khi xem")
    again = other.commit(theirs).get_json()["result"]
    assert (again["changed"], again["added"]) == (1, 0)


def test_an_export_that_others_overtook_is_told_before_and_at_its_commit(desk: Desk, tif: Path) -> None:
    made(desk, "relief")
    first = desk.commit(desk.ready(tif.read_bytes(), layer="relief")).get_json()["result"]["version"]
    taken = desk.client.get("/api/collections/relief/export", headers=desk.headers)
    assert f'filename="relief_v{first}.tif"' in taken.headers["Content-Disposition"]
    other = write_tif(tif.with_name("b.tif"), cells_of("int16", seed=7))
    newest = desk.commit(desk.ready(other.read_bytes(), layer="relief")).get_json()["result"]["version"]
    told = desk.send(taken.data, f"relief_v{first} (1).tif", choices={"layer": "relief"}).get_json()
    assert told["target"]["version"] == first
    assert codes(told)[0][:2] == ("base_version_changed", "error")
    late = desk.commit(told["id"])
    assert (late.status_code, late.get_json()["code"]) == (409, "base_version_changed")
    agreed = desk.choose(told["id"], base=newest).get_json()
    assert "base_version_changed" not in [code for code, _, _ in codes(agreed)]
    assert desk.commit(told["id"]).get_json()["result"]["changed"] == 1


def test_a_right_that_was_taken_back_since_leaves_no_version_and_no_file(desk: Desk, tif: Path) -> None:
    made(desk, "kept_ground")
    id_ = desk.ready(write_tif(tif, cells_of(seed=9)).read_bytes(), layer="kept_ground")
    with writing(desk.context) as connection:
        connection.execute(text("INSERT INTO gis.team (id) VALUES ('raster_team')"))
        connection.execute(text("INSERT INTO gis.layer_right VALUES ('kept_ground', 'raster_team', 'edit')"))
    before = kept(desk)
    refused = desk.commit(id_)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "layer_kept_by_team")
    assert (len(versions(desk, "kept_ground")), kept(desk)) == (1, before)


def test_a_look_takes_no_longer_than_somebody_waits(
    desk: Desk, tif: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def answer(question: RasterQuestion, folder: Path) -> RasterContents:
        asked.append(question.limits.seconds)
        return answer_here(question, folder)

    monkeypatch.setattr(raster_process, "_answer", answer)
    desk.ready(tif.read_bytes())
    work(desk, desk.later(tif.read_bytes()))
    assert asked == [20, desk.context.settings.reader_seconds]


def work(desk: Desk, id_: str) -> None:
    """Do the job of an upload as the child of a worker does."""
    (address,) = (link["href"] for link in desk.get(id_).get_json()["links"] if link["rel"] == "monitor")
    job = address.rpartition("/")[2]
    with writing(desk.context) as connection:
        job_rows.begin_job(connection, job, "here")
    job_runs.run_job(desk.context, job)


def test_jobs_look_at_rasters_and_commit_them(desk: Desk, tif: Path) -> None:
    made(desk, "slope")
    id_ = desk.later(tif.read_bytes(), layer="slope")
    work(desk, id_)
    assert desk.get(id_).get_json()["state"] == "ready"
    assert desk.commit(id_, Prefer="respond-async").status_code == 201
    work(desk, id_)
    told = desk.get(id_).get_json()
    assert (told["state"], told["result"]["layer"]) == ("committed", "slope")
    assert len(versions(desk, "slope")) == 2
