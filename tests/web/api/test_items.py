"""Items of a collection: GeoJSON, page by page."""

from collections.abc import Callable
from typing import Any

import pytest
import shapely
from flask.testing import FlaskClient
from shapely.geometry import shape
from sqlalchemy import text

from gis_service.db.engine import open_engine, transaction

OFFICES = "/api/collections/one_stop_office/items"
COMMUNES = "/api/collections/commune/items"


def _get(client: FlaskClient, path: str) -> dict[str, Any]:
    response = client.get(path)
    assert response.status_code == 200
    assert response.content_type == "application/geo+json"
    document: dict[str, Any] = response.get_json(force=True)
    assert document["numberReturned"] == len(document["features"])
    return document


def _next(document: dict[str, Any]) -> str | None:
    found = [link["href"] for link in document["links"] if link["rel"] == "next"]
    return str(found[0]).removeprefix("http://localhost") if found else None


def _pages(
    client: FlaskClient, path: str | None, between: Callable[[], None] | None = None
) -> list[list[int]]:
    pages = []
    while path:
        document = _get(client, path)
        pages.append([feature["id"] for feature in document["features"]])
        path = _next(document)
        if between:
            between()
    return pages


@pytest.mark.parametrize("limit", [1, 2, 7, 24, 25, 26, 100])
def test_pages_joined_are_the_whole_without_doubles(client: FlaskClient, limit: int) -> None:
    pages = _pages(client, f"{OFFICES}?limit={limit}")
    assert [fid for page in pages for fid in page] == list(range(1, 26))
    assert all(len(page) == limit for page in pages[:-1])


def test_pages_stay_whole_while_others_write(client: FlaskClient, loaded: str) -> None:
    """What stood before and after is on the pages once, whatever comes and goes meanwhile."""
    engine = open_engine(loaded)
    steps = iter(
        [
            "INSERT INTO layer.bus_stop (code, name) SELECT 'm' || i, 'm' FROM generate_series(1, 20) AS i",
            "DELETE FROM layer.bus_stop WHERE code IN ('m2', 'm9')",
            "INSERT INTO layer.bus_stop (code, name) SELECT 'n' || i, 'n' FROM generate_series(1, 5) AS i",
            "UPDATE layer.bus_stop SET name = 'o' WHERE code IN ('m1', 'm12')",
            "DELETE FROM layer.bus_stop WHERE code = 'n5'",
        ]
    )

    def write() -> None:
        if statement := next(steps, None):
            with transaction(engine) as connection:
                connection.execute(text(statement))

    write()
    try:
        pages = _pages(client, "/api/collections/bus_stop/items?limit=5", write)
    finally:
        with transaction(engine) as connection:
            connection.execute(text("DELETE FROM layer.bus_stop"))
        engine.dispose()
    seen = [fid for page in pages for fid in page]
    assert len(seen) == len(set(seen))
    first = seen[0]
    stayed = set(range(first, first + 24)) - {first + 1, first + 8}
    assert stayed <= set(seen)


def test_the_first_page_tells_the_total_when_it_is_the_whole(client: FlaskClient) -> None:
    assert _get(client, OFFICES)["numberMatched"] == 25
    assert "numberMatched" not in _get(client, f"{OFFICES}?limit=24")


def test_a_limit_above_the_greatest_is_taken_as_the_greatest(client: FlaskClient) -> None:
    assert _get(client, f"{OFFICES}?limit=999999999")["numberReturned"] == 25


def test_a_feature_is_geojson_with_its_fields_in_order(client: FlaskClient) -> None:
    feature = _get(client, COMMUNES)["features"][0]
    assert list(feature["properties"])[:4] == ["code", "name", "full_name", "name_en"]
    assert feature["properties"]["name"] == 'Đông Hưng "Bắc"'
    assert feature["properties"]["full_name"] is None
    outline = shape(feature["geometry"])
    assert outline.equals(shapely.box(106.3012346, 20.4, 106.4, 20.5))


def test_a_layer_of_figures_has_features_without_geometry(client: FlaskClient) -> None:
    document = _get(client, "/api/collections/commune_2019/items?bbox=0,0,1,1")
    assert [feature["geometry"] for feature in document["features"]] == [None]
    assert document["features"][0]["properties"]["people"] == 7


@pytest.mark.parametrize(
    ("bbox", "ids"),
    [
        ("106.205,20,106.245,21", [1, 2, 3, 4]),
        ("106.20999,20.39999,106.21001,20.40001", [1]),
        ("106.205,20,0,106.225,21,50", [1, 2]),
        ("106.44,20,-170,21", [24, 25]),
        ("0,0,1,1", []),
        ("-180,-90,180,90", list(range(1, 26))),
    ],
)
def test_a_box_holds_what_meets_it(client: FlaskClient, bbox: str, ids: list[int]) -> None:
    assert _pages(client, f"{OFFICES}?bbox={bbox}&limit=3") == [
        ids[at : at + 3] for at in range(0, max(len(ids), 1), 3)
    ]


def test_a_box_asks_for_the_shape_and_not_for_its_frame(client: FlaskClient) -> None:
    assert _get(client, f"{COMMUNES}?bbox=106.45,20.55,106.46,20.56")["features"] == []
    assert [f["id"] for f in _get(client, f"{COMMUNES}?bbox=106.55,20.65,106.56,20.66")["features"]] == [2]


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        ("2025-07-01T07:00:00%2B07:00/..", 25),
        ("2025-07-01T00:00:00Z/2999-01-01T00:00:00Z", 25),
        ("2999-01-01T00:00:00Z", 25),
        ("2020-07-01T00:00:00Z", 0),
        ("../2020-07-01T00:00:00Z", 0),
    ],
)
def test_a_time_asks_for_what_the_layer_held_then(client: FlaskClient, moment: str, count: int) -> None:
    assert _get(client, f"{OFFICES}?datetime={moment}")["numberReturned"] == count


def test_one_item_is_the_same_feature_with_its_links(client: FlaskClient) -> None:
    listed = _get(client, COMMUNES)["features"][1]
    response = client.get(f"{COMMUNES}/2")
    assert response.content_type == "application/geo+json"
    one = response.get_json(force=True)
    assert {link["rel"] for link in one.pop("links")} == {"self", "alternate", "collection"}
    assert one.pop("version") == client.get("/api/collections/commune").get_json()["version"]
    assert one == listed


def test_after_the_last_possible_id_there_is_nothing(client: FlaskClient) -> None:
    assert _get(client, f"{OFFICES}?after=99999999999999999999")["features"] == []


def test_people_get_a_page(client: FlaskClient) -> None:
    for path in (f"{COMMUNES}?f=html", f"{COMMUNES}/1?f=html"):
        response = client.get(path)
        assert response.mimetype == "text/html"
        assert "Đông Hưng" in response.get_data(as_text=True)
        assert "<script" not in response.get_data(as_text=True)
