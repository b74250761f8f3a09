"""The disk or the database may fail amid the work: nothing is half done, and it goes on from there."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from gis_service.files.readers import process
from tests.bad_files.counter import ENGLISH, Counter
from tests.bad_files.made import HERE, THERE, collection, feature
from tests.bad_files.marks import bad_input
from tests.bad_files.targets import new_layer
from tests.job_town import wait_until

CONTENT = collection(feature(HERE, code="a"), feature(THERE, code="b"))


@bad_input(28, (507, "upload_disk_full"))
def test_a_disk_that_is_full_is_told_and_the_file_is_looked_at_later(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(process, "lay_out", full)
        answer = counter.desk.send(CONTENT, **ENGLISH)
    counter.told(answer)
    assert (answer.status_code, answer.get_json()["code"]) == (507, "upload_disk_full")
    listed = counter.desk.client.get("/api/uploads?limit=1", headers=counter.desk.headers).get_json()["items"]
    counter.sent.append(listed[0]["id"])
    told = counter.chosen(listed[0]["id"], message="lần sau")
    assert (told["state"], told["layers"][0]["features"]) == ("ready", 2)


@bad_input(28, (503, "database_unavailable"))
def test_a_connection_that_dies_amid_a_commit_leaves_the_upload_ready(counter: Counter) -> None:
    counter.published(counter.seen(CONTENT, definition=new_layer("cut_off", "Point"))["id"])
    id_ = counter.seen(collection(feature(HERE, code="c"), feature(THERE, code="d")), layer="cut_off")["id"]
    url = counter.desk.context.settings.database_url or ""
    waiting = "FROM pg_locks WHERE NOT granted AND relation = 'layer.cut_off'::regclass"
    with (
        ThreadPoolExecutor(1) as another,
        psycopg.connect(url) as holder,
        psycopg.connect(url, autocommit=True) as killer,
    ):
        holder.execute("LOCK TABLE layer.cut_off IN ACCESS EXCLUSIVE MODE")
        commit = another.submit(counter.desk.commit, id_, **ENGLISH)
        wait_until(
            lambda: killer.execute(f"SELECT pg_terminate_backend(pid) {waiting}").fetchone() is not None
        )
        answer = commit.result(60)
    counter.told(answer)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "database_unavailable")
    counter.require_unharmed()
    assert counter.rows("SELECT code FROM layer.cut_off ORDER BY 1") == [("a",), ("b",)]
    assert counter.desk.get(id_).get_json()["state"] == "ready"
    counter.published(id_)
    assert counter.rows("SELECT code FROM layer.cut_off ORDER BY 1") == [("c",), ("d",)]
