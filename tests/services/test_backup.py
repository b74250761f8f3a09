"""Back-ups: one state whatever is written meanwhile, whole or refused, and back into an empty database."""

import json
import shutil
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from gis_service.analysis import generalise
from gis_service.db import backup as dumps
from gis_service.db.clients import Clients
from gis_service.db.cluster import Cluster
from gis_service.db.engine import open_engine, transaction
from gis_service.db.layers import Column, LayerTable
from gis_service.db.overview_tables import OverviewTable
from gis_service.errors import Conflict, ErrorCode, GisError, NotFound, RefusedInput, Temporary
from gis_service.files.backups import BackupFiles
from gis_service.services.backup import back_up, restore
from gis_service.services.database_check import check_database
from gis_service.services.overview_recipes import Recipe
from gis_service.services.overviews import digest
from gis_service.settings import Settings
from gis_service.types import LayerId
from tests.backed_up import ask, at, with_table

WELL = LayerTable(LayerId("well"), "Point", "code", (Column("code", "text"), Column("depth", "integer")))
FILL = """
INSERT INTO layer.well (geom, code, depth)
SELECT ST_Point(106, 20, 4326), 'w' || i, 0 FROM generate_series(1, 200) AS i
"""


@pytest.fixture
def source(settings: Settings, make_database: Callable[[], str]) -> Settings:
    """Give settings of a database with a layer of a few rows in two versions."""
    url = with_table(make_database(), WELL)
    with psycopg.connect(url, autocommit=True) as editor:
        editor.execute(FILL)
        editor.execute("UPDATE layer.well SET depth = 1 WHERE fid % 2 = 0")
    return at(settings, url)


@pytest.fixture
def empty(settings: Settings, make_empty: Callable[[], str]) -> Settings:
    """Give settings of a database that holds nothing but extensions."""
    return at(settings, make_empty())


STATES = "SELECT fid, code, depth, version_from, version_to FROM history.well ORDER BY fid, version_from"


def test_what_was_backed_up_comes_back_with_its_history_and_a_new_version(
    source: Settings, empty: Settings, tmp_path: Path
) -> None:
    report = back_up(source, tmp_path / "a.dump")
    assert (report.rows > 500, stat.S_IMODE(report.file.stat().st_mode)) == (True, 0o600)
    told = restore(empty, tmp_path / "a.dump")
    assert (told.taken_at, told.rows, told.layers, told.absent) == (report.taken_at, report.rows, 1, ())
    assert ask(empty, STATES) == ask(source, STATES)
    assert check_database(empty).tables == 1
    author, message, xact = ask(empty, "SELECT author, message, xact IS NULL FROM gis.version ORDER BY id")[
        -1
    ]
    assert (author, xact) == ("db restore", False)
    assert report.taken_at in str(message)
    assert ask(empty, "SELECT DISTINCT xact FROM gis.version WHERE author <> 'db restore'") == [(None,)]
    newest = "SELECT (SELECT max(id) FROM gis.version), version, x, y FROM gis.dirty ORDER BY id DESC LIMIT 1"
    ((number, version, *cell),) = ask(empty, newest)
    assert (number, cell) == (version, [None, None])
    assert int(str(number)) > 100_000, (
        "a number that may have been given after the back-up is not given again"
    )


def test_overviews_are_left_out_and_made_anew(
    source: Settings, empty: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generalise, "MOST_ROWS", 10)
    table = OverviewTable(WELL.id, WELL.columns, ("depth",), None, is_point=True)
    recipe = Recipe(table, 0, may_gather=True, is_coverage=False)
    engines = [open_engine(town.database_url or "") for town in (source, empty)]
    assert digest(engines[0], recipe)
    cells = "SELECT level, n, s_depth FROM overview.well ORDER BY level"
    assert ask(source, cells)[0] == (0, 200, 100)
    back_up(source, tmp_path / "a.dump")
    restore(empty, tmp_path / "a.dump")
    assert ask(empty, "SELECT count(*) FROM pg_tables WHERE schemaname = 'overview'") == [(0,)]
    assert digest(engines[1], recipe)
    assert ask(empty, cells) == ask(source, cells)
    for engine in engines:
        engine.dispose()


def test_the_restored_database_goes_on_with_numbers_and_history(
    source: Settings, empty: Settings, tmp_path: Path
) -> None:
    back_up(source, tmp_path / "a.dump")
    restore(empty, tmp_path / "a.dump")
    assert empty.database_url
    with psycopg.connect(empty.database_url) as editor:
        editor.execute("DELETE FROM layer.well WHERE fid = 200")
        editor.execute("INSERT INTO layer.well (code) VALUES ('after')")
    ((number,),) = ask(empty, "SELECT fid FROM layer.well WHERE code = 'after'")
    assert number == 100_201, "a number that may have been given after the back-up is not given again"
    level = "SELECT layer FROM gis.history_of WHERE table_oid = 'layer.well'::regclass::oid::bigint"
    assert ask(empty, level) == [("well",)]
    assert check_database(empty).tables == 1


def test_a_back_up_is_one_state_while_others_write(source: Settings, empty: Settings, tmp_path: Path) -> None:
    ended, failed = threading.Event(), []

    def write(number: int) -> None:
        assert source.database_url
        try:
            with psycopg.connect(source.database_url, autocommit=True) as editor:
                while not ended.is_set():
                    editor.execute("UPDATE layer.well SET depth = depth + 1 WHERE fid % 3 = 0")
                    editor.execute("DELETE FROM layer.well WHERE fid = (SELECT min(fid) FROM layer.well)")
                    editor.execute(
                        "INSERT INTO layer.well (depth) SELECT %s FROM generate_series(1, 5)", [number]
                    )
        except psycopg.Error as error:
            failed.append(error)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    try:
        for number in range(2):
            back_up(source, tmp_path / f"{number}.dump")
    finally:
        ended.set()
    for writer in writers:
        writer.join()
    assert failed == []
    before = ask(source, "SELECT count(*) FROM gis.version")
    restore(empty, tmp_path / "1.dump")
    assert ask(empty, "SELECT count(*) FROM gis.version WHERE author <> 'db restore'") < before


def test_the_password_is_on_no_command_line(
    source: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    run = Clients._run

    def heard(self: Clients, environment: dict[str, str], program: str, *arguments: str) -> object:
        seen.extend([*arguments, *environment.values()])
        return run(self, environment, program, *arguments)

    monkeypatch.setattr(Clients, "_run", heard)
    back_up(source, tmp_path / "a.dump")
    secret = psycopg.conninfo.conninfo_to_dict(str(source.database_url))["password"]
    assert seen
    assert [one for one in seen if str(secret) in one] == []


def refused(action: Callable[[], object]) -> GisError:
    with pytest.raises(GisError) as caught:
        action()
    return caught.value


def test_a_name_in_use_is_not_overwritten(source: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.dump").write_text("mine")
    assert refused(lambda: back_up(source, tmp_path / "a.dump")).code is ErrorCode.OUTPUT_EXISTS
    assert (tmp_path / "a.dump").read_text() == "mine"
    (tmp_path / "b.dump.json").write_text("mine")
    assert isinstance(refused(lambda: back_up(source, tmp_path / "b.dump")), Conflict)
    assert isinstance(refused(lambda: back_up(source, tmp_path / "none" / "b.dump")), NotFound)


def test_a_full_disk_is_said_before_anything_is_written(
    source: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr("gis_service.files.backups.shutil.disk_usage", lambda _: full)
    error = refused(lambda: back_up(source, tmp_path / "a.dump"))
    assert error.code is ErrorCode.BACKUP_NO_SPACE
    assert list(tmp_path.iterdir()) == []


def test_a_dump_that_fails_leaves_nothing(
    source: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gis_service.services.backup.dump", lambda *_: "disk on fire")
    error = refused(lambda: back_up(source, tmp_path / "a.dump"))
    assert isinstance(error, Temporary)
    assert error.code is ErrorCode.BACKUP_FAILED
    assert "disk on fire" in error.detail()
    assert list(tmp_path.iterdir()) == []


def test_the_words_of_a_program_that_fails_are_told(source: Settings, tmp_path: Path) -> None:
    engine = open_engine(str(source.database_url))
    with dumps.frozen(engine) as state:
        words = dumps.dump(state, str(source.database_url), tmp_path / "no folder" / "a.dump")
    engine.dispose()
    assert words
    assert "no folder" in words


def test_a_table_that_somebody_waits_to_empty_is_dumped_once_they_have(
    source: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, emptied = Clients.run, threading.Event()

    def empty_it() -> None:
        with psycopg.connect(str(source.database_url), autocommit=True) as editor:
            editor.execute("TRUNCATE layer.well")
        emptied.set()

    def interrupted(self: Clients, url: str, program: str, *arguments: str) -> object:
        if not editor.is_alive() and not emptied.is_set():
            editor.start()
            while ask(source, "SELECT count(*) FROM pg_locks WHERE NOT granted") == [(0,)]:
                pass
        return run(self, url, program, *arguments)

    editor = threading.Thread(target=empty_it, daemon=True)
    monkeypatch.setattr(Clients, "run", interrupted)
    back_up(source, tmp_path / "a.dump")
    editor.join()
    tables = json.loads(BackupFiles(tmp_path / "a.dump").manifest.read_text())["tables"]
    assert tables["layer.well"] == 0
    assert tables["history.well"] > 0


def test_a_database_that_holds_anything_is_not_touched(source: Settings, tmp_path: Path) -> None:
    back_up(source, tmp_path / "a.dump")
    before = ask(source, STATES)
    error = refused(lambda: restore(source, tmp_path / "a.dump"))
    assert isinstance(error, Conflict)
    assert error.code is ErrorCode.DATABASE_NOT_EMPTY
    assert "***" in error.detail()
    assert ask(source, STATES) == before


def test_a_table_that_can_have_no_history_comes_back_as_it_was(
    source: Settings, empty: Settings, tmp_path: Path
) -> None:
    with psycopg.connect(str(source.database_url)) as owner:
        owner.execute("CREATE TABLE layer.layer_styles (id serial PRIMARY KEY, stylexml xml)")
        owner.execute("INSERT INTO layer.layer_styles DEFAULT VALUES")
    back_up(source, tmp_path / "a.dump")
    assert restore(empty, tmp_path / "a.dump").layers == 1
    assert ask(empty, "SELECT id FROM layer.layer_styles") == [(1,)]
    assert ask(empty, "SELECT DISTINCT layer FROM gis.version") == [("well",)]


def test_a_database_that_is_not_the_services_is_not_backed_up(empty: Settings, tmp_path: Path) -> None:
    for statement in ("SELECT 1", "CREATE TABLE public.other (id integer)", "CREATE SCHEMA gis"):
        with psycopg.connect(str(empty.database_url)) as owner:
            owner.execute(statement.encode())
        error = refused(lambda: back_up(empty, tmp_path / "a.dump"))
        assert error.code is ErrorCode.DATABASE_NOT_MIGRATED
        assert list(tmp_path.iterdir()) == []


def test_a_database_from_before_the_audit_is_backed_up(source: Settings, tmp_path: Path) -> None:
    with psycopg.connect(str(source.database_url)) as owner:
        owner.execute("DROP TABLE gis.audit")
    assert back_up(source, tmp_path / "a.dump").rows > 500


def no_manifest(file: Path) -> None:
    BackupFiles(file).manifest.unlink()


def not_json(file: Path) -> None:
    BackupFiles(file).manifest.write_text("{")


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def later_format(file: Path) -> None:
    tell(file, format=99)


def later_schema(file: Path) -> None:
    tell(file, revision="9999")


def other_counts(file: Path) -> None:
    told = json.loads(BackupFiles(file).manifest.read_text())
    tell(file, tables={**told["tables"], "layer.well": 7, "layer.more": 1})


def without_roles(file: Path) -> None:
    manifest = BackupFiles(file).manifest
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({name: told[name] for name in told if name != "roles"}))


def tables_as_a_list(file: Path) -> None:
    tell(file, tables=["layer.well"])


def no_revision(file: Path) -> None:
    tell(file, revision=None)


def tell(file: Path, **values: object) -> None:
    manifest = BackupFiles(file).manifest
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), **values}))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (Path.unlink, ErrorCode.FILE_NOT_FOUND),
        (no_manifest, ErrorCode.BACKUP_MANIFEST_MISSING),
        (not_json, ErrorCode.BACKUP_DAMAGED),
        (cut_short, ErrorCode.BACKUP_DAMAGED),
        (without_roles, ErrorCode.BACKUP_DAMAGED),
        (tables_as_a_list, ErrorCode.BACKUP_DAMAGED),
        (no_revision, ErrorCode.BACKUP_DAMAGED),
        (later_format, ErrorCode.BACKUP_TOO_NEW),
        (later_schema, ErrorCode.BACKUP_TOO_NEW),
        (other_counts, ErrorCode.RESTORE_INCOMPLETE),
    ],
)
def test_a_back_up_that_is_not_whole_is_refused(
    source: Settings, empty: Settings, tmp_path: Path, spoil: Callable[[Path], None], code: ErrorCode
) -> None:
    back_up(source, tmp_path / "a.dump")
    spoil(tmp_path / "a.dump")
    error = refused(lambda: restore(empty, tmp_path / "a.dump"))
    assert error.code is code
    if isinstance(error, RefusedInput) and error.faults:
        assert [fault.words("en") for fault in error.faults] == ["- ≠ 1", "200 ≠ 7"]


def test_rights_come_back_where_their_roles_are_known(
    source: Settings, empty: Settings, tmp_path: Path, cluster: Cluster
) -> None:
    with psycopg.connect(cluster.admin_url(), autocommit=True) as admin:
        admin.execute("CREATE ROLE reader_of_backups")
    assert source.database_url
    try:
        with psycopg.connect(source.database_url, autocommit=True) as owner:
            owner.execute("GRANT SELECT ON layer.well TO reader_of_backups")
        back_up(source, tmp_path / "a.dump")
        assert restore(empty, tmp_path / "a.dump").absent == ()
        may = "SELECT has_table_privilege('reader_of_backups', 'layer.well', 'SELECT')"
        assert ask(empty, may) == [(True,)]
        engine = open_engine(source.database_url)
        with transaction(engine) as connection:
            assert dumps.absent_roles(connection, ("reader_of_backups", "nobody_here")) == ("nobody_here",)
        engine.dispose()
    finally:
        with psycopg.connect(cluster.admin_url(), autocommit=True) as admin:
            for url in (source.database_url, empty.database_url):
                with psycopg.connect(cluster.admin_url(str(url).rpartition("/")[2])) as inside:
                    inside.execute("DROP OWNED BY reader_of_backups")
            admin.execute("DROP ROLE reader_of_backups")
