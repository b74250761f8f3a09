"""Small pictures of layers over HTTP."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from rasterio.io import MemoryFile
from rasterio.windows import Window

from tests.web.problem import assert_problem

Bearer = Callable[[str | None], dict[str, str]]
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


def path(layer: str) -> str:
    return f"/api/collections/{layer}/thumbnail"


def size_of(png: bytes) -> tuple[str, int, int, int]:
    with MemoryFile(png) as memory, memory.open() as file:
        file.read(window=Window(0, 0, 1, 1))
        return file.driver, file.width, file.height, file.count


@pytest.mark.parametrize("layer", ["commune", "one_stop_office", "market"])
def test_a_layer_has_a_small_picture_even_while_it_is_empty(client: FlaskClient, layer: str) -> None:
    answer = client.get(path(layer))
    assert answer.status_code == 200
    assert answer.content_type == "image/png"
    assert size_of(answer.data) == ("PNG", 320, 200, 3)


def test_whoever_has_the_picture_of_this_version_is_not_sent_it_again(client: FlaskClient) -> None:
    first = client.get(path("commune"))
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get(path("commune"), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_another_version_has_another_picture(client: FlaskClient, bearer: Bearer) -> None:
    before = client.get(path("bus_stop"))
    point = {"type": "Point", "coordinates": [106.35, 20.45]}
    stop = {"type": "Feature", "geometry": point, "properties": {"code": "b1", "name": "Bến"}}
    items = "/api/collections/bus_stop/items"
    made = client.post(items, json=stop, headers=bearer("gis_staff"))
    after = client.get(path("bus_stop"))
    gone = client.delete(
        f"{items}/{made.get_json(force=True)['id']}", headers={**bearer("gis_staff"), "If-Match": "*"}
    )
    assert gone.status_code == 204
    assert before.headers["ETag"] != after.headers["ETag"]
    assert before.data != after.data


def test_figures_without_a_place_have_no_picture(client: FlaskClient) -> None:
    assert_problem(client.get(path("commune_2019")), 404, "layer_without_geometry")


@pytest.mark.parametrize(
    ("layer", "role", "status"),
    [
        ("residents", None, 401),
        ("residents", "gis_staff", 403),
        ("residents", "planner", 200),
        ("pipe_draft", "viewer", 403),
        ("pipe_internal", "viewer", 200),
    ],
)
def test_a_picture_is_for_those_who_may_read_the_layer_and_kept_by_nobody_else(
    client: FlaskClient, bearer: Bearer, layer: str, role: str | None, status: int
) -> None:
    answer = client.get(path(layer), headers=bearer(role))
    assert answer.status_code == status
    assert "public" not in answer.headers["Cache-Control"]
