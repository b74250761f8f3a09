"""Many writers at once: what each saw before its commit is what its version holds for ever."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg
import pytest

from gis_service.db.engine import open_engine, transaction
from gis_service.db.history import rows_at
from gis_service.db.layers import Column, LayerTable, ensure_table
from gis_service.types import LayerId, VersionId

WELL = LayerId("well")
TABLE = LayerTable(WELL, "Point", None, (Column("code", "text"), Column("depth", "number")))
WRITERS = 5
TRANSACTIONS = 15
Rows = list[tuple[object, ...]]
Editor = psycopg.Connection[tuple[object, ...]]

EDITS = (
    (
        "INSERT INTO layer.well (geom, code, depth)"
        " SELECT ST_Point(106 + random(), 20, 4326), 'n', i FROM generate_series(1, 3) AS i"
    ),
    "UPDATE layer.well SET depth = depth + 1 WHERE fid % 3 = 0",
    "UPDATE layer.well SET depth = random() WHERE fid = (SELECT max(fid) FROM layer.well)",
    "UPDATE layer.well SET geom = ST_Translate(geom, 0.001, 0) WHERE fid % 5 = 1",
    "DELETE FROM layer.well WHERE fid = (SELECT min(fid) FROM layer.well)",
    "DELETE FROM layer.well WHERE fid % 7 = 2",
    "INSERT INTO layer.well (fid, code) SELECT max(fid) + 5, 'by hand' FROM layer.well HAVING count(*) > 0",
    (
        "WITH gone AS (DELETE FROM layer.well WHERE fid % 4 = 0 RETURNING code, depth)"
        " INSERT INTO layer.well (code, depth) SELECT code, depth FROM gone"
    ),
)
STATE = "SELECT fid, code, depth, ST_AsEWKB(geom) FROM {} AS t ORDER BY fid"
NEWEST = "SELECT max(id) FROM gis.version WHERE layer = 'well'"


@dataclass
class Book:
    """What the writers saw: the rows of each version, just before its commit."""

    url: str
    seen: dict[VersionId, Rows] = field(default_factory=dict)
    taken_back: int = 0
    failed: list[BaseException] = field(default_factory=list)

    def write(self, seed: int) -> None:
        try:
            dice = random.Random(seed)  # noqa: S311  reproducible, no secret
            with psycopg.connect(self.url) as editor:
                for _ in range(TRANSACTIONS):
                    try:
                        self._one(editor, dice)
                    except psycopg.errors.DeadlockDetected:
                        # Who empties the table waits for readers; a reader who comes to write waits for them.
                        editor.rollback()
                        self.taken_back += 1
        except BaseException as error:  # noqa: BLE001  told by the test, which a thread cannot
            self.failed.append(error)

    def _one(self, editor: Editor, dice: random.Random) -> None:
        if dice.random() < 0.3:
            # It begins now and comes to write later, when others have committed in between.
            editor.execute("SELECT count(*) FROM layer.well")
            time.sleep(dice.random() * 0.02)
        editor.execute("SELECT gis.lock_layer('well')")
        before = editor.execute(NEWEST).fetchone()
        for _ in range(dice.choice((1, 1, 2, 4))):
            self._edit(editor, dice)
        made = editor.execute(NEWEST).fetchone()
        rows = editor.execute(STATE.format("layer.well").encode()).fetchall()
        if dice.random() < 0.2:
            editor.rollback()
            self.taken_back += 1
            return
        editor.commit()
        if made != before:
            assert made is not None
            number = VersionId(int(str(made[0])))
            assert number not in self.seen
            self.seen[number] = rows

    @staticmethod
    def _edit(editor: Editor, dice: random.Random) -> None:
        if dice.random() < 0.04:
            editor.execute("TRUNCATE layer.well")
            return
        with editor.transaction(force_rollback=dice.random() < 0.15):
            editor.execute(dice.choice(EDITS).encode())


@pytest.fixture
def book(make_database: Callable[[], str]) -> Book:
    url = make_database()
    engine = open_engine(url)
    with transaction(engine) as connection:
        ensure_table(connection, TABLE)
    engine.dispose()
    return Book(url)


def test_every_version_holds_what_its_writer_saw_before_the_commit(book: Book) -> None:
    writers = [threading.Thread(target=book.write, args=(seed,)) for seed in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert book.failed == []
    assert book.taken_back > 0
    with psycopg.connect(book.url) as reader:
        there = reader.execute(
            "SELECT id FROM gis.version WHERE layer = 'well' ORDER BY committed_at"
        ).fetchall()
        assert [row[0] for row in there] == sorted(book.seen), (
            "one version per commit, in the order of commits"
        )
        for number, rows in book.seen.items():
            assert reader.execute(STATE.format(rows_at(WELL, number)).encode()).fetchall() == rows
        newest = reader.execute(STATE.format("layer.well").encode()).fetchall()
        assert newest == book.seen[max(book.seen)]


def test_writers_of_one_layer_wait_for_each_other_and_commit_in_the_order_of_versions(book: Book) -> None:
    with psycopg.connect(book.url) as early, psycopg.connect(book.url) as late:
        early.execute("SELECT 1")
        late.execute(EDITS[0].encode())
        waiting = threading.Thread(target=early.execute, args=(EDITS[0].encode(),))
        waiting.start()
        with psycopg.connect(book.url, autocommit=True) as asker:
            blocked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while asker.execute(blocked).fetchone() == (0,):
                time.sleep(0.01)
        late.commit()
        waiting.join()
        early.commit()
        rows = early.execute("SELECT id, committed_at FROM gis.version ORDER BY id").fetchall()
    assert len(rows) == 2
    assert rows[0][1] < rows[1][1]


def test_a_writer_whose_view_is_older_than_what_it_changes_is_refused(book: Book) -> None:
    with psycopg.connect(book.url) as early, psycopg.connect(book.url) as late:
        late.execute(EDITS[0].encode())
        late.commit()
        early.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        early.execute("SELECT count(*) FROM layer.well")
        late.execute("UPDATE layer.well SET depth = 9")
        late.commit()
        with pytest.raises(psycopg.errors.SerializationFailure):
            early.execute("UPDATE layer.well SET depth = 10")


def test_an_older_view_that_meets_nobody_elses_rows_writes_a_version_of_its_own(book: Book) -> None:
    with psycopg.connect(book.url) as early, psycopg.connect(book.url) as late:
        early.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        early.execute("SELECT count(*) FROM layer.well")
        late.execute("INSERT INTO layer.well (code) VALUES ('late')")
        late.commit()
        early.execute("INSERT INTO layer.well (code) VALUES ('early')")
        early.commit()
        newest = VersionId(int(str((early.execute(NEWEST).fetchone() or (0,))[0])))
        rows = early.execute(STATE.format(rows_at(WELL, newest)).encode()).fetchall()
    assert sorted(str(row[1]) for row in rows) == ["early", "late"]


def test_an_editor_with_rights_on_the_table_alone_writes_history_and_cannot_change_it(
    book: Book, cluster_admin: Callable[[str], str]
) -> None:
    with psycopg.connect(cluster_admin(book.url), autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS editor_lan")
        admin.execute("CREATE ROLE editor_lan")
        admin.execute("GRANT USAGE ON SCHEMA layer TO editor_lan")
        admin.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON layer.well TO editor_lan")
        admin.execute("SET SESSION AUTHORIZATION editor_lan")
        admin.execute("INSERT INTO layer.well (code) VALUES ('a')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            admin.execute("DELETE FROM history.well")
        admin.execute("RESET SESSION AUTHORIZATION")
        assert admin.execute("SELECT author FROM gis.version").fetchall() == [("editor_lan",)]
        admin.execute("DROP OWNED BY editor_lan")
        admin.execute("DROP ROLE editor_lan")


def test_a_writer_who_waits_lets_the_history_of_a_table_be_kept(make_database: Callable[[], str]) -> None:
    url = make_database()
    engine = open_engine(url)
    with transaction(engine) as connection:
        ensure_table(connection, TABLE)
    plain = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    failed: list[psycopg.Error] = []

    def run(statement: str) -> None:
        try:
            with psycopg.connect(plain) as editor:
                editor.execute(statement.encode())
        except psycopg.Error as error:
            failed.append(error)

    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    statements = ("SELECT gis.keep_history('well')", "INSERT INTO layer.well (code) VALUES ('late')")
    threads = [threading.Thread(target=run, args=(one,)) for one in statements]
    with psycopg.connect(plain) as holder, psycopg.connect(plain, autocommit=True) as watch:
        holder.execute("SELECT gis.lock_layer('well')")
        for count, thread in enumerate(threads, 1):
            thread.start()
            while watch.execute(waiting).fetchone() != (count,):
                time.sleep(0.01)
    for thread in threads:
        thread.join()
    engine.dispose()
    assert failed == []
