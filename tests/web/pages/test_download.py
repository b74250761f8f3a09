"""The page where a layer is taken: what each format loses stands there before, errors are told to people."""

from pathlib import Path
from urllib.parse import quote

import geopandas as gpd
import pytest
from flask.testing import FlaskClient

from gis_service.services.export_formats import FORMATS

PAGE = "/layers/one_stop_office/download"


def test_formats_systems_and_versions_stand_there_with_what_is_lost(client: FlaskClient) -> None:
    page = client.get(f"{PAGE}?lang=vi").text
    for name in FORMATS:
        assert f'name="f" value="{name}"' in page
    assert 'value="gpkg" checked' in page
    assert "Giữ nguyên mọi thứ; nên chọn khi muốn sửa rồi nạp lại." in page
    assert "bị cắt phần cuối" in page
    assert "Nhiều nhất 1.048.575 đối tượng" in page
    assert "EPSG:9209 · VN-2000 / TM-3 105-30, kinh tuyến trục 105°30′" in page
    assert "one_stop_office_generated_v" in page, "the name of a CSV"
    assert "dữ liệu sinh ra" in page
    english = client.get(f"{PAGE}?lang=en").text
    assert "Keeps everything; best for editing and loading again." in english
    assert "central meridian 105°30′" in english
    assert "At most 1,048,575 features" in english


def test_a_table_without_places_has_no_system_and_a_layer_without_rows_nothing_to_take(
    client: FlaskClient,
) -> None:
    table = client.get("/layers/commune_2019/download").text
    assert 'name="crs"' not in table
    assert 'value="shp"' not in table
    assert 'name="f"' not in client.get("/layers/kindergarten/download").text


def test_the_file_is_given_in_the_language_of_the_page(client: FlaskClient, tmp_path: Path) -> None:
    response = client.get(f"{PAGE}?lang=en&f=gpkg&crs={quote('EPSG:9209')}&version=")
    assert response.headers["Content-Language"] == "en"
    assert response.headers["Content-Disposition"].startswith("attachment")
    (tmp_path / "a.gpkg").write_bytes(response.get_data())
    response.close()
    frame = gpd.read_file(tmp_path / "a.gpkg")
    assert len(frame) == 25
    assert frame.crs == "EPSG:9209"


@pytest.mark.parametrize(
    ("query", "status"),
    [("f=kml", 422), ("f=cog", 400), ("f=csv&crs=EPSG:27700", 400), ("f=csv&version=999999", 404)],
)
def test_what_cannot_be_given_is_told_beside_the_form(client: FlaskClient, query: str, status: int) -> None:
    response = client.get(f"{PAGE}?lang=en&{query}")
    assert response.status_code == status
    assert 'role="alert"' in response.text
    assert 'name="f" value="gpkg"' in response.text


def test_a_closed_layer_shows_nothing_of_itself(client: FlaskClient) -> None:
    closed = client.get("/layers/pipe_internal/download")
    assert (closed.status_code, "/sign-in" in closed.headers["Location"]) == (303, True)
    assert client.get("/layers/no_such/download").status_code == 404


def test_the_list_of_layers_leads_there(client: FlaskClient) -> None:
    assert f'href="{PAGE}?lang=en"' in client.get("/layers?lang=en").text


def test_a_layer_that_lies_somewhere_leads_to_a_map_to_take_along(client: FlaskClient) -> None:
    page = client.get("/layers/commune/download?lang=vi").get_data(as_text=True)
    assert 'href="/api/offline?layers=commune&amp;lang=vi"' in page
    assert "/api/offline" not in client.get("/layers/commune_2019/download").get_data(as_text=True)
