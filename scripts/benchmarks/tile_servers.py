"""Our own service and the other tile servers, each started on the same database for as long as it is asked.

A peer is the program that ``GIS_BENCH_MARTIN`` and its like name, else the one of its name on the path.
All hold as many connections as ours, draw the same rim around a tile, and leave no rows out.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tile_city as city  # type: ignore[import-not-found]  # beside this program, in a folder that is no package

from gis_service.settings import Settings

sys.path.append(str(Path(__file__).resolve().parent.parent))
import _serve  # type: ignore[import-not-found]  # the way the service is started everywhere

CONNECTIONS = 8
START_S = 60
MOST_ROWS = 10_000_000
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ground:
    """What the servers stand on.

    Parameters
    ----------
    folder
        Of the question.
    url
        Of the database.
    postmaster
        Number of its first process.
    kept_mb
        Memory for the tiles that a peer keeps; 0 lets it keep none.
    """

    folder: Path
    url: str
    postmaster: int
    kept_mb: int = 0


@dataclass(frozen=True, slots=True)
class Server:
    """One server.

    Parameters
    ----------
    address
        Where it listens.
    pid
        Of its first process.
    path
        Gives the path of a layer's tile by zoom, column, row.
    """

    address: str
    pid: int
    path: Callable[[str, tuple[int, int, int]], str]


@dataclass(frozen=True, slots=True)
class Peer:
    """How another tile server is started.

    Parameters
    ----------
    command
        Gives the arguments and the environment for a program, a ground and a port.
    path
        Of a tile, with ``{layer} {z} {x} {y}``.
    first
        Path that is answered as soon as the server is there.
    """

    command: Callable[[str, Ground, int], tuple[list[str], Mapping[str, str]]]
    path: str
    first: str


def _martin(program: str, ground: Ground, port: int) -> tuple[list[str], Mapping[str, str]]:
    file = ground.folder / "martin.yaml"
    tables = "\n".join(
        f"    {layer}: {{schema: layer, table: {layer}, srid: 4326, geometry_column: geom, id_column: fid,"
        f" geometry_type: MULTIPOLYGON, extent: 4096, buffer: 64, properties: {{{_properties()}}}}}"
        for layer in (city.BUILDINGS, city.AREAS)
    )
    file.write_text(
        "postgres:\n"
        f"  connection_string: {ground.url}\n  pool_size: {CONNECTIONS}\n  auto_publish: false\n"
        f"  tables:\n{tables}\n"
    )
    listen = ["--listen-addresses", f"{LOOPBACK}:{port}", "--cache-size", str(ground.kept_mb)]
    return [program, *listen, "--config", str(file)], {}


def _properties() -> str:
    kinds = {"text": "text", "integer": "int8", "number": "float8"}
    return ", ".join(f"{name}: {kinds[kind]}" for name, kind in city.FIELDS.items())


def _tegola(program: str, ground: Ground, port: int) -> tuple[list[str], Mapping[str, str]]:
    columns = ", ".join(city.FIELDS)
    layers = "".join(
        f'[[providers.layers]]\nname = "{layer}"\ngeometry_fieldname = "geom"\nid_fieldname = "fid"\n'  # noqa: S608
        'srid = 3857\ngeometry_type = "multipolygon"\n'
        f'sql = "SELECT ST_AsMVTGeom(ST_Transform(geom, 3857), !BBOX!) AS geom, fid, {columns}'
        f' FROM layer.{layer} WHERE geom && ST_Transform(!BBOX!, 4326)"\n'
        for layer in (city.BUILDINGS, city.AREAS)
    )
    maps = "".join(
        f'[[maps]]\nname = "{layer}"\n[[maps.layers]]\nprovider_layer = "city.{layer}"\nmin_zoom = 0\n'
        for layer in (city.BUILDINGS, city.AREAS)
    )
    file = ground.folder / "tegola.toml"
    file.write_text(
        f'tile_buffer = 64\n[webserver]\nport = "{LOOPBACK}:{port}"\n[[providers]]\nname = "city"\n'
        f'type = "mvt_postgis"\nuri = "{ground.url}?sslmode=disable"\nmax_connections = {CONNECTIONS}\n'
        f"{layers}{maps}"
    )
    return [program, "serve", "--config", str(file), "--no-cache"], {}


def _pg_tileserv(program: str, ground: Ground, port: int) -> tuple[list[str], Mapping[str, str]]:
    file = ground.folder / "pg_tileserv.toml"
    file.write_text(
        f'DbConnection = "{ground.url}"\nHttpHost = "{LOOPBACK}"\nHttpPort = {port}\n'
        f"DbPoolMaxConns = {CONNECTIONS}\nDefaultBuffer = 64\nMaxFeaturesPerTile = {MOST_ROWS}\n"
    )
    return [program, "--config", str(file)], {}


def _tipg(program: str, ground: Ground, port: int) -> tuple[list[str], Mapping[str, str]]:
    command = [program, "tipg.main:app", "--host", LOOPBACK, "--port", str(port), "--log-level", "warning"]
    return command, {
        "DATABASE_URL": ground.url,
        "DB_MAX_CONN_SIZE": str(CONNECTIONS),
        "TIPG_DB_SCHEMAS": '["layer"]',
        "TIPG_TILE_BUFFER": "64",
        "TIPG_MAX_FEATURES_PER_TILE": str(MOST_ROWS),
    }


PEERS = {
    "martin": Peer(_martin, "/{layer}/{z}/{x}/{y}", "/health"),
    "tegola": Peer(_tegola, "/maps/{layer}/{z}/{x}/{y}", "/capabilities"),
    "pg_tileserv": Peer(_pg_tileserv, "/layer.{layer}/{z}/{x}/{y}.pbf", "/index.json"),
    # The program is the uvicorn of an environment that has tipg.
    "tipg": Peer(_tipg, "/collections/layer.{layer}/tiles/WebMercatorQuad/{z}/{x}/{y}", "/healthz"),
}


@contextmanager
def ours(ground: Ground) -> Iterator[Server]:
    """Serve as scripts/run does, with no tile kept from before."""
    port = _free_port()
    settings = Settings(data_dir=ground.folder / f"var-{port}", port=port)
    environment = {
        "GIS_DATA_DIR": str(settings.data_dir),
        "GIS_DATABASE_URL": ground.url,
        "GIS_LAYERS_DIR": str(ground.folder / "layers"),
        "GIS_PORT": str(port),
        # Tiles with fields of one's own that have to be made are counted by address; all askers are of one.
        "GIS_LIVE_PER_MINUTE": "1000000",
    }
    command = _serve.command_of(settings, _serve.WEB)
    with _running(command, environment, port, "/readyz") as pid:

        def path(layer: str, zxy: tuple[int, int, int]) -> str:
            z, x, y = zxy
            return f"/api/collections/{layer}/tiles/WebMercatorQuad/{z}/{y}/{x}"

        yield Server(f"http://{LOOPBACK}:{port}", pid, path)


@contextmanager
def peer(name: str, ground: Ground) -> Iterator[Server]:
    """Serve by another program."""
    one, port = PEERS[name], _free_port()
    program = os.environ.get(f"GIS_BENCH_{name.upper()}") or name
    command, environment = one.command(program, ground, port)

    def path(layer: str, zxy: tuple[int, int, int]) -> str:
        z, x, y = zxy
        return one.path.format(layer=layer, z=z, x=x, y=y)

    with _running(command, environment, port, one.first) as pid:
        yield Server(f"http://{LOOPBACK}:{port}", pid, path)


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], port: int, first: str) -> Iterator[int]:
    """Start a server, wait until it answers, end it."""
    with subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL) as process:  # noqa: S603  as asked
        try:
            _wait(process, f"http://{LOOPBACK}:{port}{first}")
            yield process.pid
        finally:
            process.terminate()


def _wait(process: "subprocess.Popen[bytes]", address: str) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310  on this machine
                return
        except urllib.error.HTTPError as error:
            if error.code < 500:  # noqa: PLR2004  it is there
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"{address} does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
