"""What if a facility or a road opened or closed: one edit beside a search, and planners who drag at once.

*search* is the search alone for the nearest facility of every junction, without homes and sums; *add*,
*remove* and *road* (one segment is closed) bring the homes and the sums by unit level too. Seconds are CPU
seconds of one thread, the median; the ratio is that of one edit to a whole search. *served* is the service on
the demo city: twenty planners try one place after the other, after the pause of a hand or as soon as they
have their answer; the seconds are those from the question to the changed totals, the 95th of 100.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from city import SIDES, made_city  # type: ignore[import-not-found]  # in a folder that is no package
from study import context_of, finish  # type: ignore[import-not-found]  # as above

from gis_service.analysis.beginnings import beginnings, facility_bits
from gis_service.analysis.graph import Graph
from gis_service.analysis.kernels import CLOSED, FAR, nearest_ways
from gis_service.analysis.modes import Costs
from gis_service.analysis.snap import Positions
from gis_service.analysis.what_if import Ground, People, WhatIf
from gis_service.db.cluster import Cluster
from gis_service.db.migrate import migrate
from gis_service.services.accounts import Role, make_token
from gis_service.services.first_data import load_first_data

HOMES, UNITS, LIMIT_MS = 100_000, 242, 900_000
TIMES, EDITS = 5, 120
PLANNERS, ASKED, PAUSE_S, PORT = 20, 30, 1.0, 8791
WARM = 5
STUDY = {"standard": "one_stop_office_motorbike_10min"}


def prepare(folder: Path) -> None:
    """Fill the database of a service."""
    home = Path(tempfile.mkdtemp(prefix="gis-benchmark-server-"))
    home.chmod(0o755)
    (folder / "server").write_text(str(home))
    cluster = Cluster(home / "cluster")
    cluster.start()
    migrate(cluster.url())
    with context_of(folder) as context:
        load_first_data(context)
        with context.engine.begin() as connection:
            (folder / "token").write_text(make_token(connection, Role.PLANNER, "a planner"))


def places(graph: Graph, n: int, draw: np.random.Generator) -> Positions:
    """Put places on roads."""
    used = np.flatnonzero(graph.chain >= 0)
    segment = np.sort(draw.choice(used, n)).astype(np.int32)
    return Positions(segment, draw.random(n), np.zeros(n), np.full((n, 2), np.nan))


def spent_s(run: Callable[[], object]) -> float:
    """Give the CPU seconds of this thread for one run."""
    began = time.thread_time()
    run()
    return time.thread_time() - began


def edited(part: str, n_facilities: int, name: str) -> tuple[float, int, str]:
    """Search or edit in a made city."""
    graph, _ = made_city(SIDES[part]).contracted()
    draw = np.random.default_rng(3)
    facilities, start = places(graph, n_facilities, draw), np.zeros(n_facilities, np.int64)
    if name == "search":
        bits = facility_bits(graph, start)
        begun = beginnings(graph, facilities, start, bits, "to_facility")
        arcs = (graph.reverse.start, graph.reverse.head, graph.reverse.cost)
        site = np.arange(n_facilities, dtype=np.int32)
        seeds = (begun.node, begun.way)
        nearest_ways(arcs, seeds, site, bits, 1, int(FAR) - 1)
        found = [
            spent_s(lambda: nearest_ways(arcs, seeds, site, bits, 1, int(FAR) - 1)) for _ in range(TIMES)
        ]
        return float(np.median(found)), len(graph.reverse.head), f"{graph.n_nodes:,} junctions"
    nothing = np.empty(0, np.int64)
    costs = Costs(nothing, nothing, np.empty(0, np.bool_), None)
    homes = places(graph, HOMES, draw)
    people = People(
        draw.integers(0, 5000, (HOMES, 1)), draw.integers(0, UNITS, HOMES).astype(np.int32), UNITS
    )
    state = WhatIf(Ground(graph, costs, homes, people, "to_facility", LIMIT_MS), facilities, start)
    found = []
    for number in range(min(EDITS, n_facilities) if name == "remove" else EDITS):
        new = places(graph, 1, draw)
        segment, closed = new.segment.astype(np.int64), np.array([CLOSED], np.int64)
        edits: dict[str, Callable[[], object]] = {
            "add": partial(state.add, new, 0),
            "remove": partial(state.remove, number),
            "road": partial(state.reprice, segment, closed),
        }
        found.append(spent_s(edits[name]))
        state.undo()
    kept = found[min(WARM, len(found) // 2) :]
    return float(np.median(kept)), 1, f"p95 {np.percentile(kept, 95) * 1000:.2f} ms"


def served(folder: Path, pause_s: float) -> tuple[float, int, str]:
    """Let planners ask a service at once."""
    home = Path((folder / "server").read_text())
    told = {
        "GIS_DATA_DIR": str(folder / "var"),
        "GIS_DATABASE_URL": Cluster(home / "cluster").url(),
        "GIS_LIVE_PER_MINUTE": "1000000",
    }
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(PORT),
    ]
    command += ["--workers", "1", "--blocking-threads", "8", "gis_service.wsgi:app"]
    with (
        (folder / "server.log").open("wb") as log,
        subprocess.Popen(command, env=os.environ | told, stdout=log, stderr=log) as server,  # noqa: S603  our own program
    ):
        try:
            _wait()
            token = (folder / "token").read_text()
            _ask(token, 0)  # prepares the question
            return _dragged(token, pause_s)
        finally:
            server.terminate()


def _dragged(token: str, pause_s: float) -> tuple[float, int, str]:
    seconds: list[float] = []

    def planner(number: int) -> None:
        draw = np.random.default_rng(number)
        for step in range(ASKED):
            time.sleep(pause_s * 2 * draw.random())  # nobody drags in step with the others
            began = time.perf_counter()
            _ask(token, number * ASKED + step)
            seconds.append(time.perf_counter() - began)

    began = time.perf_counter()
    threads = [threading.Thread(target=planner, args=(number,)) for number in range(PLANNERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = time.perf_counter() - began
    note = f"median {np.median(seconds) * 1000:.0f} ms, {len(seconds) / whole:.0f} answers a second"
    return float(np.percentile(seconds, 95)), 1, note


def _wait() -> None:
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            pass
        time.sleep(0.5)
    raise SystemExit("the service does not answer")


def _ask(token: str, number: int) -> None:
    draw = np.random.default_rng(number)
    place = [106.30 + 0.1 * draw.random(), 20.42 + 0.08 * draw.random()]
    edit = {"op": "add", "geometry": {"type": "Point", "coordinates": place}}
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=300)
    connection.request("POST", "/api/what-if", json.dumps(STUDY | {"edits": [edit]}), headers)
    response = connection.getresponse()
    body = response.read()
    if response.status not in (
        http.client.OK,
        http.client.UNPROCESSABLE_ENTITY,
    ):  # no road there is an answer
        raise SystemExit(body.decode())
    connection.close()


def main(way: str, folder: Path) -> None:
    """Run one way."""
    if way == "prepare":
        prepare(folder)
        return
    if way == "finish":
        finish(folder)
        return
    part, _, name = way.partition(": ")
    if part == "served":
        seconds, done, note = served(folder, PAUSE_S if name == "with a pause" else 0.0)
    else:
        size, _, count = part.partition(", ")
        seconds, done, note = edited(size, int(count), name)
    print(json.dumps({"seconds": seconds, "done": done, "note": note}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
