"""Results of kept studies as tiles: they are the study as its reader may see it, and they never change."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis_service.db.engine import open_engine, transaction
from gis_service.services import audit
from gis_service.services.audit import AuditFilter
from gis_service.services.tile_grid import tile_of
from gis_service.services.transactions import reading
from gis_service.web import current
from tests.live_town import degrees
from tests.web.live_answers import ASKED, EXACT, PUBLIC, bearer, found, made, tokens_of
from tests.web.problem import assert_problem

INPUTS = {"standard": "one_stop_office_motorbike_10min", "at": "2026-03-03T10:00"}
BUDGET = "gis_service.services.result_levels.BUDGET"
SHORT = 120
"""Seconds: some homes are beyond them, and some cells hold fewer than ten people."""


def kept(
    client: FlaskClient, headers: dict[str, str], process: str = "coverage", **more: object
) -> dict[str, Any]:
    response = client.post(
        f"/api/processes/{process}/execution", json={"inputs": INPUTS | more}, headers=headers
    )
    assert response.status_code == 200, response.get_data(as_text=True)
    document: dict[str, Any] = response.get_json()
    return document


@pytest.fixture(scope="module")
def study(town_app: Flask, tokens: dict[str, str]) -> dict[str, Any]:
    """Give a kept study as it is."""
    return kept(town_app.test_client(), bearer(tokens, "planner"), limit=SHORT)


def tilejson(
    client: FlaskClient, study: dict[str, Any], kind: str, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    return found(client, f"/api/studies/{study['id']}/tiles/{kind}/WebMercatorQuad?f=tilejson", headers)


def address(told: dict[str, Any], z: int, x: int, y: int) -> str:
    template = str(told["tiles"][0]).removeprefix("http://localhost")
    return template.replace("{z}", str(z)).replace("{y}", str(y)).replace("{x}", str(x))


def features(
    client: FlaskClient, told: dict[str, Any], z: int, headers: dict[str, str] | None = None
) -> dict[int, dict[str, Any]]:
    """Give the attributes of all features in the tiles of a zoom, by their numbers."""
    west, south, east, north = told["bounds"]
    (left, top), (right, bottom) = tile_of(west, north, z), tile_of(east, south, z)
    seen: dict[int, dict[str, Any]] = {}
    for x in range(left, right + 1):
        for y in range(top, bottom + 1):
            response = client.get(address(told, z, x, y), headers=headers)
            if response.status_code == 204:
                continue
            assert response.status_code == 200, response.get_data(as_text=True)
            (layer,) = mapbox_vector_tile.decode(response.get_data()).values()
            for feature in layer["features"]:
                assert seen.setdefault(feature["id"], feature["properties"]) == feature["properties"]
    return seen


def known(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value is not None}


@pytest.mark.parametrize("role", [*PUBLIC, *EXACT])
def test_cells_of_people_are_those_that_this_reader_is_told(
    town: FlaskClient, tokens: dict[str, str], study: dict[str, Any], role: str | None
) -> None:
    headers = bearer(tokens, role)
    live = found(town, f"/api/coverage/cells?{ASKED}&limit={SHORT}", headers)
    told = tilejson(town, study, "uncovered", headers)
    expected = {one["id"]: known(one["properties"]) for one in live["features"]}
    for z in (told["minzoom"], told["maxzoom"]):
        cells = features(town, told, z, headers).values()
        assert {one["id"]: one for one in cells} == expected
        assert sum(one.get("people", 0) for one in cells) == live["shown"]
    document = found(town, f"/api/studies/{study['id']}", headers)
    assert document["totals"]["all"]["uncovered"] == live["uncovered"]
    if role in EXACT:
        assert live["shown"] == study["totals"]["all"]["uncovered"]
    else:
        assert any(one["small"] for one in expected.values())
        assert all(one["people"] >= 10 for one in expected.values() if not one["small"])
    people = [one["people"] for one in expected.values() if "people" in one]
    assert told["legend"] == {"field": "people", "unit": "people", "least": min(people), "most": max(people)}
    assert (told["cell_m"], told["generated_data"], told["study"]) == (250, True, study["id"])


def test_edges_are_the_catchment_with_the_ends_where_they_are(
    town: FlaskClient, study: dict[str, Any]
) -> None:
    drawn = found(town, f"/api/catchment?{ASKED}&limit={SHORT}&shapes=edges")["shapes"]["edges"]["features"]
    told = tilejson(town, study, "edges")
    assert told["vector_layers"][0]["fields"] == {
        "start_s": "Number",
        "end_s": "Number",
        "facility": "String",
    }
    by_number = features(town, told, 16)
    expected = [{k: v for k, v in one["properties"].items() if k != "limit"} for one in drawn]
    assert by_number == {number: expected[number - 1] for number in by_number}
    # What is shorter than a tile can tell, a quarter of a metre, is in none.
    left_out = [one for number, one in enumerate(expected, 1) if number not in by_number]
    assert all(abs(one["start_s"] - one["end_s"]) < 0.05 for one in left_out)
    assert len(left_out) < len(by_number)
    z, side = 12, 1 << 12
    x, y = tile_of(*degrees(100), z)
    (layer,) = mapbox_vector_tile.decode(town.get(address(told, z, x, y)).get_data()).values()
    for feature in layer["features"]:
        lon, lat = np.array(drawn[feature["id"] - 1]["geometry"]["coordinates"])[[0, -1]].T
        across = (lon + 180) / 360 * side - x
        up = 1 + y - (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * side
        ends = np.array(feature["geometry"]["coordinates"])[[0, -1]]
        assert np.abs(np.column_stack([across, up]) * 4096 - ends).max() <= 1


def test_the_surface_is_told_by_the_squares_that_people_are_summed_in(
    town: FlaskClient, tokens: dict[str, str], study: dict[str, Any]
) -> None:
    path = f"/api/catchment?{ASKED}&limit={SHORT}&shapes=surface&step_m=250&grid=square"
    squares = [one["properties"] for one in found(town, path)["shapes"]["surface"]["features"]]
    told = tilejson(town, study, "surface")
    seen = features(town, told, told["minzoom"])
    costs = [one["cost_s"] for one in squares if one["cost_s"] is not None]
    for number, one in enumerate(squares, 1):
        within = one["cost_s"] is not None and one["cost_s"] <= SHORT
        assert seen[number] == known(one) | {"within": within}
    assert len(seen) == len(squares)
    assert told["legend"] == {"field": "cost_s", "unit": "s", "least": min(costs), "most": max(costs)}
    exact = tilejson(town, study, "uncovered", bearer(tokens, "planner"))
    cells = features(town, exact, exact["minzoom"], bearer(tokens, "planner")).values()
    assert {one["id"] for one in cells} & {one["id"] for one in squares}


@pytest.fixture
def small_budget(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let tiles hold a few cells, so that a town is as much as a province."""
    monkeypatch.setattr(BUDGET, 400)
    return 400


def test_from_far_away_cells_are_wider_and_sums_and_budget_hold(
    town: FlaskClient, tokens: dict[str, str], small_budget: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = kept(town, bearer(tokens, "planner"), limit=SHORT - 15)
    for role in ("planner", None):
        headers = bearer(tokens, role)
        told = tilejson(town, study, "uncovered", headers)
        sides = [one["cell_m"] for one in told["wider"]]
        assert sides == sorted(set(sides))
        assert sides[0] >= 500
        far, near = (features(town, told, told[end], headers) for end in ("minzoom", "maxzoom"))
        assert not far.keys() & near.keys(), "numbers of cells of one side are of that side alone"
        assert len(far) < len(near)
        for z, cells in ((told["minzoom"], far), (told["maxzoom"], near)):
            people = [one["people"] for one in cells.values() if "people" in one]
            ends = told["legend"] if z == told["maxzoom"] else told["wider"][-1]
            assert (ends["least"], ends["most"]) == (min(people), max(people))
        known_here = [sum(one.get("people", 0) for one in cells.values()) for cells in (far, near)]
        assert known_here[0] == pytest.approx(known_here[1], abs=1e-6)
        for one in far.values():
            column, row, side = map(int, one["id"].split("_"))
            inside = [cell for cell in near.values() if in_cell(cell["id"], (column, row), side // 250)]
            assert one["small"] == any(cell["small"] for cell in inside)
            assert one.get("people", 0) == pytest.approx(sum(cell.get("people", 0) for cell in inside))
    surface = tilejson(town, study, "surface")
    far, near = (features(town, surface, surface[end]) for end in ("minzoom", "maxzoom"))
    assert sum(one["cells"] for one in far.values()) == len(near)
    assert sum(one["cells_within"] for one in far.values()) == sum(one["within"] for one in near.values())
    assert {"cells", "cells_within"} <= surface["vector_layers"][0]["fields"].keys()
    # Names of attributes, which weigh nothing beside thousands of features, come on top.
    assert max(sizes(town, surface, surface["minzoom"])) <= small_budget + 300
    monkeypatch.setattr(BUDGET, 60)
    edges = tilejson(town, study, "edges")
    assert edges["minzoom"] > 12, "roads are not summed up: they begin further in"
    x, y = tile_of(*degrees(100), 12)
    assert_problem(town.get(address(edges, 12, x, y)), 404, "tile_outside_zooms")


def in_cell(name: str, corner: tuple[int, int], times: int) -> bool:
    column, row = map(int, name.split("_"))
    return (column // times, row // times) == corner


def sizes(client: FlaskClient, told: dict[str, Any], z: int) -> list[int]:
    """Give the bytes of all tiles of a zoom."""
    west, south, east, north = told["bounds"]
    (left, top), (right, bottom) = tile_of(west, north, z), tile_of(east, south, z)
    places = [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]
    return [len(client.get(address(told, z, x, y)).get_data()) for x, y in places]


def test_a_tile_with_its_mark_is_kept_for_ever_and_each_kind_of_reader_has_a_mark(
    town: FlaskClient, tokens: dict[str, str], study: dict[str, Any]
) -> None:
    planner, viewer = bearer(tokens, "planner"), bearer(tokens, "viewer")
    x, y = tile_of(*degrees(2600), 12)
    told = {
        role: tilejson(town, study, "uncovered", bearer(tokens, role)) for role in (None, *PUBLIC, *EXACT)
    }
    assert {told[role]["mark"] for role in PUBLIC} == {told[None]["mark"]}
    assert {told[role]["mark"] for role in EXACT} == {told["planner"]["mark"]} != {told[None]["mark"]}
    paths = {role: address(told[role], 12, x, y) for role in (None, "planner")}
    for path, headers, kept_for in (
        (paths[None], {}, "public, max-age=31536000, immutable"),
        (paths[None], viewer, "private, max-age=31536000, immutable"),
        (paths["planner"], planner, "private, max-age=31536000, immutable"),
        (paths[None].split("?")[0], {}, "no-cache"),
        (paths["planner"].split("?")[0] + "?f=mvt", planner, "private, no-cache"),
    ):
        response = town.get(path, headers=headers)
        assert (response.status_code, response.headers["Cache-Control"]) == (200, kept_for)
        again = town.get(path, headers=headers | {"If-None-Match": response.headers["ETag"]})
        assert (again.status_code, again.get_data()) == (304, b"")
    for path, headers in ((paths["planner"], {}), (paths["planner"], viewer), (paths[None], planner)):
        assert_problem(town.get(path, headers=headers), 404, "study_tiles_changed")


def test_who_reads_small_counts_is_noted_and_who_looks_at_roads_is_not(
    town: FlaskClient, town_app: Flask, tokens: dict[str, str], study: dict[str, Any]
) -> None:
    planner, (x, y) = bearer(tokens, "planner"), tile_of(*degrees(2600), 12)
    path = f"/api/studies/{study['id']}/tiles/{{}}/WebMercatorQuad/12/{y}/{x}"

    def noted() -> str:
        with town_app.app_context(), reading(current.context()) as connection:
            return audit.list_(connection, AuditFilter(action="personal.read"), limit=1).items[0].object

    assert town.get(path.format("uncovered"), headers=planner).status_code == 200
    assert noted() == path.format("uncovered")
    for kind in ("edges", "surface"):
        assert town.get(path.format(kind), headers=planner).status_code == 200
    assert noted() == path.format("uncovered")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("homes/WebMercatorQuad/12/0/0", "study_tiles_kind"),
        ("homes/WebMercatorQuad", "study_tiles_kind"),
        ("edges/WorldCRS84Quad/12/0/0", "tile_matrix_set_not_found"),
        ("edges/WebMercatorQuad/3/0/0", "tile_outside_zooms"),
        ("edges/WebMercatorQuad/17/0/0", "tile_outside_zooms"),
        ("edges/WebMercatorQuad/10/0/1024", "tile_outside_matrix"),
        ("edges/WebMercatorQuad/10/0/0?mark=0", "study_tiles_changed"),
    ],
)
def test_what_is_not_there_is_said(town: FlaskClient, study: dict[str, Any], path: str, code: str) -> None:
    assert_problem(town.get(f"/api/studies/{study['id']}/tiles/{path}"), 404, code)


def test_a_tile_in_which_nothing_lies_has_no_content(town: FlaskClient, study: dict[str, Any]) -> None:
    for kind in ("edges", "surface", "uncovered"):
        response = town.get(address(tilejson(town, study, kind), 12, 0, 0))
        assert (response.status_code, response.get_data()) == (204, b"")


@pytest.mark.parametrize(
    ("process", "inputs", "kinds"),
    [
        ("gaps", {}, ["surface", "edges", "uncovered"]),
        ("coverage", {"measure": "straight_radius", "limit": 1000}, ["surface", "uncovered"]),
        ("coverage", {"catchment": "own_unit"}, ["uncovered"]),
        ("catchment", {}, []),
    ],
    ids=str,
)
def test_each_study_lists_the_kinds_that_it_has(
    town: FlaskClient, tokens: dict[str, str], process: str, inputs: dict[str, Any], kinds: list[str]
) -> None:
    one = kept(town, bearer(tokens, "planner"), process, **inputs)
    listed = found(town, f"/api/studies/{one['id']}/tiles")["tilesets"]
    own = [next(link["href"] for link in entry["links"] if link["rel"] == "self") for entry in listed]
    assert [href.split("/")[-2] for href in own] == kinds
    for href in own:
        document = found(town, href.removeprefix("http://localhost"))
        assert document["layers"][0]["id"] == href.split("/")[-2]


def test_a_limit_between_two_steps_has_no_cells_for_everybody(
    town: FlaskClient, tokens: dict[str, str]
) -> None:
    planner = bearer(tokens, "planner")
    one = kept(town, planner, limit=SHORT + 1)
    path = f"/api/studies/{one['id']}/tiles/uncovered/WebMercatorQuad"
    assert_problem(town.get(path), 422, "limit_off_step")
    assert found(town, path, planner)["layers"][0]["id"] == "uncovered"


def test_tiles_stay_when_the_data_change_and_close_with_their_layers(
    make_town_database: Callable[[str], str], tmp_path: Path
) -> None:
    url = make_town_database("live_town")
    own = tokens_of(url)
    paths: list[str] = []
    before: list[bytes] = []
    one: dict[str, Any] = {}
    engine = open_engine(url)
    for folder, change in (
        ("a", "UPDATE layer.residents SET people = people + 100"),
        ("b", "INSERT INTO gis.layer_setting (layer, visibility) VALUES ('one_stop_office', 'internal')"),
    ):
        for app in made(url, tmp_path / folder):
            client = app.test_client()
            one = one or kept(client, bearer(own, "planner"), limit=SHORT)
            told = [tilejson(client, one, kind) for kind in ("surface", "edges", "uncovered")]
            paths += [address(each, 12, *tile_of(*degrees(2600), 12)) for each in told]
            before += [client.get(path).get_data() for path in paths[-3:]]
            with transaction(engine) as connection:
                connection.exec_driver_sql(change)
    assert (paths[3:], before[3:]) == (paths[:3], before[:3])
    for app in made(url, tmp_path / "c"):
        for path in paths[:3]:
            assert_problem(app.test_client().get(path), 401, "token_missing")
            assert app.test_client().get(path, headers=bearer(own, "viewer")).status_code == 200
    engine.dispose()


def test_only_what_has_to_be_computed_is_counted(
    town_url: str, study: dict[str, Any], tmp_path: Path
) -> None:
    for app in made(town_url, tmp_path, 1):
        client, path = app.test_client(), f"/api/studies/{study['id']}/tiles/{{}}/WebMercatorQuad/12/0/0"
        assert [client.get(path.format("edges")).status_code for _ in range(3)] == [204] * 3
        assert_problem(client.get(path.format("surface")), 429, "too_many_requests")
