"""The gate gives pictures of rasters as Flask does: to whom they are open, and only of the newest version."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.user_layer import body_of
from gis_service.services import user_layers
from gis_service.services.accounts import OPERATOR, Role, make_token
from gis_service.services.transactions import writing
from tests.web import drawn_town
from tests.web.drawn_town import BANDS, TILE
from tests.web.gate_town import Town, serving, until_it_is_old
from tests.web.made_layers import wells
from tests.web.test_tile_gate import CHANGING

LAYERS = {"height": "public", "inner": "internal", "homes_grid": "personal"}
FAR = "14/0/0"
WEBP = {"Accept": "image/webp"}


@pytest.fixture(scope="module")
def town(
    make_database: Callable[[], str],
    catalogue: Catalogue,
    city: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Town]:
    with serving(make_database, catalogue, city, tmp_path_factory.mktemp("var")) as made:
        context = made.app.extensions["gis"]
        with writing(context) as connection:
            for name, visibility in LAYERS.items():
                told = wells(name, geometry="Raster", key=None, fields=[], bands=BANDS, visibility=visibility)
                user_layers.create(connection, context.catalogue, body_of(told), caller=OPERATOR)
        for name in LAYERS:
            load(made, name)
        yield made


def load(town: Town, layer: str, shift: float = 0.0) -> int:
    return drawn_town.Town(
        town.app, town.client, {}, Path(town.app.extensions["gis"].settings.data_dir)
    ).load(layer, shift)


def path(layer: str, tile: str = TILE) -> str:
    return f"/api/collections/{layer}/map/tiles/WebMercatorQuad/{tile}"


def shows(town: Town, role: Role) -> dict[str, str]:
    with town.writing() as connection:
        return {"Authorization": f"Bearer {make_token(connection, role, role)}"}


@pytest.mark.parametrize("accept", [{}, WEBP, {"Accept": "image/avif,image/webp,*/*;q=0.8"}])
@pytest.mark.parametrize("role", [None, Role.VIEWER])
def test_the_gate_answers_as_flask_does(town: Town, accept: dict[str, str], role: Role | None) -> None:
    asked = accept | ({} if role is None else shows(town, role))
    layer = "height" if role is None else "inner"
    for tile in (TILE, "15/14463/26071", FAR):
        address = path(layer, tile)
        # A parameter that says what is so anyhow keeps the gate out.
        by_flask = town.client.get(f"{address}?f={'webp' if accept else 'png'}", headers=asked)
        if tile == TILE:
            town.client.get(address, headers=asked)
        by_gate = town.by_gate(partial(town.client.get, address, headers=asked))
        assert (by_gate.status_code, by_gate.data) == (by_flask.status_code, by_flask.data)
        if tile == FAR:
            assert by_gate.status_code == 204
            continue
        told = [
            {name: frozenset(value.split(", ")) for name, value in one.headers if name not in CHANGING}
            for one in (by_flask, by_gate)
        ]
        assert told[1] == told[0]
        known = asked | {"If-None-Match": by_gate.headers["ETag"]}
        again = town.by_gate(partial(town.client.get, address, headers=known))
        assert (again.status_code, again.data) == (304, b"")


def test_another_version_is_given_as_soon_as_the_gate_knows_of_it(town: Town) -> None:
    address = path("height")
    town.client.get(address)
    town.by_gate(lambda: town.client.get(address))
    version = load(town, "height", shift=100.0)
    until_it_is_old()
    asked = town.flask_asked
    after = town.client.get(address)
    assert town.flask_asked == asked + 1
    assert after.headers["Layer-Version"] == str(version)
    again = town.by_gate(lambda: town.client.get(address))
    assert (again.headers["Layer-Version"], again.data) == (str(version), after.data)


def test_what_the_gate_knows_of_a_version_is_not_given_for_the_next(town: Town) -> None:
    address = path("height")
    town.client.get(address)
    town.by_gate(lambda: town.client.get(address))
    version = load(town, "height", shift=200.0)
    town.look()
    asked = town.flask_asked
    assert town.client.get(address).headers["Layer-Version"] == str(version)
    assert town.flask_asked == asked + 1


def test_pictures_are_given_to_their_readers_alone(town: Town) -> None:
    viewer, planner = shows(town, Role.VIEWER), shows(town, Role.PLANNER)
    town.client.get(path("inner"), headers=viewer)
    assert town.by_gate(lambda: town.client.get(path("inner"), headers=viewer)).status_code == 200
    assert town.client.get(path("inner")).status_code == 401
    for _ in range(2):
        # Each look at personal detail is noted, which the gate does not do.
        town.look()
        asked = town.flask_asked
        assert town.client.get(path("homes_grid"), headers=planner).status_code == 200
        assert town.flask_asked == asked + 1
