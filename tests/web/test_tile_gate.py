"""The gate before Flask: it answers as Flask does, only faster, and only what everybody may have."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.rights import put_visibility
from gis_service.errors import ErrorCode, Temporary
from gis_service.services.accounts import Role, make_token
from gis_service.services.tile_cache import TileCache
from gis_service.web import live, tile_gate
from gis_service.web.limits import Allowance
from tests.web.gate_town import EAST, NORTH, Town, serving, tile_path, until_it_is_old

LAYER = "wifi"
TILE = tile_path(LAYER)
NOWHERE = f"/api/collections/{LAYER}/tiles/WebMercatorQuad/12/0/0"
SOME = f"INSERT INTO layer.wifi (geom, code) VALUES (ST_Point({EAST}, {NORTH}, 4326), '{{}}')"  # noqa: S608  ours
MANY = (
    f"INSERT INTO layer.wifi (geom, code) SELECT ST_Point({EAST}, {NORTH}, 4326), 'nhiều ' || number"  # noqa: S608  ours
    " FROM generate_series(1, 100) AS number"
)
CHANGING = {"X-Request-ID", "Date"}


@pytest.fixture
def town(
    make_database: Callable[[], str], catalogue: Catalogue, city: Path, tmp_path: Path
) -> Iterator[Town]:
    with serving(make_database, catalogue, city, tmp_path, LAYER) as made:
        yield made


@pytest.mark.parametrize("path", [TILE, NOWHERE])
@pytest.mark.parametrize("encoding", ["identity", "gzip, br", "gzip;q=0, br"])
def test_the_gate_answers_as_flask_does(town: Town, path: str, encoding: str) -> None:
    town.write(MANY)
    town.look()
    asked = {"Accept-Encoding": encoding}
    by_flask = town.client.get(path, headers=asked)
    town.look()
    by_gate = town.client.get(path, headers=asked)
    assert town.flask_asked == 1
    assert (by_gate.status_code, by_gate.data) == (by_flask.status_code, by_flask.data)
    told = [
        {name: _set(value) for name, value in one.headers.items() if name not in CHANGING}
        for one in (by_flask, by_gate)
    ]
    assert told[1] == told[0]


def _set(value: str) -> frozenset[str]:
    return frozenset(value.split(", "))


def test_who_has_the_tile_is_not_given_it_again(town: Town) -> None:
    tag = town.client.get(TILE).headers["ETag"]
    town.look()
    again = town.client.get(TILE, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, town.flask_asked) == (304, b"", 1)
    assert again.headers["ETag"] == tag
    other = town.client.get(TILE, headers={"If-None-Match": '"other"'})
    assert (other.status_code, town.flask_asked) == (200, 1)


def test_the_other_tiles_of_an_address_are_made_at_the_gate(town: Town) -> None:
    town.client.get(TILE)
    nowhere = town.by_gate(lambda: town.client.get(NOWHERE))
    assert (nowhere.status_code, nowhere.data) == (204, b"")
    other = town.by_gate(lambda: town.client.get(tile_path(LAYER, 13)))
    assert (other.status_code, town.flask_asked) == (200, 1)
    without = town.client.get(tile_path(LAYER, 13), query_string={"f": "mvt"})
    assert (without.data, town.flask_asked) == (other.data, 2)


def test_tiles_with_fields_of_ones_own_are_given_at_the_gate_too(town: Town) -> None:
    plain = town.client.get(TILE).data
    asked = {fields: f"{TILE}?properties={fields}" for fields in ("code", "*", "name%2Ccode")}
    by_flask = {fields: town.client.get(path).data for fields, path in asked.items()}
    assert town.flask_asked == 1 + len(asked)
    assert len({plain, by_flask["code"], by_flask["*"]}) == 3
    for fields, path in asked.items():
        assert town.by_gate(partial(town.client.get, path)).data == by_flask[fields]
    assert town.by_gate(lambda: town.client.get(TILE)).data == plain
    # Another tile is made at the gate with the same fields, and a change is seen there as ever.
    assert town.by_gate(lambda: town.client.get(f"{tile_path(LAYER, 15)}?properties=code")).status_code == 200
    town.write(SOME.format("w3"))
    until_it_is_old()
    assert town.client.get(asked["code"]).data != by_flask["code"]


def test_tiles_with_fields_of_ones_own_are_counted_at_the_gate_too(town: Town) -> None:
    town.app.extensions[live.FILTERED] = Allowance(2)
    asked = f"{TILE}?properties=code"
    assert town.client.get(asked).status_code == 200
    for _ in range(3):
        assert town.by_gate(lambda: town.client.get(asked)).status_code == 200
    other = f"{tile_path(LAYER, 15)}?properties=code"
    assert town.by_gate(lambda: town.client.get(other)).status_code == 200
    town.look()
    refused = town.client.get(f"{tile_path(LAYER, 16)}?properties=code")
    assert (refused.status_code, refused.get_json()["code"]) == (429, "too_many_requests")
    assert town.by_gate(lambda: town.client.get(other)).status_code == 200


def test_no_more_addresses_are_remembered_than_there_is_room_for(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tile_gate, "_MOST_WAYS", 2)
    for fields in ("code", "name", "*", "code,name"):
        town.client.get(f"{TILE}?properties={fields}")
    asked = town.flask_asked
    town.look()
    assert town.client.get(f"{TILE}?properties=code,name").status_code == 200
    assert town.flask_asked == asked
    town.client.get(f"{TILE}?properties=code")
    assert town.flask_asked == asked + 1


def test_what_goes_wrong_at_the_gate_is_told_as_all_errors_are(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.client.get(TILE)
    town.look()
    outside = town.client.get(f"/api/collections/{LAYER}/tiles/WebMercatorQuad/12/0/999999")
    assert (outside.status_code, outside.get_json()["code"]) == (404, "tile_outside_matrix")

    def is_busy(*_: object, **__: object) -> None:
        raise Temporary(ErrorCode.TILES_BUSY, count=8, seconds=2)

    monkeypatch.setattr(TileCache, "give", is_busy)
    town.look()
    busy = town.client.get(tile_path(LAYER, 11))
    assert (busy.status_code, busy.get_json()["code"]) == (503, "tiles_busy")
    assert "Retry-After" in busy.headers


def test_a_change_goes_through_the_gate_within_a_second(town: Town) -> None:
    before = town.client.get(TILE).headers["ETag"]
    town.write(SOME.format("w2"))
    until_it_is_old()
    after = town.client.get(TILE).headers["ETag"]
    assert after != before
    town.look()
    assert town.client.get(TILE).headers["ETag"] == after
    assert town.flask_asked == 2


def test_a_layer_that_is_closed_is_closed_at_the_gate(town: Town) -> None:
    town.client.get(TILE)
    town.look()
    assert town.client.get(TILE).status_code == 200
    assert town.flask_asked == 1
    with town.writing() as connection:
        put_visibility(connection, LAYER, "internal")
        token = make_token(connection, Role.VIEWER, "a viewer")
    until_it_is_old()
    assert town.client.get(TILE).status_code == 401
    known = town.client.get(TILE, headers={"Authorization": f"Bearer {token}"})
    assert (known.status_code, known.headers["Cache-Control"]) == (200, "private, no-cache")
    town.look()
    assert town.client.get(TILE).status_code == 401, "what one who is known was given is nobody else's"


@pytest.mark.parametrize(
    "asked",
    [
        {"headers": {"Authorization": "Bearer nobodys"}},
        {"query_string": {"f": "mvt"}},
        {"method": "HEAD"},
    ],
)
def test_whatever_is_not_plain_is_flasks_to_answer(town: Town, asked: dict[str, Any]) -> None:
    town.client.get(TILE)
    town.look()
    town.client.open(TILE, **asked)
    assert town.flask_asked == 2


def test_whoever_has_a_session_that_does_not_hold_is_flasks_to_answer(town: Town) -> None:
    town.client.get(TILE)
    town.look()
    client = town.client
    client.set_cookie("gis_session", "nobodys")
    assert client.get(TILE).status_code == 200
    assert town.flask_asked == 2
