"""The commit of a raster that is killed at any moment is whole or not at all, and its files are tidied up."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from gis_service.catalogue.user_layer import body_of
from gis_service.files.raster_store import LEFT_ALONE_S
from gis_service.files.readers import raster_process
from gis_service.services import raster_layers, user_layers
from gis_service.services import uploads_commit as commits
from gis_service.services.accounts import OPERATOR
from gis_service.services.transactions import reading, writing
from gis_service.services.uploads_sweep import sweep
from gis_service.settings import ROOT
from tests.job_town import environment_of
from tests.raster_files import answer_here, cells_in, cells_of, write_tif
from tests.upload_town import STAFF, UploadTown, make_upload_town
from tests.web.made_layers import wells

KILLED = """
import json, sys
from gis_service.files.raster_store import RasterStore
from gis_service.files.readers import raster_process
from gis_service.services import uploads_commit as commits
from gis_service.services.accounts import Caller, Role
from gis_service.services.context import open_context
from gis_service.services.transactions import reading
from gis_service.settings import read_settings
from tests.killed import die, die_after, each_in_its_own
from tests.raster_files import answer_here

told = json.loads(sys.argv[1])
context = open_context(read_settings())
raster_process._answer = answer_here
with reading(context):
    pass  # what a process reads once
keep = RasterStore.keep

def work(moment, about):
    context.engine.dispose(close=False)  # the connections of the process before
    die_after(context.engine, *about["words"])
    if moment == "kept":
        RasterStore.keep = lambda *given: (keep(*given), die())
    commits.commit(context, about["upload"], Caller(Role.GIS_STAFF, "lan"))

each_in_its_own(work, told)
"""
WORDS = {"kept": [], "noted": ["INSERT INTO gis.raster"], "committing": ["UPDATE gis.upload", "COMMIT"]}
"""What had been executed when the process that commits died."""
LAYER = "ground"


@pytest.fixture
def town(make_database: Callable[[], str], tmp_path: Path) -> Iterator[UploadTown]:
    made = make_upload_town(make_database(), tmp_path)
    document = wells(LAYER, geometry="Raster", key=None, fields=[])
    with writing(made.context) as connection:
        user_layers.create(connection, made.context.catalogue, body_of(document), caller=OPERATOR)
    yield made
    made.context.close()


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raster_process, "_answer", answer_here)


def ready(town: UploadTown, tif: Path, base: int) -> str:
    """Bring in a raster, and note that it was inspected: nobody reads it, which would take its time."""
    id_ = town.whole(tif.read_bytes(), {"layer": LAYER, "kind": "values"}).id
    found = json.dumps({"target": {"layer": LAYER, "version": base, "new": False}})
    town.do(
        "UPDATE gis.upload SET state = 'ready', inspection = CAST(:found AS jsonb) WHERE id = :id",
        id=id_,
        found=found,
    )
    return id_


def versions(town: UploadTown) -> list[int]:
    with reading(town.context) as connection:
        return list(
            connection.execute(
                text("SELECT id FROM gis.version WHERE layer = :layer ORDER BY id"), {"layer": LAYER}
            ).scalars()
        )


def test_a_commit_that_is_killed_leaves_no_version_and_is_done_again(
    town: UploadTown, tmp_path: Path
) -> None:
    [base] = versions(town)
    tifs = {
        moment: write_tif(tmp_path / f"{moment}.tif", cells_of("int16", seed=seed))
        for seed, moment in enumerate(WORDS)
    }
    ids = {moment: ready(town, tif, base) for moment, tif in tifs.items()}
    told = {moment: {"upload": ids[moment], "words": words} for moment, words in WORDS.items()}
    settings = town.context.settings
    env = environment_of(settings.database_url or "", settings.data_dir) | {"GIS_UPLOAD_FREE_MB": "1"}
    subprocess.run([sys.executable, "-c", KILLED, json.dumps(told)], cwd=ROOT, env=env, check=True)
    assert versions(town) == [base]
    assert {town.upload(id_).state for id_ in ids.values()} == {"ready"}
    store = town.context.rasters
    left = sorted(entry.name for entry in store.folder.iterdir())
    assert len([name for name in left if name.endswith(".tif")]) == 3
    assert len([name for name in left if name.startswith(".part-")]) == 1
    done = commits.commit(town.context, ids["committing"], STAFF)
    assert done.state == "committed"
    assert len(versions(town)) == 2
    long_ago = time.time() - LEFT_ALONE_S - 60
    for entry in store.folder.iterdir():
        os.utime(entry, (long_ago, long_ago))
    sweep(town.context.engine, settings)
    with reading(town.context) as connection:
        row = raster_layers.now(connection, town.context.catalogue.layers[LAYER])
    assert [entry.name for entry in store.folder.iterdir()] == [f"{row.sha256}.tif"]
    assert np.array_equal(cells_in(raster_layers.file_of(store, row)), cells_in(tifs["committing"]))
