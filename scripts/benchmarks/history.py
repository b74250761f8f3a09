"""What it costs to keep every version of 200,000 polygons, and how fast they are compared and put back.

Ours beside a table without triggers, beside the classic audit trigger (one call per row, old and new row as
jsonb), and beside what people do by hand: compare whole copies, and put a copy back. Every way works on its
own copy of one database, in a server that is nobody else's. The CPU of the server in the timed step is
told in the notes; the table has that of the client, set-up included.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import geopandas as gpd
import load  # type: ignore[import-not-found]  # beside this program, in a folder that is no package
import numpy as np
import pandas as pd
import psycopg
import shapely
from ground import (  # type: ignore[import-not-found]  # beside this program, in a folder that is no package
    begin_server,
    copied,
    end_server,
    server_of,
)

from gis_service.db.cluster import Cluster
from gis_service.db.ingest import Staging
from gis_service.db.layers import LayerTable
from gis_service.db.publish import Changes, replace_all
from gis_service.services import history, history_back, ingest, ingest_load
from gis_service.services.context import Context, open_context
from gis_service.services.transactions import Connection, reading, writing
from gis_service.settings import Settings

LAYER = load.LAYER
CHANGED, GONE, NEW, EDITS = 2_000, 500, 500, 1_000
COLUMNS = "geom, " + ", ".join(load.KINDS)
AUDIT = """
CREATE TABLE plain.log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz DEFAULT clock_timestamp(), by text DEFAULT session_user,
    xact xid8 DEFAULT pg_current_xact_id(), op text, before jsonb, after jsonb);
CREATE FUNCTION plain.audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO plain.log (op, before, after) VALUES (TG_OP,
        CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
        CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END);
    RETURN NULL;
END $$;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {} FOR EACH ROW EXECUTE FUNCTION plain.audit()
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where one way works: the folder of the question, the server, a database of its own."""

    folder: Path
    cluster: Cluster
    url: str

    def connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        """Connect, every statement its own transaction, not waiting for the disk."""
        opened = psycopg.connect(self.url, autocommit=True)
        opened.execute("SET synchronous_commit = off")
        return opened

    def context(self) -> Context:
        """Open the service on this database, with the one layer."""
        opened = open_context(Settings(data_dir=self.folder / "var", database_url=self.url))
        return replace(opened, definitions=replace(opened.definitions, layers={LAYER.id: LAYER}))


class Stopwatch:
    """Wall seconds, and CPU seconds of the server's process behind one connection, since it was made."""

    def __init__(self, connection: "psycopg.Connection[tuple[Any, ...]] | Connection") -> None:
        ask = "SELECT pg_backend_pid()"
        if isinstance(connection, psycopg.Connection):
            found = connection.execute(ask).fetchone()
        else:
            found = connection.exec_driver_sql(ask).fetchone()
        self._file = Path(f"/proc/{found[0] if found else 0}/stat")
        self._cpu, self._begin = self._ticks(), time.perf_counter()

    def _ticks(self) -> int:
        fields = self._file.read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def read(self) -> tuple[float, str]:
        """Tell the seconds, and the CPU in words."""
        spent = time.perf_counter() - self._begin
        return spent, f"server CPU {(self._ticks() - self._cpu) / 100:.2f} s"


Way = Callable[[Ground], tuple[float, int, str]]
"""Gives seconds, what was done, and a note."""


def prepare(folder: Path) -> None:
    """Make the server, load the layer, make two plain copies of it, write the changed file."""
    cluster = begin_server(folder)
    load.write_file(folder)
    frame = gpd.read_file(folder / "load.gpkg", engine="pyogrio", use_arrow=True)
    _changed(frame).to_file(folder / "changed.gpkg", engine="pyogrio")
    ground = Ground(folder, cluster, cluster.url())
    with ground.context() as context, writing(context) as connection:
        ingest.load_file(connection, context.catalogue, folder / "load.gpkg", LAYER.id, author="benchmark")
    with ground.connect() as editor:
        editor.execute("CREATE SCHEMA plain")
        for name in ("before", "after", "rows"):
            editor.execute(f"CREATE TABLE plain.{name} (LIKE layer.{LAYER.id} INCLUDING ALL)".encode())
        for name in ("before", "after"):
            editor.execute(f"INSERT INTO plain.{name} SELECT * FROM layer.{LAYER.id}".encode())  # noqa: S608  written here
            editor.execute(
                f"SELECT setval(pg_get_serial_sequence('plain.{name}', 'fid'), {load.ROWS})".encode()
            )
        with (folder / "rows.bin").open("wb") as file, editor.cursor() as cursor:
            query = f"COPY (SELECT {COLUMNS} FROM plain.before) TO STDOUT (FORMAT BINARY)".encode()  # noqa: S608  written here
            with cursor.copy(query) as rows:
                for block in rows:
                    file.write(block)
        editor.execute("VACUUM ANALYZE")


def _changed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    draw = np.random.default_rng(load.SEED + 1)
    touched = draw.choice(len(frame), CHANGED + GONE, replace=False)
    moved, renamed, gone = np.split(touched, [CHANGED // 2, CHANGED])
    shapes = frame.geometry.to_numpy().copy()
    shapes[moved] = shapely.transform(shapes[moved], lambda places: places + 1e-5)
    made = frame.assign(geometry=shapes)
    made.loc[renamed, "land_use"] = "đất trường học"
    new = frame.iloc[:NEW].assign(code=[f"NEW{number}" for number in range(NEW)])
    kept = made.drop(index=gone.tolist())
    return gpd.GeoDataFrame(pd.concat([kept, new], ignore_index=True), crs=frame.crs)


def apply_ours(ground: Ground) -> tuple[float, int, str]:
    """Load the changed file; only the step that publishes is timed."""
    spent: list[tuple[float, str]] = []

    def timed(connection: Connection, table: LayerTable, staging: Staging, *, alone: bool) -> Changes:
        watch = Stopwatch(connection)
        done = replace_all(connection, table, staging, alone=alone)
        spent.append(watch.read())
        return done

    before = _states(ground)
    begin = time.perf_counter()
    with (
        patch.object(ingest_load, "replace_all", timed),
        ground.context() as context,
        writing(context) as connection,
    ):
        ingest.load_file(
            connection, context.catalogue, ground.folder / "changed.gpkg", LAYER.id, author="benchmark"
        )
    whole = time.perf_counter() - begin
    grown = _states(ground) - before
    seconds, cpu = spent[0]
    note = f"{cpu}; whole load {whole:.1f} s; history grew by {grown} states"
    return seconds, CHANGED + GONE + NEW, note


def apply_plain(ground: Ground) -> tuple[float, int, str]:
    """Bring the same changes from a staged table into a table without any trigger."""
    with ground.context() as context, writing(context) as connection:
        ingest.load_file(
            connection, context.catalogue, ground.folder / "changed.gpkg", LAYER.id, author="benchmark"
        )
    names = [name for name in COLUMNS.split(", ") if name != "code"]
    new, old = (", ".join(f"{row}.{name}" for name in names) for row in ("s", "t"))
    with ground.connect() as editor:
        editor.execute(f"CREATE TEMP TABLE s AS SELECT {COLUMNS} FROM layer.{LAYER.id}; ANALYZE s".encode())  # noqa: S608  written here
        watch = Stopwatch(editor)
        with editor.transaction():
            editor.execute(
                b"DELETE FROM plain.before AS t WHERE NOT EXISTS (SELECT FROM s WHERE s.code = t.code)"
            )
            settings = ", ".join(f"{name} = s.{name}" for name in names)
            editor.execute(
                f"UPDATE plain.before AS t SET {settings} FROM s"  # noqa: S608  written here
                f" WHERE s.code = t.code AND ({new}) IS DISTINCT FROM ({old})".encode()
            )
            editor.execute(
                f"INSERT INTO plain.before ({COLUMNS}) SELECT {COLUMNS} FROM s"  # noqa: S608  written here
                " WHERE NOT EXISTS (SELECT FROM plain.before AS t WHERE t.code = s.code)".encode()
            )
        seconds, cpu = watch.read()
        return seconds, CHANGED + GONE + NEW, cpu


def apply_audited(ground: Ground) -> tuple[float, int, str]:
    """Do so with the audit trigger."""
    _audit(ground, "plain.before")
    return apply_plain(ground)


def diff_ours(ground: Ground) -> tuple[float, int, str]:
    """Count and read every row that differs between the two versions."""
    apply_ours(ground)
    with ground.context() as context, reading(context) as connection:
        watch = Stopwatch(connection)
        pair = [entry.version for entry in history.page(connection, LAYER).items][::-1]
        counted = history.compare(connection, LAYER, pair[0].id, pair[1].id, limit=1).tally
        rows = list(history.all_differences(connection, LAYER, pair[0], pair[1]))
        seconds, cpu = watch.read()
    if not len(rows) == counted.added + counted.changed + counted.removed == CHANGED + GONE + NEW:
        raise SystemExit(f"{counted}: {len(rows)} rows differ")
    return seconds, len(rows), cpu


def diff_copies(ground: Ground) -> tuple[float, int, str]:
    """Compare two whole copies both ways."""
    apply_plain(ground)
    pair = f"SELECT {COLUMNS} FROM plain.{{}} EXCEPT SELECT {COLUMNS} FROM plain.{{}}"  # noqa: S608  written here
    with ground.connect() as reader:
        watch = Stopwatch(reader)
        found = sum(
            len(reader.execute(pair.format(*names).encode()).fetchall())
            for names in (("before", "after"), ("after", "before"))
        )
        seconds, cpu = watch.read()
        return seconds, found, f"{cpu}; rows of both sides; needs a whole copy per version"


def restore_ours(ground: Ground) -> tuple[float, int, str]:
    """Put the version before the change back, as a new version."""
    apply_ours(ground)
    with ground.context() as context:
        with writing(context) as connection:
            watch = Stopwatch(connection)
            first = history.page(connection, LAYER).items[-1].version.id
            done = history_back.restore(connection, LAYER, first, author="benchmark").tally
            seconds, cpu = watch.read()
        return seconds, done.added + done.changed + done.removed, cpu


def restore_copy(ground: Ground) -> tuple[float, int, str]:
    """Empty the table and fill it from the copy, its indexes with it."""
    with ground.connect() as editor:
        watch = Stopwatch(editor)
        with editor.transaction():
            editor.execute("TRUNCATE plain.before")
            editor.execute("INSERT INTO plain.before SELECT * FROM plain.after")
        seconds, cpu = watch.read()
        return seconds, load.ROWS, cpu


def copy_plain(ground: Ground) -> tuple[float, int, str]:
    """Stream all rows into an empty table without triggers."""
    return _copy(ground, "plain.rows")


def copy_audited(ground: Ground) -> tuple[float, int, str]:
    """Stream all rows into an empty table with the audit trigger."""
    _audit(ground, "plain.rows")
    return _copy(ground, "plain.rows")


def copy_ours(ground: Ground) -> tuple[float, int, str]:
    """Stream all rows into an empty layer."""
    with ground.connect() as editor:
        editor.execute(
            "CREATE TABLE layer.benchmark_copy (LIKE plain.rows INCLUDING ALL);"
            "SELECT gis.keep_history('benchmark_copy')"
        )
    return _copy(ground, "layer.benchmark_copy")


def edit_plain(ground: Ground) -> tuple[float, int, str]:
    """Change single rows of a table without triggers, each in a transaction of its own."""
    return _edit(ground, "plain.before")


def edit_audited(ground: Ground) -> tuple[float, int, str]:
    """Change single rows of a table with the audit trigger."""
    _audit(ground, "plain.before")
    return _edit(ground, "plain.before")


def edit_ours(ground: Ground) -> tuple[float, int, str]:
    """Change single rows of a layer: each makes a version."""
    return _edit(ground, f"layer.{LAYER.id}")


def _copy(ground: Ground, table: str) -> tuple[float, int, str]:
    with ground.connect() as editor, (ground.folder / "rows.bin").open("rb") as file:
        watch = Stopwatch(editor)
        with (
            editor.cursor() as cursor,
            cursor.copy(f"COPY {table} ({COLUMNS}) FROM STDIN (FORMAT BINARY)".encode()) as copy,
        ):
            while block := file.read(2**20):
                copy.write(block)
        seconds, cpu = watch.read()
        return seconds, load.ROWS, cpu


def _edit(ground: Ground, table: str) -> tuple[float, int, str]:
    statement = f"UPDATE {table} SET floors = floors + 1 WHERE code = %s".encode()  # noqa: S608  written here
    with ground.connect() as editor:
        for number in range(20):  # plans and caches of this session
            editor.execute(statement, [f"TB{number:07d}"])
        watch = Stopwatch(editor)
        for number in range(EDITS):
            editor.execute(statement, [f"TB{number * 150:07d}"])
        seconds, cpu = watch.read()
    return seconds, EDITS, f"{cpu}; {seconds / EDITS * 1000:.2f} ms each"


def _audit(ground: Ground, table: str) -> None:
    with ground.connect() as editor:
        editor.execute(AUDIT.format(table).encode())


def _states(ground: Ground) -> int:
    with ground.connect() as reader:
        found = reader.execute(f"SELECT count(*) FROM history.{LAYER.id}".encode()).fetchone()  # noqa: S608  written here
        return int(found[0]) if found else 0


WAYS: dict[str, Way] = {
    "apply: ours": apply_ours,
    "apply: no history": apply_plain,
    "apply: audit trigger": apply_audited,
    "diff: ours": diff_ours,
    "diff: two copies": diff_copies,
    "restore: ours": restore_ours,
    "restore: a copy": restore_copy,
    "COPY: ours": copy_ours,
    "COPY: no history": copy_plain,
    "COPY: audit trigger": copy_audited,
    "edits: ours": edit_ours,
    "edits: no history": edit_plain,
    "edits: audit trigger": edit_audited,
}


def run(way: str, folder: Path) -> dict[str, object]:
    """Take one way, on its own copy of the database."""
    cluster = server_of(folder)
    with copied(cluster, f"way_{list(WAYS).index(way)}") as url:
        seconds, done, note = WAYS[way](Ground(folder, cluster, url))
    return {"seconds": seconds, "done": done, "note": note}


def main() -> None:
    """Take one step."""
    step, folder = sys.argv[1], Path(sys.argv[2])
    if step in {"prepare", "finish"}:
        {"prepare": prepare, "finish": end_server}[step](folder)
        return
    print(json.dumps(run(step, folder)))


if __name__ == "__main__":
    main()
