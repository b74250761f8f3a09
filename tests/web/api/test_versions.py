"""Versions of a layer over HTTP: lists, states of then, differences."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from sqlalchemy import text

from gis_service.db.engine import transaction
from tests.web.problem import assert_problem
from tests.web.version_town import READ, WIFI, Town


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def links_of(document: dict[str, Any]) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in document["links"]}


def test_versions_are_listed_the_newest_first(town: Town, two: tuple[int, int]) -> None:
    document = town.get(f"{WIFI}/versions").get_json()
    assert "next" not in document
    told = [(e["id"], e["added"], e["changed"], e["removed"], e["kept"]) for e in document["items"]]
    assert told == [(two[1], 1, 1, 1, True), (two[0], 2, 0, 0, True)]
    assert document["items"][1]["message"] == "lần đầu"


@pytest.mark.parametrize(("role", "author"), [(None, None), ("viewer", "lan"), ("gis_staff", "lan")])
def test_authors_are_told_to_those_who_have_a_role(
    town: Town, two: tuple[int, int], role: str | None, author: str | None
) -> None:
    listed = town.get(f"{WIFI}/versions", role).get_json()["items"][1]
    one = town.get(f"{WIFI}/versions/{two[0]}", role).get_json()
    assert listed.get("author") == one.get("author") == author


def test_the_list_goes_on_page_by_page(town: Town, two: tuple[int, int]) -> None:
    first = town.get(f"{WIFI}/versions?limit=1").get_json()
    second = town.get(path_of(first["next"])).get_json()
    assert [first["items"][0]["id"], second["items"][0]["id"]] == [two[1], two[0]]
    assert "next" not in second


def test_a_collection_leads_to_its_versions_and_they_to_their_items(town: Town, two: tuple[int, int]) -> None:
    collection = town.get(WIFI).get_json()
    assert collection["version"] == two[1]
    versions = town.get(path_of(links_of(collection)["version-history"])).get_json()
    version = town.get(path_of(links_of(versions["items"][1])["self"])).get_json()
    items = town.get(path_of(links_of(version)["items"])).get_json(force=True)
    assert (items["version"], [f["id"] for f in items["features"]]) == (two[0], [1, 2])


def test_items_are_read_as_they_were_in_a_version(town: Town, two: tuple[int, int]) -> None:
    response = town.get(f"{WIFI}/items?version={two[0]}&limit=1")
    document = response.get_json(force=True)
    assert document["features"][0]["properties"]["name"] == "Chợ Đông"
    assert document["version"] == two[0]
    assert response.headers["Layer-Version"] == str(two[0])
    links = links_of(document)
    assert f"version={two[0]}" in links["self"]
    following = town.get(path_of(links["next"])).get_json(force=True)
    assert [f["id"] for f in following["features"]] == [2]
    assert links["latest-version"].endswith(f"{WIFI}/items")
    assert links["version-history"].endswith(f"{WIFI}/versions")


def test_an_item_that_is_gone_is_there_in_its_versions(town: Town, two: tuple[int, int]) -> None:
    assert_problem(town.get(f"{WIFI}/items/2"), 404, "item_not_found")
    response = town.get(f"{WIFI}/items/2?version={two[0]}")
    document = response.get_json(force=True)
    assert (document["properties"]["name"], document["version"]) == ("Ga", two[0])
    assert links_of(document)["self"].endswith(f"/items/2?version={two[0]}")
    assert_problem(town.get(f"{WIFI}/items/3?version={two[0]}"), 404, "item_not_found")


def test_what_is_read_now_names_its_version_too(town: Town, two: tuple[int, int]) -> None:
    for path in ("items", "items/1"):
        response = town.get(f"{WIFI}/{path}")
        assert response.get_json(force=True)["version"] == two[1]
        assert response.headers["Layer-Version"] == str(two[1])
        assert response.headers["Cache-Control"] == "no-cache"


def test_a_time_reads_the_state_of_then(town: Town, two: tuple[int, int]) -> None:
    begun, ended = (quote(town.get(f"{WIFI}/versions/{number}").get_json()["committed_at"]) for number in two)
    for asked, version in (
        (begun, two[0]),
        (ended, two[1]),
        (f"../{begun}", two[0]),
        (f"2020-01-01T00:00:00Z/{begun}", two[0]),
        (f"{begun}/..", two[1]),
        (f"{begun}/", two[1]),
        ("2999-01-01T00:00:00Z", two[1]),
    ):
        document = town.get(f"{WIFI}/items?datetime={asked}").get_json(force=True)
        assert document["version"] == version, asked
        assert "datetime=" in links_of(document)["self"]
    assert town.get(f"{WIFI}/items/2?datetime={begun}").status_code == 200
    assert town.get(f"{WIFI}/items/2?datetime={ended}").status_code == 404


def test_before_the_first_version_there_was_nothing(town: Town, two: tuple[int, int]) -> None:
    del two
    response = town.get(f"{WIFI}/items?datetime=2020-01-01T00:00:00Z")
    document = response.get_json(force=True)
    assert (document["features"], document["numberMatched"], document["version"]) == ([], 0, None)
    assert "Layer-Version" not in response.headers
    assert_problem(town.get(f"{WIFI}/items/1?datetime=2020-01-01T00:00:00Z"), 404, "item_not_found")


def test_what_was_is_asked_for_again_since_rights_may_change(town: Town, two: tuple[int, int]) -> None:
    named = f"version={two[0]}"
    for path in (f"items?{named}", f"items/1?{named}", f"diff?from={two[0]}&to={two[1]}", "versions"):
        response = town.get(f"{WIFI}/{path}")
        assert response.headers["Cache-Control"] == "no-cache"
        assert response.get_etag()[0]
        assert town.get(f"{WIFI}/{path}", "viewer").headers["Cache-Control"] == "private, no-store"


def test_a_difference_is_geojson_with_its_tally(town: Town, two: tuple[int, int]) -> None:
    response = town.get(f"{WIFI}/diff?from={two[0]}&limit=2")
    assert response.content_type == "application/geo+json"
    document = response.get_json(force=True)
    assert (document["from"], document["to"]) == two
    assert document["tally"] == {"added": 1, "changed": 1, "removed": 1, "others": 0}
    assert [f["properties"]["op"] for f in document["features"]] == ["update", "delete"]
    update = document["features"][0]["properties"]
    assert (update["changed"], update["before"]["name"], update["after"]["name"]) == (
        ["name"],
        "Chợ Đông",
        "Chợ mới",
    )
    rest = town.get(path_of(links_of(document)["next"])).get_json(force=True)
    assert [f["properties"]["op"] for f in rest["features"]] == ["insert"]
    assert "next" not in links_of(rest)


def test_a_difference_read_backwards_is_turned_round(town: Town, two: tuple[int, int]) -> None:
    document = town.get(f"{WIFI}/diff?from={two[1]}&to={two[0]}").get_json(force=True)
    assert [f["properties"]["op"] for f in document["features"]] == ["update", "insert", "delete"]


@pytest.mark.parametrize(("asked", "accept"), [("&f=csv", "*/*"), ("", "text/csv")])
def test_a_difference_is_a_table_of_fields(town: Town, two: tuple[int, int], asked: str, accept: str) -> None:
    response = town.get(f"{WIFI}/diff?from={two[0]}{asked}&limit=1", Accept=accept)
    assert response.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(response.get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows == [
        ["fid", "key", "op", "field", "before", "after"],
        ["1", "a", "update", "name", "Chợ Đông", "Chợ mới"],
    ]
    assert 'rel="next"' in response.headers["Link"]


@pytest.mark.parametrize("path", READ)
def test_people_get_a_page(town: Town, two: tuple[int, int], path: str) -> None:
    response = town.get(f"{WIFI}{path.format(first=two[0])}", Accept="text/html")
    assert response.mimetype == "text/html"


def test_a_layer_without_any_version_has_an_empty_list(town: Town) -> None:
    assert town.get("/api/collections/camera/versions").get_json()["items"] == []
    problem = assert_problem(town.get("/api/collections/camera/diff?from=1"), 404, "version_unknown")
    assert "-" in problem["expected"]


def open_as(town: Town, visibility: str) -> None:
    with transaction(town.engine) as connection:
        put = "INSERT INTO gis.layer_setting (layer, visibility) VALUES ('wifi', :given)"
        connection.execute(
            text(f"{put} ON CONFLICT (layer) DO UPDATE SET visibility = excluded.visibility"),
            {"given": visibility},
        )


@pytest.fixture
def opened(town: Town, two: tuple[int, int]) -> Iterator[tuple[int, int, int]]:
    """Give three versions of the Wi-Fi points: before they were opened, of then, and after."""
    open_as(town, "draft")
    open_as(town, "public")
    yield (*two, town.write("wifi", "UPDATE layer.wifi SET name = 'Sau'"))
    with transaction(town.engine) as connection:
        connection.execute(text("DELETE FROM gis.layer_setting"))
        connection.execute(text("DELETE FROM gis.layer_visibility"))


def test_what_was_written_before_a_layer_was_opened_stays_closed(
    town: Town, opened: tuple[int, int, int]
) -> None:
    draft, first, last = opened
    begun = quote(town.get(f"{WIFI}/versions/{draft}", "gis_staff").get_json()["committed_at"])
    for path in (
        f"versions/{draft}",
        f"items?version={draft}",
        f"items/1?version={draft}",
        f"items?datetime={begun}",
        "items?datetime=2020-01-01T00:00:00Z",
        f"diff?from={draft}",
        f"diff?from={last}&to={draft}",
    ):
        for role in (None, "viewer"):
            problem = assert_problem(town.get(f"{WIFI}/{path}", role), 403, "version_closed")
            assert str(first) in problem["expected"]
        assert town.get(f"{WIFI}/{path}", "gis_staff").status_code == 200
    assert_problem(town.get(f"{WIFI}/items?version=999999"), 404, "version_unknown")
    listed = town.get(f"{WIFI}/versions?limit=2").get_json()
    assert [entry["id"] for entry in listed["items"]] == [last, first]
    assert "next" not in listed
    assert len(town.get(f"{WIFI}/versions", "gis_staff").get_json()["items"]) == 3
    for path in (f"items?version={first}", f"diff?from={first}", f"versions/{first}", "items"):
        assert town.get(f"{WIFI}/{path}").status_code == 200
