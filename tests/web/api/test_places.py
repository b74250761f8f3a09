"""Places over HTTP: names without diacritics, coordinates by zone, and never what the caller may not read."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.problem import assert_problem


def places(
    client: FlaskClient, headers: dict[str, str] | None = None, **asked: str | int
) -> list[dict[str, Any]]:
    response = client.get("/api/places", query_string=asked, headers=headers)
    assert response.status_code == 200, response.get_data(as_text=True)
    items: list[dict[str, Any]] = response.get_json()["items"]
    return items


def test_a_unit_is_found_without_diacritics(client: FlaskClient) -> None:
    (found,) = places(client, q="kien xuong")
    assert (found["kind"], found["name"], found["layer"], found["fid"]) == (
        "unit",
        "Kiến Xương",
        "commune",
        2,
    )
    assert (found["within"], found["vn2000"]) == ({"code": "2", "name": "Kiến Xương"}, None)
    assert 106.5 < found["lon"] < 106.6
    assert found["links"][0]["href"].endswith("/api/collections/commune/items/2")


def test_a_place_says_which_unit_holds_it(client: FlaskClient) -> None:
    found = places(client, q="van phong", limit=25)
    assert len(found) == 25
    inside = {one["name"]: one["within"] and one["within"]["code"] for one in found}
    assert (inside["Văn phòng 15"], inside["Văn phòng 1"]) == ("1", None)
    assert {(one["kind"], one["title"]) for one in found} == {("place", "Bộ phận một cửa")}
    (english, *_) = places(client, {"Accept-Language": "en"}, q="van phong")
    assert english["title"] == "One-stop offices"
    assert len(places(client, q="van phong")) == 8


def test_nothing_typed_finds_nothing(client: FlaskClient) -> None:
    assert places(client) == places(client, q="  ") == []


def test_names_of_closed_layers_are_found_by_those_who_may_read_them(
    client: FlaskClient, bearer: Callable[[str | None], dict[str, str]]
) -> None:
    assert places(client, q="p") == [one for one in places(client, q="p") if one["layer"] != "pipe_internal"]
    assert "pipe_internal" in {one["layer"] for one in places(client, bearer("viewer"), q="p", limit=50)}


def test_a_new_name_is_found_at_once(
    client: FlaskClient, bearer: Callable[[str | None], dict[str, str]]
) -> None:
    staff = bearer("gis_staff")
    assert places(client, q="ben xe moi") == []
    body = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [106.34, 20.45]},
        "properties": {"code": "new", "name": "Bến xe Mới"},
    }
    made = client.post("/api/collections/bus_stop/items", json=body, headers=staff)
    assert made.status_code == 201, made.get_data(as_text=True)
    (found,) = places(client, q="ben xe moi")
    assert (found["name"], found["within"]["code"]) == ("Bến xe Mới", "1")
    address = f"/api/collections/bus_stop/items/{found['fid']}"
    assert client.delete(address, headers=staff | {"If-Match": "*"}).status_code == 204
    assert places(client, q="ben xe moi") == []


@pytest.mark.parametrize("text", ["2263123.5 580456.2", "580456,2; 2263123,5", "X=2263123.5; Y=580456.2"])
def test_metres_lie_in_the_zone_of_the_province(client: FlaskClient, text: str) -> None:
    (found,) = places(client, q=text)
    assert (found["kind"], found["system"], found["around"]) == ("coordinates", "EPSG:9209", True)
    assert (found["lon"], found["lat"]) == pytest.approx((106.273026, 20.457824), abs=1e-6)
    assert found["vn2000"] == {
        "system": "EPSG:9209",
        "zone_width": 3,
        "meridian": 105.5,
        "easting": 580456.2,
        "northing": 2263123.5,
    }


def test_metres_that_fit_the_wide_zone_say_so(client: FlaskClient) -> None:
    (found,) = places(client, q="2262000 690000")
    assert (found["system"], found["vn2000"]["zone_width"]) == ("EPSG:3405", 6)
    both = places(client, q="2262000 640000")
    assert [one["system"] for one in both] == ["EPSG:9209", "EPSG:3405"]


def test_metres_elsewhere_in_the_country_are_told_by_both_zones(client: FlaskClient) -> None:
    found = places(client, q="1200000 500000")
    assert [(one["system"], one["around"]) for one in found] == [("EPSG:9209", False), ("EPSG:3405", False)]


def test_degrees_come_with_the_coordinates_of_the_province(client: FlaskClient) -> None:
    (found,) = places(client, q="20°27'36\"B 106°20'24\"Đ")
    assert (found["system"], found["within"]["code"]) == ("EPSG:4326", "1")
    assert (found["vn2000"]["easting"], found["vn2000"]["northing"]) == pytest.approx(
        (587442.884, 2263398.804), abs=0.01
    )
    (abroad,) = places(client, q="48.85, 2.35")
    assert (abroad["vn2000"], abroad["around"]) == (None, False)


def test_a_vintage_that_nobody_knows_is_refused(client: FlaskClient) -> None:
    response = client.get("/api/places?q=a&vintage=communes_1900")
    assert_problem(response, 422, "study_refused")
