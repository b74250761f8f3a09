"""The pages of one layer: its history, the way back, the quality of its data."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from gis_service.app import create_app
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import open_engine, transaction
from gis_service.db.layers import ensure_table
from gis_service.services.accounts import Role, make_token
from gis_service.services.layers import table_of
from gis_service.services.turns import Turns
from gis_service.settings import Settings
from tests.web.conftest import TILES
from tests.web.problem import assert_problem
from tests.web.version_town import LATER, TWO, Town

HISTORY, QUALITY, FAULTS = "/layers/wifi/history", "/layers/wifi/quality", "/api/collections/wifi/faults"


@pytest.fixture(scope="module")
def town(
    make_database: Callable[[], str],
    city: Path,
    catalogue: Catalogue,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Town]:
    """Give a city with a layer of Wi-Fi points in two versions."""
    url = make_database()
    engine = open_engine(url)
    with transaction(engine) as connection:
        for layer in ("wifi", "pipe_internal", "commune"):
            ensure_table(connection, table_of(catalogue.layers[layer]))
        tokens = {role.value: make_token(connection, role, f"a {role}") for role in Role}
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("var"), database_url=url, layers_dir=city, tiles_dir=TILES
    )
    app = create_app(settings)
    made = Town(engine, app.test_client(), tokens)
    made.write("wifi", TWO.format("wifi"), message="lần <đầu>")
    made.write("wifi", *LATER, author="minh")
    yield made
    app.extensions["gis"].close()
    engine.dispose()


def versions(town: Town) -> list[int]:
    return [one["id"] for one in town.get("/api/collections/wifi/versions").get_json()["items"]]


@pytest.mark.parametrize("asked", ["before=²", f"before={'9' * 5000}", f"done={'9' * 5000}"])
def test_what_is_no_version_in_the_address_is_passed_over(town: Town, asked: str) -> None:
    assert town.get(f"{HISTORY}?{asked}").status_code == 200


def test_versions_stand_with_what_they_changed_and_the_ways_to_them(town: Town) -> None:
    page = town.get(f"{HISTORY}?lang=en").text
    newest, first = versions(town)[0], versions(town)[-1]
    assert "+1 added" in page
    assert "1 changed" in page
    assert "−1 removed" in page
    assert "lần &lt;đầu&gt;" in page
    assert f'src="{HISTORY}/{newest}.svg"' in page
    assert f"/layers/wifi/download?lang=en&amp;version={first}" in page
    assert "Lịch sử của lớp" in town.get(HISTORY).text


def test_who_made_a_version_and_the_way_back_are_for_those_who_may(town: Town) -> None:
    anybody, viewer, staff = (
        town.get(f"{HISTORY}?lang=en", who).text for who in (None, "viewer", "gis_staff")
    )
    assert [" · minh" in page for page in (anybody, viewer, staff)] == [False, True, True]
    assert ["/restore" in page for page in (anybody, viewer, staff)] == [False, False, True]
    first = versions(town)[-1]
    for who, status in ((None, 401), ("viewer", 403)):
        refused = town.client.post(f"{HISTORY}/{first}/restore", data={"sure": "1"}, headers=town.bearer(who))
        assert refused.status_code == status


@pytest.mark.parametrize("path", ["history", "quality", "history/1.svg"])
def test_a_layer_that_is_closed_shows_nothing_of_itself(town: Town, path: str) -> None:
    closed = town.get(f"/layers/pipe_internal/{path}")
    assert (closed.status_code, "/sign-in" in closed.headers["Location"]) == (303, True)
    assert town.get(f"/layers/no_such/{path}").status_code == 404
    assert_problem(town.get("/api/collections/pipe_internal/faults"), 401, "token_missing")


def test_the_picture_of_a_version_tells_what_came_and_went(town: Town) -> None:
    second, first = (town.get(f"{HISTORY}/{version}.svg") for version in versions(town)[:2])
    assert second.mimetype == "image/svg+xml"
    assert "style-src" in second.headers["Content-Security-Policy"]
    kinds = [second.text.count(f'<circle class="{kind}"') for kind in ("added", "changed", "removed")]
    assert kinds == [1, 1, 1]
    assert first.text.count('<circle class="added"') == 2
    assert town.get(f"{HISTORY}/999999.svg").status_code == 404


def test_a_layer_goes_back_only_when_that_was_confirmed(town: Town) -> None:
    before = versions(town)
    unsure = town.client.post(
        f"{HISTORY}/{before[-1]}/restore", data={"lang": "en"}, headers=town.bearer("gis_staff")
    )
    assert "Tick the confirmation first." in unsure.text
    assert versions(town) == before
    sure = {"lang": "en", "sure": "1"}
    address = f"{HISTORY}/{before[-1]}/restore"
    done = town.client.post(address, data=sure, headers=town.bearer("gis_staff"))
    assert done.status_code == 303
    assert versions(town)[1:] == before
    page = town.get(done.headers["Location"], "gis_staff").text
    assert f"the new version is {versions(town)[0]}." in page
    assert town.fids() == [1, 2]
    again = town.client.post(address, data=sure, headers=town.bearer("gis_staff"))
    assert "nothing was to be changed" in town.get(again.headers["Location"], "gis_staff").text
    missing = town.client.post(f"{HISTORY}/999999/restore", data=sure, headers=town.bearer("gis_staff"))
    assert (missing.status_code, 'role="alert"' in missing.text) == (404, True)


def test_the_quality_of_a_layer_is_told_with_places_and_features(town: Town) -> None:
    clean = town.get(f"{QUALITY}?lang=en").text
    assert "no fault found" in clean
    assert "Every row passes the checks." in clean
    # As somebody writes into the table who does not come through the service.
    town.write(
        "wifi", "INSERT INTO layer.wifi (geom, code, name) VALUES (ST_Point(2.3, 48.8, 4326), 'z', 'Xa')"
    )
    with transaction(town.engine) as connection:
        fid = connection.execute(text("SELECT fid FROM layer.wifi WHERE code = 'z'")).scalar_one()
    page = town.get(f"{QUALITY}?lang=en").text
    assert "1 kind of fault or remark" in page
    assert f"/api/collections/wifi/items/{fid}?f=html" in page
    assert '<svg class="small-map"' in page
    answer = town.get(FAULTS, **{"Accept-Language": "vi"})
    (fault,) = answer.get_json()["items"]
    assert (fault["code"], fault["severity"], fault["count"]) == ("outside_city", "error", 1)
    assert [one["id"] for one in fault["features"]] == [fid]
    assert answer.get_json()["version"] == versions(town)[0]
    table = town.get(f"{FAULTS}?f=csv")
    assert table.headers["Content-Disposition"] == 'attachment; filename="wifi_faults.csv"'
    assert table.text.startswith("\ufeffcode,")
    assert table.text.splitlines()[1].startswith("outside_city,error,1,")
    # The page leads to a table in its own language, whatever the browser asks for.
    assert f'href="{QUALITY}.csv?lang=en" download' in page
    assert "Move these features to where they belong" in page
    told = town.get(f"{QUALITY}.csv?lang=en", **{"Accept-Language": "vi"})
    assert (told.headers["Content-Language"], "Outside the city" in told.text) == ("en", True)
    shown = town.get(FAULTS, Accept="text/html")
    assert (shown.status_code, shown.headers["Location"]) == (303, QUALITY)
    same = town.get(FAULTS, **{"If-None-Match": answer.headers["ETag"], "Accept-Language": "vi"})
    assert same.status_code == 304


def test_who_finds_others_checking_is_told_to_come_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(at_once=1)
    monkeypatch.setattr(town.client.application.extensions["gis"].prepared, "checks", turns)
    assert town.get(QUALITY).status_code == 200
    with turns.one():
        # What is known already needs no turn.
        assert town.get(QUALITY).status_code == 200
        refused = town.get(f"{FAULTS}?gap_m=7")
        assert_problem(refused, 503, "coverage_busy")
        assert refused.headers["Retry-After"]
        town.write("wifi", "UPDATE layer.wifi SET name = 'Chợ khác' WHERE code = 'a'")
        page = town.get(QUALITY)
        assert (page.status_code, bool(page.headers["Retry-After"])) == (503, True)
    assert town.get(f"{FAULTS}?gap_m=7").status_code == 200


def test_a_layer_without_a_version_has_pages_too(town: Town) -> None:
    assert "Chưa có phiên bản nào." in town.get("/layers/commune/history").text
    assert town.get("/layers/commune/quality").status_code == 404


def test_the_list_of_layers_leads_to_these_pages(town: Town) -> None:
    page = town.get("/layers?lang=en").text
    assert f"{HISTORY}?lang=en" in page
    assert f"{QUALITY}?lang=en" in page
    assert "/uploads?lang=en" not in page
    assert "/uploads?lang=en" in town.get("/layers?lang=en", "gis_staff").text
