"""A web process that is killed while it writes an edit leaves the old state whole, or the new one."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import open_engine, transaction
from gis_service.db.history_check import check
from gis_service.db.layers import Column, LayerTable, ensure_table
from gis_service.services.accounts import Role, make_token
from gis_service.settings import ROOT

MOMENTS = {
    "locked": ["gis.hold_layer"],
    "changed": ['UPDATE layer."bus_stop"'],
    "committing": ["INSERT INTO gis.audit", "COMMIT"],
    "committed": [],
    "answered": [],
}
"""What had been executed when the process died; each edits a feature of its own."""
DONE = ["committed", "answered"]
STOP = "INSERT INTO layer.bus_stop (geom, code, name) VALUES (ST_Point(106.35, 20.45, 4326), %s, 'old')"

KILLED = """
import json, sys
from gis_service import app as wiring
from gis_service.settings import read_settings
from tests.killed import die, die_after, each_in_its_own

wiring.load_in_background = lambda: None  # an edit computes nothing
token, moments = sys.argv[1], json.loads(sys.argv[2])
PLACES = {moment: f"/api/collections/bus_stop/items/{number}" for number, moment in enumerate(moments, 1)}
app = wiring.create_app(read_settings())
engine, client = app.extensions["gis"].engine, app.test_client()
last = []
app.after_request(lambda response: last[0](response) if last else response)
client.get(PLACES["locked"])  # what a process reads once

def edit(moment, words):
    engine.dispose(close=False)  # the connections of the process before
    die_after(engine, *words)
    if moment == "committed":
        last.append(lambda _: die())
    headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
    answer = client.patch(PLACES[moment], json={"properties": {"name": "new"}}, headers=headers)
    print(moment, answer.status_code, flush=True)

each_in_its_own(edit, moments)
"""


def stops(url: str, catalogue: Catalogue) -> str:
    """Load a bus stop for each moment; give a token of GIS staff."""
    layer = catalogue.layers["bus_stop"]
    engine = open_engine(url)
    with transaction(engine) as connection:
        columns = tuple(Column(field.name, field.type) for field in layer.fields)
        ensure_table(connection, LayerTable(layer.id, layer.geometry, layer.key, columns))
        for moment in MOMENTS:
            connection.exec_driver_sql(STOP, (moment,))
        token = make_token(connection, Role.GIS_STAFF, "lan")
    engine.dispose()
    return token


def faults(url: str) -> list[str]:
    engine = open_engine(url)
    with transaction(engine) as connection:
        found = [fault.code for fault in check(connection)]
    engine.dispose()
    return found


def test_a_web_process_killed_at_any_moment_of_an_edit_leaves_a_whole_version(
    make_database: Callable[[], str], catalogue: Catalogue, tmp_path: Path
) -> None:
    url = make_database()
    token = stops(url, catalogue)
    environment = {**os.environ, "GIS_DATABASE_URL": url, "GIS_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-c", KILLED, token, json.dumps(MOMENTS)]
    ran = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    assert ran.stdout.split("\n") == ["answered 200", ""]
    with psycopg.connect(url, autocommit=True) as reader:
        names = reader.execute("SELECT code, name FROM layer.bus_stop ORDER BY code").fetchall()
        assert names == [(moment, "new" if moment in DONE else "old") for moment in sorted(MOMENTS)]
        made = reader.execute("SELECT author FROM gis.version ORDER BY id").fetchall()[1:]
        assert made == [("lan",)] * len(DONE)
        told = reader.execute("SELECT actor FROM gis.audit WHERE by = 'token' AND action = 'layer.version'")
        assert told.fetchall() == made
        # Nobody holds the layer any more.
        reader.execute("SET lock_timeout = '10s'")
        reader.execute("UPDATE layer.bus_stop SET name = 'later'")
    assert faults(url) == []
