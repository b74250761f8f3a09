"""The parts of the question about tiles that can go wrong: what is asked, and how it is counted."""

import http.server
import importlib
import sys
import threading
from collections.abc import Iterator
from types import ModuleType

import numpy as np
import pytest
import shapely

from gis_service.settings import ROOT

WRK = """Running 5s test @ http://127.0.0.1:8000/
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.50ms    7.19ms  52.93ms   95.24%
    Req/Sec    25.21k     1.70k   27.27k    78.00%
  Latency Distribution
     50%  250.00us
     99%   42.01ms
  100000 requests in 5.01s, 1.95GB read
Requests/sec:  19960.08
"""


@pytest.fixture(scope="module")
def programs() -> Iterator[dict[str, ModuleType]]:
    """Import the programs as they import each other."""
    folder = str(ROOT / "scripts" / "benchmarks")
    sys.path.insert(0, folder)
    yield {name: importlib.import_module(name) for name in ("tile_city", "tile_load", "tile_servers")}
    sys.path.remove(folder)


@pytest.fixture
def address() -> Iterator[str]:
    """Give the address of a server that knows one tile."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/tile" else 500)
            self.send_header("Content-Length", "2000")
            self.end_headers()
            self.wfile.write(b"x" * 2000)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_every_path_is_asked_for_once(programs: dict[str, ModuleType], address: str) -> None:
    answers = programs["tile_load"].once_each(address, ["/tile"] * 7, 3)
    assert (answers.count, answers.mean_kb, answers.most_kb) == (7, 2.0, 2.0)
    assert 0 < answers.mean_ms <= answers.p99_ms <= answers.seconds * 1e3


def test_an_error_is_no_tile(programs: dict[str, ModuleType], address: str) -> None:
    with pytest.raises(SystemExit, match="/wrong: 500"):
        programs["tile_load"].once_each(address, ["/wrong"], 1)


def test_what_wrk_prints_is_read(programs: dict[str, ModuleType]) -> None:
    answers = programs["tile_load"].read_wrk(WRK)
    assert (answers.count, answers.seconds, answers.mean_ms, answers.p99_ms) == (100_000, 5.01, 1.5, 42.01)
    assert answers.mean_kb == pytest.approx(20.9, abs=0.1)
    for bad in ("  Non-2xx or 3xx responses: 5", "  Socket errors: connect 0, read 3, write 0, timeout 0"):
        with pytest.raises(SystemExit, match=bad.strip()):
            programs["tile_load"].read_wrk(f"{WRK}{bad}\n")


def test_the_city_is_as_it_is_told(programs: dict[str, ModuleType]) -> None:
    city, draw = programs["tile_city"], np.random.default_rng(1)
    for shapes in (city.l_shapes(draw, 50), city.outlines(draw, 3)):
        assert shapely.is_valid(shapes).all()
        assert set(shapely.get_type_id(shapes)) == {shapely.GeometryType.MULTIPOLYGON}
    assert shapely.get_num_coordinates(city.outlines(draw, 1))[0] == city.CORNERS + 1
    tiles = city.tiles_of(range(9, 17))
    assert len(set(tiles)) == len(tiles)
    assert (12, *city.tile_of(city.LONGITUDE, city.LATITUDE, 12)) in tiles


def test_each_peer_is_told_of_both_layers(programs: dict[str, ModuleType], tmp_path: object) -> None:
    servers, city = programs["tile_servers"], programs["tile_city"]
    ground = servers.Ground(tmp_path, "postgresql://a:b@127.0.0.1:5432/gis", 1)
    for name, peer in servers.PEERS.items():
        command, environment = peer.command("/there", ground, 8123)
        told = " ".join([*command, *environment.values()])
        if name in {"martin", "tegola"}:
            told += (ground.folder / command[-1 if name == "martin" else -2]).read_text()
            assert city.BUILDINGS in told
            assert city.AREAS in told
        assert "/there" in told
