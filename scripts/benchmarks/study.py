"""How long a whole study takes: one service, one mode, every measure, on the demo city, as the service runs.

Ours runs on the layers of a PostGIS of its own, filled as a first start fills it; the time is that of the
whole document with all its tables, the choice of what everybody may see included, but it is not kept.
*warm*: what follows from roads, homes and units alone is known (network, graph, positions, hexagons, land),
and everything else is computed: ways, sums, gaps, notices, tables. *kept*: the ways too are known, as after
a move of the limit. *edited*: somebody has just moved a road, so the network is made anew. *cold*: a process
that knows nothing, with the artefacts of another one on disk. All are without the catchments of the tables
``accessibility`` and ``inequality`` and without the draws of ``range``; *with E2SFCA* has the first two.

The peer is what an analyst writes with geopandas, pandas and scipy: homes and offices join their nearest
node, one search, then weighted quantiles by unit, hexagon and use; its graph and joins are made before the
clock. It lacks places on edges, barriers, ferries, the border, those without a road, the second nearest
office, gap places, notices, loads, provision, land, and the choice of what everybody may see.
"""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

# From below the services: the one way to a server of our own, beside whatever runs on this machine.
from gis_service.db.cluster import Cluster
from gis_service.db.migrate import migrate
from gis_service.services import studies
from gis_service.services.context import Context, open_context
from gis_service.services.first_data import load_first_data
from gis_service.services.memo import Memo
from gis_service.services.prepared import SCENES
from gis_service.services.tables import TABLES
from gis_service.services.transactions import computing
from gis_service.services.warm_up import settle
from gis_service.settings import Settings

CATCHMENTS = ("accessibility", "inequality", "lorenz")
GROUPS = ("age_60", "age_3_5")
LIMIT_S = 600
SPEEDS = {"national": 45, "provincial": 40, "district": 35, "commune": 28, "village_lane": 18, "alley": 10}
TIMES, EDITS = 5, 3


def asked(tables: list[str], limit: float = LIMIT_S) -> dict[str, Any]:
    """Give the question: the one-stop offices by motorbike, by the communes of today."""
    return {
        "standard": "one_stop_office_motorbike_10min",
        "limit": limit,
        "groups": list(GROUPS),
        "tables": tables,
    }


def measures() -> list[str]:
    """Name the tables of every measure but the catchments, and but those of many draws."""
    return [name for name in TABLES if name not in (*CATCHMENTS, "range")]


def context_of(folder: Path) -> Context:
    """Open the service on the database that was prepared."""
    home = Path((folder / "server").read_text())
    return open_context(Settings(data_dir=folder / "var", database_url=Cluster(home / "cluster").url()))


def prepare(folder: Path) -> None:
    """Make the server and fill it; run once, so that the artefacts are on disk; write the peer's tables."""
    # Not inside the folder: as root the server runs as another user, to whom that is closed.
    home = Path(tempfile.mkdtemp(prefix="gis-benchmark-server-"))
    home.chmod(0o755)
    (folder / "server").write_text(str(home))
    cluster = Cluster(home / "cluster")
    cluster.start()
    migrate(cluster.url())
    with context_of(folder) as context:
        load_first_data(context)
        once(context, asked(measures()))
        with context.engine.connect() as connection:
            for layer in ("roads", "residents", "one_stop_office", "commune", "land_use"):
                query = f"SELECT * FROM layer.{layer}"  # noqa: S608  written here
                frame = gpd.read_postgis(query, connection).to_crs("EPSG:9209")
                frame = frame.rename_geometry("geometry")
                frame.to_parquet(folder / f"{layer}.parquet")


def finish(folder: Path) -> None:
    """Remove the server."""
    if not (folder / "server").exists():
        return  # nothing was prepared
    home = Path((folder / "server").read_text())
    Cluster(home / "cluster").remove()
    shutil.rmtree(home)


def once(context: Context, question: dict[str, Any]) -> dict[str, Any]:
    """Compute a study; nothing of it is kept but its arrays."""
    with computing(context) as connection:
        made = studies.compute(connection, context.catalogue, "coverage", question, prepared=context.prepared)
    return made.document


def repeated(folder: Path, tables: list[str], *, anew: bool) -> tuple[float, int, str]:
    """Ask several times with other limits; give the median time."""
    spent, cpu = [], []
    with context_of(folder) as context:
        once(context, asked(tables))
        settle()  # as a process does when it has warmed up
        for number in range(TIMES):
            if anew:
                context.prepared.scenes = Memo(SCENES)
            began, used = time.perf_counter(), time.process_time()
            document = once(context, asked(tables, LIMIT_S + 15 * (number + 1)))
            spent.append(time.perf_counter() - began)
            cpu.append(time.process_time() - used)
    rows = sum(map(len, document.get("tables", {}).values()))
    note = f"{rows:,} rows of tables; least CPU {min(cpu):.2f} s; {min(spent):.2f} to {max(spent):.2f} s"
    return float(np.median(spent)), 1, note


def warm(folder: Path) -> tuple[float, int, str]:
    """Every measure, ways anew."""
    return repeated(folder, measures(), anew=True)


def kept(folder: Path) -> tuple[float, int, str]:
    """Every measure after a move of the limit."""
    return repeated(folder, measures(), anew=False)


def catchments(folder: Path) -> tuple[float, int, str]:
    """Every measure and the catchments, ways anew."""
    there = [name for name in CATCHMENTS if name in TABLES]
    seconds, done, note = repeated(folder, [*measures(), *there], anew=True)
    return seconds, done, f"{', '.join(there) or 'no table of catchments'}; {note}"


def without_tables(folder: Path) -> tuple[float, int, str]:
    """Ask for no further tables, ways anew."""
    return repeated(folder, [], anew=True)


def cold(folder: Path) -> tuple[float, int, str]:
    """Every measure in a process that knows nothing, its start not counted."""
    with context_of(folder) as context:
        began = time.perf_counter()
        once(context, asked(measures()))
        return time.perf_counter() - began, 1, ""


def edited(folder: Path) -> tuple[float, int, str]:
    """Every measure after somebody has moved one road by a metre or so, each time another one."""
    spent, cpu = [], []
    with context_of(folder) as context:
        once(context, asked(measures()))
        settle()
        for number in range(EDITS):
            with context.engine.begin() as connection:
                connection.exec_driver_sql(
                    "UPDATE layer.roads SET geom = ST_Translate(geom, 1e-5, 0)"
                    " WHERE fid = (SELECT fid FROM layer.roads ORDER BY fid OFFSET %s LIMIT 1)",
                    (number,),
                )
            began, used = time.perf_counter(), time.process_time()
            once(context, asked(measures()))
            spent.append(time.perf_counter() - began)
            cpu.append(time.process_time() - used)
    note = f"the network made anew; least CPU {min(cpu):.2f} s; {min(spent):.2f} to {max(spent):.2f} s"
    return float(np.median(spent)), 1, note


def peer(folder: Path) -> tuple[float, int, str]:
    """Take the same kind of figures with geopandas, pandas and scipy; graph and joins before the clock."""
    roads, homes, offices, communes, land = (
        gpd.read_parquet(folder / f"{layer}.parquet")
        for layer in ("roads", "residents", "one_stop_office", "commune", "land_use")
    )
    matrix, tree = _graph(roads)
    office = tree.query(shapely.get_coordinates(offices.geometry.to_numpy()))[1]
    at = shapely.get_coordinates(homes.geometry.to_numpy())
    far, node = tree.query(at)
    joined = homes.sjoin(communes[["code", "geometry"]], how="left", lsuffix="home")
    joined = joined[~joined.index.duplicated()]
    used = homes.sjoin(land[["use", "geometry"]], how="left")
    used = used[~used.index.duplicated()]
    row = np.floor(at[:, 1] / 433.0127 + 0.5)
    frame = pd.DataFrame(
        {
            "unit": joined["code_right"].to_numpy(),
            "hexagon": np.floor(at[:, 0] / 500 + 0.5) * 1_000_000 + row,
            "use": used["use"].to_numpy(),
            **{name: homes[name].to_numpy() for name in ("people", *GROUPS)},
        }
    )
    spent = []
    for number in range(TIMES):
        began = time.perf_counter()
        cost = dijkstra(matrix, indices=np.unique(office), min_only=True)[node] + far / (10 / 3.6)
        frame["cost"], limit = cost, LIMIT_S + 15 * (number + 1)
        ordered = frame.sort_values("cost", kind="stable")
        for part in ("unit", "hexagon", "use"):
            for group in ("people", *GROUPS):
                _figures(ordered, part, group, limit)
        spent.append(time.perf_counter() - began)
    return float(np.median(spent)), 1, "totals, covered, share, three quantiles by unit, hexagon and use"


def _graph(roads: gpd.GeoDataFrame) -> tuple[sparse.csr_matrix, cKDTree]:
    lines = roads.geometry.explode(index_parts=False)
    xy, line = shapely.get_coordinates(lines.to_numpy(), return_index=True)
    nodes, place = np.unique(np.round(xy, 2), axis=0, return_inverse=True)
    place = place.reshape(-1)
    inner = line[1:] == line[:-1]
    start, end = place[:-1][inner], place[1:][inner]
    length = np.hypot(*(nodes[start] - nodes[end]).T)
    speed = roads["road_class"].map(SPEEDS).fillna(18).loc[lines.index].to_numpy()[line[1:][inner]]
    seconds = np.maximum(length / (speed / 3.6), 1e-6)
    matrix = sparse.coo_matrix(
        (np.tile(seconds, 2), (np.r_[start, end], np.r_[end, start])), shape=(len(nodes),) * 2
    )
    return matrix.tocsr(), cKDTree(nodes)


def _figures(frame: pd.DataFrame, part: str, group: str, limit: float) -> pd.DataFrame:
    """Give totals, covered and weighted quantiles by part; rows come by cost."""
    people = frame[group]
    running = people.groupby(frame[part]).cumsum()
    total = people.groupby(frame[part]).transform("sum")
    found = pd.DataFrame({"total": people.groupby(frame[part]).sum()})
    found["covered"] = people.where(frame["cost"] <= limit, 0).groupby(frame[part]).sum()
    found["share"] = found["covered"] / found["total"]
    for percent in (50, 90, 95):
        arrived = frame[running >= total * (percent / 100)]
        found[f"p{percent}"] = arrived.groupby(part)["cost"].first()
    return found


def one_pass(folder: Path) -> tuple[float, int, str]:
    """Read what a study is about once: places and people of the homes, corners and lengths of the roads."""
    homes, roads = (gpd.read_parquet(folder / f"{layer}.parquet") for layer in ("residents", "roads"))
    arrays = [shapely.get_coordinates(one.geometry.to_numpy()) for one in (homes, roads)]
    arrays += [homes[name].to_numpy(np.float64) for name in ("people", *GROUPS)]
    spent = []
    for _ in range(TIMES):
        began = time.perf_counter()
        for one in arrays:
            one.sum()
        spent.append(time.perf_counter() - began)
    return float(np.median(spent)), 1, f"{sum(one.nbytes for one in arrays) / 2**20:.0f} MiB"


WAYS: dict[str, Callable[[Path], tuple[float, int, str]]] = {
    "warm: ours": warm,
    "warm: geopandas, scipy": peer,
    "kept: ours": kept,
    "no tables: ours": without_tables,
    "cold: ours": cold,
    "with E2SFCA: ours": catchments,
    "all: one pass": one_pass,
    "edited: ours": edited,
}


def main() -> None:
    """Take one step."""
    step, folder = sys.argv[1], Path(sys.argv[2])
    if step in {"prepare", "finish"}:
        {"prepare": prepare, "finish": finish}[step](folder)
        return
    seconds, done, note = WAYS[step](folder)
    print(json.dumps({"seconds": seconds, "done": done, "note": note}))


if __name__ == "__main__":
    main()
