"""Many writers by every way at once; then history is replayed from nothing."""

import random
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import transaction
from gis_service.db.history_check import check
from gis_service.errors import Conflict, ErrorCode
from gis_service.services.ingest import LoadOptions, load_file
from tests.small_city import places
from tests.web.version_town import WIFI, Town

State = dict[int, Any]

SCRIPTS = (
    """INSERT INTO layer.wifi (geom, code, name)
       SELECT ST_Point(106.3, 20.4, 4326), 's{0}_' || i, 'psql' FROM generate_series(1, 5) AS i""",
    "UPDATE layer.wifi SET name = 's{0}' WHERE fid % 2 = 0; UPDATE layer.wifi SET name = name || '!'",
    """BEGIN; INSERT INTO layer.wifi (geom, code, name) VALUES (ST_Point(106, 20, 4326), 'r{0}', 'gone');
       TRUNCATE layer.wifi; ROLLBACK""",
    """BEGIN; SELECT count(*) FROM layer.wifi; SELECT pg_sleep(0.1);
       UPDATE layer.wifi SET name = 'l{0}'; DELETE FROM layer.wifi WHERE fid % 3 = 0; COMMIT""",
    "TRUNCATE layer.wifi",
)
LOADED = (3, 30)


def _items(town: Town, version: int | None = None) -> State:
    asked = "" if version is None else f"&version={version}"
    read = town.get(f"{WIFI}/items?limit=10000{asked}").get_json(force=True)
    return {one["id"]: (one["geometry"], one["properties"]) for one in read["features"]}


def _when_free(call: Callable[[], TestResponse]) -> TestResponse:
    """Ask again while somebody else holds the layer, as the refusal says."""
    answer = call()
    return _when_free(call) if answer.status_code == 409 and "layer_busy" in answer.text else answer


class Editor:
    """Somebody who edits single features over the API, and keeps what was acknowledged."""

    def __init__(self, town: Town, seed: int) -> None:
        self.client: FlaskClient = town.client.application.test_client()
        self.client.environ_base["HTTP_AUTHORIZATION"] = town.bearer("gis_staff")["Authorization"]
        self.name = f"e{seed}"
        self.dice = random.Random(seed)  # noqa: S311  reproducible, no secret
        self.done: list[tuple[int, int, str]] = []

    def edit(self) -> None:
        for number in range(12):
            there = self.client.get(f"{WIFI}/items?limit=10000").get_json(force=True)["features"]
            if number % 3 == 0 or not there:
                self._create(number)
            else:
                self._change(self.dice.choice(there)["id"], number)

    def _create(self, number: int) -> None:
        point = {"type": "Point", "coordinates": [106.3, 20.4]}
        properties = {"code": f"{self.name}_{number}", "name": self.name}
        feature = {"type": "Feature", "geometry": point, "properties": properties}
        made = _when_free(lambda: self.client.post(f"{WIFI}/items", json=feature))
        assert made.status_code == 201, made.text
        self._keep(made.headers, int(made.headers["Location"].rsplit("/", 1)[1]), "insert")

    def _change(self, fid: int, number: int) -> None:
        place = f"{WIFI}/items/{fid}"
        seen = self.client.get(place)
        if seen.status_code == 404:
            return
        match = {"If-Match": seen.headers["ETag"]}
        op = "update" if number % 3 == 1 else "delete"
        body = {"properties": {"name": f"{self.name} {number}"}} if op == "update" else None
        write = self.client.patch if op == "update" else self.client.delete
        answer = _when_free(lambda: write(place, json=body, headers=match))
        assert answer.status_code in {200, 204, 404, 412}, answer.text
        if answer.status_code in {200, 204}:
            self._keep(answer.headers, fid, op)

    def _keep(self, headers: Headers, fid: int, op: str) -> None:
        self.done.append((int(headers["Layer-Version"]), fid, op))


def _scripts(town: Town, seed: int) -> int:
    """Write by psql, and count the scripts that ended well."""
    dice = random.Random(seed)  # noqa: S311  reproducible, no secret
    url = town.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    ended = 0
    for number in range(6):
        script = dice.choice(SCRIPTS).format(f"{seed}{number}")
        done = subprocess.run(
            ["psql", "-qX", "-v", "ON_ERROR_STOP=1", url, "-c", script],
            capture_output=True,
            text=True,
            check=False,
        )
        # Who empties the table waits for readers; a reader who comes to write waits for them.
        assert done.returncode == 0 or "deadlock" in done.stderr, done.stderr
        ended += done.returncode == 0
    return ended


def _loads(town: Town, catalogue: Catalogue, folder: Path) -> None:
    for count in LOADED:
        columns = {"code": [f"f{number}" for number in range(count)], "name": ["file"] * count}
        file = folder / f"{count}.gpkg"
        gpd.GeoDataFrame(columns, geometry=shapely.points(places(count)), crs="EPSG:4326").to_file(file)
        while not _loaded(town, catalogue, file):
            pass


def _loaded(town: Town, catalogue: Catalogue, file: Path) -> bool:
    """Load a file, unless somebody has written to the layer since the load began, or holds it."""
    try:
        with transaction(town.engine) as connection:
            load_file(
                connection, catalogue, file, "wifi", author="loader", options=LoadOptions(confirm_fewer=True)
            )
    except Conflict as error:
        # Whoever empties the table and whoever loads may wait for each other: one gives way, and comes again.
        if error.code in {ErrorCode.BASE_VERSION_CHANGED, ErrorCode.LAYER_BUSY}:
            return False
        raise
    return True


def _versions(town: Town) -> list[dict[str, Any]]:
    """Give the versions, the oldest first."""
    address: str | None = f"{WIFI}/versions?limit=1000"
    found: list[dict[str, Any]] = []
    while address is not None:
        page = town.get(address, "admin").get_json(force=True)
        found += page["items"]
        address = page.get("next")
    return found[::-1]


def _differences(town: Town, old: int, new: int) -> list[dict[str, Any]]:
    answer = town.get(f"{WIFI}/diff?from={old}&to={new}&limit=10000").get_json(force=True)
    features: list[dict[str, Any]] = answer["features"]
    return features


def _apply(state: State, differences: list[dict[str, Any]]) -> None:
    for one in differences:
        if one["properties"]["op"] == "delete":
            del state[one["id"]]
        else:
            assert (one["id"] in state) == (one["properties"]["op"] == "update")
            state[one["id"]] = (one["geometry"], one["properties"]["after"])


def test_history_replayed_from_nothing_gives_every_version_and_holds_every_acknowledged_write(
    town: Town, catalogue: Catalogue, tmp_path: Path
) -> None:
    empty = town.write("wifi", "SELECT 1")
    editors = [Editor(town, seed) for seed in range(3)]
    work: list[Callable[[], object]] = [editor.edit for editor in editors]
    work += [lambda: _scripts(town, 1), lambda: _scripts(town, 2), lambda: _loads(town, catalogue, tmp_path)]
    with ThreadPoolExecutor(len(work)) as pool:
        for ended in [pool.submit(each) for each in work]:
            ended.result()
    versions = _versions(town)
    assert [one["committed_at"] for one in versions] == sorted(one["committed_at"] for one in versions)
    state: State = {}
    ops: dict[int, set[tuple[int, str]]] = {}
    for before, one in zip([empty, *(entry["id"] for entry in versions)], versions, strict=False):
        differences = _differences(town, before, one["id"])
        ops[one["id"]] = {(each["id"], each["properties"]["op"]) for each in differences}
        _apply(state, differences)
        assert state == _items(town, one["id"])
    assert state == _items(town)
    acknowledged = [each for editor in editors for each in editor.done]
    assert len(acknowledged) == len({version for version, _, _ in acknowledged}) > len(editors)
    for version, fid, op in acknowledged:
        assert ops[version] == {(fid, op)}
    authors = [one["author"] for one in versions]
    assert authors.count("a gis_staff") == len(acknowledged)
    assert authors.count("loader") == len(LOADED)
    with transaction(town.engine) as connection:
        assert list(check(connection)) == []
        assert connection.execute(text("SELECT count(*) FROM layer.wifi")).scalar_one() == len(state)
